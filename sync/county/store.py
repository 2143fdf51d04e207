"""Batches at the county: stored as they were signed, durably and first; then merged into the tables of their pair.

Both steps hold the pair's row, so that workers take turns by pair and not by county. Anything may be
repeated or cut anywhere: a batch is stored once, merged once, and a merge that failed is tried again.
"""

import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from uuid import UUID

from sqlalchemy import Connection, Engine, func, insert, select, update
from sqlalchemy.exc import SQLAlchemyError

from db.errors import YiyangError
from sync import batch
from sync.county import logs, refused
from sync.county.database import reading, writing
from sync.county.tables import County, CountyPair, Device, RunningCount, StoredBatch, core, pair_tables
from sync.directory import county_device
from sync.merging import merge
from sync.receipt import Receipt, digest

_COUNTY, _PAIR, _DEVICE = core(County), core(CountyPair), core(Device)
_COUNT, _BATCH = core(RunningCount), core(StoredBatch)

HELD = "held"
MERGE_S = 5.0
"""What is stored is safe. A request merges so long and no longer: the laptop asks again, and no link times out."""
MERGES = threading.BoundedSemaphore(1)
"""How many merges a process does at once. Storing never waits for one of another pair."""
HURRY_S = 5.0
"""So long after a request had to wait a receipt comes first: what is stored is merged later."""


@dataclass(slots=True)
class _Hurry:
    """When this process is at leisure again, in steady seconds; ``beside``: it merges beside the requests, too."""

    until: float = 0.0
    beside: bool = False


_HURRY = _Hurry()


def hurry() -> None:
    """Requests wait for their turn."""
    _HURRY.until = time.monotonic() + HURRY_S


def hurried() -> bool:
    """Whether requests waited of late."""
    return time.monotonic() < _HURRY.until


@contextmanager
def merging_beside() -> Iterator[None]:
    """As long as the block lasts somebody in this process merges what requests leave."""
    _HURRY.beside = True
    try:
        yield
    finally:
        _HURRY.beside = False


def keys_of(conn: Connection, pair_id: UUID) -> dict[UUID, bytes]:
    """The signing keys of the pair's devices, and the county's own.

    Those of revoked devices stay: what they signed before stays.
    """
    rows = conn.execute(select(_DEVICE.c.device_id, _DEVICE.c.sign_public).where(_DEVICE.c.pair_id == pair_id))
    own = conn.execute(select(_COUNTY.c.sign_public)).scalars()
    return {device: bytes(key) for device, key in rows} | {county_device(bytes(key)): bytes(key) for key in own}


def store(engine: Engine, one: batch.Batch, now: int) -> str | None:
    """Store a verified batch; when it returns the batch is on the disk. The code of a refusal, or ``None``.

    ``device_revoked_since``: its device signed it after it was revoked;
    ``parents_missing``: something it stands on is not here; ``counter_leap``: its counters cannot be right.
    """
    with writing(engine) as conn:
        code = put(conn, one, now)
    if code is None:
        logs.add(batches_stored=1, entries_stored=one.header.last - one.header.first + 1)
    return None if code == HELD else code


def put(conn: Connection, one: batch.Batch, now: int) -> str | None:
    """The same inside a transaction of the caller's; ``HELD`` if it was stored before."""
    header = one.header
    hold(conn, header.pair)
    if held(conn, header.pair, [one.name]):
        return HELD
    if (code := refused.refusal(conn, header, one.name)) is not None:
        return code
    parents = held(conn, header.pair, header.parents)
    if parents.keys() != set(header.parents):
        return "parents_missing"
    if header.lamport_last > max(parents.values(), default=0) + batch.LAMPORT_LEAP:
        return "counter_leap"
    mine = _BATCH.c.pair_id == header.pair
    position = conn.execute(select(func.coalesce(func.max(_BATCH.c.position), 0) + 1).where(mine)).scalar_one()
    its_parents = update(_BATCH).where(mine, _BATCH.c.hash.in_(header.parents))
    conn.execute(its_parents.values(is_head=False))
    conn.execute(its_parents.where(_BATCH.c.device_id == header.device).values(is_tip=False))
    conn.execute(
        insert(_BATCH).values(
            pair_id=header.pair,
            hash=one.name,
            position=position,
            device_id=header.device,
            epoch=header.epoch,
            first=header.first,
            last=header.last,
            lamport_last=header.lamport_last,
            parents=b"".join(header.parents),
            is_head=True,
            is_tip=True,
            received_at=now,
            body=one.data,
        )
    )
    _count(conn, header)
    return None


