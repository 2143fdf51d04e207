"""Comparing the tables of two sides: what both compute alike, and what they say to each other.

Each row has a digest. The sum of the digests of many rows is the same whatever order they are read in, and sums of
parts add up, so neither side ever holds more than one part of its rows. Compared are first whole tables, then days
(or buckets of row ids), then rows. A key that only the two know goes into every digest: whoever listens learns
nothing of the rows by guessing at them.

Left out is what the sides keep differently: ``pair_id``, and columns that only the newer program has.
"""

import hashlib
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, ClassVar, Final
from uuid import UUID

from sqlalchemy import Connection, Table, select

from db.pack import pack
from db.rows import shape_of
from db.tables import SYNCED
from sync.bounds import Check, many, octets, or_none, row_id, text, two, whole
from sync.errors import CountyLies
from sync.protocol import HASH_BYTES, MAX_HEADS, Message

PATH: Final = "/v1/reconcile"
VERSIONS: Final = "row_version"
DIGEST_BYTES: Final = 24
KEY_BYTES: Final = 32
MOST_BUCKETS: Final = 512
MOST_ROWS: Final = 1000
"""Rows named in one request."""
MOST_ANSWERED: Final = 20_000
"""Sums or rows in one answer."""
BUCKETS: Final = 256
"""Of row ids, for tables without a day."""
CHUNK: Final = 20_000
"""Rows read at once."""
_MODULUS: Final = 1 << (8 * DIGEST_BYTES)
_HOUSE_S: Final = 8 * 3600
_DAY_S: Final = 86400

Digest = bytes


@dataclass(frozen=True, slots=True)
class Subject:
    """One table to compare: the column of its row ids, its other columns, whether its rows are grouped by day."""

    name: str
    id: str
    columns: tuple[str, ...]
    dated: bool

    def shared(self, theirs: Iterable[str]) -> tuple[str, ...]:
        """The columns that both programs know, in one order."""
        return tuple(sorted(set(self.columns) & set(theirs)))


@cache
def subjects() -> Mapping[str, Subject]:
    """All that is compared: the tables of the record, and which entries the values of edited rows come from."""
    found = {}
    for model in SYNCED:
        shape = shape_of(model)
        dated = model.merge.kind == "append" and "at" in shape.columns
        found[shape.name] = Subject(shape.name, "id", shape.columns, dated)
    return found | {VERSIONS: Subject(VERSIONS, "row_id", ("table_name", "heads", "contested"), False)}


@dataclass(slots=True)
class Sum:
    """How many rows, and the sum of their digests."""

    rows: int = 0
    total: int = 0

    def add(self, digest: Digest) -> None:
        """One row more."""
        self.rows += 1
        self.total = (self.total + int.from_bytes(digest, "big")) % _MODULUS

    def plus(self, rows: int, total: bytes) -> None:
        """A part more."""
        self.rows += rows
        self.total = (self.total + int.from_bytes(total, "big")) % _MODULUS

    def said(self) -> tuple[int, bytes]:
        """As it is sent."""
        return self.rows, self.total.to_bytes(DIGEST_BYTES, "big")


@dataclass(frozen=True, slots=True)
class Digested:
    """One row: its id, its bucket, its digest."""

    id: UUID
    bucket: int
    digest: Digest


@dataclass(frozen=True, slots=True)
class Where:
    """Rows of one subject in one database. ``key``: what leads its primary key; ``secret``: what goes into digests."""

    subject: Subject
    table: Table
    columns: tuple[str, ...]
    key: Mapping[str, UUID]
    secret: bytes

    def rows(
        self, conn: Connection, *, after: UUID | None = None, ids: Sequence[UUID] = (), limit: int = CHUNK
    ) -> Iterator[Digested]:
        """Rows in the order of their ids, from behind ``after``; only ``ids`` if any are given."""
        row = self.table.c[self.subject.id]
        query = select(row, *(self.table.c[name] for name in self.columns)).order_by(row).limit(limit)
        query = query.where(*(self.table.c[name] == value for name, value in self.key.items()))
        if after is not None:
            query = query.where(row > after)
        if ids:
            query = query.where(row.in_(ids))
        at = 1 + self.columns.index("at") if self.subject.dated else 0
        for found in conn.execute(query):
            values = list(found)
            digest = hashlib.blake2b(pack(values), digest_size=DIGEST_BYTES, key=self.secret).digest()
            yield Digested(values[0], day(values[at]) if at else bucket(values[0]), digest)


