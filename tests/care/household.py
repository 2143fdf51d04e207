"""A founded house to tell stories in: who acts, which beds there are, people to admit."""

import itertools
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from uuid import UUID

import pytest

from care import beds, people, rights, setup, staff, stays
from care.id_number import check_digit
from db.clock import LOCAL, Clock
from db.errors import Refused
from db.keys import FLOOR
from db.store import Store
from db.vault import create_vault, open_vault

NUMBER, PASSPHRASE = "1001", "correct horse battery"
PIN_OF_SECOND = "7412"
# Two floors of three rooms with two beds, two wards with two beds: small enough to look at.
PLAN = setup.House(
    pair_name="青山镇两院",
    township="青山镇",
    region="421202",
    health_centre="青山镇卫生院",
    welfare_home="青山镇福利院",
    floors=2,
    rooms_per_floor=3,
    beds_per_room=2,
    wards=2,
    ward_beds=2,
)


def at(text: str) -> int:
    """Seconds UTC of a time in the house, ``2026-11-22 21:04``."""
    return int(datetime.fromisoformat(text).replace(tzinfo=LOCAL).timestamp())


def id_number(first17: str) -> str:
    """A right ID number for its first seventeen digits."""
    return first17 + check_digit(first17)


def stopped_clock() -> Clock:
    """A clock that stands at eight in the morning of 2026-11-22 until somebody sets it."""
    return Clock(wall=lambda: at("2026-11-22 08:00"), steady=lambda: 0)


def empty_vault(path: Path) -> Store:
    """A new record, opened; the passphrase is cheap to check."""
    return create_vault(path, NUMBER, PASSPHRASE, cost=FLOOR, clock=stopped_clock())


def reopen(store: Store) -> Store:
    """Close the record and open it again, as after a restart."""
    store.close()
    return open_vault(store.path, NUMBER, PASSPHRASE, clock=stopped_clock())


def copy_of(template: Path, folder: Path) -> Store:
    """A copy of a closed record in a new folder, opened."""
    # With whatever lies beside it: its key envelope.
    shutil.copytree(template.parent, folder)
    return open_vault(folder / template.name, NUMBER, PASSPHRASE, clock=stopped_clock())


@contextmanager
def refuses(rule: str, **facts: str | int) -> Iterator[None]:
    """The act inside is refused by this rule, with exactly these facts."""
    with pytest.raises(Refused) as caught:
        yield
    assert caught.value.facts == {"rule": rule, **facts}


@dataclass(slots=True)
class Household:
    """The open record of a founded house. Acts are the director's unless a test says otherwise."""

    store: Store
    director: UUID
    carer: UUID
    _numbers: "itertools.count[int]" = field(default_factory=lambda: itertools.count(2, 2))

    def colleague(self, role: str, number: str = "") -> UUID:
        """Somebody of a role who works here, taken on when there is nobody."""
        known = [one.id for one in staff.everyone(self.store) if one.role == role and number in ("", one.number)]
        number = number or f"7{rights.roles().index(role)}"
        return known[0] if known else staff.add(self.store, self.director, number=number, name="同事", role=role)

    def second(self, role: str = "nurse") -> rights.Second:
        """Somebody of a role with a PIN here, to confirm what takes two."""
        who = self.colleague(role)
        staff.set_pin(self.store, who, PIN_OF_SECOND)
        return rights.Second(who, PIN_OF_SECOND)

    def bed(self, label: str) -> UUID:
        """The bed with this label."""
        return self.cell(label).id

    def cell(self, label: str) -> beds.BedCell:
        """The bed with this label as the map shows it."""
        wards = beds.bed_map(self.store, self.store.now())
        return next(cell for ward in wards for room in ward.rooms for cell in room.cells if cell.label == label)

    def facts(self, name: str, **more: object) -> people.PersonFacts:
        """Right facts of a woman of 1940 whom nobody has registered: an ID number of her own, a category."""
        number = id_number(f"42120219400101{next(self._numbers):03}")
        given = {"id_number": number, "category": "tekun_c", "care_level": "half", **more}
        return people.PersonFacts(name, **given)  # type: ignore[arg-type]

    def person(self, name: str, label: str = "", **more: object) -> UUID:
        """Register somebody and, with a bed label, put them on the bed."""
        person = people.create(self.store, self.director, self.facts(name, **more))
        if label:
            stays.admit(self.store, self.director, person, self.bed(label))
        return person

    def it_is(self, text: str) -> int:
        """Set the record's clock to a time in the house, where it stands still, and return it."""
        self.store.answer_clock(at(text))
        return at(text)


def founded(path: Path) -> Household:
    """A new record with the house of ``PLAN``, its director 1001 and a carer 1002."""
    store = empty_vault(path)
    director = setup.found(store, PLAN, number=NUMBER, name="刘建国", role="director")
    carer = staff.add(store, director, number="1002", name="王芳", role="carer")
    return Household(store, director, carer)
