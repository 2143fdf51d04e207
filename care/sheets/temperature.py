"""The temperature chart (体温单): what was measured in one week, as the paper has it, and what belongs beside it.

Columns of four hours around 2, 6, 10, 14, 18, 22 o'clock; the marks at 40 to 42 degrees are admission, moves, leaves.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final, Literal
from uuid import UUID

from sqlalchemy import Connection, select, text
from sqlmodel import col

from care.age import house_day
from care.data import table
from care.events.said import read_facts
from care.groups import groups
from care.looks import EFFECTIVE_VITALS, VITALS_COLUMNS
from care.measured import plain
from care.sheets.head import SheetHead, head_of
from care.sheets.rounds import DAY_S, midnight
from care.standing import effective
from db.store import Store
from db.tables import Event, Leave, Stay

DAYS: Final = 7
HOURS: Final = (2, 6, 10, 14, 18, 22)
COLUMNS: Final = DAYS * len(HOURS)
COLUMN_S: Final = DAY_S // len(HOURS)
IN_ONE_COLUMN: Final = 3
"""So many measurements of one thing are drawn in one column: the nearest to its hour, the lowest, the highest."""

AMOUNTS: Final = ("intake_ml", "output_ml", "stools")
"""What is summed up by the day."""

_CURVES = ("temp_c10", "pulse", "resp", "spo2")
MarkKind = Literal["admission", "move", "switch", "end", "leave", "hospital", "back"]


@dataclass(frozen=True, slots=True)
class Point:
    """One measurement. ``column``: 0 to 41; ``place``: where in its column, 0 to 1 (0.5: alone, in the middle)."""

    at: int
    column: int
    place: float
    value: int


@dataclass(frozen=True, slots=True)
class Mark:
    """Something written downwards at the top of its column."""

    at: int
    column: int
    kind: MarkKind


@dataclass(frozen=True, slots=True)
class Day:
    """One day below the curve. ``number``: the day of the stay, from 1; ``pressures``: of morning and afternoon.

    Amounts are ml, ``weight_kg10`` tenths; ``None`` where nothing was recorded.
    """

    day: date
    number: int | None
    pressures: tuple[tuple[int, int] | None, tuple[int, int] | None]
    intake_ml: int | None
    output_ml: int | None
    stools: int | None
    weight_kg10: int | None
    glucose: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class TemperatureSheet:
    """One week. ``away``: spans (seconds UTC) over which no line is drawn; ``more``: measurements not drawn."""

    head: SheetHead
    since: int
    days: tuple[Day, ...]
    curves: Mapping[str, tuple[Point, ...]]
    marks: tuple[Mark, ...]
    away: tuple[tuple[int, int], ...]
    more: int


_SETS = text(
    f"""
SELECT v.at, {", ".join(f"v.{column}" for column in VITALS_COLUMNS)} FROM vitals AS v
WHERE v.person_id = :person AND v.at >= :since AND v.at < :until AND {EFFECTIVE_VITALS.format(v="v")}
ORDER BY v.at LIMIT 2000
"""
)
_WATER = text(
    """
SELECT r.at, r.water_ml FROM round AS r
WHERE r.person_id = :person AND r.at >= :since AND r.at < :until AND r.water_ml IS NOT NULL AND NOT r.void
    AND NOT EXISTS (SELECT 1 FROM round AS newer WHERE newer.supersedes = r.id)
"""
)
_EVENTS = text(
    f"""
