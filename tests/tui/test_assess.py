"""Filling in a scale, and reading one: digits, what was last time, drafts, corrections, what is proposed."""

import json
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager

import pytest
from textual.pilot import Pilot

from care import people
from care.assessments import history, record
from care.plan import plan
from care.scales import scale, scales
from tests.care.household import PIN_OF_SECOND, Household
from tests.tui.charted import CARER, DIRECTOR, at_work, press, who
from tests.tui.conftest import screen_text
from tests.tui.picture import same_as_picture
from tests.tui.test_words import ALLOWED, HAN, LATIN
from yiyang_tui.app import YiyangApp
from yiyang_tui.cells import ambiguous
from yiyang_tui.screens.assess import Assess
from yiyang_tui.screens.assess_seen import AssessSeen
from yiyang_tui.themes import ambiguous_glyphs

DAY = 86400
HALF = "2213322332"
"""The keys of one Barthel: 40 points."""

Filled = Callable[..., AbstractAsyncContextManager[tuple[YiyangApp, Pilot[None]]]]


def recorded(house: Household, of: str, place: int, days: int = 0, by: str = "carer") -> None:
    """Somebody assessed 李秀英 so many days ago, every answer the one in that place."""
    answers = {item.id: min(place, item.hi) for item in scale(of).items}
    staff = house.carer if by == "carer" else house.director
    record(house.store, staff, who(house, "lxy"), of, answers, {}, at=house.store.now() - days * DAY)


@pytest.fixture
def form(lived: Household) -> Filled:
    """The form of a scale for 李秀英 over the list of people."""

    @asynccontextmanager
    async def run(
        of: str = "barthel", lang: str = "zh", size: tuple[int, int] = (80, 24), number: str = CARER
    ) -> AsyncIterator[tuple[YiyangApp, Pilot[None]]]:
        async with at_work(lived, lang=lang, size=size, number=number) as (app, pilot):
            app.call_later(app.open, "assess", person_id=who(lived, "lxy"), scale=of)
            await press(app, pilot, "f13")
            yield app, pilot

    return run


# --- answering -----------------------------------------------------------------------------------


@pytest.mark.parametrize("keys", [HALF, "２２１３３２２３３２"])
async def test_ten_digits_and_enter_are_a_barthel(form: Filled, lived: Household, keys: str) -> None:
    async with form() as (app, pilot):
        await pilot.press(*keys)
        await press(app, pilot, "f13")
        shown = screen_text(app)
        assert "合计 35 / 100 分   重度依赖" in shown
        assert "Enter 保存" in shown
        await press(app, pilot, "enter")
        assert isinstance(app.screen, AssessSeen)
        assert "评估已保存。" in screen_text(app)
    (done,) = history(lived.store, who(lived, "lxy"), "barthel")
    assert (done.total, done.grade, done.who) == (35, "severe", "王芳")
    assert lived.store.draft(f"assess:{who(lived, 'lxy').hex}:barthel", lived.carer) is None


async def test_digits_typed_before_the_form_is_here_are_not_lost(lived: Household) -> None:
    async with at_work(lived) as (app, pilot):
        app.call_later(app.open, "assess", person_id=who(lived, "lxy"), scale="barthel")
        await pilot.press(*HALF, "enter")
        await press(app, pilot, "f13")
        assert isinstance(app.screen, AssessSeen)
    assert [one.total for one in history(lived.store, who(lived, "lxy"))] == [35]


async def test_what_is_missing_is_told_and_gone_to(form: Filled, lived: Household) -> None:
    async with form() as (app, pilot):
        await press(app, pilot, "1", "down", "2", "ctrl+s")
        shown = screen_text(app)
        assert "还差 8 题没答，先答：洗澡" in shown
        assert "2/10 洗澡" in shown
        await press(app, pilot, "9")
        assert "这一题按 1、2。" in screen_text(app)
        # The last question answered, the first open one comes by itself.
        await press(app, pilot, "end", "1")
        assert "2/10 洗澡" in screen_text(app)
    assert history(lived.store, who(lived, "lxy")) == []


async def test_last_time_stands_beside_and_space_takes_it_over(form: Filled, lived: Household) -> None:
    recorded(lived, "barthel", 0, days=30)
    recorded(lived, "barthel", 1, days=10)
    async with form() as (app, pilot):
        shown = screen_text(app)
        assert "上次 11-12 50 分 中度依赖" in shown
        assert "需部分帮助（夹菜、盛饭、切碎）  5 分   上次" in shown
        await pilot.press(*["space"] * 10)
        await press(app, pilot, "f13")
        assert "合计 50 / 100 分   中度依赖" in screen_text(app)
        await press(app, pilot, "home", "1", "enter")
        assert "55 分   中度依赖   比上次 +5" in screen_text(app)


async def test_the_record_suggests_what_it_knows(form: Filled) -> None:
    async with form("morse") as (app, pilot):
        await press(app, pilot, "down")
        assert "记录里来的" in screen_text(app)
        await press(app, pilot, "space")
        assert "合计 15 / 125 分" in screen_text(app)


