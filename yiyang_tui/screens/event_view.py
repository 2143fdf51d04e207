"""One event in full: what was said, what followed it, what it was before it was corrected; and the ways on."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from rich.cells import cell_len
from rich.text import Text
from textual.app import ComposeResult
from textual.containers import Vertical, VerticalScroll
from textual.types import CSSPathType
from textual.widgets import Input, Static

from yiyang_tui.cells import wrap
from yiyang_tui.screens.dialogs import Dialog
from yiyang_tui.screens.second import SecondPerson
from yiyang_tui.themes import Token, token_style
from yiyang_tui.widgets.entry import Entry
from yiyang_tui.widgets.virtual_list import Column, VirtualList
from yiyang_tui.words import language, sentence, t, times

if TYPE_CHECKING:
    from care.amending import Amendable
    from care.events.read import EventView
    from care.rights import Second
    from db.errors import YiyangError
    from yiyang_tui.session import Session

WIDTH = 68
LABEL = 12


@dataclass(frozen=True, slots=True)
class Whole:
    """An event as it stands, all its versions with the newest first, what followed it."""

    event: "EventView"
    versions: "list[EventView]"
    after: "list[EventView]"


class EventDialog(Dialog[str]):
    """Dismisses with ``correct``, ``void``, ``chart``, ``print`` or the kind of what is to follow; ``None`` at Esc."""

    CSS_PATH: ClassVar[CSSPathType | None] = ["dialogs.tcss", "event_dialogs.tcss"]

    def __init__(self, session: "Session", whole: Whole) -> None:
        super().__init__()
        self.session, self.whole = session, whole

    def compose(self) -> ComposeResult:
        """Everything of it, and the ways on."""
        with Vertical(classes="dialog event"):
            with VerticalScroll(can_focus=False, classes="whole"):
                yield Static(id="whole", markup=False)
            yield VirtualList[tuple[str, str]]([Column(0)], lambda way: [way[1]], titled=False, id="ways")
            yield Static(t("dialog.choose_hint"), classes="hint", markup=False)

    def on_mount(self) -> None:
        """The list is as high as its ways."""
        width = max(min(self.app.size.width, WIDTH + 6) - 8, 30)
        now = self.session.now()
        lines = whole_lines(self.whole, now, width)
        said = Text("\n").join(Text(line, token_style(self.app, token)) for line, token in lines)
        self.query_one("#whole", Static).update(said)
        ways = ways_on(self.whole.event)
        listed = self.query_one(VirtualList)
        listed.styles.height = min(len(ways), 7)
        listed.show_rows(ways)
        listed.focus()

    def on_virtual_list_chosen(self, event: VirtualList.Chosen) -> None:
        """Enter."""
        event.stop()
        self.dismiss(event.row[0] or None)


def ways_on(event: "EventView") -> list[tuple[str, str]]:
    """What can be done: what may follow it first, while it is in force."""
    from care.events.kinds import followers, known

    of = known(event.kind)
    ways = []
    if of is not None and event.open:
        ways = [(one.id, t("event.way_follow", what=one.words.of(language()))) for one in followers(of) if one.form]
    ways.append(("", t("event.way_back")))
    if event.person_id is not None:
        ways.append(("chart", t("event.way_chart")))
    if of is not None and of.form and event.stands == "yes":
        ways += [("correct", t("event.way_correct")), ("void", t("event.way_void"))]
    return [*ways, ("print", t("event.way_print"))]


def whole_lines(whole: Whole, now: int, width: int) -> list[tuple[str, Token]]:
    """The event, what followed, what stood before, line by line."""
    event, lang = whole.event, language()
    whose = " ".join(part for part in (event.bed_label, event.name) if part)
    lines: list[tuple[str, Token]] = [("   ".join(part for part in (event.title.of(lang), whose) if part), "title")]
    lines.append((f"{times.moment(event.at, now)}  {by(event)}", "quiet"))
    if event.stands == "void":
        lines.append((t("event.is_void", reason=event.reason), "urgent"))
    elif event.open:
        lines.append((t("event.is_open" if event.case else "event.in_force"), "urgent" if event.urgent else "due"))
    lines.append(("", ""))
    pad = max([LABEL, *(cell_len(label.of(lang)) + 2 for label, _ in event.words)])
    for label, value in event.words:
        lines += labelled(label.of(lang), value.of(lang), pad, width)
    if whole.after:
        lines += [("", ""), (t("event.followed"), "title")]
        for one in whole.after:
            said = f"{times.moment(one.at, now)} {one.title.of(lang)} {one.brief.of(lang)}  {one.who}"
            lines += [(line, "") for line in wrap(said, width)]
    before = [one for one in whole.versions if one.id != event.id]
    if before:
        lines += [("", ""), (t("event.before"), "title")]
        for newer, one in zip(whole.versions, before, strict=False):
            why = t("event.corrected_as", reason=newer.reason) if newer.reason else ""
            said = f"{times.moment(one.at, now)} {one.brief.of(lang)}  {one.who}  {why}"
            lines += [(line, "quiet") for line in wrap(said.rstrip(), width)]
    return lines


def labelled(label: str, value: str, pad: int, width: int) -> list[tuple[str, Token]]:
    """A fact with its name before it in ``pad`` cells, the further lines below its beginning."""
    lines = wrap(value, width - pad)
    first = label + " " * (pad - cell_len(label)) + lines[0]
    return [(first, ""), *((" " * pad + line, "") for line in lines[1:])]


def by(event: "EventView") -> str:
    """Who recorded it, and who confirmed."""
    return t("event.by_two", who=event.who, second=event.second) if event.second else event.who


class VoidEvent(Dialog[bool]):
    """Why an event counts no more. Saves by itself; dismisses with ``True`` once it is saved."""

    def __init__(self, session: "Session", event: "EventView", takes: "Amendable") -> None:
        super().__init__()
        self.session, self.event, self.takes = session, event, takes
        self.saving = False

    def compose(self) -> ComposeResult:
        """Which, the reason, what becomes of it."""
        lang, event = language(), self.event
        said = f"{times.moment(event.at, self.session.now())}  {event.title.of(lang)}  {event.brief.of(lang)}"
        with Vertical(classes="dialog"):
            yield Static(t("event.void_title"), classes="title", markup=False)
            yield Static(said, classes="prose", markup=False)
            yield Entry(id="reason", longest=200)
            yield Static(t("event.void_hint" if self.takes.own else "event.void_two"), id="told", markup=False)

    def on_mount(self) -> None:
        """Type at once."""
        self.query_one(Entry).focus()

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Enter."""
        event.stop()
        from care.events.record import void

        reason = event.value.strip()
        if self.saving or not reason:
            self.query_one("#told").add_class("urgent")
            return
        store, by, id = self.session.store, self.session.staff.id, self.event.id

        def write(second: "Second | None" = None) -> object:
            return void(store, by, id, reason, second=second)

        if self.takes.own:
            self.saving = True
            self.run_care(write, then=lambda _id: self.dismiss(True), failed=self._failed)
            return
        what = t("second.void", who=self.event.who, reason=reason)

        def closed(done: object) -> None:
            if done:
                self.dismiss(True)

        self.app.push_screen(SecondPerson(what, self.takes.seconds, write), closed)

    def _failed(self, error: "YiyangError") -> None:
        self.saving = False
        self.say(sentence(error))
