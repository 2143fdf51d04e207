"""``yiyang house``: what the pair and its two institutions are: how they work together, both licences, their beds."""

from collections.abc import Callable
from dataclasses import asdict
from typing import Annotated, Any, Final

import typer

from yiyang_tui.cli.house_facts import facts
from yiyang_tui.cli.options import Json, Number, PassphraseFile

KINDS: Final = ("health_centre", "welfare_home")

_PAIR = ("name", "township", "region", "mode", "agreement_no", "agreement_from", "agreement_until")
_INSTITUTION = ("name", "director", "phone", "address", "medical_licence", "care_licence", "both_licences")


def show(number: Number = None, passphrase_file: PassphraseFile = None, json: Json = False) -> None:
    """The pair, both institutions with their licences as they stand today, the beds."""
    from care import setup
    from care.age import house_day
    from care.beds import bed_map
    from care.staff import everyone
    from yiyang_tui.cli.record import acting
    from yiyang_tui.cli.show import as_json

    with acting(number, passphrase_file) as (store, _):
        today = house_day(store.now())
        pair, houses = setup.pair(store), setup.institutions(store)
        names = {one.id: one.name for one in everyone(store)}
        beds = {ward.kind: ward.total for ward in bed_map(store, store.now())}
        both = setup.integrated_beds(store, today)
    listed = [
        asdict(one)
        | {
            "id": one.id.hex,
            "director": names.get(one.director_id, "") if one.director_id else "",
            "director_id": one.director_id.hex if one.director_id else None,
            "medical_in_force": one.holds("medical", today),
            "care_in_force": one.holds("care", today),
            "both_licences": one.both_licences(today),
        }
        for one in houses
    ]
    said = None if pair is None else asdict(pair) | {"id": pair.id.hex}
    if json:
        as_json({"pair": said, "institutions": listed, "beds": beds, "integrated_beds": both})
    else:
        _show(said or {}, listed, beds, both)


def pair(
    name: Annotated[str | None, typer.Option("--name", metavar="NAME", help="cli.house.opt.name")] = None,
    township: Annotated[str | None, typer.Option("--township", metavar="NAME", help="cli.house.opt.township")] = None,
    region: Annotated[str | None, typer.Option("--region", metavar="CODE", help="cli.house.opt.region")] = None,
    mode: Annotated[str | None, typer.Option("--mode", metavar="MODE", help="cli.house.opt.mode")] = None,
    agreement_no: Annotated[
        str | None, typer.Option("--agreement-no", metavar="NUMBER", help="cli.house.opt.agreement_no")
    ] = None,
    agreement_from: Annotated[
        str | None, typer.Option("--agreement-from", metavar="DATE", help="cli.house.opt.agreement_from")
    ] = None,
    agreement_until: Annotated[
        str | None, typer.Option("--agreement-until", metavar="DATE", help="cli.house.opt.agreement_until")
    ] = None,
    number: Number = None,
    passphrase_file: PassphraseFile = None,
) -> None:
    """Change what is written of the pair."""
    from care.codes import codes
    from care.setup import change_pair
    from yiyang_tui.cli.record import acting, given

    # Said as a code or as the word that people use.
    named = {one.zh: one.code for one in codes("pair_mode").values}
    with acting(number, passphrase_file) as (store, by):
        new = given(
            name=name,
            township=township,
            region=region,
            mode=named.get(mode, mode) if mode else mode,
            agreement_no=agreement_no,
            agreement_from=agreement_from,
            agreement_until=agreement_until,
        )
        _tell(change_pair(store, by.id, **new))


def institution(
    kind: Annotated[str, typer.Argument(metavar="|".join(KINDS), help="cli.house.opt.kind")],
    name: Annotated[str | None, typer.Option("--name", metavar="NAME", help="cli.house.opt.name")] = None,
    director: Annotated[str | None, typer.Option("--director", metavar="NUMBER", help="cli.house.opt.director")] = None,
    phone: Annotated[str | None, typer.Option("--phone", metavar="PHONE", help="cli.house.opt.phone")] = None,
    address: Annotated[str | None, typer.Option("--address", metavar="TEXT", help="cli.house.opt.address")] = None,
    medical_licence_no: Annotated[
        str | None, typer.Option("--medical-licence-no", metavar="NUMBER", help="cli.house.opt.medical_licence_no")
    ] = None,
    medical_licence_until: Annotated[
        str | None, typer.Option("--medical-licence-until", metavar="DATE", help="cli.house.opt.medical_licence_until")
    ] = None,
    care_licence_no: Annotated[
        str | None, typer.Option("--care-licence-no", metavar="NUMBER", help="cli.house.opt.care_licence_no")
    ] = None,
    care_licence_until: Annotated[
        str | None, typer.Option("--care-licence-until", metavar="DATE", help="cli.house.opt.care_licence_until")
    ] = None,
    number: Number = None,
    passphrase_file: PassphraseFile = None,
) -> None:
    """Change what is written of one of the two institutions."""
    from care.setup import change_institution, institutions
    from care.staff import by_number
    from db.errors import Refused
    from yiyang_tui.cli.record import acting, given

    with acting(number, passphrase_file) as (store, by):
        of = next((one.id for one in institutions(store) if one.kind == kind), None)
        if of is None:
            raise Refused("institution_unknown")
        new: dict[str, Any] = given(
            name=name,
            phone=phone,
            address=address,
            medical_licence_no=medical_licence_no,
            medical_licence_until=medical_licence_until,
            care_licence_no=care_licence_no,
            care_licence_until=care_licence_until,
        )
        if director is not None:
            one = by_number(store, director) if director else None
            if director and one is None:
                raise Refused("staff_unknown")
            new["director_id"] = None if one is None else one.id
        _tell(change_institution(store, by.id, of, **new))


COMMANDS: Final[dict[str, Callable[..., Any]]] = {
    "show": show,
    "pair": pair,
    "institution": institution,
    "facts": facts,
}


def _tell(changed: bool) -> None:
    from yiyang_tui.cli.show import say
    from yiyang_tui.words import t

    say(t("cli.house.changed" if changed else "cli.house.unchanged"))


def _show(pair: dict[str, Any], houses: list[dict[str, Any]], beds: dict[Any, int], both: int) -> None:
    from care.codes import label
    from yiyang_tui.cli.show import say, table
    from yiyang_tui.words import language, t

    mode = label("pair_mode", pair["mode"], language()) if pair.get("mode") else ""
    said = pair | {"mode": mode}
    table(["", ""], [(t(f"cli.house.row.{field}"), str(said.get(field) or "-")) for field in _PAIR])
    for one in houses:
        say()
        say(t(f"cli.house.kind.{one['kind']}"))
        licences = {
            "medical_licence": _licence(one, "medical"),
            "care_licence": _licence(one, "care"),
            "both_licences": t("cli.house.yes" if one["both_licences"] else "cli.house.no"),
        }
        shown = one | licences
        table(["", ""], [(t(f"cli.house.row.{field}"), str(shown[field] or "-")) for field in _INSTITUTION])
    say()
    say(t("cli.house.beds", counts="  ".join(t(f"beds.total.{kind}", n=n) for kind, n in beds.items()), both=both))


def _licence(one: dict[str, Any], which: str) -> str:
    from yiyang_tui.words import t

    number, until = one[f"{which}_licence_no"], one[f"{which}_licence_until"]
    if not number:
        return ""
    if not one[f"{which}_in_force"]:
        return t("cli.house.expired", number=number, until=until)
    return t("cli.house.until", number=number, until=until) if until else number
