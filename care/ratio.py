"""How many carers the people of the house take by their care level, how many there are, how many are on duty now.

How many people one carer looks after differs by province: numbers that the county confirms (``care.county_facts``).
"""

from dataclasses import dataclass
from fractions import Fraction
from math import ceil

from sqlalchemy import func, select
from sqlmodel import col

from care.county_facts import known_facts, set_here
from care.looks import in_house
from care.rota import OnDuty, on_duty
from db.store import Store
from db.tables import Staff

CARERS = ("carer", "nurse")
"""The roles that count as carers."""

_FACT = {"special": "ratio_full", "full": "ratio_full", "half": "ratio_half", "self": "ratio_self"}


@dataclass(frozen=True, slots=True)
class OfLevel:
    """The people of one care level in the welfare home. ``each``: so many to a carer."""

    level: str
    people: int
    each: int
    confirmed: bool


@dataclass(frozen=True, slots=True)
class Ratio:
    """``needed`` carers in all, rounded up; ``carers`` are all who work here; ``duty`` who is on duty by the rota."""

    levels: tuple[OfLevel, ...]
    needed: int
    carers: int
    duty: tuple[OnDuty, ...]

    @property
    def enough(self) -> bool:
        """Whether the house has the carers that its people take."""
        return self.carers >= self.needed


def ratio(store: Store, now: int) -> Ratio:
    """As it stands now. People on leave keep their place; practice persons and those at home do not count."""
    with store.reading() as conn:
        days, confirmed = known_facts(conn), set_here(conn)
        people = [one for one in in_house(conn, now) if not one.practice and one.bed_kind == "welfare"]
        carers = conn.execute(
            select(func.count()).select_from(Staff).where(~col(Staff.closed), col(Staff.role).in_(CARERS))
        ).scalar_one()
        duty = tuple(one for one in on_duty(conn, now) if one.role in CARERS)
    # A level that nobody knows gets the most care, as in the rounds.
    levels = [one.care_level if one.care_level in _FACT else "special" for one in people]
    rows = tuple(
        OfLevel(level, levels.count(level), days[fact], fact in confirmed)
        for level, fact in _FACT.items()
        if level in levels
    )
    needed = ceil(sum((Fraction(row.people, row.each) for row in rows), Fraction()))
    return Ratio(rows, needed, carers, duty)
