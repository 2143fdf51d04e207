"""The questions of a scale as a form: one digit answers and goes on, what could be taken over stands beside."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from textual.app import ComposeResult
from textual.containers import Container
from textual.message import Message
from textual.widget import Widget
from textual.widgets import Static

from yiyang_tui.screens.assess_asks import Ask, Filling, asks, missing, sum_so_far, typed
from yiyang_tui.screens.assess_drawn import Heading, Line, cells, lines, question, question_lines, sum_line, word
from yiyang_tui.screens.base import Sheet
from yiyang_tui.widgets.virtual_list import Cells, Column, VirtualList
from yiyang_tui.words import t

if TYPE_CHECKING:
    from care.scales import Result, Scale, Value

MOST_LINES = 9
"""Below the list the question takes no more than these."""


@dataclass(slots=True)
class Sitting:
    """One filling-in under way; it outlives the widgets that draw it.

    ``before``: the answers of last time, if there was one (``again``). ``suggested``: answers by the record.
    ``settings``: numbers of the county that the result takes. ``typing``: digits of a number that waits for more.
    """

    scale: "Scale"
    filling: Filling = field(default_factory=Filling)
    before: Filling = field(default_factory=Filling)
    again: bool = False
    suggested: Mapping[str, int] = field(default_factory=dict)
    settings: "Mapping[str, Value]" = field(default_factory=dict)
    typing: str = ""
    typed_for: Ask | None = None

    @property
    def missing(self) -> list[Ask]:
        """What is still to be answered."""
        return missing(self.scale, self.filling)

    def offered(self, ask: Ask) -> "tuple[Value | None, str]":
        """An answer to take over with one key, and whose it is: the record's, else that of last time."""
        kind, _, name = ask.id.partition(".")
        if kind == "item" and name in self.suggested:
            return self.suggested[name], t("assess.from_record")
        value = self.before.get(ask.id)
        return value, "" if value is None else t("assess.last")

    def result(self) -> "Result | None":
        """What the answers make, once nothing is missing."""
        from care.scales import score

        if self.missing:
            return None
        return score(self.scale, self.filling.answers, {**self.filling.facts, **self.settings})


