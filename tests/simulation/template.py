"""The pair before any history: enrolled laptops and their county in agreement. Made once in a process, copied for each.

Its keys and ids are the same in every process: a batch is named by its hash, and names decide who goes first.
"""

import asyncio
import random
from collections.abc import Callable
from functools import cache, partial
from pathlib import Path
from unittest.mock import patch

from db.clock import Clock
from db.identity import new_epoch, row_id
from db.keys import FLOOR
from db.store import Device
from db.tables import Bed, Person, Staff
from db.vault import create_vault
from sync import enrol, session
from sync.county import admin
from sync.county.keys import Keys
from tests.simulation.county import County, one_thread
from tests.simulation.disk import Disk
from tests.simulation.entropy import age_identity, drawn
from tests.simulation.hours import BEGIN, Hours
from tests.simulation.laptop import PASSPHRASE, RECORD
from tests.simulation.network import Network

LAPTOPS = ("home", "clinic", "ward", "village")
URL = "http://county"
PAIR = "青山镇"


def make(place: Path) -> None:
    """Found the pair, enrol all laptops, sync them until they agree."""
    draw = random.Random(PAIR)
    hours = Hours()
    loop = asyncio.new_event_loop()
    with (
        drawn(draw),
        hours.kept(),
        one_thread(),
        patch("db.vault.Clock", partial(Clock, wall=lambda: hours.now, steady=hours.steady)),
        patch("sync.county.keys.make", lambda: _county(draw)),
        patch("sync.enrol.new_device", lambda _seconds: _device(draw)),
        patch("sync.enrol.new_transport_key", lambda: draw.randbytes(32)),
    ):
        own = admin.init(place / "county", "青川县")
        county = County(place / "county", hours, Disk(hours), loop)
        with patch("sync.wire.asking.client", Network(county).client):
            _enrol_all(place, lambda: admin.new_code(own, PAIR), _device(draw), Network(county))
        county.stop()
    loop.close()


def _enrol_all(place: Path, code: Callable[[], str], first: Device, network: Network) -> None:
    store = create_vault(place / LAPTOPS[0] / RECORD, LAPTOPS[0], PASSPHRASE, cost=FLOOR, device=first)
    with store.act(None) as act:
        act.insert(Staff, number="home", name="王芳", role="nurse")
        act.insert(Person, name="李秀英", sex="2")
        act.insert(Bed, kind="welfare", label="204-2")
    enrol.enrol(store, URL, code(), pair_name=PAIR, laptop=LAPTOPS[0])
    stores = [store]
    for name in LAPTOPS[1:]:
        path = place / name / RECORD
        stores.append(enrol.join(path, URL, code(), number=name, passphrase=PASSPHRASE, laptop=name, cost=FLOOR))
    with network.carrying():
        for each in [*stores, *stores]:
            session.sync(each)
    for each in stores:
        each.close()


def _device(draw: random.Random) -> Device:
    ids = new_epoch(BEGIN, draw.randbytes)
    return Device(row_id(ids, 1), row_id(ids, 2), draw.randbytes(32), age_identity(draw.randbytes(32)))


def _county(draw: random.Random) -> Keys:
    return Keys(draw.randbytes(32), age_identity(draw.randbytes(32)), draw.randbytes(32), "", "", bytes(32))


@cache
def cheap_unwrap() -> Callable[..., tuple[bytes, ...]]:
    """Opening a key envelope, each only once: it is slow on purpose."""
    from db import slots

    real = slots.unwrap_all
    known: dict[str, tuple[bytes, ...]] = {}

    def unwrap(envelope: dict[str, object], number: str, passphrase: str) -> tuple[bytes, ...]:
        said = f"{envelope} {number} {passphrase}"
        if said not in known:
            known[said] = real(envelope, number, passphrase)
        return known[said]

    return unwrap
