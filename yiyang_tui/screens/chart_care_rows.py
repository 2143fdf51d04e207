"""The lines of the page on care: the plan, what is in force, what happened lately; weight and balance in a line."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING, Final

from yiyang_tui.cells import BETWEEN, whole_parts
from yiyang_tui.themes import Token
from yiyang_tui.widgets.virtual_list import Cell, Cells, Column
from yiyang_tui.words import language, t, times

if TYPE_CHECKING:
    from care.events.read import EventView
    from care.events.weights import Balance, Weighed
    from care.plan import Plan, PlanRow

WHEN, WHAT, SIDE = 11, 12, 16
COLUMNS: Final = (Column(WHEN), Column(WHAT), Column(0), Column(SIDE, align="right"))
HALF_YEAR_S: Final = 180 * 86400


@dataclass(frozen=True, slots=True)
class Care:
    """What the page shows."""

    plan: "Plan"
    open: "tuple[EventView, ...]"
    events: "tuple[EventView, ...]"
    weights: "tuple[Weighed, ...]"
    balances: "tuple[Balance, ...]"
    now: int


@dataclass(frozen=True, slots=True)
class Line:
    """One line: a duty of the plan, an event, the way to add a duty, or a heading."""

    key: str
    cells: tuple[Cell, ...]
    duty: "PlanRow | None" = None
    event: "EventView | None" = None
    adds: bool = False

    @property
    def chosen(self) -> bool:
        """Whether the cursor stops here."""
        return self.duty is not None or self.event is not None or self.adds


def lines(care: Care, width: int, *, may_plan: bool) -> list[Line]:
    """Every line, for a list of ``width`` cells."""
    room = width - 3 - (WHEN + WHAT + SIDE) - (len(COLUMNS) - 1)
    items = care.plan.items
    found = [_heading("plan", t("care.plan", n=len(items)) if items else t("care.no_plan"))]
    found += [_duty(row, care.now, room) for row in sorted(items, key=lambda row: (-row.late_min, row.due_at or 0))]
    if may_plan:
        found.append(Line("add", (Cell(""), Cell(t("care.add"), "quiet"), Cell(""), Cell("")), adds=True))
    if care.open:
        found += [_gap("open"), _heading("open", t("care.in_force", n=len(care.open)))]
        found += [_event(one, care.now, room, opened=True) for one in care.open]
    shown = {one.id for one in care.open}
    for day, each in groupby(
        (one for one in care.events if one.id not in shown), lambda one: times.day(one.at, care.now)
    ):
        found += [_gap(day), _heading(day, day), *(_event(one, care.now, room) for one in each)]
    return found


def cells(line: Line) -> Cells:
    """The cells of a line."""
    return line.cells


def measured(care: Care) -> str:
    """``体重 50.1 kg 11-20  半年 -1.1``, ``出入量 1700/900 ml 昨天``; empty where nothing is known."""
    parts = []
    if care.weights:
        first, last = care.weights[0], care.weights[-1]
        said = t("care.weight", kg=kg(last.kg10), when=times.day(last.at, care.now))
        apart = last.kg10 - first.kg10
        if len(care.weights) > 1:
            months = max(1, round((last.at - first.at) / (30 * 86400)))
            said += BETWEEN + t("care.weight_change", change=f"{apart / 10:+.1f}", months=months)
        parts.append(said)
    if care.balances:
        one = care.balances[-1]
        parts.append(t("care.balance", into=one.in_ml, out=one.out_ml, when=times.day(one.at, care.now)))
    return (BETWEEN * 2).join(parts)


def losing(weights: "Sequence[Weighed]") -> bool:
    """Whether a twentieth of the weight went within some thirty days: a sign of undernutrition in every scale of it."""
    if not weights:
        return False
    last = weights[-1]
    before = [one for one in weights if last.at - 40 * 86400 <= one.at < last.at]
    return bool(before) and last.kg10 * 20 <= max(one.kg10 for one in before) * 19


def kg(kg10: int) -> str:
    """``50.1``."""
    return f"{kg10 // 10}.{kg10 % 10}"


def _duty(row: "PlanRow", now: int, room: int) -> Line:
    from care.duties import say_hours

    lang = language()
    beside: tuple[str, Token] = ("", "quiet")
    if row.late_min > 0:
        beside = (t("events.late", span=times.span(row.late_min * 60)), "late")
    elif row.due_at is not None:
        beside = (times.moment(row.due_at, now), "due")
    last = "" if row.last_at is None else t("care.last", when=times.moment(row.last_at, now))
    said = BETWEEN.join(part for part in (say_hours(row.every_min, row.times, lang), row.note, last, row.cause) if part)
    line = (Cell(""), Cell(row.words.of(lang), "title"), Cell(whole_parts(said, room)), Cell(*beside))
    return Line(f"duty{row.id.hex}", line, duty=row)


def _event(one: "EventView", now: int, room: int, *, opened: bool = False) -> Line:
    lang = language()
    gone = one.stands == "void"
    token: Token = "quiet" if gone else "urgent" if one.open and one.urgent else ""
    said = BETWEEN.join(
        part for part in (t("event.is_void", reason=one.reason) if gone else "", one.brief.of(lang)) if part
    )
    when = times.moment(one.at, now) if opened else times.clock(one.at)
    side = times.span(max(now - one.at, 60)) if opened else one.who
    title = ("! " if one.open and one.urgent else "") + one.title.of(lang)
    line = (Cell(when, "quiet"), Cell(title, token), Cell(whole_parts(said, room), token), Cell(side, "quiet"))
    return Line(one.id.hex, line, event=one)


def _heading(id: str, words: str) -> Line:
    return Line(f"heading-{id}", (Cell(words, "title"),))


def _gap(id: str) -> Line:
    return Line(f"gap-{id}", (Cell(""),))
