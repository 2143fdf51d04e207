"""What is to be done beside rounds: doses, duties, assessments, handovers, checks. Derived, nothing stored.

Each kind of work has its own module, which asks one question for the whole house and yields its lines; a later one
joins ``SECTIONS``. Their headings are ``today.section.<code>`` of the message catalogues.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from uuid import UUID

from sqlalchemy import Connection

from care.looks import InHouse
from care.words import Words

__all__ = ["SECTIONS", "Ask", "Words", "Work", "work_of"]


@dataclass(frozen=True, slots=True)
class Work:
    """One thing to do. ``key``: the same for the same thing each time. ``place``: where it is done.

    ``due_at`` is ``None`` for what is to be done whenever somebody is free. ``waits_for``: a role, or empty for
    anybody. ``urgent``: it stands with the alerts. ``late_min`` is 0 for what is not late.
    """

    section: str
    key: str
    what: Words
    place: str
    due_at: int | None = None
    late_min: int = 0
    person_id: UUID | None = None
    bed_label: str = ""
    name: str = ""
    waits_for: str = ""
    urgent: bool = False
    about: UUID | None = None


Ask = Callable[[Connection, list[InHouse], int], Iterable[Work]]
"""The work of one section for these people (practice persons left out) now, in one snapshot."""

SECTIONS: tuple[tuple[str, str], ...] = (
    ("doses", "care.medicines.work:doses_work"),
    ("duties", "care.duties_due:due_work"),
    ("assess", "care.assess_due:due"),
    ("handover", "care.handover:due"),
    ("events", "care.events.threads:open_cases"),
    ("follow_up", "care.events.threads:follow_ups"),
    ("stay", "care.lifecycle_work:due"),
    ("stock", "care.medicines.stock_work:stock_work"),
    ("house", "care.house_checks:due"),
    ("house", "care.equipment:due"),
    ("house", "care.certificates:due"),
)  # fmt: skip
"""Every section by its code, in the order in which Today lists them, and the function that finds its work.

``module:name`` of an ``Ask``: named, not imported, because each of them imports ``Work`` from here."""


def work_of(
    conn: Connection, people: list[InHouse], now: int, known: Mapping[str, Iterable[Work]] | None = None
) -> tuple[Work, ...]:
    """All work of the house, section by section, in each what is latest first. ``known``: sections found already."""
    found: list[Work] = []
    for code, path in SECTIONS:
        lines = known[code] if known is not None and code in known else _ask(path)(conn, people, now)
        found += sorted(lines, key=lambda one: (-one.late_min, one.due_at is None, one.due_at or 0))
    return tuple(found)


def get_ready() -> None:
    """Import what finds the work, so that the first Today does not wait for it."""
    for _, path in SECTIONS:
        _ask(path)


@cache
def _ask(path: str) -> Ask:
    module, _, name = path.partition(":")
    found: Ask = getattr(import_module(module), name)
    return found
