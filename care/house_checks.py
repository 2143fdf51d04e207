"""What the house looks at again and again: fire rounds, food, dangerous things, drills; when each is due.

Which checks there are is ``data/rules/house_checks.toml``, what each asks ``data/events``, how often is a number that
the county confirms (``care.county_facts``).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import Connection, text

from care.age import house_day
from care.county_facts import known_facts, set_here
from care.data import table
from care.events.kinds import kind
from care.looks import InHouse, ahead
from care.standing import effective
from care.words import Words
from care.work import Work
from db.store import Store
from db.tables import Event

_LAST = text(
    f"""
SELECT e.at, e.staff_id, s.name AS who FROM event AS e LEFT JOIN staff AS s ON s.id = e.staff_id
WHERE e.kind = :kind AND e.at <= :until AND {effective(Event, "e")} ORDER BY e.at DESC, e.id DESC LIMIT 1
"""
)


@dataclass(frozen=True, slots=True)
class Check:
    """One check. ``due_on``: the day; ``late_days``: 0 if not late. ``confirmed``: its number of days."""

    kind: str
    words: Words
    every_days: int
    confirmed: bool
    last_at: int | None
    who: str
    due_on: date
    late_days: int


def checks(store: Store, now: int) -> list[Check]:
    """Every check in the order of the list."""
    with store.reading() as conn:
        return list(_checks(conn, now))


def due(conn: Connection, _people: list[InHouse], now: int) -> Iterator[Work]:
    """Work: what is due today or late. Of a check that nobody ever did, only that it is due."""
    today = house_day(now)
    for one in _checks(conn, now):
        if one.due_on <= today:
            yield Work("house", one.kind, one.words, "house", late_min=one.late_days * 1440)


def _checks(conn: Connection, now: int) -> Iterator[Check]:
    days, confirmed, today = known_facts(conn), set_here(conn), house_day(now)
    for row in table("rules/house_checks")["check"]:
        last = conn.execute(_LAST, {"kind": row["kind"], "until": ahead(now)}).first()
        every = days[row["fact"]]
        due_on = today if last is None else house_day(last.at) + timedelta(days=every)
        yield Check(
            row["kind"],
            kind(row["kind"]).words,
            every,
            row["fact"] in confirmed,
            None if last is None else last.at,
            "" if last is None else last.who or "",
            due_on,
            max((today - due_on).days, 0),
        )
