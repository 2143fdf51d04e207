"""What the handover screen asks of the record, in one go: the shift that is on, what waits, what was handed over."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from uuid import UUID

    from care.handover import Draft, Handover
    from care.handover_lines import Section
    from db.store import Store


@dataclass(frozen=True, slots=True)
class Told:
    """``given``: this shift as it was handed over already. ``waiting``: the oldest first. ``news``: since the first."""

    draft: "Draft"
    given: "Handover | None"
    waiting: "tuple[Handover, ...]"
    past: "tuple[Handover, ...]"
    news: "tuple[Section, ...]"

    def to_sign(self, by: "UUID") -> "Handover | None":
        """The one that waits for this person, else the first that waits at all."""
        return next((one for one in self.waiting if one.giver_id != by), next(iter(self.waiting), None))


def read(store: "Store", by: "UUID", now: int) -> Told:
    """Ask; blocks."""
    from care import handover

    drafted, past = handover.draft(store, now), tuple(handover.past(store, now))
    same = (one for one in past if (one.draft.from_at, one.draft.shift) == (drafted.from_at, drafted.shift))
    waiting = tuple(reversed(handover.waiting(store, now)))
    told = Told(drafted, next(same, None), waiting, past, ())
    first = told.to_sign(by)
    news = () if first is None else handover.since(store, first, now)
    return Told(told.draft, told.given, told.waiting, told.past, news)
