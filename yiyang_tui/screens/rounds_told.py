"""What the rounds board says: which tour it is, how far it has come, how long it will take, what was just saved."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from statistics import median
from typing import Final
from uuid import UUID

from rich.cells import cell_len

from care.news2 import advice
from care.rounds import Board, Saved
from yiyang_tui.screens.rounds_list import Line, Mark, waits
from yiyang_tui.screens.rounds_saving import Job
from yiyang_tui.themes import Token
from yiyang_tui.widgets.columns import Cell
from yiyang_tui.words import language, t, times

BREAK_S: Final = 600
"""A longer pause between two beds was no walking."""

KNOWN_AFTER: Final = 3
"""So many steps from bed to bed tell how long one takes."""

GRAVE: Final = ("red", "medium", "high")


@dataclass(slots=True)
class Pace:
    """How fast this session walks: when each round was saved, seconds UTC."""

    steps: list[int] = field(default_factory=list)
    last: int | None = None

    def note(self, at: int) -> None:
        """A round was saved."""
        if self.last is not None and 0 <= at - self.last <= BREAK_S:
            self.steps.append(at - self.last)
        self.last = at

    def minutes_for(self, beds: int) -> int | None:
        """Whole minutes for so many beds, at least one; ``None`` while that is not known."""
        if len(self.steps) < KNOWN_AFTER or not beds:
            return None
        return max(1, round(median(self.steps) * beds / 60))


def tour_words(board: Board) -> list[Cell]:
    """``夜间第3轮 21:00 起``."""
    said = t(f"rounds.tour_{board.title_period}", n=board.number, from_at=times.clock(board.from_at))
    return [Cell(said, "title")]


def counts(board: Board, lines: Sequence[Line], marks: Mapping[UUID, Mark], pace: Pace) -> list[Cell]:
    """``已巡 12/28  异常 2  剩约 9 分钟``. Only what is on the disk is called done."""
    counted = [line for line in lines if line.row and line.row.where == "in" and not line.row.practice]
    left = sum(waits(line, marks) for line in counted)
    saving = sum(line.row is not None and marks.get(line.row.person_id) == "saving" for line in counted)
    cells = [Cell(t("rounds.done", done=board.total - left - saving, total=board.total), "title")]
    if board.remarkable:
        cells.append(Cell("   " + t("rounds.remarkable", n=board.remarkable), "urgent"))
    minutes = pace.minutes_for(left)
    if minutes is not None:
        cells.append(Cell("   " + t("rounds.left", span=times.span(minutes * 60)), "quiet"))
    elif not left and not saving and board.total:
        cells.append(Cell("   " + t("rounds.all_done"), "done"))
    return cells


def saved_words(job: Job, saved: Saved, width: int) -> tuple[str, Token]:
    """What to say of a saved round: with a grave score what to do, in as many words as one line takes."""
    plain = t("rounds.saved", bed=job.bed, name=job.name)
    if job.also and cell_len(plain) + 2 + cell_len(job.also) + 4 <= width:
        plain += f"  {job.also}"
    news = saved.news
    if news is None or news.response not in GRAVE:
        return plain, ""
    todo = advice(news.response, language())
    score = t(f"rounds.score{'' if news.complete else '_least'}", total=news.total, level=t(f"news.{news.response}"))
    for said in (t("rounds.saved_grave", bed=job.bed, name=job.name, score=score, todo=todo), f"{score} {todo}"):
        if cell_len(said) + 4 <= width:
            return said, "urgent"
    return t("rounds.saved_grave", bed=job.bed, name=job.name, score=score, todo=""), "urgent"
