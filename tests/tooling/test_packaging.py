"""The files for service managers name commands and options that there are."""

import shlex
from configparser import ConfigParser
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from sync.errors import CountyUnreachable, SyncBusy
from yiyang_tui.cli.main import take_common
from yiyang_tui.cli.sync import BUDGET_SPENT
from yiyang_tui.cli.tree import make_tree

PLACE = Path(__file__).parents[2] / "packaging"
UNITS = sorted(path.name for path in PLACE.glob("*.service"))
TASK = {"task": "http://schemas.microsoft.com/windows/2004/02/mit/task"}


def _unit(name: str) -> ConfigParser:
    parsed = ConfigParser(strict=False, interpolation=None)
    parsed.optionxform = str  # type: ignore[assignment,method-assign]
    parsed.read(PLACE / name, encoding="utf-8")
    return parsed


def _is_a_command(words: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """Read the words as the program reads them, and do nothing."""
    for name in ("YIYANG_LANG", "YIYANG_VAULT"):
        monkeypatch.setenv(name, "")
    rest, lacking = take_common(words)
    assert not lacking
    command: Any = make_tree()
    context = command.make_context("yiyang", list(rest), resilient_parsing=False)
    while hasattr(command, "resolve_command") and (left := [*context._protected_args, *context.args]):
        _, command, left = command.resolve_command(context, left)
        context = command.make_context("x", left, parent=context)
    assert context.args == []


@pytest.mark.parametrize("name", UNITS)
def test_units_start_commands_that_exist(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    program, *words = shlex.split(_unit(name)["Service"]["ExecStart"])
    assert program.endswith("/yiyang")
    _is_a_command(words, monkeypatch)


def test_what_is_no_fault_of_the_laptop_ends_well() -> None:
    well = {int(code) for code in _unit("yiyang-sync.service")["Service"]["SuccessExitStatus"].split()}
    assert well == {CountyUnreachable.exit_code, SyncBusy.exit_code, BUDGET_SPENT}


def test_the_timer_belongs_to_the_service_and_spreads_the_laptops() -> None:
    timer = _unit("yiyang-sync.timer")
    assert (PLACE / "yiyang-sync.service").exists()
    assert timer["Timer"]["RandomizedDelaySec"]
    assert timer["Install"]["WantedBy"] == "timers.target"


def test_the_windows_task_runs_the_same_command_as_the_unit(monkeypatch: pytest.MonkeyPatch) -> None:
    raw = (PLACE / "yiyang-sync.xml").read_bytes()
    assert raw.isascii()
    root = ElementTree.fromstring(raw)

    def said(path: str) -> str:
        found = root.findtext(path, namespaces=TASK)
        assert found is not None
        return found

    words = shlex.split(said("task:Actions/task:Exec/task:Arguments"))
    _is_a_command(words, monkeypatch)
    assert words == shlex.split(_unit("yiyang-sync.service")["Service"]["ExecStart"])[1:]
    assert said("task:Principals/task:Principal/task:UserId") in (PLACE / "README.md").read_text("utf-8")
    assert said("task:Settings/task:MultipleInstancesPolicy") == "IgnoreNew"