async def test_an_answer_is_changed_or_taken_away_or_all_of_them(form: Filled, lived: Household) -> None:
    async with form() as (app, pilot):
        await press(app, pilot, "1", "1", "up", "2")
        assert "合计 10 / 100 分   还差 8 题" in screen_text(app)
        await press(app, pilot, "up", "delete", "space")
        shown = screen_text(app)
        assert "合计 10 / 100 分   还差 9 题" in shown
        assert "旁边没有可以照抄的答案。" in shown
        # Thrown away, nothing of it is kept.
        await press(app, pilot, "ctrl+d", "enter")
        assert not isinstance(app.screen, Assess)
    assert lived.store.draft(f"assess:{who(lived, 'lxy').hex}:barthel", lived.carer) is None


async def test_numbers_are_typed_within_their_bounds(form: Filled, lived: Household) -> None:
    async with form("water_swallow") as (app, pilot):
        await press(app, pilot, "1")
        assert "2/2 用时" in screen_text(app)
        await press(app, pilot, "0")
        assert "只能是 1 到 120。" in screen_text(app)
        await press(app, pilot, "4", "backspace", "3")
        assert "[3   ]" in screen_text(app)
        # Left for another question, it counts for the one that it was typed for.
        await press(app, pilot, "up")
        shown = screen_text(app)
        assert "1/2" in shown
        assert "Enter 保存" in shown
        await press(app, pilot, "enter")
    (done,) = history(lived.store, who(lived, "lxy"))
    assert (done.facts, done.grade) == ({"seconds": 3}, "normal")


async def test_a_note_goes_with_it_and_it_is_taken_back(form: Filled, lived: Household) -> None:
    async with form() as (app, pilot):
        await pilot.press(*HALF)
        await press(app, pilot, "ctrl+n", "=家属在场", "enter", "ctrl+s")
        assert "备注：家属在场" in screen_text(app)
        assert history(lived.store, who(lived, "lxy"))[0].note == "家属在场"
        await press(app, pilot, "ctrl+z")
        shown = screen_text(app)
        assert "已撤销：李秀英 的 Barthel 评估" in shown
        assert "这一次已经不算数" in shown
    assert [one.stands for one in history(lived.store, who(lived, "lxy"))] == [False]


# --- what is half done ---------------------------------------------------------------------------


async def test_half_a_form_outlives_the_program(form: Filled, lived: Household) -> None:
    async with form() as (app, pilot):
        await pilot.press(*HALF[:4])
        await press(app, pilot, "f13")
        # Each answer is on the disk at once: nothing waits for a pause, or for leaving.
        draft = lived.store.draft(f"assess:{who(lived, 'lxy').hex}:barthel", lived.carer)
        assert json.loads(json.dumps(draft))["item.dressing"] == "2"
        await press(app, pilot, "escape")
        assert "没评完的已留着" in screen_text(app)
        app.call_later(app.open, "assess", person_id=who(lived, "lxy"), scale="barthel")
        await press(app, pilot, "f13")
        shown = screen_text(app)
        assert "5/10" in shown
        await pilot.press(*HALF[4:])
        await press(app, pilot, "enter")
        assert isinstance(app.screen, AssessSeen)
    assert [one.total for one in history(lived.store, who(lived, "lxy"))] == [35]


async def test_another_language_keeps_what_is_filled_in(form: Filled) -> None:
    async with form() as (app, pilot):
        await pilot.press(*HALF[:4])
        await press(app, pilot, "ctrl+l")
        shown = screen_text(app)
        assert "5/10 Bowel control" in shown
        assert "Total 10 of 100   6 to go" in shown
        body = "\n".join(shown.splitlines()[5:-3])
        assert set(HAN.findall(body)) == set()


# --- once it is recorded -------------------------------------------------------------------------


async def test_ones_own_is_corrected_with_a_reason(form: Filled, lived: Household) -> None:
    async with form() as (app, pilot):
        await pilot.press(*HALF)
        await press(app, pilot, "enter", "ctrl+r")
        assert isinstance(app.screen, Assess)
        assert "合计 35 / 100 分" in screen_text(app)
        await press(app, pilot, "home", "1", "ctrl+s", "enter")
        assert "要写一句原因。" in screen_text(app)
        await press(app, pilot, "ctrl+s", "=看错了", "enter")
        shown = screen_text(app)
        assert "已更正，原来的还能查到。" in shown
        assert "更正的原因：看错了" in shown
    done = history(lived.store, who(lived, "lxy"))
    assert sorted((one.total, one.stands) for one in done) == [(35, False), (40, True)]


async def test_that_of_another_takes_two_and_keeps_what_was_typed(lived: Household) -> None:
    recorded(lived, "barthel", 1)
    lived.second()
    async with at_work(lived, number=DIRECTOR) as (app, pilot):
        (old,) = history(lived.store, who(lived, "lxy"))
        app.call_later(app.open, "assessed", person_id=who(lived, "lxy"), assessment_id=old.id)
        await press(app, pilot, "f13", "ctrl+k", "=评错人", "enter")
        assert "PIN" in screen_text(app)
        await press(app, pilot, *PIN_OF_SECOND, "enter")
        assert "已作废，原来的还能查到。" in screen_text(app)
    assert [one.stands for one in history(lived.store, who(lived, "lxy"))] == [False]


