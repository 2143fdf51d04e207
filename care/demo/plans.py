"""Care plans of the demo: what each level of care asks for; the rounds of the last days did nearly all of it."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import groupby
from random import Random
from typing import Final
from uuid import UUID

from sqlalchemy import Connection, text

from care.demo.house import Crew
from care.demo.residents import Resident
from care.duties import Asked, for_ability
from care.duties_done import Done, write_done
from care.duties_due import early_s, next_time
from care.plan import RIGHT, write_item
from care.rights import doing
from care.standing import effective
from db.store import Store
from db.tables import Round

_DAY_S: Final = 86400
_DONE_DAYS: Final = 3
_GRADES: Final = {"special": "complete", "full": "severe", "half": "moderate", "self": "mild"}
_CAUSE: Final = "能力评估"
_LEFT: Final = 0.03
"""So often a duty was not done at a round at which it was due."""

_ROUNDS = text(
    f"SELECT r.id, r.staff_id, r.at FROM round AS r"
    f" WHERE r.person_id = :person AND r.at BETWEEN :since AND :now AND {effective(Round, 'r')} ORDER BY r.at, r.id"
)


@dataclass(frozen=True, slots=True)
class _Said:
    """What is said to be done at one round."""

    at: int
    by: UUID
    person_id: UUID
    round_id: UUID
    done: list[str] = field(default_factory=list)
    left: dict[str, str] = field(default_factory=dict)


def furnish_plans(store: Store, people: list[Resident], crew: Crew, random: Random, since: int, now: int) -> int:
    """Write plans as they were made on the first day, and what was done of them; returns how many rounds did some."""
    asked = {one.person_id: for_ability(_GRADES[one.level]) for one in people if _is_home(one)}
    nurse = (crew.nurses or crew.everyone)[0]
    with doing(store, nurse, RIGHT) as act:
        for person_id, wanted in asked.items():
            for duty in wanted:
                write_item(
                    act, person_id, duty.duty.code, every_min=duty.every_min, times=duty.times, cause=_CAUSE, at=since
                )
    with store.reading() as conn:
        said = [
            one
            for person_id, duties in asked.items()
            for one in _said(conn, person_id, duties, random, max(since, now - _DONE_DAYS * _DAY_S), now)
        ]
    said.sort(key=lambda one: (one.by.int, one.at, one.person_id.int))
    for by, group in groupby(said, key=lambda one: one.by):
        with doing(store, by, "round.record") as act:
            for one in group:
                write_done(act, by, one.person_id, Done(tuple(one.done), one.left), one.round_id, one.at)
    return len(said)


def _is_home(one: Resident) -> bool:
    return bool(one.spots) and one.spots[-1][1].kind == "welfare"


def _said(
    conn: Connection, person_id: UUID, duties: tuple[Asked, ...], random: Random, since: int, now: int
) -> Iterator[_Said]:
    by_key = [one for one in duties if one.duty.by_key]
    last = dict.fromkeys((one.duty.code for one in by_key), since)
    for row in conn.execute(_ROUNDS, {"person": person_id.bytes, "since": since, "now": now}):
        said = _Said(row.at, UUID(bytes=row.staff_id), person_id, UUID(bytes=row.id))
        for one in by_key:
            due, _ = next_time(one.every_min, one.times, last[one.duty.code], row.at)
            if due - early_s(one.every_min) > row.at:
                continue
            if random.random() < _LEFT:
                said.left[one.duty.code] = random.choice(("refused", "asleep"))
            else:
                said.done.append(one.duty.code)
                last[one.duty.code] = row.at
        if said.done or said.left:
            yield said
