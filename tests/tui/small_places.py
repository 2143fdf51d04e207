"""Places as small as they can be, to try the ground on which the real ones stand: without actions of their own."""

from typing import ClassVar

from textual.app import ComposeResult

from db.errors import DiskFull
from yiyang_tui.drafts import Draft
from yiyang_tui.fields import fill
from yiyang_tui.screens.base import Place
from yiyang_tui.widgets.choice import Choice
from yiyang_tui.widgets.entry import Entry
from yiyang_tui.widgets.form import Form
from yiyang_tui.widgets.tick import Tick
from yiyang_tui.widgets.virtual_list import Cell, Cells, Column, VirtualList

ROWS = 100_000


def cells(row: int) -> Cells:
    """A bed, a name, a number."""
    return [f"{row:06}", Cell("李秀英", "urgent") if row % 5 == 0 else "张玉珍", str(row)]


class Today(Place):
    """A list as long as it gets."""

    where: ClassVar[str] = "small"

    def body(self) -> ComposeResult:
        """The list."""
        yield VirtualList[int](
            [Column(8, "床"), Column(0, "姓名"), Column(10, align="right")],
            cells,
            fetch=lambda offset, limit: list(range(offset, min(offset + limit, ROWS))),
            count=lambda: ROWS,
            key=lambda row: row,
            id="rows",
        )

    def on_mount(self) -> None:
        """The cursor stands in the list."""
        super().on_mount()
        self.query_one(VirtualList).focus()

    def load(self) -> None:
        """Fetch."""
        self.query_one(VirtualList).load()


class People(Place):
    """A search field."""

    where: ClassVar[str] = "small"

    def body(self) -> ComposeResult:
        """The field."""
        yield Entry(id="search")

    def action_find(self) -> None:
        """Type at once."""
        self.query_one(Entry).focus()


class Rounds(Place):
    """A form whose draft outlives the program, and an act that can be taken back."""

    where: ClassVar[str] = "small"

    def body(self) -> ComposeResult:
        """Three kinds of fields."""
        with Form():
            yield Entry(id="sbp", kind="number")
            yield Choice([("A", "清醒"), ("V", "对声音有反应"), ("U", "无反应")], id="acvpu")
            yield Tick("防跌倒", id="falls")

    def on_mount(self) -> None:
        """Put back what was half typed."""
        super().on_mount()
        self.undone = 0
        self.draft = Draft(self, self.session, "round:1")
        self.draft.restore(lambda kept: fill(self, kept or {}))
        self.query_one("#sbp").focus()

    def on_form_touched(self, event: Form.Touched) -> None:
        """Keep it."""
        self.draft.touch(event.values)

    def on_form_filled(self, _event: Form.Filled) -> None:
        """Saved for good."""
        self.draft.forget()
        self.saved("李秀英 巡视", self._undo, "已保存")

    def _undo(self) -> None:
        self.undone += 1

    def disk_full(self) -> None:
        """An act that cannot be done."""
        raise DiskFull


class Chart(Place):
    """Laid over another place, about one person."""

    where: ClassVar[str] = "small"
