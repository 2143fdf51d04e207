"""Closing the day into batches: what each stands on, how large it gets, and sealing again what was not posted."""

import hashlib
from dataclasses import replace
from itertools import pairwise

import pytest
from sqlalchemy import func, select

from db.local import BATCH, JOURNAL
from db.store import Store
from sync import batch, graph, parcel, seal, session
from sync.errors import LinkDamaged
from sync.proof.rebuild import differences
from sync.proof.standing import standing
from tests.sync.worlds import World, look, looks


def headers(store: Store) -> list[batch.Header]:
    """The batches of the record in the order they came."""
    with store.reading() as conn:
        bodies = conn.execute(select(BATCH.c.body).order_by(BATCH.c.position)).scalars().all()
    return [batch.unseal(bytes(body)).header for body in bodies]


def test_a_batch_stands_on_all_heads_and_on_this_laptop_s_last(world: World) -> None:
    """Else a laptop that merged its partner's work in between would look like a clone of itself."""
    with world.serving():
        home, clinic = world.start(), world.start("clinic")
        look(home)
        session.sync(home)
        session.sync(clinic)
        with home.reading() as conn:
            [before] = graph.heads(seal.held(conn))
        look(clinic)
        session.sync(clinic)
        session.sync(home)
        with home.reading() as conn:
            [theirs] = graph.heads(seal.held(conn))
        look(home)
        seal.seal(home)
        assert set(headers(home)[-1].parents) == {before, theirs}
        receipt = session.sync(home).outcome.receipt
        assert receipt is not None
        assert len(receipt.heads) == 1


def test_more_heads_than_a_batch_can_name_do_not_keep_the_work_here(world: World) -> None:
    """One laptop of the pair writes batches that stand on nothing: those of all others are still named."""
    home, clinic = world.start(), world.start("clinic")
    own = headers(home)[-1]
    with home.writing() as conn:
        for number in range(batch.MAX_PARENTS + 100):
            lone = replace(own, device=clinic.device_id, epoch=number.to_bytes(12, "big"), parents=())
            seal.keep(conn, hashlib.sha256(lone.epoch).digest(), lone, b"-")
        before = graph.heads(seal.held(conn, BATCH.c.device_id == home.device_id))
    look(home)
    [name] = seal.seal(home)
    with home.reading() as conn:
        parents = seal.held(conn)[name]
    assert len(parents) == batch.MAX_PARENTS
    assert set(before) <= set(parents)
    look(home)
    [later] = seal.seal(home)
    with home.reading() as conn:
        assert graph.heads(seal.held(conn)) == [later]


def test_sealing_twice_makes_nothing_twice(world: World) -> None:
    home = world.start()
    look(home)
    assert len(seal.seal(home)) == 1
    assert seal.seal(home) == []
    with home.reading() as conn:
        assert conn.execute(select(func.count()).select_from(JOURNAL)).scalar_one() == 0


def test_what_was_sealed_but_not_posted_is_posted_next_time(world: World) -> None:
    home = world.start()
    look(home)
    [name] = seal.seal(home)
    world.close()
    folder = world.folder()
    assert parcel.names(folder.outbox) == []
    assert name not in folder.graph()
    home = world.start()
    session.settle(home)
    assert parcel.names(folder.outbox) == [name]
    assert name in folder.graph()
    sealed = parcel.get(folder.outbox, name)
    session.settle(home)
    assert parcel.get(folder.outbox, name) == sealed


def test_a_run_of_many_entries_is_cut_and_nothing_falls_between(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(seal, "RUN", 7)
    home = world.start()
    done = {look(home) for _ in range(30)}
    assert len(seal.seal(home)) == 5
    cut = headers(home)[-5:]
    assert [one.last - one.first + 1 for one in cut] == [7, 7, 7, 7, 2]
    assert [after.first - one.last for one, after in pairwise(cut)] == [1] * 4
    assert looks(home) == done
    assert differences(home) == {}


def test_two_programs_on_one_record_seal_each_other_s_work_in_its_order(world: World) -> None:
    one, other = world.start(), world.start()
    done = {look(store) for _ in range(3) for store in (one, other)}
    with world.serving():
        session.sync(one)
        assert standing(other).unsent == 0
        assert world.at_county(one) == done
    assert differences(other) == {}
    lamports = [(header.lamport_first, header.lamport_last) for header in headers(one)[-6:]]
    assert lamports == sorted(lamports)


def test_without_a_way_to_the_county_the_day_is_sealed_all_the_same(world: World) -> None:
    home = world.start()
    done = look(home)
    link = world.folder().path / "link.json"
    whole = link.read_bytes()
    link.write_bytes(b"{}")
    with pytest.raises(LinkDamaged):
        session.settle(home)
    assert (standing(home).unsealed, standing(home).unsent) == (0, standing(home).total)
    link.write_bytes(whole)
    with world.serving():
        world.point("home")
        session.sync(home)
    assert done in world.at_county(home)
