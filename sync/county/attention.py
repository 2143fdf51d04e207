"""What at a county needs a person, the most pressing first: who lags, whose clock is wrong, what was refused."""

import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Row, func, select

from db.identity import short
from db.vault import SCHEMA
from sync import batch
from sync.county import refused, stored
from sync.county.database import open_engine, plain_errors, reading
from sync.county.settings import Settings
from sync.county.tables import ROW_VERSION, SET_ASIDE, CountyPair, Device, StoredBatch, core
from sync.protocol import OLDEST_PROGRAM

SKEW_S = 600
"""A clock so far off is told (cht-core's check-date does so at ten minutes)."""
LAG_S, LONG_LAG_S = 3 * 86400, 14 * 86400
STUCK_S = 3600
"""What is stored is merged within seconds. After an hour it will not be by itself."""

KINDS = (
    "fork",
    "refused",
    "stuck",
    "too_old",
    "set_aside",
    "long_absent",
    "skewed",
    "contested",
    "absent",
    "never_seen",
    "older_schema",
    "newer_schema",
)
"""Most pressing first. Each names a sentence ``cli.county.attention.<kind>``."""

_PAIR, _DEVICE, _BATCH = core(CountyPair), core(Device), core(StoredBatch)


@dataclass(frozen=True, slots=True)
class Attention:
    """One thing for a person to look at. ``count``: batches, entries, rows, seconds or a number, as ``kind`` has it.

    ``detail``: codes, or the beginnings of names of batches. Never the name of a person.
    """

    kind: str
    pair_name: str
    laptop: str = ""
    device: str = ""
    count: int = 0
    detail: str = ""


def attention(own: Settings, now: int | None = None) -> list[Attention]:
    """All that needs a person, the most pressing first; then by pair and laptop."""
    at = int(time.time()) if now is None else now
    engine = open_engine(own.database_url)
    try:
        with plain_errors(), reading(engine) as conn:
            found = [*_of_devices(conn, at), *_of_pairs(conn, at)]
    finally:
        engine.dispose()
    return sorted(found, key=lambda each: (KINDS.index(each.kind), each.pair_name, each.laptop, each.detail))


def _of_devices(conn: Connection, at: int) -> Iterator[Attention]:
    rows = conn.execute(
        select(_DEVICE, _PAIR.c.name.label("pair_name")).join(_PAIR, _PAIR.c.pair_id == _DEVICE.c.pair_id)
    ).all()
    tips = _tips(conn)
    for row in rows:
        of: dict[str, Any] = {"pair_name": row.pair_name, "laptop": row.name, "device": short(row.device_id)}
        names = tips.get((row.pair_id, row.device_id), [])
        if len(names) > 1:
            yield Attention("fork", **of, count=len(names), detail=" ".join(name.hex()[:12] for name in names))
        if row.revoked_at is None:
            yield from _of_device(row, of, at)
    known = {(row.pair_id, row.device_id): row for row in rows}
    for pair_id, name in stored.pairs(conn):
        yield from _refused(conn, pair_id, name, known)


def _of_device(row: Row[Any], of: dict[str, Any], at: int) -> Iterator[Attention]:
    if row.last_seen_at is None:
        yield Attention("never_seen", **of)
        return
    lag = at - row.last_seen_at
    if lag > LAG_S:
        yield Attention("long_absent" if lag > LONG_LAG_S else "absent", **of, count=lag)
    if abs(row.clock_skew_s or 0) > SKEW_S:
        yield Attention("skewed", **of, count=row.clock_skew_s)
    if row.program is not None and row.program < OLDEST_PROGRAM:
        yield Attention("too_old", **of, count=row.program)
    elif row.schema_number is not None and row.schema_number != SCHEMA:
        kind = "older_schema" if row.schema_number < SCHEMA else "newer_schema"
        yield Attention(kind, **of, count=row.schema_number)


def _tips(conn: Connection) -> dict[tuple[UUID, UUID], list[bytes]]:
    found: dict[tuple[UUID, UUID], list[bytes]] = {}
    query = select(_BATCH.c.pair_id, _BATCH.c.device_id, _BATCH.c.hash).where(_BATCH.c.is_tip)
    for pair_id, device, name in conn.execute(query.order_by(_BATCH.c.position)):
        found.setdefault((pair_id, device), []).append(bytes(name))
    return found


def _refused(
    conn: Connection, pair_id: UUID, pair_name: str, known: dict[tuple[UUID, UUID], Row[Any]]
) -> Iterator[Attention]:
    """One line for each laptop whose batches wait aside: which they are, and why."""
    groups: dict[tuple[UUID, str], list[refused.Refused]] = {}
    for each in refused.waiting(conn, pair_id):
        groups.setdefault((each.device_id, each.code), []).append(each)
    for (device, code), some in groups.items():
        row = known.get((pair_id, device))
        names = " ".join(each.name.hex()[:12] for each in some[:4])
        yield Attention(
            "refused",
            pair_name,
            row.name if row is not None else "",
            short(device),
            sum(each.entries for each in some),
            f"{code} {names}",
        )


def _of_pairs(conn: Connection, at: int) -> Iterator[Attention]:
    contested = _counts(conn, ROW_VERSION.c.pair_id, ROW_VERSION.c.contested > 0)
    for pair_id, name in stored.pairs(conn):
        stuck = conn.execute(
            select(_BATCH.c.hash).where(
                _BATCH.c.pair_id == pair_id, _BATCH.c.merged_at.is_(None), _BATCH.c.received_at < at - STUCK_S
            )
        ).scalars()
        if names := [bytes(each) for each in stuck]:
            yield Attention("stuck", name, count=len(names), detail=_why_stuck(conn, pair_id, names))
        reasons = select(SET_ASIDE.c.reason, func.count()).where(SET_ASIDE.c.pair_id == pair_id)
        for reason, count in conn.execute(reasons.group_by(SET_ASIDE.c.reason)):
            yield Attention("set_aside", name, count=count, detail=reason)
        if contested.get(pair_id):
            yield Attention("contested", name, count=contested[pair_id])


def _why_stuck(conn: Connection, pair_id: UUID, names: list[bytes]) -> str:
    """``batch_too_new`` if an upgrade of the county will do, else ``batch_stuck``, and which one is the first."""
    first = batch.unseal(stored.body(conn, pair_id, names[0]))
    code = "batch_stuck" if first.header.codec == batch.CODEC else "batch_too_new"
    return f"{code} {names[0].hex()[:12]}"


def _counts(conn: Connection, column: Any, *where: Any) -> dict[UUID, int]:
    return {row[0]: row[1] for row in conn.execute(select(column, func.count()).where(*where).group_by(column))}
