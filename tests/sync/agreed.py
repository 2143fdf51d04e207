"""Laptops and their county after whatever happened: the same record everywhere, all of it, and nothing else."""

from uuid import UUID

from db.store import Store
from db.tables import Person, Round
from sync import session
from sync.county import admin
from sync.proof.rebuild import differences
from sync.proof.standing import standing
from tests.sync.county_tables import rows_of
from tests.sync.worlds import World, looks


def agree(world: World, done: set[UUID], *stores: Store) -> None:
    """After as many syncs as it takes: every round once everywhere, every number true, nothing in tables alone."""
    for _ in range(2):
        for store in stores:
            session.sync(store)
    for store in stores:
        assert looks(store) == done
        assert rows_of(store, None, Round) == rows_of(world.county, store.pair_id, Round)
        assert rows_of(store, None, Person) == rows_of(world.county, store.pair_id, Person)
        stands = standing(store)
        assert (stands.unsent, stands.agrees, stands.set_aside, stands.waiting) == (0, True, 0, 0)
        assert (stands.refused, stands.county_lost) == ((), 0)
        assert differences(store) == {}
    [pair] = admin.status(world.county)
    assert (pair.unmerged, pair.set_aside) == (0, 0)
