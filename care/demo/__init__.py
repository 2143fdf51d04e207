"""A lifelike pair to look at: a house, its staff, its people, and two months of their rounds (``data/demo.toml``).

Everything goes through acts, as if it had been typed, so that journal, batches and sync are real. The same seed and
the same ``now`` tell the same story; only the ids differ.
"""

from collections.abc import Callable
from dataclasses import dataclass
from itertools import groupby
from random import Random
from typing import cast
from uuid import UUID

from sqlalchemy import select
from sqlmodel import col

from care.data import table
from care.demo.assessments import furnish_assessments
from care.demo.events import furnish_events
from care.demo.house import Crew, crew_of, found_house
from care.demo.house_day import furnish_house
from care.demo.looks import Look, looks_of, remember_readers
from care.demo.medicines import furnish_medicines
from care.demo.plans import furnish_plans
from care.demo.residents import Resident, move_in
from care.roles import doing
from db.errors import Refused
from db.journal import Value
from db.store import Act, Store
from db.tables import Person, Round, Vitals

__all__ = ["DEMO_NUMBER", "DEMO_PIN", "DemoSummary", "furnish"]

DEMO_PIN = "2580"
"""The PIN of everybody in the demo."""

DEMO_NUMBER = "1001"
"""The staff number of whoever opens a demo that founds its own house."""

_DAY_S = 86400
# What the house writes beside rounds; each gives how many rows it wrote.
_MORE: dict[str, Callable[[Store, list[Resident], Crew, Random, int, int], int]] = {
    "assessments": furnish_assessments,
    "medicines": furnish_medicines,
    "events": furnish_events,
    "plans": furnish_plans,
    "house": furnish_house,
}
# One act for each few days of one member of staff: a commit for every day would take longer than all the rows.
_AT_ONCE_S = 4 * _DAY_S


@dataclass(frozen=True, slots=True)
class DemoSummary:
    """What was written. ``beds`` of all three kinds; ``corrected``: rounds that another supersedes."""

    staff: int
    residents: int
    rooms: int
    beds: int
    days: int
    rounds: int
    vitals: int
    corrected: int


def furnish(
    store: Store,
    by: UUID | None = None,
    *,
    residents: int = 96,
    rooms: int = 40,
    staff: int = 18,
    days: int = 60,
    seed: int = 2026,
    now: int | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> DemoSummary:
    """Fill a record. Without ``by`` the house is founded first; its director takes on ``DEMO_NUMBER``, a carer.

    ``staff`` are at most the 18 of the data file. ``progress`` is told how many of how many rounds are written.
    Raises ``Refused``: demo_among_people, demo_needs_beds (beds), and what ``setup.found`` raises.
    """
    now = store.now() if now is None else now
    _refuse_real(store)
    if by is None:
        by = found_house(store, rooms, now)
    crew = crew_of(store, by, staff, DEMO_PIN)
    people = move_in(store, by, residents, days, seed, now)
    looks = [look for one in people for look in looks_of(one, crew, seed, now - days * _DAY_S, now)]
    written = _write(store, looks, progress)
    remember_readers(store, people, crew, Random(f"{seed}/readers"), now)
    for name, furnish_more in _MORE.items():
        furnish_more(store, people, crew, Random(f"{seed}/{name}"), now - days * _DAY_S, now)
    with store.reading() as conn:
        rooms_there, beds = conn.exec_driver_sql("SELECT (SELECT count(*) FROM room), (SELECT count(*) FROM bed)").one()
    return DemoSummary(len(crew.everyone), len(people), rooms_there, beds, days, *written)


def _refuse_real(store: Store) -> None:
    """Nobody invented comes among people who are cared for."""
    with store.reading() as conn:
        if conn.execute(select(col(Person.id)).where(~col(Person.practice)).limit(1)).first() is not None:
            raise Refused("demo_among_people")


def _write(store: Store, looks: list[Look], progress: Callable[[int, int], None] | None) -> tuple[int, int, int]:
    """Write the looks, a few days of one member of staff in one act. Returns how many rounds, vitals, corrections."""
    looks.sort(key=lambda look: (*_together(look), look.at, look.bed_id))
    rounds = vitals = corrected = done = 0
    for (_, staff_id), group in groupby(looks, _together):
        with doing(store, staff_id, "round.record") as act:
            for look in group:
                measured, again = _insert(act, look)
                rounds, vitals, corrected, done = rounds + 1 + again, vitals + measured, corrected + again, done + 1
        if progress is not None:
            progress(done, len(looks))
    return rounds, vitals, corrected


def _together(look: Look) -> tuple[int, UUID]:
    return look.at // _AT_ONCE_S, look.staff_id


def _insert(act: Act, look: Look) -> tuple[int, int]:
    """Insert a look as it was first written, and its correction if it got one. Returns how many vitals, corrections."""
    where: dict[str, Value] = {"person_id": look.person_id, "staff_id": look.staff_id, "at": look.at}
    place: dict[str, Value] = {**where, "bed_id": look.bed_id, "kind": look.kind}
    first = act.insert(Round, **place, **look.noted)
    if look.vitals is None:
        return 0, 0
    measured = act.insert(Vitals, **where, round_id=first, **(look.mistaken or look.vitals))
    if look.mistaken is None:
        return 1, 0
    reason = cast(str, table("demo")["words"]["corrections"][0])
    second = act.insert(Round, **place, **look.noted, supersedes=first, reason=reason)
    act.insert(Vitals, **where, round_id=second, supersedes=measured, reason=reason, **look.vitals)
    return 2, 1
