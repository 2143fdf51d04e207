"""The world breaks: copies put back, disks cloned, power cut at any step, wrong clocks. What was saved stays saved."""

import shutil
from dataclasses import replace

import pytest

from db.tables import Person
from sync import enrol, exchange, parcel, session
from sync.county import admin
from sync.errors import CountyRefused
from sync.proof.rebuild import differences
from sync.proof.standing import standing
from tests.sync.agreed import agree
from tests.sync.worlds import PAIR, World, look, looks, who

RECORD = ("yiyang.db", "yiyang.keys")


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
