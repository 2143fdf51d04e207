"""F7: a shift is drafted, completed, signed, read by the next and signed for; nothing typed is lost."""

from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path

import pytest
from textual.pilot import Pilot

from care import handover
from care.events.record import record
from tests.care.household import Household, copy_of, founded
from tests.care.shift_story import ENDS, Shift, shift_of
from tests.tui.charted import at_work, press
from tests.tui.conftest import screen_text
from tests.tui.picture import same_as_picture
from yiyang_tui.app import YiyangApp
from yiyang_tui.screens.handover import Handover
from yiyang_tui.screens.handover_rows import Row
from yiyang_tui.themes import THEMES, ambiguous_glyphs
from yiyang_tui.widgets.entry import Entry
from yiyang_tui.widgets.virtual_list import VirtualList

NURSE, CARER = "71", "1002"
Opened = Callable[..., AbstractAsyncContextManager[tuple[YiyangApp, Pilot[None]]]]


@pytest.fixture(scope="session")
def shift_once(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Shift]:
    """That shift, closed; copied for each test."""
    made = shift_of(founded(tmp_path_factory.mktemp("shift") / "record.db"))
    made.store.close()
    return made.store.path, made


@pytest.fixture
def shift(shift_once: tuple[Path, Shift], tmp_path: Path) -> Iterator[Shift]:
    """A copy of it, open, its clock standing at the end of the shift."""
    path, made = shift_once
    store = copy_of(path, tmp_path / "house")
    house = Household(store, made.house.director, made.house.carer)
    house.it_is(ENDS)
    yield Shift(house, made.nurse, made.now)
    store.close()


@pytest.fixture
def opened(shift: Shift) -> Opened:
    """F7 with the carer, or whoever has that number, at the keyboard."""

    @asynccontextmanager
    async def run(number: str = CARER, **more: object) -> AsyncIterator[tuple[YiyangApp, Pilot[None]]]:
        async with at_work(shift.house, "handover", number=number, **more) as (app, pilot):  # type: ignore[arg-type]
            yield app, pilot

    return run


async def test_the_shift_is_drafted_completed_and_signed(opened: Opened, shift: Shift) -> None:
    async with opened() as (app, pilot):
        shown = screen_text(app)
        assert "[1 本班]" in shown
        assert "在册 4   在院 3   外出 1   新入 1" in shown
        assert "! 要紧 2" in shown
        assert "NEWS2 7" in shown
        await press(app, pilot, "ctrl+e", "=3把，齐", "enter", "=冰箱药已点", "ctrl+s")
        assert "已交班" in screen_text(app)
        (given,) = handover.past(shift.store, shift.now)
        assert (given.giver, dict(given.items)) == ("王芳", {"keys": "3把，齐", "medicines": "冰箱药已点"})
        assert "王芳 20:05 交  未签收" in screen_text(app)
        await press(app, pilot, "ctrl+s")
        assert "F10 换人" in screen_text(app)
        await press(app, pilot, "ctrl+z")
        assert handover.past(shift.store, shift.now) == []
        assert "程序起草，还没签字" in screen_text(app)


async def test_who_comes_reads_it_with_what_happened_since_and_signs(opened: Opened, shift: Shift) -> None:
    shift.give(other="走廊灯坏了")
    now = shift.house.it_is("2026-11-22 20:12")
    record(shift.store, shift.house.carer, "house_note", {"text": "停水"}, at=now)
    async with opened(NURSE) as (app, pilot):
        shown = screen_text(app)
        assert "[2 待接 1]" in shown
        assert shown.index("交班后") < shown.index("停水") < shown.index("走廊灯坏了") < shown.index("NEWS2 7")
        await press(app, pilot, "ctrl+e", "=钥匙已点", "ctrl+s")
        assert "已接班" in screen_text(app)
        (one,) = handover.past(shift.store, now)
        assert (one.taker, one.remarks) == ("同事", "钥匙已点")
        await press(app, pilot, "ctrl+z")
        assert len(handover.waiting(shift.store, now)) == 1


async def test_after_one_is_signed_the_next_that_waits_is_shown(opened: Opened, shift: Shift) -> None:
    shift.give(keys="3把")
    shift.now = shift.house.it_is("2026-11-23 08:05")
    shift.give(keys="2把")
    async with opened(NURSE) as (app, pilot):
        assert "[2 待接 2]" in screen_text(app)
        assert "3把" in screen_text(app)
        await press(app, pilot, "ctrl+s")
        assert "[2 待接 1]" in screen_text(app)
        assert "2把" in screen_text(app)
        await press(app, pilot, "ctrl+s")
        assert "[1 本班]" in screen_text(app)
    assert handover.waiting(shift.store, shift.now) == []


