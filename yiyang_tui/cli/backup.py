"""``yiyang backup``: verified copies of the record: make one, list them, check one."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from yiyang_tui.cli.backup_restore import restore
from yiyang_tui.cli.options import Json, Number, PassphraseFile

if TYPE_CHECKING:
    from db.backups import Backup
    from db.store import Store
    from yiyang_tui.chore_log import Facts

Which = Annotated[str, typer.Argument(metavar="NUMBER|FILE", help="cli.backup.opt.which")]
_COLUMNS: Final = ("number", "made", "size", "place")


def now(
    to: Annotated[Path | None, typer.Option("--to", metavar="PATH", help="cli.backup.opt.to")] = None,
    number: Number = None,
    passphrase_file: PassphraseFile = None,
    json: Json = False,
) -> None:
    """Make a verified backup, and carry it to the chosen sticks."""
    from care.safekeeping import back_up
    from db.backups import copied
    from yiyang_tui.chore_log import note_done
    from yiyang_tui.cli.record import acting
    from yiyang_tui.cli.show import as_json, say, size
    from yiyang_tui.drives import choose, of_laptop
    from yiyang_tui.keeping import backup_facts, onto_sticks
    from yiyang_tui.pack.errors import NoFolder
    from yiyang_tui.words import t

    if to is not None and not to.is_dir():
        # Never made: it would be on the disk of the laptop, where a stick is not plugged in.
        raise NoFolder(path=str(to))
    with acting(number, passphrase_file) as (store, by), _alone(store):
        made = back_up(store, by.id)
        facts = backup_facts(store.path, made.number, made.at, made.size)
        note_done(store.path, "backup", store.now(), facts)
        carried: Facts = {}
        if to is not None:
            there = copied(made, of_laptop(choose(store.pair_id, to), store.device_id))
            carried = {"number": there.number, "at": there.at, "place": str(there.path.parent)}
        carried = onto_sticks(store) or carried
        if carried:
            note_done(store.path, "stick", store.now(), carried)
    if json:
        as_json({"file": str(made.path), "stick": carried.get("place"), **facts})
        return
    say(t("cli.backup.now.made", number=made.number, file=str(made.path), size=size(made.size)))
    say(t("cli.backup.now.kept", n=int(facts["kept"])))
    if carried:
        say(t("cli.backup.now.carried", place=str(carried["place"])))


def listed(json: Json = False) -> None:
    """The backups beside the record and on the chosen sticks that are plugged in, the newest first."""
    from db.backups import folder_of
    from db.backups import listed as backups
    from yiyang_tui.cli.show import as_json, moment, say, size, table
    from yiyang_tui.settings import vault_path
    from yiyang_tui.words import t

    vault = vault_path()
    found: list[Backup] = [one for place in (folder_of(vault), *_sticks(vault)) for one in backups(place)]
    if json:
        as_json(
            {
                "backups": [
                    {"number": one.number, "at": one.at, "sure": one.sure, "bytes": one.size, "file": str(one.path)}
                    for one in found
                ]
            }
        )
        return
    if not found:
        say(t("cli.backup.list.none"))
        return
    rows = [
        (
            str(one.number),
            moment(one.at) if one.sure else t("cli.backup.list.unsure", at=moment(one.at)),
            size(one.size),
            str(one.path.parent),
        )
        for one in found
    ]
    table([t(f"cli.backup.column.{name}") for name in _COLUMNS], rows, right=(0, 2))
    say(t("cli.backup.list.sum", n=len(found)))


def verify(
    which: Which = "",
    number: Number = None,
    passphrase_file: PassphraseFile = None,
    json: Json = False,
) -> None:
    """Check every page of a backup, and tell what it holds. The newest one, unless another is named."""
    from db.backups import found_as
    from db.restore import looked_at, open_backup
    from yiyang_tui.cli.ask import Secrets
    from yiyang_tui.cli.backup_restore import asked
    from yiyang_tui.cli.show import as_json, moment, say
    from yiyang_tui.settings import vault_path
    from yiyang_tui.words import t

    vault = vault_path()
    path = found_as(vault, which)
    backup = open_backup(path, *asked(Secrets(), number, passphrase_file), vault)
    try:
        holds = looked_at(backup)
    finally:
        backup.close()
    if json:
        as_json({"file": str(path), "whole": True, "entries": holds.entries, "newest_at": holds.newest_at})
        return
    say(t("cli.backup.verify.whole", file=str(path)))
    say(t("cli.backup.verify.holds", n=holds.entries, at=moment(holds.newest_at or None)))


COMMANDS: Final[dict[str, Callable[..., Any]]] = {"now": now, "list": listed, "verify": verify, "restore": restore}


@contextmanager
def _alone(store: "Store") -> Iterator[None]:
    """Not while the open application makes one. Raises ``VaultBusy``, and ``Refused``: read_only."""
    from db.errors import Refused, VaultBusy
    from db.lock import Taken
    from yiyang_tui.chore_log import alone

    if store.read_only:
        raise Refused("read_only")
    with ExitStack() as around:
        try:
            around.enter_context(alone(store.path))
        except Taken as error:
            raise VaultBusy(path=str(store.path)) from error
        yield


def _sticks(vault: Path) -> list[Path]:
    from db import keys, slots
    from db.errors import VaultDamaged
    from yiyang_tui.drives import chosen, of_laptop, sticks

    try:
        device, pair = slots.device_ids(keys.read_envelope(keys.envelope_path(vault)))
    except VaultDamaged:
        # Without the envelope nobody knows whose sticks to look at.
        return []
    return [of_laptop(place, device) for place in chosen(pair, sticks())]
