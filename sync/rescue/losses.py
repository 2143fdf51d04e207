"""What did not come back, by name as far as it has one: rows by their ids, entries by their numbers and times."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select

from db.identity import epoch_of
from db.journal import Entry, EntryRef
from db.local import BATCH
from db.rows import shape_of
from db.salvage import Salvage
from db.store import Store
from db.tables import BY_NAME
from sync import batch
from sync.rescue.again import parts
from sync.rescue.found import Found
from sync.rescue.spans import Spans


@dataclass(frozen=True, slots=True)
class LostRow:
    """A row that was there and is nowhere. ``at`` (seconds UTC) and ``person`` where an index still tells them."""

    table: str
    row: UUID
    at: int | None = None
    person: UUID | None = None


@dataclass(frozen=True, slots=True)
class Gap:
    """Entries ``first`` to ``last`` of an epoch that nobody has. ``after`` and ``before``: times around them, or none.

    ``staff``: who had written the entry before them.
    """

    epoch: bytes
    first: int
    last: int
    after: int | None
    before: int | None
    staff: UUID | None = None

    @property
    def entries(self) -> int:
        """How many."""
        return self.last - self.first + 1


def lost_rows(store: Store, source: Salvage) -> tuple[list[LostRow], dict[str, int]]:
    """Rows that the damaged file names, and that are not here; and how many rows it names in each table."""
    counts = dict.fromkeys(BY_NAME, 0)
    lost: list[LostRow] = []
    for name, model in BY_NAME.items():
        table = shape_of(model).table
        missing: dict[UUID, int] = {}
        for some in parts(source.named_rows(table)):
            counts[name] += len(some)
            with store.reading() as conn:
                here = set(conn.execute(select(table.c.id).where(table.c.id.in_([row for row, _ in some]))).scalars())
            missing |= {row: number for row, number in some if row not in here}
        # Where the index is broken, too: rows are numbered one by one.
        counts[name] = max(counts[name], source.last_number(table))
        for row in source.cut(table):
            with store.reading() as conn:
                if conn.execute(select(table.c.id).where(table.c.id == row["id"])).first() is None:
                    missing.setdefault(row["id"], 0)
        told = source.dated(table, set(missing.values()) - {0}) if missing else {}
        for row_id, number in missing.items():
            person, at = told.get(number, (None, None))
            lost.append(LostRow(name, row_id, at, person))
    return lost, counts


def here_of_us(store: Store) -> Spans:
    """The entries of this laptop that stand in batches here."""
    spans = Spans()
    columns = (BATCH.c.epoch, BATCH.c.first, BATCH.c.last)
    with store.reading() as conn:
        for epoch, first, last in conn.execute(select(*columns).where(BATCH.c.device_id == store.device_id)):
            spans.add(bytes(epoch), first, last)
    return spans


def spans_of(store: Store, *, but: Collection[bytes] = ()) -> Spans:
    """The entries of the batches here, of any laptop, ``but`` those of some."""
    spans = Spans()
    columns = (BATCH.c.hash, BATCH.c.epoch, BATCH.c.first, BATCH.c.last)
    with store.reading() as conn:
        for name, epoch, first, last in conn.execute(select(*columns)):
            if bytes(name) not in but:
                spans.add(bytes(epoch), first, last)
    return spans


def gaps(store: Store, found: Found, here: Spans) -> Iterator[Gap]:
    """Entries of this laptop that are in no batch and in no journal, epoch by epoch."""
    for epoch in sorted(found.written.keys() | here.epochs()):
        for first, last in here.wanting(epoch, found.written.get(epoch, 0)):
            before = _entry(store, found, EntryRef(epoch, first - 1)) if first > 1 else None
            after = _entry(store, found, EntryRef(epoch, last + 1))
            begun = found.opened.get(epoch)
            yield Gap(
                epoch,
                first,
                last,
                before.wall if before is not None else begun,
                after.wall if after is not None else None,
                before.staff if before is not None else None,
            )


def rows_of_ours(rows: Mapping[str, Collection[UUID]], epochs: Collection[bytes]) -> int:
    """How many of these rows this laptop had made: each was one entry."""
    return sum(epoch_of(row) in epochs for some in rows.values() for row in some)


def _entry(store: Store, found: Found, ref: EntryRef) -> Entry | None:
    if ref in found.entries:
        return found.entries[ref]
    for one in found.batches.values():
        header = one.header
        if header.epoch == ref.epoch and header.first <= ref.seq <= header.last:
            return one.entries()[ref.seq - header.first]
    query = select(BATCH.c.body).where(BATCH.c.epoch == ref.epoch, BATCH.c.first <= ref.seq, BATCH.c.last >= ref.seq)
    with store.reading() as conn:
        body = conn.execute(query).scalars().first()
    if not body:
        return None
    known = batch.unseal(bytes(body))
    return known.entries()[ref.seq - known.header.first]
