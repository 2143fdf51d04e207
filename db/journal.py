"""The journal: every committed change of a synced table, in order, written in the same transaction.

One mechanism serves sync, audit, history and the finding of conflicts. This module holds the
shapes; ``db.store`` writes them, ``sync`` seals runs of them into batches and applies those of others.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, NamedTuple
from uuid import UUID

SCHEMA = 1
"""The schema this program writes; revisions of ``db/migrations`` are named by it."""

Value = None | bool | int | str | UUID
"""What a field of a synced table can hold."""


class EntryRef(NamedTuple):
    """The name of an entry: its epoch (12 bytes) and its number in it, from 1 without gaps."""

    epoch: bytes
    seq: int


@dataclass(slots=True)  # nobody changes one; to freeze it was a tenth of the work of reading a batch
class Entry:
    """One change of one row.

    ``wall`` is the laptop's time in seconds UTC, ``suspect`` that its clock was not believed. ``staff`` is who
    acted (``None``: the program). ``values`` are all fields of an inserted row but ``id``, or the changed
    fields of an edit. ``replaces`` (edits only) maps each changed field to the entries whose values the
    author saw and overwrote.
    """

    seq: int
    lamport: int
    wall: int
    staff: UUID | None
    table: str
    row: UUID
    op: Literal["insert", "edit"]
    values: Mapping[str, Value]
    replaces: Mapping[str, tuple[EntryRef, ...]] = field(default_factory=dict)
    suspect: bool = False
