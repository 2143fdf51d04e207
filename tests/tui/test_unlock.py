"""Signing in: what is said, what is kept, what is loaded when."""

import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest

from db.clock import Clock
from db.tables import Pair
from db.vault import open_vault
from tests.tui.conftest import PASSPHRASE, Opened, screen_text, settle, sign_in, type_text
from tests.tui.small_places import Today
from yiyang_tui.screens.clock import ClockDialog, told_at
from yiyang_tui.screens.unlock import UnlockScreen
from yiyang_tui.settings import read_settings, settings_path
from yiyang_tui.widgets.entry import Entry

FIRST_PAINT = """
import asyncio, pathlib, sys
from yiyang_tui.app import make_app
from yiyang_tui.screens import unlock

unlock.NEEDED = ("at_first_paint",)

async def start():
    app = make_app(pathlib.Path(sys.argv[1]), places={"today": "at_first_paint:Today"})
    async with app.run_test() as pilot:
        await app.workers.wait_for_complete()
        await pilot.pause()

asyncio.run(start())
"""


def test_the_sign_in_screen_needs_only_textual(vault: Path, tmp_path: Path) -> None:
    """What is loaded when the loading worker begins, which is after the first paint."""
    seen = tmp_path / "seen"
    (tmp_path / "at_first_paint.py").write_text(f"import sys; open({str(seen)!r}, 'w').write(' '.join(sys.modules))")
    subprocess.run(
        [sys.executable, "-c", FIRST_PAINT, str(vault)],
        check=True,
        env={"PYTHONPATH": f"{tmp_path}:{Path.cwd()}", "HOME": str(tmp_path), "PATH": ""},
    )
    roots = {name.partition(".")[0] for name in seen.read_text().split()}
    assert "textual" in roots
    late = {
        "db",
        "care",
        "sync",
        "sqlmodel",
        "sqlalchemy",
        "pydantic",
        "sqlcipher3",
        "cryptography",
        "alembic",
        "httpx",
    }
    assert roots & (late | {"typer", "click", "pypinyin", "msgpack", "zstandard", "pyrage", "openpyxl"}) == set()


async def test_number_then_passphrase_then_today(started: Opened) -> None:
    async with started() as (app, pilot):
        assert isinstance(app.screen, UnlockScreen)
        await sign_in(app, pilot)
        assert isinstance(app.screen, Today)
        assert app.session is not None
        assert (app.session.staff.name, app.session.pair_name) == ("王芳", "青山镇 卫生院+福利院")
        assert "王芳 护理员" in screen_text(app)


async def test_the_form_stands_with_space_around_it_and_the_cursor_in_its_field(started: Opened) -> None:
    async with started() as (app, pilot):
        await pilot.pause()
        number, passphrase = app.screen.query(Entry)
        assert (number.region.x, number.region.width, passphrase.region.y - number.region.y) == (4, 30, 3)
        assert app.cursor_position == number.content_region.offset


async def test_a_wrong_passphrase_says_so_in_place_and_keeps_the_number(started: Opened) -> None:
    async with started() as (app, pilot):
        await sign_in(app, pilot, passphrase="wrong horse")
        assert "工号或口令不对" in screen_text(app)
        assert [entry.value for entry in app.screen.query(Entry)] == ["1001", ""]
        await type_text(pilot, PASSPHRASE)
        await pilot.press("enter")
        await settle(app, pilot)
        assert isinstance(app.screen, Today)


async def test_the_next_start_knows_the_number_and_nothing_else(started: Opened) -> None:
    async with started() as (app, pilot):
        await sign_in(app, pilot)
    assert read_settings(settings_path()).number == "1001"
    assert "王芳" not in settings_path().read_text("utf-8")
    assert PASSPHRASE not in settings_path().read_text("utf-8")
    async with started() as (app, _pilot):
        assert app.screen.query_one("#number", Entry).value == "1001"
        assert app.screen.query_one("#passphrase").has_focus


async def test_without_a_record_it_says_how_to_make_one(started: Opened, tmp_path: Path) -> None:
    async with started(path=tmp_path / "nothing.db") as (app, pilot):
        text = screen_text(app)
        assert "还没有记录" in text
        assert "yiyang init" in text
        await pilot.press("escape")
    assert app.return_code == 0


async def test_a_damaged_record_says_what_is_safe(started: Opened, vault: Path) -> None:
    vault.write_bytes(b"\0" * vault.stat().st_size)
    async with started() as (app, pilot):
        await sign_in(app, pilot)
        assert isinstance(app.screen, UnlockScreen)
        assert "程序没有改动它" in screen_text(app).replace("\n    ", "")


@pytest.mark.parametrize("key", ["f2", "f3", "f10", "ctrl+z", "ctrl+f"])
async def test_places_are_closed_until_the_record_is_open(started: Opened, key: str) -> None:
    async with started() as (app, pilot):
        await pilot.press(key)
        await pilot.pause()
        assert isinstance(app.screen, UnlockScreen)
        assert "先打开记录" in screen_text(app)


async def test_help_and_quit_work_before_the_record_is_open(started: Opened) -> None:
    async with started() as (app, pilot):
        await pilot.press("f1")
        await pilot.pause()
        assert "打开记录" in screen_text(app)
        await pilot.press("escape", "ctrl+q")
    assert app.return_code == 0


async def test_a_doubtful_clock_asks_once_and_goes_on(started: Opened, vault: Path) -> None:
    """The newest entry lies in the future of this laptop's clock, as after a dead battery."""
    ahead = Clock(wall=lambda: time.time() + 30 * 86400)
    store = open_vault(vault, "1001", PASSPHRASE, clock=ahead)
    with store.act(None) as act:
        act.insert(Pair, name="x")
    store.close()
    async with started() as (app, pilot):
        await sign_in(app, pilot)
        assert isinstance(app.screen, ClockDialog)
        await type_text(pilot, "never")
        await pilot.press("enter", "enter")
        await pilot.pause()
        assert "2026-11-22 和 21:04" in screen_text(app)
        for field, said in zip(app.screen.query(Entry), ("２０２６-12-25", "08：30"), strict=True):
            field.value = said
        await pilot.press("enter", "enter")
        await settle(app, pilot)
        assert isinstance(app.screen, Today)
        assert app.session is not None
        told = int(datetime(2026, 12, 25, 0, 30, tzinfo=UTC).timestamp())
        assert told <= app.session.now() < told + 600
        assert app.session.store.clock.doubt is None


def test_a_time_as_typed() -> None:
    assert told_at("2026-11-22", "21:04") == 1795352640
    assert told_at("22.11.", "9") is None
