"""All beds of the house, gone through by arrows. Only the lines in sight are ever drawn."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar
from uuid import UUID

from rich.segment import Segment
from textual import events
from textual.binding import Binding, BindingType
from textual.geometry import Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.strip import Strip

from yiyang_tui.cells import wrap
from yiyang_tui.themes import token_style
from yiyang_tui.widgets.bed_layout import Direction, Label, Layout, Spot, lay_out, neighbour
from yiyang_tui.words import t

if TYPE_CHECKING:
    from care.beds import BedCell, Ward


class BedMap(ScrollView, can_focus=True):
    """``[全 王长生][半!陈德福]>空       <``: the bed under the cursor stands between ``>`` and ``<``.

    ``offer(ids)`` lets the cursor go to some beds only, to choose one of them; Escape then posts ``Declined``.
    """

    DEFAULT_CSS = """
    BedMap {
        height: 1fr; width: 1fr; overflow-x: hidden; overflow-y: auto;
        scrollbar-size-vertical: 1; scrollbar-gutter: stable;
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        *(Binding(way, f"walk({way!r})", show=False) for way in ("left", "right", "up", "down")),
        Binding("pageup", "page('up')", show=False),
        Binding("pagedown", "page('down')", show=False),
        Binding("home", "edge(0)", show=False),
        Binding("end", "edge(-1)", show=False),
        Binding("enter", "choose", show=False),
        Binding("escape", "decline", show=False),
    ]

    @dataclass
    class Moved(Message):
        """The cursor stands on another bed, or on the same one whose facts are new."""

        bed: "BedCell"

    @dataclass
    class Chosen(Message):
        """Enter was pressed on a bed."""

        bed: "BedCell"

    @dataclass
    class Declined(Message):
        """Escape was pressed while beds were offered."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._wards: Sequence[Ward] = ()
        self._now = 0
        self._layout = Layout((), ())
        self._known = False
        self._at = 0
        self._goal = 0
        self._offered: Collection[UUID] | None = None

    # --- what is shown --------------------------------------------------------------------------

    @property
    def current(self) -> "BedCell | None":
        """The bed under the cursor."""
        spots = self._layout.spots
        return spots[self._at].cell if spots else None

    def show(self, wards: "Sequence[Ward]", now: int) -> None:
        """Draw the house anew; the cursor stays on its bed."""
        self._wards, self._now, self._known = wards, now, True
        self._lay_out()

    def offer(self, beds: Collection[UUID] | None) -> None:
        """Let the cursor go to these beds only; ``None``: to all."""
        self._offered = beds
        allowed = self._allowed()
        if allowed and self._at not in allowed:
            after = [n for n in allowed if n > self._at]
            self._go(after[0] if after else allowed[-1])
        self.refresh()

    def goto(self, id: UUID | None) -> bool:
        """Put the cursor on a bed, or on that of a person; false when there is none."""
        at = self._layout.find(id)
        if at is not None:
            self._go(at)
        return at is not None

    @property
    def _width(self) -> int:
        return self.scrollable_content_region.width

    def _lay_out(self) -> None:
        kept = self.current
        self._layout = lay_out(self._wards, self._width, self.size.height, self._now)
        spots = self._layout.spots
        self.virtual_size = Size(self._width, len(self._layout.lines))
        at = self._layout.find(kept.id) if kept is not None else 0
        if spots:
            self._go(min(self._at, len(spots) - 1) if at is None else at)
        self.refresh()

    def _allowed(self) -> list[int]:
        offered = self._offered
        return [n for n, spot in enumerate(self._layout.spots) if offered is None or spot.cell.id in offered]

    # --- moving ---------------------------------------------------------------------------------

    def action_walk(self, way: Direction) -> None:
        """An arrow."""
        spots, goal = self._layout.spots, self._goal
        if spots:
            self._go(neighbour(spots, self._at, way, goal, self._allowed()))
            if way in ("up", "down"):
                # Through a short line straight on.
                self._goal = goal

    def action_page(self, way: Direction) -> None:
        """PageUp and PageDown: as far as the screen shows."""
        spots = self._layout.spots
        if not spots:
            return
        start = spots[self._at].line
        while abs(spots[self._at].line - start) < max(self.size.height - 2, 1):
            before = self._at
            self.action_walk(way)
            if self._at == before:
                break

    def action_edge(self, which: int) -> None:
        """Home and End: the first bed, the last."""
        allowed = self._allowed()
        if allowed:
            self._go(allowed[which])

    def action_choose(self) -> None:
        """Enter."""
        bed = self.current
        if bed is not None and (self._offered is None or bed.id in self._offered):
            self.post_message(self.Chosen(bed))

    def action_decline(self) -> None:
        """Escape."""
        if self._offered is not None:
            self.post_message(self.Declined())

    def _go(self, at: int) -> None:
        spot = self._layout.spots[at]
        self._at, self._goal = at, spot.centre
        self._bring_into_sight(spot)
        self.refresh()
        self.post_message(self.Moved(spot.cell))

    def _bring_into_sight(self, spot: Spot) -> None:
        top, height = round(self.scroll_y), max(self.size.height, 1)
        above = self._line(spot.line - 1)
        # A heading just above comes along.
        first = spot.line - 1 if above and not any(isinstance(piece, Spot) for piece in above) else spot.line
        if first < top:
            self.scroll_to(y=first, animate=False, force=True)
        elif spot.line >= top + height:
            self.scroll_to(y=spot.line - height + 1, animate=False, force=True)

    def on_resize(self, _event: events.Resize) -> None:
        """Another width holds another number of rooms."""
        if self._known:
            self._lay_out()

    def on_focus(self) -> None:
        """The cursor is drawn strong only where keys go."""
        self.refresh()

    def on_blur(self) -> None:
        """And quiet elsewhere."""
        self.refresh()

    def on_click(self, event: events.Click) -> None:
        """A click goes to a bed; on the bed under the cursor it opens."""
        line = event.y + round(self.scroll_y)
        for n in self._allowed():
            spot = self._layout.spots[n]
            if spot.line == line and spot.x <= event.x < spot.x + spot.width:
                if n == self._at:
                    self.action_choose()
                else:
                    self._go(n)

    # --- drawing --------------------------------------------------------------------------------

    def render_line(self, y: int) -> Strip:
        """One line of the screen."""
        width = self._width
        segments: list[Segment] = []
        if self._known and not self._layout.spots:
            said = ["", *wrap(t("beds.none"), max(width - 2, 8))]
            segments = [Segment(said[y] if y < len(said) else "", token_style(self.app, "quiet"))]
        x = 0
        for piece in self._line(y + round(self.scroll_y)):
            segments.append(Segment(" " * (piece.x - x)))
            drawn = self._spot(piece) if isinstance(piece, Spot) else [self._segment(piece.text, piece.token)]
            segments += drawn
            x = piece.x + sum(segment.cell_length for segment in drawn)
        return Strip(segments).adjust_cell_length(width).apply_style(self.rich_style)

    def _line(self, number: int) -> Sequence[Label | Spot]:
        lines = self._layout.lines
        return lines[number] if 0 <= number < len(lines) else ()

    def _spot(self, spot: Spot) -> list[Segment]:
        here = spot is self._layout.spots[self._at]
        lit = here and self.has_focus
        offered = self._offered is None or spot.cell.id in self._offered
        token = spot.token if offered else "quiet"
        edge = "title" if here else "quiet"
        left, right = (">", "<") if here else ("[", "]")
        return [
            self._segment(left, edge, lit),
            self._segment(spot.mark, "" if token in ("", "due") else token, lit),
            self._segment(spot.sign + spot.text, token, lit),
            self._segment("+" if spot.shared else right, "urgent" if spot.shared else edge, lit),
        ]

    def _segment(self, text: str, token: str, lit: bool = False) -> Segment:
        return Segment(text, token_style(self.app, token, selected=lit))