def hold(conn: Connection, pair_id: UUID, *, wait: bool = True) -> bool:
    """Take the pair's turn until the transaction ends; ``False`` if another has it and we do not wait."""
    # SQLite has no row locks and needs none: its writers queue anyway.
    mine = select(_PAIR.c.pair_id).where(_PAIR.c.pair_id == pair_id).with_for_update(skip_locked=not wait)
    return conn.execute(mine).first() is not None


def held(conn: Connection, pair_id: UUID, names: Sequence[bytes]) -> dict[bytes, int]:
    """Those of the named batches that are stored, each with its last Lamport counter."""
    rows = conn.execute(
        select(_BATCH.c.hash, _BATCH.c.lamport_last).where(_BATCH.c.pair_id == pair_id, _BATCH.c.hash.in_(names))
    )
    return {bytes(name): lamport for name, lamport in rows}


def writers(conn: Connection, pair_id: UUID, names: Sequence[bytes]) -> set[UUID]:
    """The devices that sealed those of the named batches that are stored."""
    query = select(_BATCH.c.device_id).distinct().where(_BATCH.c.pair_id == pair_id, _BATCH.c.hash.in_(names))
    return set(conn.execute(query).scalars())


def _count(conn: Connection, header: batch.Header) -> None:
    entries = header.last - header.first + 1
    mine = (_COUNT.c.pair_id == header.pair, _COUNT.c.device_id == header.device)
    moved = conn.execute(
        update(_COUNT).where(*mine).values(entries=_COUNT.c.entries + entries, batches=_COUNT.c.batches + 1, digest=b"")
    )
    if moved.rowcount == 0:
        conn.execute(
            insert(_COUNT).values(pair_id=header.pair, device_id=header.device, entries=entries, batches=1, digest=b"")
        )


def merge_waiting(engine: Engine, pair_id: UUID, now: int) -> bool:
    """Merge the stored batches of the pair that are not merged yet, in causal order. Whether it is worth asking again.

    One that cannot be merged now is left as it was stored, with those that stand on it; the rest goes on. Where
    somebody merges beside the requests, and others merge or wait already, it is left to him.
    """
    beside = _HURRY.beside
    if (beside and hurried()) or not MERGES.acquire(blocking=not beside):
        return False
    try:
        limit = time.monotonic() + MERGE_S
        names = unmerged(engine, pair_id)
        for name in names:
            merge_one(engine, pair_id, name, now)
            if time.monotonic() > limit:
                return name != names[-1]
        return False
    finally:
        MERGES.release()


def unmerged(engine: Engine, pair_id: UUID) -> list[bytes]:
    """The batches of the pair that are stored and not merged yet, in causal order."""
    waiting = select(_BATCH.c.hash).where(_BATCH.c.pair_id == pair_id, _BATCH.c.merged_at.is_(None))
    with engine.connect() as conn, conn.begin():
        return [bytes(name) for name in conn.execute(waiting.order_by(_BATCH.c.position)).scalars()]


def merge_one(engine: Engine, pair_id: UUID, name: bytes, now: int, *, wait: bool = True) -> bool:
    """Merge one stored batch, unless it is merged already or stands on one that is not. Whether it was.

    ``wait=False``: not if somebody else works on the pair (on PostgreSQL; on SQLite writers queue).
    """
    try:
        with writing(engine) as conn:
            if not hold(conn, pair_id, wait=wait):
                return False
            entries = merge_in(conn, pair_id, name, now)
    except (YiyangError, SQLAlchemyError) as error:
        logs.LOG.error("batch %s not merged: %s", name.hex()[:12], type(error).__name__)
        return False
    if entries:
        logs.add(batches_merged=1, entries_merged=entries)
    return entries > 0


