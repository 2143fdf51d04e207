"""``yiyang rescue``: a damaged record made anew, and what came back and what did not."""

from contextlib import ExitStack
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from yiyang_tui.cli.options import Json, Number, PassphraseFile

if TYPE_CHECKING:
    from uuid import UUID

    from db.store import Store
    from sync.rescue.losses import Gap, LostRow
    from sync.rescue.report import Report, TableTold

LOST: Final = 54
"""The record is there again, and something of it is not."""
NAMED: Final = 20
"""Lost rows and gaps told one by one; JSON names all."""
_FACTS: Final = ("pages", "broken", "entries_lost", "awaited", "county")


def rescue(
    source: Annotated[str | None, typer.Option("--from", metavar="FILE", help="cli.rescue.opt.from")] = None,
    target: Annotated[str | None, typer.Option("--to", metavar="FILE", help="cli.rescue.opt.to")] = None,
    backup: Annotated[list[str] | None, typer.Option("--backup", metavar="FILE", help="cli.rescue.opt.backup")] = None,
    no_network: Annotated[bool, typer.Option("--no-network", help="cli.rescue.opt.no_network")] = False,
    number: Number = None,
    passphrase_file: PassphraseFile = None,
    json: Json = False,
) -> int:
    """Make the record anew from all that holds a part of it. Returns the exit code."""
    from db.alone import alone_with
    from db.errors import VaultMissing
    from sync.rescue.place import finish, made_beside, put_in_place
    from yiyang_tui.settings import vault_path

    damaged = Path(source) if source else vault_path()
    if not source:
        finish(damaged)
    if not damaged.exists():
        raise VaultMissing(path=str(damaged))
    in_place = not source and not target
    new = Path(target) if target else made_beside(damaged)
    if not in_place:
        _check_free(new)
    found_keys, number = _keys(damaged, number, passphrase_file)
    with ExitStack() as resting:
        resting.enter_context(alone_with(damaged))
        report, names, at = _rescued(damaged, new, found_keys, number, backup, network=not no_network)
        kept = put_in_place(damaged, at) if in_place else damaged
    place = damaged if in_place else new
    if json:
        _as_json(report, place, kept)
    else:
        _tell(report, names, place, kept)
    return 0 if report.whole else LOST


def _check_free(new: Path) -> None:
    from db.errors import VaultExists
    from db.keys import envelope_path
    from sync.link import Folder

    if any(path.exists() for path in (new, envelope_path(new), Folder(new).path)):
        raise VaultExists(path=str(new))


def _keys(damaged: Path, number: str | None, passphrase_file: str | None) -> tuple[tuple[bytes, ...], str]:
    """The keys that the file may be under, and whose passphrase opened them."""
    from db import keys, slots
    from yiyang_tui.cli.ask import Secrets, line
    from yiyang_tui.settings import read_settings, settings_path
    from yiyang_tui.words import t

    envelope = keys.read_envelope(keys.envelope_path(damaged))
    number = number or line(t("cli.ask.number"), read_settings(settings_path()).number, option="--number")
    passphrase = Secrets().get(t("cli.ask.passphrase"), passphrase_file, option="--passphrase-file")
    return slots.unwrap_all(envelope, number, passphrase), number


def _rescued(
    damaged: Path, new: Path, found_keys: tuple[bytes, ...], number: str, backups: list[str] | None, *, network: bool
) -> "tuple[Report, dict[UUID, str], int]":
    from sync.rescue.beside import ask_others
    from sync.rescue.rescue import Plan, rescued
    from yiyang_tui.cli.meter import counted
    from yiyang_tui.words import t

    with counted(t("cli.rescue.reading")) as step:
        plan = Plan(
            source=damaged,
            target=new,
            found_keys=found_keys,
            backups=_backups(damaged, backups),
            network=network,
            allowed=lambda store: _allowed(store, number),
            progress=step,
        )
        with rescued(plan) as (store, report):
            _note(store, number, report)
            if report.county == "done":
                # What was found here alone is at the county, too, before anybody goes on.
                ask_others(store, network=True)
            return report, _names(store, report), store.now()


def _backups(damaged: Path, named: list[str] | None) -> list[Path]:
    """The backups to look into: those that are named, or all beside the record, the newest first."""
    from db.backups import folder_of, listed
    from yiyang_tui.cli.errors import NotAllowed

    if named:
        for name in named:
            if not Path(name).is_file():
                raise NotAllowed(path=name)
        return [Path(name) for name in named]
    return [one.path for one in listed(folder_of(damaged))]


def _allowed(store: "Store", number: str) -> bool:
    """Look up the right of whoever asks, if the record knows them again. Raises ``Refused``."""
    from care.rights import require
    from care.staff import by_number

    found = by_number(store, number)
    if found is None:
        return False
    with store.reading() as conn:
        require(conn, found.id, "backup.restore")
    return True


