"""A stick that is carried by hand, a third laptop that meets its county once, a county that takes sticks in."""

import time
from pathlib import Path
from uuid import UUID

from db.keys import FLOOR
from db.store import Store
from sync import enrol
from sync.county import admin, keys, sticks
from sync.county.database import open_engine
from sync.county.sticks import StickTaken
from sync.sticks import stick
from sync.sticks.by_stick import Taken, Written, bring_in, export
from tests.sync.worlds import PAIR, PASSPHRASE, World

THIRD = "village"


def third_laptop(world: World) -> Store:
    """A laptop that joined while it had a network, and has none any more."""
    with world.serving() as url:
        code = admin.new_code(world.county, PAIR)
        store = enrol.join(world.path(THIRD), url, code, number=THIRD, passphrase=PASSPHRASE, laptop="村里", cost=FLOOR)
    world._open.append(store)
    return store


def stick_of(world: World, name: str = "stick") -> Path:
    """An empty stick."""
    place = world.place / name
    place.mkdir()
    return place


def put_on(store: Store, stick_: Path) -> Written:
    """What others may lack goes on the stick."""
    return export(store, stick_, int(time.time()))


def take_off(store: Store, stick_: Path) -> Taken:
    """What is on the stick comes in; all of it is sound."""
    taken = bring_in(store, stick_)
    assert [each.error for each in taken.files if each.error] == []
    return taken


def at_the_county(world: World, stick_: Path, now: int = 0) -> list[StickTaken]:
    """County IT takes the stick's bundles in and puts a reply on it."""
    own = world.county
    engine = open_engine(own.database_url)
    county, at = keys.load(own.folder), now or int(time.time())
    try:
        taken = [sticks.take_in(engine, county, file, at) for file in stick.bundles_at(stick_)]
        reply_to(world, stick_, taken[0].pair, at)
        return taken
    finally:
        engine.dispose()


def reply_to(world: World, stick_: Path, pair: UUID, now: int) -> Path:
    """The county's reply to the laptops of a pair, on the stick."""
    own = world.county
    engine = open_engine(own.database_url)
    try:
        data = sticks.reply(engine, keys.load(own.folder), pair, now)
        return stick.write(stick_, stick.name_of(pair, None, now, data), data)
    finally:
        engine.dispose()
