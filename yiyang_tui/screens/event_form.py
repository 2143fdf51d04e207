"""The form of any kind of event, made from its file: opened over whatever is in front, saved in one act.

Facts: ``kind``; ``person_id`` of whom it is, where that is known; ``about`` the event that it follows; ``event_id``
one to be corrected, and ``takes`` what that takes.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from uuid import UUID

from textual import events
from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.widgets import Static

from yiyang_tui.drafts import Draft
from yiyang_tui.fields import Value, fill, values
from yiyang_tui.screens.base import Place
from yiyang_tui.screens.bed_dialogs import FindPerson
from yiyang_tui.screens.dialogs import Choose
from yiyang_tui.screens.event_fields import REASON, WHO, EventFields, PeopleField, PersonField, Who, find_person
from yiyang_tui.screens.event_people import PickPeople
from yiyang_tui.screens.event_values import AT, facts_of, form_id, read_time, shown_time, values_of
from yiyang_tui.screens.person_values import differing
from yiyang_tui.screens.second import SecondPerson
from yiyang_tui.widgets.choice import Choice
from yiyang_tui.widgets.form import Form
from yiyang_tui.words import language, plural, sentence, t, times

if TYPE_CHECKING:
    from care.amending import Amendable, Colleague
    from care.events.read import EventView
    from care.events.shape import Kind
    from care.people import PersonRow
    from care.rights import Second
    from care.staff import StaffView
    from db.errors import YiyangError


@dataclass(frozen=True, slots=True)
class Begun:
    """What is known when the form opens."""

    staff: "list[StaffView]"
    seconds: "tuple[Colleague, ...]"
    name: str = ""
    bed: str = ""
    about: "EventView | None" = None
    old: "EventView | None" = None


@dataclass(frozen=True, slots=True)
class Filled:
    """What is to be saved."""

    facts: Mapping[str, Any]
    people: tuple[UUID, ...]
    at: int | None
    reason: str


class EventForm(Place):
    """One event, new or corrected."""

    where = "event"
    CSS_PATH = "event_form.tcss"

    begun: Begun | None = None
    given: Mapping[str, Value] = {}
    saving = left = False

    def __init__(self, *args: Any, **facts: Any) -> None:
        super().__init__(*args, **facts)
        from care.events.kinds import kind

        self.kind: Kind = kind(str(facts["kind"]))
        self.person_id: UUID | None = facts.get("person_id")
        self.about: UUID | None = facts.get("about")
        self.event_id: UUID | None = facts.get("event_id")
        self.takes: Amendable | None = facts.get("takes")
        # Field -> what was wrong with it when it was to be saved, and what was in it then.
        self.wrong: dict[str, tuple[str, Value | None]] = {}

    @property
    def form(self) -> EventFields:
        """The fields."""
        return self.query_one(EventFields)

    @property
    def asks(self) -> Who:
        """Whether it is asked of whom it is."""
        if self.kind.of != "person" or self.person_id or self.about or self.event_id:
            return ""
        return "many" if self.kind.many else "one"

    def body(self) -> ComposeResult:
        """What is recorded and of whom, the fields, how the one with the cursor is filled in."""
        yield Static(self.kind.words.of(language()), id="what", classes="title", markup=False)
        with VerticalScroll(can_focus=False, id="rows"):
            yield EventFields(self.kind, who=self.asks, reason=self.event_id is not None)
        yield Static("", id="hint", markup=False)

    def on_mount(self) -> None:
        """Filled with what is usual, then with what was half typed."""
        super().on_mount()
        whose = self.event_id or self.about or self.person_id
        self.draft = Draft(self, self.session, f"event:{self.kind.id}:{whose.hex if whose else 'new'}")
        self.run_care(self._read, then=self._begin, group="begin")

    def load(self) -> None:
        """Made anew in another language: names and the title are filled in again."""
        if self.begun is not None:
            self._entitle(self.begun)
            self.form.hold_staff(self.begun.staff)
            self._look()

    # --- beginning ----------------------------------------------------------------------------

    def _read(self) -> Begun:
        from care.amending import colleagues
        from care.events.read import event, whose
        from care.staff import everyone

        store, by = self.session.store, self.session.staff.id
        old = None if self.event_id is None else event(store, self.event_id)
        about = None if self.about is None else event(store, self.about)
        person = self.person_id or (old and old.person_id) or (about and about.person_id) or None
        name, bed = ("", "") if person is None else whose(store, person)
        seconds = colleagues(store, by, self.kind.right) if self.kind.second else ()
        # Whoever is called comes first.
        called = ("doctor", "nurse", "director")
        staff = [one for one in everyone(store) if not one.closed]
        staff.sort(key=lambda one: called.index(one.role) if one.role in called else len(called))
        return Begun(staff, seconds, name, bed, about, old)

    def _begin(self, begun: Begun) -> None:
        from care.events.facts import usual

        self.begun = begun
        self._entitle(begun)
        self.form.hold_staff(begun.staff)
        now, old = self.session.now(), begun.old
        facts = {**usual(self.kind, now), **self.facts.get("facts", {})} if old is None else old.facts
        shown = values_of(self.kind, facts, now)
        fill(self, {**shown, AT: shown_time(now if old is None else old.at, now)})
        # As the form gives them back, so that filling it is not taken for typing.
        self.given = values(self)
        self._look()
        self.form.first_open().focus()
        self.draft.restore(self._restored)
        if self.asks:
            self._find(self.form.query_one(f"#{WHO}", PersonField if self.asks == "one" else PeopleField))

    def _entitle(self, begun: Begun) -> None:
        said = [self.kind.words.of(language()), " ".join(part for part in (begun.bed, begun.name) if part)]
        if begun.about is not None:
            when = times.moment(begun.about.at, self.session.now())
            said.append(t("event.after", what=begun.about.title.of(language()), when=when))
        if begun.old is not None:
            said.append(t("event.correcting", when=times.moment(begun.old.at, self.session.now())))
        self.query_one("#what", Static).update("   ".join(part for part in said if part))

    def _restored(self, kept: Mapping[str, Value] | None) -> None:
        if kept:
            fill(self, kept)
            self._look()
            self.form.first_open().focus()
            self.say(t("said.draft_back"))

    # --- while it is typed --------------------------------------------------------------------

    def _look(self) -> None:
        self.form.apply(facts_of(self.kind, values(self), self.session.now()).facts)
        self._hint()

    def _hint(self) -> None:
        self.query_one("#hint", Static).update(self.form.hint())

    def on_descendant_focus(self, _event: events.DescendantFocus) -> None:
        """The hint is that of the field with the cursor."""
        self._hint()

    def on_form_touched(self, event: Form.Touched) -> None:
        """Keep what was typed; other fields may apply now."""
        event.stop()
        if self.begun is None or self.left:
            return
        self._tell_rest()
        self._look()
        typed = self._typed()
        if typed:
            self.draft.touch(typed)
        else:
            self.draft.forget()

    def _tell_rest(self) -> None:
        """Of what was wrong when it was to be saved, what still stands as it did."""
        now = values(self)
        self.wrong = {id: (words, value) for id, (words, value) in self.wrong.items() if now.get(id) == value}
        self.form.tell({id: words for id, (words, _) in self.wrong.items()})

    def _typed(self) -> dict[str, Value]:
        """What was typed. Of whom it is is chosen anew: names are not kept in a draft."""
        found = differing(values(self), self.given)
        return {id: value for id, value in found.items() if id != WHO}

    def on_form_passed(self, event: Form.Passed) -> None:
        """Enter has left a field."""
        event.stop()
        self._tell_rest()

    def on_event_fields_wanted(self, event: EventFields.Wanted) -> None:
        """Space in a field for a person, or for several."""
        event.stop()
        self._find(event.field)

    def _find(self, field: Choice) -> None:
        """Ask who it is, and go on to the next field."""
        title = self.kind.words.of(language())
        if isinstance(field, PeopleField):
            several = field
            here = {UUID(hex=code): name for code, name in field.options if code in field.codes}

            def ticked(people: "dict[UUID, str] | None") -> None:
                if people:
                    several.hold(people)
                    self.form.step(several, 1)

            self.app.push_screen(PickPeople(self.session, title, here), ticked)
        elif isinstance(field, PersonField):
            alone = field

            def chosen(row: "PersonRow | None") -> None:
                if row is not None:
                    alone.hold(row.id, f"{row.bed_label} {row.name}".strip())
                    self.form.step(alone, 1)

            self.app.push_screen(FindPerson(self.session, title, find_person), chosen)

    # --- leaving ------------------------------------------------------------------------------

    def action_back(self) -> None:
        """Esc: what is half typed is kept, or thrown away, as they say."""
        if self.begun is None or not self._typed():
            self._leave(forget=True)
            return
        ways = [(way, t(f"person.leave.{way}")) for way in ("keep", "stay", "drop")]
        self.app.push_screen(
            Choose(t("person.unsaved"), ways),
            lambda way: self._leave(forget=way == "drop") if way in ("keep", "drop") else None,
        )

    def _leave(self, *, forget: bool, then: Callable[[Place], None] | None = None) -> None:
        self.left = True
        if forget:
            self.draft.forget()
        else:
            self.draft.flush(self._typed())
        self.yiyang.call_later(self._go, then)

    async def _go(self, then: Callable[[Place], None] | None) -> None:
        await self.draft.settled()
        await self.app.pop_screen()
        front = self.app.screen
        if then is not None and isinstance(front, Place):
            then(front)

    # --- saving -------------------------------------------------------------------------------

    def on_form_filled(self, event: Form.Filled) -> None:
        """Enter in the last field."""
        event.stop()
        self.action_save()

    def action_save(self) -> None:
        """Ctrl+S: what is missing is told and gone to; else it is saved."""
        if self.begun is None or self.saving or self.left:
            return
        filled = self._filled()
        if filled is None:
            return
        self.saving = True
        self.draft.flush(self._typed())
        if self.event_id is not None:
            self._correct(filled)
        elif self.kind.second:
            self._ask_second(filled)
        else:
            self.run_care(self._record, filled, None, then=self._recorded(filled), failed=self._failed)

    def _filled(self) -> Filled | None:
        """What the form says, or ``None`` once what is wrong with it has been said."""
        from care.events.facts import problems, tidy

        now, typed = self.session.now(), values(self)
        read = facts_of(self.kind, typed, now)
        wrong = {form_id(field): t(f"event.wrong.{code}") for field, code in read.wrong.items()}
        for one in problems(self.kind, {**read.facts, **dict.fromkeys(read.wrong, "")}, now):
            wrong.setdefault(form_id(one.field), t(f"event.wrong.{one.code}"))
        at = None
        try:
            when = str(typed.get(AT) or "")
            at = None if when == self.given.get(AT) and self.event_id is None else read_time(when, now)
        except ValueError:
            wrong[AT] = t("event.wrong.time")
        people = tuple(UUID(hex=code) for code in str(typed.get(WHO) or "").split())
        reason = str(typed.get(REASON) or "").strip()
        if self.asks and not people:
            wrong[WHO] = t("event.wrong.missing")
        if self.event_id is not None and not reason:
            wrong[REASON] = t("event.wrong.missing")
        self.wrong = {id: (words, typed.get(id)) for id, words in wrong.items()}
        self.form.tell(wrong)
        first = next((id for id in self.form.ids if id in wrong), None)
        if first is not None:
            self.form.query_one(f"#{first}").focus()
            self.say(plural("event.wrong_fields", len(wrong)), "urgent")
            return None
        return Filled(tidy(self.kind, read.facts), people, at, reason)

    def _record(self, filled: Filled, second: "Second | None") -> tuple[UUID, ...]:
        """Saved, and nothing is half typed any more, also if somebody goes elsewhere at this moment."""
        from care.events.record import record, record_many

        store, by = self.session.store, self.session.staff.id
        if len(filled.people) > 1:
            ids = record_many(store, by, self.kind.id, filled.facts, filled.people, at=filled.at)
        else:
            person = next(iter(filled.people), self.person_id)
            ids = (
                record(
                    store,
                    by,
                    self.kind.id,
                    filled.facts,
                    person_id=person,
                    about=self.about,
                    at=filled.at,
                    second=second,
                ),
            )
        store.drop_draft(self.draft.key, self.draft.staff)
        return ids

    def _recorded(self, filled: Filled) -> Callable[[tuple[UUID, ...]], None]:
        from care.events.record import undo
        from care.stay_acts import UNDONE

        store, by, of = self.session.store, self.session.staff.id, self.kind
        urgent = of.is_urgent(filled.facts)
        name = self._whose(filled)
        what = t("event.act", what=of.words.of(language()), name=name).strip()
        said = t("event.saved", what=what)
        if urgent:
            # What no county takes is sent nowhere: the doctor's own laptop does not know of it.
            said = t("event.saved_urgent" if self._sends() else "event.saved_urgent_here", what=what)

        def done(ids: tuple[UUID, ...]) -> None:
            # Nothing is promised that is no true record afterwards: somebody who came back, went, or died.
            back = None if of.does and of.does not in UNDONE else lambda: undo(store, by, *ids)
            self._leave(forget=True, then=lambda front: front.saved(what, back, said, urgent=urgent))

        return done

    def _sends(self) -> bool:
        standing = self.yiyang.carrying.standing
        return standing is not None and standing.enrolled

    def _whose(self, filled: Filled) -> str:
        if len(filled.people) > 1:
            return plural("event.people", len(filled.people))
        if self.asks:
            return next((word for _, word in self.form.query_one(f"#{WHO}", Choice).options), "")
        return self.begun.name if self.begun else ""

    def _ask_second(self, filled: Filled) -> None:
        assert self.begun is not None
        done = self._recorded(filled)

        def closed(result: "tuple[tuple[UUID, ...]] | None") -> None:
            self.saving = False
            if result:
                done(result[0])

        what = t("event.second", what=self.kind.words.of(language()), name=self._whose(filled))
        act = lambda second: self._record(filled, second)  # noqa: E731 - it names what is done
        self.app.push_screen(SecondPerson(what, self.begun.seconds, act), closed)

    def _correct(self, filled: Filled) -> None:
        from care.events.record import correct

        store, by, id = self.session.store, self.session.staff.id, self.event_id
        assert id is not None
        assert self.takes is not None

        def write(second: "Second | None" = None) -> UUID:
            found = correct(store, by, id, filled.facts, filled.reason, at=filled.at, second=second)
            store.drop_draft(self.draft.key, self.draft.staff)
            return found

        if self.takes.own:
            self.run_care(write, then=self._corrected, failed=self._failed)
            return
        who = self.begun.old.who if self.begun and self.begun.old else ""

        def closed(result: "tuple[UUID] | None") -> None:
            self.saving = False
            if result:
                self._corrected(result[0])

        what = t("second.correct", who=who, reason=filled.reason)
        self.app.push_screen(SecondPerson(what, self.takes.seconds, write), closed)

    def _corrected(self, id: UUID) -> None:
        from care.events.record import undo

        store, by = self.session.store, self.session.staff.id
        what = t("event.correction", what=self.kind.words.of(language()))
        self._leave(
            forget=True,
            then=lambda front: front.saved(what, lambda: undo(store, by, id), t("event.saved", what=what)),
        )

    def _failed(self, error: "YiyangError") -> None:
        self.saving = False
        self.say(sentence(error), "urgent")
