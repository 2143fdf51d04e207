"""Settling is an ordinary edit that can be taken back for ten minutes: what was shown before is written once more.

Nothing is deleted by either: both edits stay in the journal, and travel.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from care.contests import heads_of, row_of
from care.roles import doing, require_all, rights_to_settle
from care.staff import guard_edit
from db.errors import Refused
from db.journal import Value
from db.rows import shape_of
from db.store import Act, Store
from db.tables import BY_NAME, Synced

UNDO_S: Final = 600
"""For so long whoever settled something can take it back, as with rounds."""


@dataclass(frozen=True, slots=True)
class Edit:
    """Fields of one row, as they were shown before an act and as it left them."""

    table: str
    row_id: UUID
    before: Mapping[str, Value]
    after: Mapping[str, Value]


@dataclass(frozen=True, slots=True)
class Settled:
    """One act of settling: when, by whom, and what it edited."""

    at: int
    by: UUID
    edits: tuple[Edit, ...]


def edit(act: Act, table: type[Synced], row_id: UUID, **changes: Value) -> Edit | None:
    """``act.edit`` that remembers what was shown before; ``None`` if nothing changed."""
    name = shape_of(table).name
    present = row_of(act.conn, name, row_id)
    before = {field: present[field] for field in changes} if present is not None else {}
    return Edit(name, row_id, before, changes) if act.edit(table, row_id, **changes) else None


def settled(act: Act, by: UUID, edits: Iterable[Edit | None]) -> Settled:
    """What an act did, to be handed to ``take_back``."""
    return Settled(act.now, by, tuple(one for one in edits if one is not None))


def take_back(store: Store, by: UUID, done: Settled) -> None:
    """Show again what was shown before.

    It takes the right that the settling took. Raises ``NoRight``, and ``Refused``: undo_not_yours, undo_too_late
    (minutes), changed_since (somebody has changed it after that).
    """
    if done.by != by:
        raise Refused("undo_not_yours")
    with doing(store, by, "self.undo") as act:
        if act.now - done.at > UNDO_S:
            raise Refused("undo_too_late", minutes=UNDO_S // 60)
        for one in done.edits:
            require_all(act.conn, by, rights_to_settle(one.table, one.before))
            _refuse_changed(act, one)
            if one.table == "staff":
                guard_edit(act, by, one.row_id, one.before)
        for one in done.edits:
            act.edit(BY_NAME[one.table], one.row_id, **one.before)


def _refuse_changed(act: Act, one: Edit) -> None:
    present = row_of(act.conn, one.table, one.row_id)
    heads = heads_of(act.conn, one.table, one.row_id)
    anew = () if heads is None else heads.contested
    if present is None or any(present[name] != value or name in anew for name, value in one.after.items()):
        raise Refused("changed_since")
