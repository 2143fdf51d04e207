"""What breaks in a history: power, clocks, copies put back, clones, memory images, the county's own backup."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import cast

from tests.simulation.laptop import Laptop, Part
from tests.simulation.steps import CLOCKS, Step
from tests.simulation.world import World

MOST_LAPTOPS = 5


@contextmanager
def destroying(world: World) -> Iterator[None]:
    """What is nowhere written down afterwards, and was before, the history has destroyed."""
    model = world.model
    before = model.anywhere(world.laptops.values(), world.county)
    yield
    after = model.anywhere(world.laptops.values(), world.county)
    model.lost |= before - after


def close(_world: World, laptop: Laptop, _step: Step) -> None:
    """In good order."""
    laptop.close()


def fail(_world: World, laptop: Laptop, _step: Step) -> None:
    """Out of the blue."""
    laptop.fail()


def clock(world: World, _laptop: Laptop, step: Step) -> None:
    """A dead battery, or somebody who sets it."""
    hours, told = world.hours, CLOCKS[step.other]
    if step.other == "an hour back":
        hours.wrong[step.who] = hours.wrong.get(step.who, 0.0) + told
    else:
        hours.wrong[step.who] = 0.0 if step.other == "right" else told - hours.now


def keep(world: World, laptop: Laptop, _step: Step) -> None:
    """A backup."""
    laptop.keep(world.fresh("copy"))


def put_back(world: World, laptop: Laptop, step: Step) -> None:
    """One of the backups, or a part of it."""
    if laptop.copies:
        copy = laptop.copies[step.pick % len(laptop.copies)]
        with destroying(world):
            laptop.put_back(copy, cast(Part, step.other), running=step.kind == "swap")


def clone(world: World, laptop: Laptop, _step: Step) -> None:
    """The disk is copied into a second machine; both go on."""
    laptop.close()
    _second(world, laptop, laptop.place)


def freeze(world: World, laptop: Laptop, _step: Step) -> None:
    """As a virtual machine is saved."""
    laptop.start()
    laptop.freeze(world.fresh("image"))


def resume(world: World, laptop: Laptop, step: Step) -> None:
    """Back to where it was, program and all."""
    if laptop.images:
        with destroying(world):
            laptop.resume(laptop.images[step.pick % len(laptop.images)])


def fork(world: World, laptop: Laptop, step: Step) -> None:
    """Both go on from there, each believing to be the only one."""
    if laptop.images and len(world.laptops) < MOST_LAPTOPS:
        image = laptop.images[step.pick % len(laptop.images)]
        second = _second(world, laptop, image.files)
        if second is not None:
            second.resume(image)


def _second(world: World, laptop: Laptop, files: Path) -> Laptop | None:
    if len(world.laptops) >= MOST_LAPTOPS:
        return None
    name = f"{laptop.name}-{world.number}"
    world.laptops[name] = laptop.clone(name, world.place / name, files)
    return world.laptops[name]


def county_kept(world: World, _laptop: Laptop, _step: Step) -> None:
    """The county's backup."""
    world.county.keep(world.place / "county copy")


def county_put_back(world: World, _laptop: Laptop, _step: Step) -> None:
    """And back."""
    if (world.place / "county copy").exists():
        with destroying(world):
            world.county.put_back(world.place / "county copy")


def make_older(_world: World, laptop: Laptop, _step: Step) -> None:
    """This laptop was never upgraded."""
    laptop.close()
    laptop.old = True


def upgrade(_world: World, laptop: Laptop, _step: Step) -> None:
    """At last. What was set aside is tried again when the newer program takes in what came."""
    laptop.close()
    laptop.old = False
