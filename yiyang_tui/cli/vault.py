"""``yiyang vault``: who opens the record of this laptop, with which passphrase; what that costs; a new key."""

from collections.abc import Callable
from dataclasses import asdict
from typing import Annotated, Any, Final

import typer

from yiyang_tui.cli.options import Json, Number, PassphraseFile
from yiyang_tui.cli.vault_recover import recover

Whom = Annotated[str, typer.Argument(metavar="NUMBER", help="cli.vault.opt.whom")]
NewFile = Annotated[
    str | None, typer.Option("--new-passphrase-file", metavar="FILE|-", help="cli.vault.opt.new_passphrase_file")
]

_COLUMNS = ("number", "name", "role", "since", "by", "note")


def users(number: Number = None, passphrase_file: PassphraseFile = None, json: Json = False) -> None:
    """Everybody who can open the record on this laptop, and whether the county can."""
    from care.staff import everyone
    from care.vault_users import users as found_users
    from yiyang_tui.cli.record import acting
    from yiyang_tui.cli.show import as_json, moment, say, table
    from yiyang_tui.words import t

    with acting(number, passphrase_file) as (store, _):
        found = found_users(store)
        names = {one.id: one.name for one in everyone(store)}
    if json:
        said = [
            {**asdict(one), "staff_id": one.staff_id and one.staff_id.hex, "by": one.by and one.by.hex}
            for one in found.users
        ]
        as_json({"users": said, "county": found.county})
        return
    rows = [
        (
            one.number,
            one.name,
            t(f"role.{one.role}") if one.role else "",
            moment(one.added_at),
            names.get(one.by, "") if one.by else "",
            t("cli.vault.closed") if one.closed else "" if one.listed else t("cli.vault.unlisted"),
        )
        for one in found.users
    ]
    table([t(f"cli.vault.column.{name}") for name in _COLUMNS], rows)
    say(t("cli.vault.sum", n=len(found.users)))
    say(t("cli.vault.county" if found.county else "cli.vault.no_county"))


def add(whom: Whom, new_file: NewFile = None, number: Number = None, passphrase_file: PassphraseFile = None) -> None:
    """Let somebody open the record: they type their own passphrase here."""
    from care.staff import by_number
    from care.vault_users import add_user
    from db.errors import Refused
    from db.keys import check_passphrase
    from yiyang_tui.cli.ask import Secrets
    from yiyang_tui.cli.record import acting
    from yiyang_tui.cli.show import say
    from yiyang_tui.settings import passphrase_cost
    from yiyang_tui.words import t

    secrets = Secrets()
    with acting(number, passphrase_file, secrets) as (store, by):
        one = by_number(store, whom)
        if one is None:
            raise Refused("staff_unknown")
        question = t("cli.vault.own_passphrase", name=one.name)
        new = secrets.get(question, new_file, option="--new-passphrase-file", twice=True, check=check_passphrase)
        add_user(store, by.id, one.number, new, passphrase_cost())
        say(t("cli.vault.added", number=one.number, name=one.name))


def remove(whom: Whom, number: Number = None, passphrase_file: PassphraseFile = None) -> None:
    """Somebody opens the record on this laptop no more."""
    from care.vault_users import remove_user
    from yiyang_tui.cli.record import acting
    from yiyang_tui.cli.show import say
    from yiyang_tui.words import t

    with acting(number, passphrase_file) as (store, by):
        remove_user(store, by.id, whom)
    say(t("cli.vault.removed", number=whom))


def passphrase(new_file: NewFile = None, number: Number = None, passphrase_file: PassphraseFile = None) -> None:
    """Change one's own passphrase; the old one opens the record for it."""
    from care.vault_users import change_passphrase
    from db.keys import check_passphrase
    from yiyang_tui.cli.ask import Secrets
    from yiyang_tui.cli.record import acting_with, asked_for
    from yiyang_tui.cli.show import say
    from yiyang_tui.settings import passphrase_cost
    from yiyang_tui.words import t

    secrets = Secrets()
    typed, old = asked_for(secrets, number, passphrase_file)
    with acting_with(typed, old) as (store, by):
        new = secrets.get(
            t("cli.vault.new_passphrase"), new_file, option="--new-passphrase-file", twice=True, check=check_passphrase
        )
        change_passphrase(store, by.id, old, new, passphrase_cost())
    say(t("cli.vault.changed"))


def calibrate(
    ms: Annotated[int | None, typer.Option("--ms", metavar="MS", help="cli.vault.opt.ms", min=1, max=5000)] = None,
    json: Json = False,
) -> None:
    """Measure what a new passphrase will cost here; with ``--ms`` remember how long it may take."""
    from db.cost import machine_ram_kib, measure
    from yiyang_tui.cli.show import as_json, say
    from yiyang_tui.settings import passphrase_cost, passphrase_ms, read_settings, remember, settings_path
    from yiyang_tui.words import t

    if ms is not None:
        remember(settings_path(), passphrase_ms=ms)
    cost = passphrase_cost()
    took = round(measure(cost) * 1000)
    asked, ram = passphrase_ms(read_settings(settings_path())), machine_ram_kib()
    if json:
        as_json({**asdict(cost), "ms": took, "asked_ms": asked, "ram_kib": ram})
        return
    mib = cost.memory_kib // 1024
    say(t("cli.vault.cost", mib=mib, passes=cost.passes, lanes=cost.lanes, ms=took, asked=asked))
    say(t("cli.vault.cost_when"))


def rekey(
    number: Number = None,
    passphrase_file: PassphraseFile = None,
    yes: Annotated[bool, typer.Option("--yes", help="cli.vault.opt.yes")] = False,
) -> int:
    """Put the record under a new key, after the old one may have leaked. Returns 130 if nobody said yes."""
    from care.roles import require
    from care.vault_users import change_key
    from yiyang_tui.cli import ask
    from yiyang_tui.cli.outcome import INTERRUPTED
    from yiyang_tui.cli.record import acting
    from yiyang_tui.cli.show import note, say
    from yiyang_tui.words import t

    with acting(number, passphrase_file) as (store, by):
        with store.reading() as conn:
            # Before anybody is asked.
            require(conn, by.id, "vault.rekey")
        if not yes and not ask.yes(t("cli.vault.rekey.ask"), option="--yes"):
            say(t("cli.vault.rekey.left"))
            return INTERRUPTED
        note(t("cli.vault.rekey.working"))
        change_key(store, by.id)
    say(t("cli.vault.rekey.done"))
    say(t("cli.vault.rekey.copies"))
    return 0


COMMANDS: Final[dict[str, Callable[..., Any]]] = {
    "users": users,
    "add": add,
    "remove": remove,
    "passphrase": passphrase,
    "calibrate": calibrate,
    "recover": recover,
    "rekey": rekey,
}
