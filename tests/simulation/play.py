"""Letting a history happen, and healing the world at its end."""

import hashlib
from collections.abc import Callable, Mapping
from types import MappingProxyType

from sync.sticks import by_stick
from tests.simulation import breaking, carrying, older, writing
from tests.simulation.broken import Broken
from tests.simulation.check import check
from tests.simulation.county import COUNTY
from tests.simulation.disk import PowerFailed
from tests.simulation.laptop import Laptop
from tests.simulation.steps import History, Step
from tests.simulation.world import World, world

_ROUNDS = 12

PLAYS: Mapping[str, Callable[[World, Laptop, Step], None]] = MappingProxyType(
    {
        "look": writing.look,
        "correct": writing.correct,
        "register": writing.register,
        "edit": writing.edit,
        "stay": writing.stay,
        "leave": writing.leave,
        "settle": carrying.settle,
        "sync": carrying.sync,
        "night": carrying.night,
        "merge": carrying.merge,
        "stick": carrying.stick,
        "plug": carrying.plug,
        "import": carrying.import_,
        "relay": carrying.relay,
        "late": carrying.late,
        "close": breaking.close,
        "fail": breaking.fail,
        "clock": breaking.clock,
        "keep": breaking.keep,
        "put back": breaking.put_back,
        "swap": breaking.put_back,
        "clone": breaking.clone,
        "freeze": breaking.freeze,
        "resume": breaking.resume,
        "fork": breaking.fork,
        "county kept": breaking.county_kept,
        "county put back": breaking.county_put_back,
        "older": breaking.make_older,
        "upgrade": breaking.upgrade,
    }
)


def run(history: History) -> str:
    """The whole history; returns a mark of all that happened, the same for the same seed in every process.

    Raises ``Broken``, or what the program raised and should not have.
    """
    with world(history.seed, history.laptops) as here:
        for step in history.steps:
            play(here, step)
        heal(here)
        check(here)
        return _mark(here)


def _mark(here: World) -> str:
    counted = f"{here.network.requests} {here.disk.steps} {here.hours.now}".encode()
    names = b"".join(sorted(here.model.batches))
    return hashlib.sha256(counted + names).hexdigest()[:16]


def play(here: World, step: Step) -> None:
    """One step. What it raises is a finding."""
    here.number += 1
    here.hours.pass_(step.wait)
    laptop = here.laptops.get(step.who) or next(iter(here.laptops.values()))
    here.network.plan(step.faults)
    here.disk.arm(laptop.name, step.crash, step.torn)
    here.disk.arm(COUNTY, step.county_crash, step.torn)
    try:
        with here.hours.at(laptop.name), older.program(laptop.old):
            PLAYS[step.kind](here, laptop, step)
    except PowerFailed:
        laptop.fail()
    finally:
        here.network.plan(())
        here.disk.repair(laptop.name)
        here.disk.repair(COUNTY)


def heal(here: World) -> None:
    """Everything works again: everybody syncs until nothing moves any more."""
    here.hours.wrong.clear()
    here.number += 1
    for laptop in here.laptops.values():
        laptop.fail()
        with laptop.working():
            breaking.upgrade(here, laptop, Step("upgrade", laptop.name))
            for stick in here.model.sticks:
                by_stick.bring_in(laptop.start(), stick.place)
    while here.network.late:
        carrying.late(here, laptop, Step("late", ""))
    here.expected = here.model.anywhere(here.laptops.values(), here.county)
    for _ in range(_ROUNDS):
        here.hours.pass_(600)
        moved = False
        for laptop in here.laptops.values():
            with laptop.working():
                moved = carrying.exchanged(here, laptop) or moved
        if not moved:
            return
    raise Broken(f"after {_ROUNDS} rounds of syncs something still moves")
