"""The safety screen: every line tells the truth, says what Enter does, and does it."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path

import pytest
from textual.pilot import Pilot

from care import staff
from db import keys
from db.backups import folder_of, listed
from db.errors import DiskFull, VaultDamaged
from tests.care.household import PLAN, Household
from tests.tui.charted import PLACES, press
from tests.tui.conftest import screen_text, settle
from tests.tui.picture import same_as_picture
from yiyang_tui.app import YiyangApp, make_app
from yiyang_tui.chore_log import note_done, note_failed
from yiyang_tui.drives import chosen
from yiyang_tui.screens.dialogs import Choose, Say
from yiyang_tui.screens.safety import Safety
from yiyang_tui.session import Session
from yiyang_tui.themes import THEMES, ambiguous_glyphs
from yiyang_tui.widgets.virtual_list import VirtualList

Shown = Callable[..., AbstractAsyncContextManager[tuple[YiyangApp, Pilot[None]]]]
HOUR = 3600
WITH_SAFETY = {**PLACES, "safety": "yiyang_tui.screens.safety:Safety"}


@pytest.fixture
def safe(lived: Household) -> Shown:
    """The application at Safety on that record."""

    @asynccontextmanager
    async def run(
        lang: str = "zh", theme: str = "yiyang-plain", size: tuple[int, int] = (80, 24)
    ) -> AsyncIterator[tuple[YiyangApp, Pilot[None]]]:
        who = staff.by_number(lived.store, "1002")
        assert who is not None
        app = make_app(lived.store.path, lang, theme, start="safety", places=WITH_SAFETY)
        session = Session(lived.store, who, PLAN.pair_name, lived.store.now)
        async with app.run_test(size=size) as pilot:
            await pilot.pause()
            app.call_later(app.enter, session)
            while app.carrying.standing is None and app.carrying.trouble is None:
                await settle(app, pilot)
            await settle(app, pilot)
            yield app, pilot

    return run


def some_days(house: Household) -> None:
    """A laptop that has been used for some days: backups, one stick, all else done this evening."""
    vault, now = house.store.path, house.store.now()
    folder_of(vault).mkdir()
    for number, made in ((9, "20261120-0803"), (10, "20261121-0801"), (11, "20261122-0802")):
        path = folder_of(vault) / f"{number:06d}-{made}.db"
        path.write_bytes(bytes(412_000))
        keys.envelope_path(path).write_bytes(b"{}")
    today = now - 13 * HOUR - 120
    note_done(vault, "backup", today, {"number": 11, "at": today, "bytes": 412_000, "kept": 3})
    note_done(vault, "stick", today, {"number": 10, "at": today - 24 * HOUR, "place": "/media/usb", "kept": 2})
    note_done(vault, "room", now, {"free_mb": 12_300, "reserved": 8_000_000, "rounds": 6_150_000})
    note_done(vault, "seal", now - 1200, {})
    note_done(vault, "audit", now - 3 * 24 * HOUR, {"asked": 9, "wrong": 0})
    note_done(vault, "pack", now - 600, {"card": "3", "people": 4, "places": 2, "missed": 0})


def bad_days(house: Household) -> None:
    """A laptop that wants somebody."""
    vault, now = house.store.path, house.store.now()
    note_failed(vault, "backup", now - HOUR, VaultDamaged(path="record.db"))
    note_failed(vault, "stick", now - HOUR, DiskFull())
    note_done(vault, "room", now, {"free_mb": 90, "reserved": 8_000_000, "rounds": 47_000}, "room_urgent")
    note_done(vault, "audit", now - HOUR, {"asked": 9, "wrong": 2}, "audit_wrong")


async def to_line(app: YiyangApp, pilot: Pilot[None], id: str) -> None:
    """The cursor on the line of that chore."""
    lines = app.screen.query_one(VirtualList)
    for index in range(lines.total):
        row = lines.row_at(index)
        if row is not None and row.id == id:
            lines.goto(index)
            await settle(app, pilot)
            return
    raise AssertionError(f"no line of {id}")


@pytest.mark.parametrize("size", [(80, 24), (120, 36)])
async def test_it_looks_as_it_was_drawn(safe: Shown, lived: Household, size: tuple[int, int]) -> None:
    some_days(lived)
    async with safe(size=size) as (app, pilot):
        same_as_picture(app, "safety")
        await to_line(app, pilot, "openers")
        same_as_picture(app, "safety-openers")


async def test_what_is_wrong_stands_there_in_words_and_why(safe: Shown, lived: Household) -> None:
    bad_days(lived)
    async with safe() as (app, pilot):
        same_as_picture(app, "safety-bad")
        await to_line(app, pilot, "audit")
        assert "yiyang audit verify" in screen_text(app)


@pytest.mark.parametrize("theme", THEMES)
async def test_every_look_says_it_in_words(safe: Shown, lived: Household, theme: str) -> None:
    bad_days(lived)
    async with safe(theme=theme) as (app, _):
        text = screen_text(app)
        for said in ("要办   本机备份", "要办   U盘备份", "要办   磁盘", "要办   审计", "注意   应急包"):
            assert said in text
        if theme == "yiyang-plain":
            assert ambiguous_glyphs(app) == set()


async def test_another_language_keeps_the_place_and_cuts_nothing(safe: Shown, lived: Household) -> None:
    some_days(lived)
    async with safe() as (app, pilot):
        await to_line(app, pilot, "seal")
        await press(app, pilot, "ctrl+l")
        text = screen_text(app)
        for said in (
            "good",
            "Backup here",
            "made and verified 08:02, 3 in all, about 412.0 kB each",
            "Enter: seal now.",
        ):
            assert said in text
        assert ".." not in text.replace("...", "")


async def test_enter_makes_a_backup_and_the_line_says_so(safe: Shown, lived: Household) -> None:
    async with safe() as (app, pilot):
        assert "还没有备份" in screen_text(app)
        await press(app, pilot, "home", "enter")
        (made,) = listed(folder_of(lived.store.path))
        assert made.number == 1
        assert "21:04 做好并核对，共 1 份" in screen_text(app)
        assert "做好了：本机备份" in screen_text(app)


async def test_enter_proves_the_audit_trail(safe: Shown) -> None:
    async with safe() as (app, pilot):
        await to_line(app, pilot, "audit")
        await press(app, pilot, "enter")
        assert "21:04 核对过，没有被改动" in screen_text(app)


async def test_a_stick_is_chosen_by_a_person_once(safe: Shown, lived: Household, tmp_path: Path) -> None:
    usb = tmp_path / "usb"
    usb.mkdir()
    async with safe() as (app, pilot):
        place = app.screen
        assert isinstance(place, Safety)
        place._offer((False, []))
        await settle(app, pilot)
        assert isinstance(app.screen, Say)
        await press(app, pilot, "escape")
        place._offer((False, [usb]))
        await settle(app, pilot)
        assert isinstance(app.screen, Choose)
        await press(app, pilot, "escape")
        assert list(usb.iterdir()) == []
        place._offer((False, [usb]))
        await settle(app, pilot)
        await press(app, pilot, "enter")
        assert chosen(lived.store.pair_id, [usb]) != []


async def test_who_opens_the_record_is_named(safe: Shown) -> None:
    async with safe() as (app, pilot):
        await to_line(app, pilot, "openers")
        await press(app, pilot, "enter")
        assert isinstance(app.screen, Say)
        assert "yiyang vault add" in screen_text(app)


async def test_a_spent_reserve_is_told_once_and_stands_on_every_screen(safe: Shown, lived: Household) -> None:
    async with safe() as (app, pilot):
        assert app.chores is not None
        kept = note_done(lived.store.path, "room", lived.store.now(), {"rounds": 1200}, "room_spent")
        app.chores.kept["room"] = kept
        app._chores_changed()
        await settle(app, pilot)
        assert isinstance(app.screen, Say)
        assert "预留的空间已经放出来" in screen_text(app)
        assert "1200" in screen_text(app)
        await press(app, pilot, "escape")
        app._chores_changed()
        await settle(app, pilot)
        assert isinstance(app.screen, Safety)
        assert "! 磁盘满了，还能记约 1200 次巡视" in screen_text(app)


async def test_an_act_that_spent_the_reserve_has_the_room_looked_at(safe: Shown, lived: Household) -> None:
    async with safe() as (app, pilot):
        assert app.chores is not None
        assert "room" not in app.chores.kept
        lived.store.reserve_spent = True
        app.sync_looked()
        await settle(app, pilot)
        assert app.chores.kept["room"].facts["reserved"] == 8_000_000
        assert not lived.store.reserve_spent
