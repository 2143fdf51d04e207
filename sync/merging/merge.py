"""Applying the entries of a batch to the tables: one piece of code for laptop and county.

Append-only tables unite by row id. Edited tables merge field by field over their heads (``db.versions``):
an entry takes the place of the heads its author saw and stands beside those he did not. An entry that does not fit
(a newer program's column, a row that is not here) is set aside with its reason, and the rest goes on.

The caller hands over each batch after its parents, inside one transaction that also marks it as applied. Then
any order and any repetition of arrival makes the same tables.
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import Connection, Table, func, select

from db.journal import Entry, EntryRef, Value
from db.local import BATCH, CLOCK, DEVICE, EPOCH, ROW_VERSION, SET_ASIDE
from db.policy import Policy
from db.rows import Shape, shape_of
from db.tables import SYNCED
from sync.merging import again, arrivals, bulk
from sync.merging.edits import Edits


@dataclass(frozen=True, slots=True)
class Merged:
    """One synced table where it is merged into: its shape in the record, its table here, its rule."""

    shape: Shape
    table: Table
    policy: Policy


@dataclass(frozen=True, slots=True)
class Tables:
    """Where entries are applied to. ``key`` leads every primary key: nothing on a laptop, the pair at the county.

    ``seen`` tells how far the entries of an epoch are in these tables already, 0 for none; ``known`` gives those of
    them from one number to another. Both mean the entries of the device whose batch is applied: another one that
    writes under its epoch must not make its entries look as if they were there.
    """

    by_name: Mapping[str, Merged]
    row_version: Table
    set_aside: Table
    key: Mapping[str, UUID]
    seen: Callable[[Connection, bytes], int]
    known: Callable[[Connection, bytes, int, int], Mapping[int, Entry]]


class Aside(NamedTuple):
    """An entry, or some of its fields, that could not be applied: ``reason`` is a code, ``code:field`` for a field."""

    seq: int
    reason: str


@dataclass(slots=True)
class Applied:
    """What a batch did: rows inserted, entries that edited a row, what was set aside, whose record changed."""

    inserted: int = 0
    edited: int = 0
    set_aside: list[Aside] = field(default_factory=list)
    touched_people: set[UUID] = field(default_factory=set)


@dataclass(slots=True)
class Reached:
    """How far each device's entries of each epoch are in tables that are made anew, batch after batch."""

    _last: dict[tuple[UUID, bytes], int] = field(default_factory=dict)
    _device: UUID | None = None

    def begin(self, device: UUID) -> None:
        """What is applied now is of this device."""
        self._device = device

    def seen(self, _conn: Connection, epoch: bytes) -> int:
        """As ``Tables.seen``."""
        return 0 if self._device is None else self._last.get((self._device, epoch), 0)

    def end(self, epoch: bytes, last: int) -> None:
        """It is applied up to this entry."""
        if self._device is not None:
            self._last[self._device, epoch] = max(self._last.get((self._device, epoch), 0), last)


def laptop_tables() -> Tables:
    """The tables of the open record."""
    merged = {shape.name: Merged(shape, shape.table, model.merge) for model in SYNCED for shape in (shape_of(model),)}
    return Tables(
        merged, ROW_VERSION, SET_ASIDE, {}, partial(_seen_here, device=None), partial(again.known_here, device=None)
    )


def here_of(tables: Tables, device: UUID) -> Tables:
    """The tables of the open record, to apply a batch of this device to."""
    return replace(tables, seen=partial(_seen_here, device=device), known=partial(again.known_here, device=device))


def _seen_here(conn: Connection, epoch: bytes, *, device: UUID | None) -> int:
    # A laptop put back from a copy gets its own later batches back; what the copy held is in the tables already.
    devices = [device] if device else select(BATCH.c.device_id).distinct()  # leads the index, so that no body is read
    sealed = select(func.max(BATCH.c.last)).where(
        BATCH.c.device_id.in_(devices), BATCH.c.epoch == epoch, BATCH.c.applied
    )
    own = [select(table.c.seq).where(table.c.epoch == epoch) for table in (EPOCH, CLOCK)]
    if device is not None and device != conn.execute(select(DEVICE.c.device_id)).scalar_one():
        own = []
    return max(conn.execute(query).scalar() or 0 for query in (sealed, *own))


def apply(conn: Connection, tables: Tables, entries: Iterable[Entry], epoch: bytes, batch: bytes) -> Applied:
    """Apply a batch's entries (of one ``epoch``, in order) inside the caller's transaction; ``batch`` is its name.

    Raises only what the database raises: content never does.
    """
    done = Applied()
    appended: dict[str, list[Entry]] = {}
    edits: list[Entry] = []
    for entry in entries:
        merged = tables.by_name.get(entry.table)
        if merged is None:
            done.set_aside.append(Aside(entry.seq, "unknown_table"))
        elif merged.policy.kind == "edit":
            edits.append(entry)
        elif entry.op == "insert":
            appended.setdefault(entry.table, []).append(entry)
        else:
            done.set_aside.append(Aside(entry.seq, "append_only"))
    for name, group in appended.items():
        _append(conn, tables, tables.by_name[name], group, done)
    if edits:
        _edit(conn, tables, edits, epoch, done)
    _write_asides(conn, tables, batch, done.set_aside)
    return done


