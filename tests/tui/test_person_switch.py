"""Changing person by PIN, and the lock."""

from care.staff import by_number
from db.keys import FLOOR
from tests.tui.conftest import PASSPHRASE, Opened, screen_text, settle, type_text, until
from yiyang_tui.screens.person_switch import AskPin, PersonSwitch
from yiyang_tui.widgets.entry import Entry


async def give_pin(app, pilot, pin: str) -> None:
    """Type it, and wait for the answer: the next question, or none."""
    asked = app.screen
    await type_text(pilot, pin)
    await pilot.press("enter")
    await until(
        pilot, lambda: app.screen is not asked and not (isinstance(app.screen, PersonSwitch) and who(app) == "王芳")
    )


def who(app) -> str:
    return app.session.staff.name


async def test_the_signed_in_person_types_their_pin(opened: Opened) -> None:
    async with opened() as (app, pilot):
        await pilot.press("f10")
        await settle(app, pilot)
        text = screen_text(app)
        assert "> 1001" in text
        assert "刘建国" in text
        assert "已停用" in text
        await pilot.press("enter")
        await pilot.pause()
        assert isinstance(app.screen, AskPin)
        await type_text(pilot, "4711")
        await pilot.press("enter")
        await settle(app, pilot)
        assert "现在是 王芳" in screen_text(app)


async def test_a_wrong_pin_asks_again_and_changes_nobody(opened: Opened) -> None:
    async with opened() as (app, pilot):
        await pilot.press("f10")
        await settle(app, pilot)
        await pilot.press("enter")
        await pilot.pause()
        await give_pin(app, pilot, "9999")
        assert isinstance(app.screen, AskPin)
        assert "PIN 不对" in screen_text(app)
        await pilot.press("escape", "escape")
        await settle(app, pilot)
        assert not isinstance(app.screen, PersonSwitch)


async def test_somebody_without_a_pin_proves_by_their_own_passphrase_who_they_are(opened: Opened) -> None:
    async with opened() as (app, pilot):
        assert app.session is not None
        app.session.store.add_passphrase("1002", "blue mountain tea", FLOOR)
        await pilot.press("f10")
        await settle(app, pilot)
        await pilot.press("down", "enter")
        await pilot.pause()
        assert "刘建国" in screen_text(app)
        # Whoever is signed in cannot vouch for them: neither with their PIN nor with their passphrase.
        for typed in ("4711", PASSPHRASE):
            await give_pin(app, pilot, typed)
            assert isinstance(app.screen, AskPin)
            assert who(app) == "王芳"
        await give_pin(app, pilot, "blue mountain tea")
        for pin in ("2580", "2581", "2580", "2580"):
            await give_pin(app, pilot, pin)
        await settle(app, pilot)
        assert who(app) == "刘建国"
        assert "刘建国 医生" in screen_text(app)
        await pilot.press("f10")
        await settle(app, pilot)
        await pilot.press("up", "up", "enter")
        await type_text(pilot, "4711")
        await pilot.press("enter")
        await settle(app, pilot)
        assert who(app) == "王芳"


async def test_a_lock_has_no_way_round_and_keeps_what_is_half_typed(opened: Opened) -> None:
    async with opened() as (app, pilot):
        await pilot.press("f4")
        await settle(app, pilot)
        await type_text(pilot, "156")
        await pilot.press("f10")
        await settle(app, pilot)
        await pilot.press("f10")
        await pilot.pause()
        for key in ("escape", "f2", "ctrl+p", "ctrl+q", "ctrl+z", "f4", "ctrl+l"):
            await pilot.press(key)
            await settle(app, pilot)
            assert isinstance(app.screen, PersonSwitch)
        assert "屏幕已锁" in screen_text(app)
        assert "156" not in screen_text(app)
        await pilot.press("enter")
        await type_text(pilot, "4711")
        await pilot.press("enter")
        await settle(app, pilot)
        assert "已解锁" in screen_text(app)
        assert app.screen.query_one("#sbp", Entry).value == "156"


async def test_another_person_cannot_undo_what_was_not_theirs(opened: Opened) -> None:
    async with opened() as (app, pilot):
        assert app.session is not None
        app.session.acted("李秀英 巡视", lambda: None)
        doctor = by_number(app.session.store, "1002")
        assert doctor is not None
        app.session.become(doctor)
        await pilot.press("ctrl+z")
        await settle(app, pilot)
        assert "没有可以撤销的事" in screen_text(app)
