"""What a county keeps: its pairs and devices, every batch as it was signed, and the record of each pair in tables.

Every table of a pair's record leads its key and indexes with ``pair_id``, so that it can be partitioned or
distributed by it. Whole numbers take 64 bits whatever the laptop's column is: a value that a laptop
could write is never refused here. Tables of the record have no constraint beside their key.
"""

from collections.abc import Mapping
from typing import Any, ClassVar, cast
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Connection,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    func,
    select,
    text,
)
from sqlalchemy.types import TypeEngine
from sqlmodel import Field, SQLModel

from db.journal import Entry
from db.rows import shape_of
from db.tables import SYNCED, RowId, Synced
from db.versions import version_table
from sync.merging.again import of_batches
from sync.merging.merge import Merged, Tables

METADATA = MetaData()


class Kept(SQLModel):
    """A table of the county's own."""

    metadata: ClassVar[MetaData] = METADATA


def _id(**kw: Any) -> Any:
    return Field(sa_type=RowId, **kw)


def _number(**kw: Any) -> Any:
    return Field(sa_type=BigInteger, **kw)


class County(Kept, table=True):
    """One row: who this county is. Its private keys lie in its folder, never here."""

    id: UUID = _id(primary_key=True)
    name: str
    sign_public: bytes
    age_recipient: str
    recovery_public: bytes
    made_at: int = _number()


class CountyPair(Kept, table=True):
    """A pair the county knows. ``directory_version`` is another number after every change of its list of devices.

    ``directory_at``: when that was; later lists have a later time, whatever the clock says.
    ``retried_schema``: of the program that last retried what was set aside of this pair.
    """

    __tablename__ = "county_pair"

    pair_id: UUID = _id(primary_key=True)
    name: str = Field(unique=True)
    directory_version: int = _number(default=0)
    enrolled_at: int = _number()
    directory_at: int | None = _number(default=None)
    retried_schema: int | None = _number(default=None)


class Device(Kept, table=True):
    """A certified laptop: raw Ed25519 keys for batches and for requests, where its parcels are sealed to.

    ``until``: names of batches (32 bytes each, joined) that stand, with all they stand on, though it is revoked. Empty
    and not null: it was, and is no more.
    ``program`` and ``schema_number`` are those it last asked with.
    """

    pair_id: UUID = _id(index=True)
    device_id: UUID = _id(primary_key=True)
    sign_public: bytes
    transport_public: bytes
    age_recipient: str
    name: str
    certified_at: int = _number()
    revoked_at: int | None = _number(default=None)
    last_seen_at: int | None = _number(default=None)
    clock_skew_s: int | None = _number(default=None)  # its clock less ours when last seen
    until: bytes | None = None
    program: int | None = _number(default=None)
    schema_number: int | None = _number(default=None)


class EnrolCode(Kept, table=True):
    """A one-time code, kept as a hash: for a pair by its name, new or known."""

    __tablename__ = "enrol_code"

    hash: bytes = Field(primary_key=True)
    pair_name: str
    made_at: int = _number()
    expires_at: int = _number()
    used_at: int | None = _number(default=None)
    used_by: UUID | None = _id(default=None)


class Recovery(Kept, table=True):
    """A laptop whose record the county helped to open again: which, for whose number, when, and who did it there.

    ``ref``: the beginning of the hash of the request.
    """

    id: UUID = _id(primary_key=True)
    pair_id: UUID = _id(index=True)
    device_id: UUID = _id()
    number: str
    ref: bytes
    answered_at: int = _number()
    answered_by: str


class Guess(Kept, table=True):
    """One row: tries of codes since a moment, those under way included."""

    id: int = Field(sa_type=BigInteger, primary_key=True, sa_column_kwargs={"autoincrement": False})
    since: int = _number()
    tries: int = _number()


class StoredBatch(Kept, table=True):
    """A batch as it was signed, stored before anything is made of it.

    ``position`` counts batches of the pair as they came, always a causal order. ``is_head``: no other batch
    stands on it; ``is_tip``: no other of the same device does.
    """

    __tablename__ = "stored_batch"

    pair_id: UUID = _id(primary_key=True)
    hash: bytes = Field(primary_key=True)
    position: int = _number()
    device_id: UUID = _id()
    epoch: bytes
    first: int = _number()
    last: int = _number()
    lamport_last: int = _number()
    parents: bytes  # 32 bytes each, joined
    is_head: bool
    is_tip: bool
    received_at: int = _number()
    merged_at: int | None = _number(default=None)
    body: bytes

    __table_args__ = (
        Index("ix_stored_batch_position", "pair_id", "position", unique=True),
        Index("ix_stored_batch_epoch", "pair_id", "epoch", "last"),
        Index("ix_stored_batch_device", "pair_id", "device_id", "position"),
        Index("ix_stored_batch_head", "pair_id", sqlite_where=text("is_head"), postgresql_where=text("is_head")),
        Index(
            "ix_stored_batch_unmerged",
            "pair_id",
            "position",
            sqlite_where=text("merged_at IS NULL"),
            postgresql_where=text("merged_at IS NULL"),
        ),
    )


