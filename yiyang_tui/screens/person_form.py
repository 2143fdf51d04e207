"""Registering a person, or changing their facts: one long form, checked while it is typed, saved in one act."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final
from uuid import UUID

from textual import events
from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.widgets import Static

from yiyang_tui.drafts import Draft
from yiyang_tui.fields import Value, fill, values
from yiyang_tui.screens.base import Place
from yiyang_tui.screens.bed_offer import offer_bed
from yiyang_tui.screens.dialogs import Ask, Choose
from yiyang_tui.screens.person_fields import Beside, PersonFields
from yiyang_tui.screens.person_values import ROWS, allergy_problem, differing, facts_of, row_of, values_of
from yiyang_tui.screens.person_words import sex_age
from yiyang_tui.widgets.form import Form
from yiyang_tui.words import has, sentence, t

if TYPE_CHECKING:
    from care.people import FactProblem, PersonFacts, PersonRow
    from db.errors import YiyangError

WIDE: Final = 104
"""From this many cells on the fields are wider."""


@dataclass(frozen=True, slots=True)
class Looked:
    """What was found of the facts as they are typed. ``whole``: with what the ID number says of sex and birth."""

    problems: "Sequence[FactProblem]"
    whole: "PersonFacts"
    twins: "Sequence[PersonRow]"


class PersonForm(Place):
    """All facts of one person. ``person_id`` among the facts: of somebody known; ``field``: where the cursor begins."""

    where = "person"
    CSS_PATH = "person_form.tcss"

    seen: "PersonFacts | None" = None
    looked: Looked | None = None
    filled: Mapping[str, Value] = {}
    doubted: Sequence[str] = ()
    number = ""
    tried = saving = left = False

    @property
    def person_id(self) -> UUID | None:
        """Whose facts they are; ``None`` for somebody new."""
        return self.facts.get("person_id")

    @property
    def form(self) -> PersonFields:
        """The fields."""
        return self.query_one(PersonFields)

    def body(self) -> ComposeResult:
        """What is done here, the fields, who is registered already."""
        yield Static(t("person.known" if self.person_id else "person.new"), id="who", classes="title", markup=False)
        with VerticalScroll(can_focus=False, id="rows"):
            yield PersonFields(id="form")
        yield Static("", id="twins", markup=False)

    def on_mount(self) -> None:
        """Filled from the record, then with what was half typed."""
        super().on_mount()
        self._arrange()
        self.passed: set[str] = set()
        self.given: dict[str, str] = {}
        self.draft = Draft(self, self.session, f"person:{self.person_id.hex if self.person_id else 'new'}")
        asked = str(self.facts.get("field"))
        # Consents are no field: they are answered one by one.
        self.query_one(f"#{asked if asked in ROWS else 'name'}").focus()
        self.run_care(self._read, then=self._begin, group="begin")

    def on_resize(self) -> None:
        """Wider fields where there is room."""
        self._arrange()

    def _arrange(self) -> None:
        self.set_class(self.app.size.width >= WIDE, "-wide")

    def _read(self) -> "PersonFacts":
        from care.people import PersonFacts, facts

        # Somebody new has no level of care until one is chosen.
        return facts(self.session.store, self.person_id) if self.person_id else PersonFacts("", care_level="")

    def _begin(self, found: "PersonFacts") -> None:
        fill(self, values_of(found))
        self.form.close_to(self._not_theirs())
        # As the form gives them back, so that filling it is not taken for typing.
        self.seen, self.filled = found, values(self)
        self.draft.restore(self._restored)

    def _not_theirs(self) -> dict[str, str]:
        """The fields that take a right which whoever is here has not got, and who has it."""
        from care.roles import rights_of_fields
        from yiyang_tui.words.rights import who_may

        return {
            field: t("person.only_by", who=who_may(next(iter(wanting))))
            for field in ROWS
            if (wanting := {one for one in rights_of_fields("person", [field]) if not self.session.may(one)})
        }

    def _restored(self, kept: Mapping[str, Value] | None) -> None:
        if kept:
            fill(self, kept)
            self.say(t("said.draft_back"))
        self.load()

    # --- looking at what is typed -------------------------------------------------------------

    def load(self) -> None:
        """Look at what is typed: what is wrong, who is registered already."""
        if self.seen is not None:
            facts = facts_of(values(self), self.seen)
            self.run_care(self._look, facts, dict(self.given), then=self._show, group="look", exclusive=True)

    def _look(self, facts: "PersonFacts", given: Mapping[str, str]) -> Looked:
        """``given``: what an ID number filled in; another number says it anew."""
        from care.age import house_day
        from care.people import check, complete, same_people

        today = house_day(self.session.now())
        typed = {name: value for name in ("sex", "birth") if (value := getattr(facts, name)) != given.get(name)}
        said = complete(replace(facts, **{"sex": "", "birth": None} | typed), today)
        whole = replace(facts, sex=said.sex or facts.sex, birth=said.birth or facts.birth)
        twins = [one for one in same_people(self.session.store, whole) if one.id != self.person_id]
        return Looked(check(whole, today), whole, twins)

    def _show(self, looked: Looked) -> None:
        self.looked = looked
        if looked.whole.id_number != self.number:
            self._take_from_number(looked.whole)
        self._say_beside()
        if self.person_id and self.seen is not None:
            self.query_one("#who", Static).update(f"{t('person.known')}  {self.seen.name}")
        self.query_one("#twins", Static).update("\n".join(_twin(one) for one in looked.twins[:2]))
        self.query_one("FootLine").refresh()

    def _take_from_number(self, whole: "PersonFacts") -> None:
        """Sex and birth as a new number says, where nobody has typed another. Once: what is cleared then stays so."""
        self.number = whole.id_number
        for name, value in (("sex", whole.sex), ("birth", whole.birth or "")):
            if value and self.form.text(name) in ("", self.given.get(name, "")):
                self.given[name] = value
                self.form.put(name, value)

    def on_form_touched(self, event: Form.Touched) -> None:
        """Keep what was typed, and look at it."""
        event.stop()
        if self.seen is None or self.left:
            return
        typed = differing(event.values, self.filled)
        if typed:
            self.draft.touch(typed)
        else:
            self.draft.forget()
        self.load()

    def on_form_passed(self, event: Form.Passed) -> None:
        """Enter has left a field: what is missing there may be said."""
        event.stop()
        self.passed.add(event.field.id)
        self._say_beside()

    def on_descendant_focus(self, _event: events.DescendantFocus) -> None:
        """The hint stands beside the field with the cursor."""
        self._say_beside()

    def _say_beside(self) -> None:
        """Nobody is told off before typing: what is missing is said once the field was left, or saving tried."""
        typed = values(self)
        said: dict[str, Beside] = {}
        for problem in self.looked.problems if self.looked else ():
            field = row_of(problem.field)
            if field not in said and (self.tried or field in self.passed or typed.get(field)):
                said[field] = Beside("error" if problem.severity == "error" else "doubt", _words(problem.code))
        if wrong := allergy_problem(typed):
            said["allergies_asked"] = Beside("error", t(f"person.wrong.{wrong}"))
        self.form.say_beside(said)

    # --- keys ---------------------------------------------------------------------------------

    def why_not(self, action: str) -> str | None:
        """Only somebody who may be the same can be opened."""
        if action == "person.twin" and not (self.looked and self.looked.twins):
            return t("person.no_twin")
        return None

    async def action_twin(self) -> None:
        """Ctrl+O: the chart of whoever is registered already. What is typed stays."""
        if self.looked and self.looked.twins:
            await self.yiyang.open("chart", person_id=self.looked.twins[0].id)

    # --- leaving ------------------------------------------------------------------------------

    def on_screen_suspend(self) -> None:
        """Another screen comes in front: what was typed a moment ago is kept now, not after a pause."""
        typed = differing(values(self), self.filled) if self.seen is not None and not (self.left or self.saving) else {}
        if typed:
            front = self.app.screen
            sheet = front if isinstance(front, Place) else self
            sheet.run_care(self.session.store.save_draft, self.draft.key, self.draft.staff, typed, group="draft")

    def action_back(self) -> None:
        """Esc: what is half typed is kept, or thrown away, as they say."""
        if not differing(values(self), self.filled):
            self._leave(forget=True)
            return
        ways = [(way, t(f"person.leave.{way}")) for way in ("keep", "stay", "drop")]
        self.app.push_screen(
            Choose(t("person.unsaved"), ways),
            lambda way: self._leave(forget=way == "drop") if way in ("keep", "drop") else None,
        )

    def _leave(self, *, forget: bool, chart: UUID | None = None, said: str = "", undo: "Undo | None" = None) -> None:
        """Go back, or on to the chart of whoever was registered; what is said is said there."""
        self.left = True
        if forget:
            self.draft.forget()
        else:
            self.draft.flush(differing(values(self), self.filled))
        self.yiyang.call_later(self._go, chart, said, undo)

    async def _go(self, chart: UUID | None, said: str, undo: "Undo | None") -> None:
        await self.draft.settled()
        await self.app.pop_screen()
        if chart is not None:
            await self.yiyang.open("chart", person_id=chart)
        front = self.app.screen
        if said and isinstance(front, Place):
            if undo is not None:
                front.saved(undo.what, undo.act, said)
            elif chart is not None:
                # Nobody is unregistered: Ctrl+Z must not reach for the act before.
                front.saved("", None, said)
            else:
                front.say(said, "saved")

    # --- saving -------------------------------------------------------------------------------

    def on_form_filled(self, event: Form.Filled) -> None:
        """Enter in the last field."""
        event.stop()
        self.action_save()

    def action_save(self) -> None:
        """Ctrl+S: look once more, then save."""
        if self.seen is None or self.saving or self.left:
            return
        self.saving = self.tried = True
        self.draft.flush(differing(values(self), self.filled))
        facts = facts_of(values(self), self.seen)
        self.run_care(self._look, facts, dict(self.given), then=self._judge, failed=self._failed)

    def _judge(self, looked: Looked) -> None:
        """What is wrong is refused; what is only odd is asked about once."""
        self._show(looked)
        if self._refused(looked):
            self.saving = False
            return
        doubts = [f"{t(f'field.{each.field}')}: {_words(each.code)}" for each in looked.problems]
        if not doubts or doubts == self.doubted:
            self._save(looked.whole)
            return

        def sure(yes: bool | None) -> None:
            self.saving = bool(yes)
            if yes:
                self.doubted = doubts
                self._save(looked.whole)

        self.app.push_screen(Ask(t("person.save_anyway"), "\n".join(doubts)), sure)

    def _refused(self, looked: Looked) -> bool:
        """Go to the first field that may not be saved, and say why."""
        wrong = next((each for each in looked.problems if each.severity == "error"), None)
        contradiction = allergy_problem(values(self))
        if wrong is not None:
            said = f"refused.{wrong.code}"
            self.form.query_one(f"#{row_of(wrong.field)}").focus()
            self.say(t(said) if has(said) else _words(wrong.code), "urgent")
        elif contradiction:
            self.form.query_one("#allergies_asked").focus()
            self.say(t(f"person.wrong.{contradiction}"), "urgent")
        return wrong is not None or bool(contradiction)

    def _save(self, facts: "PersonFacts") -> None:
        from care.people import change

        store, by, known, before = self.session.store, self.session.staff.id, self.person_id, self.seen
        if known is None or before is None:
            self.run_care(self._create, facts, then=lambda id: self._created(id, facts.name), failed=self._failed)
            return
        # Taking back writes only what this form wrote.
        undo = Undo(t("person.undo", name=facts.name), lambda: change(store, by, known, before, seen=facts))
        self.run_care(
            change,
            store,
            by,
            known,
            facts,
            seen=before,
            then=lambda done: self._changed(done, undo),
            failed=self._failed,
        )

    def _create(self, facts: "PersonFacts") -> UUID:
        """Registered, and nothing is half typed any more, also if somebody goes elsewhere at this moment."""
        from care.people import create

        person_id = create(self.session.store, self.session.staff.id, facts)
        self.session.store.drop_draft(self.draft.key, self.draft.staff)
        return person_id

    def _failed(self, error: "YiyangError") -> None:
        self.saving = False
        self.say(sentence(error), "urgent")

    def _changed(self, done: bool, undo: "Undo") -> None:
        if done:
            self._leave(forget=True, said=t("person.saved", what=undo.what), undo=undo)
        else:
            self._leave(forget=True, said=t("person.unchanged"))

    def _created(self, person_id: UUID, name: str) -> None:
        self.left = True
        self.draft.forget()
        self.yiyang.sync_looked()
        offer_bed(self, person_id, name, lambda said: self._leave(forget=True, chart=person_id, said=said))


@dataclass(frozen=True, slots=True)
class Undo:
    """What was saved, in words, and the blocking function that takes it back."""

    what: str
    act: Callable[[], object]


def _words(code: str) -> str:
    """What is wrong, short enough to stand beside a field."""
    return t(f"person.wrong.{code}")


def _twin(one: "PersonRow") -> str:
    bed = one.bed_label or t("people.where_none")
    tail = f"{t('people.id_tail')} {one.id_tail}" if one.id_tail else ""
    return t("person.twin", who=" ".join(filter(None, (bed, one.name, sex_age(one.sex, one.age), tail))))
