"""F3, People: somebody is found while their name is typed, and one key opens their chart."""

import re

import pytest

from care import people
from db.tables import Person
from tests.care.household import Household
from tests.tui.charted import LI_NUMBER, Charted, open_chart, press
from tests.tui.conftest import screen_text, settle
from tests.tui.picture import same_as_picture
from tests.tui.test_words import ALLOWED, HAN, LATIN
from yiyang_tui.screens.chart import Chart
from yiyang_tui.screens.people import MOST, People
from yiyang_tui.screens.person_form import PersonForm
from yiyang_tui.themes import THEMES, ambiguous_glyphs
from yiyang_tui.widgets.entry import Entry
from yiyang_tui.widgets.virtual_list import VirtualList


@pytest.mark.parametrize("query", ["lxy", "LIXIUYING", "秀英", "101-1", LI_NUMBER[-4:], "ｌｘｙ"])
async def test_somebody_is_found_by_initials_pinyin_characters_bed_or_the_end_of_the_number(
    charted: Charted, query: str
) -> None:
    async with charted() as (app, pilot):
        await press(app, pilot, f"={query}")
        shown = screen_text(app)
        assert "李秀英" in shown
        assert "陈德福" not in shown
        assert "共 1" in shown


async def test_the_field_takes_keys_at_once_and_everybody_is_listed_by_bed(charted: Charted) -> None:
    async with charted() as (app, _):
        assert app.screen.query_one("#query", Entry).has_focus
        lines = screen_text(app).splitlines()
        order = [re.search(r"李秀英|陈德福|周福|吴国华|宋志云", line) for line in lines]
        assert [found.group() for found in order if found] == ["李秀英", "陈德福", "周福", "吴国华", "宋志云"]


async def test_a_line_says_where_they_are_and_what_they_do_not_tolerate(charted: Charted) -> None:
    async with charted() as (app, _):
        line = {
            name: next(x for x in screen_text(app).splitlines() if name in x) for name in ("李秀英", "周福", "宋志云")
        }
        assert "女 83岁" in line["李秀英"]
        assert "! 青霉素" in line["李秀英"]
        assert "外出" in line["周福"]
        assert "未入住" in line["宋志云"]


async def test_enter_opens_the_chart_with_allergy_and_bed_before_any_scroll(charted: Charted) -> None:
    async with charted() as (app, pilot):
        head = "\n".join((await open_chart(app, pilot)).splitlines()[:7])
        assert isinstance(app.screen, Chart)
        assert "! 过敏 青霉素(皮疹 2019)" in head
        assert "101-1" in head


async def test_down_goes_into_the_list_up_and_slash_come_back(charted: Charted) -> None:
    async with charted() as (app, pilot):
        field, people = app.screen.query_one("#query", Entry), app.screen.query_one(VirtualList)
        await press(app, pilot, "=l", "down")
        assert people.has_focus
        await press(app, pilot, "up")
        assert field.has_focus
        await press(app, pilot, "down", "slash", "=w")
        assert field.value == "w"
        assert "吴国华" in screen_text(app)


async def test_slash_from_another_place_begins_a_new_search(charted: Charted) -> None:
    async with charted() as (app, pilot):
        await press(app, pilot, "=lxy", "f2", "slash", "=cdf")
        assert isinstance(app.screen, People)
        assert app.screen.query_one("#query", Entry).value == "cdf"
        assert "陈德福" in screen_text(app)


async def test_slash_in_the_field_begins_a_new_search(charted: Charted) -> None:
    async with charted() as (app, pilot):
        await press(app, pilot, "=lxy", "slash", "=cdf")
        assert app.screen.query_one("#query", Entry).value == "cdf"
        await press(app, pilot, "enter", "escape", "=zf")
        assert app.screen.query_one("#query", Entry).value == "zf"


async def test_the_chosen_one_stays_chosen_when_one_comes_back(charted: Charted) -> None:
    async with charted() as (app, pilot):
        await press(app, pilot, "down", "down", "enter", "escape")
        assert app.screen.query_one(VirtualList).index == 1
        assert app.screen.query_one(VirtualList).has_focus


async def test_nobody_found_says_so_and_what_to_do(charted: Charted) -> None:
    async with charted() as (app, pilot):
        await press(app, pilot, "=zzz", "enter")
        assert isinstance(app.screen, People)
        shown = screen_text(app)
        assert "没有找到「zzz」" in shown
        assert "Ctrl+N 登记" in shown


async def test_a_fast_typist_sees_the_last_word_only(charted: Charted) -> None:
    async with charted() as (app, pilot):
        for key in "lxy":
            await pilot.press(key)
        await pilot.press("backspace", "backspace", "backspace", "z", "f")
        await settle(app, pilot)
        shown = screen_text(app)
        assert "周福" in shown
        assert "李秀英" not in shown


@pytest.mark.parametrize("key", ["ctrl+n", "n"])
async def test_a_new_person_is_registered_from_here(charted: Charted, key: str) -> None:
    async with charted() as (app, pilot):
        if key == "n":
            await press(app, pilot, "down")
        await press(app, pilot, key)
        assert isinstance(app.screen, PersonForm)


async def test_more_than_anybody_scrolls_through_is_not_counted(charted: Charted, lived: Household) -> None:
    with lived.store.act(lived.director) as act:
        for n in range(MOST + 10):
            act.insert(Person, name=f"马{n}", sex="1")
    async with charted() as (app, pilot):
        await press(app, pilot, "=马")
        shown = screen_text(app)
        assert "超过 2000 位" in shown
        assert people.count(lived.store, "马") == MOST + 10
        await press(app, pilot, "down", "end")
        assert app.screen.query_one(VirtualList).index == MOST - 1


@pytest.mark.parametrize("size", [(80, 24), (120, 36)])
async def test_it_looks_as_it_was_drawn(charted: Charted, size: tuple[int, int]) -> None:
    async with charted(size=size) as (app, _):
        same_as_picture(app, "people")


@pytest.mark.parametrize("lang", ["zh", "en"])
async def test_plain_draws_no_ambiguous_glyph(charted: Charted, lang: str) -> None:
    async with charted(lang=lang) as (app, pilot):
        assert ambiguous_glyphs(app) == set()
        await press(app, pilot, "=zzz")
        assert ambiguous_glyphs(app) == set()


async def test_each_language_is_whole(charted: Charted) -> None:
    async with charted() as (app, pilot):
        await press(app, pilot, "=li")
        assert set(LATIN.findall(screen_text(app))) - ALLOWED - {"li"} == set()
        await press(app, pilot, "ctrl+l")
        assert app.screen.query_one("#query", Entry).value == "li"
        body = "\n".join(screen_text(app).splitlines()[3:-3])
        assert set(HAN.findall(body)) <= set("李秀英青霉素练习老人")


@pytest.mark.parametrize("theme", THEMES)
async def test_every_look_shows_the_same_words(charted: Charted, theme: str) -> None:
    async with charted(theme=theme) as (app, _):
        assert "! 青霉素" in screen_text(app)
