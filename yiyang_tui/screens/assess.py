"""Filling in a scale for somebody: what the record knows before, drafts while it is done, saving or correcting it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Final
from uuid import UUID

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.widgets import Static

from yiyang_tui.actions import WIDE_DIGITS
from yiyang_tui.drafts import Draft
from yiyang_tui.fields import Value as Kept
from yiyang_tui.screens.assess_asks import as_before, kept, missing, restored
from yiyang_tui.screens.assess_drawn import about_text
from yiyang_tui.screens.assess_form import AssessForm, Sitting
from yiyang_tui.screens.base import Place
from yiyang_tui.screens.chart_header import warning_text
from yiyang_tui.screens.dialogs import Ask, Type
from yiyang_tui.words import language, sentence, t

if TYPE_CHECKING:
    from care.assessments import Assessed, Recorded
    from care.chart import Header
    from care.scales import Scale, Value
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
    ready = touched = saving = left = False

    def __init__(self, *args: object, **kwargs: object) -> None:
        from care.scales import scale

        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        self.sitting = Sitting(scale(self.facts["scale"]))
        self.ahead: list[int | None] = []

    @property
    def person_id(self) -> UUID:
        """Who is assessed."""
        found: UUID = self.facts["person_id"]
        return found

    @property
    def scale(self) -> "Scale":
        """By which scale."""
        return self.sitting.scale

    @property
    def form(self) -> AssessForm:
        """The questions."""
        return self.query_one(AssessForm)

    def body(self) -> ComposeResult:
        """Who and by what; the questions."""
        yield Static(id="who", markup=False)
        yield Static(id="about", markup=False)
        yield AssessForm(self.sitting)

    def on_mount(self) -> None:
        """What the record knows, then what was half filled in."""
        super().on_mount()
        corrected: UUID | None = self.facts.get("assessment_id")
        # What is half corrected is not taken for what is half filled in anew.
        of = [self.person_id.hex, self.scale.id, *([corrected.hex] if corrected else [])]
        self.draft = Draft(self, self.session, ":".join(["assess", *of]))
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

        store, scale = self.session.store, self.scale
        done = [one for one in history(store, self.person_id, scale.id) if one.stands]
        old = next((one for one in done if one.id == self.facts.get("assessment_id")), None)
        last = next((one for one in done if old is None or (one.at, one.id) < (old.at, old.id)), None)
        usual = usual_facts(store, self.person_id, scale.id)
        with store.reading() as conn:
            head = header(conn, self.person_id, self.session.now())
            counting = known_facts(conn) if scale.settings else {}
        return Begin(head, last, old, usual, {name: counting.get(name, value) for name, value in scale.settings})

    def _begin(self, begun: Begin) -> None:
        from care.scales import suggested

        self.begun, sitting, scale = begun, self.sitting, self.scale
        sitting.settings, sitting.suggested = begun.settings, suggested(scale, begun.usual)
        if begun.last is not None:
            sitting.again, sitting.before = True, as_before(scale, begun.last.answers, begun.last.facts)
        if begun.old is not None:
            sitting.filling = as_before(scale, begun.old.answers, begun.old.facts)
            sitting.filling.note = begun.old.note
        else:
            sitting.filling.facts |= {need.id: begun.usual[need.id] for need in scale.needs if need.id in begun.usual}
        self.draft.restore(self._restored)

    def _restored(self, draft: Mapping[str, Kept] | None) -> None:
        if draft and not self._was_saved(draft):
            self.sitting.filling, self.touched = restored(self.scale, draft), True
            self.say(t("said.draft_back"))
        self.load()
        form = self.form
        form.to_first_missing()
        self.ready = True
        form.listed.focus()
        # Whoever knows the form begins before it is here.
        for key in self.ahead:
            if key is None:
                form.go_on()
            else:
                form.digit(key)

    def _was_saved(self, draft: Mapping[str, Kept]) -> bool:
        """The power went between the saving and the dropping of what it was made of."""
        last, found = self.begun.last if self.begun is not None else None, restored(self.scale, draft)
        correcting = "assessment_id" in self.facts
        return (
            not correcting
            and last is not None
            and found.answers == dict(last.answers)
            and not missing(self.scale, found)
        )

    def load(self) -> None:
        """Everything as it is filled in now."""
        begun = self.begun
        if begun is None:
            return
        width, wide = max(self.app.size.width - 4, 30), self.has_class("-wide")
        self.query_one("#who", Static).update(warning_text(self.app, begun.header, width, 4 if wide else 2))
        about = about_text(self.app, self.scale, begun.last, self.session.now(), width, wide)
        self.query_one("#about", Static).update(about)
        self.form.draw()

    # --- answering ------------------------------------------------------------------------------

    def action_digit(self, digit: int) -> None:
        """An answer."""
        if not self.ready:
            self.ahead.append(digit)
        elif not self.saving:
            self.form.digit(digit)

    def action_enter(self) -> None:
        """Enter while there is no list yet to take it."""
        self.ahead.append(None)

    def action_clear(self) -> None:
        """Backspace."""
        if self.ready and not self.saving:
            self.form.clear()

    def action_same(self) -> None:
        """Space: what stands beside, of last time or from the record."""
        self.form.take_over()

    def on_assess_form_answered(self, event: AssessForm.Answered) -> None:
        """Each answer is on the disk at once: the power may go at any moment."""
        event.stop()
        self._keep()

    def _keep(self) -> None:
        if not self.saving and not self.left:
            self.touched = True
            self.draft.flush(kept(self.sitting.filling))

    def on_assess_form_finished(self, event: AssessForm.Finished) -> None:
        """Enter, with everything answered."""
        event.stop()
        self.action_save()

    def why_not(self, action: str) -> str | None:
        """Space needs something to take over."""
        if action == "assess.same" and ((ask := self.form.current) is None or self.sitting.offered(ask)[0] is None):
            return t("assess.nothing_before")
        if action == "assess.discard" and not kept(self.sitting.filling):
            return t("assess.nothing_filled")
        return None

    def action_note(self) -> None:
        """Ctrl+N: a note to it."""
        from care.assessments import MOST_NOTE

        def noted(said: str | None) -> None:
            if said is not None:
                self.sitting.filling.note = said.strip()
                self._keep()

        self.app.push_screen(Type(t("assess.note"), self.sitting.filling.note, longest=MOST_NOTE), noted)

    # --- saving ---------------------------------------------------------------------------------

    def action_save(self) -> None:
        """Ctrl+S."""
        if self.begun is None or self.saving or self.left or not self.form.take_number():
            return
        if self.sitting.missing:
            self.form.tell_missing()
            return
        if self.begun.old is not None:
            from yiyang_tui.screens.assess_amend import correct_assessment

            correct_assessment(self, self.begun.old, self.sitting.filling, self._saved)
            return
        self.saving = True
        self.run_care(self._record, then=self._saved, failed=self._refused)

    def _record(self) -> "Recorded":
        """Saved, and nothing is half filled in any more, also if somebody goes elsewhere at this moment."""
        from care.assessments import record

        store, by, filling = self.session.store, self.session.staff.id, self.sitting.filling
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
        self.app.push_screen(Ask(t("assess.discard_ask")), lambda yes: self._leave(forget=True) if yes else None)

    def action_back(self) -> None:
        """Esc: what is filled in is kept for the next time."""
        self._leave(forget=False)

    def _leave(self, *, forget: bool) -> None:
        self.left = True
        if forget:
            self.draft.forget()
        self.yiyang.call_later(self._go_back, self.touched and not forget)

    async def _go_back(self, half: bool) -> None:
        await self.draft.settled()
        await self.app.pop_screen()
        front = self.app.screen
        if half and isinstance(front, Place):
            front.say(t("assess.kept"))