async def test_who_gave_it_is_told_that_another_signs(opened: Opened, shift: Shift) -> None:
    shift.give()
    async with opened() as (app, pilot):
        await press(app, pilot, "2", "ctrl+s")
        assert "等接班的同事" in screen_text(app)
        assert not app.screen.query_one("#sign").display
        assert len(handover.waiting(shift.store, shift.now)) == 1


async def test_what_is_half_typed_is_there_again_also_after_another_language(opened: Opened, shift: Shift) -> None:
    async with opened() as (app, pilot):
        await press(app, pilot, "ctrl+e", "=3把")
        await press(app, pilot, "enter")
        await press(app, pilot, "ctrl+l")
        assert app.screen.query_one("#keys", Entry).value == "3把"
        assert "this shift" in screen_text(app)
    async with opened() as (app, pilot):
        assert app.screen.query_one("#keys", Entry).value == "3把"
        await press(app, pilot, "ctrl+s")
    assert handover.past(shift.store, shift.now)[0].items == {"keys": "3把"}
    async with opened(NURSE) as (app, pilot):
        assert app.screen.query_one("#keys", Entry).value == ""


async def test_what_lay_for_ten_minutes_is_read_anew_before_it_is_signed(opened: Opened, shift: Shift) -> None:
    async with opened() as (app, pilot):
        now = shift.house.it_is("2026-11-22 20:16")
        record(shift.store, shift.house.carer, "house_note", {"text": "停水"}, at=now)
        await press(app, pilot, "ctrl+s")
        assert "重新起草" in screen_text(app)
        assert handover.past(shift.store, now) == []
        await press(app, pilot, "end")
        await press(app, pilot, "ctrl+s")
        (given,) = handover.past(shift.store, now)
        assert any("停水" in line.what.zh for one in given.draft.sections for line in one.lines)


async def test_those_past_are_listed_and_read_in_full(opened: Opened, shift: Shift) -> None:
    handover.take(shift.store, shift.nurse, shift.give(keys="3把"), "收到")
    async with opened() as (app, pilot):
        await press(app, pilot, "3")
        assert "收到" in screen_text(app)
        await press(app, pilot, "enter")
        shown = screen_text(app)
        assert "王芳 20:05 交  同事 20:05 接  收到" in shown
        assert "3把" in shown
        await press(app, pilot, "escape")
        assert "交过的班" in screen_text(app)


async def test_a_long_section_folds_and_a_line_is_read_in_full(opened: Opened, shift: Shift) -> None:
    for n in range(8):
        record(shift.store, shift.house.carer, "house_note", {"text": f"第{n}件"}, at=shift.now - 600 + n)
    async with opened(size=(80, 60)) as (app, pilot):
        assert "第7件" in screen_text(app)
    async with opened() as (app, pilot):
        assert isinstance(app.screen, Handover)
        lines = app.screen.query_one("#lines", VirtualList)
        before = ids(lines)
        lines.goto(before.index(".events.more"))
        await press(app, pilot, "enter")
        assert ".events.more" not in ids(lines)
        assert len(ids(lines)) > len(before)
        await press(app, pilot, "home", "down", "enter")
        assert "101-2 陈德福" in screen_text(app)
        assert len(app.screen_stack) == 3


def ids(lines: VirtualList[Row]) -> list[str]:
    """The rows of the list."""
    return [row.id for n in range(lines.total) if (row := lines.row_at(n)) is not None]


@pytest.mark.parametrize(("size", "lang"), [((80, 24), "zh"), ((120, 36), "zh"), ((80, 24), "en")])
async def test_it_looks_as_it_was_drawn(opened: Opened, shift: Shift, size: tuple[int, int], lang: str) -> None:
    async with opened(size=size, lang=lang) as (app, pilot):
        same_as_picture(app, f"handover-{lang}")
        assert ambiguous_glyphs(app) == set()
    shift.give(keys="3把", other="走廊灯坏了")
    async with opened(NURSE, size=size, lang=lang) as (app, pilot):
        same_as_picture(app, f"handover-sign-{lang}")
        await press(app, pilot, "3")
        same_as_picture(app, f"handover-past-{lang}")
        assert ambiguous_glyphs(app) == set()


async def test_every_look_shows_the_same(opened: Opened) -> None:
    async with opened() as (app, pilot):
        before = screen_text(app)
        for _ in THEMES:
            await press(app, pilot, "f12")
            assert screen_text(app).splitlines()[2:20] == before.splitlines()[2:20]
