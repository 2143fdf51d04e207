"""F4, the rounds board: a walk of ten beds is ten keys, taken back one by one; how it looks."""

import re

import pytest
from textual import events

from care import people, rounds, stays
from db.tables import Round, Vitals
from tests.care.household import Household, at
from tests.tui.conftest import screen_text, settle
from tests.tui.picture import same_as_picture
from tests.tui.small_places import Chart
from tests.tui.test_words import ALLOWED, HAN, LATIN
from tests.tui.walk import (
    NAMES,
    Walked,
    board_of,
    here,
    id_of,
    said,
    since,
    type_set,
    value,
    walk_to,
)
from yiyang_tui.themes import THEMES, ambiguous_glyphs
from yiyang_tui.widgets.entry import Entry

# --- the walk ------------------------------------------------------------------------------------


async def test_ten_people_are_ten_keys(house: Household, walked: Walked) -> None:
    async with walked() as (app, pilot):
        assert here(app) == NAMES[0]
        assert "已巡 0/10" in screen_text(app)
        await pilot.press(*["space"] * 10)
        await settle(app, pilot)
        assert "已巡 10/10   这一轮都巡完了" in screen_text(app)
        assert said(app) == "已保存 202-2 欧阳建国"
    saved = since(house, Round)
    names = {row.person_id: row.name for row in rounds.board(house.store, house.store.now()).rows}
    assert [names[row["person_id"]] for row in saved] == NAMES
    assert all(row["unremarkable"] and row["staff_id"] == house.carer for row in saved)


async def test_keys_that_come_all_at_once_are_still_one_person_each(house: Household, walked: Walked) -> None:
    """As into a laptop that stood still for a moment: none is lost, none is taken for somebody else."""
    async with walked() as (app, pilot):
        for key, character in [("space", " ")] * 3 + [("3", "3"), ("6", "6"), ("5", "5"), ("enter", "\r"), ("7", "7")]:
            app.post_message(events.Key(key, character))
        await pilot.press("4", "ctrl+s")
        await settle(app, pilot)
    (vitals,) = since(house, Vitals)
    assert (vitals["person_id"], vitals["temp_c10"], vitals["pulse"]) == (id_of(house, "张玉珍"), 365, 74)
    assert len(since(house, Round)) == 4


async def test_a_key_held_down_does_not_record_somebody_twice(house: Household, walked: Walked) -> None:
    async with walked() as (app, pilot):
        await pilot.press(*["space"] * 13)
        await settle(app, pilot)
        await pilot.press("space")
        await settle(app, pilot)
        assert said(app) == "欧阳建国 刚刚记过。"
    assert len(since(house, Round)) == 10


async def test_the_cursor_starts_where_it_presses_most(house: Household, walked: Walked) -> None:
    person = id_of(house, "吴国华")
    rounds.record(house.store, house.carer, person, rounds.Observation(vitals={"spo2": 88}), at=at("2026-11-22 08:50"))
    late = id_of(house, "何香月")
    async with walked() as (app, pilot):
        assert here(app) == "吴国华"
        assert "!超" in screen_text(app)
        board_of(app).turn_to(late)
        await settle(app, pilot)
        assert here(app) == "何香月"


async def test_people_on_leave_and_free_beds_are_shown_but_not_walked(house: Household, walked: Walked) -> None:
    async with walked() as (app, pilot):
        text = screen_text(app)
        assert "203-1  周福     自理 外出 明天回" in text
        assert "203-2  空" in text
        await walk_to(app, pilot, "周福")
        await pilot.press("space")
        await settle(app, pilot)
        assert said(app) == "周福 外出了，回来后再巡视。"
        await pilot.press("3")
        await settle(app, pilot)
        assert value(app, "temp_c10") == ""
    assert since(house, Round) == []


async def test_what_is_left_is_told_once_the_pace_is_known(house: Household, walked: Walked) -> None:
    async with walked() as (app, pilot):
        for minute in (4, 6, 8):
            house.it_is(f"2026-11-22 11:{minute:02}")
            await pilot.press("space")
            await settle(app, pilot)
            assert "剩约" not in screen_text(app)
        house.it_is("2026-11-22 11:10")
        await pilot.press("space")
        await settle(app, pilot)
        assert "剩约 12 分" in screen_text(app)


# --- taking back --------------------------------------------------------------------------------------


async def test_undo_takes_back_one_after_the_other_and_returns_to_the_bed(house: Household, walked: Walked) -> None:
    async with walked() as (app, pilot):
        await pilot.press("space", "space", "space")
        await settle(app, pilot)
        for name, done in ((NAMES[2], 2), (NAMES[1], 1), (NAMES[0], 0)):
            await pilot.press("ctrl+z")
            await settle(app, pilot)
            assert here(app) == name
            assert f"已巡 {done}/10" in screen_text(app)
        await pilot.press("ctrl+z")
        await settle(app, pilot)
        assert said(app) == "没有可以撤销的事。"
    assert len([row for row in since(house, Round) if row["void"]]) == 3


