"""Where every bed stands on the map: wards, floors, rooms, and the beds of a room side by side.

Pure geometry in terminal cells, so that the map can be drawn line by line and gone through by arrows.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING, Final, Literal
from uuid import UUID

from rich.cells import cell_len

from yiyang_tui.cells import fit
from yiyang_tui.themes import Token
from yiyang_tui.words import language, plural, t

if TYPE_CHECKING:
    from care.beds import BedCell, RoomCells, Ward

Direction = Literal["left", "right", "up", "down"]

# A name of three characters takes 6 cells; one of four gets 8 where that costs no line.
NAME: Final = 6
NAME_MOST: Final = 8
MARK: Final = 2
DAYS: Final = 5
LABEL_MOST: Final = 10
GAP: Final = 2


@dataclass(frozen=True, slots=True)
class Spot:
    """One bed on the map. ``mark``, ``sign``, ``text`` fill its inside, ``shared`` says that two lie there."""

    line: int
    x: int
    width: int
    cell: "BedCell"
    mark: str
    sign: str
    text: str
    token: Token
    shared: bool = False

    @property
    def centre(self) -> int:
        """Twice the column of its middle, so that halves compare."""
        return 2 * self.x + self.width


@dataclass(frozen=True, slots=True)
class Label:
    """A heading, or the name of a room."""

    line: int
    x: int
    text: str
    token: Token


@dataclass(frozen=True, slots=True)
class Layout:
    """The whole map: ``spots`` in reading order, ``lines`` with what is drawn in each from left to right."""

    spots: tuple[Spot, ...]
    lines: tuple[tuple[Label | Spot, ...], ...]

    def find(self, id: UUID | None) -> int | None:
        """The number of the spot of a bed, or of whoever lies there; ``None`` when there is none."""
        if id is None:
            return None
        ids = ((spot.cell.id, spot.cell.person_id, *spot.cell.others) for spot in self.spots)
        return next((n for n, here in enumerate(ids) if id in here), None)


def lay_out(wards: "Sequence[Ward]", width: int, height: int, now: int) -> Layout:
    """The map in ``width`` cells. Names get more room where some need it and nothing goes out of sight by it."""
    tight = _Drawing(width, NAME, now).whole(wards)
    longest = max((cell_len(spot.cell.name) for spot in tight.spots), default=0)
    if longest > NAME:
        roomy = _Drawing(width, min(longest, NAME_MOST), now).whole(wards)
        if len(roomy.lines) <= max(len(tight.lines), height):
            return roomy
    return tight


class _Drawing:
    """A map while it is being laid out: what stands where so far."""

    def __init__(self, width: int, name: int, now: int) -> None:
        self.width, self.name, self.now = width, name, now
        self.lines: list[list[Label | Spot]] = []

    def whole(self, wards: "Sequence[Ward]") -> Layout:
        for ward in wards:
            for floor, rooms in groupby(ward.rooms, key=lambda room: room.floor):
                if self.lines and self.lines[-1]:
                    self.lines.append([])
                self._floor(ward, floor, list(rooms))
        spots = tuple(piece for line in self.lines for piece in line if isinstance(piece, Spot))
        return Layout(spots, tuple(map(tuple, self.lines)))

    def _floor(self, ward: "Ward", floor: int, rooms: "list[RoomCells]") -> None:
        self.lines.append([])
        self._put(Label(len(self.lines) - 1, 0, _heading(ward, floor, rooms), "title"))
        label = min(max(cell_len(room.name) for room in rooms), LABEL_MOST)
        inside = MARK + 1 + self.name + (DAYS + 1 if ward.kind == "inpatient" else 0)
        step = inside + 2
        x = self.width
        for room in rooms:
            most = max((self.width - label - 1) // step, 1)
            if x + label + 1 + step * min(len(room.cells), most) > self.width:
                self.lines.append([])
                x = 0
            self._put(Label(len(self.lines) - 1, x, fit(room.name, label), "quiet"))
            start = x + label + 1
            for nth, cell in enumerate(room.cells):
                if nth and nth % most == 0:
                    self.lines.append([])
                self._put(self._spot(cell, start + nth % most * step, step))
            x = start + step * min(len(room.cells), most) + GAP if len(room.cells) <= most else self.width

    def _put(self, piece: Label | Spot) -> None:
        self.lines[-1].append(piece)

    def _spot(self, cell: "BedCell", x: int, step: int) -> Spot:
        from care.codes import mark

        line, room = len(self.lines) - 1, step - 2
        if cell.person_id is None:
            word = t("beds.cell_free" if cell.state == "free" else "beds.cell_closed")
            return Spot(line, x, step, cell, "", "", fit(word, room), "quiet")
        late = cell.due_back_at is not None and cell.due_back_at < self.now
        away = cell.state == "leave"
        marked = t("beds.mark_out") if away else mark("home_care_level", cell.care_level, language())
        text = fit(cell.name, self.name)
        if step - 2 > MARK + 1 + self.name:
            text += fit(_stayed(cell.days or 0), DAYS + 1, "right")
        token: Token = "urgent" if cell.urgent else "late" if late else "due" if away else ""
        sign = "!" if cell.urgent or late else " "
        return Spot(line, x, step, cell, fit(marked, MARK), sign, text, token, bool(cell.others))


def _stayed(days: int) -> str:
    return t("beds.days", n=days) if days < 1000 else t("beds.years", n=days // 365)


def _heading(ward: "Ward", floor: int, rooms: "Iterable[RoomCells]") -> str:
    states = [cell.state for room in rooms for cell in room.cells if not cell.practice]
    if not states:
        return t("beds.for_practice")
    where = t(f"beds.kind.{ward.kind}")
    if ward.kind != "home":
        where += " " + (plural("beds.floor", floor) if floor else t("beds.no_floor"))
    return f"{where}   {counts(states.count('in'), states.count('free'), states.count('leave'))}"


def counts(taken: int, free: int, leave: int) -> str:
    """``住 84 空 9 外出 3``; who is out is told where somebody is."""
    said = [t("beds.taken", n=taken), t("beds.free", n=free)]
    return t("beds.join").join([*said, t("beds.out", n=leave)] if leave else said)


def neighbour(spots: Sequence[Spot], at: int, way: Direction, goal: int, allowed: Sequence[int]) -> int:
    """The spot that an arrow leads to from ``at``; ``at`` itself where there is none.

    Left and Right stay in the line and go on at its end; Up and Down take the line next to this one that has a bed and
    there the one nearest to ``goal`` (``Spot.centre``). Only spots in ``allowed``, in rising order, are gone to.
    """
    if way == "left":
        return max((n for n in allowed if n < at), default=at)
    if way == "right":
        return min((n for n in allowed if n > at), default=at)
    here = spots[at].line
    beyond = [n for n in allowed if (spots[n].line < here if way == "up" else spots[n].line > here)]
    if not beyond:
        return at
    line = spots[beyond[-1 if way == "up" else 0]].line
    return min((n for n in beyond if spots[n].line == line), key=lambda n: abs(spots[n].centre - goal))
