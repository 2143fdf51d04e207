"""The assessments of the demo: they fit the care level, most are in time, and the same seed tells the same story."""

from pathlib import Path
from random import Random

from care.assess_due import due_scales
from care.assessments import history
from care.demo.assessments import furnish_assessments
from care.demo.house import crew_of, found_house
from care.demo.residents import move_in
from care.looks import in_house
from care.proposals import proposals
from db.store import Store
from tests.care.household import empty_vault

DAY = 86400
RESIDENTS = 40


def told(folder: Path) -> tuple[Store, list[list[tuple[int, str, int | None]]], list]:
    folder.mkdir()
    store = empty_vault(folder / "record.db")
    now = store.now()
    by = found_house(store, 20, now)
    crew = crew_of(store, by, 6, "2580")
    people = move_in(store, by, RESIDENTS, 60, 7, now)
    written = furnish_assessments(store, people, crew, Random("7/assessments"), now - 60 * DAY, now)
    of = [[(one.at, one.scale, one.total) for one in history(store, person.person_id)] for person in people]
    assert sum(map(len, of)) == written
    return store, of, people


def test_people_are_assessed_as_they_are_and_mostly_in_time(tmp_path: Path) -> None:
    store, of, people = told(tmp_path / "one")
    again, same, _ = told(tmp_path / "two")
    again.close()
    assert of == same
    now = store.now()
    with store.reading() as conn:
        late = due_scales(conn, in_house(conn, now), now)
    assert 0 < len(late) < RESIDENTS / 2
    levels = [one for person in people for one in proposals(store, person.person_id) if one.kind == "care_level"]
    assert len(levels) < RESIDENTS / 4
    assert all(at <= now for lines in of for at, _, _ in lines)
    store.close()
