"""A dose that two laptops gave while they were apart: both rows stand after they met, and a nurse sees to it.

Two enrolled laptops and their county, over a real socket, as they are on disk.
"""

from uuid import UUID

import pytest
from sqlalchemy import select
from sqlmodel import col

from care.age import house_day
from care.findings import DoseTwice
from care.invariants import findings
from care.looks import in_house
from care.medicines import doses, orders, twice
from care.medicines.orders import NewOrder
from care.medicines.work import doses_work
from care.rights import NoRight
from care.work import Work
from db.store import Store
from db.tables import Bed, Dose, Staff, Stay
from sync import session
from sync.proof.rebuild import differences
from tests.sync.worlds import World, who


def _staff(store: Store, role: str) -> UUID:
    with store.reading() as conn:
        return conn.execute(select(col(Staff.id)).where(col(Staff.role) == role)).scalars().one()


def _ordered(store: Store) -> tuple[UUID, int]:
    """李秀英 in a bed, a doctor and a carer, and one dose that is due now."""
    with store.act(None) as act:
        doctor = act.insert(Staff, number="doctor", name="陈医生", role="doctor")
        act.insert(Staff, number="carer", name="赵姐", role="carer")
        bed = act.insert(Bed, kind="welfare", label="101-1")
        act.insert(Stay, person_id=who(store), bed_id=bed, from_at=act.now - 86400)
    today = house_day(store.now()).isoformat()
    new = NewOrder("", 100, "片", "ST", today, name="降压片")
    order = orders.prescribe(store, doctor, who(store), new)
    return order, doses.dose_round(store, store.now()).rows[0].due_at


def _twice(store: Store) -> list[DoseTwice]:
    return [one for one in findings(store) if isinstance(one, DoseTwice)]


def _today(store: Store) -> list[Work]:
    now = store.now()
    with store.reading() as conn:
        return [one for one in doses_work(conn, in_house(conn, now), now) if one.urgent]


@pytest.fixture
def given_apart(world: World) -> tuple[World, Store, Store, UUID, int]:
    """Both laptops know the order; cut off, the nurse gave it on one, the carer on the other."""
    home, clinic = world.start("home"), world.start("clinic")
    order, due = _ordered(home)
    with world.serving():
        session.sync(home)
        session.sync(clinic)
    doses.give(home, _staff(home, "nurse"), order, due)
    doses.give(clinic, _staff(clinic, "carer"), order, due)
    assert _twice(home) == _twice(clinic) == []
    with world.serving():
        for store in (home, clinic, home):
            session.sync(store)
    return world, home, clinic, order, due


def test_a_double_dose_of_two_offline_laptops_is_found_on_both_after_sync(
    given_apart: tuple[World, Store, Store, UUID, int],
) -> None:
    _, home, clinic, order, due = given_apart
    for store in (home, clinic):
        (found,) = _twice(store)
        assert (found.order_id, found.due_at, found.name, found.bed_label) == (order, due, "李秀英", "101-1")
        assert {row.who for row in found.doses} == {"王芳", "赵姐"}
        (line,) = _today(store)
        assert (line.waits_for, line.person_id, line.about) == ("nurse", who(store), order)
        # Neither row was dropped or merged away.
        with store.reading() as conn:
            assert len(conn.execute(select(col(Dose.id))).all()) == 2
        assert differences(store) == {}


def test_a_nurse_who_has_seen_to_it_closes_it_on_both_laptops(
    given_apart: tuple[World, Store, Store, UUID, int],
) -> None:
    world, home, clinic, _, _ = given_apart
    (found,) = _twice(home)
    with pytest.raises(NoRight):
        twice.see_to(home, _staff(home, "carer"), found, "taken_twice", "量血压")
    twice.see_to(home, _staff(home, "nurse"), found, "taken_twice", "量血压，通知医生，观察")
    assert _twice(home) == []
    assert _today(home) == []
    assert _twice(clinic)
    with world.serving():
        session.sync(home)
        session.sync(clinic)
    assert _twice(clinic) == []
    assert _today(clinic) == []


def test_voiding_the_wrong_row_closes_it_as_well(given_apart: tuple[World, Store, Store, UUID, int]) -> None:
    _, home, _, _, _ = given_apart
    nurse = _staff(home, "nurse")
    (found,) = _twice(home)
    mine = next(row for row in found.doses if row.staff_id == nurse)
    doses.void(home, nurse, mine.dose_id, "其实是赵姐给的")
    assert _twice(home) == []
    assert _today(home) == []


def test_two_as_needed_doses_too_close_are_found_as_well(world: World) -> None:
    home, clinic = world.start("home"), world.start("clinic")
    _ordered(home)
    today = house_day(home.now()).isoformat()
    new = NewOrder("", 100, "片", "PRN", today, name="止痛片", as_needed="疼", gap_min=240)
    needed = orders.prescribe(home, _staff(home, "doctor"), who(home), new)
    with world.serving():
        session.sync(home)
        session.sync(clinic)
    doses.give_as_needed(home, _staff(home, "nurse"), needed, "疼")
    doses.give_as_needed(clinic, _staff(clinic, "carer"), needed, "疼")
    with world.serving():
        for store in (home, clinic, home):
            session.sync(store)
    (found,) = _twice(home)
    assert (found.order_id, found.drug, len(found.doses)) == (needed, "止痛片", 2)
    twice.see_to(home, _staff(home, "nurse"), found, "taken_twice", "量血压，观察")
    assert _twice(home) == []