class RefusedBatch(Kept, table=True):
    """A sound batch that was not taken in: signed by a device after it was revoked, or standing on such a one.

    Kept so that somebody can look at it and let it in after all. ``code`` says why, ``brought_by`` which laptop had it.
    """

    __tablename__ = "refused_batch"

    pair_id: UUID = _id(primary_key=True)
    hash: bytes = Field(primary_key=True)
    device_id: UUID = _id()
    first: int = _number()
    last: int = _number()
    parents: bytes  # 32 bytes each, joined
    code: str
    brought_by: UUID | None = _id(default=None)
    at: int = _number()
    body: bytes


class RunningCount(Kept, table=True):
    """What is held of one device, as its next receipt says it. ``digest`` is empty until it is asked for again."""

    __tablename__ = "running_count"

    pair_id: UUID = _id(primary_key=True)
    device_id: UUID = _id(primary_key=True)
    entries: int = _number()
    batches: int = _number()
    digest: bytes


class Carried(Kept, table=True):
    """A transfer with a device that a cut may interrupt: a ``request``, by the SHA-256 of its body, or its answer.

    While ``answer`` is empty ``come`` bytes of the request's ``total`` are here; then it names the answer that is.
    """

    device_id: UUID = _id(primary_key=True)
    request: bytes = Field(primary_key=True)
    answer: bytes
    total: int = _number()
    come: int = _number()
    touched_at: int = _number(index=True)


class CarriedPart(Kept, table=True):
    """The bytes of a transfer, in pieces of one size; ``at`` is where a piece begins."""

    __tablename__ = "carried_part"

    device_id: UUID = _id(primary_key=True)
    request: bytes = Field(primary_key=True)
    at: int = _number(primary_key=True)
    body: bytes


def _wide(kind: TypeEngine[Any]) -> TypeEngine[Any]:
    if isinstance(kind, (RowId, Boolean)):
        return kind
    return BigInteger() if isinstance(kind, Integer) else Text()


def _record_table(model: type[Synced]) -> Table:
    shape = shape_of(model)
    columns = [
        Column(column.name, _wide(column.type), primary_key=column.primary_key, nullable=column.nullable)
        for column in shape.table.columns
    ]
    indexes = [
        Index(index.name, "pair_id", *(column.name for column in index.columns), **_where(index))
        for index in sorted(shape.table.indexes, key=lambda index: str(index.name))
    ]
    return Table(shape.name, METADATA, Column("pair_id", RowId, primary_key=True), *columns, *indexes)


def _where(index: Index) -> dict[str, Any]:
    given = index.dialect_options["sqlite"].get("where")
    return {} if given is None else {"sqlite_where": given, "postgresql_where": given}


RECORD: Mapping[str, Table] = {table.name: table for table in map(_record_table, SYNCED)}
ROW_VERSION = version_table(METADATA, Column("pair_id", RowId, primary_key=True))
SET_ASIDE = Table(
    "set_aside",
    METADATA,
    Column("pair_id", RowId, primary_key=True),
    Column("batch", LargeBinary, primary_key=True),
    Column("seq", BigInteger, primary_key=True),
    Column("reason", Text, nullable=False),
)


def core(model: type[Kept]) -> Table:
    """The table of one of the county's own models."""
    return cast(Table, model.__table__)  # type: ignore[attr-defined]


def pair_tables(pair_id: UUID, device: UUID | None = None) -> Tables:
    """Where the entries of one pair are merged into, those of a batch of this device."""
    merged = {
        shape.name: Merged(shape, RECORD[shape.name], model.merge) for model in SYNCED for shape in (shape_of(model),)
    }
    stored = core(StoredBatch)
    of_device = () if device is None else (stored.c.device_id == device,)

    def seen(conn: Connection, epoch: bytes) -> int:
        query = select(func.max(stored.c.last)).where(
            stored.c.pair_id == pair_id, stored.c.epoch == epoch, stored.c.merged_at.is_not(None), *of_device
        )
        return conn.execute(query).scalar() or 0

    def known(conn: Connection, epoch: bytes, first: int, last: int) -> Mapping[int, Entry]:
        query = (
            select(stored.c.body)
            .where(stored.c.pair_id == pair_id, stored.c.epoch == epoch, stored.c.merged_at.is_not(None))
            .where(stored.c.first <= last, stored.c.last >= first, *of_device)
            .order_by(stored.c.position)
        )
        return of_batches(conn.execute(query).scalars(), first, last)

    return Tables(merged, ROW_VERSION, SET_ASIDE, {"pair_id": pair_id}, seen, known)
