"""What the rounds board asks the record for, in one go beside the screen."""

from dataclasses import dataclass
from uuid import UUID

from care.beds import BedCell, free_beds
from care.groups import Groups
from care.rounds import Board, board
from db.store import Store
from yiyang_tui.screens.rounds_drafts import Kept, read_drafts, registered


@dataclass(frozen=True, slots=True)
class Read:
    """What the record says of the house; and the first time the drafts, and whose are mine, newest first."""

    board: Board
    free: list[BedCell]
    groups: Groups
    drafts: tuple[dict[UUID, Kept], list[UUID]] | None


def read_board(store: Store, by: UUID, now: int, with_drafts: bool) -> Read:
    """The house now. Blocks."""
    drafts = read_drafts(store, by, now) if with_drafts else None
    return Read(board(store, now), free_beds(store), registered(store), drafts)
