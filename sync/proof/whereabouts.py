"""Where a record is: only here, on its way, at the county, or sent back. Derived, never stored.

A row is where the batch with its insert is. Its id names the epoch it was written in, so that most rows are told
without opening any batch: all batches of an old epoch are at the county. Only where the batches of one epoch
differ those that are not furthest are opened, once.
"""

from array import array
from bisect import bisect_left
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final, Literal
from uuid import UUID
from weakref import WeakKeyDictionary

from sqlalchemy import Connection, select

from db.identity import counter_of, epoch_of
from db.local import BATCH, JOURNAL
from db.store import Store
from sync import batch, graph
from sync.errors import LinkDamaged, NotEnrolled
from sync.link import Folder, Link, News, last_receipt
from sync.proof import ledger
from sync.receipt import Receipt

State = Literal["local", "sent", "at_county", "refused"]
"""本机, 已发, 县里已收, 被退回."""

_FURTHEST: Final[tuple[State, ...]] = ("at_county", "refused", "sent", "local")
_MOST_OPENED: Final = 256


@dataclass(frozen=True, slots=True)
class Fates:
    """Batches by what became of them; what is in none of these sets is only here."""

    at_county: Collection[bytes]
    refused: Collection[bytes]
    sent: Collection[bytes]

    def of(self, name: bytes) -> State:
        """Where one batch is."""
        if name in self.at_county:
            return "at_county"
        if name in self.refused:
            return "refused"
        return "sent" if name in self.sent else "local"


def fates(nodes: graph.Nodes, own: Collection[bytes], news: News, receipt: Receipt | None) -> Fates:
    """What became of the batches ``nodes``, of which ``own`` are this device's.

    At the county is what its receipt names and what that stands on. Of other laptops' batches the county's word is
    enough: their own receipts are theirs.
    """
    proven = graph.ancestors(nodes, receipt.heads if receipt else ())
    told = graph.ancestors(nodes, news.county_heads) if receipt else set()
    refused = {bytes.fromhex(name) for name, _ in news.refused if len(name) == 64}
    return Fates(proven | (told - set(own)), refused, frozenset(news.sent))


def link_of(folder: Folder) -> Link | None:
    """The way to the county, where there is one that reads."""
    try:
        return folder.link()
    except (NotEnrolled, LinkDamaged):
        return None


@dataclass(frozen=True, slots=True)
class _Inserts:
    """The rows a batch inserts: counters of their ids in rising order, the number of the entry of each."""

    rows: Sequence[int]
    seqs: Sequence[int]

    def seq_of(self, row: UUID) -> int | None:
        counter = counter_of(row)
        at = bisect_left(self.rows, counter)
        return self.seqs[at] if at < len(self.rows) and self.rows[at] == counter else None


@dataclass(slots=True)
class _Remembered:
    """What need not be worked out again while nothing changed: fates by what they were made of, opened batches."""

    made_of: object
    fates: Fates
    opened: dict[bytes, _Inserts]


_REMEMBERED: Final[WeakKeyDictionary[Store, _Remembered]] = WeakKeyDictionary()


def states(store: Store, rows: Iterable[UUID]) -> dict[UUID, State]:
    """Where each of the rows is, by their ids; a row that nothing is known of is left out."""
    epochs: dict[bytes, list[UUID]] = {}
    for row in rows:
        epochs.setdefault(epoch_of(row), []).append(row)
    found: dict[UUID, State] = {}
    with store.reading() as conn:
        known = _remembered(store, conn)
        for epoch, some in epochs.items():
            found |= _of_epoch(conn, known, store.device_id, epoch, some)
    return found


def _remembered(store: Store, conn: Connection) -> _Remembered:
    folder = Folder(store.path)
    news, link = replace(folder.news(), runs=()), link_of(folder)
    nodes, known_batches = ledger.of_vault(store, conn)
    made_of = (news, link, len(nodes))
    known = _REMEMBERED.get(store)
    if known is None or known.made_of != made_of:
        own = [name for name, one in known_batches.items() if one.device == store.device_id]
        receipt = last_receipt(news, link) if link else None
        opened = known.opened if known else {}
        known = _REMEMBERED[store] = _Remembered(made_of, fates(nodes, own, news, receipt), opened)
    return known


def _of_epoch(conn: Connection, known: _Remembered, own: UUID, epoch: bytes, rows: list[UUID]) -> dict[UUID, State]:
    devices = select(BATCH.c.device_id).distinct()  # leads the index, so that no body is read
    batches = conn.execute(
        select(BATCH.c.hash, BATCH.c.device_id, BATCH.c.first, BATCH.c.last).where(
            BATCH.c.device_id.in_(devices), BATCH.c.epoch == epoch
        )
    ).all()
    states_: dict[bytes, State] = {bytes(one.hash): known.fates.of(bytes(one.hash)) for one in batches}
    furthest = _furthest(states_.values())
    # Which device wrote each, and as which entry: another one may write under this epoch, and says nothing of these.
    entries = {row: (own, seq) for row, seq in _unsealed(conn, epoch, rows).items()}
    for one in batches:
        if states_[bytes(one.hash)] != furthest:
            inserts = _opened(conn, known, bytes(one.hash))
            entries |= {row: (one.device_id, seq) for row in rows if (seq := inserts.seq_of(row)) is not None}
    found: dict[UUID, State] = {}
    for row in rows:
        if row in entries:
            # The tail of a record put back from a copy may lie sealed in a batch that came back to it.
            found[row] = _furthest(states_[bytes(one.hash)] for one in _holding(batches, *entries[row])) or "local"
        elif furthest is not None:
            found[row] = furthest
    return found


def _unsealed(conn: Connection, epoch: bytes, rows: list[UUID]) -> dict[UUID, int]:
    query = select(JOURNAL.c.row_id, JOURNAL.c.seq).where(
        JOURNAL.c.epoch == epoch, JOURNAL.c.op == "insert", JOURNAL.c.row_id.in_(rows)
    )
    return {one.row_id: one.seq for one in conn.execute(query)}


def _holding(batches: Iterable[Any], device: UUID, seq: int) -> Iterable[Any]:
    return (one for one in batches if one.device_id == device and one.first <= seq <= one.last)


def _furthest(some: Iterable[State]) -> State | None:
    present = set(some)
    return next((state for state in _FURTHEST if state in present), None)


def _opened(conn: Connection, known: _Remembered, name: bytes) -> _Inserts:
    found = known.opened.get(name)
    if found is None:
        body = conn.execute(select(BATCH.c.body).where(BATCH.c.hash == name)).scalar_one()
        pairs = sorted(
            (counter_of(entry.row), entry.seq)
            for entry in (batch.unseal(bytes(body)).entries() if body else ())
            if entry.op == "insert"
        )
        found = _Inserts(array("L", [row for row, _ in pairs]), array("L", [seq for _, seq in pairs]))
        if len(known.opened) >= _MOST_OPENED:
            known.opened.pop(next(iter(known.opened)))
        known.opened[name] = found
    return found


def counts(of: Mapping[bytes, int], known: Fates) -> dict[State, int]:
    """Entries by where they are; ``of`` are batches and how many entries each has."""
    total: dict[State, int] = dict.fromkeys(_FURTHEST, 0)
    for name, entries in of.items():
        total[known.of(name)] += entries
    return total