def day(at: object) -> int:
    """The day of a time in the house (Asia/Shanghai), counted from 1970. What is no time, after damage, has day 0."""
    return (at + _HOUSE_S) // _DAY_S if type(at) is int else 0


def bucket(row: UUID) -> int:
    """The bucket of a row of a table without days."""
    return zlib.crc32(row.bytes) % BUCKETS


# --- what is said ------------------------------------------------------------------------------


def _signed(value: Any) -> int:
    if type(value) is not int or not -(1 << 47) <= value < 1 << 47:
        raise ValueError("not a bucket")
    return value


def _one_of(*words: str) -> Check:
    def check(value: Any) -> str:
        if value not in words:
            raise ValueError("not one of the words")
        return str(value)

    return check


_NAME = text(64)
_COLUMNS = many(_NAME, 128)
_DIGEST = octets(DIGEST_BYTES, DIGEST_BYTES)
_HEADS = many(octets(HASH_BYTES, HASH_BYTES), MAX_HEADS)


@dataclass(frozen=True, slots=True)
class CompareRequest(Message):
    """A laptop asks for digests of the county's tables. ``heads``: what both must hold for that to mean anything.

    ``want``: ``columns`` of all tables; ``totals`` or ``sums`` by bucket of ``columns`` of a ``table``, from behind the
    row ``after``; digests of the ``rows`` in ``buckets`` or of those named; ``heal``: make the named rows anew from the
    signed batches. ``secret``: the key of all digests, sealed to the county.
    """

    _limit: ClassVar[int] = 1 << 19
    _checks: ClassVar[Mapping[str, Check]] = {
        "want": _one_of("columns", "totals", "sums", "rows", "heal"),
        "heads": _HEADS,
        "secret": octets(1, 1024),
        "table": _NAME,
        "columns": _COLUMNS,
        "after": or_none(row_id),
        "buckets": many(_signed, MOST_BUCKETS),
        "rows": many(row_id, MOST_ROWS),
    }

    want: str
    heads: tuple[bytes, ...]
    secret: bytes
    table: str = ""
    columns: tuple[str, ...] = ()
    after: UUID | None = None
    buckets: tuple[int, ...] = ()
    rows: tuple[UUID, ...] = ()


@dataclass(frozen=True, slots=True)
class CompareAnswer(Message):
    """``state``: ``alike``, or why nothing can be compared: ``heads_differ``, ``merging``.

    ``sums``: (bucket, (rows, sum)); ``rows``: (id, digest); both of a part if ``after`` tells where the next begins.
    ``scanned``: rows read for it. ``healed``: rows that were changed, brought back or taken out.
    """

    _limit: ClassVar[int] = 4 << 20
    _checks: ClassVar[Mapping[str, Check]] = {
        "state": _one_of("alike", "heads_differ", "merging"),
        "tables": many(two(_NAME, _COLUMNS), 64),
        "sums": many(two(_signed, two(whole(1 << 40), _DIGEST)), MOST_ANSWERED),
        "rows": many(two(row_id, _DIGEST), MOST_ANSWERED),
        "after": or_none(row_id),
        "scanned": whole(1 << 40),
        "healed": whole(1 << 40),
    }

    state: str
    tables: tuple[tuple[str, tuple[str, ...]], ...] = ()
    sums: tuple[tuple[int, tuple[int, bytes]], ...] = ()
    rows: tuple[tuple[UUID, bytes], ...] = ()
    after: UUID | None = None
    scanned: int = 0
    healed: int = 0

    @classmethod
    def decode(cls, data: bytes) -> "CompareAnswer":
        """The answer in ``data``. Raises ``CountyLies``."""
        try:
            return cls.parse(data)
        except ValueError as error:
            raise CountyLies(reason="message") from error
