"""A shift that is given on one laptop and taken on another; and taken twice, while they were apart."""

from care import handover
from db.store import Store
from db.tables import Bed, Staff, Stay
from sync import session
from tests.sync.worlds import World, who


def test_given_on_one_laptop_and_taken_on_the_other(world: World) -> None:
    home, clinic = world.start("home"), world.start("clinic")
    with home.act(None) as act:
        nurse = act.insert(Staff, number="nurse2", name="李娟", role="nurse")
        doctor = act.insert(Staff, number="doctor", name="陈医生", role="doctor")
        bed = act.insert(Bed, kind="welfare", label="101-1")
        act.insert(Stay, person_id=who(home), bed_id=bed, from_at=act.now - 86400)
    given = handover.give(home, nurse, handover.draft(home, home.now()), {"keys": "3 把"})
    meet(world, home, clinic)
    (there,) = handover.waiting(clinic, clinic.now())
    assert (there.id, there.giver, there.items) == (given, "李娟", {"keys": "3 把"})
    # Cut off from each other, two sign for it: the first counts, and both stay in the record.
    handover.take(clinic, doctor, given, "收到")
    handover.take(home, doctor, given, "我也收了")
    meet(world, clinic, home, clinic)
    for store in (home, clinic):
        (one,) = handover.past(store, store.now())
        assert one.taken_id is not None
        assert handover.waiting(store, store.now()) == []
    assert len({handover.past(store, store.now())[0].taken_id for store in (home, clinic)}) == 1


def meet(world: World, *stores: Store) -> None:
    """They sync with the county, one after the other."""
    with world.serving():
        for store in stores:
            session.sync(store)
