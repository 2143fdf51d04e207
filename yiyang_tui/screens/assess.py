"""Filling in a scale, made from its file: one digit answers and goes on, what last time was stands beside."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, ClassVar, Final
from uuid import UUID

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Container
from textual.widgets import Static

from yiyang_tui.actions import WIDE_DIGITS
from yiyang_tui.drafts import Draft
from yiyang_tui.fields import Value as Kept
from yiyang_tui.screens.assess_asks import (
    Ask,
    Filling,
    as_before,
    asks,
    kept,
    missing,
    restored,
    sum_so_far,
    typed,
)
from yiyang_tui.screens.assess_drawn import (
    Heading,
    Line,
    about_text,
    cells,
    lines,
    question,
    question_lines,
    sum_line,
    word,
)
from yiyang_tui.screens.base import Place
from yiyang_tui.screens.chart_header import warning_text
from yiyang_tui.screens.dialogs import Ask as AskYes
from yiyang_tui.screens.dialogs import Type
from yiyang_tui.widgets.virtual_list import Cells, Column, VirtualList
from yiyang_tui.words import language, sentence, t

if TYPE_CHECKING:
    from care.assessments import Assessed, Recorded
    from care.chart import Header
    from care.scales import Result, Scale, Value
    from db.errors import YiyangError

WIDE: Final = 104
"""From this many cells on the list and the question stand side by side."""


@dataclass(frozen=True, slots=True)
class Begin:
    """What is known before the first answer. ``last``: the assessment before; ``old``: the one that is corrected."""

    header: "Header"
    last: "Assessed | None"
    old: "Assessed | None"
    usual: "Mapping[str, Value]"
    settings: "Mapping[str, Value]"
    suggested: Mapping[str, int] = field(default_factory=dict)


class Assess(Place):
    """``scale`` and ``person_id`` among the facts; ``assessment_id``: the one that is corrected, if any."""

    where = "assess"
    CSS_PATH = "assess.tcss"
    # The list would swallow what is typed before it is filled.
    AUTO_FOCUS = ""
    BINDINGS: ClassVar[list[BindingType]] = [
        *((f"{n},{wide}", f"digit({n})", "") for n, wide in enumerate(("０", *WIDE_DIGITS))),
        ("backspace,delete", "clear", ""),
        ("enter", "enter", ""),
    ]

    begun: Begin | None = None
    typing = ""
    typed_for: Ask | None = None
    ready = saving = left = False

    @property
    def person_id(self) -> UUID:
        """Who is assessed."""
        found: UUID = self.facts["person_id"]
        return found

    @property
    def scale(self) -> "Scale":
        """By which scale."""
        from care.scales import scale

        return scale(self.facts["scale"])

    @property
    def listed(self) -> "VirtualList[Line]":
        """The questions."""
        return self.query_one("#asks", VirtualList)

    def body(self) -> ComposeResult:
        """Who and by what; the questions; the one under the cursor; the sum."""
        yield Static(id="who", markup=False)
        yield Static(id="about", markup=False)
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

    def _columns(self) -> list[Column]:
        """The answers of last time have a column only if there was one."""
        named = ["assess.item", "assess.now", "assess.last"]
        last = self.begun is not None and self.begun.last is not None
        return [Column(2, "", "right"), *(Column(0, t(name)) for name in (named if last else named[:2]))]

    def on_mount(self) -> None:
        """What the record knows, then what was half filled in."""
        super().on_mount()
        self.filling, self.before = Filling(), Filling()
        self.ahead: list[int | None] = []
        self.draft = Draft(self, self.session, f"assess:{self.person_id.hex}:{self.scale.id}")
        self._arrange()
        self.run_care(self._read, then=self._begin, group="begin")

    def on_resize(self) -> None:
        """Beside each other where there is room."""
        self._arrange()
        self.call_after_refresh(self.load)

    def _arrange(self) -> None:
        self.set_class(self.app.size.width >= WIDE, "-wide")

    # --- what is known --------------------------------------------------------------------------

    def _read(self) -> Begin:
        from care.assessments import history, usual_facts
        from care.chart import header
        from care.county_facts import known_facts
        from care.scales import suggested

        store, scale = self.session.store, self.scale
        done = [one for one in history(store, self.person_id, scale.id) if one.stands]
        old = next((one for one in done if one.id == self.facts.get("assessment_id")), None)
        last = next((one for one in done if old is None or (one.at, one.id) < (old.at, old.id)), None)
        usual = usual_facts(store, self.person_id, scale.id)
        with store.reading() as conn:
            head = header(conn, self.person_id, self.session.now())
            counting = known_facts(conn) if scale.settings else {}
        settings = {name: counting.get(name, value) for name, value in scale.settings}
        return Begin(head, last, old, usual, settings, suggested(scale, usual))

    def _begin(self, begun: Begin) -> None:
        self.begun = begun
        self.listed.columns = tuple(self._columns())
        scale = self.scale
        if begun.last is not None:
            self.before = as_before(scale, begun.last.answers, begun.last.facts)
        if begun.old is not None:
            self.filling = as_before(scale, begun.old.answers, begun.old.facts)
            self.filling.note = begun.old.note
        else:
            self.filling.facts |= {need.id: begun.usual[need.id] for need in scale.needs if need.id in begun.usual}
        self.draft.restore(self._restored)

    def _restored(self, draft: Mapping[str, Kept] | None) -> None:
        begun = self.begun
        if draft and begun is not None:
            found = restored(self.scale, draft)
            # The power went between the saving and the dropping of what it was made of.
            if begun.last is None or found.answers != dict(begun.last.answers) or missing(self.scale, found):
                self.filling = found
                self.say(t("said.draft_back"))
        self.load()
        self._to_first_missing()
        self.ready = True
        self.listed.focus()
        # Whoever knows the form begins before it is here.
        for key in self.ahead:
            if key is None:
                self._next()
            else:
                self.action_digit(key)

    # --- drawing --------------------------------------------------------------------------------

    def load(self) -> None:
        """Everything as it is filled in now."""
        if self.begun is None:
            return
        self._draw_head(self.begun)
        self._draw()

    def _draw_head(self, begun: Begin) -> None:
        width, wide = max(self.app.size.width - 4, 30), self.has_class("-wide")
        self.query_one("#who", Static).update(warning_text(self.app, begun.header, width, 4 if wide else 2))
        about = about_text(self.app, self.scale, begun.last, self.session.now(), width, wide)
        self.query_one("#about", Static).update(about)

    def _draw(self) -> None:
        asked = asks(self.scale, self.filling)
        self.numbers = {ask.id: n for n, ask in enumerate(asked, 1)}
        self.listed.show_rows(lines(asked))
        if not self.has_class("-wide"):
            width = max(self.app.size.width - 4, 20)
            self.query_one("#question").styles.height = min(max(question_lines(ask, width) for ask in asked), 9)
        else:
            self.query_one("#question").styles.height = "1fr"
        self._draw_question()
        self._draw_sum()

    def _cells(self, line: Line) -> Cells:
        id = line.id if isinstance(line, Ask) else ""
        here = self.typing if self.current is not None and self.current.id == id else ""
        return cells(line, self.numbers.get(id, 0), self.filling, self.before, here)[: len(self.listed.columns)]

    @property
    def current(self) -> Ask | None:
        """The question under the cursor."""
        line = self.listed.current
        return line if isinstance(line, Ask) else None

    def _draw_question(self) -> None:
        ask = self.current
        if ask is None:
            return
        beside = self.query_one("#question", Static)
        at = (self.numbers[ask.id], len(self.numbers))
        width = max(beside.size.width - (2 if self.has_class("-wide") else 0), 20)
        beside.update(question(self.app, ask, at, self.filling, self._offered(ask), self.typing, width))

    def _draw_sum(self) -> None:
        scale, line = self.scale, self.query_one("#sum", Static)
        left = missing(scale, self.filling)
        line.update(
            sum_line(
                self.app, scale, sum_so_far(scale, self.filling), len(left), self._result(), max(line.size.width, 20)
            )
        )

    def _result(self) -> "Result | None":
        """What the answers make, once nothing is missing."""
        from care.scales import score

        if self.begun is None or missing(self.scale, self.filling):
            return None
        return score(self.scale, self.filling.answers, {**self.filling.facts, **self.begun.settings})

    def _offered(self, ask: Ask) -> "tuple[Value | None, str]":
        """An answer to take over with one key: what the record says, else that of last time."""
        kind, _, name = ask.id.partition(".")
        if self.begun is not None and kind == "item" and name in self.begun.suggested:
            return self.begun.suggested[name], t("assess.from_record")
        value = self.before.get(ask.id)
        return value, "" if value is None else t("assess.last")

    def on_virtual_list_highlighted(self, event: VirtualList.Highlighted) -> None:
        """Another question; a number half typed counts for the one it was typed for."""
        event.stop()
        self._settle_typing()
        self._draw_question()

    # --- answering ------------------------------------------------------------------------------

    def action_digit(self, digit: int) -> None:
        """A digit answers the question under the cursor; where nothing can follow it, the next one comes."""
        if not self.ready:
            self.ahead.append(digit)
            return
        self._settle_typing()
        ask = self.current
        if ask is None or self.saving:
            return
        if ask.answers:
            answer = ask.by_key(digit)
            if answer is None:
                keys = t("list.comma").join(str(one.key) for one in ask.answers)
                self.say(t("assess.no_such_answer", keys=keys), "urgent")
                return
            self._answer(ask, answer.value)
            return
        self.typing, whole = typed(ask, self.typing, digit)
        self.typed_for = ask
        if whole:
            self._take_number(ask)
        else:
            self._draw()

    def action_clear(self) -> None:
        """Backspace: the last digit, or the answer, is taken away."""
        ask = self.current
        if ask is None or self.saving:
            return
        if self.typing:
            self.typing = self.typing[:-1]
        else:
            self.filling.put(ask.id, None)
            self.draft.flush(kept(self.filling))
        self._draw()

    def action_same(self) -> None:
        """Space: what stands beside, of last time or from the record."""
        ask = self.current
        value = None if ask is None else self._offered(ask)[0]
        if ask is not None and value is not None:
            self._answer(ask, value)

    def _settle_typing(self) -> None:
        """The cursor has left a number half typed: it counts, if it may."""
        ask, text = self.typed_for, self.typing
        if ask is None or not text or (self.current is not None and self.current.id == ask.id):
            return
        self.typing = ""
        if ask.lo <= int(text) <= ask.hi:
            self.filling.put(ask.id, int(text))
            self.draft.flush(kept(self.filling))
        self._draw()

    def _take_number(self, ask: Ask) -> bool:
        """What was typed of a number counts, if it is within its bounds."""
        number, self.typing = int(self.typing), ""
        if ask.lo <= number <= ask.hi:
            self._answer(ask, number)
            return True
        self._draw()
        self.say(t("assess.out_of_range", lo=ask.lo, hi=ask.hi), "urgent")
        return False

    def _answer(self, ask: Ask, value: "Value") -> None:
        self.typing = ""
        self.filling.put(ask.id, value)
        self.draft.flush(kept(self.filling))
        self.say("")
        self._draw()
        at = self.listed.index
        self.listed.action_step(1)
        if self.listed.index == at:
            self._to_first_missing()

    def _to_first_missing(self) -> None:
        left = missing(self.scale, self.filling)
        if left:
            self._goto(left[0])
        self._draw_question()

    def _goto(self, ask: Ask) -> None:
        rows = lines(asks(self.scale, self.filling))
        self.listed.goto(next(n for n, row in enumerate(rows) if not isinstance(row, Heading) and row.id == ask.id))

    def on_virtual_list_chosen(self, event: VirtualList.Chosen) -> None:
        """Enter."""
        event.stop()
        self._next()

    def action_enter(self) -> None:
        """Enter while there is no list yet to take it."""
        self.ahead.append(None)

    def _next(self) -> None:
        """What was typed counts; then the next question comes, or all is saved."""
        ask = self.current
        if self.typing and ask is not None:
            self._take_number(ask)
        elif not missing(self.scale, self.filling):
            self.action_save()
        elif self.listed.index < self.listed.total - 1:
            self.listed.action_step(1)
        else:
            self._tell_missing()

    def _tell_missing(self) -> None:
        left = missing(self.scale, self.filling)
        self._to_first_missing()
        self.say(t("assess.missing", n=len(left), first=word(left[0].words)), "urgent")

    # --- acts -----------------------------------------------------------------------------------

    def why_not(self, action: str) -> str | None:
        """Space needs something to take over."""
        if action == "assess.same" and (self.current is None or self._offered(self.current)[0] is None):
            return t("assess.nothing_before")
        if action == "assess.discard" and not kept(self.filling):
            return t("assess.nothing_filled")
        return None

    def action_note(self) -> None:
        """Ctrl+N: a note to it."""
        from care.assessments import MOST_NOTE

        def noted(said: str | None) -> None:
            if said is not None:
                self.filling.note = said.strip()
                self.draft.flush(kept(self.filling))

        self.app.push_screen(Type(t("assess.note"), self.filling.note, longest=MOST_NOTE), noted)

    def action_save(self) -> None:
        """Ctrl+S."""
        if self.begun is None or self.saving or self.left:
            return
        ask = self.current
        if self.typing and ask is not None and not self._take_number(ask):
            return
        if missing(self.scale, self.filling):
            self._tell_missing()
            return
        if self.begun.old is not None:
            from yiyang_tui.screens.assess_amend import correct_assessment

            correct_assessment(self, self.begun.old, self.filling, self._saved)
            return
        self.saving = True
        self.run_care(self._record, then=self._saved, failed=self._refused)

    def _record(self) -> "Recorded":
        """Saved, and nothing is half filled in any more, also if somebody goes elsewhere at this moment."""
        from care.assessments import record

        store, by, filling = self.session.store, self.session.staff.id, self.filling
        done = record(store, by, self.person_id, self.scale.id, filling.answers, filling.facts, note=filling.note)
        store.drop_draft(self.draft.key, self.draft.staff)
        return done

    def _refused(self, error: "YiyangError") -> None:
        self.saving = False
        self.say(sentence(error), "urgent")

    def _saved(self, done: "Recorded") -> None:
        self.left = True
        self.draft.forget()
        self.yiyang.call_later(self._go_on, done)

    async def _go_on(self, done: "Recorded") -> None:
        """To the result, with what it proposes."""
        from care.assessments import undo

        session, corrected = self.session, self.begun is not None and self.begun.old is not None
        name = self.begun.header.name if self.begun is not None else ""
        what = t("assess.of", name=name, scale=self.scale.short.of(language()))
        await self.draft.settled()
        await self.app.pop_screen()
        await self.yiyang.open("assessed", person_id=self.person_id, assessment_id=done.id)
        front = self.app.screen
        if isinstance(front, Place):
            store, by = session.store, session.staff.id
            said = t("assess.corrected" if corrected else "assess.saved")
            front.saved(what, lambda: undo(store, by, done.id), said)

    def action_discard(self) -> None:
        """Ctrl+D: what is filled in is thrown away."""
        self.app.push_screen(AskYes(t("assess.discard_ask")), lambda yes: self._leave(forget=True) if yes else None)

    def action_back(self) -> None:
        """Esc: what is filled in is kept for the next time."""
        self._leave(forget=False)

    def _leave(self, *, forget: bool) -> None:
        self.left = True
        if forget:
            self.draft.forget()
        elif kept(self.filling) and self.begun is not None and self.begun.old is None:
            self.draft.flush(kept(self.filling))
        self.yiyang.call_later(self._go_back, not forget and bool(self.filling.answers))

    async def _go_back(self, half: bool) -> None:
        await self.draft.settled()
        await self.app.pop_screen()
        front = self.app.screen
        if half and isinstance(front, Place):
            front.say(t("assess.kept"))
