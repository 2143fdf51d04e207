"""What a person was asked to agree to: the list with what stands, and an answer written down."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar, Final

from textual import events
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.types import CSSPathType
from textual.widgets import Static

from yiyang_tui.fields import fill
from yiyang_tui.screens.chart_header import DIALOG_CSS
from yiyang_tui.screens.dialogs import Dialog, list_choices
from yiyang_tui.screens.person_words import options, word
from yiyang_tui.widgets.choice import Choice
from yiyang_tui.widgets.entry import Entry
from yiyang_tui.widgets.form import Form
from yiyang_tui.widgets.virtual_list import Cell, Cells, Column, VirtualList
from yiyang_tui.words import language, sentence, t

if TYPE_CHECKING:
    from uuid import UUID

    from care.consents import Answer, Standing
    from db.errors import YiyangError
    from yiyang_tui.session import Session

LINES: Final = (("state", 0), ("on", 10), ("relation", 0), ("by", 30), ("how", 0), ("witness", 30), ("reason", 200))
"""The lines of an answer; how many characters may be typed, 0 where something is chosen."""

_WRONG: Final = {
    "date_shape": "on",
    "date_ahead": "on",
    "consent_relation": "relation",
    "consent_by": "by",
    "consent_how": "how",
    "consent_witness": "witness",
}


def kind_word(kind: str) -> str:
    """What is agreed to, in full; what an older record calls otherwise, as it is."""
    from care.consents import kinds

    found = next((one for one in kinds() if one.code == kind), None)
    return kind if found is None else found.zh if language() == "zh" else found.en


def stands_word(one: "Standing") -> str:
    """``同意 2026-11-20 子 李国强 签字``; that nobody has asked."""
    last = one.last
    if last is None:
        return t("consents.unasked")
    relation = word("relation", last.relation)
    how = _word("how", last.how)
    witness = t("consents.witness", who=last.witness) if last.witness else ""
    said = (_word("state", last.state), last.on, relation, last.by, how, witness, last.reason)
    return " ".join(filter(None, said))


def _word(of: str, code: str) -> str:
    from care.data import table

    return next((str(one[language()]) for one in table("rules/consents")[of] if one["code"] == code), code)


class ConsentsDialog(Dialog[bool]):
    """Everything that can be agreed to. Dismisses with whether something was written."""

    CSS_PATH: ClassVar[CSSPathType | None] = [*DIALOG_CSS]

    def __init__(self, session: "Session", person_id: "UUID", name: str) -> None:
        super().__init__()
        self.session, self.person_id, self.name_of = session, person_id, name
        self.written = False

    def compose(self) -> ComposeResult:
        """Whose, the list, what it is for, the keys."""
        with Vertical(classes="dialog wide", id="consents"):
            yield Static(t("consents.title", name=self.name_of), classes="title", markup=False)
            yield VirtualList["Standing"](
                [Column(32), Column(0)], _cells, key=lambda one: one.kind, titled=False, id="list"
            )
            yield Static(t("consents.care_goes_on"), classes="prose quiet", markup=False)
            yield Static(t("consents.hint"), classes="hint", markup=False)

    def on_mount(self) -> None:
        """The cursor on the list."""
        self.query_one(VirtualList).focus()

    def load(self) -> None:
        """What stands now."""
        from care.consents import state

        self.run_care(state, self.session.store, self.person_id, then=self._show, group="consents", exclusive=True)

    def _show(self, found: "Sequence[Standing]") -> None:
        listed = self.query_one(VirtualList)
        listed.styles.height = min(len(found), 9)
        listed.show_rows(found)

    def on_virtual_list_chosen(self, event: VirtualList.Chosen) -> None:
        """Enter: write an answer down."""
        event.stop()
        from care.consents import kinds

        if event.row.kind in {one.code for one in kinds()}:
            self.app.push_screen(AnswerDialog(self.session, self.person_id, event.row), self._answered)

    def _answered(self, done: bool | None) -> None:
        self.written = self.written or bool(done)

    def action_back(self) -> None:
        """Esc."""
        self.dismiss(self.written)


def _cells(one: "Standing") -> Cells:
    if one.work:
        return [kind_word(one.kind), Cell(f"! {stands_word(one)}", "due")]
    return [kind_word(one.kind), Cell(f"  {stands_word(one)}", "quiet" if one.last is None else "")]


class AnswerDialog(Dialog[bool]):
    """What somebody says to one thing. Saves by itself; dismisses with ``True`` once it is saved."""

    CSS_PATH: ClassVar[CSSPathType | None] = [*DIALOG_CSS]

    def __init__(self, session: "Session", person_id: "UUID", stands: "Standing") -> None:
        super().__init__()
        self.session, self.person_id, self.stands = session, person_id, stands
        self.saving = False

    def compose(self) -> ComposeResult:
        """What it is about and its law, a line each, what is wrong."""
        from care.consents import kinds

        kind = next(one for one in kinds() if one.code == self.stands.kind)
        articles = ", ".join(map(str, kind.articles))
        with Vertical(classes="dialog", id="answer"):
            yield Static(kind_word(kind.code), classes="title", markup=False)
            with Form(id="item"):
                for name, longest in LINES:
                    with Horizontal(classes="row"):
                        yield Static(t(f"consents.line.{name}"), classes="label", markup=False)
                        yield Entry(id=name, longest=longest) if longest else Choice(self._options(name), id=name)
            yield Static(t("consents.law", articles=articles), id="told", markup=False)
            yield Static(t("consents.answer_hint"), classes="hint", markup=False)

    def _options(self, name: str) -> list[tuple[str, str]]:
        from care.data import table

        if name == "relation":
            return options("relation")
        found = [(str(one["code"]), str(one[language()])) for one in table("rules/consents")[name]]
        # Nobody takes back what was not given.
        return [one for one in found if one[0] != "withdrawn" or self.stands.state == "given"]

    def on_mount(self) -> None:
        """As it mostly is: they agree themselves, today, on paper."""
        from care.age import house_day
        from care.data import table

        today = house_day(self.session.now()).isoformat()
        self_said = str(table("rules/consents")["self"])
        state = "withdrawn" if self.stands.state == "given" else "given"
        fill(self, {"state": state, "on": today, "relation": self_said, "how": "paper"})
        self.query_one("#state").focus()

    def on_key(self, event: events.Key) -> None:
        """Space lists what can be chosen."""
        list_choices(self, event, lambda id: t(f"consents.line.{id}"))

    def on_form_filled(self, event: Form.Filled) -> None:
        """Enter in the last line."""
        event.stop()
        from care import consents

        if self.saving:
            return
        self.saving = True
        said = {name: str(value or "").strip() for name, value in event.values.items()}
        acts = {"given": consents.give, "refused": consents.refuse, "withdrawn": consents.withdraw}
        act = acts.get(said.pop("state"), consents.give)
        answer: Answer = consents.Answer(**said)
        store, by = self.session.store, self.session.staff.id
        self.run_care(act, store, by, self.person_id, self.stands.kind, answer, then=self._kept, failed=self._failed)

    def _kept(self, _none: None) -> None:
        self.dismiss(True)

    def _failed(self, error: "YiyangError") -> None:
        self.saving = False
        told = self.query_one("#told", Static)
        told.update(sentence(error))
        told.add_class("urgent")
        field = _WRONG.get(str(error.facts.get("rule")))
        if field:
            self.query_one(f"#{field}").focus()
