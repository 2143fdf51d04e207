"""The lives of laptops: lost and revoked, replaced, copied, woken in another century; and of a county put back."""

import shutil
from collections.abc import Callable
from functools import partial
from uuid import UUID

import pyrage
import pytest
from sqlalchemy import func, select

from db.clock import Clock
from db.keys import FLOOR
from db.local import BATCH, CLOCK, JOURNAL
from db.store import Store
from db.tables import Person, Round
from sync import enrol, exchange, parcel, session
from sync.county import admin, attention, enrolment, keys, revoke
from sync.county.database import open_engine, writing
from sync.county.replay import replay
from sync.county.verify import verify
from sync.directory import Directory
from sync.errors import CountyRefused, ParcelNotForUs
from sync.inbox import take_in
from sync.proof.fellows import fellows
from sync.proof.rebuild import differences
from sync.proof.reconcile import compare
from sync.proof.standing import standing
from sync.proof.whereabouts import states
from sync.seal import seal
from tests.insider import tampering
from tests.sync.county_tables import rows_of
from tests.sync.worlds import PAIR, PASSPHRASE, World, look, looks, who


def joined(world: World, name: str, url: str) -> Store:
    """A further laptop of the pair, fresh from the box."""
    code = admin.new_code(world.county, PAIR)
    return enrol.join(world.path(name), url, code, number=name, passphrase=PASSPHRASE, laptop="新机", cost=FLOOR)


def hand_over(world: World, of: Store, name: str, to: str) -> list[bytes]:
    """What a laptop holds sealed comes into another's inbox, as a partner on the LAN or a stick brings it."""
    session.settle(of)
    names = parcel.names(world.folder(name).outbox)
    for each in names:
        parcel.put(world.folder(to).inbox, each, parcel.get(world.folder(name).outbox, each))
    return names


def pressing(world: World, now: int | None = None) -> list[tuple[str, str]]:
    """What the county tells its people to look at."""
    return [(each.kind, each.laptop) for each in attention.attention(world.county, now)]


def equal(world: World, *stores: Store) -> set[UUID]:
    """All have one record, value for value, and can prove it; its rounds."""
    for store in stores:
        for model in (Round, Person):
            assert rows_of(store, None, model) == rows_of(world.county, store.pair_id, model)
        assert differences(store) == {}
    assert verify(world.county).findings == []
    return looks(stores[0])


# --- lost --------------------------------------------------------------------------------------


def test_a_lost_laptop_is_replaced_and_the_whole_record_is_back(world: World) -> None:
    with world.serving() as url:
        home, clinic = world.start(), world.start("clinic")
        done = {look(home), look(clinic)}
        for store in (home, clinic):
            session.sync(store)
        revoke.revoke(world.county, home.device_id)
        third = joined(world, "third", url)
        session.sync(third)
        done.add(look(third))
        for store in (third, clinic, third):
            session.sync(store)
        assert equal(world, third, clinic) == done
        assert {(each.name, each.revoked) for each in fellows(third)} >= {("护理站", True), ("新机", False)}
        # Nothing is sealed to the lost one any more.
        look(clinic)
        session.settle(clinic)
        for name in parcel.names(world.folder("clinic").outbox):
            sealed = parcel.get(world.folder("clinic").outbox, name)
            with pytest.raises(ParcelNotForUs):
                parcel.open_parcel(sealed, home.device.age_key)
        third.close()


def test_a_laptop_revoked_while_it_was_away_says_so_keeps_its_record_and_its_work_waits_for_a_decision(
    world: World,
) -> None:
    home, clinic = world.start(), world.start("clinic")
    done = {look(home)}
    with world.serving():
        for store in (home, clinic):
            session.sync(store)
        unsent = {look(home), look(home)}
        revoke.revoke(world.county, home.device_id)
        with pytest.raises(CountyRefused) as said:
            session.sync(home)
        assert said.value.facts["reason"] == "device_revoked"
        assert looks(home) == done | unsent
        assert standing(home).unsent == 2
        # A partner who has not heard of it yet takes the work from it, builds on it, and brings it to the county.
        names = hand_over(world, home, "home", "clinic")
        assert take_in(clinic, world.folder("clinic")).batches == len(names) == 1
        on_it = look(clinic)
        came = session.sync(clinic)
        assert sorted(code for _, code in came.outcome.refused) == ["device_revoked_since", "stands_on_refused"]
        assert world.at_county(clinic) == done
        # The county keeps them aside: they are told again, and not sent again.
        again = session.sync(clinic).outcome
        assert (again.sent, sorted(again.refused)) == (0, sorted(came.outcome.refused))
        assert [kind for kind, _ in pressing(world)] == ["refused", "refused"]
        # What it writes once it knows is refused at the partner, too, and stops nothing.
        late = {look(home)}
        hand_over(world, home, "home", "clinic")
        arrived = take_in(clinic, world.folder("clinic"))
        assert [code for _, code in arrived.refused] == ["device_revoked_since"]
        assert looks(clinic).isdisjoint(late)
        # County IT looks at it and lets in what the partner has built on.
        done_ = revoke.revoke(world.county, home.device_id, names[0].hex()[:12])
        assert done_.taken_in == 2
        session.sync(clinic)
        assert equal(world, clinic) == done | unsent | {on_it}
        assert (standing(clinic).unsent, standing(clinic).refused) == (0, ())
        assert pressing(world) == []


