"""The course of a chart tells what the county has not got yet, in one quiet word; the look in full tells it always."""

import re
from dataclasses import replace

import pytest

from care import rounds
from sync import enrol, parcel, seal, session
from sync.county.admin import new_code
from sync.county.serving import running
from sync.county.settings import Settings
from sync.link import Folder
from sync.proof.handed import handed_over
from sync.turns import my_turn
from tests.care.household import PLAN, Household
from tests.tui.charted import at_work, open_chart, press, who
from tests.tui.conftest import screen_text
from yiyang_tui.themes import ambiguous_glyphs


def one_in_each_state(house: Household, county: Settings, url: str) -> None:
    """Four newest looks at 李秀英: sent back, handed to a stick, sealed, just written; all before is at the county."""
    li = who(house, "lxy")
    enrol.enrol(house.store, url, new_code(county, PLAN.pair_name), pair_name=PLAN.pair_name, laptop="护理站")
    session.sync(house.store)
    folder = Folder(house.store.path)
    said = rounds.Observation(unremarkable=True)
    rounds.record(house.store, house.carer, li, said)
    (refused,) = seal.seal(house.store)
    folder.save_news(replace(folder.news(), refused=((refused.hex(), "counter_leap"),)))
    rounds.record(house.store, house.carer, li, said)
    session.settle(house.store)
    handed_over(folder, set(parcel.names(folder.outbox)) - {refused})
    rounds.record(house.store, house.carer, li, said)
    session.settle(house.store)
    rounds.record(house.store, house.carer, li, said)


def words_of(text: str) -> list[str]:
    """The word before each look in the list, newest first; empty where there is none."""
    lines = [line for line in text.split("共 ")[1].splitlines()[1:] if "王芳" in line]
    return [found[1] if (found := re.search(r"(\S+) \| ", line)) else "" for line in lines]


@pytest.mark.parametrize("size", [(80, 24), (120, 36)])
async def test_what_the_county_has_not_got_says_so(lived: Household, county: Settings, size: tuple[int, int]) -> None:
    with running(county) as url:
        one_in_each_state(lived, county, url)
    # Another program has its turn: nothing is sent while we look.
    with my_turn(Folder(lived.store.path)):
        async with at_work(lived, size=size) as (app, pilot):
            await open_chart(app, pilot)
            await press(app, pilot, "6")
            shown = screen_text(app)
            assert words_of(shown)[:6] == ["本机", "本机", "已发", "退回", "", ""]
            assert ambiguous_glyphs(app) == set()
            await press(app, pilot, "down", "down", "down", "enter")
            assert "! 被县级退回" in screen_text(app)
            await press(app, pilot, "escape", "down", "enter")
            assert "县里已收" in screen_text(app)


async def test_when_the_county_has_it_the_word_goes(lived: Household, county: Settings) -> None:
    with running(county) as url:
        one_in_each_state(lived, county, url)
        async with at_work(lived) as (app, pilot):
            await open_chart(app, pilot)
            await press(app, pilot, "6")
            assert app.carrier is not None
            app.carrier.go()
            await press(app, pilot, "home")
            assert not any(words_of(screen_text(app)))
            await press(app, pilot, "enter")
            assert "县里已收" in screen_text(app)


async def test_without_a_county_nothing_is_said(lived: Household) -> None:
    async with at_work(lived) as (app, pilot):
        await open_chart(app, pilot)
        await press(app, pilot, "6")
        assert not any(words_of(screen_text(app)))
        await press(app, pilot, "enter")
        assert "只在本机" not in screen_text(app)
