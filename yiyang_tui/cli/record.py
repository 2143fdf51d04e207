"""Opening the record for a command: which file, whose number, which passphrase."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import UUID

from yiyang_tui.cli.ask import Secrets, line, somebody

if TYPE_CHECKING:
    from care.staff import StaffView
    from db.store import Store


@contextmanager
def opened(secrets: Secrets, number: str | None, passphrase_file: str | None) -> Iterator[tuple["Store", str]]:
    """The open record and the number it was opened with, closed at the end. Asks for what no option says.

    What was written is sealed before it is closed: a timer's ``yiyang sync`` carries it without a passphrase. Raises
    as ``open_vault``.
    """
    typed, passphrase = asked_for(secrets, number, passphrase_file)
    with opened_with(typed, passphrase) as store:
        yield store, typed


def asked_for(secrets: Secrets, number: str | None, passphrase_file: str | None) -> tuple[str, str]:
    """Staff number and passphrase, asked for where no option says them. Raises ``VaultMissing`` before."""
    from db.errors import VaultMissing
    from yiyang_tui.settings import read_settings, settings_path, vault_path
    from yiyang_tui.words import t

    vault = vault_path()
    # Nobody should type a passphrase for a record that is not there.
    if not vault.exists():
        raise VaultMissing(path=str(vault))
    number = number or line(t("cli.ask.number"), read_settings(settings_path()).number, option="--number")
    return number, secrets.get(t("cli.ask.passphrase"), passphrase_file, option="--passphrase-file")


@contextmanager
def opened_with(number: str, passphrase: str) -> Iterator["Store"]:
    """The open record, closed and sealed at the end. Raises as ``open_vault``."""
    from db.vault import open_vault
    from yiyang_tui.settings import vault_path

    store = open_vault(vault_path(), number, passphrase)
    try:
        settle_clock(store, number)
        _signed_in(store, number)
        _drop_closed(store)
        yield store
        seal_quietly(store)
    finally:
        store.close()


def _signed_in(store: "Store", number: str) -> None:
    """Whoever opens the record is in its audit trail, whatever the command."""
    from care.audit import note_down

    note_down(store, _who(store, number), "signed_in", how="command")


def _who(store: "Store", number: str) -> UUID | None:
    from care.staff import by_number

    found = by_number(store, number) if number else None
    return None if found is None else found.id


def _drop_closed(store: "Store") -> None:
    """Whoever left, as a sync may have told, opens the record no more."""
    from care.vault_users import drop_closed
    from db.errors import YiyangError

    # On a full disk they are taken out at the next opening.
    with suppress(YiyangError):
        drop_closed(store)


def seal_quietly(store: "Store") -> None:
    """Make what was written ready to travel."""
    from db.errors import YiyangError
    from sync.session import settle

    if not store.read_only:
        # A full disk, say: nothing is lost, the journal keeps it and the next sync seals it.
        with suppress(YiyangError):
            settle(store)


@contextmanager
def acting(
    number: str | None, passphrase_file: str | None, secrets: Secrets | None = None
) -> Iterator[tuple["Store", "StaffView"]]:
    """The open record and who opened it. Raises as ``opened``, and ``UnknownStaff``, ``ClosedStaff``."""
    typed, passphrase = asked_for(secrets or Secrets(), number, passphrase_file)
    with acting_with(typed, passphrase) as found:
        yield found


@contextmanager
def acting_with(number: str, passphrase: str) -> Iterator[tuple["Store", "StaffView"]]:
    """The same for whoever was asked already."""
    from care.staff import by_number
    from yiyang_tui.errors import ClosedStaff, UnknownStaff

    with opened_with(number, passphrase) as store:
        found = by_number(store, number)
        if found is None:
            raise UnknownStaff(number=number)
        if found.closed:
            raise ClosedStaff(number=number)
        yield store, found


def given(**options: str | None) -> dict[str, str | None]:
    """The options that were given; an empty date says that there is none."""
    return {
        name: None if name.endswith(("_from", "_until")) and not value else value
        for name, value in options.items()
        if value is not None
    }


def settle_clock(store: "Store", number: str = "") -> None:
    """Ask what time it is if the machine's clock cannot be right. With nobody to ask, say so and go on.

    ``number``: who is asked, where somebody works here already.
    """
    from care.audit import set_clock
    from yiyang_tui.cli.show import moment, note
    from yiyang_tui.words import t

    if store.clock.doubt is None:
        return
    note(t(f"clock.{store.clock.doubt}", shown=moment(store.now())))
    if not somebody():
        note(t("cli.clock.goes_on"))
        return
    set_clock(store, _who(store, number), ask_time())


def ask_time() -> int:
    """Today's date and time as somebody types them, in seconds UTC."""
    from yiyang_tui.cli.ask import until
    from yiyang_tui.words import t

    return until(t("cli.clock.ask"), "", read_time, option="", wrong=t("clock.bad"))


def read_time(said: str) -> int | None:
    """``2026-11-22 21:04`` on the wall of the house in seconds UTC; full-width and Chinese forms are read, too."""
    import re
    from datetime import datetime

    from yiyang_tui.cells import narrow
    from yiyang_tui.words.times import HOUSE

    numbers = [int(part) for part in re.findall(r"\d{1,4}", narrow(said)[:40])]
    if len(numbers) != 5:
        return None
    year, month, day, hour, minute = numbers
    try:
        return int(datetime(year, month, day, hour, minute, tzinfo=HOUSE).timestamp())
    except (ValueError, OverflowError):
        return None


def discard(vault: Path) -> None:
    """Remove a record that was only just begun and never told anybody to be there."""
    from db.disk import remove
    from db.keys import envelope_path

    remove(vault)
    envelope_path(vault).unlink(missing_ok=True)
