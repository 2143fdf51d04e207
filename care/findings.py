"""What wants a person, each kind with its facts: found by ``care.invariants``, settled where a screen leads to."""

from dataclasses import dataclass
from uuid import UUID

from care.disputes import ContestedRow, Dispute


@dataclass(frozen=True, slots=True)
class Lies:
    """Somebody on a bed by the record: an open stay."""

    person_id: UUID
    name: str
    stay_id: UUID
    bed_id: UUID
    bed_label: str
    bed_kind: str
    from_at: int


@dataclass(frozen=True, slots=True)
class TwoInBed:
    """Two people or more on one bed at one time, who came first is first."""

    bed_id: UUID
    bed_label: str
    lying: tuple[Lies, ...]


@dataclass(frozen=True, slots=True)
class OnTwoBeds:
    """One person on two beds or more, the later stay last: it is the one that screens show."""

    person_id: UUID
    name: str
    stays: tuple[Lies, ...]


@dataclass(frozen=True, slots=True)
class RegisteredTwice:
    """Registrations that look like one person. ``sure``: the same ID number; else the same name, birth and sex."""

    people: tuple[UUID, ...]
    names: tuple[str, ...]
    sure: bool


@dataclass(frozen=True, slots=True)
class ShownAsEachOther:
    """Registrations of one person, each said by some laptop to be shown as another of them."""

    people: tuple[UUID, ...]
    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class LeaveAstray:
    """A leave that has not ended, of a stay that is not here or has ended by a change of beds."""

    leave_id: UUID
    person_id: UUID
    name: str
    left_at: int
    bed_label: str  # where they are now, empty for no bed


@dataclass(frozen=True, slots=True)
class NumberTwice:
    """Two of the staff or more who work here under one number."""

    number: str
    staff: tuple[UUID, ...]
    names: tuple[str, ...]
    roles: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class LabelTwice:
    """Two beds or more of one kind in use under one label; home beds are named after villages, and may."""

    label: str
    kind: str
    beds: tuple[UUID, ...]
    rooms: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class TwiceRow:
    """One of the records of a dose. ``result`` of codes/med_result, ``at`` when it was given."""

    dose_id: UUID
    staff_id: UUID
    who: str
    at: int
    result: str
    cause: str


@dataclass(frozen=True, slots=True)
class DoseTwice:
    """Two records or more of one order for one hour, at least one of which says that it was taken."""

    order_id: UUID
    due_at: int
    person_id: UUID
    name: str
    bed_label: str
    drug: str
    doses: tuple[TwiceRow, ...]


Finding = (
    TwoInBed
    | OnTwoBeds
    | RegisteredTwice
    | ShownAsEachOther
    | LeaveAstray
    | NumberTwice
    | LabelTwice
    | DoseTwice
    | Dispute
    | ContestedRow
)
