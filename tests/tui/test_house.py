"""Ctrl+U: the house by pages: checks, equipment, rota, papers, ratio, numbers to confirm."""

from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import date
from pathlib import Path

import pytest
from textual.pilot import Pilot

from care import certificates, equipment, house_checks, rota, staff
from care.county_facts import county_facts
from care.events.record import record
from care.ratio import ratio
from tests.care.household import Household, copy_of, founded
from tests.tui.charted import CARER, DIRECTOR, at_work, press
from tests.tui.conftest import screen_text
from tests.tui.picture import same_as_picture
from yiyang_tui.app import YiyangApp
from yiyang_tui.screens.event_form import EventForm
from yiyang_tui.screens.house import House
from yiyang_tui.screens.house_pages import PAGES
from yiyang_tui.themes import THEMES, ambiguous_glyphs

NOW = "2026-11-22 21:04"
Opened = Callable[..., AbstractAsyncContextManager[tuple[YiyangApp, Pilot[None]]]]


def furnished(path: Path) -> Household:
    """Three things, papers good and over, a week of the rota, a fire round of this morning, four people."""
    house = founded(path)
    store, by = house.store, house.director
    house.it_is("2026-11-22 08:00")
    staff.add(store, by, number="1003", name="李娟", role="nurse")
    for n, level in enumerate(("full", "full", "half"), 1):
        house.person(f"老人{n}", f"10{n}-1", care_level=level)
    record(store, house.carer, "fire_round", {"sound": True})
    one = equipment.add(store, by, kind="extinguisher", label="1楼东", place="楼梯口", until_on="2026-12-10")
    two = equipment.add(store, by, kind="hydrant", label="1楼", place="大厅")
    equipment.add(store, by, kind="smoke_alarm", label="厨房")
    equipment.check(store, house.carer, one, "ok")
    equipment.check(store, house.carer, two, "broken")
    certificates.add(store, by, house.carer, kind="health", number="421-7", issued_on="2026-11-20")
    certificates.add(store, by, house.carer, kind="fire", until_on="2026-11-01")
    for day, shift in ((16, "day"), (17, "night"), (22, "night")):
        rota.put(store, by, house.carer, date(2026, 11, day), [shift])
    house.it_is(NOW)
    return house


@pytest.fixture(scope="session")
def furnished_once(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Household]:
    """That house, closed; copied for each test."""
    made = furnished(tmp_path_factory.mktemp("furnished") / "record.db")
    made.store.close()
    return made.store.path, made


@pytest.fixture
def lived(furnished_once: tuple[Path, Household], tmp_path: Path) -> Iterator[Household]:
    """A copy of it, open."""
    path, made = furnished_once
    store = copy_of(path, tmp_path / "house")
    found = Household(store, made.director, made.carer)
    found.it_is(NOW)
    yield found
    store.close()


@pytest.fixture
def opened(lived: Household) -> Opened:
    """The house in front, the director at the keyboard."""

    @asynccontextmanager
    async def run(number: str = DIRECTOR, **more: object) -> AsyncIterator[tuple[YiyangApp, Pilot[None]]]:
        async with at_work(lived, "people", number=number, **more) as (app, pilot):  # type: ignore[arg-type]
            # Over a field, in which the key would delete what was typed.
            await press(app, pilot, "ctrl+u")
            assert isinstance(app.screen, House)
            yield app, pilot

    return run


async def test_a_check_is_done_from_its_line(opened: Opened, lived: Household) -> None:
    async with opened(CARER) as (app, pilot):
        assert "待县里确认" in screen_text(app)
        await press(app, pilot, "down", "enter")
        assert isinstance(app.screen, EventForm)
        await press(app, pilot, "ctrl+s")
        assert isinstance(app.screen, House)
        assert "21:04 王芳" in screen_text(app)
        now = lived.store.now()
        done = {one.kind: one for one in house_checks.checks(lived.store, now)}["food_check"]
        assert (done.last_at, done.late_days) == (now, 0)


async def test_the_way_through_the_house_is_a_space_a_thing(opened: Opened, lived: Household) -> None:
    async with opened(CARER) as (app, pilot):
        await press(app, pilot, "2")
        assert "! 损坏 1" in screen_text(app)
        await press(app, pilot, "end", "space")
        assert "烟感报警 厨房 完好" in screen_text(app)
        assert [one.result for one in equipment.equipment(lived.store, lived.store.now())] == ["ok", "broken", "ok"]
        await press(app, pilot, "ctrl+z")
        assert [one.result for one in equipment.equipment(lived.store, lived.store.now())] == ["ok", "broken", ""]
        await press(app, pilot, "up", "enter", "down", "enter")
        assert "消火栓 1楼 已修好" in screen_text(app)
        # Entering one is for those who manage the house.
        await press(app, pilot, "ctrl+n")
        assert "请院长或管理员来办" in screen_text(app).replace(" ", "").replace("|", "").replace("\n", "")


