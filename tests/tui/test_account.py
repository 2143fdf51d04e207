"""One's own passphrase and PIN, behind F10; what to do when it is forgotten."""

import pytest

from care.pins import check_pin
from db.errors import WrongPassphrase
from db.vault import open_vault
from tests.tui.conftest import PASSPHRASE, Opened, screen_text, settle, sign_in, type_text, until
from tests.tui.picture import same_as_picture
from yiyang_tui.screens.account import Account
from yiyang_tui.screens.dialogs import Choose
from yiyang_tui.screens.person_switch import PersonSwitch
from yiyang_tui.widgets.entry import Entry

NEW = "battery staple"


@pytest.fixture(autouse=True)
def _cheap(monkeypatch: pytest.MonkeyPatch) -> None:
    """A new passphrase costs the floor."""
    monkeypatch.setenv("YIYANG_PASSPHRASE_MS", "1")


async def choose(app, pilot, *keys: str) -> None:
    """F10, one's own, which of the two."""
    await pilot.press("f10")
    await settle(app, pilot)
    await pilot.press("ctrl+o")
    await until(pilot, lambda: isinstance(app.screen, Choose))
    await pilot.press(*keys, "enter")
    await until(pilot, lambda: isinstance(app.screen, Account) and app.screen.query("#old"))
    await pilot.pause()


async def fill(app, pilot, *said: str, then: str) -> None:
    """Type into the fields, Enter after each, and wait for the answer."""
    for each in said:
        await type_text(pilot, each)
        await pilot.press("enter")
    await until(pilot, lambda: then in screen_text(app))
    assert then in screen_text(app)


async def test_a_passphrase_is_changed_with_the_old_one(opened: Opened) -> None:
    async with opened() as (app, pilot):
        await choose(app, pilot)
        assert isinstance(app.screen, Account)
        same_as_picture(app, "account")
        await fill(app, pilot, "not the old one", NEW, NEW, then="现在的不对")
        assert app.screen.query_one("#old", Entry).has_focus
        await fill(app, pilot, PASSPHRASE, NEW, NEW + "x", then="两遍新的不一样")
        await fill(app, pilot, "short", "short", then="太短")
        await fill(app, pilot, NEW, NEW, then="口令已更换")
        assert isinstance(app.screen, PersonSwitch)
        assert app.session is not None
        vault = app.session.store.path
    with pytest.raises(WrongPassphrase):
        open_vault(vault, "1001", PASSPHRASE)
    open_vault(vault, "1001", NEW).close()


async def test_a_pin_is_changed_with_the_old_one(opened: Opened) -> None:
    async with opened() as (app, pilot):
        await choose(app, pilot, "down")
        await fill(app, pilot, "4711", "1111", "1111", then="猜")
        assert app.screen.query_one("#new", Entry).has_focus
        await fill(app, pilot, "2580", "2580", then="PIN 已更换")
        assert app.session is not None
        check_pin(app.session.store, app.session.staff.id, "2580")


async def test_a_locked_screen_changes_nothing_of_anybody(opened: Opened) -> None:
    async with opened() as (app, pilot):
        await pilot.press("f10")
        await settle(app, pilot)
        await pilot.press("f10", "ctrl+o")
        await settle(app, pilot)
        assert isinstance(app.screen, PersonSwitch)
        assert "屏幕已锁" in screen_text(app)


async def test_in_english_and_in_four_looks_nothing_typed_is_shown(opened: Opened) -> None:
    async with opened(lang="en", size=(120, 36)) as (app, pilot):
        await choose(app, pilot)
        await type_text(pilot, PASSPHRASE)
        for _ in range(4):
            assert PASSPHRASE not in screen_text(app)
            assert "Present passphrase" in screen_text(app)
            app.action_theme()
            await pilot.pause()
        await pilot.press("escape")
        await settle(app, pilot)


async def test_the_sign_in_screen_says_what_to_do_when_it_is_forgotten(started: Opened) -> None:
    async with started() as (app, pilot):
        await sign_in(app, pilot, passphrase="wrong horse")
        assert "按 F1" in screen_text(app)
        await pilot.press("f1")
        await settle(app, pilot)
        assert "yiyang vault recover" in screen_text(app)
