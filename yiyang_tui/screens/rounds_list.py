"""The left half of the rounds board: who lies where, who has been seen, who is late, who comes next."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal
from uuid import UUID

from rich.cells import cell_len

from care.beds import BedCell
from care.codes import short
from care.looks import bed_order
from care.observations import brief
from care.rounds import Board, BoardRow
from care.today import SOON_S
from yiyang_tui.screens.rounds_duties import signs
from yiyang_tui.themes import Token
from yiyang_tui.widgets.virtual_list import Cell, Column
from yiyang_tui.words import language, t, times

Mark = Literal["saving", "saved", "failed"]
"""What this screen knows of a person before the board does."""

SIGNS: Final = ("saving", "failed", "done", "late", "due")


@dataclass(frozen=True, slots=True)
class Line:
    """One bed: the person on it, or nobody."""

    bed_label: str
    row: BoardRow | None

    @property
    def key(self) -> object:
        """What stays the same when the board is read anew."""
        return self.bed_label if self.row is None else self.row.person_id

    @property
    def person_id(self) -> UUID | None:
        """Who lies there."""
        return None if self.row is None else self.row.person_id


def lines_of(board: Board, free: Iterable[BedCell]) -> list[Line]:
    """Everybody on a bed and every free bed, as people walk them."""
    kinds = {row.person_id: (row.bed_kind, row.bed_label) for row in board.rows}
    lines = [(kinds[row.person_id], Line(row.bed_label, row)) for row in board.rows]
    lines += [((bed.kind, bed.label), Line(bed.label, None)) for bed in free if bed.kind != "home"]
    return [line for _, line in sorted(lines, key=lambda placed: bed_order(*placed[0]))]


def columns() -> list[Column]:
    """Sign, bed, name, level, last look. The signs' width is the language's own."""
    signs = 1 + max(cell_len(t(f"rounds.sign.{name}")) for name in SIGNS)
    return [
        Column(signs),
        Column(6, t("rounds.bed")),
        Column(8, t("rounds.name")),
        Column(4, t("rounds.level")),
        Column(0, t("rounds.last")),
    ]


def waits(line: Line, marks: Mapping[UUID, Mark]) -> bool:
    """Whether this tour still has to see the person. Nobody waits for a practice person, nor on a home bed."""
    row = line.row
    if row is None or row.practice or row.where != "in" or row.bed_kind == "home":
        return False
    return not row.done and marks.get(row.person_id) in (None, "failed")


def next_due(lines: Sequence[Line], at: int, marks: Mapping[UUID, Mark]) -> int | None:
    """The next bed of the walk whose person waits, from the start again after the last; ``None``: nobody does."""
    walk = [*range(at + 1, len(lines)), *range(min(at + 1, len(lines)))]
    return next((index for index in walk if waits(lines[index], marks)), None)


def most_urgent(lines: Sequence[Line], marks: Mapping[UUID, Mark]) -> int | None:
    """Where to begin: alerts first, then by how late, then as people walk."""
    waiting = [index for index, line in enumerate(lines) if waits(line, marks)]
    return min(waiting, key=lambda index: _pressing(lines[index].row), default=None)


def _pressing(row: BoardRow | None) -> tuple[bool, int]:
    return (True, 0) if row is None else (not row.urgent, -row.late_min)


def cells_of(line: Line, mark: Mark | None, drafted: bool, now: int) -> list[Cell]:
    """One line of the list."""
    row = line.row
    if row is None:
        return [Cell(""), Cell(line.bed_label, "quiet"), Cell(t("rounds.free"), "quiet"), Cell(""), Cell("")]
    level = short("home_care_level", row.care_level, language())
    if row.where == "leave":
        back = t("rounds.out") if row.back_at is None else t("rounds.back", when=times.day(row.back_at, now))
        return [Cell(""), *(Cell(text, "quiet") for text in (line.bed_label, row.name, level, back))]
    name, token = _sign(row, mark, now)
    urgent = row.urgent and mark is None
    return [
        Cell(("!" if row.urgent else " ") + (t(f"rounds.sign.{name}") if name else ""), "urgent" if urgent else token),
        Cell(line.bed_label),
        Cell(row.name, "urgent" if urgent else "title" if token in ("late", "due") else ""),
        Cell(level),
        _last(row, mark, drafted, now),
    ]


def _sign(row: BoardRow, mark: Mark | None, now: int) -> tuple[str, Token]:
    if mark is not None:
        signs: dict[Mark, tuple[str, Token]] = {
            "saving": ("saving", "quiet"),
            "saved": ("done", "done"),
            "failed": ("failed", "urgent"),
        }
        return signs[mark]
    if row.done:
        return "done", "done"
    if row.late_min > 0:
        return "late", "late"
    return ("due", "due") if row.due_at is not None and row.due_at <= now + SOON_S else ("", "")


def _last(row: BoardRow, mark: Mark | None, drafted: bool, now: int) -> Cell:
    if mark == "failed":
        return Cell(t("rounds.not_saved"), "urgent")
    if drafted:
        return Cell(t("rounds.drafted"), "entry")
    if row.last_at is None or row.last_word is None:
        return Cell(t("rounds.never"), "quiet")
    when = times.clock(row.last_at) if now - row.last_at < times.DAY else times.day(row.last_at, now)
    remarkable = row.last_word.remarkable
    if row.duties and mark is None and not remarkable:
        # What is to be done says more than that there was nothing.
        late = any(one.late_min for one in row.duties)
        return Cell(f"{when} {t('rounds.duties')}{signs(row.duties)}", "late" if late else "due")
    word = ("!" if remarkable else "") + brief(row.last_word, language())
    return Cell(f"{when} {word}", "urgent" if remarkable else "quiet" if row.done else "")