def test_a_laptop_that_pulls_for_the_first_time_takes_nothing_of_a_thief(world: World) -> None:
    """The thief reaches it before the county's batches do: it waits, then it knows."""
    home = world.start()
    with world.serving() as url:
        done = {look(home)}
        session.sync(home)
        revoke.revoke(world.county, home.device_id)
        third = joined(world, "third", url)
        look(home)
        seal(home)
        folder = world.folder("third")
        with home.reading() as conn:
            rows = conn.execute(BATCH.select().order_by(BATCH.c.position)).all()
        # The thief seals to whom he likes.
        to = str(pyrage.x25519.Identity.from_str(third.device.age_key).to_public())
        late = rows[-1]
        parcel.put(folder.inbox, bytes(late.hash), parcel.seal_parcel(bytes(late.body), [to]))
        assert take_in(third, folder).waiting == 1
        session.sync(third)
        assert looks(third) == done
        assert parcel.names(folder.refused) == [bytes(late.hash)]
        assert parcel.names(folder.inbox) == []
        third.close()


# --- copied ------------------------------------------------------------------------------------


def test_two_with_one_identity_show_at_the_county_and_on_both(world: World) -> None:
    shutil.copytree(world.place / "home", world.place / "twin")
    with world.serving():
        home, twin, clinic = world.start(), world.start("twin", number="home"), world.start("clinic")
        done: set[UUID] = set()
        for _ in range(2):
            done |= {look(home), look(twin)}
            session.settle(home)
            session.settle(twin)
            for store in (home, twin):
                session.sync(store)
        assert ("fork", "护理站") in pressing(world)
        for store in (home, twin, clinic):
            session.sync(store)
        for store in (home, twin):
            [own] = [each for each in fellows(store) if each.here]
            assert own.forks >= 1
        [seen] = [each for each in fellows(clinic) if each.name == "护理站"]
        assert seen.forks >= 1
        for store in (home, twin, clinic):
            session.sync(store)
        assert equal(world, home, twin, clinic) == done
        # One of the two is revoked as what it is, one laptop: both are out, and nothing that was sent is lost.
        revoke.revoke(world.county, home.device_id)
        for store in (home, twin):
            with pytest.raises(CountyRefused):
                session.sync(store)
        session.sync(clinic)
        assert equal(world, clinic) == done


def test_a_laptop_put_back_from_last_weeks_copy_is_one_again_after_a_sync(world: World) -> None:
    home, clinic = world.start(), world.start("clinic")
    done = {look(home)}
    with world.serving():
        session.sync(home)
        home.close()
        world.keep("home", "week")
        home = world.start()
        done |= {look(home), look(home)}
        session.sync(home)
        home.close()
        world.put_back("home", "week")
        home = world.start()
        done.add(look(home))
        for store in (home, clinic, home):
            session.sync(store)
        done.add(look(home))
        for store in (home, clinic):
            session.sync(store)
        assert equal(world, home, clinic) == done
        assert "fork" not in [kind for kind, _ in pressing(world)]


# --- clocks ------------------------------------------------------------------------------------


@pytest.mark.parametrize("at", [0, 946_684_800, 4_070_908_800], ids=["1970", "2000", "2099"])
def test_a_dead_clock_is_told_and_refuses_nothing(world: World, at: int, monkeypatch: pytest.MonkeyPatch) -> None:
    clinic = world.start("clinic")
    with world.serving():
        session.sync(clinic)
        home = world.start(clock=Clock(wall=lambda: at))
        done = {look(home), look(clinic)}
        with monkeypatch.context() as dead:
            _run_at(dead, lambda: at)
            session.sync(home)
        assert ("skewed", "护理站") in pressing(world)
        home.close()
        home = world.start()
        done.add(look(home))
        for store in (home, clinic, home):
            session.sync(store)
        assert ("skewed", "护理站") not in pressing(world)
        # What was written under the dead clock stands before what was written later, whatever it says.
        assert equal(world, home, clinic) == done


def _run_at(patch: pytest.MonkeyPatch, clock: Callable[[], int]) -> None:
    """Let the exchange go by the laptop's own clock, as the system would."""
    patch.setattr(exchange, "run", partial(exchange.run, clock=clock))


# --- the county --------------------------------------------------------------------------------


def test_a_county_put_back_from_its_backup_gets_everything_again_and_is_proved(world: World) -> None:
    home, clinic = world.start(), world.start("clinic")
    done = {look(home), look(clinic)}
    with world.serving():
        for store in (home, clinic):
            session.sync(store)
    world.keep("county")
    with world.serving():
        done |= {look(home), look(home)}
        session.sync(home)
    world.put_back("county")
    assert world.at_county(home) != done
    with world.serving():
        session.settle(home)
        exchange.run(world.folder())
        # It signs for less than it did: that is seen at once, and made good by the same laptops.
        best = standing(home)
        assert best.county_lost > 0 or best.unsent == 0
        for store in (home, clinic, home):
            session.sync(store)
        assert equal(world, home, clinic) == done
        assert standing(home).county_lost == 0