class AssessForm(Widget):
    """The list of questions, the one under the cursor with its answers, the sum.

    Posts ``Answered`` at every change, ``Finished`` when Enter is pressed and nothing is missing.
    """

    @dataclass
    class Answered(Message):
        """An answer was given, changed or taken away."""

    @dataclass
    class Finished(Message):
        """Enter, with everything answered."""

    def __init__(self, sitting: Sitting) -> None:
        super().__init__(id="form")
        self.sitting = sitting
        self.numbers: dict[str, int] = {}
        self._longest: dict[int, int] = {}

    def compose(self) -> ComposeResult:
        """List and question, side by side where there is room; the sum below."""
        with Container(id="panes"):
            yield VirtualList[Line](
                self._columns(),
                self._cells,
                key=lambda line: line.id if isinstance(line, Ask) else line.words,
                selectable=lambda line: isinstance(line, Ask),
                counted=False,
                id="asks",
            )
            yield Static(id="question", markup=False)
        yield Static(id="sum", markup=False)

    @property
    def listed(self) -> "VirtualList[Line]":
        """The questions."""
        return self.query_one("#asks", VirtualList)

    @property
    def current(self) -> Ask | None:
        """The question under the cursor."""
        line = self.listed.current
        return line if isinstance(line, Ask) else None

    def _say(self, text: str) -> None:
        sheet = self.screen
        assert isinstance(sheet, Sheet)
        sheet.say(text, "urgent" if text else "")

    # --- drawing --------------------------------------------------------------------------------

    def draw(self) -> None:
        """Everything as it is answered now."""
        asked = asks(self.sitting.scale, self.sitting.filling)
        self.numbers = {ask.id: n for n, ask in enumerate(asked, 1)}
        self.listed.columns = tuple(self._columns())
        self.listed.show_rows(lines(asked))
        pane = self.query_one("#question")
        if self.screen.has_class("-wide"):
            pane.styles.height = "1fr"
        else:
            pane.styles.height = self._lines_for(asked)
        self._draw_question()
        self._draw_sum()

    def _lines_for(self, asked: tuple[Ask, ...]) -> int:
        """As many lines as the longest question takes, so that the list does not move; counted once a width."""
        width = max(self.app.size.width - 4, 20)
        if width not in self._longest:
            self._longest[width] = max(question_lines(ask, width) for ask in asked)
        return min(self._longest[width], MOST_LINES)

    def _columns(self) -> list[Column]:
        named = ["assess.item", "assess.now", *(["assess.last"] if self.sitting.again else [])]
        return [Column(2, "", "right"), *(Column(0, t(name)) for name in named)]

    def _cells(self, line: Line) -> Cells:
        id, sitting = line.id if isinstance(line, Ask) else "", self.sitting
        here = sitting.typing if self.current is not None and self.current.id == id else ""
        return cells(line, self.numbers.get(id, 0), sitting.filling, sitting.before, here)[: len(self.listed.columns)]

    def _draw_question(self) -> None:
        ask, sitting = self.current, self.sitting
        if ask is None:
            return
        pane = self.query_one("#question", Static)
        at = (self.numbers[ask.id], len(self.numbers))
        width = max(pane.size.width - (2 if self.screen.has_class("-wide") else 0), 20)
        pane.update(question(self.app, ask, at, sitting.filling, sitting.offered(ask), sitting.typing, width))

    def _draw_sum(self) -> None:
        sitting, line = self.sitting, self.query_one("#sum", Static)
        so_far, width = sum_so_far(sitting.scale, sitting.filling), max(line.size.width, 20)
        line.update(sum_line(self.app, sitting.scale, so_far, len(sitting.missing), sitting.result(), width))

    def on_virtual_list_highlighted(self, event: VirtualList.Highlighted) -> None:
        """Another question."""
        event.stop()
        self._settle_typing()
        self._draw_question()

    # --- answering ------------------------------------------------------------------------------

    def digit(self, digit: int) -> None:
        """A digit answers the question under the cursor; where nothing can follow it, the next one comes."""
        self._settle_typing()
        ask, sitting = self.current, self.sitting
        if ask is None:
            return
        if ask.answers:
            answer = ask.by_key(digit)
            if answer is None:
                keys = t("list.comma").join(str(one.key) for one in ask.answers)
                self._say(t("assess.no_such_answer", keys=keys))
            else:
                self._answer(ask, answer.value)
            return
        sitting.typing, whole = typed(ask, sitting.typing, digit)
        sitting.typed_for = ask
        if whole:
            self.take_number()
        else:
            self.draw()

    def clear(self) -> None:
        """The last digit, or the answer, is taken away."""
        ask, sitting = self.current, self.sitting
        if ask is None:
            return
        if sitting.typing:
            sitting.typing = sitting.typing[:-1]
        else:
            sitting.filling.put(ask.id, None)
            self.post_message(self.Answered())
        self.draw()

    def take_over(self) -> None:
        """What stands beside is the answer."""
        ask = self.current
        value = None if ask is None else self.sitting.offered(ask)[0]
        if ask is not None and value is not None:
            self._answer(ask, value)

    def go_on(self) -> None:
        """Enter: what was typed counts; then the next question comes, or all is finished."""
        if self.sitting.typing:
            self.take_number()
        elif not self.sitting.missing:
            self.post_message(self.Finished())
        elif self.listed.index < self.listed.total - 1:
            self.listed.action_step(1)
        else:
            self.tell_missing()

    def on_virtual_list_chosen(self, event: VirtualList.Chosen) -> None:
        """Enter in the list."""
        event.stop()
        self.go_on()

    def take_number(self) -> bool:
        """What was typed of a number counts; false, and said so, if it is out of its bounds."""
        ask, sitting = self.current, self.sitting
        if ask is None or not sitting.typing:
            return True
        number, sitting.typing = int(sitting.typing), ""
        if ask.lo <= number <= ask.hi:
            self._answer(ask, number)
            return True
        self.draw()
        self._say(t("assess.out_of_range", lo=ask.lo, hi=ask.hi))
        return False

    def _settle_typing(self) -> None:
        """The cursor has left a number half typed: it counts for the question it was typed for, if it may."""
        sitting = self.sitting
        ask, text = sitting.typed_for, sitting.typing
        if ask is None or not text or (self.current is not None and self.current.id == ask.id):
            return
        sitting.typing = ""
        if ask.lo <= int(text) <= ask.hi:
            sitting.filling.put(ask.id, int(text))
            self.post_message(self.Answered())
        self.draw()

    def _answer(self, ask: Ask, value: "Value") -> None:
        self.sitting.typing = ""
        self.sitting.filling.put(ask.id, value)
        self.post_message(self.Answered())
        self._say("")
        self.draw()
        at = self.listed.index
        self.listed.action_step(1)
        if self.listed.index == at:
            self.to_first_missing()

    def to_first_missing(self) -> None:
        """The cursor goes where an answer is wanted, if one is."""
        left = self.sitting.missing
        if left:
            rows = lines(asks(self.sitting.scale, self.sitting.filling))
            found = (n for n, row in enumerate(rows) if not isinstance(row, Heading) and row.id == left[0].id)
            self.listed.goto(next(found))
        self._draw_question()

    def tell_missing(self) -> None:
        """How many answers are wanted, and where the first one is."""
        left = self.sitting.missing
        self.to_first_missing()
        self._say(t("assess.missing", n=len(left), first=word(left[0].words)))