def merge_in(conn: Connection, pair_id: UUID, name: bytes, now: int) -> int:
    """The same inside a transaction that holds the pair; how many entries, 0 if it was not merged."""
    one = (_BATCH.c.pair_id == pair_id, _BATCH.c.hash == name)
    row = conn.execute(select(_BATCH.c.body, _BATCH.c.parents, _BATCH.c.merged_at).where(*one)).one()
    if row.merged_at is not None or _unmerged(conn, pair_id, split(bytes(row.parents))):
        return 0
    found = batch.unseal(bytes(row.body))
    entries = found.entries()
    merge.apply(conn, pair_tables(pair_id, found.header.device), entries, found.header.epoch, name)
    conn.execute(update(_BATCH).where(*one).values(merged_at=now))
    return len(entries)


def _unmerged(conn: Connection, pair_id: UUID, names: list[bytes]) -> bool:
    query = select(func.count()).where(
        _BATCH.c.pair_id == pair_id, _BATCH.c.hash.in_(names), _BATCH.c.merged_at.is_(None)
    )
    return bool(conn.execute(query).scalar_one())


def split(joined: bytes) -> list[bytes]:
    """The names joined in ``stored_batch.parents``."""
    return [joined[at : at + 32] for at in range(0, len(joined), 32)]


def heads(conn: Connection, pair_id: UUID) -> list[bytes]:
    """The batches of the pair on which no other stands."""
    query = select(_BATCH.c.hash).where(_BATCH.c.pair_id == pair_id, _BATCH.c.is_head)
    return sorted(bytes(name) for name in conn.execute(query).scalars())


def nodes(conn: Connection, pair_id: UUID) -> Mapping[bytes, tuple[bytes, ...]]:
    """The whole graph of the pair."""
    query = select(_BATCH.c.hash, _BATCH.c.parents).where(_BATCH.c.pair_id == pair_id)
    return {bytes(name): tuple(split(bytes(parents))) for name, parents in conn.execute(query)}


def body(conn: Connection, pair_id: UUID, name: bytes) -> bytes:
    """A batch as it was signed."""
    query = select(_BATCH.c.body).where(_BATCH.c.pair_id == pair_id, _BATCH.c.hash == name)
    return bytes(conn.execute(query).scalar_one())


def receipt(engine: Engine, pair_id: UUID, device_id: UUID, now: int) -> Receipt:
    """What the county can sign for of one device. Nobody waits for it but after a change."""
    with reading(engine) as conn:
        said = _receipt(conn, pair_id, device_id, now)
    if said.digest:
        return said
    mine = (_BATCH.c.pair_id == pair_id, _BATCH.c.device_id == device_id)
    counted = (_COUNT.c.pair_id == pair_id, _COUNT.c.device_id == device_id)
    with writing(engine) as conn:
        hold(conn, pair_id)
        whole = digest(bytes(name) for name in conn.execute(select(_BATCH.c.hash).where(*mine)).scalars())
        conn.execute(update(_COUNT).where(*counted).values(digest=whole))
        return replace(_receipt(conn, pair_id, device_id, now), digest=whole)


def _receipt(conn: Connection, pair_id: UUID, device_id: UUID, now: int) -> Receipt:
    """The receipt as far as it was worked out: without a digest after a change."""
    mine = (_BATCH.c.pair_id == pair_id, _BATCH.c.device_id == device_id)
    counted = (_COUNT.c.pair_id == pair_id, _COUNT.c.device_id == device_id)
    row = conn.execute(select(_COUNT).where(*counted)).first()
    tips = conn.execute(select(_BATCH.c.hash).where(*mine, _BATCH.c.is_tip)).scalars().all()
    newest = select(_BATCH.c.hash, _BATCH.c.last).where(*mine).order_by(_BATCH.c.position.desc()).limit(1)
    last = conn.execute(newest).first()
    unmerged = conn.execute(select(func.count()).where(*mine, _BATCH.c.merged_at.is_(None))).scalar_one()
    return Receipt(
        pair=pair_id,
        device=device_id,
        entries=0 if row is None else row.entries,
        batches=0 if row is None else row.batches,
        digest=digest(()) if row is None else bytes(row.digest),
        heads=tuple(sorted(bytes(tip) for tip in tips)),
        last=b"" if last is None else bytes(last.hash),
        last_seq=0 if last is None else last.last,
        at=now,
        level="received" if unmerged else "merged",
    )
