"""``yiyang print``: the forms of the house as PDF, for paper."""

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from yiyang_tui.cli.options import Json, Number, PassphraseFile

if TYPE_CHECKING:
    from uuid import UUID

    from db.store import Store
    from yiyang_tui.print.sheets import Wanted

File = Annotated[Path, typer.Argument(metavar="FILE.pdf|FOLDER", help="cli.print.opt.file")]
Person = Annotated[str, typer.Option("--person", metavar="PERSON", help="cli.print.opt.person")]
MaybePerson = Annotated[str | None, typer.Option("--person", metavar="PERSON", help="cli.print.opt.person")]
Day = Annotated[str | None, typer.Option("--day", metavar="DATE", help="cli.print.opt.day")]
Days = Annotated[int, typer.Option("--days", metavar="N", min=1, max=31, help="cli.print.opt.days")]


def rounds(
    file: File,
    person: MaybePerson = None,
    day: Day = None,
    days: Days = 1,
    shift: Annotated[str, typer.Option("--shift", metavar="SHIFT", help="cli.print.opt.shift")] = "",
    blank: Annotated[bool, typer.Option("--blank", help="cli.print.opt.blank_rounds")] = False,
    number: Number = None,
    passphrase_file: PassphraseFile = None,
    json: Json = False,
) -> None:
    """The round sheet of one person over some days, or of the house in one shift."""
    facts = {"last": _day(day), "days": days, "shift": shift, "blank": blank}
    _print("rounds", file, person, facts, number, passphrase_file, json)


def doses(
    file: File,
    person: Person,
    day: Day = None,
    days: Days = 7,
    blank: Annotated[bool, typer.Option("--blank", help="cli.print.opt.blank_doses")] = False,
    number: Number = None,
    passphrase_file: PassphraseFile = None,
    json: Json = False,
) -> None:
    """The dose sheet of one person: drugs, hours, days."""
    _print("doses", file, person, {"last": _day(day), "days": days, "blank": blank}, number, passphrase_file, json)


def temperature(
    file: File,
    person: Person,
    day: Day = None,
    number: Number = None,
    passphrase_file: PassphraseFile = None,
    json: Json = False,
) -> None:
    """The temperature chart of the seven days that end with one."""
    _print("temperature", file, person, {"last": _day(day)}, number, passphrase_file, json)


def handover(
    file: File,
    draft: Annotated[bool, typer.Option("--draft", help="cli.print.opt.draft")] = False,
    number: Number = None,
    passphrase_file: PassphraseFile = None,
    json: Json = False,
) -> None:
    """The last handover that was signed, or the draft of the shift that is on."""
    _print("handover", file, None, {"blank": draft}, number, passphrase_file, json)


def incident(
    file: File,
    person: MaybePerson = None,
    kind: Annotated[str, typer.Option("--kind", metavar="KIND", help="cli.print.opt.kind")] = "",
    event: Annotated[str | None, typer.Option("--event", metavar="ID", help="cli.print.opt.event")] = None,
    blank: Annotated[bool, typer.Option("--blank", help="cli.print.opt.blank_form")] = False,
    number: Number = None,
    passphrase_file: PassphraseFile = None,
    json: Json = False,
) -> None:
    """The form of an event: the last incident of a person or of the house, one of a kind, or an empty form."""
    facts = {"of": kind, "record_id": _id(event), "blank": blank}
    _print("incident", file, person, facts, number, passphrase_file, json)


def assessment(
    file: File,
    person: MaybePerson = None,
    scale: Annotated[str, typer.Option("--scale", metavar="SCALE", help="cli.print.opt.scale")] = "",
    blank: Annotated[bool, typer.Option("--blank", help="cli.print.opt.blank_form")] = False,
    number: Number = None,
    passphrase_file: PassphraseFile = None,
    json: Json = False,
) -> None:
    """The form of a scale: the last assessment of a person, or an empty form."""
    _print("assessment", file, person, {"of": scale, "blank": blank}, number, passphrase_file, json)


COMMANDS: Final[dict[str, Callable[..., Any]]] = {
    "rounds": rounds,
    "doses": doses,
    "temperature": temperature,
    "handover": handover,
    "incident": incident,
    "assessment": assessment,
}


def _print(
    sheet: str,
    file: Path,
    person: str | None,
    facts: dict[str, Any],
    number: str | None,
    passphrase_file: str | None,
    json: bool,
) -> None:
    from yiyang_tui import leaving
    from yiyang_tui.cli.record import acting
    from yiyang_tui.cli.show import as_json, note, say
    from yiyang_tui.print.sheets import save
    from yiyang_tui.words import t

    # A name that is taken is said before anybody types a passphrase.
    if not file.expanduser().is_dir():
        leaving.free(file)
    with acting(number, passphrase_file) as (store, by):
        wanted = _wanted(store, person, facts)
        done = save(store, by.id, sheet, wanted, file)
    if json:
        as_json({"file": str(done.path), "sheet": sheet})
        return
    say(t("cli.print.done", path=str(done.path)))
    note(t("cli.print.delete"))
    if done.on_stick:
        note(t("cli.print.on_stick"))


def _wanted(store: "Store", person: str | None, facts: dict[str, Any]) -> "Wanted":
    from yiyang_tui.cli.whom import person_of
    from yiyang_tui.print.sheets import Wanted

    return Wanted(person_id=None if person is None else person_of(store, person), **facts)


def _day(typed: str | None) -> date | None:
    from care.age import is_day
    from db.errors import Refused

    if typed is None:
        return None
    if not is_day(typed):
        raise Refused("date_shape", field="day")
    return date.fromisoformat(typed)


def _id(typed: str | None) -> "UUID | None":
    from uuid import UUID

    from db.errors import Refused

    if typed is None:
        return None
    try:
        return UUID(hex=typed.strip())
    except ValueError:
        raise Refused("record_unknown") from None
