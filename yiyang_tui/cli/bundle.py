"""``yiyang bundle``: put on a USB stick what others may lack, take in what they put there."""

import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from yiyang_tui.cli.options import Json, Number, PassphraseFile

if TYPE_CHECKING:
    from sync.link import Folder
    from sync.sticks.by_stick import Brought, Taken, Written

Sealed = Annotated[bool, typer.Option("--sealed", help="cli.bundle.opt.sealed")]


def export(
    path: Annotated[Path, typer.Argument(metavar="PATH", help="cli.bundle.opt.target")],
    sealed: Sealed = False,
    everything: Annotated[bool, typer.Option("--all", help="cli.bundle.opt.all")] = False,
    number: Number = None,
    passphrase_file: PassphraseFile = None,
    json: Json = False,
) -> None:
    """Write a bundle into the folder, or as the file."""
    from sync.sticks import by_stick
    from sync.turns import my_turn
    from yiyang_tui.cli.ask import Secrets
    from yiyang_tui.cli.meter import carried
    from yiyang_tui.cli.record import opened
    from yiyang_tui.words import t

    folder = enrolled()
    if sealed:
        with my_turn(folder):
            _tell_written(by_stick.export_sealed(folder, path, int(time.time())), json=json)
        return
    with (
        opened(Secrets(), number, passphrase_file) as (store, _),
        my_turn(folder),
        carried(t("cli.bundle.writing")) as step,
    ):
        written = by_stick.export(store, path, store.now(), step, everything=everything)
    _tell_written(written, json=json)


def take_in(
    path: Annotated[Path, typer.Argument(metavar="PATH", help="cli.bundle.opt.source")],
    sealed: Sealed = False,
    number: Number = None,
    passphrase_file: PassphraseFile = None,
    json: Json = False,
) -> int:
    """Take in the bundle, or all of the folder. Returns the exit code: that of the first file that was refused."""
    from sync.sticks import by_stick
    from sync.turns import my_turn
    from yiyang_tui.cli.ask import Secrets
    from yiyang_tui.cli.record import opened

    folder = enrolled()
    if sealed:
        with my_turn(folder):
            return _tell_taken(by_stick.lay_by(folder, path), json=json, sealed=True)
    with opened(Secrets(), number, passphrase_file) as (store, _), my_turn(folder):
        taken = by_stick.bring_in(store, path)
    return _tell_taken(taken, json=json, sealed=False)


COMMANDS: Final[dict[str, Callable[..., Any]]] = {"export": export, "import": take_in}


def enrolled() -> "Folder":
    """The transport folder of the record. Raises ``VaultMissing``, ``NotEnrolled`` before any passphrase is asked."""
    from db.errors import VaultMissing
    from sync.errors import NotEnrolled
    from sync.link import Folder
    from yiyang_tui.settings import vault_path

    vault = vault_path()
    if not vault.exists():
        raise VaultMissing(path=str(vault))
    folder = Folder(vault)
    if not folder.enrolled:
        raise NotEnrolled
    return folder


def _tell_written(written: "Written", *, json: bool) -> None:
    from yiyang_tui.cli.show import as_json, say, size
    from yiyang_tui.words import t

    if json:
        as_json(
            {
                "files": [str(file) for file in written.files],
                "batches": written.batches,
                "for_county": written.for_county,
                "bytes": written.size,
            }
        )
        return
    for file in written.files:
        say(t("cli.bundle.written", file=str(file)))
    say(t("cli.bundle.holds", batches=written.batches, county=written.for_county, size=size(written.size)))
    say(t("cli.bundle.pull_out"))


def _tell_taken(taken: "Taken", *, json: bool, sealed: bool) -> int:
    from yiyang_tui.cli.show import as_json, note, say
    from yiyang_tui.words import sentence, t

    exit_code = next((each.error.exit_code for each in taken.files if each.error), 0)
    arrived = taken.arrived
    if json:
        as_json(
            {
                "files": [_file(each) for each in taken.files],
                "merged": {"batches": arrived.batches, "entries": arrived.entries},
                "waiting": arrived.waiting,
                "refused": [{"batch": name, "code": code} for name, code in arrived.refused],
                "exit": exit_code,
            }
        )
        return exit_code
    for each in taken.files:
        if each.error:
            note(sentence(each.error))
        elif each.laid:
            laid = each.laid
            said = t("cli.bundle.read", fresh=laid.batches, again=laid.again, statements=laid.statements)
            say(t("cli.bundle.file", file=each.file.name, said=said))
        else:
            say(t("cli.bundle.file", file=each.file.name, said=t("cli.bundle.laid_by")))
    if not sealed:
        say(t("cli.bundle.merged", batches=arrived.batches, entries=arrived.entries))
    if arrived.waiting:
        say(t("cli.bundle.waiting", n=arrived.waiting))
    for name, code in arrived.refused:
        note(t("cli.bundle.refused", name=name[:12], code=code))
    return exit_code


def _file(each: "Brought") -> dict[str, Any]:
    laid = each.laid
    return {
        "file": each.file.name,
        "outcome": each.error.code if each.error else "done",
        "maker": each.maker.hex if each.maker else None,
        "at": each.at or None,
        "batches": laid.batches if laid else None,
        "again": laid.again if laid else None,
        "statements": laid.statements if laid else None,
    }
