"""The people of the demo: some with a story, the others drawn by lot, each on a bed."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import count
from random import Random
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlmodel import col

from care.age import house_day
from care.data import table
from care.id_number import check_digit
from care.places import natural, places
from care.roles import doing
from db.errors import Refused
from db.store import Act, Store
from db.tables import Bed, Leave, Person, Room, Stay

_DAY_S = 86400
# How the people of the demo lie: of 96, seven on the ward and five at home.
_ON_WARD, _AT_HOME, _OF = 7, 5, 96


@dataclass(frozen=True, slots=True)
class Spot:
    """A bed: ``walk`` is its place in the tour of its floor."""

    id: UUID
    label: str
    kind: str
    floor: int
    walk: int


@dataclass(slots=True)
class Resident:
    """One person as their course needs them. ``spots``: from when on which bed; ``away``: from and until when out."""

    index: int
    person_id: UUID
    name: str
    level: str
    conditions: tuple[str, ...]
    course: str
    late_min: int | None
    spots: list[tuple[int, Spot]]
    away: list[tuple[int, int]] = field(default_factory=list)


def move_in(store: Store, by: UUID, residents: int, days: int, seed: int, now: int) -> list[Resident]:
    """Register everybody and put them to bed, in one act. Raises ``Refused``: demo_needs_beds."""
    draw = Random(f"{seed}/people")
    told = [dict(one) for one in table("demo")["person"]][:residents]
    with doing(store, by, "stay.change") as act:
        spots = _spots(act)
        told += _others(draw, residents - len(told), told, spots)
        _take_beds(act, told, spots)
        names = _names(draw, {one["name"] for one in told if "name" in one})
        return [_settle(act, draw, index, one, names, spots, days, now) for index, one in enumerate(told)]


def _spots(act: Act) -> dict[str, Spot]:
    """The free beds of both houses by label."""
    asked = (
        select(col(Bed.id), col(Bed.label), col(Bed.kind), col(Room.floor))
        .join_from(Bed, Room, col(Room.id) == col(Bed.room_id))
        .where(~col(Bed.closed), col(Bed.id).not_in([place.bed_id for place in places(act.conn).values()]))
    )
    walks: dict[tuple[str, int], count[int]] = {}
    found = {}
    for bed, label, kind, floor in sorted(act.conn.execute(asked), key=lambda row: natural(row[1])):
        walk = next(walks.setdefault((kind, floor), count()))
        found[label] = Spot(bed, label, kind, floor, walk)
    return found


def _others(draw: Random, wanted: int, told: list[dict[str, Any]], spots: Mapping[str, Spot]) -> list[dict[str, Any]]:
    """Those without a story, as the data file describes a story: which kind of bed, which level, which conditions."""
    words = table("demo")["people"]
    total = wanted + len(told)
    lying = [spots[one["bed"]].kind if one["bed"] in spots else "" for one in told]
    on_ward = max(0, total * _ON_WARD // _OF - lying.count("inpatient"))
    at_home = max(0, total * _AT_HOME // _OF - sum(one["bed"] in words["villages"] for one in told))
    others = []
    for index in range(wanted):
        ill = [name for share, name in words["conditions"] if draw.randrange(100) < share]
        others.append(
            {
                "kind": "inpatient" if index < on_ward else "home" if index < on_ward + at_home else "welfare",
                "sex": draw.choice("12"),
                "age": min(98, max(62, round(draw.gauss(78, 7)))),
                "level": _drawn(draw, words["levels"]),
                "category": _drawn(draw, words["categories"]),
                "insurance": _drawn(draw, words["payments"]),
                "conditions": ill,
                "allergies": [draw.choice(words["allergies"])] if draw.random() < 0.14 else [],
                "course": "cold" if draw.random() < 0.12 else "",
                "out_before": draw.random() < 0.12,
            }
        )
    return others


def _take_beds(act: Act, told: list[dict[str, Any]], spots: dict[str, Spot]) -> None:
    """Give everybody a bed of their kind: the one of their story if it is there and free, else the next."""
    villages = table("demo")["people"]["villages"]
    claimed = {label for one in told for label in (one.get("bed"), one.get("switched_from")) if label}
    free = {kind: [s for s in spots.values() if s.kind == kind and s.label not in claimed] for kind in _kinds(spots)}
    # People lie spread over the house, not on the first floors alone.
    for beds in free.values():
        Random(len(beds)).shuffle(beds)
    for number, one in enumerate(told):
        label = one.get("bed", "")
        if label in spots:
            one["spot"] = spots[label]
        elif one.get("kind") == "home" or label in villages:
            village = label or villages[number % len(villages)]
            bed = act.insert(Bed, kind="home", label=village, address=f"{village}{number % 9 + 1}组")
            one["spot"] = Spot(bed, village, "home", 0, number % 5)
        else:
            beds = free.get(one.get("kind", "welfare")) or free.get("welfare", [])
            if not beds:
                raise Refused("demo_needs_beds", beds=len(told))
            one["spot"] = beds.pop()


def _kinds(spots: Mapping[str, Spot]) -> set[str]:
    return {spot.kind for spot in spots.values()}


def _names(draw: Random, taken: set[str]) -> dict[str, list[str]]:
    """Names nobody has yet, for women and for men, enough for all."""
    words = table("demo")["people"]
    made = {}
    for sex, given in (("1", words["men"]), ("2", words["women"])):
        names = [surname + name for surname in words["surnames"] for name in given]
        made[sex] = [name for name in draw.sample(names, len(names)) if name not in taken]
    return made


def _settle(
    act: Act,
    draw: Random,
    index: int,
    told: Mapping[str, Any],
    names: dict[str, list[str]],
    spots: Mapping[str, Spot],
    days: int,
    now: int,
) -> Resident:
    name = told.get("name") or names[told["sex"]].pop()
    person = act.insert(Person, **_columns(draw, index, name, told, now))
    # Most have been here for years, some came during the time that is shown.
    ago = (
        draw.randrange(5, max(6, days - 5))
        if "name" not in told and draw.random() < 0.07
        else draw.randrange(days + 30, 2200)
    )
    came = now - ago * _DAY_S - draw.randrange(4 * 3600)
    here: Spot = told["spot"]
    lain = [(came, here)]
    before = spots.get(told.get("switched_from", ""))
    if before is not None:
        lain = [(came, before), (now - 3 * _DAY_S, here)]
    stay = None
    for order, (since, spot) in enumerate(lain):
        until = lain[order + 1][0] if order + 1 < len(lain) else None
        stay = act.insert(
            Stay,
            person_id=person,
            bed_id=spot.id,
            from_at=since,
            until_at=until,
            begun_by="switch" if order else "admission",
            end_reason="switch" if until else "",
        )
    assert stay is not None
    made = Resident(
        index,
        person,
        name,
        told["level"],
        tuple(told.get("conditions", ())),
        told.get("course", ""),
        told.get("late_min"),
        lain,
    )
    _leaves(act, draw, made, stay, told, days, now)
    return made


def _leaves(act: Act, draw: Random, one: Resident, stay: UUID, told: Mapping[str, Any], days: int, now: int) -> None:
    contact = told.get("contact", {}).get("name", "")
    if told.get("out_before") and one.spots[0][0] < now - days * _DAY_S:
        left = now - draw.randrange(5, max(6, days)) * _DAY_S
        back = left + draw.randrange(1, 4) * _DAY_S
        act.insert(
            Leave, person_id=one.person_id, stay_id=stay, kind="family", left_at=left, expected_at=back, back_at=back
        )
        one.away.append((left, back))
    if "leave_h" in told:
        left = now - told["leave_h"] * 3600
        expected = now + told["back_h"] * 3600 if "back_h" in told else None
        kind = told.get("leave_kind", "family")
        act.insert(
            Leave,
            person_id=one.person_id,
            stay_id=stay,
            kind=kind,
            left_at=left,
            expected_at=expected,
            companion=contact,
        )
        one.away.append((left, now + _DAY_S))


def _columns(draw: Random, index: int, name: str, told: Mapping[str, Any], now: int) -> dict[str, Any]:
    words = table("demo")["people"]
    birth = _birth(draw, told["age"], house_day(now))
    # Men have an odd number, women an even one; no two people one number.
    order = f"{100 + index * 2 + (told['sex'] == '1'):03}"
    first17 = draw.choice(words["regions"]) + birth.strftime("%Y%m%d") + order
    contact = told.get("contact") or _contact(draw, name, index)
    ill = [{"name": each, "icd10": words["icd10"][each], "since": ""} for each in told.get("conditions", ())]
    village = told["spot"].label if told["spot"].kind == "home" else draw.choice(words["villages"])
    paper = {
        "on": (house_day(now) - timedelta(days=200)).isoformat(),
        "by": contact["name"],
        "relation": contact["relation"],
        "state": "given",
        "how": "paper",
    }
    # Of every eighth nobody has asked yet: work to do, as in a real house.
    signed = [
        {"kind": kind, **paper} for kind in ("shared_record", "county_upload") if kind != "county_upload" or index % 8
    ]
    return {
        "name": name,
        "sex": told["sex"],
        "birth": birth.isoformat(),
        "id_number": first17 + check_digit(first17),
        "category": told["category"],
        "care_level": told["level"],
        "village": village,
        "record_no": f"{table('demo')['house']['region']}100201{index + 1:05}",
        "insurance": told.get("insurance", "02"),
        "contacts": json.dumps([contact], ensure_ascii=False, sort_keys=True),
        "allergies": json.dumps(told.get("allergies", []), ensure_ascii=False, sort_keys=True),
        "allergies_known": bool(told.get("allergies")) or draw.random() < 0.9,
        "conditions": json.dumps(ill, ensure_ascii=False, sort_keys=True),
        "consents": json.dumps(signed, ensure_ascii=False, sort_keys=True),
    }


def _contact(draw: Random, name: str, index: int) -> dict[str, str]:
    words = table("demo")["people"]
    relation = draw.choice(["20", "30", "93", "V1", "V3"])
    surname = name[0] if relation == "20" else draw.choice(words["surnames"])
    given = draw.choice(words["women"] if relation == "30" else words["men"])
    return {"name": surname + given, "relation": relation, "phone": f"1380001{index:04}"}


def _birth(draw: Random, age: int, today: date) -> date:
    """A birth date by which somebody is ``age`` today."""
    year_ago = today - timedelta(days=draw.randrange(1, 360))
    # The 29th of February has no anniversary in most years.
    return date(year_ago.year - age, year_ago.month, min(year_ago.day, 28))


def _drawn(draw: Random, shares: list[tuple[int, str]]) -> str:
    drawn: str = draw.choices([code for _, code in shares], [share for share, _ in shares])[0]
    return drawn
