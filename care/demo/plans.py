"""The care plans of the demo: the duties that high risks ask for, and those of the last two days done at rounds."""

from collections.abc import Iterator, Sequence
from itertools import groupby
from random import Random
from uuid import UUID

from sqlalchemy import select
from sqlmodel import col

from care.demo.house import Crew
from care.demo.residents import Resident
from care.duties import duties, for_risk
from care.duties_done import Done, write_done
from care.duties_due import next_time
from care.plan import write_item
from care.rights import doing
from care.risks import risks_of
from db.store import Store
from db.tables import Round

_DAY_S = 86400
_BACK_DAYS = 2
_SKIPPED = 6
"""Of a hundred times so many go by undone."""

Item = tuple[str, int | None, str]
"""A duty with its interval, or its hours."""


def furnish_plans(store: Store, people: Sequence[Resident], crew: Crew, random: Random, since: int, now: int) -> int:
    """Plan for everybody in the welfare home with a high risk; say what was done. Returns how many rows."""
    nurse = (crew.nurses or crew.everyone)[0]
    begun = max(since, now - _BACK_DAYS * _DAY_S)
    lying = [one.person_id for one in people if one.spots[-1][1].kind == "welfare"]
    with doing(store, nurse, "plan.change") as act:
        found = risks_of(act.conn, lying, now)
        plans: dict[UUID, list[Item]] = {}
        for person, risks in found.items():
            for risk in (one for one in risks if one.level == "high"):
                for asked in for_risk(risk.code):
                    mine = plans.setdefault(person, [])
                    if all(code != asked.duty.code for code, _, _ in mine):
                        code = asked.duty.code
                        write_item(
                            act, person, code, every_min=asked.every_min, times=asked.times, cause=risk.code, at=begun
                        )
                        mine.append((code, asked.every_min, asked.times))
        asked_rounds = (
            select(col(Round.id), col(Round.person_id), col(Round.staff_id), col(Round.at))
            .where(col(Round.person_id).in_(list(plans)), col(Round.at) >= begun, ~col(Round.void))
            .order_by(col(Round.person_id), col(Round.at), col(Round.id))
        )
        rounds = act.conn.execute(asked_rounds).all()
    said = [
        (by, at, person, codes, round_id)
        for person, group in groupby(rounds, key=lambda row: row.person_id)
        for by, at, codes, round_id in _done(list(group), plans[person], begun, random)
    ]
    said.sort(key=lambda one: (one[0].int, one[1], one[2].int))
    for by, each in groupby(said, key=lambda one: one[0]):
        with doing(store, by, "round.record") as act:
            for _, at, person, codes, round_id in each:
                write_done(act, by, person, Done(codes), round_id, at)
    return sum(map(len, plans.values())) + len(said)


def _done(
    rounds: Sequence[tuple[UUID, UUID, UUID, int]], plan: Sequence[Item], begun: int, random: Random
) -> Iterator[tuple[UUID, int, tuple[str, ...], UUID]]:
    """At which rounds of one person which duties were done: those that were due by then, or soon."""
    last = dict.fromkeys((code for code, _, _ in plan), begun)
    for round_id, _, by, at in rounds:
        codes = tuple(
            code
            for code, every_min, times in plan
            if duties()[code].by_key
            and next_time(every_min, times, last[code], at)[0] <= at + (every_min or 0) * 15
            and random.randrange(100) >= _SKIPPED
        )
        if codes:
            last |= dict.fromkeys(codes, at)
            yield by, at, codes, round_id
