"""The county names the people of exports: each pair has a key of its own, on all its laptops, shown to nobody."""

import json
from uuid import UUID, uuid4

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from care.catalogues import catalogues, search
from care.exports.pseudonyms import keyed, pseudonym
from db.reserved import PSEUDONYMS
from db.store import Store
from db.tables import CatalogueItem
from sync import session
from sync.county import catalogue_file, keys
from sync.county.catalogue_file import CatalogueUnreadable
from sync.county.pseudonyms import pair_key, publish_keys
from sync.county.settings import Settings
from sync.county.verify import verify
from sync.proof.rebuild import differences
from tests.sync.county.members import enrolled
from tests.sync.county_tables import rows_of
from tests.sync.worlds import World


def key_of(store: Store) -> tuple[bytes, str]:
    with store.reading() as conn:
        found = keyed(store, conn)
    return found.key, found.source


def test_both_laptops_of_a_pair_call_people_the_same_and_nothing_is_listed(world: World) -> None:
    home, clinic = world.start(), world.start("clinic")
    own = {key_of(store)[0] for store in (home, clinic)}
    assert len(own) == 2
    [done] = publish_keys(world.county)
    assert (done.added, done.changed, done.batches) == (1, 0, 1)
    with world.serving():
        for store in (home, clinic):
            session.sync(store)
    expected = pair_key(keys.load(world.county.folder).pseudonyms, home.pair_id)
    for store in (home, clinic):
        assert key_of(store) == (expected, "county")
        assert catalogues(store) == []
        assert search(store, PSEUDONYMS) == []
        assert differences(store) == {}
    [again] = publish_keys(world.county)
    assert (again.added, again.changed, again.batches) == (0, 0, 0)
    assert verify(world.county).findings == []


def test_a_laptop_that_wrote_another_key_is_put_right(world: World) -> None:
    home = world.start()
    publish_keys(world.county)
    with world.serving():
        session.sync(home)
        ((row, *_),) = rows_of(home, None, CatalogueItem)
        with home.act(None) as act:
            act.edit(CatalogueItem, UUID(bytes=row) if isinstance(row, bytes) else row, facts=json.dumps({"key": "00"}))
        assert key_of(home)[1] == "laptop"
        session.sync(home)
        [done] = publish_keys(world.county)
        assert (done.added, done.changed) == (0, 1)
        session.sync(home)
    assert key_of(home)[1] == "county"


def test_no_pair_learns_the_key_of_another(county: Settings, address: str) -> None:
    members = [enrolled(county, address, pair=pair) for pair in ("石桥", "别处")]
    publish_keys(county)
    secret = keys.load(county.folder).pseudonyms
    for member, other in (members, members[::-1]):
        carried = b"".join(member.opened(member.exchange()))
        assert pair_key(secret, member.pair_id) != pair_key(secret, other.pair_id)
        found = [
            one
            for one in rows_of(county, member.pair_id, CatalogueItem)
            if pair_key(secret, other.pair_id).hex() in str(one)
        ]
        assert found == []
        assert carried


@given(secret=st.binary(min_size=32, max_size=32), one=st.uuids(), other=st.uuids(), person=st.uuids())
@settings(max_examples=50)
def test_the_same_person_of_two_pairs_cannot_be_linked(secret: bytes, one: UUID, other: UUID, person: UUID) -> None:
    names = {pseudonym(pair_key(secret, pair), [person]) for pair in (one, other)}
    assert len(names) == (1 if one == other else 2)
    assert pair_key(secret, one) != secret


def test_a_file_cannot_take_the_place_of_what_is_kept_for_the_program(tmp_path_factory: pytest.TempPathFactory) -> None:
    path = tmp_path_factory.mktemp("list") / f"{PSEUDONYMS}.csv"
    path.write_text("code,name\nkey,x\n", encoding="utf-8")
    with pytest.raises(CatalogueUnreadable):
        catalogue_file.read(path)


def test_every_county_has_a_secret_of_its_own(county: Settings) -> None:
    held, fresh = keys.load(county.folder), keys.make()
    assert len(held.pseudonyms) == 32
    assert held.pseudonyms != fresh.pseudonyms
    assert held.pseudonyms.hex() not in repr(held)
    assert pair_key(held.pseudonyms, uuid4()) != pair_key(fresh.pseudonyms, uuid4())
