"""All commands in one tree, explained in the language spoken now."""

from collections.abc import Callable
from typing import Any

import typer
from typer.core import TyperGroup
from typer.main import get_command

from yiyang_tui.cli.audit import COMMANDS as AUDIT
from yiyang_tui.cli.backup import COMMANDS as BACKUP
from yiyang_tui.cli.bundle import COMMANDS as BUNDLE
from yiyang_tui.cli.catalogue import catalogue
from yiyang_tui.cli.county import COMMANDS as COUNTY
from yiyang_tui.cli.demo import demo
from yiyang_tui.cli.doctor import doctor
from yiyang_tui.cli.enrol import enrol
from yiyang_tui.cli.explain import Explained, ExplainedGroup
from yiyang_tui.cli.export import export, unseal
from yiyang_tui.cli.house import COMMANDS as HOUSE
from yiyang_tui.cli.init import init
from yiyang_tui.cli.keys import keys
from yiyang_tui.cli.pack import COMMANDS as PACK
from yiyang_tui.cli.print import COMMANDS as PRINT
from yiyang_tui.cli.privacy import consents, looks, retention
from yiyang_tui.cli.rescue import rescue
from yiyang_tui.cli.roster import people
from yiyang_tui.cli.rounds import COMMANDS as ROUND
from yiyang_tui.cli.share import meet, share
from yiyang_tui.cli.staff import COMMANDS as STAFF
from yiyang_tui.cli.sync import sync
from yiyang_tui.cli.sync_status import status
from yiyang_tui.cli.sync_verify import verify
from yiyang_tui.cli.vault import COMMANDS as VAULT


def make_tree() -> TyperGroup:
    """The command line, ready for ``main``."""
    root = _group("")
    _add(root, "init", init)
    _add(root, "enrol", enrol)
    _add(root, "demo", demo)
    _add(root, "doctor", doctor)
    _add(root, "rescue", rescue)
    _add(root, "keys", keys)
    _add(root, "catalogue", catalogue)
    _add(root, "share", share)
    _add(root, "meet", meet)

    _add(root, "export", export)
    _add(root, "unseal", unseal)
    _add(root, "looks", looks)
    _add(root, "consents", consents)
    _add(root, "retention", retention)

    syncing = _group("sync", sync)
    _add(syncing, "status", status)
    _add(syncing, "verify", verify)
    root.add_typer(syncing, name="sync")

    imports = _group("import")
    _add(imports, "people", people)
    root.add_typer(imports, name="import")

    for of, commands in (
        ("audit", AUDIT),
        ("backup", BACKUP),
        ("bundle", BUNDLE),
        ("staff", STAFF),
        ("round", ROUND),
        ("house", HOUSE),
        ("pack", PACK),
        ("print", PRINT),
        ("vault", VAULT),
        ("county", COUNTY),
    ):
        group = _group(of)
        for name, act in commands.items():
            _add(group, name, act)
        root.add_typer(group, name=of)

    made = get_command(root)
    assert isinstance(made, TyperGroup)
    return made


def _group(name: str, alone: Callable[..., Any] | None = None) -> typer.Typer:
    """A group of commands; ``alone`` is what its name does by itself."""
    group = typer.Typer(
        name=name or None,
        cls=ExplainedGroup,
        add_completion=False,
        rich_markup_mode=None,
        pretty_exceptions_enable=False,
        context_settings={"help_option_names": ["--help", "-h"]},
    )
    # A callback keeps a group a group even where it has one command only.
    group.callback(invoke_without_command=alone is not None)(alone or _nothing)
    return group


def _nothing() -> None:
    """A group does nothing by itself."""


def _add(group: typer.Typer, name: str, act: Callable[..., Any]) -> None:
    group.command(name, cls=Explained)(act)
