"""The medicines of the demo are what a house would have written: nobody gets what they are allergic to."""

from random import Random

from care.demo.house import crew_of, found_house
from care.demo.medicines import furnish_medicines
from care.demo.residents import move_in
from care.invariants import findings
from care.medicines import doses, stock
from care.medicines.checks import check
from care.medicines.orders import NewOrder, orders
from db.store import Store
from tests.care.household import at

DAY_S = 86400


def test_orders_doses_and_stock_of_a_small_demo_fit_together(vault: Store) -> None:
    now = at("2026-11-22 10:00")
    vault.answer_clock(now)
    director = found_house(vault, 8, now)
    crew = crew_of(vault, director, 6, "2580")
    people = move_in(vault, director, 16, 6, 7, now)
    written = furnish_medicines(vault, people, crew, Random(7), now - 6 * DAY_S, now)
    assert written > 100
    assert findings(vault) == []
    found = doses.dose_round(vault, now)
    assert found.done
    assert {row.result for row in found.rows} >= {"given"}
    seen = [one for person in people for one in orders(vault, person.person_id, all=True)]
    assert {"open", "held", "stopped"} == {one.state for one in seen}
    for one in seen:
        new = NewOrder(one.drug, one.dose100, one.unit, one.frequency, one.from_on, name=one.name, times=one.times)
        assert not any(warning.blocks for warning in check(vault, one.person_id, new))
    shelves = [line for person in people for line in stock.stock(vault, person.person_id)]
    assert all(line.quantity100 >= 0 for line in shelves)
    assert {line.state for line in shelves} >= {"ok"}
