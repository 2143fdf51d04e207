"""The dose round as a list: who lies where, what they take now, whether it was given; what is done stays, dimmed."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Final, Literal
from uuid import UUID

from rich.cells import cell_len

from yiyang_tui.screens.medicine_words import drug_of
from yiyang_tui.themes import Token
from yiyang_tui.widgets.virtual_list import Cell, Column
from yiyang_tui.words import language, t, times

if TYPE_CHECKING:
    from care.medicines.doses import DoseRound, DoseRow

Key = tuple[UUID, int]
"""A dose: its order, and when it is due."""
Mark = Literal["saving", "failed"]
"""What this screen knows of a dose before the record does."""

SIGNS: Final = ("given", "late", "refused", "missed", "held", "away", "vomited", "wrong", "due", "over")
NOT_GIVEN: Final = ("refused", "held", "away", "vomited", "missed")
"""What else can become of a dose, in the order of the digits."""
_BLOCKED_SIGN: Final = {"past": "missed", "allergy": "held"}
_BLOCKED_TOKEN: "Final[dict[str, Token]]" = {"past": "due", "allergy": "urgent"}


def key_of(row: "DoseRow") -> Key:
    """What stays the same when the round is read anew."""
    return row.order_id, row.due_at


def sign(result: str) -> str:
    """The sign of a result as on a paper dose sheet; of one that a newer program knows, its code."""
    return t(f"medicines.sign.{result}") if result in SIGNS else result[:2]


def columns() -> list[Column]:
    """Sign, bed, name, allergy, drug, dose, route, hour, late. The signs' width is the language's own."""
    signs = max(cell_len(t(f"medicines.sign.{name}")) for name in (*SIGNS, "saving", "failed"))
    return [
        Column(signs + 1),
        Column(6, t("medicines.bed")),
        Column(8, t("medicines.name")),
        Column(1),
        Column(0, t("medicines.drug")),
        Column(8, t("medicines.dose"), "right"),
        # The first two characters of a route say which; no two of the list share them.
        Column(4 if language() == "zh" else 9, t("medicines.route")),
        Column(5, t("medicines.hour")),
        Column(12, t("medicines.state")),
    ]


def waits(row: "DoseRow", marks: Mapping[Key, Mark]) -> bool:
    """Whether Space is for this dose."""
    return row.result is None and row.blocked is None and marks.get(key_of(row)) in (None, "failed")


def next_open(rows: "Sequence[DoseRow]", at: int, marks: Mapping[Key, Mark]) -> int | None:
    """The next dose of the walk that waits, from the start again after the last; ``None``: none does."""
    walk = [*range(at + 1, len(rows)), *range(min(at + 1, len(rows)))]
    return next((index for index in walk if waits(rows[index], marks)), None)


def cells_of(row: "DoseRow", mark: Mark | None, now: int) -> list[Cell]:
    """One line of the round."""
    quiet: Token = "quiet" if row.result is not None or row.blocked or mark == "saving" else ""
    name, token = _sign(row, mark, now)
    strong: Token = quiet or ("title" if token in ("late", "due") else "")
    return [
        Cell(("!" if row.high_alert else " ") + name, token),
        Cell(row.bed_label, quiet),
        Cell(row.name, strong),
        Cell("!" if row.allergies else "", quiet or "urgent"),
        Cell(drug_of(row), strong),
        Cell(row.dose.of(language()), quiet),
        Cell(row.route.of(language()), "quiet"),
        Cell(times.clock(row.due_at), quiet),
        state(row, mark),
    ]


def _sign(row: "DoseRow", mark: Mark | None, now: int) -> tuple[str, Token]:
    if mark is not None and row.result is None:
        return t(f"medicines.sign.{mark}"), "quiet" if mark == "saving" else "urgent"
    if row.result is not None:
        return sign(row.result), "done" if row.result in ("given", "late") else "due"
    if row.blocked:
        return t(f"medicines.sign.{_BLOCKED_SIGN.get(row.blocked, row.blocked)}"), "due"
    if row.late_min > 0:
        return t("medicines.sign.over"), "late"
    return (t("medicines.sign.due"), "due") if row.due_at <= now else ("", "")


def state(row: "DoseRow", mark: Mark | None) -> Cell:
    """The last column: how late, or when and by whom."""
    if mark == "failed" and row.result is None:
        return Cell(t("medicines.not_saved"), "urgent")
    if row.result is not None:
        return Cell(f"{times.clock(row.at or row.due_at)} {row.who}".strip(), "quiet")
    if row.blocked:
        return Cell(t(f"medicines.blocked.{row.blocked}"), _BLOCKED_TOKEN.get(row.blocked, "quiet"))
    if row.late_min > 0:
        return Cell(t("until.late", span=times.span(row.late_min * 60)), "late")
    return Cell("")


def heading(found: "DoseRound") -> list[Cell]:
    """Which round it is, how many doses are done."""
    late = sum(1 for row in found.rows if row.result is None and row.late_min > 0)
    cells = [Cell(found.title.of(language()), "title")]
    if found.total:
        cells.append(Cell("   " + t("medicines.done", done=found.done, total=found.total), "quiet"))
    if late:
        cells.append(Cell("   ! " + t("medicines.late", n=late), "late"))
    if found.next_due_at is not None:
        cells.append(Cell("   " + t("medicines.next", at=times.clock(found.next_due_at)), "quiet"))
    return cells
