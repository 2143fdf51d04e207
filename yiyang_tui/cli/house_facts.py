"""``yiyang house facts``: the numbers that no source settles: what counts here, and setting one."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from yiyang_tui.cli.options import Json, Number, PassphraseFile

if TYPE_CHECKING:
    from care.county_facts import CountyFact


def facts(
    change: Annotated[str | None, typer.Option("--set", metavar="CODE=VALUE", help="cli.house.opt.set")] = None,
    number: Number = None,
    passphrase_file: PassphraseFile = None,
    json: Json = False,
) -> None:
    """What counts now, where each comes from, whether the pair has confirmed it."""
    from care.county_facts import confirm, county_facts
    from db.errors import Refused
    from yiyang_tui.cli.record import acting
    from yiyang_tui.cli.show import as_json

    with acting(number, passphrase_file) as (store, by):
        if change is not None:
            code, _, value = change.partition("=")
            # More digits than any of ours has would only be a large number to refuse.
            if not (value.isascii() and value.isdigit() and len(value) < 10):
                raise Refused("fact_not_a_number")
            confirm(store, by.id, code.strip(), int(value))
        found = county_facts(store)
    if json:
        as_json({"facts": [_said(one) for one in found]})
    else:
        _show(found)


def _said(one: "CountyFact") -> dict[str, Any]:
    return {
        "code": one.code,
        "zh": one.zh,
        "en": one.en,
        "unit": one.unit,
        "value": one.value,
        "default": one.default,
        "least": one.least,
        "most": one.most,
        "certainty": one.certainty,
        "source": one.source.en,
        "confirmed": one.confirmed,
    }


def _show(found: "list[CountyFact]") -> None:
    from yiyang_tui.cli.show import table
    from yiyang_tui.words import language, t

    rows = [
        (
            one.code,
            one.zh if language() == "zh" else one.en,
            str(one.value),
            f"{one.least}-{one.most}",
            "" if one.confirmed else t("confirm.unconfirmed"),
            one.source.of(language()),
        )
        for one in found
    ]
    headings = [t(f"cli.house.facts.row.{name}") for name in ("code", "what", "value", "range", "state", "source")]
    table(headings, rows, right=(2,), whole=(0,))
