"""The demo's events: a believable house, the same for the same seed."""

from pathlib import Path
from random import Random

from care.demo import DEMO_PIN
from care.demo.events import furnish_events
from care.demo.house import crew_of, found_house
from care.demo.residents import move_in
from care.events.house import house_events
from tests.care.household import at, empty_vault

NOW = at("2026-11-22 21:04")


def test_the_house_of_the_demo_has_a_life_beside_its_rounds(tmp_path: Path) -> None:
    store = empty_vault(tmp_path / "record.db")
    store.answer_clock(NOW)
    by = found_house(store, 10, NOW)
    crew = crew_of(store, by, 6, DEMO_PIN)
    people = move_in(store, by, 20, 10, 7, NOW)
    written = furnish_events(store, people, crew, Random("7/events"), NOW - 10 * 86400, NOW)
    found = house_events(store, NOW - 10 * 86400)
    assert written > 50
    assert found.opened[0].event.kind == "fall"
    assert {row.event.kind for row in found.opened} == {"fall", "wound", "catheter", "outing"}
    kinds = {one.first.kind for one in found.happened}
    assert {"activity", "bathing", "weight"} <= kinds
    assert max(len(one.events) for one in found.happened) >= 8
    store.close()
