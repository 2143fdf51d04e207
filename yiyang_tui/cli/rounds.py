"""``yiyang round``: what was recorded of somebody, and saying that a round counts no more."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated, Any, Final
from uuid import UUID

import typer

from yiyang_tui.cli.options import Json, Number, PassphraseFile

if TYPE_CHECKING:
    from care.timeline import TimelineItem

_COLUMNS = ("at", "who", "said", "id")
_MOST: Final = 200


def listed(
    whom: Annotated[str, typer.Argument(metavar="PERSON", help="cli.round.opt.whom")],
    limit: Annotated[int, typer.Option("--limit", metavar="N", min=1, max=_MOST, help="cli.round.opt.limit")] = 20,
    number: Number = None,
    passphrase_file: PassphraseFile = None,
    json: Json = False,
) -> None:
    """The newest rounds of one person; that the chart was read is recorded."""
    from care.chart import open_chart
    from care.timeline import timeline
    from yiyang_tui.cli.record import acting
    from yiyang_tui.cli.show import as_json, moment, table
    from yiyang_tui.cli.whom import person_of
    from yiyang_tui.screens.look_words import look_line
    from yiyang_tui.words import t

    with acting(number, passphrase_file) as (store, by):
        person = person_of(store, whom)
        open_chart(store, by.id, person)
        found = timeline(store, person, limit=limit)
    if json:
        as_json({"person": person.hex, "rounds": [_said(one) for one in found]})
        return
    rows = [(moment(one.at), one.who, look_line(one).text, one.round_id.hex) for one in found]
    table([t(f"cli.round.column.{name}") for name in _COLUMNS], rows)


def void(
    round_id: Annotated[str, typer.Argument(metavar="ROUND", help="cli.round.opt.round")],
    reason: Annotated[str, typer.Option("--reason", metavar="TEXT", help="cli.round.opt.reason")],
    second: Annotated[str | None, typer.Option("--second", metavar="NUMBER", help="cli.round.opt.second")] = None,
    second_pin_file: Annotated[
        str | None, typer.Option("--second-pin-file", metavar="FILE|-", help="cli.round.opt.second_pin_file")
    ] = None,
    number: Number = None,
    passphrase_file: PassphraseFile = None,
) -> None:
    """Say that a round counts no more; of somebody else's it takes a second person and their PIN."""
    from care import rounds
    from care.amending import amendable
    from yiyang_tui.cli.ask import Secrets
    from yiyang_tui.cli.record import acting
    from yiyang_tui.cli.show import say
    from yiyang_tui.cli.whom import second_of
    from yiyang_tui.words import t

    one, secrets = _id(round_id), Secrets()
    with acting(number, passphrase_file, secrets) as (store, by):
        # The refusal comes before anybody is asked for a PIN.
        alone = amendable(store, by.id, one).own
        confirmed = None if alone else second_of(store, secrets, second, second_pin_file)
        rounds.void(store, by.id, one, reason, second=confirmed)
    say(t("cli.round.voided", round=one.hex))


COMMANDS: Final[dict[str, Callable[..., Any]]] = {"list": listed, "void": void}


def _id(typed: str) -> UUID:
    from db.errors import Refused

    try:
        return UUID(hex=typed.strip())
    except ValueError:
        raise Refused("round_unknown") from None


def _said(one: "TimelineItem") -> dict[str, Any]:
    return {
        "id": one.round_id.hex,
        "at": one.at,
        "kind": one.kind,
        "who": one.who,
        "found": [[each.field, each.value] for each in one.text_facts],
        "vitals": dict(one.vitals),
        "void": one.void,
        "superseded_by": None if one.superseded_by is None else one.superseded_by.hex,
    }
