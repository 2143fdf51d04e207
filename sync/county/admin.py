"""What county IT does with a county: make it, give out codes, see its devices and how each pair stands."""

import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Connection, Table, func, insert, select

from db.identity import new_epoch, row_id
from sync.county import enrolment, keys, settings
from sync.county.database import open_engine, plain_errors, reading, writing
from sync.county.errors import CountyExists, CountyNameWrong
from sync.county.migrations.run import upgrade
from sync.county.settings import Settings
from sync.county.tables import ROW_VERSION, SET_ASIDE, County, CountyPair, Device, RunningCount, StoredBatch, core
from sync.protocol import MAX_NAME

_COUNTY, _PAIR, _DEVICE = core(County), core(CountyPair), core(Device)
_COUNT, _BATCH = core(RunningCount), core(StoredBatch)


@dataclass(frozen=True, slots=True)
class DeviceState:
    """One certified laptop. Times in seconds UTC; ``clock_skew_s`` is its clock less the county's when last seen."""

    pair_name: str
    device_id: UUID
    name: str
    certified_at: int
    revoked_at: int | None
    last_seen_at: int | None
    clock_skew_s: int | None
    entries: int
    batches: int


@dataclass(frozen=True, slots=True)
class PairState:
    """How one pair stands. ``lag_s``: seconds since its longest absent laptop was seen, ``None`` if one never was."""

    pair_id: UUID
    name: str
    devices: int
    entries: int
    batches: int
    last_seen_at: int | None
    lag_s: int | None
    unmerged: int
    set_aside: int
    contested: int


def init(folder: Path, name: str, database_url: str | None = None) -> Settings:
    """Make a county in ``folder``: keys, settings, tables. Raises ``CountyExists`` rather than touch one.

    Raises ``CountyNameWrong``, ``CountyDatabase`` as well; nothing is left of a county that could not be made.
    """
    if not settings.nameable(name):
        raise CountyNameWrong(most=MAX_NAME)
    if (folder / keys.FILE).exists() or (folder / settings.FILE).exists():
        raise CountyExists(path=str(folder))
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    made, now = keys.make(), int(time.time())
    engine = open_engine(database_url or settings.default_database(folder))
    try:
        with plain_errors():
            upgrade(engine)
            with writing(engine) as conn:
                if conn.execute(select(_COUNTY)).first() is not None:
                    raise CountyExists(path=str(folder))
                conn.execute(
                    insert(_COUNTY).values(
                        id=row_id(new_epoch(now), 1),
                        name=name,
                        sign_public=made.sign_public,
                        age_recipient=made.recipient,
                        recovery_public=made.recovery_public,
                        made_at=now,
                    )
                )
                # Inside the transaction: keys without a county are harmless, a county without its keys is not.
                keys.save(folder, made)
                settings.save(folder, name, database_url)
    finally:
        engine.dispose()
    return settings.load(folder)


def new_code(own: Settings, pair_name: str) -> str:
    """A one-time code for a laptop of the pair of that name, new or known. Raises ``PairNameWrong``."""
    engine = open_engine(own.database_url)
    try:
        with plain_errors(), writing(engine) as conn:
            return enrolment.new_code(conn, keys.load(own.folder), pair_name, int(time.time()), own.code_days)
    finally:
        engine.dispose()


def devices(own: Settings) -> list[DeviceState]:
    """All certified laptops, by pair and age."""
    query = (
        select(
            _PAIR.c.name.label("pair_name"),
            _DEVICE.c.device_id,
            _DEVICE.c.name,
            _DEVICE.c.certified_at,
            _DEVICE.c.revoked_at,
            _DEVICE.c.last_seen_at,
            _DEVICE.c.clock_skew_s,
            func.coalesce(_COUNT.c.entries, 0),
            func.coalesce(_COUNT.c.batches, 0),
        )
        .join(_PAIR, _PAIR.c.pair_id == _DEVICE.c.pair_id)
        .outerjoin(_COUNT, (_COUNT.c.pair_id == _DEVICE.c.pair_id) & (_COUNT.c.device_id == _DEVICE.c.device_id))
        .order_by(_PAIR.c.name, _DEVICE.c.certified_at, _DEVICE.c.device_id)
    )
    engine = open_engine(own.database_url)
    try:
        with plain_errors(), reading(engine) as conn:
            return [DeviceState(*row) for row in conn.execute(query)]
    finally:
        engine.dispose()


def status(own: Settings, now: int | None = None) -> list[PairState]:
    """How each pair stands, by name."""
    at = int(time.time()) if now is None else now
    engine = open_engine(own.database_url)
    try:
        with plain_errors(), reading(engine) as conn:
            return _states(conn, at)
    finally:
        engine.dispose()


def _states(conn: Connection, at: int) -> list[PairState]:
    present = _DEVICE.c.revoked_at.is_(None)
    here = _by_pair(conn, _DEVICE, func.count(), present)
    newest = _by_pair(conn, _DEVICE, func.max(_DEVICE.c.last_seen_at), present)
    oldest = _by_pair(conn, _DEVICE, func.min(func.coalesce(_DEVICE.c.last_seen_at, 0)), present)
    entries = _by_pair(conn, _COUNT, func.sum(_COUNT.c.entries))
    batches = _by_pair(conn, _COUNT, func.sum(_COUNT.c.batches))
    unmerged = _by_pair(conn, _BATCH, func.count(), _BATCH.c.merged_at.is_(None))
    set_aside = _by_pair(conn, SET_ASIDE, func.count())
    contested = _by_pair(conn, ROW_VERSION, func.count(), ROW_VERSION.c.contested > 0)
    return [
        PairState(
            pair_id=pair,
            name=name,
            devices=here.get(pair, 0),
            entries=int(entries.get(pair, 0)),
            batches=int(batches.get(pair, 0)),
            last_seen_at=newest.get(pair),
            lag_s=at - oldest[pair] if oldest.get(pair) else None,
            unmerged=unmerged.get(pair, 0),
            set_aside=set_aside.get(pair, 0),
            contested=contested.get(pair, 0),
        )
        for pair, name in conn.execute(select(_PAIR.c.pair_id, _PAIR.c.name).order_by(_PAIR.c.name))
    ]


def _by_pair(conn: Connection, table: Table, value: ColumnElement[Any], *where: ColumnElement[bool]) -> dict[UUID, Any]:
    rows = conn.execute(select(table.c.pair_id, value).where(*where).group_by(table.c.pair_id))
    return {row[0]: row[1] for row in rows}