def test_a_county_put_back_learns_from_its_own_word_whom_it_had_certified_and_revoked(world: World) -> None:
    home, clinic = world.start(), world.start("clinic")
    done = {look(home), look(clinic)}
    with world.serving():
        for store in (home, clinic):
            session.sync(store)
    world.keep("county")
    with world.serving() as url:
        revoke.revoke(world.county, home.device_id)
        third = joined(world, "third", url)
        session.sync(third)
        done.add(look(third))
        session.sync(third)
        session.sync(clinic)
        before = fellows(clinic)
    world.put_back("county")
    [forgotten] = [each for each in admin.devices(world.county) if each.name == "护理站"]
    assert forgotten.revoked_at is None
    with world.serving():
        world.point("third")
        # It does not know the new laptop, and would let the lost one in; its own signed list says otherwise.
        with pytest.raises(CountyRefused):
            session.sync(third)
        session.sync(clinic)
        with pytest.raises(CountyRefused) as said:
            session.sync(home)
        assert said.value.facts["reason"] == "device_revoked"
        for store in (third, clinic):
            session.sync(store)
        assert equal(world, third, clinic) == done
        assert [(each.name, each.revoked) for each in fellows(clinic)] == [(e.name, e.revoked) for e in before]
        # An old list, replayed, changes nothing.
        undone = revoke.undo(world.county, home.device_id)
        assert undone.revoked_at is None
        session.sync(clinic)
        session.sync(home)
        third.close()


def test_a_laptop_that_writes_under_another_one_s_epoch_hides_nothing_of_it(world: World) -> None:
    """Its numbers run ahead of the other's: what that one writes next is not taken for something known."""
    home, clinic = world.start(), world.start("clinic")
    person = who(home)
    with world.serving():
        look(home)
        for store in (home, clinic):
            session.sync(store)
        with home.reading() as conn:
            [(epoch, last)] = conn.execute(select(CLOCK.c.epoch, CLOCK.c.seq)).all()
        for _ in range(5):
            look(clinic)
        with tampering(clinic) as conn:
            first = conn.execute(select(func.min(JOURNAL.c.seq))).scalar_one()
            conn.execute(JOURNAL.update().values(epoch=epoch, seq=JOURNAL.c.seq - first + last + 1))
        session.sync(clinic)
        session.sync(home)
        hidden = look(home)
        with home.act(None) as act:
            act.edit(Person, person, allergies='["青霉素"]')
        # The batch that came from the county under our epoch holds nothing of ours.
        assert states(home, [hidden]) == {hidden: "local"}
        session.settle(home)
        assert states(home, [hidden]) == {hidden: "local"}
        for store in (home, clinic):
            session.sync(store)
        assert states(home, [hidden]) == {hidden: "at_county"}
        assert compare(home).same
    for there in (home, clinic):
        [row] = rows_of(there, None, Person)
        assert '["青霉素"]' in row
    [row] = rows_of(world.county, home.pair_id, Person)
    assert '["青霉素"]' in row
    assert differences(home) == differences(clinic) == {}
    assert verify(world.county).findings == []
    replay(world.county)
    [row] = rows_of(world.county, home.pair_id, Person)
    assert '["青霉素"]' in row


def test_a_county_put_back_that_lists_somebody_new_first_still_learns_whom_it_had_certified_and_revoked(
    world: World,
) -> None:
    """Its new list is later than the one that the laptops have, and knows less."""
    home, clinic = world.start(), world.start("clinic")
    world.keep("county")
    with world.serving() as url:
        village = joined(world, "village", url)
        session.sync(village)
        done = look(village)
        session.sync(village)
        session.sync(home)
        revoke.revoke(world.county, clinic.device_id)
        session.sync(home)
    world.put_back("county")
    with world.serving() as url:
        joined(world, "newest", url).close()
        session.sync(home)
        session.sync(home)
        revoked = {each.name: each.revoked_at is not None for each in admin.devices(world.county)}
        assert revoked == {"护理站": False, "医生": True, "新机": False}
        assert len(admin.devices(world.county)) == 4
        link = world.folder().link()
        listed = {each.id: each.revoked for each in Directory.read(link.directory, link.county_public).devices}
        assert len(listed) == 4
        assert {device for device, lost in listed.items() if lost} == {clinic.device_id}
        world.point("village")
        session.sync(village)
        assert done in world.at_county(home)
        # Whoever was found again stays so, though older lists say otherwise.
        old = link.directory
        revoke.undo(world.county, clinic.device_id)
        engine = open_engine(world.county.database_url)
        with writing(engine) as conn:
            assert not enrolment.learn(conn, keys.load(world.county.folder), home.pair_id, [old])
        engine.dispose()
        session.sync(home)
        link = world.folder().link()
        assert not any(each.revoked for each in Directory.read(link.directory, link.county_public).devices)
    village.close()
