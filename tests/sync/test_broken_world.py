"""The world breaks: copies put back, disks cloned, power cut at any step, wrong clocks. What was saved stays saved."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from uuid import UUID

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from sqlalchemy import select
from sqlmodel import col

from db.clock import Clock
from db.keys import FLOOR
from db.local import ROW_VERSION, SET_ASIDE
from db.store import Store
from db.tables import Person, Round
from db.versions import RowHeads
from sync import enrol, exchange, parcel, session
from sync.county import admin
from sync.errors import CountyRefused, SyncBusy
from sync.inbox import take_in
from sync.proof.rebuild import differences
from sync.proof.standing import standing
from sync.turns import my_turn
from tests.sync.county_tables import rows_of
from tests.sync.worlds import LAPTOPS, PAIR, PASSPHRASE, World, look, looks, who

ROOT = Path(__file__).parents[2]
RECORD = ("yiyang.db", "yiyang.keys")


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


# --- copies put back ----------------------------------------------------------------------------


@pytest.mark.parametrize("sealed", [False, True], ids=["unsealed", "sealed"])
@pytest.mark.parametrize("sent", [False, True], ids=["unsent", "sent"])
@pytest.mark.parametrize("what", ["all", "record", "folder"])
def test_a_laptop_put_back_from_a_copy(world: World, what: str, sent: bool, sealed: bool) -> None:
    """Whatever lay outside the copy and was not sent is gone with the disk; all else comes back."""
    with world.serving():
        clinic, home = world.start("clinic"), world.start()
        done = {look(home), look(clinic)}
        # Copied in the middle of the day, with an unsealed tail.
        world.keep("home")
        later = {look(home) for _ in range(3)}
        seen = look(clinic)
        if sealed:
            session.settle(home)
        if sent:
            session.sync(clinic)
            session.sync(home)
        for store in (clinic, home):
            store.close()
        files = {"all": (), "record": (*RECORD, "yiyang.db-wal"), "folder": ("yiyang.sync",)}[what]
        if what == "folder":
            world.folder("home.old").make()
        world.put_back("home", only=files)
        clinic, home = world.start("clinic"), world.start()
        if sent or what == "folder" or (sealed and what == "record"):
            done |= later
        done |= {seen, look(home), look(home)}
        agree(world, done, home, clinic)


def test_only_the_record_came_back(world: World) -> None:
    """The folder beside it is gone, the way to the county with it: enrol again, and the record is whole."""
    home, clinic = world.start(), world.start("clinic")
    with world.serving() as url:
        done = {look(home), look(clinic)}
        session.sync(clinic)
        session.sync(home)
        home.close()
        shutil.rmtree(world.folder().path)
        home = world.start()
        done.add(look(home))
        enrol.enrol(home, url, admin.new_code(world.county, PAIR), pair_name=PAIR, laptop="护理站")
        agree(world, done, home, clinic)


def test_only_the_folder_came_back(world: World) -> None:
    """The record burnt with the laptop. What was sealed to the pair is opened by the partner."""
    home, clinic = world.start(), world.start("clinic")
    with world.serving():
        done = {look(home)}
        session.sync(home)
        done.add(look(home))
        session.settle(home)
        home.close()
        # Somebody saved the outbox of the broken machine and put it into the inbox of the other one.
        for name in parcel.names(world.folder().outbox):
            parcel.put(world.folder("clinic").inbox, name, parcel.get(world.folder().outbox, name))
        session.sync(clinic)
        assert looks(clinic) == done
        agree(world, done, clinic)


def test_a_county_put_back_from_an_older_copy(world: World) -> None:
    home, clinic = world.start(), world.start("clinic")
    with world.serving():
        done = {look(home), look(clinic)}
        session.sync(home)
        session.sync(clinic)
    world.keep("county")
    with world.serving():
        done |= {look(home), look(clinic), look(home)}
        session.sync(home)
        session.sync(clinic)
        session.sync(home)
    world.put_back("county")
    with world.serving():
        # One of them alone gives back what both had sent: each keeps the other's batches.
        session.sync(home)
        assert world.at_county(home) == done
        done.add(look(clinic))
        agree(world, done, home, clinic)


def test_a_county_put_back_while_the_laptops_records_are_closed(world: World) -> None:
    """Night: only the sealed files travel. The county gets what lies sealed, and the rest at the next opening."""
    world.keep("county")
    home = world.start()
    with world.serving():
        done = {look(home)}
        session.sync(home)
    home.close()
    world.put_back("county")
    with world.serving():
        outcome = exchange.run(world.folder())
        assert (outcome.sent, outcome.lacking) == (0, 1)
        home, clinic = world.start(), world.start("clinic")
        agree(world, done, home, clinic)


def test_a_county_wiped_and_made_again_with_the_same_keys(world: World) -> None:
    home, clinic = world.start(), world.start("clinic")
    with world.serving():
        done = {look(home), look(clinic)}
        session.sync(home)
        session.sync(clinic)
        session.sync(home)
    for file in (world.place / "county").glob("county.db*"):
        file.unlink()
    with world.serving() as url:
        for store in (home, clinic):
            with pytest.raises(CountyRefused):
                session.sync(store)
            assert standing(store).unsent == 0  # by the last receipt there is; the next one tells
        for store, laptop in ((home, "护理站"), (clinic, "医生")):
            enrol.enrol(store, url, admin.new_code(world.county, PAIR), pair_name=PAIR, laptop=laptop)
            session.sync(store)
        done |= {look(home), look(clinic)}
        agree(world, done, home, clinic)


def test_laptop_and_county_both_put_back(world: World) -> None:
    """From different days. The partner, who was not, has it all and gives it to both."""
    home, clinic = world.start(), world.start("clinic")
    with world.serving():
        done = {look(home), look(clinic)}
        session.sync(home)
        session.sync(clinic)
        world.keep("home")
        done.add(look(home))
        session.sync(home)
    world.keep("county")
    with world.serving():
        done.add(look(home))
        for store in (home, clinic, home):
            session.sync(store)
    home.close()
    world.put_back("home")
    world.put_back("county")
    with world.serving():
        home = world.start()
        done.add(look(home))
        agree(world, done, home, clinic)


# --- clones -------------------------------------------------------------------------------------


def test_two_copies_of_one_laptop_work_apart(world: World) -> None:
    world.keep("home", "twin")
    (world.place / "home.twin").rename(world.place / "twin")
    with world.serving():
        home, twin, clinic = world.start(), world.start("twin", number="home"), world.start("clinic")
        done = set()
        for _ in range(3):
            done |= {look(home), look(twin), look(twin)}
            session.sync(home)
            session.sync(twin)
        done |= {look(home), look(twin)}
        session.settle(home)
        session.settle(twin)
        exchange.run(world.folder())
        receipt = exchange.run(world.folder("twin")).receipt
        assert receipt is not None
        assert len(receipt.heads) == 2
        agree(world, done, home, twin, clinic)


def test_a_machine_whose_memory_is_resumed_twice_gives_names_out_twice_and_it_shows(world: World) -> None:
    """A snapshot of the running machine, woken twice: no copy of a file can tell. Nothing is dropped in silence."""
    home, clinic = world.start(), world.start("clinic")
    look(home)
    world.keep("home", "twin")
    (world.place / "home.twin").rename(world.place / "twin")
    twin = world.start("twin", number="home")
    twin._progress = replace(home._progress) if home._progress else None
    with world.serving():
        world.point("twin")
        for store, phone, name in ((home, "1", "甲"), (twin, "2", "乙")):
            with store.act(None) as act:
                act.edit(Person, who(store), phone=phone)
                act.insert(Person, name=name, sex="1")
            look(store, name)
        for _ in range(3):
            for store in (home, twin, clinic):
                session.sync(store)
        for store in (home, twin, clinic):
            # The other's edit, person and round: kept in its batch, and counted on the screen.
            assert standing(store).set_aside == 3
            assert differences(store) == {}
        [pair] = admin.status(world.county)
        assert pair.set_aside == 3
        # Whoever learns of it goes on under other names.
        done = looks(clinic) | {look(home), look(twin)}
        for store in (home, twin, clinic):
            session.sync(store)
        session.sync(home)
        assert done <= looks(home)
        assert [standing(store).set_aside for store in (home, twin, clinic)] == [3, 3, 3]


# --- power cut ----------------------------------------------------------------------------------


class Killer:
    """The program that is killed."""

    def __init__(self) -> None:
        self.program = subprocess.Popen(
            [sys.executable, str(ROOT / "tests" / "sync" / "killed.py")],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=ROOT,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
        )

    def sync(self, path: Path, number: str, step: int) -> str:
        """One sync that is killed before its step."""
        assert self.program.stdin is not None
        assert self.program.stdout is not None
        self.program.stdin.write(f"{path}\t{number}\t{PASSPHRASE}\t{step}\n")
        self.program.stdin.flush()
        return self.program.stdout.readline().strip()


@contextmanager
def killer() -> Iterator[Killer]:
    """Start it, and end it."""
    one = Killer()
    try:
        yield one
    finally:
        one.program.communicate()


def test_power_fails_at_every_step_of_a_sync(world: World) -> None:
    """Sealing, posting, exchanging, merging: killed before each step in turn, and gone on with next time."""
    clinic = world.start("clinic")
    done: set[UUID] = set()
    ended, step = "killed", 0
    with world.serving(), killer() as kill:
        while ended == "killed":
            step += 1
            home = world.start()
            done |= {look(home), look(clinic)}
            home.close()
            session.sync(clinic)
            ended = kill.sync(world.path(), "home", step)
            # The next one is not killed, and what the screen had called saved is all there.
            assert kill.sync(world.path(), "home", 1000) == "done"
            assert world.at_county(clinic) == done
        assert ended == "done"
        assert step > 12
        # What the cuts left half written is cleared away, once nobody can be writing it any more.
        for unfinished in world.folder().outbox.glob("*.part"):
            os.utime(unfinished, (0, 0))
        agree(world, done, world.start(), clinic)
        assert not list(world.folder().path.rglob("*.part"))


# --- at the same time ---------------------------------------------------------------------------


def test_one_sync_at_a_time_and_the_other_is_told(world: World) -> None:
    home = world.start()
    done = look(home)
    with world.serving():
        with my_turn(world.folder()), pytest.raises(SyncBusy), my_turn(world.folder()):
            pass
        with my_turn(world.folder()):
            session.sync(home)
    assert world.at_county(home) == {done}


def test_work_goes_on_while_a_sync_runs_and_another_program_seals(world: World) -> None:
    home, clinic, also = world.start(), world.start("clinic"), world.start()
    done = set()
    with world.serving():

        def work() -> set[UUID]:
            return {look(home) for _ in range(40)}

        def carry(store: Store) -> None:
            for _ in range(4):
                session.sync(store)

        def seal() -> None:
            for _ in range(10):
                session.settle(also)

        with ThreadPoolExecutor(4) as pool:
            written = pool.submit(work)
            rest = [pool.submit(carry, home), pool.submit(carry, clinic), pool.submit(seal)]
            done |= written.result()
            for each in rest:
                each.result()
        agree(world, done, home, clinic)


# --- clocks -------------------------------------------------------------------------------------


@pytest.mark.parametrize("at", [-86_400, 0, 946_684_800, 4_070_908_800, 1 << 35], ids=str)
def test_a_laptop_whose_clock_is_wrong_syncs_as_ever(world: World, at: int) -> None:
    clinic = world.start("clinic")
    home = world.start(clock=Clock(wall=lambda: max(0, at)))
    done = {look(home), look(clinic)}
    with world.serving():
        session.settle(home)
        outcome = exchange.run(world.folder(), clock=lambda: at)
        assert outcome.sent == 1
        home.close()
        home = world.start()
        done.add(look(home))
        agree(world, done, home, clinic)


@pytest.mark.parametrize("at", [0, 4_070_908_800], ids=["1970", "2099"])
def test_a_county_whose_clock_is_wrong_and_then_right_again(
    world: World, at: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    home, clinic = world.start(), world.start("clinic")
    done = {look(home)}
    with monkeypatch.context() as wrong:
        wrong.setattr("sync.county.talk._now", lambda: at)
        with world.serving():
            session.sync(home)
            assert standing(home).receipt_at == at
    done.add(look(home))
    with world.serving():
        session.sync(home)
        assert standing(home).receipt_at != at
        agree(world, done, home, clinic)


# --- edits made apart ---------------------------------------------------------------------------

ACTS = st.lists(
    st.one_of(
        st.tuples(st.just("edit"), st.sampled_from(LAPTOPS), st.sampled_from(["phone", "allergies", "care_level"])),
        st.tuples(st.just("sync"), st.sampled_from(LAPTOPS), st.just("")),
        st.tuples(st.just("reopen"), st.sampled_from(LAPTOPS), st.just("")),
    ),
    min_size=2,
    max_size=10,
)


def test_edits_of_one_row_in_any_order_end_alike_and_every_one_made_apart_is_shown(world: World) -> None:
    stores = {name: world.start(name) for name in LAPTOPS}
    numbers = iter(range(10_000))

    @settings(max_examples=20, suppress_health_check=list(HealthCheck))
    @example([("edit", "home", "phone"), ("edit", "clinic", "phone")])
    @example([("edit", "home", "allergies"), ("sync", "home", ""), ("edit", "clinic", "allergies")])
    @given(ACTS)
    def history(acts: list[tuple[str, str, str]]) -> None:
        with stores["home"].act(None) as act:
            row = act.insert(Person, name=f"第{next(numbers)}人", sex="1")
        for name in ("home", "clinic"):
            session.sync(stores[name])
        # What each laptop has seen of each field: an edit replaces exactly that.
        seen: dict[str, dict[str, frozenset[str]]] = {name: {} for name in LAPTOPS}
        county: dict[str, frozenset[str]] = {}
        buried: set[str] = set()
        for what, name, field in acts:
            if what == "edit":
                value = _value(field, next(numbers))
                with stores[name].act(None) as act:
                    changed = act.edit(Person, row, **{field: value})
                if changed:
                    buried |= seen[name].get(field, frozenset())
                    seen[name][field] = frozenset({value})
            elif what == "reopen":
                stores[name].close()
                stores[name] = world.start(name)
            else:
                session.sync(stores[name])
                county = _both(county, seen[name])
                seen[name] = county
        for name in (*LAPTOPS, LAPTOPS[0]):
            session.sync(stores[name])
            county = _both(county, seen[name])
        shown = {name: _shown(store, row) for name, store in stores.items()}
        assert shown["home"] == shown["clinic"]
        heads = {name: _heads(store, row) for name, store in stores.items()}
        assert heads["home"].encode() == heads["clinic"].encode()
        for field, values in county.items():
            standing_ = values - buried
            if len(standing_) > 1:
                assert {head.value for head in heads["home"].of(field)} == standing_
        mine = {row_[0]: row_ for row_ in rows_of(world.county, stores["home"].pair_id, Person)}
        assert mine[row] == {row_[0]: row_ for row_ in rows_of(stores["home"], None, Person)}[row]

    with world.serving():
        history()
        for store in stores.values():
            assert differences(store) == {}
            with store.reading() as conn:
                assert conn.execute(select(SET_ASIDE)).all() == []


def _value(field: str, number: int) -> str:
    return {"phone": str(number), "allergies": f'[{{"to": "{number}"}}]', "care_level": f"level-{number}"}[field]


def _both(one: dict[str, frozenset[str]], other: dict[str, frozenset[str]]) -> dict[str, frozenset[str]]:
    return {name: one.get(name, frozenset()) | other.get(name, frozenset()) for name in {*one, *other}}


def _shown(store: Store, row: UUID) -> tuple[object, ...]:
    with store.reading() as conn:
        query = select(col(Person.phone), col(Person.allergies), col(Person.care_level)).where(col(Person.id) == row)
        return tuple(conn.execute(query).one())


def _heads(store: Store, row: UUID) -> RowHeads:
    with store.reading() as conn:
        query = select(ROW_VERSION.c.heads).where(ROW_VERSION.c.row_id == row)
        return RowHeads.decode(bytes(conn.execute(query).scalar_one()))


def test_a_new_laptop_pulls_the_whole_record_though_cut_in_between(world: World) -> None:
    home = world.start()
    done = set()
    with world.serving() as url:
        for _ in range(12):
            done.add(look(home))
            session.settle(home)
        session.sync(home)
        code = admin.new_code(world.county, PAIR)
        third = enrol.join(world.path("third"), url, code, number="3", passphrase=PASSPHRASE, laptop="三号", cost=FLOOR)
        exchange.run(world.folder("third"))
        inbox = world.folder("third").inbox
        # Half of what came was lost with the power, before it was merged.
        for name in parcel.names(inbox)[::2]:
            parcel.drop(inbox, name)
        take_in(third, world.folder("third"))
        session.sync(third)
        assert looks(third) == done
        assert differences(third) == {}
        third.close()