async def test_what_it_proposes_is_done_or_declined(lived: Household) -> None:
    li = who(lived, "lxy")
    recorded(lived, "braden", 1)
    async with at_work(lived, number=DIRECTOR) as (app, pilot):
        (one,) = history(lived.store, li)
        app.call_later(app.open, "assessed", person_id=li, assessment_id=one.id)
        await press(app, pilot, "f13")
        assert "> 翻身 每 2 小时   依据 压疮：Braden 高危（12 分）" in screen_text(app)
        await press(app, pilot, "space")
        assert "已照办：翻身 每 2 小时" in screen_text(app)
        assert [item.duty for item in plan(lived.store, li).items] == ["turning"]
        await press(app, pilot, "ctrl+z")
        assert plan(lived.store, li).items == ()
        await press(app, pilot, "ctrl+d", "=家里不同意", "enter")
        shown = screen_text(app)
        assert "已记下不采纳的原因。" in shown
        assert "翻身 每 2 小时" not in shown


async def test_who_may_not_decide_reads_it_only(lived: Household) -> None:
    recorded(lived, "braden", 1)
    async with at_work(lived) as (app, pilot):
        (one,) = history(lived.store, who(lived, "lxy"))
        app.call_later(app.open, "assessed", person_id=who(lived, "lxy"), assessment_id=one.id)
        await press(app, pilot, "f13", "space")
        shown = screen_text(app)
        assert "空格 照办  Ctrl" not in shown.splitlines()[-1]
        assert "护理员" in shown.splitlines()[-2]
    assert plan(lived.store, who(lived, "lxy")).items == ()


async def test_left_and_right_turn_through_the_earlier_ones(lived: Household) -> None:
    for place, days in ((0, 90), (1, 30), (2, 0)):
        recorded(lived, "barthel", place, days)
    async with at_work(lived) as (app, pilot):
        newest = history(lived.store, who(lived, "lxy"))[0]
        app.call_later(app.open, "assessed", person_id=who(lived, "lxy"), assessment_id=newest.id)
        await press(app, pilot, "f13")
        assert "1/3 左右换" in screen_text(app)
        await press(app, pilot, "left", "left", "left")
        shown = screen_text(app)
        assert "3/3 左右换" in shown
        assert "100 分   无依赖" in shown


async def test_what_the_county_is_to_confirm_says_so(lived: Household) -> None:
    li = who(lived, "lxy")
    people.change(lived.store, lived.director, li, people.facts(lived.store, li))
    recorded(lived, "ltci_disability_2021", 1)
    async with at_work(lived) as (app, pilot):
        (one,) = history(lived.store, li)
        app.call_later(app.open, "assessed", person_id=li, assessment_id=one.id)
        await press(app, pilot, "f13")
        assert "待县里确认" in screen_text(app)


# --- looks ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("size", [(80, 24), (120, 36)])
async def test_it_looks_as_it_was_drawn(form: Filled, lived: Household, size: tuple[int, int]) -> None:
    recorded(lived, "gbt42195_2022", 1, days=170)
    recorded(lived, "braden", 1, days=3)
    async with form("gbt42195_2022", size=size, number=DIRECTOR) as (app, pilot):
        await pilot.press(*"3322333")
        await press(app, pilot, "f13")
        same_as_picture(app, "assess")
        await pilot.press(*["space"] * 19, "down", "down", "down")
        await press(app, pilot, "enter")
        same_as_picture(app, "assessed")


@pytest.mark.parametrize("lang", ["zh", "en"])
async def test_plain_draws_no_ambiguous_glyph_and_one_language(lived: Household, lang: str) -> None:
    named = {"Barthel", "MMSE", "GB", "T", "WS", "Mini", "Cog", "m", "mm", "BMI"}
    async with at_work(lived, lang=lang) as (app, pilot):
        for of in ("gbt42195_2022", "mmse", "water_swallow"):
            app.call_later(app.open, "assess", person_id=who(lived, "lxy"), scale=of)
            await press(app, pilot, "f13", "1")
            assert ambiguous_glyphs(app) == set()
            body = "\n".join(screen_text(app).splitlines()[6:-3])
            if lang == "en":
                assert set(HAN.findall(body)) == set()
            else:
                assert set(LATIN.findall(body)) - ALLOWED - named == set()
            await press(app, pilot, "ctrl+d", "enter")


def test_no_file_of_a_scale_holds_a_character_that_consoles_disagree_about() -> None:
    for of in scales():
        said = [of.name, of.short, *of.notes, *(band.words for band in of.grades)]
        said += [words for item in of.items for words in (item.words, *(option.words for option in item.options))]
        said += [band.words for cut in of.cutoffs for band in cut.bands]
        assert [(of.id, words) for words in said if ambiguous(words.zh + words.en)] == []
