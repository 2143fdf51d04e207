"""The chart's page of assessments, and what they warn of in every header."""

import pytest

from care.assessments import history, record
from care.plan import plan
from care.scales import scale
from tests.care.household import Household
from tests.tui.charted import DIRECTOR, Charted, open_chart, press, who
from tests.tui.conftest import screen_text
from tests.tui.picture import same_as_picture
from tests.tui.test_words import HAN
from yiyang_tui.screens.assess import Assess
from yiyang_tui.screens.assess_seen import AssessSeen
from yiyang_tui.screens.chart import Chart
from yiyang_tui.themes import ambiguous_glyphs

DAY = 86400


@pytest.fixture
def assessed(lived: Household) -> Household:
    """李秀英 with three of Barthel, a Braden at high risk, a Morse at high risk."""
    when = lived.store.now()
    for of, place, days in (("barthel", 0, 200), ("barthel", 1, 100), ("barthel", 2, 20), ("braden", 1, 20)):
        answers = {item.id: min(place, item.hi) for item in scale(of).items}
        record(lived.store, lived.carer, who(lived, "lxy"), of, answers, {}, at=when - days * DAY)
    falls = {item.id: item.hi for item in scale("morse").items}
    record(lived.store, lived.carer, who(lived, "lxy"), "morse", falls, {}, at=when - 2 * DAY)
    return lived


@pytest.mark.parametrize("size", [(80, 24), (120, 36)])
@pytest.mark.usefixtures("assessed")
async def test_one_line_a_scale_with_its_totals_and_when_it_is_due(charted: Charted, size: tuple[int, int]) -> None:
    async with charted(number=DIRECTOR, size=size) as (app, pilot):
        await open_chart(app, pilot)
        await press(app, pilot, "４", "end")
        shown = screen_text(app)
        assert "Barthel" in shown
        assert "100 50 10" in shown
        assert "超 13 天" in shown
        assert ambiguous_glyphs(app) == set()
        same_as_picture(app, "chart-assess")


@pytest.mark.usefixtures("assessed")
async def test_risks_stand_in_the_header_in_either_language(charted: Charted) -> None:
    async with charted() as (app, pilot):
        head = "\n".join((await open_chart(app, pilot)).splitlines()[:7])
        assert "! 压疮：Braden 高危（12 分）" in head
        assert "! 跌倒：Morse 高风险（125 分）" in head
        assert "有风险：" in head
        await press(app, pilot, "4", "ctrl+l")
        shown = screen_text(app)
        assert "! fall: Morse high (125)" in shown
        assert set(HAN.findall("\n".join(shown.splitlines()[8:-3]))) == set()


async def test_a_scale_is_chosen_and_begun_and_esc_comes_back(charted: Charted, lived: Household) -> None:
    async with charted() as (app, pilot):
        await open_chart(app, pilot)
        await press(app, pilot, "4", "ctrl+n")
        # Whoever lies here for three weeks is due for what is to be done at entry: it stands first.
        assert "> ! " in screen_text(app)
        await press(app, pilot, "enter")
        assert isinstance(app.screen, Assess)
        await press(app, pilot, "escape")
        assert isinstance(app.screen, Chart)
    assert history(lived.store, who(lived, "lxy")) == []


async def test_enter_opens_the_newest_or_begins_what_was_never_done(charted: Charted, assessed: Household) -> None:
    async with charted() as (app, pilot):
        await open_chart(app, pilot)
        await press(app, pilot, "4", "end", "enter")
        assert isinstance(app.screen, AssessSeen)
        assert "10 分   重度依赖   比上次 -40" in screen_text(app)
        await press(app, pilot, "escape", "home", *["down"] * len(_proposed(assessed)), "enter")
        assert isinstance(app.screen, Assess)


async def test_a_proposal_is_done_with_one_key(charted: Charted, assessed: Household) -> None:
    li, (_home_bed, duty, *_) = who(assessed, "lxy"), _proposed(assessed)
    async with charted(number=DIRECTOR) as (app, pilot):
        await open_chart(app, pilot)
        await press(app, pilot, "4", "down", "space")
        assert [item.duty for item in plan(assessed.store, li).items] == [duty]
        await press(app, pilot, "ctrl+z")
        assert plan(assessed.store, li).items == ()
        await press(app, pilot, "ctrl+d", "=已另有安排", "enter")
        assert "已记下不采纳的原因。" in screen_text(app)
        await press(app, pilot, "end", "space")
        assert "光标不在建议上。" in screen_text(app)


def _proposed(house: Household) -> list[str]:
    from care.proposals import proposals

    return [one.value for one in proposals(house.store, who(house, "lxy"))]