async def test_a_thing_is_entered_changed_and_closed(opened: Opened, lived: Household) -> None:
    async with opened() as (app, pilot):
        await press(app, pilot, "2", "ctrl+n", "enter", "=1楼东", "enter", "enter", "enter")
        assert "已经登记过" in screen_text(app)
        await press(app, pilot, "backspace", "=西", "ctrl+s")
        assert "已登记 1楼西" in screen_text(app)
        await press(
            app, pilot, "home", "down", "enter", "end", "up", "enter", "=走廊", "enter", "=２０２８-０１-０１", "enter"
        )
        (one,) = [one for one in equipment.equipment(lived.store, lived.store.now()) if one.label == "1楼西"]
        assert (one.place, one.until_on) == ("走廊", date(2028, 1, 1))
        await press(app, pilot, "enter", "end", "enter")
        assert "已停用 灭火器 1楼西" in screen_text(app)
        assert len(equipment.equipment(lived.store, lived.store.now())) == 3
        await press(app, pilot, "ctrl+z")
        assert len(equipment.equipment(lived.store, lived.store.now())) == 4


async def test_the_rota_is_turned_by_space_and_copied_by_week(opened: Opened, lived: Household) -> None:
    def week(first: date) -> list[tuple[str, ...]]:
        (turn,) = [one for one in rota.plan(lived.store, first).turns if one.who.staff_id == lived.carer]
        return list(turn.shifts)

    async with opened() as (app, pilot):
        await press(app, pilot, "3")
        assert "夜班当班：王芳" in screen_text(app)
        await press(app, pilot, "down", "space")
        assert week(date(2026, 11, 16))[6] == ()
        assert "夜班当班：没有排" in screen_text(app)
        await press(app, pilot, "space", "left", "space")
        assert week(date(2026, 11, 16))[5:] == [("day",), ("day",)]
        await press(app, pilot, "ctrl+z")
        assert week(date(2026, 11, 16))[5:] == [(), ("day",)]
        await press(app, pilot, "ctrl+e", "ctrl+k")
        assert "排了 3 个班" in screen_text(app)
        assert week(date(2026, 11, 23)) == week(date(2026, 11, 16))
        await press(app, pilot, "ctrl+z")
        assert not any(week(date(2026, 11, 23)))
    async with opened(CARER) as (app, pilot):
        await press(app, pilot, "3", "space")
        assert "排班" in screen_text(app)
        assert week(date(2026, 11, 16))[6] == ("day",)


async def test_papers_are_entered_and_a_training_of_several_stands_for_theirs(opened: Opened, lived: Household) -> None:
    def states(kind: str) -> dict[str, str]:
        found = certificates.papers(lived.store, lived.store.now())
        return {one.number: one.state for one in found if one.kind == kind}

    async with opened() as (app, pilot):
        await press(app, pilot, "4")
        assert "! 过期 1" in screen_text(app)
        await press(
            app, pilot, "ctrl+t", "down", "space", "space", "enter", "right", "right", "enter", "=灭火", "ctrl+s"
        )
        assert "已记 2 人的培训：灭火" in screen_text(app)
        assert states("fire") == {"1001": "missing", "1002": "good", "1003": "good"}
        await press(app, pilot, "ctrl+z")
        assert states("fire") == {"1001": "missing", "1002": "over", "1003": "missing"}
        await press(app, pilot, "home", "enter", "=无", "enter", "=2026-11-01", "ctrl+s")
        assert "已登记 刘建国" in screen_text(app)
        assert states("no_record")["1001"] == "good"


@pytest.mark.seed("R226")
async def test_the_ratio_says_whether_it_is_enough(opened: Opened, lived: Household) -> None:
    async with opened() as (app, pilot):
        await press(app, pilot, "5")
        found = ratio(lived.store, lived.store.now())
        shown = screen_text(app)
        assert f"需要护理员 {found.needed} 名，现有 {found.carers} 名，够。" in shown
        assert "待县里确认" in shown


async def test_a_number_is_confirmed_by_who_may(opened: Opened, lived: Household) -> None:
    def number() -> tuple[int, bool]:
        (one,) = [one for one in county_facts(lived.store) if one.code == "morse_high"]
        return one.value, one.confirmed

    async with opened(CARER) as (app, pilot):
        await press(app, pilot, "6", "enter")
        assert isinstance(app.screen_stack[1], House)
        assert number() == (45, False)
    async with opened() as (app, pilot):
        await press(app, pilot, "6", "enter", "enter")
        assert number() == (45, True)
        await press(app, pilot, "enter", "end", "backspace", "backspace", "=99", "enter")
        assert "25 到 60" in screen_text(app)
        assert number() == (45, True)


async def test_a_key_of_another_page_says_on_which_it_works(opened: Opened) -> None:
    async with opened() as (app, pilot):
        await press(app, pilot, "ctrl+k")
        assert "排班" in screen_text(app)
        assert "按 3" in screen_text(app)


async def test_it_reaches_over_no_dialog(opened: Opened) -> None:
    async with opened() as (app, pilot):
        await press(app, pilot, "2", "ctrl+n", "=x", "ctrl+u")
        assert not isinstance(app.screen, House)


@pytest.mark.parametrize(("size", "lang"), [((80, 24), "zh"), ((120, 36), "zh"), ((80, 24), "en")])
async def test_it_looks_as_it_was_drawn(opened: Opened, size: tuple[int, int], lang: str) -> None:
    async with opened(size=size, lang=lang) as (app, pilot):
        for digit, page in enumerate(PAGES, 1):
            await press(app, pilot, str(digit))
            same_as_picture(app, f"house-{page.id}-{lang}")
            assert ambiguous_glyphs(app) == set()


async def test_every_look_shows_the_same(opened: Opened) -> None:
    async with opened() as (app, pilot):
        await press(app, pilot, "2")
        before = screen_text(app).splitlines()[2:20]
        for _ in THEMES:
            await press(app, pilot, "f12")
            assert screen_text(app).splitlines()[2:20] == before
