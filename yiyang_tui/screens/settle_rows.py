"""What wants a person, in words: what kind it is, about whom, what stands against what, and what to do."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from yiyang_tui.screens.contest_sides import field_word
from yiyang_tui.themes import Token
from yiyang_tui.widgets.columns import Cell, Column
from yiyang_tui.words import plural, t, times

if TYPE_CHECKING:
    from care.findings import Finding

KIND, ABOUT = 18, 22
COLUMNS: Final = (Column(KIND), Column(ABOUT), Column(0))


@dataclass(frozen=True, slots=True)
class Row:
    """One line: a heading, or a finding with the code of its words."""

    id: str
    cells: tuple[Cell, ...]
    kind: str = ""
    found: "Finding | None" = None


def rows(found: "list[Finding]", now: int) -> list[Row]:
    """What must be settled, then what may be as it should; none for nothing."""
    from care.invariants import is_hint

    sure = [one for one in found if not is_hint(one)]
    hints = [one for one in found if is_hint(one)]
    listed: list[Row] = []
    if sure:
        listed += [_heading("sure", plural("settle.sure", len(sure))), *_rows(sure, now)]
    if hints:
        listed += [Row("gap", (Cell(""),))] if listed else []
        listed += [_heading("hints", plural("settle.hints", len(hints))), *_rows(hints, now)]
    return listed


def _heading(id: str, words: str) -> Row:
    return Row(f"heading-{id}", (Cell(words, "title"),))


def _rows(found: "list[Finding]", now: int) -> Iterator[Row]:
    for one in found:
        kind, about, detail = said(one, now)
        token: Token = "due" if kind == "alike" else "urgent"
        cells = (Cell(t(f"settle.kind.{kind}"), token), Cell(about, "title"), Cell(detail, "quiet"))
        yield Row(f"{kind} {about} {detail} {hash(one)}", cells, kind, one)


def said(one: "Finding", now: int) -> tuple[str, str, str]:
    """The code of its kind, about whom, the rest."""
    from care.disputes import ContestedRow, Dispute
    from care.findings import (
        DoseTwice,
        LabelTwice,
        LeaveAstray,
        NumberTwice,
        OnTwoBeds,
        RegisteredTwice,
        ShownAsEachOther,
        TwoInBed,
    )

    match one:
        case Dispute():
            return "contested", f"{one.bed_label} {one.name}".strip(), _fields("", one.fields)
        case ContestedRow():
            return (
                "contested",
                f"{t(f'settle.table.{one.table}')} {' '.join(one.about)}",
                _fields(one.table, one.fields),
            )
        case TwoInBed():
            return "two_in_bed", one.bed_label, t("list.comma").join(each.name for each in one.lying)
        case OnTwoBeds():
            return "two_beds", one.name, t("list.comma").join(each.bed_label for each in one.stays)
        case RegisteredTwice():
            return "twice" if one.sure else "alike", one.names[0], _others(one.names)
        case ShownAsEachOther():
            return "circle", one.names[0], _others(one.names)
        case LeaveAstray():
            return "leave", f"{one.bed_label} {one.name}", t("settle.left_at", when=times.moment(one.left_at, now))
        case DoseTwice():
            when = times.moment(one.due_at, now)
            return "dose_twice", f"{one.bed_label} {one.name}".strip(), f"{one.drug} {when}"
        case NumberTwice():
            return "number", one.number, t("list.comma").join(one.names)
        case LabelTwice():
            return "label", one.label, t("list.comma").join(filter(None, one.rooms))


def todo(row: Row) -> list[Cell]:
    """What it means, and what Enter does."""
    if not row.kind:
        return []
    return [Cell(t(f"settle.why.{row.kind}")), Cell(t(f"settle.todo.{row.kind}"), "quiet")]


def _fields(table: str, fields: tuple[str, ...]) -> str:
    return t("list.comma").join(field_word(table, name) for name in fields)


def _others(names: tuple[str, ...]) -> str:
    return plural("settle.registrations", len(names)) if len(set(names)) == 1 else t("list.comma").join(names[1:])
