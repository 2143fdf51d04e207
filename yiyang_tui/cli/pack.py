"""``yiyang pack``: the downtime pack, for the day when the laptop dies: made, found, opened, and its passphrase."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from yiyang_tui.cli.options import Json, Number, PassphraseFile

if TYPE_CHECKING:
    from care.pack.passphrase import Card
    from yiyang_tui.pack.make import Made


def now(
    folder: Annotated[Path | None, typer.Argument(metavar="FOLDER", help="cli.pack.opt.folder")] = None,
    number: Number = None,
    passphrase_file: PassphraseFile = None,
    json: Json = False,
) -> None:
    """Make a pack now."""
    from yiyang_tui.chore_log import note_done
    from yiyang_tui.cli.record import acting
    from yiyang_tui.cli.show import as_json
    from yiyang_tui.pack.hourly import chosen, facts_of
    from yiyang_tui.pack.make import make_pack

    more = () if folder is None else (folder.absolute(),)
    with acting(number, passphrase_file) as (store, by):
        made = make_pack(store, by.id, (*more, *chosen()))
        if not store.read_only:
            note_done(store.path, "pack", made.at, facts_of(made))
    if json:
        as_json(_as_json(made))
    else:
        _tell(made)


def status(json: Json = False) -> None:
    """Which packs lie where, without opening the record."""
    from db.errors import VaultMissing
    from yiyang_tui.cli.show import as_json, say, size, table
    from yiyang_tui.pack import places
    from yiyang_tui.pack.errors import NoPack
    from yiyang_tui.pack.hourly import chosen
    from yiyang_tui.pack.locked import read_pack
    from yiyang_tui.settings import vault_path
    from yiyang_tui.words import t

    vault = vault_path()
    if not vault.exists():
        raise VaultMissing(path=str(vault))
    found = []
    for folder in dict.fromkeys((places.beside(vault), *chosen())):
        for file in places.packs_in(folder):
            try:
                pack = read_pack(file)
            except NoPack:
                found.append({"path": str(file), "made": "", "card": "", "bytes": file.stat().st_size})
            else:
                found.append({"path": str(file), "made": pack.made, "card": pack.card, "bytes": file.stat().st_size})
    absent = [str(one) for one in chosen() if not one.is_dir()]
    if json:
        as_json({"packs": found, "absent": absent})
        return
    if found:
        columns = [t(f"cli.pack.status.column.{name}") for name in ("made", "card", "bytes", "path")]
        rows = [
            (
                str(one["made"]) or t("cli.pack.status.damaged"),
                str(one["card"]),
                size(int(str(one["bytes"]))),
                str(one["path"]),
            )
            for one in found
        ]
        table(columns, rows, right=(2,))
    else:
        say(t("cli.pack.status.none"))
    for path in absent:
        say(t("cli.pack.missed.missing", folder=path))


def passphrase(
    new: Annotated[bool, typer.Option("--new", help="cli.pack.opt.new")] = False,
    number: Number = None,
    passphrase_file: PassphraseFile = None,
) -> None:
    """The card with the passphrase, to print."""
    from care.pack.card import card_to_print
    from yiyang_tui.cli.record import acting
    from yiyang_tui.cli.show import note
    from yiyang_tui.words import t

    with acting(number, passphrase_file) as (store, by):
        found = card_to_print(store, by.id, anew=new)
    _print(found)
    if new:
        note(t("cli.pack.passphrase.replaced", card=found.number))


def open_pack(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="cli.pack.opt.file")],
    passphrase_file: PassphraseFile = None,
) -> None:
    """Read a pack in the terminal: no record, no browser, no network."""
    import shutil
    import sys

    from care.pack.passphrase import read
    from yiyang_tui.cli.ask import Secrets, somebody
    from yiyang_tui.cli.show import say
    from yiyang_tui.pack import terminal
    from yiyang_tui.pack.document import from_json
    from yiyang_tui.pack.errors import NoPack
    from yiyang_tui.pack.locked import read_pack, unlock
    from yiyang_tui.words import t

    pack = read_pack(file)
    question = t("cli.pack.open.ask", card=pack.card, made=pack.made)
    typed = Secrets().get(question, passphrase_file, option="--passphrase-file", check=read)
    try:
        inside = from_json(unlock(pack, read(typed)))
    except ValueError:
        raise NoPack(path=str(file)) from None
    size = shutil.get_terminal_size()
    lines = terminal.lines_of(inside, size.columns if sys.stdout.isatty() else 120)
    if somebody() and sys.stdout.isatty():
        lines = terminal.leaf(lines, size.lines, lambda: input(t("cli.pack.open.more")))
    for line in lines:
        say(line)


def to(
    folders: Annotated[list[Path] | None, typer.Argument(metavar="FOLDER", help="cli.pack.opt.folders")] = None,
    none: Annotated[bool, typer.Option("--none", help="cli.pack.opt.none")] = False,
) -> None:
    """Choose the sticks and shares that get every pack of this laptop."""
    from yiyang_tui.cli.errors import OptionsClash
    from yiyang_tui.cli.show import say
    from yiyang_tui.pack.errors import NoFolder
    from yiyang_tui.pack.hourly import chosen
    from yiyang_tui.settings import remember, settings_path
    from yiyang_tui.words import t

    if folders and none:
        raise OptionsClash(options="FOLDER, --none")
    for one in folders or ():
        if not one.is_dir():
            raise NoFolder(path=str(one))
    if folders or none:
        remember(settings_path(), pack_to=tuple(str(one.absolute()) for one in folders or ()))
    for one in chosen():
        say(t("cli.pack.to.chosen", folder=one))
    if not chosen():
        say(t("cli.pack.to.nowhere"))


COMMANDS: Final[dict[str, Callable[..., Any]]] = {
    "now": now,
    "status": status,
    "passphrase": passphrase,
    "open": open_pack,
    "to": to,
}


def _as_json(made: "Made") -> dict[str, Any]:
    return {
        "at": made.at,
        "card": made.card,
        "people": made.people,
        "bytes": made.size,
        "written": [str(one.folder / made.name) for one in made.written if not one.error],
        "missed": [{"folder": str(one.folder), "code": one.error} for one in made.missed],
    }


def _tell(made: "Made") -> None:
    from yiyang_tui.cli.show import note, say, size
    from yiyang_tui.words import plural, t

    say(plural("cli.pack.now.made", made.people, size=size(made.size), card=made.card))
    for one in made.written:
        if not one.error:
            say(t("cli.pack.now.written", path=one.folder / made.name))
    for one in made.missed:
        note(t(f"cli.pack.missed.{one.error}", folder=one.folder))
    if len(made.written) == 1:
        say(t("cli.pack.now.only_here"))


def _print(card: "Card") -> None:
    from yiyang_tui.cli.show import say
    from yiyang_tui.pack.write import stamp
    from yiyang_tui.words import t

    rule = "=" * 60
    facts = {"card": card.number, "made": stamp(card.made_at), "digits": len(card.digits)}
    say(rule)
    say(t("cli.pack.passphrase.title", **facts))
    say(rule)
    say()
    groups = card.shown.split()
    for at in range(0, len(groups), 4):
        say("      " + "    ".join(groups[at : at + 4]))
    say()
    for line in t("cli.pack.passphrase.how", **facts).splitlines():
        say(line)
    say(rule)
