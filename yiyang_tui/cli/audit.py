"""``yiyang audit``: who opened or changed what; the trail as a file for whoever has to look at it."""

from collections.abc import Callable
from heapq import nlargest
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final
from uuid import UUID

import typer

from yiyang_tui.cli.ask import Secrets
from yiyang_tui.cli.audit_file import said, write
from yiyang_tui.cli.audit_reader import Reader, asked_for, reader_for
from yiyang_tui.cli.audit_verify import verify
from yiyang_tui.cli.options import Json, Number, PassphraseFile

if TYPE_CHECKING:
    from care.rights import Second
    from care.staff import StaffView
    from care.trail import Line
    from db.store import Store

Who = Annotated[str | None, typer.Option("--who", metavar="NUMBER", help="cli.audit.opt.who")]
Whom = Annotated[str | None, typer.Option("--person", metavar="ID|NAME", help="cli.audit.opt.person")]
Since = Annotated[str | None, typer.Option("--since", metavar="DATE", help="cli.audit.opt.since")]
Until = Annotated[str | None, typer.Option("--until", metavar="DATE", help="cli.audit.opt.until")]
What = Annotated[str | None, typer.Option("--what", metavar="KIND", help="cli.audit.opt.what")]
Table = Annotated[str | None, typer.Option("--table", metavar="TABLE", help="cli.audit.opt.table")]

_SHORT: Final = 8
"""Letters of a pseudonym on the screen; a file has all of them."""
_COLUMNS: Final = ("at", "who", "laptop", "what", "person", "fields")


def show(
    who: Who = None,
    person: Whom = None,
    since: Since = None,
    until: Until = None,
    what: What = None,
    table: Table = None,
    limit: Annotated[int, typer.Option("--limit", metavar="N", min=1, max=100_000, help="cli.audit.opt.limit")] = 200,
    number: Number = None,
    passphrase_file: PassphraseFile = None,
    json: Json = False,
) -> None:
    """The newest acts, the newest first."""
    from yiyang_tui.cli.record import acting
    from yiyang_tui.cli.show import as_json, say
    from yiyang_tui.cli.show import table as drawn
    from yiyang_tui.words import plural, t

    with acting(number, passphrase_file) as (store, by):
        reader = reader_for(store, by, asked_for(store, who, person, since, until, what, table))
        _note_reading(store, by, "screen")
        found = nlargest(limit, reader.lines(), key=lambda line: (line.at, line.lamport))
        rows = [_row(reader, line) for line in found]
    if json:
        as_json({"entries": [said(reader, line) for line in found]})
        return
    drawn([t(f"cli.audit.column.{name}") for name in _COLUMNS], rows)
    say(plural("cli.audit.shown", len(rows)))


def export(
    file: Annotated[Path, typer.Argument(metavar="FILE.csv|FILE.jsonl", help="cli.audit.opt.file")],
    who: Who = None,
    person: Whom = None,
    since: Since = None,
    until: Until = None,
    what: What = None,
    table: Table = None,
    named: Annotated[bool, typer.Option("--named", help="cli.audit.opt.named")] = False,
    second: Annotated[str | None, typer.Option("--second", metavar="NUMBER", help="cli.audit.opt.second")] = None,
    second_pin_file: Annotated[
        str | None, typer.Option("--second-pin-file", metavar="FILE|-", help="cli.audit.opt.second_pin_file")
    ] = None,
    number: Number = None,
    passphrase_file: PassphraseFile = None,
) -> None:
    """The trail as a file, in the order in which it was written."""
    from db.errors import Refused
    from yiyang_tui import leaving
    from yiyang_tui.cli.record import acting
    from yiyang_tui.cli.show import note, say
    from yiyang_tui.cli.whom import second_of
    from yiyang_tui.words import t

    if file.suffix not in (".csv", ".jsonl"):
        raise Refused("audit_file")
    target, secrets = leaving.free(file), Secrets()
    with acting(number, passphrase_file, secrets) as (store, by):
        reader = reader_for(store, by, asked_for(store, who, person, since, until, what, table))
        names: dict[UUID, str] = {}
        if named:
            names = _named(store, by, second_of(store, secrets, second, second_pin_file), target.name)
        else:
            _note_reading(store, by, target.name)
        count = write(reader, target, names)
    say(t("cli.audit.exported", path=str(target), n=f"{count:,}"))
    note(t("cli.export.plain_named" if named else "cli.export.plain_there"))


COMMANDS: Final[dict[str, Callable[..., Any]]] = {"verify": verify, "show": show, "export": export}


def _note_reading(store: "Store", by: "StaffView", where: str) -> None:
    """Reading the trail is an act of it; where it cannot be written down, nothing is shown."""
    from care.audit import note
    from care.rights import doing

    with doing(store, by.id, "audit.read") as act:
        note(act, "audit_read", where=where)


def _named(store: "Store", by: "StaffView", second: "Second", file: str) -> dict[UUID, str]:
    """The names of people, given by two persons who both may."""
    from sqlmodel import col, select

    from care.audit import note
    from care.rights import doing_together, require
    from db.tables import Person

    with doing_together(store, by.id, second, "export.named", "exported_named", table="audit", file=file) as act:
        require(act.conn, by.id, "audit.read")
        note(act, "audit_read", second=second.staff_id, where=file)
        return dict(act.conn.execute(select(col(Person.id), col(Person.name))).tuples().all())


# --- what is said ---------------------------------------------------------------------------------


def _row(reader: Reader, line: "Line") -> list[str]:
    from care.trail import words_of
    from yiyang_tui.cli.audit_words import details
    from yiyang_tui.cli.show import moment
    from yiyang_tui.words import language

    return [
        moment(line.at) + (" ?" if line.suspect else ""),
        _persons(reader, line),
        reader.laptop(line.device),
        words_of(line.what, language()),
        reader.pseudonym(line.about)[:_SHORT],
        details(line),
    ]


def _persons(reader: Reader, line: "Line") -> str:
    both = [line.staff_id, *([line.second_id] if line.second_id else [])]
    return " + ".join(reader.who(one) for one in both)
