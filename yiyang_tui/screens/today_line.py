"""A line of Today, a section of them, and how sections share the room of a low terminal."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final
from uuid import UUID

from rich.cells import cell_len

from yiyang_tui.cells import fit
from yiyang_tui.widgets.virtual_list import Cell, Column

if TYPE_CHECKING:
    from care.duties_done import Done
    from care.today import DueRow

SIGN, BED, NAME, WHEN = 2, 7, 8, 19
COLUMNS: Final = (Column(SIGN), Column(BED), Column(NAME), Column(0), Column(WHEN, align="right"))

AROUND: Final = 3 + SIGN + BED + NAME + WHEN + len(COLUMNS) - 1
"""Cells of a line that are not its words: the cursor, the other columns, the blanks between."""

LEAST, MOST = 2, 6
"""Lines that a section keeps in a low terminal, and that it shows at most where there is room."""


@dataclass(frozen=True, slots=True)
class Row:
    """One line: where Enter leads, about whom. ``due``: Space may record a round. ``group``: rounds it stands for.

    ``done``: the duties that the same Space says are done. ``mine``: not waited for from somebody of another role.
    """

    id: str
    cells: tuple[Cell, ...]
    leads: str = ""
    person_id: UUID | None = None
    name: str = ""
    due: bool = False
    group: "tuple[DueRow, ...]" = ()
    about: UUID | None = None
    done: "Done | None" = None
    mine: bool = True


@dataclass(frozen=True, slots=True)
class Section:
    """Lines of one kind under their heading. ``whole``: none of it is ever folded.

    ``rest`` stands below the lines, and where room is short ``brief`` in its place. ``least``: so many lines stay.
    """

    heading: Row
    lines: Sequence[Row]
    whole: bool = False
    rest: Sequence[Row] = ()
    brief: Row | None = None
    least: int = LEAST

    @property
    def alone(self) -> Row:
        """Its heading as the one line of it, which leads to where it is done."""
        every = [*self.lines, *self.rest]
        first = every[0] if every else None
        return replace(self.heading, leads=first.leads if first else "", mine=any(one.mine for one in every))

    def folded(self, most: int) -> list[Row]:
        """The heading and at most so many lines; a last one says how many more there are."""
        most = max(most, self.least)
        rest = [self.brief] if self.brief is not None and most < MOST else self.rest
        if self.whole or len(self.lines) <= most:
            return [self.heading, *self.lines, *rest]
        return [*self._first(most - 1), *rest]

    def cut(self, room: int) -> list[Row]:
        """At most so many lines of those that it has; its heading alone where none of it would be seen."""
        return self._first(room - 2) if room > 2 and len(self.lines) > room - 2 else [self.alone]

    def _first(self, most: int) -> list[Row]:
        """The heading, so many lines, and one that says how many more there are."""
        from yiyang_tui.words import plural

        shown, left = self.lines[:most], self.lines[most:]
        words = plural("today.more", len(left))
        cells: tuple[Cell, ...] = (Cell(""), Cell(""), Cell(""), Cell(words, "quiet"), Cell(""))
        if len(left[0].cells) == 1:
            cells = (Cell(across(words, "", 0), "quiet"),)
        more = Row(f"more-{self.heading.id}", cells, left[0].leads, left[0].person_id, mine=left[0].mine)
        return [self.heading, *shown, more]


def laid(sections: Sequence[Section], height: int) -> list[Row]:
    """All sections in so many lines: blank lines between them while there is room, then fewer lines of each.

    Where even that is too much the last ones stand as their headings alone, which lead there, and one shows as many of
    its lines as there is room for. What does not fit even so is scrolled to.
    """
    for most in range(MOST, LEAST - 1, -1):
        blocks = [section.folded(most) for section in sections]
        lines = sum(map(len, blocks))
        if lines <= height:
            break
    for at in range(len(blocks) - 1, 0, -1):
        if lines > height and not sections[at].whole:
            before = len(blocks[at])
            blocks[at] = sections[at].cut(before - (lines - height))
            lines -= before - len(blocks[at])
    apart = lines + len(blocks) - 1 <= height or len(blocks) < 3
    found: list[Row] = []
    for block in blocks:
        found += [*([Row(f"gap{len(found)}", (Cell(""),))] if found and apart else []), *block]
    return found


def across(what: str, when: str, width: int) -> str:
    """A line about nobody: it begins where beds do, ``when`` stands at its right. ``width``: of the whole list."""
    room = max(width - 3 - (SIGN + 1), cell_len(what) + cell_len(when) + 1)
    beside = f" {when}" if when else ""
    return " " * (SIGN + 1) + fit(what, room - cell_len(beside)) + beside


def heading(id: str, words: str, beside: str = "") -> Row:
    """The line above a section; ``beside`` stands at its right."""
    if not beside:
        return Row(f"heading-{id}", (Cell(words, "title"),))
    return Row(f"heading-{id}", (Cell(f"{words}   {beside}", "title"),))
