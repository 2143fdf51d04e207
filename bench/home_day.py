"""The welfare home's day over five years: orders and doses, care plans and what was done of them, events, assessments.

Of the last weeks as much as a house really writes; the rest is spread over the years before, so that every index is as
deep as it will be.
"""

import json
from collections.abc import Callable, Iterable, Iterator
from random import Random
from typing import Any
from uuid import UUID

from db.clock import LOCAL
from db.tables import Assessment, Dose, Event, Order, PlanItem, Synced

Insert = Callable[[Any, type[Synced], Iterable[dict[str, Any]]], None]

DAY_S = 86400
PRESENT_DAYS = 21
DUTIES = (("turning", 120), ("fall_watch", 360), ("toileting", 240), ("vitals", 720))
HOURLY = (("bed_rails", "13:00 21:00"), ("meal_watch", "07:30 11:30 17:30"))
SCALES = ("barthel", "morse", "braden", "gbt42195_2022")
TIMES = ("08:00", "20:00")
DOSES, DONE, OTHER = 700_000, 400_000, 150_000
"""Rows of the years before the last weeks."""

HELD = "a million doses, 700,000 events"


def fill_day(
    raw: Any, insert: Insert, draw: Random, ids: Iterator[UUID], people: list[UUID], by: UUID, now: int
) -> None:
    """Write all of it for these residents."""
    begun = now - 5 * 365 * DAY_S
    insert(raw, PlanItem, _plans(ids, people, begun, now))
    orders = [(next(ids), who, n) for who in people for n in range(3)]
    insert(raw, Order, _orders(orders, by, begun))
    insert(raw, Dose, _doses(draw, ids, orders, by, begun, now))
    insert(raw, Event, _events(draw, ids, people, by, begun, now))
    insert(raw, Assessment, _assessments(draw, ids, people, by, begun, now))


def _plans(ids: Iterator[UUID], people: list[UUID], begun: int, now: int) -> Iterator[dict[str, Any]]:
    for who in people:
        for duty, every in DUTIES:
            yield {"id": next(ids), "person_id": who, "duty": duty, "every_min": every, "from_at": begun}
        for duty, times in HOURLY:
            yield {"id": next(ids), "person_id": who, "duty": duty, "times": times, "from_at": begun}
        for n in range(4):
            ended = {"until_at": now - (n + 1) * 90 * DAY_S, "end_reason": "复评"}
            yield {"id": next(ids), "person_id": who, "duty": "mood_watch", "every_min": 720, "from_at": begun, **ended}


def _orders(orders: list[tuple[UUID, UUID, int]], by: UUID, begun: int) -> Iterator[dict[str, Any]]:
    from datetime import datetime

    from_on = datetime.fromtimestamp(begun, LOCAL).date().isoformat()
    for one, who, n in orders:
        yield {
            "id": one, "person_id": who, "drug": "", "name": f"药{n}", "dose100": 100, "unit": "片", "frequency": "bid",
            "times": " ".join(TIMES), "from_on": from_on, "entered_by": by, "entered_at": begun,
        }  # fmt: skip


def _doses(
    draw: Random, ids: Iterator[UUID], orders: list[tuple[UUID, UUID, int]], by: UUID, begun: int, now: int
) -> Iterator[dict[str, Any]]:
    from datetime import datetime

    midnight = int(datetime.fromtimestamp(now, LOCAL).replace(hour=0, minute=0, second=0).timestamp())
    hours = [midnight - day * DAY_S + int(time[:2]) * 3600 for day in range(PRESENT_DAYS) for time in TIMES]
    present = [(due, order) for due in hours if due < now - 3600 for order in orders]
    before = ((begun + draw.randrange(now - PRESENT_DAYS * DAY_S - begun), draw.choice(orders)) for _ in range(DOSES))
    for due, (order, who, _) in sorted([*present, *before]):
        yield {
            "id": next(ids), "person_id": who, "order_id": order, "staff_id": by, "due_at": due, "at": due + 600,
            "result": "given",
        }  # fmt: skip


def _events(
    draw: Random, ids: Iterator[UUID], people: list[UUID], by: UUID, begun: int, now: int
) -> Iterator[dict[str, Any]]:
    done = json.dumps({"done": [duty for duty, _ in DUTIES[:3]] + [duty for duty, _ in HOURLY]})
    until = now - PRESENT_DAYS * DAY_S
    rows = [(now - n * 7200 - draw.randrange(7200), who, "duties", done) for who in people for n in range(252)]
    rows += [(begun + draw.randrange(until - begun), draw.choice(people), "duties", done) for _ in range(DONE)]
    rows += [(begun + draw.randrange(now - begun), draw.choice(people), "meal", "{}") for _ in range(OTHER)]
    rows += [(now - draw.randrange(60 * DAY_S), who, "fall", "{}") for who in draw.sample(people, 20)]
    for at, who, kind, facts in sorted(rows):
        yield {"id": next(ids), "person_id": who, "staff_id": by, "at": at, "kind": kind, "facts": facts}


def _assessments(
    draw: Random, ids: Iterator[UUID], people: list[UUID], by: UUID, begun: int, now: int
) -> Iterator[dict[str, Any]]:
    for who in people:
        for scale in SCALES:
            for at in sorted(begun + draw.randrange(now - begun) for _ in range(20)):
                yield {
                    "id": next(ids), "person_id": who, "staff_id": by, "at": at, "scale": scale, "version": "1",
                    "answers": "{}", "total": draw.randrange(20, 60), "grade": "moderate",
                }  # fmt: skip
