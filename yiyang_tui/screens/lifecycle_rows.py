"""The steps of a stay as lines, and what stands beside the one under the cursor."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from yiyang_tui.themes import Token
from yiyang_tui.widgets.columns import Cell
from yiyang_tui.words import language, plural, t, times

if TYPE_CHECKING:
    from care.lifecycle import Lifecycle, Step

MARKS: "Final[dict[str, Token]]" = {"done": "done", "open": "due", "may": "quiet", "none": "quiet", "": ""}
CLEARED: Final = ("incidents", "medicines", "belongings", "care")
"""Steps that are done where nothing is left, with nothing recorded."""


@dataclass(frozen=True, slots=True)
class Line:
    """A step; ``leads``: the first of its phase."""

    step: "Step"
    leads: bool


def lines(found: "Lifecycle") -> list[Line]:
    """All steps in their order."""
    before = ""
    made = []
    for step in found.steps:
        made.append(Line(step, step.phase != before))
        before = step.phase
    return made


def cells(line: Line, now: int, missing: int) -> list[Cell]:
    """Phase, mark, step, when and who, what was said or what is missing. ``missing``: so many papers."""
    step, lang = line.step, language()
    said, token, mark = step.said.of(lang), MARKS[""], str(step.state)
    if step.missing.zh:
        # Of papers there is no room for the names: they stand below.
        said = plural("lifecycle.missing", missing) if step.code == "papers" else step.missing.of(lang)
        token = "due" if step.state == "open" else ""
    elif step.code in CLEARED and step.state == "done" and step.done_at is None:
        said, token, mark = t("lifecycle.nothing_left"), "quiet", "none"
    when = "" if step.done_at is None else _when(step.done_at, now)
    return [
        Cell(t(f"lifecycle.phase.{step.phase}") if line.leads else "", "quiet"),
        Cell(t(f"lifecycle.mark.{mark}"), MARKS[mark]),
        Cell(step.words.of(lang), "title" if step.state == "open" else ""),
        Cell(when, "quiet"),
        Cell(step.who, "quiet"),
        Cell(said, token),
    ]


def headline(found: "Lifecycle") -> list[Cell]:
    """Who, where, how they stand, since when."""
    from care.codes import short

    told = [
        Cell(f"{found.bed_label} {found.name}".strip(), "title"),
        Cell(t(f"lifecycle.state.{found.state}"), "due" if found.state in ("hospital", "leave", "trial") else ""),
    ]
    if found.care_level:
        told.append(Cell(short("home_care_level", found.care_level, language()), "quiet"))
    if found.since is not None:
        told.append(Cell(t("lifecycle.since", when=_day(found.since)), "quiet"))
    if found.until is not None:
        told.append(Cell(t("lifecycle.until", when=_day(found.until)), "quiet"))
    waiting = sum(step.state == "open" for step in found.steps)
    if waiting:
        told.append(Cell(f"! {plural('lifecycle.waiting', waiting)}", "due"))
    return told


def beside(found: "Lifecycle", step: "Step | None") -> Iterator[Cell]:
    """More of the step under the cursor: each paper, the history of the level, until when a file is kept."""
    if step is None:
        return
    lang = language()
    if step.code == "papers":
        states: tuple[tuple[str, Token], ...] = (("missing", "due"), ("have", "done"), ("waived", "quiet"))
        for state, token in states:
            named = [one.words.of(lang) for one in found.papers if _stands(one) == state]
            if named:
                yield Cell(t(f"lifecycle.papers.{state}", what=t("list.comma").join(named)), token)
    elif step.code == "level":
        yield from _levels(found)
    elif step.code == "file":
        yield Cell(t("lifecycle.kept", day=found.kept) if found.kept else t("lifecycle.kept_always"), "quiet")
        yield Cell(t("lifecycle.never_deleted"), "quiet")
    else:
        if step.missing.zh:
            yield Cell(f"! {step.missing.of(lang)}", "due" if step.state == "open" else "")
        yield Cell(t(f"lifecycle.about.{step.code}"), "quiet")


def _stands(paper: Any) -> str:
    if paper.have:
        return "have"
    return "waived" if paper.waived else "missing" if paper.needed else "welcome"


def _levels(found: "Lifecycle") -> Iterator[Cell]:
    from care.codes import short

    if not found.level_history:
        yield Cell(t("lifecycle.no_levels"), "quiet")
    for one in found.level_history[:6]:
        old, new = (short("home_care_level", code, language()) for code in (one.old, one.new))
        yield Cell(t("lifecycle.level", day=one.from_on, old=old, new=new, why=one.why, who=one.who))


def _when(at: int, now: int) -> str:
    """Of another year the hour is of no use, and there is no room for it."""
    same = times.local(at).year == times.local(now).year
    return times.moment(at, now) if same else _day(at)


def _day(at: int) -> str:
    return times.local(at).date().isoformat()
