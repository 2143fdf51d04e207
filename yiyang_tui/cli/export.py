"""``yiyang export`` and ``yiyang unseal``: tables that leave the record, and opening one that left sealed."""

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from yiyang_tui.cli.options import Json, Number, PassphraseFile

if TYPE_CHECKING:
    from care.exports.leave import Exported
    from care.rights import Second
    from care.staff import StaffView
    from db.store import Store
    from yiyang_tui.cli.ask import Secrets

FilePassphrase = Annotated[
    str | None, typer.Option("--file-passphrase-file", metavar="FILE|-", help="cli.export.opt.file_passphrase_file")
]
_ALL = "people|rounds|vitals|stays|occupancy|ages"


def export(
    what: Annotated[str, typer.Argument(metavar=_ALL, help="cli.export.opt.what")],
    file: Annotated[Path, typer.Argument(metavar="FILE.csv|FILE.xlsx", help="cli.export.opt.file")],
    since: Annotated[str | None, typer.Option("--since", metavar="DATE", help="cli.export.opt.since")] = None,
    until: Annotated[str | None, typer.Option("--until", metavar="DATE", help="cli.export.opt.until")] = None,
    named: Annotated[bool, typer.Option("--named", help="cli.export.opt.named")] = False,
    second: Annotated[str | None, typer.Option("--second", metavar="NUMBER", help="cli.export.opt.second")] = None,
    second_pin_file: Annotated[
        str | None, typer.Option("--second-pin-file", metavar="FILE|-", help="cli.round.opt.second_pin_file")
    ] = None,
    purpose: Annotated[str, typer.Option("--purpose", metavar="TEXT", help="cli.export.opt.purpose")] = "",
    seal: Annotated[bool, typer.Option("--seal", help="cli.export.opt.seal")] = False,
    plain: Annotated[bool, typer.Option("--plain", help="cli.export.opt.plain")] = False,
    file_passphrase_file: FilePassphrase = None,
    number: Number = None,
    passphrase_file: PassphraseFile = None,
    json: Json = False,
) -> None:
    """Write a table: without names, or with names by two persons."""
    from care.exports.files import KINDS, written
    from care.exports.leave import period, with_names, without_names
    from db.errors import Refused
    from sync.inbox import take_in
    from sync.link import Folder
    from yiyang_tui import leaving
    from yiyang_tui.cli.ask import Secrets
    from yiyang_tui.cli.errors import OptionsClash
    from yiyang_tui.cli.record import acting
    from yiyang_tui.cli.whom import second_of
    from yiyang_tui.words import language

    if seal and plain:
        raise OptionsClash(options="--seal --plain")
    sealed = seal or (named and not plain)
    kind = file.name.removesuffix(leaving.SEALED).rpartition(".")[2].lower()
    if kind not in KINDS:
        raise Refused("export_kind")
    target = leaving.free(file if file.name.endswith(leaving.SEALED) or not sealed else _with_ending(file))
    if target.name.endswith(leaving.SEALED) != sealed:
        raise Refused("export_kind")
    first, last, secrets = _day(since, "since"), _day(until, "until"), Secrets()
    with acting(number, passphrase_file, secrets) as (store, by):
        # A timer may have fetched the county's key while the record was closed.
        take_in(store, Folder(store.path))
        days = period(store.now(), first, last)
        confirmed: Second | None = None
        if named:
            # The refusal comes before anybody is asked for a PIN or a passphrase.
            _may_name(store, by, purpose)
            confirmed = second_of(store, secrets, second, second_pin_file)
        secret = _secret(secrets, file_passphrase_file) if sealed else ""
        if confirmed is None:
            done = without_names(store, by.id, what, target.name, days, language())
        else:
            done = with_names(store, by.id, confirmed, what, target.name, days, language(), purpose, sealed=sealed)
        preface = _preface(store, by, confirmed, done, purpose) if confirmed else ""
    body = written(kind, done.table, preface)
    leaving.put(target, leaving.seal(body, secret) if sealed else body)
    _tell(target, done, named=named, sealed=sealed, json=json)


def unseal(
    file: Annotated[Path, typer.Argument(metavar="FILE.age", help="cli.unseal.opt.file")],
    to: Annotated[Path | None, typer.Argument(metavar="FILE", help="cli.unseal.opt.to")] = None,
    file_passphrase_file: FilePassphrase = None,
) -> None:
    """Open a sealed export with its passphrase; needs no record."""
    from yiyang_tui import leaving
    from yiyang_tui.cli.ask import Secrets
    from yiyang_tui.cli.show import note, say
    from yiyang_tui.words import t

    sealed = leaving.read(file)
    if to is None and not file.name.endswith(leaving.SEALED):
        raise leaving.FileThere(path=str(file))
    target = leaving.free(to or file.with_name(file.name.removesuffix(leaving.SEALED)))
    secret = Secrets().get(t("cli.export.ask_file"), file_passphrase_file, option="--file-passphrase-file")
    leaving.put(target, leaving.unseal(file, sealed, secret))
    say(t("cli.unseal.done", path=str(target)))
    note(t("cli.export.plain_there"))


def _with_ending(file: Path) -> Path:
    from yiyang_tui import leaving

    return file.with_name(file.name + leaving.SEALED)


def _day(typed: str | None, field: str) -> date | None:
    from care.age import is_day
    from db.errors import Refused

    if typed is None:
        return None
    if not is_day(typed):
        raise Refused("date_shape", field=field)
    return date.fromisoformat(typed)


def _may_name(store: "Store", by: "StaffView", purpose: str) -> None:
    from care.exports.leave import check_purpose
    from care.rights import require

    check_purpose(purpose)
    with store.reading() as conn:
        require(conn, by.id, "export.named")


def _secret(secrets: "Secrets", file: str | None) -> str:
    from yiyang_tui import leaving
    from yiyang_tui.words import t

    option = "--file-passphrase-file"
    typed = secrets.get(t("cli.export.set_file"), file, option=option, twice=True, check=leaving.good_enough)
    # A file with a passphrase is not asked for anew.
    leaving.good_enough(typed)
    return typed


def _preface(store: "Store", by: "StaffView", second: "Second", done: "Exported", purpose: str) -> str:
    """Who took the names out, when, why: the first line of the file."""
    from care.setup import house_name
    from care.staff import everyone
    from yiyang_tui.cli.show import moment
    from yiyang_tui.words import t

    names = {one.id: one.name for one in everyone(store)}
    facts = {"house": house_name(store), "who": by.name, "second": names[second.staff_id]}
    return t("cli.export.preface", at=moment(done.at), why=" ".join(purpose.split()), **facts)


def _tell(target: Path, done: "Exported", *, named: bool, sealed: bool, json: bool) -> None:
    from yiyang_tui import leaving
    from yiyang_tui.cli.show import as_json, note, say
    from yiyang_tui.words import t

    if json:
        said = {"file": str(target), "table": done.table.what, "rows": len(done.table.rows), "named": named}
        as_json({**said, "sealed": sealed, "key": done.key, "hidden": done.table.hidden})
        return
    say(t("cli.export.done", path=str(target), n=len(done.table.rows)))
    if done.table.hidden:
        say(t("cli.export.hidden", n=done.table.hidden))
    if done.table.pseudonyms and done.key == "laptop":
        say(t("cli.export.own_key"))
    if sealed:
        say(t("cli.export.sealed"))
    else:
        note(t("cli.export.plain_named" if named else "cli.export.plain_there"))
        if leaving.on_a_stick(target):
            note(t("cli.export.on_stick"))
