"""``yiyang backup restore``: a backup in the place of the record, after it was said what that means."""

from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from yiyang_tui.cli.ask import Secrets
from yiyang_tui.cli.options import Json, Number, PassphraseFile

if TYPE_CHECKING:
    from care.staff import StaffView
    from db.restore import Contents
    from db.store import Store


def restore(
    which: Annotated[str, typer.Argument(metavar="NUMBER|FILE", help="cli.backup.opt.which")],
    yes: Annotated[bool, typer.Option("--yes", help="cli.backup.opt.yes")] = False,
    number: Number = None,
    passphrase_file: PassphraseFile = None,
    json: Json = False,
) -> int:
    """Put a backup back. Works as well where the record does not open any more. Returns 130 if nobody said yes."""
    from care.safekeeping import check_may_restore, note_restored
    from db.backups import found_as
    from db.restore import check_ours, looked_at, open_backup, opens_with_present, put_back
    from db.vault import open_vault
    from yiyang_tui.cli.outcome import INTERRUPTED
    from yiyang_tui.cli.show import as_json, say
    from yiyang_tui.settings import vault_path
    from yiyang_tui.words import t

    vault = vault_path()
    path = found_as(vault, which)
    number, passphrase = asked(Secrets(), number, passphrase_file)
    with ExitStack() as around:
        present = _present(vault, number, passphrase)
        if present is not None:
            around.callback(present.close)
        with ExitStack() as looking:
            backup = open_backup(path, number, passphrase, vault)
            looking.callback(backup.close)
            holds = looked_at(backup)
            check_ours(holds, vault, path)
            by = _who(present or backup, number)
            check_may_restore(present or backup, by.id)
            now = backup.now()
        later = _later(present, holds)
        if not json:
            _tell(holds, later, present)
        if not yes and not _agreed():
            say(t("cli.backup.restore.nothing"))
            return INTERRUPTED
        envelope = not opens_with_present(path, vault, number, passphrase)
        aside = put_back(path, vault, present, now, envelope=envelope)
    store = open_vault(vault, number, passphrase)
    try:
        note_restored(store, by.id, went_to=holds.newest_at, entries=holds.entries, later=later)
    finally:
        store.close()
    if json:
        as_json(
            {
                "went_to": holds.newest_at,
                "entries": holds.entries,
                "later": later,
                "aside": str(aside) if aside else None,
            }
        )
        return 0
    say(t("cli.backup.restore.done"))
    if aside is not None:
        say(t("cli.backup.restore.aside", file=str(aside)))
    return 0


def asked(secrets: Secrets, number: str | None, passphrase_file: str | None) -> tuple[str, str]:
    """Staff number and passphrase."""
    from yiyang_tui.cli.ask import line
    from yiyang_tui.settings import read_settings, settings_path
    from yiyang_tui.words import t

    number = number or line(t("cli.ask.number"), read_settings(settings_path()).number, option="--number")
    return number, secrets.get(t("cli.ask.passphrase"), passphrase_file, option="--passphrase-file")


def _present(vault: Path, number: str, passphrase: str) -> "Store | None":
    """The record, if it opens and is whole: what a damaged one says of rights is not to be gone by.

    Nobody puts a backup in the place of one that opens to others and not to them.
    """
    from db.errors import Refused, VaultDamaged, VaultMissing
    from db.vault import check_whole, open_vault

    try:
        present = open_vault(vault, number, passphrase)
    except (VaultMissing, VaultDamaged):
        return None
    if present.read_only:
        present.close()
        raise Refused("read_only")
    if not check_whole(present):
        present.close()
        return None
    return present


def _who(store: "Store", number: str) -> "StaffView":
    from care.staff import by_number
    from yiyang_tui.errors import ClosedStaff, UnknownStaff

    found = by_number(store, number)
    if found is None:
        raise UnknownStaff(number=number)
    if found.closed:
        raise ClosedStaff(number=number)
    return found


def _later(present: "Store | None", holds: "Contents") -> int:
    """Entries of the record that are not in the backup; what is unsealed is sealed first, so that it can travel."""
    from db.backups import entries
    from yiyang_tui.cli.record import seal_quietly

    if present is None:
        return -1
    seal_quietly(present)
    with present.reading() as conn:
        return max(0, entries(conn) - holds.entries)


def _tell(holds: "Contents", later: int, present: "Store | None") -> None:
    from sync.link import Folder
    from yiyang_tui.cli.show import moment, say
    from yiyang_tui.words import t

    say(t("cli.backup.restore.goes", at=moment(holds.newest_at or None), n=holds.entries))
    if present is None:
        say(t("cli.backup.restore.not_open"))
    elif later and Folder(present.path).enrolled:
        say(t("cli.backup.restore.come_back", n=later))
    elif later:
        say(t("cli.backup.restore.only_aside", n=later))


def _agreed() -> bool:
    from yiyang_tui.cli.ask import line
    from yiyang_tui.words import t

    said = line(f"{t('cli.backup.restore.sure')} {t('cli.ask.yes_no')}", option="--yes")
    return said.lower() in ("y", "yes", "是", "好")
