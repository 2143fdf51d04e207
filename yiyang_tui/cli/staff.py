"""``yiyang staff``: who works for the pair, in which role, with which licence; taking somebody on, and letting go."""

from collections import Counter
from collections.abc import Callable
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Any, Final
from uuid import UUID

import typer

from yiyang_tui.cli.options import Json, Number, PassphraseFile

if TYPE_CHECKING:
    from care.staff import StaffView
    from db.store import Store

Whom = Annotated[str, typer.Argument(metavar="NUMBER", help="cli.staff.opt.whom")]
Name = Annotated[str | None, typer.Option("--name", metavar="NAME", help="cli.staff.opt.name")]
Role = Annotated[str | None, typer.Option("--role", metavar="ROLE", help="cli.staff.opt.role")]
Phone = Annotated[str | None, typer.Option("--phone", metavar="PHONE", help="cli.staff.opt.phone")]
LicenceNo = Annotated[str | None, typer.Option("--licence-no", metavar="NUMBER", help="cli.staff.opt.licence_no")]
LicenceUntil = Annotated[
    str | None, typer.Option("--licence-until", metavar="DATE", help="cli.staff.opt.licence_until")
]

_COLUMNS = ("number", "name", "role", "licence_no", "licence_until", "state")


def listed(number: Number = None, passphrase_file: PassphraseFile = None, json: Json = False) -> None:
    """Everybody, with what their licence lacks today, and how many work here in each role."""
    from care.age import house_day
    from care.roles import roles
    from care.staff import everyone
    from yiyang_tui.cli.record import acting
    from yiyang_tui.cli.show import as_json, say, table
    from yiyang_tui.words import t

    with acting(number, passphrase_file) as (store, _):
        found, today = everyone(store), house_day(store.now())
    gaps = {one.id: "" if one.closed else one.licence_gap(today) for one in found}
    here = Counter(one.role for one in found if not one.closed)
    if json:
        said = [{**asdict(one), "id": one.id.hex, "licence_gap": gaps[one.id]} for one in found]
        as_json({"staff": said, "by_role": {role: here[role] for role in roles()}})
        return
    rows = [
        (
            one.number,
            one.name,
            t(f"role.{one.role}"),
            one.licence_no,
            one.licence_until or "",
            t(f"cli.staff.gap.{gaps[one.id]}") if gaps[one.id] else t("cli.staff.closed") if one.closed else "",
        )
        for one in found
    ]
    table([t(f"cli.staff.column.{name}") for name in _COLUMNS], rows)
    counts = "  ".join(t("cli.staff.of_role", role=t(f"role.{role}"), n=here[role]) for role in roles() if here[role])
    say(t("cli.staff.sum", n=here.total(), counts=counts))


def add(
    whom: Whom,
    name: Annotated[str, typer.Option("--name", metavar="NAME", help="cli.staff.opt.name")],
    role: Annotated[str, typer.Option("--role", metavar="ROLE", help="cli.staff.opt.role")],
    phone: Annotated[str, typer.Option("--phone", metavar="PHONE", help="cli.staff.opt.phone")] = "",
    licence_no: Annotated[str, typer.Option("--licence-no", metavar="NUMBER", help="cli.staff.opt.licence_no")] = "",
    licence_until: LicenceUntil = None,
    number: Number = None,
    passphrase_file: PassphraseFile = None,
) -> None:
    """Take somebody on."""
    from care import staff
    from yiyang_tui.cli.record import acting

    with acting(number, passphrase_file) as (store, by):
        new = staff.add(
            store,
            by.id,
            number=whom,
            name=name,
            role=role,
            phone=phone,
            licence_no=licence_no,
            licence_until=licence_until or None,
        )
        _tell(store, new, "added")


def change(
    whom: Whom,
    name: Name = None,
    role: Role = None,
    phone: Phone = None,
    licence_no: LicenceNo = None,
    licence_until: LicenceUntil = None,
    number: Number = None,
    passphrase_file: PassphraseFile = None,
) -> None:
    """Change what is written of somebody."""
    from care import staff
    from yiyang_tui.cli.record import acting, given

    with acting(number, passphrase_file) as (store, by):
        one = _find(store, whom)
        new = given(name=name, role=role, phone=phone, licence_no=licence_no, licence_until=licence_until)
        _tell(store, one, "changed" if staff.change(store, by.id, one, **new) else "unchanged")


def close(whom: Whom, number: Number = None, passphrase_file: PassphraseFile = None) -> None:
    """Somebody no longer works here."""
    from care import staff
    from yiyang_tui.cli.record import acting

    with acting(number, passphrase_file) as (store, by):
        one = _find(store, whom)
        _tell(store, one, "gone" if staff.close(store, by.id, one) else "unchanged")


def reopen(whom: Whom, number: Number = None, passphrase_file: PassphraseFile = None) -> None:
    """Somebody works here again."""
    from care import staff
    from yiyang_tui.cli.record import acting

    with acting(number, passphrase_file) as (store, by):
        one = _find(store, whom)
        _tell(store, one, "changed" if staff.reopen(store, by.id, one) else "unchanged")


def pin(
    whom: Whom,
    pin_file: Annotated[str | None, typer.Option("--pin-file", metavar="FILE|-", help="cli.staff.opt.pin_file")] = None,
    number: Number = None,
    passphrase_file: PassphraseFile = None,
) -> None:
    """A PIN on this laptop: one's own, after the passphrase; or for a colleague who has forgotten theirs."""
    from care import staff
    from yiyang_tui.cli.ask import Secrets
    from yiyang_tui.cli.record import acting
    from yiyang_tui.words import t

    with acting(number, passphrase_file) as (store, by):
        one = _find(store, whom)
        secret = Secrets().get(
            t("cli.staff.new_pin"),
            pin_file,
            option="--pin-file",
            twice=True,
            check=lambda said: staff.check_new_pin(said, whom),
        )
        if one == by.id:
            staff.set_pin(store, one, secret)
        else:
            staff.give_pin(store, by.id, one, secret)
        _tell(store, one, "pin_given")


COMMANDS: Final[dict[str, Callable[..., Any]]] = {
    "list": listed,
    "add": add,
    "change": change,
    "close": close,
    "reopen": reopen,
    "pin": pin,
}


def _find(store: "Store", whom: str) -> UUID:
    from care.staff import by_number
    from db.errors import Refused

    one = by_number(store, whom)
    if one is None:
        raise Refused("staff_unknown")
    return one.id


def _tell(store: "Store", staff_id: UUID, what: str) -> None:
    from care.staff import everyone
    from yiyang_tui.cli.show import say
    from yiyang_tui.words import t

    one: StaffView = next(each for each in everyone(store) if each.id == staff_id)
    say(t(f"cli.staff.{what}", number=one.number, name=one.name, role=t(f"role.{one.role}")))
