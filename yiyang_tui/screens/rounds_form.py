"""The form of a round: digits go on by themselves once a value is whole, Enter goes on everywhere.

A value goes on by itself only when it is an ordinary one and no further digit can make another of it
(``care.vitals.complete``). Enter right after that still belongs to it: whoever presses Enter after each value skips
nothing. Backspace in an empty field goes back into the one before.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from rich.cells import cell_len
from textual import events
from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.widgets import Static

from care.bedside import Bedside
from care.codes import codes
from care.duties_due import DutyDue
from care.observations import observations
from care.vitals import complete, show
from yiyang_tui.fields import Value, fields, fill
from yiyang_tui.screens import rounds_beside
from yiyang_tui.screens.rounds_duties import DutyField
from yiyang_tui.screens.rounds_values import BLANK, CHOSEN, MEASURES, Doubt, doubt, measure_of, number, typed, word
from yiyang_tui.themes import Token
from yiyang_tui.widgets.cell_lines import CellLines
from yiyang_tui.widgets.choice import Choice
from yiyang_tui.widgets.columns import Cell
from yiyang_tui.widgets.entry import Entry
from yiyang_tui.widgets.form import Form
from yiyang_tui.widgets.tick import Tick
from yiyang_tui.words import has, language, t

SHORT = 8
SHORTER = {"skin": 5, "state": 5}
"""Cells of a chosen word that the frame of a choice holds; a longer word gets a longer frame."""


class RoundForm(Form):
    """The fields, always of one person. ``say`` puts a sentence where the screen answers."""

    def __init__(self, say: Callable[[str, Token], None], *, id: str) -> None:
        super().__init__(id=id)
        self._say = say
        self._fields: list[Entry | Tick | Choice] = []
        self._asked: dict[str, int] = {}
        self._beside: Bedside | None = None
        self._now = 0
        self._title = ""
        self._note = ""
        self._came_to: tuple[Any, Value] | None = None  # the field reached without Enter, and what stood in it

    def compose(self) -> ComposeResult:
        """One row a field; oxygen beside consciousness, the state beside the skin, water beside what was eaten."""
        yield CellLines(id="form-title")
        for name in MEASURES:
            with Horizontal():
                yield Static(word(measure_of(name)), classes="label", markup=False)
                yield Entry(kind="number", id=name)
                yield CellLines(id=f"beside-{name}")
        with Horizontal():
            yield Static(t("rounds.field.acvpu"), classes="label", markup=False)
            states = [(one.code, rounds_beside.consciousness(one.code)) for one in codes("consciousness").values]
            yield Choice(states, folded=True, id="acvpu")
            yield CellLines(id="beside-acvpu")
            yield Tick(t("rounds.field.oxygen"), id="oxygen")
        for name in ("position", "skin", "intake"):
            with Horizontal():
                yield Static(_choice_label(name), classes="label", markup=False)
                yield _choice(name)
                yield CellLines(id=f"beside-{name}")
                if name == "skin":
                    yield Static(_choice_label("state"), id="state-label", markup=False)
                    yield _choice("state")
                if name == "intake":
                    yield Entry(kind="number", id="water_ml")
                    yield Static(measure_of("water_ml").unit, classes="unit", markup=False)
        for name in ("abnormal", "note", "reason"):
            with Horizontal(id=f"row-{name}"):
                yield Static(t(f"rounds.field.{name}"), classes="label", markup=False)
                yield Entry(id=name)
        yield CellLines(id="news")
        yield DutyField(id="left")
        yield CellLines(id="pressure")

    def on_mount(self) -> None:
        """Nobody's form yet; no reason is asked for, nothing is due."""
        self.correcting(False)
        self.show_duties((), "")

    # --- what it holds ---------------------------------------------------------------------------

    @property
    def held(self) -> dict[str, Value]:
        """What the fields hold."""
        # Asked for at every key: the fields are looked up once.
        if not self._fields:
            self._fields = fields(self)
        return {field.id: field.value for field in self._fields if field.id}

    def put(self, found: Mapping[str, Value]) -> None:
        """Hold these values, of another person or of a draft; ``show_beside`` follows. Nothing counts as confirmed."""
        self._asked.clear()
        self._came_to = None
        new = {**BLANK, **found}
        if self.held != new:
            fill(self, new)

    def correcting(self, on: bool) -> None:
        """Ask for a reason, or do not. What was done beside looking is no part of a correction."""
        self.set_class(on, "-correcting")
        self.query_one("#reason", Entry).disabled = not on
        self.query_one("#left", DutyField).disabled = on

    def show_duties(self, duties: Sequence[DutyDue], role: str) -> None:
        """What is to be done beside looking, by somebody of that role."""
        self.query_one(DutyField).show(duties, role)
        self.set_class(bool(duties), "-duties")

    def begin_at(self, *, empty: bool) -> Any:
        """Where typing goes on: the last field that was filled, which may be half typed, or the ``empty`` one behind.

        A digit typed on the list goes into an empty field, as it would replace what stands in the other.
        """
        row = [one for one in fields(self) if one.focusable and one.id != "left"]
        filled = [at for at, one in enumerate(row) if one.value != BLANK.get(one.id or "")]
        if not filled or self.query_one("#reason", Entry) in row:
            return row[0]
        return row[min(filled[-1] + empty, len(row) - 1)]

    # --- what stands beside it ---------------------------------------------------------------------

    def show_beside(self, beside: Bedside | None, now: int, title: str, note: str) -> None:
        """Last time, what is usual, the course of the pressure; ``note`` takes the place of the course."""
        self._beside, self._now, self._title, self._note = beside, now, title, note
        self.retell()

    def retell(self) -> None:
        """Draw what follows from the values: changes since last time, the score."""
        held = self.held
        self.query_one("#form-title", CellLines).show(rounds_beside.heading(self._title, typing=self.has_focus_within))
        for name in MEASURES:
            cells = rounds_beside.measured_before(name, held, self._beside)
            self.query_one(f"#beside-{name}", CellLines).show(cells)
        for name in ("acvpu", *CHOSEN):
            choice = self.query_one(f"#{name}", Choice)
            words = (said for value, said in choice.options if value == choice.value)
            choice.set_class(any(cell_len(said) > SHORTER.get(name, SHORT) for said in words), "-long")
        for name in ("acvpu", "position", "skin", "intake"):
            beside = self.query_one(f"#beside-{name}", CellLines)
            beside.display = not self.query_one(f"#{name}", Choice).has_focus
            beside.show(rounds_beside.noted_before(name, self._beside, self._now, beside.size.width))
        news = self.query_one("#news", CellLines)
        news.show(rounds_beside.score(held, self._beside, news.size.width))
        course = [Cell(self._note, "entry")] if self._note else rounds_beside.pressures(self._beside)
        self.query_one("#pressure", CellLines).show(course)

    # --- going on by itself ------------------------------------------------------------------------

    def on_entry_typed(self, event: Entry.Typed) -> None:
        """A digit more: on, when the value is whole, ordinary, and no news."""
        event.stop()
        entry = event.entry
        name = entry.id or ""
        if name not in MEASURES or not complete(measure_of(name), entry.value):
            return
        held = self.held
        if doubt(name, held, None if self._beside is None else self._beside.last) is None:
            row = [one for one in fields(self) if one.focusable]
            below = row[row.index(entry) + 1]
            super()._pass(entry)
            self._came_to = (below, below.value)

    def on_entry_backed(self, event: Entry.Backed) -> None:
        """Backspace in an empty field: back behind the last digit of the one before."""
        event.stop()
        row = [one for one in fields(self) if one.focusable]
        at = row.index(event.entry)
        before = row[at - 1] if at else None
        self._came_to = None
        if isinstance(before, Entry):
            before.focus_at_end()
        elif before is not None:
            before.focus()

    def on_key(self, event: events.Key) -> None:
        """Whatever goes elsewhere was meant so."""
        if event.key != "enter":
            self._came_to = None
        super().on_key(event)

    def _pass(self, field: Any) -> None:
        came_to, self._came_to = self._came_to, None
        if came_to == (field, field.value):
            # This Enter is that of the value before, typed as people do who are used to it.
            return
        super()._pass(field)

    # --- leaving a field ---------------------------------------------------------------------------

    def check(self, field: Any) -> bool:
        """Refuse what cannot be, ask once about what is odd."""
        held = self.held
        found = self._standing(str(field.id), held)
        if found is not None:
            self._tell(found)
            return False
        if field.id in MEASURES:
            # 365 was read as 36.5: it stands there as it will be kept.
            field.value = show(measure_of(field.id), number(field.id, held))
        return True

    def all_clear(self) -> bool:
        """Whether everything can be saved as it stands; else the cursor goes to what stands against it."""
        held = self.held
        for name in (*MEASURES, "water_ml"):
            found = self._standing(name, held)
            if found is not None:
                self.screen.set_focus(self.query_one(f"#{name}"))
                self._tell(found)
                return False
        return True

    def _standing(self, name: str, held: Mapping[str, Value]) -> Doubt | None:
        last = None if self._beside is None else self._beside.last
        found = doubt(name, held, last)
        return None if found is None or (found.value is not None and self._asked.get(name) == found.value) else found

    def _tell(self, found: Doubt) -> None:
        if found.value is not None:
            self._asked[found.field] = found.value
        # What is typed now replaces it.
        self.query_one(f"#{found.field}", Entry).select_all()
        self._say(found.said, "" if found.value is not None else "urgent")

    @property
    def typed(self) -> bool:
        """Whether anything was typed."""
        return typed(self.held)


def options_said(choice: Choice) -> str:
    """The words of a choice with the digits that choose them."""
    if isinstance(choice, DutyField):
        return choice.said_options
    return "  ".join(f"{nth} {said}" for nth, (_, said) in enumerate(choice.options, 1))


def _choice(name: str) -> Choice:
    words = [(one.code, one.zh if language() == "zh" else one.en) for one in observations()[name].choices]
    return Choice(words, folded=True, id=name)


def _choice_label(name: str) -> str:
    own = f"rounds.field.{name}"
    of = observations()[name]
    return t(own) if has(own) else of.zh if language() == "zh" else of.en