async def test_undo_right_behind_a_save_takes_back_that_save(walked: Walked) -> None:
    async with walked() as (app, pilot):
        await pilot.press("space", "space", "ctrl+z")
        await settle(app, pilot)
        assert here(app) == NAMES[1]
        assert "已巡 1/10" in screen_text(app)


async def test_after_ten_minutes_it_is_too_late(house: Household, walked: Walked) -> None:
    async with walked() as (app, pilot):
        await pilot.press("space")
        await settle(app, pilot)
        house.it_is("2026-11-22 11:15")
        await pilot.press("ctrl+z")
        await settle(app, pilot)
        assert "超过十分钟" in said(app)
    assert len(since(house, Round)) == 1


# --- going about ---------------------------------------------------------------------------------------------


async def test_another_screen_sends_somebody_here(house: Household, walked: Walked) -> None:
    person = id_of(house, "马春梅")
    async with walked() as (app, pilot):
        await pilot.press("f2")
        await settle(app, pilot)
        app.call_later(app.go_to_person, "rounds", person)
        await settle(app, pilot)
        assert here(app) == "马春梅"
        await pilot.press("ctrl+o")
        await settle(app, pilot)
        assert isinstance(app.screen, Chart)
        assert app.screen.facts == {"person_id": person}


async def test_somebody_without_a_bed_is_not_on_the_list(house: Household, walked: Walked) -> None:
    person = people.create(house.store, house.director, house.facts("梁桂英"))
    async with walked() as (app, pilot):
        board_of(app).turn_to(person)
        await settle(app, pilot)
        assert "不在巡视名单上" in said(app)


async def test_an_empty_house_says_what_to_do(house: Household, walked: Walked) -> None:
    for row in rounds.board(house.store, house.store.now()).rows:
        stays.discharge(house.store, house.director, row.person_id, "home")
    async with walked() as (app, pilot):
        await pilot.press("space", "3", "enter", "ctrl+r", "delete")
        await settle(app, pilot)
        assert said(app) == "请先选中一位老人。"


# --- how it looks ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("size", [(80, 24), (120, 36)])
async def test_it_is_drawn_as_in_the_picture(walked: Walked, size: tuple[int, int]) -> None:
    async with walked(size=size) as (app, pilot):
        await pilot.press("space")
        await settle(app, pilot)
        await walk_to(app, pilot, "李秀英")
        await type_set(pilot, "365", "78", "18", "156")
        await settle(app, pilot)
        same_as_picture(app, "rounds")


@pytest.mark.parametrize("theme", THEMES)
async def test_every_look_draws_the_same_words(walked: Walked, theme: str) -> None:
    async with walked(theme=theme) as (app, _pilot):
        assert "> 101-1" not in screen_text(app)
        assert "超 101-1  王长生   全护 09:00 无异常" in screen_text(app)
        assert "脉搏       |      |" in screen_text(app)


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("size", [(80, 24), (120, 36)])
async def test_plain_draws_no_ambiguous_glyph(walked: Walked, lang: str, size: tuple[int, int]) -> None:
    async with walked(lang=lang, size=size) as (app, pilot):
        await walk_to(app, pilot, "李秀英")
        await type_set(pilot, "365", "78", "18", "150")
        await settle(app, pilot)
        assert len(screen_text(app)) > 800
        assert ambiguous_glyphs(app) == set()


async def test_no_chinese_in_english_but_names_and_no_english_in_chinese(walked: Walked) -> None:
    own = "|".join(
        [*NAMES, "周福", "王芳", "练习老人", "练习", "病", "青山镇两院", "青霉素", "皮疹", "高血压", "2型糖尿病"]
    )
    async with walked(lang="en") as (app, pilot):
        await walk_to(app, pilot, "李秀英")
        for key in ("3", "enter", "escape", "ctrl+r", "escape"):
            await pilot.press(key)
            await settle(app, pilot)
            assert HAN.findall(re.sub(own, "", screen_text(app))) == []
    async with walked() as (app, pilot):
        await walk_to(app, pilot, "李秀英")
        assert set(LATIN.findall(screen_text(app))) - ALLOWED == set()


async def test_no_field_stands_on_the_last_three_rows(walked: Walked) -> None:
    async with walked() as (app, pilot):
        await walk_to(app, pilot, "李秀英")
        await pilot.press("ctrl+r")
        await settle(app, pilot)
        assert [entry.id for entry in app.screen.query(Entry) if entry.region.bottom > 21] == []
        assert app.screen.query_one("#reason", Entry).region.height == 1
