"""What edits made apart leave for a person to settle: whose record, which fields, in the order of beds."""

from collections.abc import Iterator
from pathlib import Path
from uuid import UUID

import pytest

from care.disputes import Dispute, disputes, elsewhere, settle
from db.tables import Bed, Person, Stay
from tests.care.household import refuses
from tests.sync.laptops import Laptop


@pytest.fixture
def pair(tmp_path: Path) -> Iterator[tuple[Laptop, Laptop]]:
    """The laptop of the health centre and that of the welfare home."""
    both = Laptop(tmp_path / "centre.db"), Laptop(tmp_path / "home.db")
    yield both
    for laptop in both:
        laptop.close()


def on_a_bed(laptop: Laptop, name: str, label: str) -> UUID:
    person = laptop.insert(Person, name=name, sex="2", care_level="half")
    bed = laptop.insert(Bed, label=label, kind="welfare")
    laptop.insert(Stay, person_id=person, bed_id=bed, from_at=1_700_000_000)
    return person


def meet(one: Laptop, other: Laptop) -> None:
    """Each takes in what the other has written."""
    mine, theirs = one.seal(), other.seal()
    one.receive(theirs)
    other.receive(mine)


def test_each_person_is_named_once_with_the_fields_by_bed(pair: tuple[Laptop, Laptop]) -> None:
    centre, home = pair
    zhang, li = on_a_bed(centre, "张玉珍", "10-1"), on_a_bed(centre, "李秀英", "2-1")
    nowhere = centre.insert(Person, name="宋志云", sex="2")
    meet(centre, home)
    for laptop, phone in ((centre, "13900000001"), (home, "13900000002")):
        for person in (zhang, li, nowhere):
            laptop.edit(Person, person, phone=phone)
        laptop.edit(Person, li, village="东村" if laptop is centre else "西村")
    meet(centre, home)
    expected = [
        Dispute(nowhere, "宋志云", "", ("phone",)),
        Dispute(li, "李秀英", "2-1", ("phone", "village")),
        Dispute(zhang, "张玉珍", "10-1", ("phone",)),
    ]
    assert disputes(centre.store) == disputes(home.store) == expected
    assert len(disputes(centre.store, limit=2)) == 2
    assert elsewhere(centre.store) == 0


def test_the_same_written_twice_is_no_dispute(pair: tuple[Laptop, Laptop]) -> None:
    centre, home = pair
    li = on_a_bed(centre, "李秀英", "2-1")
    meet(centre, home)
    for laptop in pair:
        laptop.edit(Person, li, phone="13900000001")
    meet(centre, home)
    assert disputes(home.store) == []


def test_beds_and_stays_are_counted_apart_from_people(pair: tuple[Laptop, Laptop]) -> None:
    centre, home = pair
    on_a_bed(centre, "李秀英", "2-1")
    bed = centre.insert(Bed, label="2-2", kind="welfare")
    meet(centre, home)
    centre.edit(Bed, bed, label="2-3")
    home.edit(Bed, bed, label="2-4")
    meet(centre, home)
    assert (disputes(centre.store), elsewhere(centre.store)) == ([], 1)


def test_settling_closes_one_field_here_and_on_the_other_laptop(pair: tuple[Laptop, Laptop]) -> None:
    centre, home = pair
    li = on_a_bed(centre, "李秀英", "2-1")
    meet(centre, home)
    for laptop, phone, village in ((centre, "13900000001", "东村"), (home, "13900000002", "西村")):
        laptop.edit(Person, li, phone=phone, village=village)
    meet(centre, home)
    by = li  # whoever it is: the act carries an id
    assert settle(home.store, by, li, "phone", "13900000001").phone == "13900000001"
    assert [one.fields for one in disputes(home.store)] == [("village",)]
    with refuses("settled_already"):
        settle(home.store, by, li, "phone", "13900000002")
    settle(home.store, by, li, "village", "西村")
    assert disputes(home.store) == []
    centre.receive(home.seal())
    assert disputes(centre.store) == []
    assert centre.value(Person, li, "village") == "西村"
    with refuses("person_unknown"):
        settle(home.store, by, UUID(int=1), "phone", "1")
