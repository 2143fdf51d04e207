"""One look at a person in full, and what can be done about it: correct it, or say that it counts no more."""

from typing import TYPE_CHECKING, ClassVar, Literal

from rich.text import Text
from textual.app import ComposeResult
from textual.containers import Vertical, VerticalScroll
from textual.types import CSSPathType
from textual.widgets import Input, Static

from yiyang_tui.screens.chart_header import DIALOG_CSS
from yiyang_tui.screens.dialogs import Dialog
from yiyang_tui.screens.look_words import look_line, look_page, stands
from yiyang_tui.screens.second import SecondPerson
from yiyang_tui.themes import token_style
from yiyang_tui.widgets.entry import Entry
from yiyang_tui.widgets.virtual_list import Column, VirtualList
from yiyang_tui.words import sentence, t, times

if TYPE_CHECKING:
    from care.amending import Amendable
    from care.timeline import TimelineItem
    from db.errors import YiyangError
    from sync.proof.whereabouts import State
    from yiyang_tui.session import Session

Way = Literal["correct", "void"]


class LookDialog(Dialog[Way]):
    """Dismisses with what is to be done about it, or ``None``."""

    CSS_PATH: ClassVar[CSSPathType | None] = [*DIALOG_CSS]

    def __init__(self, session: "Session", item: "TimelineItem", state: "State | None") -> None:
        super().__init__()
        self.session, self.item, self.state = session, item, state

    def compose(self) -> ComposeResult:
        """Everything of it, and the ways on."""
        ways: list[tuple[Way | None, str]] = [(None, t("chart.look_back"))]
        if stands(self.item):
            ways += [("correct", t("chart.look_correct")), ("void", t("chart.look_void"))]
        self.ways = ways
        with Vertical(classes="dialog", id="look-dialog"):
            with VerticalScroll(can_focus=False, classes="whole"):
                yield Static(id="whole", markup=False)
            yield VirtualList[tuple[Way | None, str]]([Column(0)], lambda way: [way[1]], titled=False, id="ways")
            yield Static(t("dialog.choose_hint"), classes="hint", markup=False)

    def on_mount(self) -> None:
        """The list is as high as its ways."""
        width = max(min(self.app.size.width, 60) - 8, 20)
        lines = look_page(self.item, self.session.now(), width, self.state)
        whole = Text("\n").join(Text(one.text, token_style(self.app, one.token)) for one in lines)
        self.query_one("#whole", Static).update(whole)
        listed = self.query_one(VirtualList)
        listed.styles.height = len(self.ways)
        listed.show_rows(self.ways)
        listed.focus()

    def on_virtual_list_chosen(self, event: VirtualList.Chosen) -> None:
        """Enter."""
        event.stop()
        self.dismiss(event.row[0])


class VoidDialog(Dialog[bool]):
    """Why a look counts no more. Saves by itself; dismisses with ``True`` once it is saved.

    Of somebody else's look a second person confirms; if none does, the reason stays as it was typed.
    """

    def __init__(self, session: "Session", item: "TimelineItem", takes: "Amendable") -> None:
        super().__init__()
        self.session, self.item, self.takes = session, item, takes
        self.saving = False

    def compose(self) -> ComposeResult:
        """Which look, the reason, what becomes of it."""
        said = f"{times.moment(self.item.at, self.session.now())}  {look_line(self.item).text}"
        with Vertical(classes="dialog"):
            yield Static(t("chart.void_title"), classes="title", markup=False)
            yield Static(said, classes="prose", markup=False)
            yield Entry(id="reason", longest=200)
            yield Static(t("chart.void_hint" if self.takes.own else "chart.void_two"), id="told", markup=False)

    def on_mount(self) -> None:
        """Type at once."""
        self.query_one(Entry).focus()

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Enter."""
        event.stop()
        from care.rounds import void

        reason = event.value
        if self.saving or not reason.strip():
            self.query_one("#told").add_class("urgent")
            return
        store, by, look = self.session.store, self.session.staff.id, self.item.round_id
        if self.takes.own:
            self.saving = True
            self.run_care(void, store, by, look, reason, then=lambda _none: self._kept(), failed=self._failed)
            return
        self.app.push_screen(
            SecondPerson(
                t("second.void", who=self.item.who, reason=reason.strip()),
                self.takes.seconds,
                lambda second: void(store, by, look, reason, second=second),
            ),
            lambda done: self._kept() if done else None,
        )

    def _kept(self) -> None:
        self.dismiss(True)

    def _failed(self, error: "YiyangError") -> None:
        self.saving = False
        self.say(sentence(error))
