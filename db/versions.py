"""Which entries a row's present values come from: the causal base of edits, field by field.

For each field of an edited row we keep its *heads*: the entries whose value nobody has replaced
yet. One head is the ordinary case, and the row's column holds its value. Two or more are edits made
apart; the heads then carry their values until an edit that saw them all closes the matter.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import Column, Index, Integer, LargeBinary, Table, Text
from sqlalchemy.schema import MetaData

from db.journal import EntryRef, Value
from db.pack import pack, unpack
from db.tables import RowId


class Head(NamedTuple):
    """An entry whose value for a field stands. ``value`` is kept only while heads disagree."""

    epoch: bytes
    seq: int
    lamport: int
    value: Value = None

    @property
    def ref(self) -> EntryRef:
        """The entry's name."""
        return EntryRef(self.epoch, self.seq)


@dataclass(slots=True)
class RowHeads:
    """The heads of every field of one row. ``born`` is the insert, head of fields never edited."""

    born: Head
    fields: dict[str, tuple[Head, ...]] = field(default_factory=dict)

    def of(self, name: str) -> tuple[Head, ...]:
        """The heads of one field, at least one."""
        return self.fields.get(name, (self.born,))

    def refs(self, names: Iterable[str]) -> dict[str, tuple[EntryRef, ...]]:
        """What an edit of these fields, made now, replaces."""
        return {name: tuple(head.ref for head in self.of(name)) for name in names}

    def replace(self, names: Iterable[str], head: Head) -> None:
        """An edit made here saw all heads: it alone stands."""
        for name in names:
            self.fields[name] = (head,)

    @property
    def contested(self) -> tuple[str, ...]:
        """The fields on which edits made apart disagree. Two who wrote the same do not."""
        return tuple(
            sorted(
                name
                for name, heads in self.fields.items()
                if len(heads) > 1 and len({(type(head.value), head.value) for head in heads}) > 1
            )
        )

    def encode(self) -> bytes:
        """As stored in ``row_version.heads``."""
        return pack(
            [
                [self.born.epoch, self.born.seq, self.born.lamport],
                {
                    name: [list(h) if len(heads) > 1 else [h.epoch, h.seq, h.lamport] for h in heads]
                    for name, heads in sorted(self.fields.items())
                },
            ]
        )

    @classmethod
    def decode(cls, data: bytes) -> "RowHeads":
        """The heads stored as ``data``."""
        born, fields = unpack(data)
        return cls(Head(*born), {name: tuple(Head(*h) for h in heads) for name, heads in fields.items()})


def version_table(metadata: MetaData, *extra: Column[UUID]) -> Table:
    """Define ``row_version``; ``extra`` key columns come first (the county's ``pair_id``)."""
    return Table(
        "row_version",
        metadata,
        *extra,
        Column("table_name", Text, primary_key=True),
        Column("row_id", RowId, primary_key=True),
        Column("heads", LargeBinary, nullable=False),
        Column("contested", Integer, nullable=False, default=0),
        Index("ix_row_version_contested", *(column.name for column in extra), "contested"),
    )
