"""How the record travels in a history: through the county, on sticks, from laptop to laptop."""

from sync import exchange, parcel, session
from sync.county.importing import import_path
from sync.errors import CountyUnreachable
from sync.inbox import take_in
from sync.receipt import Receipt, digest
from sync.seal import post
from sync.sticks import bundle, by_stick
from sync.sticks import stick as stick_files
from tests.simulation.broken import Broken
from tests.simulation.county import COUNTY
from tests.simulation.laptop import Laptop
from tests.simulation.model import Stick
from tests.simulation.steps import Step
from tests.simulation.world import World


def settle(_world: World, laptop: Laptop, _step: Step) -> None:
    """The journal is sealed, the outbox made ready."""
    session.settle(laptop.start())


def sync(world: World, laptop: Laptop, _step: Step) -> None:
    """All of it, as far as the network lets."""
    exchanged(world, laptop)


def exchanged(world: World, laptop: Laptop) -> bool:
    """One sync; whether anything moved, or the network did not let it."""
    try:
        done = session.sync(laptop.start())
    except CountyUnreachable:
        return True
    outcome = done.outcome
    _check(world, laptop, outcome.receipt)
    return bool(outcome.sent or outcome.received or outcome.lacking or done.arrived.batches)


def night(world: World, laptop: Laptop, _step: Step) -> None:
    """The record is closed; a timer carries what lies sealed."""
    laptop.close()
    try:
        outcome = exchange.run(laptop.folder)
    except CountyUnreachable:
        return
    _check(world, laptop, outcome.receipt)


def _check(world: World, laptop: Laptop, receipt: Receipt | None) -> None:
    """What the county has just signed for lies in its database, no more and no less."""
    if receipt is None:
        return
    model = world.model
    own = {name for name in model.at_county(world.county) if model.batches[name].device == receipt.device}
    entries = sum(model.batches[name].entries for name in own)
    said = (receipt.batches, receipt.entries, receipt.digest)
    if not own >= set(receipt.heads) or said != (len(own), entries, digest(own)):
        raise Broken(f"{laptop.name} has a receipt for {receipt.batches} batches, and the county holds {len(own)}")


def merge(_world: World, laptop: Laptop, _step: Step) -> None:
    """What lies in the inbox is taken in."""
    store = laptop.start()
    if take_in(store, laptop.folder).batches:
        post(store, laptop.folder)


def late(world: World, _laptop: Laptop, step: Step) -> None:
    """A request that everybody had given up gets there."""
    waiting = world.network.late
    if waiting:
        world.network.deliver(waiting.pop(step.pick % len(waiting)))


def stick(world: World, laptop: Laptop, step: Step) -> None:
    """All that others may lack; what lies sealed, if the record is closed."""
    target = world.fresh("stick")
    target.mkdir()
    closed = bool(step.pick % 3 == 0)
    if closed:
        laptop.close()
        by_stick.export_sealed(laptop.folder, target, int(world.hours.wall(laptop.name)))
    else:
        by_stick.export(laptop.start(), target, int(world.hours.wall(laptop.name)))
    key = laptop.start().device.age_key
    for file in stick_files.bundles_at(target):
        inside = bundle.unpack(stick_files.read(file), key)
        signed = {**dict(inside.batches), **{name: parcel.open_parcel(one, key) for name, one in inside.sealed}}
        for name, body in signed.items():
            world.model.learn(name, body)
        world.model.sticks.append(Stick(target, frozenset(signed)))


def plug(world: World, laptop: Laptop, step: Step) -> None:
    """A stick of any age, into a laptop whose record may be closed."""
    sticks = world.model.sticks
    if not sticks:
        return
    place = sticks[step.pick % len(sticks)].place
    if step.pick % 3:
        by_stick.bring_in(laptop.start(), place)
    else:
        laptop.close()
        by_stick.lay_by(laptop.folder, place)


def import_(world: World, _laptop: Laptop, step: Step) -> None:
    """A stick of any age, into the county."""
    sticks = world.model.sticks
    if sticks:
        with world.hours.at(COUNTY):
            import_path(world.county.settings, sticks[step.pick % len(sticks)].place)


def relay(world: World, laptop: Laptop, step: Step) -> None:
    """By hand, from one laptop to the other, without the county."""
    session.settle(laptop.start())
    outbox = laptop.folder.outbox
    for name in parcel.names(outbox):
        parcel.put(world.laptops[step.other].folder.inbox, name, parcel.get(outbox, name))
