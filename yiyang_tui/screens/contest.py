"""Both sides of what two laptops changed, one field after the other: somebody says which is true."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, ClassVar, Final
from uuid import UUID

from rich.text import Text
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.types import CSSPathType
from textual.widgets import Static

from yiyang_tui.cells import fit, wrap
from yiyang_tui.screens.chart_header import DIALOG_CSS
from yiyang_tui.screens.contest_sides import Contested, Side, read_typed, typable
from yiyang_tui.screens.dialogs import Dialog, Type
from yiyang_tui.themes import token_style
from yiyang_tui.widgets.virtual_list import Cell, Column, VirtualList
from yiyang_tui.words import t, times

if TYPE_CHECKING:
    from care.taken_back import Settled as Act
    from db.journal import Value
    from yiyang_tui.session import Session

EDIT: Final = "edit"
MOST: Final = 3
"""So many sides stand beside each other; more are told in the list below."""


@dataclass(slots=True)
class Settled:
    """What was done: how to take back each settled field; ``edit`` names one to be typed anew in a person's form."""

    done: list[tuple[str, Callable[[], object]]] = field(default_factory=list)
    edit: str = ""


@dataclass(frozen=True, slots=True)
class Way:
    """One way to settle a field: a value, or to type another."""

    said: str
    value: "Value" = None
    edit: bool = False


class Contests(Dialog[Settled]):
    """Dismisses with what was settled once nothing is left, at Esc, or when a value is to be typed anew.

    ``row_id`` is a person, or a row of the table that the contested fields name.
    """

    CSS_PATH: ClassVar[CSSPathType | None] = [*DIALOG_CSS]

    def __init__(self, session: "Session", row_id: UUID, name: str, contests: Sequence[Contested]) -> None:
        super().__init__()
        self.session, self.row_id, self.about = session, row_id, name
        self.left = list(contests)
        self.settled = Settled()

    def compose(self) -> ComposeResult:
        """The field, its sides, the ways to settle it."""
        with Vertical(classes="dialog wide", id="contest"):
            yield Static(id="what", classes="title", markup=False)
            with Horizontal(id="sides"):
                for n in range(MOST):
                    yield Static(id=f"side{n}", classes="side", markup=False)
            yield VirtualList[Way]([Column(0)], lambda way: [Cell(way.said)], titled=False, id="ways")
            yield Static(t("chart.contest_hint"), classes="hint", markup=False)

    def on_mount(self) -> None:
        """The first field."""
        self.query_one(VirtualList).focus()
        self.call_after_refresh(self._show)

    def on_resize(self) -> None:
        """Lines are broken to the width there is."""
        self.call_after_refresh(self._show)

    def _show(self) -> None:
        if not self.left:
            self.dismiss(self.settled)
            return
        one = self.left[0]
        title = t("chart.contest_title", name=self.about, field=one.label, left=len(self.left))
        self.query_one("#what", Static).update(title)
        shown = one.sides[:MOST]
        for n in range(MOST):
            side = self.query_one(f"#side{n}", Static)
            side.display = n < len(shown)
            if n < len(shown):
                side.update(self._side(one, shown[n], n))
        ways = self._ways(one)
        listed = self.query_one(VirtualList)
        listed.styles.height = len(ways)
        listed.show_rows(ways)
        listed.goto(0)

    def _side(self, one: Contested, side: Side, n: int) -> Text:
        width = max(self.query_one("#sides").size.width // min(len(one.sides), MOST) - 2, 16)
        when = times.moment(side.at, self.session.now()) if side.at is not None else t("chart.contest_unknown")
        where = side.laptop or t("chart.contest_here" if side.here else "chart.contest_there")
        lines = [Text(fit(t("chart.contest_side", n=n + 1, where=where), width), token_style(self.app, "title"))]
        lines.append(Text(f"{side.who} {when}".strip(), token_style(self.app, "quiet")))
        lines += [Text(line) for said in one.words(side.value) for line in wrap(said, width)]
        return Text("\n").join(lines)

    def _ways(self, one: Contested) -> list[Way]:
        ways = [Way(self._word(n, one, side.value), side.value) for n, side in enumerate(one.sides, 1)]
        if all(side.value != one.shown for side in one.sides):
            said = t("list.comma").join(one.words(one.shown))
            # What nobody is hurt by stands under the cursor.
            ways.insert(0, Way(t("chart.contest_both", value=said), one.shown))
        if not one.table or typable(one):
            ways.append(Way(t("chart.contest_edit"), edit=True))
        return ways

    def _word(self, n: int, one: Contested, value: "Value") -> str:
        return t("chart.contest_take", n=n, value=t("list.comma").join(one.words(value)))

    def on_virtual_list_chosen(self, event: VirtualList.Chosen) -> None:
        """Enter: that is true."""
        event.stop()
        way: Way = event.row
        one = self.left[0]
        if not way.edit:
            self._settle(one, way.value)
        elif one.table:
            hint = t("settle.type_moment") if one.field.endswith("_at") else ""
            self.app.push_screen(Type(one.label, hint=hint), lambda typed: self._typed(one, typed))
        else:
            self.settled.edit = one.field
            self.dismiss(self.settled)

    def _typed(self, one: Contested, typed: str | None) -> None:
        if typed is None:
            return
        try:
            self._settle(one, read_typed(one, typed))
        except ValueError:
            self.say(t("settle.bad_moment"), "urgent")

    def _settle(self, one: Contested, value: "Value") -> None:
        from care.disputes import settle, settle_row

        store, by = self.session.store, self.session.staff.id
        if one.table:
            self.run_care(
                settle_row, store, by, one.table, self.row_id, one.field, value, then=lambda act: self._done(one, act)
            )
        else:
            self.run_care(settle, store, by, self.row_id, one.field, value, then=lambda act: self._done(one, act))

    def _done(self, one: Contested, act: "Act") -> None:
        from care.taken_back import take_back

        store, by = self.session.store, self.session.staff.id
        # Taking back shows again what was shown before: the safest of all sides.
        self.settled.done.append((one.label, lambda: take_back(store, by, act)))
        self.left.remove(one)
        self._show()

    def action_back(self) -> None:
        """Esc: what is not settled stays as it is."""
        self.dismiss(self.settled)
