"""The lines of a handover on the screen: section by section, one line a person, long sections folded."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING, Final

from yiyang_tui.themes import Token
from yiyang_tui.widgets.virtual_list import Cell, Cells, Column
from yiyang_tui.words import language, t, times

if TYPE_CHECKING:
    from care.handover import Handover
    from care.handover_lines import Counts, Line, Section

COLUMNS: Final = (Column(7), Column(8), Column(0), Column(11, align="right"))
TOKENS: "Final[dict[str, Token]]" = {
    "alerts": "urgent",
    "incidents": "late",
    "doses": "due",
    "undone": "late",
    "follow_up": "due",
}
NEWS: Final = "news"
"""What happened since, above what was signed."""


@dataclass(frozen=True, slots=True)
class Row:
    """One line. ``section``: which one Enter folds or unfolds on its heading. ``whole``: all its words, to be read."""

    id: str
    cells: Cells
    section: str = ""
    whole: str = ""
    heading: bool = False


def counted(counts: "Counts") -> list[Cell]:
    """``在册 96  在院 90  外出 4``: nobody counts what is nought but those who are there."""
    shown = [("expected", counts.expected), ("present", counts.present), ("out", counts.out)]
    more = [("hospital", counts.hospital), ("came", counts.came), ("left", counts.left), ("moved", counts.moved)]
    words = [t(f"handover.count.{name}", n=n) for name, n in (*shown, *((name, n) for name, n in more if n))]
    return [Cell("   ".join(words))]


def rows(
    sections: "Sequence[Section]",
    now: int,
    unfolded: "set[str]",
    *,
    most: int,
    items: Mapping[str, str] | None = None,
    news: "Sequence[Section]" = (),
) -> list[Row]:
    """All lines: since then, what people added, what the program found. ``most``: lines of a folded section."""
    shown = [row for one in news for row in _section(one, now, unfolded, most, NEWS)]
    if items:
        shown.append(Row("items", [Cell(t("handover.added"), "title")], heading=True))
        shown += [
            Row(f"item.{name}", _cells(t(f"handover.item.{name}"), "", words, ""), whole=words)
            for name, words in items.items()
        ]
    return shown + [row for one in sections for row in _section(one, now, unfolded, most, "")]


def _section(one: "Section", now: int, unfolded: "set[str]", most: int, before: str) -> Iterator[Row]:
    id = f"{before}.{one.code}"
    people = [list(lines) for _, lines in groupby(one.lines, _whose)]
    title = t(f"handover.section.{one.code}")
    title = t("handover.since", what=title) if before else title
    token = TOKENS.get(one.code, "title")
    sign = "! " if token in ("urgent", "late") else ""
    yield Row(id, [Cell(f"{sign}{title} {len(one.lines)}", token)], id, heading=True)
    # One more line takes no more room than to say that there is one more.
    folded = len(people) > most + 1 and id not in unfolded
    for nth, lines in enumerate(people[:most] if folded else people):
        yield _line(f"{id}.{nth}", lines, now)
    if folded:
        yield Row(f"{id}.more", [Cell(f"{' ' * 16}{t('handover.more', n=len(people) - most)}", "quiet")], id)


def _whose(line: "Line") -> tuple[str, str, int | None]:
    # Of the house each line is another thing.
    return (line.bed_label, line.name, None) if line.name else ("", "", id(line))


def _line(id: str, lines: "list[Line]", now: int) -> Row:
    first, lang = lines[0], language()
    words = "  ".join(line.what.of(lang) for line in lines)
    at = "" if first.at is None else times.moment(first.at, now)
    whole = "\n".join(
        " ".join(part for part in ("" if line.at is None else times.moment(line.at, now), line.what.of(lang)) if part)
        for line in lines
    )
    name = first.name or t("handover.house")
    return Row(id, _cells(first.bed_label, name, words, at), whole=f"{first.bed_label} {name}".strip() + "\n" + whole)


def _cells(bed: str, name: str, words: str, at: str) -> Cells:
    return [bed, Cell(name, "title"), words, Cell(at, "quiet")]


def signed(one: "Handover", now: int) -> str:
    """``王芳 20:05 交  李娟 20:12 接  备注``."""
    said = t("handover.gave", who=one.giver, at=times.moment(one.at, now))
    if one.taken_at is None:
        return f"{said}  {t('handover.open')}"
    took = t("handover.took", who=one.taker, at=times.moment(one.taken_at, now))
    return "  ".join(part for part in (said, took, one.remarks) if part)


def past_cells(one: "Handover", now: int) -> Cells:
    """One handover in the list of those past."""
    words = one.draft.words.of(language())
    taken = one.taken_at is not None
    return [
        times.moment(one.at, now),
        Cell(words, "title"),
        one.giver,
        Cell(one.taker if taken else f"! {t('handover.open')}", "" if taken else "late"),
        Cell(one.remarks, "quiet"),
    ]
