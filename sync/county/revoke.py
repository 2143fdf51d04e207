"""Revoking a laptop as of a batch: what it sent until then stands, whatever it signs later is refused by everybody.

A laptop is lost, stolen or retired. Its key may be in other hands, and cannot be called back; so the county's signed
list says which of its batches stand. The list travels with every exchange, over the LAN and on sticks.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from sqlalchemy import Connection, Engine, select, update

from db.errors import YiyangError
from sync import batch, graph
from sync.county import refused, store
from sync.county.database import open_engine, plain_errors, reading, writing
from sync.county.enrolment import renumber
from sync.county.refused import Refused, held_of
from sync.county.settings import Settings
from sync.county.tables import CountyPair, Device, RunningCount, core
from sync.revoked import marks

_PAIR, _DEVICE, _COUNT = core(CountyPair), core(Device), core(RunningCount)
LEAST_LETTERS = 6
"""Of an id or a name, so that nobody revokes by a slip of the finger."""


class DeviceUnknown(YiyangError):
    """No laptop of this county has that name or id. Facts: asked."""

    code: ClassVar[str] = "device_not_found"
    exit_code: ClassVar[int] = 44


class DeviceAmbiguous(YiyangError):
    """More than one laptop has that name or part of an id. Facts: asked, count."""

    code: ClassVar[str] = "device_ambiguous"
    exit_code: ClassVar[int] = 44


class BatchNotFound(YiyangError):
    """No batch of this laptop that is held or waits aside has a name that begins so. Facts: asked."""

    code: ClassVar[str] = "batch_not_found"
    exit_code: ClassVar[int] = 45


class UntilTooEarly(YiyangError):
    """The county holds, and others stand on, later batches than the one named. Facts: asked."""

    code: ClassVar[str] = "until_too_early"
    exit_code: ClassVar[int] = 45


@dataclass(frozen=True, slots=True)
class Revocation:
    """How a laptop stands after the act. ``entries`` and ``batches``: what is held of it and stands.

    ``taken_in``: batches that waited aside and are held now; ``aside``: its batches that still wait.
    """

    pair_name: str
    device_id: UUID
    name: str
    revoked_at: int | None
    entries: int
    batches: int
    taken_in: int
    aside: tuple[Refused, ...]


def find(own: Settings, asked: str, pair: str | None = None) -> Revocation:
    """The laptop of that name, or with that part of an id, as it stands.

    Raises ``DeviceUnknown``, ``DeviceAmbiguous``.
    """
    with _opened(own) as engine, reading(engine) as conn:
        query = select(_DEVICE.c.device_id, _DEVICE.c.name).join(_PAIR, _PAIR.c.pair_id == _DEVICE.c.pair_id)
        if pair is not None:
            query = query.where(_PAIR.c.name == pair)
        part = asked.lower()
        found = [
            device
            for device, name in conn.execute(query)
            if name == asked or (len(part) >= LEAST_LETTERS and part in device.hex)
        ]
        if not found:
            raise DeviceUnknown(asked=asked)
        if len(found) > 1:
            raise DeviceAmbiguous(asked=asked, count=len(found))
        return _stands(conn, found[0], 0)


def revoke(own: Settings, device_id: UUID, until: str | None = None, now: int | None = None) -> Revocation:
    """Refuse what the laptop signs from now on; what the county holds of it stands.

    ``until``: the beginning (hex) of the name of a batch that waits aside and shall stand as well, with all that it
    stands on. Raises ``BatchNotFound``, ``UntilTooEarly``. Revoking again changes nothing but that.
    """
    at = int(time.time()) if now is None else now
    with _opened(own) as engine:
        with writing(engine) as conn:
            pair_id = _hold(conn, device_id)
            further = () if until is None else _named(conn, pair_id, device_id, until)
            _name_standing(conn, pair_id, device_id, further, at)
        taken = take_back(engine, pair_id, at)
        if taken:
            with writing(engine) as conn:
                _name_standing(conn, _hold(conn, device_id), device_id, (), at)
        with reading(engine) as conn:
            return _stands(conn, device_id, taken)


def undo(own: Settings, device_id: UUID, now: int | None = None) -> Revocation:
    """The laptop was found: it belongs to its pair again, and what waited aside is taken in."""
    at = int(time.time()) if now is None else now
    with _opened(own) as engine:
        with writing(engine) as conn:
            pair_id = _hold(conn, device_id)
            conn.execute(update(_DEVICE).where(_DEVICE.c.device_id == device_id).values(revoked_at=None, until=b""))
            renumber(conn, pair_id)
        taken = take_back(engine, pair_id, at)
        with reading(engine) as conn:
            return _stands(conn, device_id, taken)


def take_back(engine: Engine, pair_id: UUID, now: int) -> int:
    """Store and merge what waits aside and is refused no more; how many batches."""
    with reading(engine) as conn:
        nodes = refused.nodes(conn, pair_id)
    taken = 0
    for name in graph.causal_order(nodes, nodes):
        with reading(engine) as conn:
            one = batch.unseal(refused.body(conn, pair_id, name))
        if store.store(engine, one, now) is None:
            with writing(engine) as conn:
                refused.forget(conn, pair_id, name)
            taken += 1
    if taken:
        store.merge_waiting(engine, pair_id, now)
    return taken


@contextmanager
def _opened(own: Settings) -> Iterator[Engine]:
    engine = open_engine(own.database_url)
    try:
        with plain_errors():
            yield engine
    finally:
        engine.dispose()


def _hold(conn: Connection, device_id: UUID) -> UUID:
    """The pair of the device, ours alone until the transaction ends: nothing is stored meanwhile."""
    pair_id: UUID = conn.execute(select(_DEVICE.c.pair_id).where(_DEVICE.c.device_id == device_id)).scalar_one()
    store.hold(conn, pair_id)
    return pair_id


def _name_standing(conn: Connection, pair_id: UUID, device_id: UUID, further: tuple[bytes, ...], at: int) -> None:
    """Let all stand that is held of the device, and ``further`` batches that wait aside."""
    row = conn.execute(select(_DEVICE.c.revoked_at, _DEVICE.c.until).where(_DEVICE.c.device_id == device_id)).one()
    until = b"".join((*marks(held_of(conn, pair_id, device_id)), *further))
    if row.revoked_at is not None and bytes(row.until or b"") == until:
        return
    said = {"revoked_at": row.revoked_at or at, "until": until}
    conn.execute(update(_DEVICE).where(_DEVICE.c.device_id == device_id).values(said))
    renumber(conn, pair_id)


def _named(conn: Connection, pair_id: UUID, device_id: UUID, asked: str) -> tuple[bytes, ...]:
    begin = asked.lower()
    nodes = {name: on for _, name, on in held_of(conn, pair_id, device_id)}
    aside = {each.name for each in refused.waiting(conn, pair_id) if each.device_id == device_id}
    found = [name for name in (*nodes, *aside) if len(begin) >= LEAST_LETTERS and name.hex().startswith(begin)]
    if len(found) != 1:
        raise BatchNotFound(asked=asked)
    if found[0] in aside:
        return (found[0],)
    # What is held is in the tables, and others have built on it: no list can take that back.
    if graph.ancestors(nodes, found) != nodes.keys():
        raise UntilTooEarly(asked=asked)
    return ()


def _stands(conn: Connection, device_id: UUID, taken_in: int) -> Revocation:
    row = conn.execute(
        select(_DEVICE, _PAIR.c.name.label("pair_name"))
        .join(_PAIR, _PAIR.c.pair_id == _DEVICE.c.pair_id)
        .where(_DEVICE.c.device_id == device_id)
    ).one()
    count = conn.execute(
        select(_COUNT.c.entries, _COUNT.c.batches).where(
            _COUNT.c.pair_id == row.pair_id, _COUNT.c.device_id == device_id
        )
    ).first()
    return Revocation(
        pair_name=row.pair_name,
        device_id=device_id,
        name=row.name,
        revoked_at=row.revoked_at,
        entries=count.entries if count else 0,
        batches=count.batches if count else 0,
        taken_in=taken_in,
        aside=tuple(each for each in refused.waiting(conn, row.pair_id) if each.device_id == device_id),
    )
