"""Nobody at the keyboard: the screen locks, what was half typed is kept, and is there for whoever typed it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import func, select
from textual.pilot import Pilot

from care.pins import drop_pin, set_pin
from care.staff import by_number
from db.local import JOURNAL
from db.store import Store
from tests.care.household import Household
from tests.tui.conftest import PASSPHRASE, PLACES, screen_text, settle, type_text, until
from tests.tui.walk import Walked
from yiyang_tui.app import YiyangApp, make_app
from yiyang_tui.screens.person_switch import AskPin, PersonSwitch
from yiyang_tui.settings import Settings, lock_s, read_settings, settings_path, write_settings
from yiyang_tui.themes import ambiguous_glyphs
from yiyang_tui.widgets.entry import Entry
from yiyang_tui.widgets.virtual_list import VirtualList


class Hours:
    """Seconds that pass when the test says so."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        """As ``yiyang_tui.idle.steady``."""
        return self.now


@asynccontextmanager
async def running(
    vault: Path, hours: Hours, number: str = "1001", lang: str = "zh", size: tuple[int, int] = (80, 24)
) -> AsyncIterator[tuple[YiyangApp, Pilot[None]]]:
    """The application with somebody signed in, in a form."""
    app = make_app(vault, lang, "yiyang-plain", places=PLACES, settings=settings_path(), steady=hours)
    async with app.run_test(size=size) as pilot:
        await pilot.pause()
        for id, said in (("number", number), ("passphrase", PASSPHRASE)):
            entry = app.screen.query_one(f"#{id}", Entry)
            entry.focus()
            entry.value = said
        await pilot.press("enter")
        await settle(app, pilot)
        await pilot.press("f4")
        await settle(app, pilot)
        yield app, pilot


async def time_passes(app: YiyangApp, pilot: Pilot[None], hours: Hours, seconds: float = 300) -> None:
    """Nobody touches it."""
    hours.now += seconds
    app.look_idle()
    await settle(app, pilot)


async def give(app: YiyangApp, pilot: Pilot[None], secret: str) -> None:
    """Choose the person under the cursor and type their PIN or passphrase."""
    await pilot.press("enter")
    await until(pilot, lambda: isinstance(app.screen, AskPin))
    await type_text(pilot, secret)
    await pilot.press("enter")
    await until(pilot, lambda: not isinstance(app.screen, AskPin | PersonSwitch))
    await settle(app, pilot)


def events(store: Store) -> list[str]:
    """What the audit says of comings and goings, in order."""
    with store.reading() as conn:
        found = conn.exec_driver_sql("SELECT what FROM audit_event ORDER BY rowid").scalars()
        return [what for what in found if what != "pin_set"]


def unsealed(store: Store) -> int:
    with store.reading() as conn:
        return conn.execute(select(func.count()).select_from(JOURNAL)).scalar_one()


def turn_to(people: "VirtualList[Any]", staff_id: UUID) -> None:
    """Put the cursor of the list on somebody."""
    rows = [people.row_at(place) for place in range(people.total)]
    people.goto([None if row is None else row.id for row in rows].index(staff_id))


async def test_it_locks_after_five_minutes_and_the_same_person_finds_the_form(vault: Path) -> None:
    hours = Hours()
    async with running(vault, hours) as (app, pilot):
        await type_text(pilot, "156")
        await time_passes(app, pilot, hours, 299)
        assert not isinstance(app.screen, PersonSwitch)
        await pilot.press("right")  # any key
        await time_passes(app, pilot, hours, 299)
        assert not isinstance(app.screen, PersonSwitch)
        await time_passes(app, pilot, hours, 1)
        assert isinstance(app.screen, PersonSwitch)
        assert "屏幕已锁" in screen_text(app)
        assert "156" not in screen_text(app)
        assert ambiguous_glyphs(app) == set()
        assert app.session is not None
        # What was written lies in a batch, though this laptop has no county.
        await until(pilot, lambda: app.session is not None and unsealed(app.session.store) == 0)
        assert unsealed(app.session.store) == 0
        await give(app, pilot, "4711")
        assert "已解锁" in screen_text(app)
        assert app.screen.query_one("#sbp", Entry).value == "156"
        assert events(app.session.store) == ["signed_in", "locked", "unlocked"]


async def test_a_key_from_a_lid_just_opened_only_shows_the_lock(vault: Path) -> None:
    hours = Hours()
    async with running(vault, hours) as (app, pilot):
        await type_text(pilot, "15")
        hours.now += 3600
        await pilot.press("6")
        await settle(app, pilot)
        assert isinstance(app.screen, PersonSwitch)
        await give(app, pilot, "4711")
        assert app.screen.query_one("#sbp", Entry).value == "15"


async def test_somebody_else_gets_a_screen_of_their_own_and_the_form_waits(vault: Path) -> None:
    hours = Hours()
    async with running(vault, hours) as (app, pilot):
        assert app.session is not None
        store = app.session.store
        doctor = by_number(store, "1002")
        assert doctor is not None
        set_pin(store, doctor.id, "2580")
        await type_text(pilot, "156")
        await time_passes(app, pilot, hours)
        await pilot.press("down")
        await give(app, pilot, "2580")
        assert app.session.staff.name == "刘建国"
        assert "现在是 刘建国" in screen_text(app)
        assert app.screen is app.get_screen("today")
        await pilot.press("f4")
        await settle(app, pilot)
        assert app.screen.query_one("#sbp", Entry).value == ""
        await type_text(pilot, "99")
        await time_passes(app, pilot, hours)
        await pilot.press("up")
        await give(app, pilot, "4711")
        await pilot.press("f4")
        await settle(app, pilot)
        assert app.screen.query_one("#sbp", Entry).value == "156"
        assert [store.draft("round:1", one.id) for one in (app.session.staff, doctor)] == [
            {"sbp": "156", "acvpu": None, "falls": False},
            {"sbp": "99", "acvpu": None, "falls": False},
        ]
        assert events(store)[-4:] == ["locked", "switched", "locked", "switched"]


async def test_without_a_pin_the_passphrase_unlocks(vault: Path) -> None:
    hours = Hours()
    async with running(vault, hours) as (app, pilot):
        assert app.session is not None
        drop_pin(app.session.store, app.session.staff.id)
        await type_text(pilot, "156")
        await time_passes(app, pilot, hours)
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(app.screen, AskPin))
        assert "王芳 的口令" in screen_text(app)
        await type_text(pilot, "wrong")
        await pilot.press("enter")
        await until(pilot, lambda: "口令" in screen_text(app) and not app.screen.query_one(Entry).value)
        assert isinstance(app.screen, AskPin)
        await type_text(pilot, PASSPHRASE)
        await pilot.press("enter")
        await until(pilot, lambda: not isinstance(app.screen, AskPin | PersonSwitch))
        assert app.screen.query_one("#sbp", Entry).value == "156"
        assert events(app.session.store) == ["signed_in", "locked", "wrong_passphrase", "unlocked"]


async def test_a_question_for_a_pin_that_nobody_answers_is_closed_by_the_lock(vault: Path) -> None:
    hours = Hours()
    async with running(vault, hours) as (app, pilot):
        await pilot.press("f10")
        await settle(app, pilot)
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(app.screen, AskPin))
        hours.now += 300
        app.look_idle()
        await until(pilot, lambda: isinstance(app.screen, PersonSwitch))
        assert isinstance(app.screen, PersonSwitch)
        assert app.screen.locked
        await pilot.press("escape")
        await pilot.pause()
        assert isinstance(app.screen, PersonSwitch)


async def test_nobody_is_locked_out_of_the_sign_in_screen(vault: Path) -> None:
    hours = Hours()
    app = make_app(vault, "zh", "yiyang-plain", places=PLACES, settings=settings_path(), steady=hours)
    async with app.run_test() as pilot:
        await pilot.pause()
        hours.now += 10_000
        app.look_idle()
        await pilot.press("1")
        assert app.screen.query_one("#number", Entry).value == "1"


@pytest.mark.parametrize(
    ("said", "seconds"), [("", 300), ("lock_minutes = 1", 60), ("lock_minutes = 0", 300), ("lock_minutes = 999", 3600)]
)
def test_after_how_long_is_a_setting_within_bounds(tmp_path: Path, said: str, seconds: int) -> None:
    path = tmp_path / "settings.toml"
    path.write_text(said, encoding="utf-8")
    assert lock_s(read_settings(path)) == seconds


def test_the_setting_outlives_a_change_of_another(tmp_path: Path) -> None:
    path = tmp_path / "settings.toml"
    write_settings(path, Settings(lang="en", lock_minutes=7))
    assert read_settings(path) == Settings(lang="en", lock_minutes=7)


async def test_on_the_real_board_nobody_sees_what_another_has_half_typed(house: Household, walked: Walked) -> None:
    """What Space saved just before the hand-over is the first one's; the form waits in their drafts."""
    for one, pin in ((house.carer, "4711"), (house.director, "2580")):
        set_pin(house.store, one, pin)
    async with walked() as (app, pilot):
        assert app.session is not None
        first = app.session.staff
        await pilot.press("space")
        await settle(app, pilot)
        await type_text(pilot, "365")
        await pilot.press("f10")
        await settle(app, pilot)
        people = app.screen.query_one(VirtualList)
        turn_to(people, house.director)
        await give(app, pilot, "2580")
        assert app.session.staff.id == house.director
        assert all(not entry.value for entry in app.screen.query(Entry))
        assert "没填完" not in screen_text(app)
        await pilot.press("f10")
        await settle(app, pilot)
        people = app.screen.query_one(VirtualList)
        turn_to(people, first.id)
        await give(app, pilot, "4711")
        assert app.screen.query_one("#temp_c10", Entry).value == "36.5"
    with house.store.reading() as conn:
        saved = conn.exec_driver_sql("SELECT staff_id FROM round ORDER BY rowid DESC LIMIT 1").scalar_one()
    assert saved == first.id.bytes
