"""What edits made apart leave for a person to settle: whose record, which fields, in the order of beds."""

from collections.abc import Iterator
from pathlib import Path
from uuid import UUID

import pytest

from care.disputes import Dispute, contested_rows, disputes, settle, settle_row, shown, sides
from care.taken_back import take_back
from db.journal import Value
from db.store import Store
from db.tables import Bed, Institution, Leave, Pair, Person, Room, Staff, Stay, Synced
from tests.care.household import refuses
from tests.sync.laptops import Laptop


@pytest.fixture
def pair(tmp_path: Path) -> Iterator[tuple[Laptop, Laptop]]:
    """The laptop of the health centre and that of the welfare home."""
    both = Laptop(tmp_path / "centre.db"), Laptop(tmp_path / "home.db")
    yield both
    for laptop in both:
        laptop.close()


def elsewhere(store: Store) -> int:
    """How many rows that are no person's facts stand contested."""
    with store.reading() as conn:
        return len(contested_rows(conn))


def on_a_bed(laptop: Laptop, name: str, label: str) -> UUID:
    person = laptop.insert(Person, name=name, sex="2", care_level="half")
    bed = laptop.insert(Bed, label=label, kind="welfare")
    laptop.insert(Stay, person_id=person, bed_id=bed, from_at=1_700_000_000)
    return person


def director(laptop: Laptop) -> UUID:
    """Somebody who may settle everything; known to the others once they have met."""
    return laptop.insert(Staff, number="9001", name="刘建国", role="director")


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
    by = director(centre)
    meet(centre, home)
    for laptop, phone, village in ((centre, "13900000001", "东村"), (home, "13900000002", "西村")):
        laptop.edit(Person, li, phone=phone, village=village)
    meet(centre, home)
    settle(home.store, by, li, "phone", "13900000001")
    assert home.value(Person, li, "phone") == "13900000001"
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


def test_a_settled_field_can_be_taken_back_and_shows_what_it_showed(pair: tuple[Laptop, Laptop]) -> None:
    centre, home = pair
    li, by = on_a_bed(centre, "李秀英", "2-1"), director(centre)
    meet(centre, home)
    centre.edit(Person, li, allergies='[{"to": "青霉素"}]')
    home.edit(Person, li, allergies='[{"to": "磺胺"}]')
    meet(centre, home)
    both = home.value(Person, li, "allergies")
    done = settle(home.store, by, li, "allergies", '[{"to": "磺胺"}]')
    take_back(home.store, by, done)
    assert home.value(Person, li, "allergies") == both
    assert "青霉素" in str(both)
    meet(centre, home)
    assert (centre.value(Person, li, "allergies"), disputes(centre.store)) == (both, [])


ROWS: dict[type[Synced], tuple[str, Value, Value, Value]] = {
    Pair: ("name", "青山镇两院", "青山镇", "青山两院"),
    Institution: ("phone", "", "1", "2"),
    Room: ("floor", 1, 2, 3),
    Bed: ("closed", False, True, False),
    Staff: ("role", "carer", "nurse", "doctor"),
    Stay: ("until_at", None, 1_799_000_000, 1_799_000_060),
    Leave: ("companion", "", "儿子", "女儿"),
}


def test_every_table_that_can_be_edited_can_be_settled(pair: tuple[Laptop, Laptop]) -> None:
    centre, home = pair
    by, none = director(centre), UUID(int=9)
    nobody = {"institution_id": none, "person_id": none, "stay_id": none, "bed_id": none, "left_at": 0, "from_at": 0}
    given = {"name": "", "kind": "welfare", "label": "1-1", "number": "1001", "role": "carer", **nobody}
    rows = {}
    for table, (field, before, _, _) in ROWS.items():
        names = set(table.model_fields)
        rows[table] = centre.insert(table, **{k: v for k, v in given.items() if k in names} | {field: before})  # type: ignore[arg-type]
    meet(centre, home)
    for table, (field, _, mine, theirs) in ROWS.items():
        centre.edit(table, rows[table], **{field: mine})
        home.edit(table, rows[table], **{field: theirs})
    meet(centre, home)
    left = elsewhere(home.store)
    # Whoever changed nothing disagrees with nobody.
    assert left == len(ROWS) - 1
    for table, (field, _, mine, theirs) in ROWS.items():
        name = str(table.__tablename__)
        if table is Bed:
            assert sides(home.store, name, rows[table]) == []
            with refuses("settled_already"):
                settle_row(home.store, by, name, rows[table], field, mine)
            continue
        (contest,) = sides(home.store, name, rows[table])
        assert (contest.field, {side.value for side in contest.values}) == (field, {mine, theirs})
        before = shown(home.store, name, rows[table])[field]
        done = settle_row(home.store, by, name, rows[table], field, mine)
        take_back(home.store, by, done)
        assert shown(home.store, name, rows[table])[field] == before
    meet(centre, home)
    assert elsewhere(centre.store) == elsewhere(home.store) == 0


def test_a_text_typed_to_settle_is_looked_at(pair: tuple[Laptop, Laptop]) -> None:
    centre, home = pair
    bed = centre.insert(Bed, label="2-2", kind="welfare")
    staff, by = centre.insert(Staff, number="1001", name="王芳", role="nurse"), director(centre)
    meet(centre, home)
    for laptop, label in ((centre, "2-3"), (home, "2-4")):
        laptop.edit(Bed, bed, label=label)
        laptop.edit(Staff, staff, licence_until=f"203{len(label)}-01-0{label[-1]}")
    meet(centre, home)
    with refuses("text_too_long", most=200):
        settle_row(home.store, by, "bed", bed, "label", "2" * 201)
    with refuses("text_missing"):
        settle_row(home.store, by, "bed", bed, "label", " ")
    with refuses("date_shape", field="licence_until"):
        settle_row(home.store, by, "staff", staff, "licence_until", "31.12.2030")
    settle_row(home.store, by, "bed", bed, "label", "2-5")
    assert home.value(Bed, bed, "label") == "2-5"