def _append(conn: Connection, tables: Tables, merged: Merged, entries: Sequence[Entry], done: Applied) -> None:
    prefix = tuple(tables.key.values())
    rows, seqs, refused = arrivals.rows(merged.shape, entries, prefix)
    done.set_aside += [Aside(seq, reason) for seq, reason in refused]
    inserted = bulk.append(conn, merged.table, rows)
    done.inserted += inserted
    if inserted < len(rows):
        done.set_aside += [Aside(seqs[place], "row_differs") for place in _differing(conn, tables, merged.table, rows)]
    if "person_id" in merged.shape.kinds:
        place = len(prefix) + 1 + merged.shape.columns.index("person_id")
        done.touched_people.update(person for row in rows if isinstance(person := row[place], UUID))


def _differing(conn: Connection, tables: Tables, table: Table, rows: Sequence[tuple[Value, ...]]) -> list[int]:
    """Places of rows that are not what the table holds under their id: a cloned laptop issued an id twice."""
    at = len(tables.key)
    held = {
        row[at]: tuple(row)
        for some in arrivals.chunks([row[at] for row in rows])
        for row in conn.execute(
            select(table).where(table.c.id.in_(some), *(table.c[name] == value for name, value in tables.key.items()))
        )
    }
    return [place for place, row in enumerate(rows) if held[row[at]] != row]


def _edit(conn: Connection, tables: Tables, entries: Sequence[Entry], epoch: bytes, done: Applied) -> None:
    seen = tables.seen(conn, epoch)
    state = Edits(conn, tables.row_version, tables.key)
    for name in tables.by_name:
        rows = {entry.row for entry in entries if entry.table == name}
        if rows:
            state.load(tables.by_name[name].table, rows)
    repeated = [entry for entry in entries if entry.seq <= seen]
    strange: set[int] = set()
    if repeated:
        strange = again.strangers(repeated, tables.known(conn, epoch, repeated[0].seq, repeated[-1].seq))
    for entry in entries:
        merged = tables.by_name[entry.table]
        if entry.op == "insert":
            reasons = _insert(state, merged, entry, epoch, done, strange)
        elif (entry.table, entry.row) not in state.rows:
            reasons = ["row_missing"]
        elif entry.seq <= seen:
            reasons = ["entry_differs"] if entry.seq in strange else []
        else:
            reasons = _replace(state, merged, entry, epoch)
            done.edited += 1
        done.set_aside += [Aside(entry.seq, reason) for reason in reasons]
        _touch(state, merged, entry, done)
    for merged in tables.by_name.values():
        state.write(merged.table, merged.shape.columns)
    state.write_versions()


def _insert(
    state: Edits, merged: Merged, entry: Entry, epoch: bytes, done: Applied, strange: Collection[int]
) -> list[str]:
    known = state.rows.get((entry.table, entry.row))
    if known is not None and entry.seq in strange:
        return ["entry_differs"]
    if known is not None:
        return [] if known.heads.born.ref == EntryRef(epoch, entry.seq) else ["row_exists"]
    whole, reasons = arrivals.whole(merged.shape, entry.values)
    if whole is not None:
        state.insert(entry, whole, epoch)
        done.inserted += 1
    return reasons


def _replace(state: Edits, merged: Merged, entry: Entry, epoch: bytes) -> list[str]:
    reasons = []
    for name, value in sorted(entry.values.items()):
        reason = arrivals.misfit(merged.shape, name, value)
        if reason is None and not state.edit(entry, name, epoch, merged.policy.rule(name)):
            reason = "entry_differs"
        if reason is not None:
            reasons.append(reason)
    return reasons


def _touch(state: Edits, merged: Merged, entry: Entry, done: Applied) -> None:
    row = state.rows.get((entry.table, entry.row))
    if row is None:
        return
    person = entry.row if merged.shape.name == "person" else row.values.get("person_id")
    if isinstance(person, UUID):
        done.touched_people.add(person)


def _write_asides(conn: Connection, tables: Tables, batch: bytes, asides: Sequence[Aside]) -> None:
    prefix = tuple(tables.key.values())
    # One line an entry: all that kept it, or parts of it, out.
    reasons: dict[int, list[str]] = {}
    for aside in asides:
        reasons.setdefault(aside.seq, []).append(aside.reason)
    rows: list[tuple[Value | bytes, ...]] = [
        (*prefix, batch, seq, " ".join(sorted(said))[: arrivals.REASON_LIMIT]) for seq, said in reasons.items()
    ]
    bulk.append(conn, tables.set_aside, rows)