SELECT e.at, e.facts FROM event AS e
WHERE e.person_id = :person AND e.kind = :kind AND e.at >= :since AND e.at < :until AND {effective(Event, "e")}
"""
)


def temperature_sheet(store: Store, by: UUID, person_id: UUID, last: date) -> TemperatureSheet:
    """The week of seven days that ends on ``last``. Raises ``NoRight``, ``Refused``: person_unknown."""
    first = last - timedelta(days=DAYS - 1)
    since, until = midnight(first), midnight(last + timedelta(days=1))
    with store.reading() as conn:
        head = head_of(store, conn, by, person_id)
        ids = groups(conn).all(person_id)
        sets = _sets(conn, ids, since, until)
        stays, leaves = _stays(conn, ids), _leaves(conn, ids)
        weights = _weights(conn, ids, since, until)
        amounts = {name: _amounts(conn, ids, name, since, until) for name in AMOUNTS}
    curves, more = _curves(sets, since)
    days = tuple(
        _day(first + timedelta(days=n), sets, stays, weights, {name: of.get(n) for name, of in amounts.items()})
        for n in range(DAYS)
    )
    marks = tuple(_marks(stays, leaves, since, until))
    away = tuple((left, until if back is None else back) for _, left, back in leaves)
    return TemperatureSheet(head, since, days, curves, marks, away, more)


def _sets(conn: Connection, ids: Sequence[UUID], since: int, until: int) -> list[tuple[int, Mapping[str, Any]]]:
    asked = [{"person": one.bytes, "since": since, "until": until} for one in ids]
    found = [(row["at"], plain(row)) for one in asked for row in conn.execute(_SETS, one).mappings()]
    return sorted(found, key=lambda one: one[0])


def _stays(conn: Connection, ids: Sequence[UUID]) -> list[tuple[int, int | None, str, str]]:
    asked = select(col(Stay.from_at), col(Stay.until_at), col(Stay.begun_by), col(Stay.end_reason))
    rows = conn.execute(asked.where(col(Stay.person_id).in_(ids)).order_by(col(Stay.from_at)))
    return [(begun, ended, by, why) for begun, ended, by, why in rows]


def _leaves(conn: Connection, ids: Sequence[UUID]) -> list[tuple[str, int, int | None]]:
    asked = select(col(Leave.kind), col(Leave.left_at), col(Leave.back_at)).where(col(Leave.person_id).in_(ids))
    return [(kind, left, back) for kind, left, back in conn.execute(asked.order_by(col(Leave.left_at)))]


def _amounts(conn: Connection, ids: Sequence[UUID], name: str, since: int, until: int) -> dict[int, int]:
    """What rounds and events say of one amount, by the days of the week from 0: a sum of the day before its parts."""
    of = table("sheets")["temperature"][name]
    span = {"since": since, "until": until}
    parts = [(at, ml) for one in ids for at, ml in conn.execute(_WATER, {**span, "person": one.bytes})]
    parts = parts if of.get("water") else []
    for each in of["each"]:
        parts += [(at, _said(said, each)) for at, said in _events(conn, ids, each["kind"], since, until)]
    whole = []
    for sums in of.get("whole", ()):
        for at, said in _events(conn, ids, sums["kind"], since, until + DAY_S):
            known = [said[field] for field in sums["fields"] if isinstance(said.get(field), int)]
            hours = said.get(sums["hours"])
            middle = at - (hours if isinstance(hours, int) else 0) * 1800
            if known and since <= middle < until:
                whole.append((middle, sum(known)))
    return _by_day(parts, since) | _by_day(whole, since)


def _events(
    conn: Connection, ids: Sequence[UUID], kind: str, since: int, until: int
) -> Iterator[tuple[int, Mapping[str, Any]]]:
    for one in ids:
        asked = {"person": one.bytes, "kind": kind, "since": since, "until": until}
        for at, facts in conn.execute(_EVENTS, asked):
            yield at, read_facts(facts)


def _said(said: Mapping[str, Any], of: Mapping[str, Any]) -> int | None:
    """The amount that one event says; ``None`` where it says none."""
    if "but" in of and said.get(of["but"][0], of["but"][1]) == of["but"][1]:
        return None
    amount = said.get(of["field"], of.get("else"))
    return amount if isinstance(amount, int) else None


def _by_day(amounts: Iterable[tuple[int, int | None]], since: int) -> dict[int, int]:
    found: dict[int, int] = {}
    for at, amount in amounts:
        if amount is not None:
            day = (at - since) // DAY_S
            found[day] = found.get(day, 0) + amount
    return found


def _weights(conn: Connection, ids: Sequence[UUID], since: int, until: int) -> list[tuple[int, int]]:
    """What events say was weighed, beside what was measured at a round."""
    return [
        (at, weight)
        for of in table("sheets")["temperature"]["weight_kg10"]["each"]
        for at, said in _events(conn, ids, of["kind"], since, until)
        if (weight := _said(said, of)) is not None
    ]


def _curves(sets: Sequence[tuple[int, Mapping[str, Any]]], since: int) -> tuple[dict[str, tuple[Point, ...]], int]:
    curves, more = {}, 0
    for name in _CURVES:
        columns: dict[int, list[tuple[int, int]]] = {}
        for at, values in sets:
            if values[name] is not None:
                columns.setdefault((at - since) // COLUMN_S, []).append((at, values[name]))
        points: list[Point] = []
        for column, taken in columns.items():
            drawn = _drawn(taken, since + column * COLUMN_S + COLUMN_S // 2)
            more += len(taken) - len(drawn) if name in ("temp_c10", "pulse") else 0
            points += [Point(at, column, (n + 1) / (len(drawn) + 1), value) for n, (at, value) in enumerate(drawn)]
        curves[name] = tuple(points)
    return curves, more


def _drawn(taken: Sequence[tuple[int, int]], hour: int) -> list[tuple[int, int]]:
    """Those of one column that have room in it, in order of time."""
    if len(taken) <= IN_ONE_COLUMN:
        return list(taken)
    nearest = min(taken, key=lambda one: abs(one[0] - hour))
    chosen = {nearest, min(taken, key=lambda one: one[1]), max(taken, key=lambda one: one[1])}
    return sorted(chosen)


def _day(
    day: date,
    sets: Sequence[tuple[int, Mapping[str, Any]]],
    stays: Sequence[tuple[int, int | None, str, str]],
    weighed: Sequence[tuple[int, int]],
    amounts: Mapping[str, int | None],
) -> Day:
    begins, ends = midnight(day), midnight(day) + DAY_S
    here = [(at, values) for at, values in sets if begins <= at < ends]
    weights = [(at, values["weight_kg10"]) for at, values in here if values["weight_kg10"] is not None]
    weights += [one for one in weighed if begins <= one[0] < ends]
    return Day(
        day=day,
        number=_number(begins, ends, stays),
        pressures=(_pressure(here, begins, begins + DAY_S // 2), _pressure(here, begins + DAY_S // 2, ends)),
        weight_kg10=max(weights)[1] if weights else None,
        glucose=tuple(values["glucose_mmol10"] for _, values in here if values["glucose_mmol10"] is not None),
        **amounts,
    )


def _pressure(sets: Iterable[tuple[int, Mapping[str, Any]]], since: int, until: int) -> tuple[int, int] | None:
    """The first blood pressure of that time."""
    for at, values in sets:
        if since <= at < until and values["sbp"] is not None and values["dbp"] is not None:
            return values["sbp"], values["dbp"]
    return None


def _number(begins: int, ends: int, stays: Sequence[tuple[int, int | None, str, str]]) -> int | None:
    """The how-manieth day it is since admission; moving to another bed begins no new stay."""
    admitted = None
    for from_at, until_at, begun_by, _ in stays:
        if from_at >= ends:
            break
        if begun_by == "admission" or admitted is None:
            admitted = from_at
        if until_at is None or until_at > begins:
            return (begins - midnight(house_day(admitted))) // DAY_S + 1
    return None


def _marks(
    stays: Sequence[tuple[int, int | None, str, str]],
    leaves: Sequence[tuple[str, int, int | None]],
    since: int,
    until: int,
) -> Iterator[Mark]:
    found: list[tuple[int, MarkKind]] = []
    for from_at, until_at, begun_by, end_reason in stays:
        found.append((from_at, _BEGUN.get(begun_by, "admission")))
        if until_at is not None and end_reason not in ("", *_BEGUN):
            found.append((until_at, "end"))
    for kind, left, back in leaves:
        found.append((left, "hospital" if kind == "hospital" else "leave"))
        found += [] if back is None else [(back, "back")]
    for at, mark in sorted(found):
        if since <= at < until:
            yield Mark(at, (at - since) // COLUMN_S, mark)


_BEGUN: Final[Mapping[str, MarkKind]] = {"admission": "admission", "move": "move", "switch": "switch"}
