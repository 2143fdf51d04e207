"""What a stick brings from others: batches of laptops that never meet the county, receipts back, its statements."""

import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any
from uuid import uuid4

from sync import parcel, session, statements
from sync.county import keys
from sync.directory import Directory
from sync.proof.rebuild import differences
from sync.proof.standing import standing
from sync.receipt import verify
from sync.sticks.by_stick import bring_in
from tests.sync.by_hand import THIRD, at_the_county, put_on, reply_to, stick_of, take_off, third_laptop
from tests.sync.worlds import World, look, looks


def test_a_laptop_that_never_meets_the_county_gets_its_work_there_and_its_receipts_back(world: World) -> None:
    village = third_laptop(world)
    home, clinic = world.start(), world.start("clinic")
    # The partners do not know the third laptop yet and would seal nothing to it: its stick brings the list that does.
    hello = stick_of(world, "hello")
    put_on(village, hello)
    take_off(home, hello)
    at_home = look(home)
    out = stick_of(world, "out")
    put_on(home, out)
    take_off(village, out)
    assert looks(village) == {at_home}
    in_village = {look(village), look(village, "咳嗽")}
    back = stick_of(world, "back")
    put_on(village, back)
    take_off(home, back)
    assert looks(home) == {at_home, *in_village}
    assert standing(village).at_county == 0
    # Home carries it on, to the county and to the clinic, and the county's word back.
    far = stick_of(world, "far")
    put_on(home, far)
    [taken] = at_the_county(world, far)
    assert taken.refused == ()
    assert world.at_county(home) == {at_home, *in_village}
    take_off(clinic, far)
    take_off(home, far)
    last = stick_of(world, "last")
    put_on(home, last)
    take_off(village, last)
    found = standing(village)
    assert (found.unsent, found.agrees) == (0, True)
    assert found.receipt_at == verify(world.folder(THIRD).news().receipt, world.folder(THIRD).link().county_public).at
    assert parcel.names(world.folder(THIRD).outbox) == []
    for store in (home, clinic, village):
        assert looks(store) == {at_home, *in_village}
        assert differences(store) == {}


def test_a_reply_gives_a_laptop_what_its_own_batches_show_it_lacks(world: World) -> None:
    home, clinic = world.start(), world.start("clinic")
    with world.serving():
        done = {look(home), look(home)}
        session.sync(home)
    stick_ = stick_of(world)
    reply_to(world, stick_, home.pair_id, int(time.time()))
    take_off(clinic, stick_)
    assert looks(clinic) == done
    assert {each.device for each in map(_receipt(world), statements.known(world.folder("clinic"))) if each} == {
        home.device_id,
        clinic.device_id,
    }


def _receipt(world: World) -> Callable[[str], Any]:
    public = world.folder().link().county_public

    def read(statement: str) -> Any:
        return verify(statement, public) if "yiyang-receipt" in _payload(statement) else None

    return read


def _payload(statement: str) -> str:
    import base64

    part = statement.split(".")[1]
    return base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)).decode()


def test_a_county_that_lost_a_day_says_so_by_stick_and_is_given_it_back(world: World) -> None:
    home = world.start()
    world.keep("county")
    done = look(home)
    there = stick_of(world, "there")
    put_on(home, there)
    now = int(time.time())
    at_the_county(world, there, now)
    take_off(home, there)
    assert standing(home).unsent == 0
    assert put_on(home, stick_of(world, "nothing")).for_county == 0
    world.put_back("county")
    lost = stick_of(world, "lost")
    reply_to(world, lost, home.pair_id, now + 60)
    take_off(home, lost)
    assert standing(home).unsent > 0
    again = stick_of(world, "again")
    put_on(home, again)
    at_the_county(world, again, now + 120)
    assert world.at_county(home) == {done}


def test_a_laptop_put_back_from_a_copy_gets_its_work_back_from_its_own_stick(world: World) -> None:
    world.keep("home")
    home = world.start()
    done = look(home)
    stick_ = stick_of(world)
    put_on(home, stick_)
    world.close()
    world.put_back("home")
    home = world.start()
    assert looks(home) == set()
    take_off(home, stick_)
    assert looks(home) == {done}
    assert differences(home) == {}


def test_an_older_statement_never_takes_the_place_of_a_newer_one(world: World) -> None:
    home = world.start()
    stick_ = stick_of(world)
    now = int(time.time()) + 100
    new = reply_to(world, stick_, home.pair_id, now)
    old = reply_to(world, stick_, home.pair_id, now - 50)
    bring_in(home, new)
    before = statements.known(world.folder())
    bring_in(home, old)
    assert statements.known(world.folder()) == before


def test_statements_of_nobodys_are_passed_over(world: World) -> None:
    folder = world.folder()
    before = statements.known(folder)
    forger = keys.make()
    directory = Directory.read(folder.link().directory, folder.link().county_public)
    forged = replace(directory, devices=(), at=directory.at + 10**6).sign(forger.sign, forger.kid)
    assert statements.keep(folder, [forged, "", "a.b.c", "x" * 300_000, before[0]]) == 0
    assert statements.known(folder) == before


def test_of_a_stranger_pair_nothing_is_believed_even_if_our_county_signed_it(world: World) -> None:
    folder = world.folder()
    county = keys.load(world.county.folder)
    before = statements.known(folder)
    directory = Directory.read(folder.link().directory, folder.link().county_public)
    other = replace(directory, pair_id=uuid4(), at=directory.at + 10**6).sign(county.sign, county.kid)
    receipt = replace(verify(folder.news().receipt, county.sign_public), pair=uuid4(), at=directory.at + 10**6)
    assert statements.keep(folder, [other, receipt.sign(county.sign, county.kid)]) == 0
    assert statements.known(folder) == before
