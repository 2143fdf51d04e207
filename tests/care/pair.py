"""Two laptops of one pair that were apart and meet: a small house on both, each with somebody at the keyboard."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import UUID

from db.tables import Bed, Institution, Person, Room, Staff, Stay
from tests.sync.laptops import Laptop

SINCE = 1_799_000_000
BEDS = ("101-1", "101-2", "102-1", "102-2")


class TwoLaptops:
    """The laptop of the health centre and that of the welfare home, with four beds, a carer and a director on both."""

    def __init__(self, folder: Path) -> None:
        self.centre, self.home = Laptop(folder / "centre.db"), Laptop(folder / "home.db")
        self.director = self.centre.insert(Staff, number="1000", name="刘建国", role="director")
        self.carer = self.centre.insert(Staff, number="1001", name="王芳", role="carer")
        house = self.centre.insert(Institution, kind="welfare_home", name="福利院")
        room = self.centre.insert(Room, institution_id=house, name="101")
        self.beds = {label: self.centre.insert(Bed, label=label, kind="welfare", room_id=room) for label in BEDS}
        self.meet()

    @property
    def both(self) -> tuple[Laptop, Laptop]:
        """The two."""
        return self.centre, self.home

    def person(self, name: str, bed: str = "", *, on: Laptop | None = None, **more: object) -> UUID:
        """Somebody registered at the centre (or ``on``), in a bed if one is named."""
        laptop = on or self.centre
        values: dict[str, object] = {"sex": "2", "category": "tekun_c", "id_reason": "遗失", **more}
        person = laptop.insert(Person, name=name, **values)  # type: ignore[arg-type]
        if bed:
            self.admit(laptop, person, bed)
        return person

    def admit(self, laptop: Laptop, person: UUID, bed: str) -> UUID:
        """Put somebody in a bed, as an act of that laptop alone."""
        return laptop.insert(Stay, person_id=person, bed_id=self.beds[bed], from_at=SINCE)

    def meet(self) -> None:
        """Each takes in what the other has written."""
        mine, theirs = self.centre.seal(), self.home.seal()
        self.centre.receive(theirs)
        self.home.receive(mine)

    def close(self) -> None:
        """Let go of both files."""
        for laptop in self.both:
            laptop.close()


@contextmanager
def two_laptops(folder: Path) -> Iterator[TwoLaptops]:
    """They are closed at the end."""
    pair = TwoLaptops(folder)
    try:
        yield pair
    finally:
        pair.close()
