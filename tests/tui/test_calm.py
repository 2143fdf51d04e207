"""What nobody foresaw: no traceback, no value, one sentence, a log without people."""

import sys
from pathlib import Path

import pexpect
import pytest
from textual.worker import WorkerFailed

from tests.tui.conftest import PLACES, Opened, screen_text, settle, sign_in, until
from tests.tui.small_places import Today
from yiyang_tui import faults
from yiyang_tui.app import make_app
from yiyang_tui.screens.dialogs import Say
from yiyang_tui.settings import settings_path

CANARY = "李秀英五一零二"

BROKEN = f"""
import sys, pathlib
from yiyang_tui.app import make_app
from yiyang_tui.screens.dialogs import Say

def break_down():
    person = {CANARY!r}
    raise ValueError(person)

app = make_app(pathlib.Path(sys.argv[1]))
app.call_later(break_down)
app.run()
raise SystemExit(app.return_code)
"""


def fails_with(person: str) -> None:
    raise LookupError(person)


def test_a_broken_screen_ends_with_one_sentence_in_a_real_terminal(tmp_path: Path) -> None:
    child = pexpect.spawn(
        sys.executable, ["-c", BROKEN, str(tmp_path / "none.db")], encoding="utf-8", dimensions=(24, 80), timeout=30
    )
    child.expect(pexpect.EOF)
    child.close()
    assert child.exitstatus == 1
    assert "保存过的都在" in child.before
    for word in ("Traceback", "ValueError", "break_down", CANARY):
        assert word not in child.before
    log = faults.log_path().read_text("utf-8")
    assert "ValueError" in log
    assert CANARY not in log


async def test_broken_work_in_a_thread_is_told_in_a_dialog_and_the_day_goes_on(vault: Path) -> None:
    app = make_app(vault, "zh", "yiyang-plain", places=PLACES, settings=settings_path())

    async def a_day() -> None:
        async with app.run_test(size=(80, 24)) as pilot:
            await sign_in(app, pilot)
            assert isinstance(app.screen, Today)
            app.screen.run_care(fails_with, CANARY)
            await until(pilot, lambda: isinstance(app.screen, Say))
            await pilot.pause()
            text = screen_text(app)
            assert "程序出了点意外" in text
            assert CANARY not in text
            await pilot.press("enter")
            await pilot.pause()
            assert isinstance(app.screen, Today)
            assert app.return_code != 1

    # The pilot raises at its end what the dialog has told already.
    with pytest.raises(WorkerFailed):
        await a_day()
    assert CANARY not in faults.log_path().read_text("utf-8")


def test_the_log_says_kinds_and_places_and_begins_anew_when_long() -> None:
    try:
        try:
            fails_with(CANARY)
        except LookupError as error:
            raise RuntimeError(CANARY) from error
    except RuntimeError as error:
        path = faults.note_fault(error)
    line = path.read_text("utf-8")
    assert "RuntimeError from LookupError" in line
    assert "tui/test_calm.py:" in line
    assert CANARY not in line
    path.write_text("x" * (faults.LIMIT + 1))
    faults.note_fault(ValueError())
    assert path.stat().st_size < 1000


async def test_signing_in_again_is_not_needed_after_a_sentence(opened: Opened) -> None:
    async with opened() as (app, pilot):
        assert isinstance(app.screen, Today)
        app.screen.say("一句很长的话" * 20)
        await settle(app, pilot)
        assert "Enter 知道了" in screen_text(app)
        await pilot.press("enter")
        await settle(app, pilot)
        assert isinstance(app.screen, Today)
