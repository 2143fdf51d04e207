"""An alert asks for the act: measure again, call a doctor, transfer, watch; it stays until somebody has said what."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

from textual import events
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.widgets import Static

from care.alerts import Alert, alert_of
from care.answers import Answer, Answered, answer, answers, undo_answer
from care.escalation import ways
from care.observations import say
from care.staff import StaffView, everyone
from yiyang_tui.cells import BETWEEN
from yiyang_tui.fields import values
from yiyang_tui.screens.answer_words import alert_score, told, way_words
from yiyang_tui.screens.base import Place
from yiyang_tui.widgets.cell_lines import CellLines
from yiyang_tui.widgets.choice import Choice
from yiyang_tui.widgets.columns import Cell
from yiyang_tui.widgets.entry import Entry
from yiyang_tui.widgets.form import Form
from yiyang_tui.widgets.lines import FootLine
from yiyang_tui.words import language, sentence, t, times

if TYPE_CHECKING:
    from db.errors import YiyangError
    from db.store import Store
    from yiyang_tui.session import Session

DOCTORS: Final = ("doctor", "nurse", "director")
"""Who may be called, in the order in which they are offered."""

AMBULANCE: Final = "120"
HISTORY_S: Final = 86400
LINES: Final = 5

Read = tuple[Alert | None, list[StaffView], list[Answered]]


def read_alert(store: "Store", person_id: UUID, now: int) -> Read:
    """The alert, who can be called, what was done today. Blocks."""
    found = [one for one in everyone(store) if not one.closed and one.role in DOCTORS]
    found.sort(key=lambda one: DOCTORS.index(one.role))
    return alert_of(store, person_id, now), found, answers(store, person_id, now - HISTORY_S, now)


class AnswerAlert(Place):
    """One alert and what is done about it. Lies over where it was opened from; ``person_id``: whose."""

    where = "answer"
    CSS_PATH = "answer.tcss"

    def __init__(self, session: "Session", **facts: Any) -> None:
        super().__init__(session, **facts)
        self.person_id: UUID = facts["person_id"]
        self.alert: Alert | None = None
        self.busy = False

    def body(self) -> ComposeResult:
        """The alert, the form, what was done before."""
        yield CellLines(id="alert")
        with Form(id="fields"):
            for name, field in self._fields():
                with Horizontal(id=f"row-{name}", classes="row"):
                    yield Static(t(f"answer.field.{name}"), classes="label", markup=False)
                    yield field
        with Vertical(id="before"):
            yield CellLines(id="history")

    def _fields(self) -> list[tuple[str, Choice | Entry]]:
        may = [way for way in ways().values() if self.session.may(way.right)]
        return [
            ("what", Choice([(way.code, way.words.of(language())) for way in may], id="what")),
            ("told", Choice([(AMBULANCE, AMBULANCE)], id="told")),
            ("ago_min", Entry(kind="number", id="ago_min")),
            ("minutes", Entry(kind="number", id="minutes")),
            ("note", Entry(id="note")),
        ]

    def on_mount(self) -> None:
        """A digit chooses what is done."""
        super().on_mount()
        self.query_one("#what", Choice).focus()
        self._ask()

    def load(self) -> None:
        """What the alert is now; somebody else may have answered it."""
        store, now = self.session.store, self.session.now()
        self.run_care(read_alert, store, self.person_id, now, then=self._show, group="alert", exclusive=True)

    def _show(self, read: Read) -> None:
        self.alert, called, before = read
        listed = tuple((one.name, one.name) for one in called)
        choice = self.query_one("#told", Choice)
        choice.options = (*listed, (AMBULANCE, AMBULANCE))
        if choice.value is None and len(listed) == 1:
            choice.value = listed[0][0]
        choice.refresh()
        self.query_one("#alert", CellLines).show(*self._alert_lines())
        self.query_one("#history", CellLines).show(*self._history(before))
        self.query_one(FootLine).refresh()

    def _alert_lines(self) -> list[list[Cell]]:
        alert = self.alert
        if alert is None:
            return [[Cell(t("answer.no_alert"), "title")], [Cell(t("answer.no_alert_more"), "quiet")]]
        found = BETWEEN.join(say(finding, language()) for finding in alert.text_facts)
        since = t("answer.seen", when=times.moment(alert.at, self.session.now()), span=times.span(alert.minutes * 60))
        if alert.answered:
            stands = Cell(t("answer.answered"), "done")
        elif alert.back:
            stands = Cell(t("answer.back"), "urgent")
        else:
            stands = Cell(t("answer.waits", who=t(f"role.{alert.waits_for}")), "urgent")
        return [
            [Cell(f"! {alert.bed_label} {alert.name}", "title"), Cell(f"   {alert_score(alert)}", "urgent")],
            [Cell(found, "urgent")],
            [Cell(since, "quiet"), Cell("   "), stands],
        ]

    def _history(self, before: Sequence[Answered]) -> list[list[Cell]]:
        now = self.session.now()
        lines = [[Cell(t("answer.before"), "title")]] if before else []
        for one in before[:LINES]:
            took = t("answer.took", span=times.span(one.minutes * 60))
            said = BETWEEN.join((times.moment(one.at, now), one.who, told(one), took))
            lines.append([Cell(said), Cell(f"{BETWEEN}{one.note}" if one.note else "", "quiet")])
        return lines

    # --- the form -----------------------------------------------------------------------------------

    def on_form_touched(self, event: Form.Touched) -> None:
        """Only what goes with the choice is asked."""
        event.stop()
        self._ask()

    def _ask(self) -> None:
        way = ways().get(str(self.query_one("#what", Choice).value or ""))
        asked = {"told": way is not None and way.told, "minutes": way is not None and way.until}
        asked["ago_min"] = asked["told"]
        for name, on in asked.items():
            self.query_one(f"#row-{name}").display = on
            self.query_one(f"#{name}").disabled = not on
        minutes = self.query_one("#minutes", Entry)
        if way is not None and way.until and not minutes.value:
            minutes.value = str(way.back_min)
        self.query_one(FootLine).refresh()

    def on_descendant_focus(self, event: events.DescendantFocus) -> None:
        """A choice says its words with their digits."""
        if isinstance(event.widget, Choice):
            words = (f"{nth} {said}" for nth, (_, said) in enumerate(event.widget.options, 1))
            self.say(BETWEEN.join(words))

    def on_form_filled(self, event: Form.Filled) -> None:
        """Enter in the last field."""
        event.stop()
        self.yiyang.action_act("answer.save")

    def why_not(self, action: str) -> str | None:
        """What cannot be done with no alert, or with nothing chosen."""
        if action == "answer.save":
            if self.alert is None:
                return t("answer.no_alert")
            return None if self.query_one("#what", Choice).value else t("answer.choose_first")
        return None

    def action_save(self) -> None:
        """Ctrl+S, or Enter in the last field."""
        alert, held = self.alert, {name: str(value or "").strip() for name, value in values(self).items()}
        if alert is None or self.busy:
            return
        ago, minutes = (_whole(held[name]) for name in ("ago_min", "minutes"))
        way = ways()[held["what"]]
        if (way.told and held["ago_min"] and ago is None) or (way.until and minutes is None):
            self.say(t("answer.minutes_whole"), "urgent")
            return
        given = Answer(held["what"], held["told"], ago or 0, minutes if way.until else None, held["note"])
        self.busy = True
        store, by = self.session.store, self.session.staff.id
        then = partial(self._kept, alert, way_words(way.code))
        self.run_care(answer, store, by, self.person_id, alert.about, given, then=then, failed=self._refused)

    def _kept(self, alert: Alert, words: str, answer_id: UUID) -> None:
        store, by = self.session.store, self.session.staff.id
        what = t("answer.done", name=alert.name, what=words)
        said = t("answer.saved", name=alert.name, what=words)
        self.yiyang.call_later(self._go, what, partial(undo_answer, store, by, answer_id), said)

    async def _go(self, what: str, undo: Callable[[], object], said: str) -> None:
        await self.app.pop_screen()
        front = self.app.screen
        if isinstance(front, Place):
            # The county is to know at once, as of the alert itself.
            front.saved(what, undo, said, urgent=True)

    def _refused(self, error: "YiyangError") -> None:
        self.busy = False
        self.say(sentence(error), "urgent")

    # --- going on -----------------------------------------------------------------------------------

    async def action_measure(self) -> None:
        """Ctrl+R: measure again, now, at the bed."""
        await self.yiyang.go_to_person("rounds", self.person_id)

    async def action_chart(self) -> None:
        """Ctrl+O: everything about the person."""
        await self.yiyang.open("chart", person_id=self.person_id)

    async def action_back(self) -> None:
        """Esc: nothing is said."""
        await self.app.pop_screen()


def _whole(typed: str) -> int | None:
    return int(typed) if typed.isdecimal() else None
