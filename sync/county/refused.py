"""Batches a county does not take in because their device was revoked, and those that stand on them.

They are sound, so they are kept aside: somebody may look at them and let them in after all.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import Connection, delete, func, insert, select

from sync import batch, graph
from sync.county.tables import Device, RefusedBatch, StoredBatch, core

SINCE = "device_revoked_since"
STANDS_ON = "stands_on_refused"
MOST_BYTES = 256 << 20
"""Kept of one pair. A thief with a key can make batches without end; more than this is refused and not kept."""

_DEVICE, _REFUSED, _BATCH = core(Device), core(RefusedBatch), core(StoredBatch)


@dataclass(frozen=True, slots=True)
class Refused:
    """One batch that waits aside. ``brought_by``: the laptop that had it. ``at``: seconds UTC, when it came."""

    pair_id: UUID
    name: bytes
    device_id: UUID
    entries: int
    code: str
    brought_by: UUID | None
    at: int


def refusal(conn: Connection, header: batch.Header, name: bytes) -> str | None:
    """The code of the refusal if the batch was signed after its device was revoked, else ``None``."""
    found = conn.execute(
        select(_DEVICE.c.revoked_at, _DEVICE.c.until).where(_DEVICE.c.device_id == header.device)
    ).first()
    if found is None or found.revoked_at is None:
        return None
    until = split(bytes(found.until or b""))
    if name in until or name in graph.ancestors(nodes(conn, header.pair), until):
        return None
    return SINCE


def nodes(conn: Connection, pair_id: UUID) -> dict[bytes, tuple[bytes, ...]]:
    """The graph of what is kept aside of a pair."""
    query = select(_REFUSED.c.hash, _REFUSED.c.parents).where(_REFUSED.c.pair_id == pair_id)
    return {bytes(name): tuple(split(bytes(parents))) for name, parents in conn.execute(query)}


def keep(conn: Connection, one: batch.Batch, code: str, brought_by: UUID | None, now: int) -> None:
    """Keep a refused batch aside, once, as far as there is room for such."""
    header = one.header
    mine = _REFUSED.c.pair_id == header.pair
    if conn.execute(select(_REFUSED.c.hash).where(mine, _REFUSED.c.hash == one.name)).first() is not None:
        return
    kept = conn.execute(select(func.coalesce(func.sum(func.length(_REFUSED.c.body)), 0)).where(mine)).scalar_one()
    if kept + len(one.data) > MOST_BYTES:
        return
    conn.execute(
        insert(_REFUSED).values(
            pair_id=header.pair,
            hash=one.name,
            device_id=header.device,
            first=header.first,
            last=header.last,
            parents=b"".join(header.parents),
            code=code,
            brought_by=brought_by,
            at=now,
            body=one.data,
        )
    )


def stands_on(conn: Connection, header: batch.Header) -> bool:
    """Whether the batch stands on one that is kept aside."""
    query = select(_REFUSED.c.hash).where(_REFUSED.c.pair_id == header.pair, _REFUSED.c.hash.in_(header.parents))
    return conn.execute(query).first() is not None


def forget(conn: Connection, pair_id: UUID, name: bytes) -> None:
    """What was taken in after all is aside no more."""
    conn.execute(delete(_REFUSED).where(_REFUSED.c.pair_id == pair_id, _REFUSED.c.hash == name))


def body(conn: Connection, pair_id: UUID, name: bytes) -> bytes:
    """A batch as it was signed."""
    query = select(_REFUSED.c.body).where(_REFUSED.c.pair_id == pair_id, _REFUSED.c.hash == name)
    return bytes(conn.execute(query).scalar_one())


def waiting(conn: Connection, *pairs: UUID) -> list[Refused]:
    """All that is kept aside, of some pairs or of all, as it came."""
    table = _REFUSED
    entries = table.c.last - table.c.first + 1
    query = select(
        table.c.pair_id, table.c.hash, table.c.device_id, entries, table.c.code, table.c.brought_by, table.c.at
    ).order_by(table.c.at, table.c.hash)
    if pairs:
        query = query.where(table.c.pair_id.in_(pairs))
    return [Refused(row[0], bytes(row[1]), *row[2:]) for row in conn.execute(query)]


def held_of(conn: Connection, pair_id: UUID, device_id: UUID) -> list[tuple[int, bytes, tuple[bytes, ...]]]:
    """The stored batches of a device: (position, name, parents), in the order they came."""
    query = (
        select(_BATCH.c.position, _BATCH.c.hash, _BATCH.c.parents)
        .where(_BATCH.c.pair_id == pair_id, _BATCH.c.device_id == device_id)
        .order_by(_BATCH.c.position)
    )
    return [(position, bytes(name), tuple(split(bytes(on)))) for position, name, on in conn.execute(query)]


def split(joined: bytes) -> Sequence[bytes]:
    """The names joined in a column."""
    return [joined[at : at + 32] for at in range(0, len(joined), 32)]