def _note(store: "Store", number: str, report: "Report") -> None:
    from care.audit import note
    from care.staff import by_number

    found = by_number(store, number)
    said = {name: getattr(report, name) for name in _FACTS}
    with store.act(found.id if found else None) as act:
        note(act, "rescued", lost=sum(table.lost for table in report.tables), **said)


def _names(store: "Store", report: "Report") -> "dict[UUID, str]":
    """Whose rows are lost, and who had written before a gap, as far as they are known: for whoever reads it here."""
    from sqlmodel import col, select

    from db.tables import Person, Staff

    people = {one.person for one in report.lost[:NAMED] if one.person is not None}
    staff = {gap.staff for gap in report.gaps[:NAMED] if gap.staff is not None}
    with store.reading() as conn:
        rows = [
            *conn.execute(select(col(Person.id), col(Person.name)).where(col(Person.id).in_(people))),
            *conn.execute(select(col(Staff.id), col(Staff.name)).where(col(Staff.id).in_(staff))),
        ]
    return {row[0]: row[1] for row in rows}


def _tell(report: "Report", names: "dict[UUID, str]", place: Path, kept: Path) -> None:
    from yiyang_tui.cli.show import say, table
    from yiyang_tui.words import plural, t

    say(t("cli.rescue.pages" if report.broken else "cli.rescue.pages_whole", broken=report.broken, pages=report.pages))
    rows = [_row(one) for one in report.tables if one.before or one.now]
    table(
        [t(f"cli.rescue.column.{name}") for name in ("table", "before", "now", "came", "lost")], rows, right=(1, 2, 4)
    )
    say()
    _tell_county(report)
    if report.whole:
        say(t("cli.rescue.whole"))
    for lost in report.lost[:NAMED]:
        say("  " + _lost_row(lost, names))
    rest = sum(one.lost for one in report.tables) - min(len(report.lost), NAMED)
    if rest > 0:
        say("  " + t("cli.rescue.more", n=rest))
    if report.entries_lost:
        say(plural("cli.rescue.entries", report.entries_lost))
        for gap in report.gaps[:NAMED]:
            say("  " + _gap(gap, names))
    for code in ("unplaced", "thrown", "values_kept", "awaited"):
        if getattr(report, code):
            say(plural(f"cli.rescue.{code}", getattr(report, code)))
    if report.end_unknown:
        say(t("cli.rescue.end_unknown"))
    if not report.vouched:
        say(t("cli.rescue.not_vouched"))
    say(t("cli.rescue.done", place=place, kept=kept))


def _tell_county(report: "Report") -> None:
    from yiyang_tui.cli.show import say
    from yiyang_tui.words import t

    if report.county in ("done", "no_network", "not_enrolled"):
        say(t(f"cli.rescue.county.{report.county}"))
    else:
        say(t("cli.rescue.county.failed", code=report.county))
    if report.backups:
        say(t("cli.rescue.backups", names=", ".join(path.name for path in report.backups)))


def _row(one: "TableTold") -> list[str]:
    from yiyang_tui.words import t

    came = ", ".join(f"{t(f'cli.rescue.source.{name}')} {rows}" for name, rows in one.came.items() if rows)
    return [_table(one.name), str(one.before), str(one.now), came, str(one.lost)]


def _table(name: str) -> str:
    from yiyang_tui.words import has, t

    known = f"cli.sync.verify.table.{name}"
    return t(known) if has(known) else name


def _lost_row(lost: "LostRow", names: "dict[UUID, str]") -> str:
    from yiyang_tui.cli.show import moment
    from yiyang_tui.words import t

    if lost.at is None:
        return t("cli.rescue.lost", table=_table(lost.table), id=lost.row.hex)
    who = names.get(lost.person, "-") if lost.person is not None else "-"
    return t("cli.rescue.lost_at", table=_table(lost.table), who=who, at=moment(lost.at), id=lost.row.hex)


def _gap(gap: "Gap", names: "dict[UUID, str]") -> str:
    from yiyang_tui.cli.show import moment
    from yiyang_tui.words import t

    who = names.get(gap.staff, "-") if gap.staff is not None else "-"
    return t("cli.rescue.gap", n=gap.entries, after=moment(gap.after), before=moment(gap.before), who=who)


def _as_json(report: "Report", place: Path, kept: Path) -> None:
    from yiyang_tui.cli.show import as_json

    said: dict[str, Any] = asdict(report)
    for name in ("source", "target"):
        del said[name]
    said |= {
        "outcome": "done" if report.whole else "lost",
        "exit": 0 if report.whole else LOST,
        "record": str(place),
        "kept_aside": str(kept),
        "backups": [str(path) for path in report.backups],
        "lost": [
            {
                "table": one.table,
                "row": one.row.hex,
                "at": one.at,
                "person": one.person.hex if one.person is not None else None,
            }
            for one in report.lost
        ],
        "gaps": [
            {
                "epoch": gap.epoch.hex(),
                "first": gap.first,
                "last": gap.last,
                "after": gap.after,
                "before": gap.before,
                "staff": gap.staff.hex if gap.staff is not None else None,
            }
            for gap in report.gaps
        ],
    }
    as_json(said)
