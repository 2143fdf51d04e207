"""A world of one history: its laptops, its county, what lies between them, and its time."""

import asyncio
import logging
import random
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from unittest.mock import patch

from tests.once import passphrases, statements
from tests.simulation import template
from tests.simulation.county import COUNTY, County, one_thread
from tests.simulation.disk import Disk
from tests.simulation.entropy import drawn
from tests.simulation.hours import Hours
from tests.simulation.laptop import Laptop
from tests.simulation.model import Fact, Model, remembered
from tests.simulation.network import Network

_MEMORY = Path("/dev/shm")


@dataclass(slots=True)
class World:
    """``laptops`` by name, clones among them. ``number`` counts the steps, and names what each writes.

    ``expected`` is what is still written down somewhere when all faults end: all of it must be everywhere then.
    """

    place: Path
    hours: Hours
    disk: Disk
    county: County
    network: Network
    laptops: dict[str, Laptop]
    model: Model
    number: int = 0
    backups: int = 0
    expected: set[Fact] = field(default_factory=set)

    def fresh(self, what: str) -> Path:
        """A place for one more copy."""
        self.backups += 1
        return self.place / f"{what} {self.backups}"


@cache
def _scratch() -> Path:
    # In memory where there is such a disk: thousands of histories write gigabytes.
    place = Path(tempfile.mkdtemp(prefix="yiyang-simulation-", dir=_MEMORY if _MEMORY.is_dir() else None))
    with passphrases(), statements():
        template.make(place / "template")
    return place


def forget() -> None:
    """Remove what all histories share."""
    if _scratch.cache_info().currsize:
        shutil.rmtree(_scratch(), ignore_errors=True)
        _scratch.cache_clear()


@contextmanager
def world(seed: int, laptops: int) -> Iterator[World]:
    """The world before anything has happened; it is gone at the end."""
    place = _scratch() / f"{seed}"
    shutil.copytree(_scratch() / "template", place)
    hours = Hours()
    disk = Disk(hours)
    loop = asyncio.new_event_loop()
    county = County(place / COUNTY, hours, disk, loop)
    network = Network(county)
    names = template.LAPTOPS[:laptops]
    some = {name: Laptop(name, name, place / name, hours, disk) for name in names}
    logging.disable(logging.ERROR)  # a county whose power fails says so
    try:
        with (
            drawn(random.Random(f"entropy of {seed}")),
            hours.kept(),
            disk.watched(),
            network.carrying(),
            one_thread(),
            passphrases(),
            statements(),
            patch("db.slots.unwrap_all", template.cheap_unwrap()),
        ):
            store = next(iter(some.values())).start()
            yield World(place, hours, disk, county, network, some, remembered(store))
    finally:
        logging.disable(logging.NOTSET)
        for laptop in some.values():
            laptop.fail()
        county.stop()
        loop.close()
        shutil.rmtree(place)
