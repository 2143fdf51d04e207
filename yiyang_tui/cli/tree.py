"""All commands in one tree, explained in the language spoken now."""

from collections.abc import Callable
from typing import Any

import typer
from typer.core import TyperGroup
from typer.main import get_command

from yiyang_tui.cli import county, demo, doctor, enrol, init, keys, roster, sync
from yiyang_tui.cli.explain import Explained, ExplainedGroup


def make_tree() -> TyperGroup:
    """The command line, ready for ``main``."""
    root = _group("")
    _add(root, "init", init.init)
    _add(root, "enrol", enrol.enrol)
    _add(root, "demo", demo.demo)
    _add(root, "sync", sync.sync)
    _add(root, "doctor", doctor.doctor)
    _add(root, "keys", keys.keys)

    people = _group("import")
    _add(people, "people", roster.people)
    root.add_typer(people, name="import")

    office = _group("county")
    for name, act in county.COMMANDS.items():
        _add(office, name, act)
    root.add_typer(office, name="county")

    made = get_command(root)
    assert isinstance(made, TyperGroup)
    return made


def _group(name: str) -> typer.Typer:
    group = typer.Typer(
        name=name or None,
        cls=ExplainedGroup,
        add_completion=False,
        rich_markup_mode=None,
        pretty_exceptions_enable=False,
        context_settings={"help_option_names": ["--help", "-h"]},
    )
    # A callback keeps a group a group even where it has one command only.
    group.callback()(_nothing)
    return group


def _nothing() -> None:
    """A group does nothing by itself."""


def _add(group: typer.Typer, name: str, act: Callable[..., Any]) -> None:
    group.command(name, cls=Explained)(act)
