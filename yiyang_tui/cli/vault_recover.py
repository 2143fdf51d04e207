"""``yiyang vault recover``: nobody knows a passphrase any more; the county opens the record again, without a network.

First without ``--answer``: the request, as text and as a QR code. Then with the county's answer.
"""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from yiyang_tui.cli.options import Json, Number, PassphraseFile

if TYPE_CHECKING:
    from db.keys import Slot
    from db.store import Store

_LIMIT = 8192
Answer = Annotated[str | None, typer.Option("--answer", metavar="TEXT|FILE|-", help="cli.vault.opt.answer")]


def recover(
    answer: Answer = None, number: Number = None, passphrase_file: PassphraseFile = None, json: Json = False
) -> None:
    """Ask the county, or open the record with what it answered."""
    from db.errors import VaultMissing
    from yiyang_tui.settings import vault_path

    vault = vault_path()
    if not vault.exists():
        raise VaultMissing(path=str(vault))
    if answer is None:
        _ask(vault, number, passphrase_file, json=json)
    else:
        _answered(vault, taken(answer), passphrase_file, json=json)


def taken(said: str) -> str:
    """A text that was given as such, as the name of a file, or on standard input. Raises ``SecretFileUnreadable``."""
    from yiyang_tui.cli.ask import pasted, somebody
    from yiyang_tui.cli.errors import SecretFileUnreadable

    if said == "-":
        return pasted(_LIMIT) if somebody() else sys.stdin.read(_LIMIT)
    if not _is_file(said):
        return said
    try:
        with Path(said).open(encoding="utf-8") as file:
            return file.read(_LIMIT)
    except (OSError, UnicodeDecodeError):
        raise SecretFileUnreadable(path=said) from None


def _is_file(said: str) -> bool:
    try:
        return Path(said).is_file()
    except (OSError, ValueError):
        return False  # longer than any name, as a whole request is


def _ask(vault: Path, number: str | None, passphrase_file: str | None, *, json: bool) -> None:
    from db import grouped, recovery
    from db.keys import check_passphrase
    from yiyang_tui.cli.ask import Secrets, line
    from yiyang_tui.cli.qr import show_code
    from yiyang_tui.cli.show import as_json, note, say
    from yiyang_tui.settings import passphrase_cost, read_settings, settings_path
    from yiyang_tui.words import t

    number = number or line(t("cli.ask.number"), read_settings(settings_path()).number, option="--number")
    new = Secrets().get(
        t("cli.vault.new_passphrase"), passphrase_file, option="--passphrase-file", twice=True, check=check_passphrase
    )
    request = recovery.ask(vault, number, new, passphrase_cost())
    body, compare = request.body(), recovery.spoken(request)
    if json:
        as_json({"request": grouped.write_joined(body), "compare": compare, "number": number})
        return
    show_code(grouped.write_joined(body))
    say(grouped.write(body))
    say()
    say(t("cli.vault.recover.compare", number=compare))
    note(t("cli.vault.recover.next"))


def _answered(vault: Path, text: str, passphrase_file: str | None, *, json: bool) -> None:
    from db import grouped, recovery
    from yiyang_tui.cli.ask import Secrets
    from yiyang_tui.cli.record import seal_quietly, settle_clock
    from yiyang_tui.cli.show import as_json, say
    from yiyang_tui.settings import remember, settings_path
    from yiyang_tui.words import t

    # A mistyped group is told before a passphrase is typed.
    grouped.read(text)
    number = recovery.pending_number(vault)
    typed = Secrets().get(t("cli.vault.recover.new_again"), passphrase_file, option="--passphrase-file")
    store, slot = recovery.open_answered(vault, text, typed)
    try:
        settle_clock(store)
        _let_in(store, slot)
        recovery.forget(vault)
        seal_quietly(store)
    finally:
        store.close()
    remember(settings_path(), number=number)
    if json:
        as_json({"recovered": number})
        return
    say(t("cli.vault.recover.done", number=number))


def _let_in(store: "Store", slot: "Slot") -> None:
    """Give the slot to a member of staff; a number that is nobody's is told, and its request forgotten."""
    from care.vault_users import recovered
    from db import recovery
    from db.errors import Refused

    try:
        recovered(store, slot)
    except Refused:
        recovery.forget(store.path)
        raise
