"""Correcting a look: the whole of it as a form, filled as it was recorded, and a reason."""

from typing import TYPE_CHECKING, ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.types import CSSPathType
from textual.widget import Widget
from textual.widgets import Static

from yiyang_tui.fields import fill, values
from yiyang_tui.screens.chart_header import DIALOG_CSS
from yiyang_tui.screens.dialogs import Dialog
from yiyang_tui.screens.look_values import AIR, WRITTEN, observation_of, values_of
from yiyang_tui.screens.look_words import kind_of
from yiyang_tui.screens.second import SecondPerson
from yiyang_tui.widgets.choice import Choice
from yiyang_tui.widgets.entry import Entry
from yiyang_tui.widgets.form import Form
from yiyang_tui.widgets.tick import Tick
from yiyang_tui.words import language, sentence, t, times

if TYPE_CHECKING:
    from care.amending import Amendable
    from care.rounds import Saved
    from care.timeline import TimelineItem
    from db.errors import YiyangError
    from yiyang_tui.session import Session


class CorrectDialog(Dialog["Saved"]):
    """Saves by itself; dismisses with what was written, or ``None`` at Esc. Nothing is changed before.

    Of somebody else's look a second person confirms; if none does, all that was typed stays.
    """

    CSS_PATH: ClassVar[CSSPathType | None] = [*DIALOG_CSS]

    BINDINGS: ClassVar[list[BindingType]] = [("ctrl+s", "save", "")]

    def __init__(self, session: "Session", item: "TimelineItem", takes: "Amendable") -> None:
        super().__init__()
        self.session, self.item, self.takes = session, item, takes
        self.saving = False

    def compose(self) -> ComposeResult:
        """One row a field; the reason, which must be given, stands first."""
        when = times.moment(self.item.at, self.session.now())
        with Vertical(classes="page", id="correct"):
            title = t("chart.correct_title", when=when, kind=kind_of(self.item), who=self.item.who)
            yield Static(title, classes="title", markup=False)
            with VerticalScroll(can_focus=False, classes="rows"), Form(id="corrected"):
                for label, field in _fields():
                    with Horizontal(classes="row"):
                        yield Static(label, classes="label", markup=False)
                        yield field
            yield Static(t("chart.correct_hint" if self.takes.own else "chart.correct_two"), id="told", markup=False)

    def on_mount(self) -> None:
        """Filled as it was recorded."""
        fill(self, values_of(self.item))
        self.query_one("#reason").focus()

    def on_form_filled(self, event: Form.Filled) -> None:
        """Enter in the last field."""
        event.stop()
        self.action_save()

    def action_save(self) -> None:
        """Ctrl+S."""
        from care.rounds import correct
        from db.errors import YiyangError

        typed = values(self)
        reason = str(typed.pop("reason", "") or "")
        if self.saving:
            return
        try:
            observation = observation_of(typed, self.item)
        except YiyangError as error:
            self._refused(error)
            return
        store, by, look = self.session.store, self.session.staff.id, self.item.round_id
        if self.takes.own or not reason.strip():
            self.saving = True
            self.run_care(correct, store, by, look, observation, reason, then=self._kept, failed=self._refused)
            return
        self.app.push_screen(
            SecondPerson(
                t("second.correct", who=self.item.who, reason=reason.strip()),
                self.takes.seconds,
                lambda second: correct(store, by, look, observation, reason, second=second),
            ),
            lambda done: self._kept(done[0]) if done else None,
        )

    def _kept(self, saved: "Saved") -> None:
        self.dismiss(saved)

    def _refused(self, error: "YiyangError") -> None:
        """Say what is wrong, and go to the field."""
        self.saving = False
        at = {"reason_missing": "reason", "sbp_not_above_dbp": "sbp", "water_impossible": "water_ml"}
        field = error.facts.get("measure") or at.get(str(error.facts.get("rule")))
        if field:
            self.query_one(f"#{field}").focus()
        told = self.query_one("#told", Static)
        told.add_class("urgent")
        told.update(sentence(error))


def _fields() -> list[tuple[str, Widget]]:
    from care.codes import codes, short
    from care.observations import observations, water
    from care.vitals import measures

    zh = language() == "zh"
    rows: list[tuple[str, Widget]] = [
        (f"{of.zh if zh else of.en} {of.unit}", Entry(kind="number", id=of.id)) for of in measures()
    ]
    spoken = [(one.code, short("consciousness", one.code, language())) for one in codes("consciousness").values]
    rows.append((t("chart.column.acvpu"), Choice(spoken, id="acvpu")))
    rows.append((t("chart.oxygen"), Choice([(AIR[0], t("dialog.no")), (AIR[1], t("dialog.yes"))], id="oxygen")))
    for of in observations().values():
        words = [(one.code, one.zh if zh else one.en) for one in of.choices]
        rows.append((of.zh if zh else of.en, Choice(words, id=of.field)))
    rows.append((f"{water().zh if zh else water().en} {water().unit}", Entry(kind="number", id="water_ml")))
    rows.append((t("chart.unremarkable"), Tick("", id="unremarkable")))
    rows += [(t(f"chart.{name}"), Entry(id=name)) for name in WRITTEN]
    return [(t("chart.reason"), Entry(id="reason")), *rows]
