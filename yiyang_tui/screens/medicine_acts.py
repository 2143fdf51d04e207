"""What is done at a dose: given with one key, any other result with its cause, taken back or said to be wrong.

What the record needs beyond the key is asked before: the cause of a late dose by a digit, the second person of a
high-alert drug by their PIN. What another laptop gave meanwhile is refused by the record itself, and said at once.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

from yiyang_tui.screens.medicine_amend import recorded
from yiyang_tui.screens.medicine_cause import Cause
from yiyang_tui.screens.medicine_list import NOT_GIVEN, Key, Mark, key_of, next_open
from yiyang_tui.screens.medicine_words import about, causes_of, result_word
from yiyang_tui.screens.rounds_saving import Saving
from yiyang_tui.screens.second import SecondPerson
from yiyang_tui.words import language, sentence, t, times

if TYPE_CHECKING:
    from care.amending import Colleague
    from care.medicines.doses import DoseRow
    from care.rights import Second
    from db.errors import YiyangError
    from yiyang_tui.screens.medicines import Medicines

TWO: Final = ("dose_second_needed", "dose_preparer")
"""Rules that a second person answers."""


@dataclass(frozen=True, slots=True)
class Dosing:
    """One dose to be recorded. ``act`` gives the id of it."""

    row: "DoseRow"
    act: Callable[[], UUID]
    result: str
    cause: str = ""


class Giving:
    """The queue of one round, and what comes of each dose in it."""

    def __init__(self, screen: "Medicines") -> None:
        self._screen = screen
        self._saving = Saving[Dosing, UUID](screen, self._kept, self._lost)
        self._asked = False

    @property
    def busy(self) -> bool:
        """Whether anything is not on the disk yet."""
        return self._saving.busy

    def add(self, dosing: Dosing) -> None:
        """Save it behind the next dose."""
        screen, key = self._screen, key_of(dosing.row)
        screen.marks[key] = "saving"
        self._saving.add(dosing)
        step_on(screen)

    def broke(self) -> None:
        """The act under way ended in a defect that the application has told."""
        self._saving.broke()

    def take_back(self) -> None:
        """Take back the last act, at once or as soon as it is saved."""
        if self.busy:
            self._asked = True
        else:
            self._screen.yiyang.action_undo()

    def _kept(self, dosing: Dosing, dose_id: UUID) -> None:
        is_saved(self._screen, dosing, dose_id)
        self._settled()

    def _lost(self, dosing: Dosing, error: "YiyangError | None") -> None:
        screen = self._screen
        screen.marks[key_of(dosing.row)] = "failed"
        rule = "" if error is None else str(error.facts.get("rule"))
        if screen.app.screen is screen and error is not None:
            if rule in TWO:
                together(screen, dosing.row, dosing.cause, prepared=rule == "dose_preparer")
            elif rule == "dose_late_cause":
                ask_late(screen, dosing.row)
            else:
                screen.say(sentence(error), "urgent")
        self._settled()

    def _settled(self) -> None:
        screen = self._screen
        screen.count()
        if self.busy:
            return
        asked, self._asked = self._asked, False
        if asked:
            screen.yiyang.call_later(screen.yiyang.act, "undo")
        else:
            screen.load()


# --- given ----------------------------------------------------------------------------------------------


def give(screen: "Medicines", row: "DoseRow") -> None:
    """Space: given now, by whoever is here."""
    if row.late_min > 0:
        ask_late(screen, row)
    elif row.high_alert:
        together(screen, row, "")
    else:
        _queue(screen, row, "")


def ask_late(screen: "Medicines", row: "DoseRow") -> None:
    """Why so late, by a digit."""

    def told(cause: str | None) -> None:
        if cause is None:
            return
        if row.high_alert:
            together(screen, row, cause)
        else:
            _queue(screen, row, cause)

    title = t("medicines.late_title", late=times.span(row.late_min * 60))
    screen.app.push_screen(Cause(title, causes_of("late"), about(row)), told)


def _queue(screen: "Medicines", row: "DoseRow", cause: str) -> None:
    from care.medicines.doses import give as give_dose

    store, by = screen.session.store, screen.session.staff.id
    act = partial(give_dose, store, by, row.order_id, row.due_at, late_cause=cause)
    screen.giving.add(Dosing(row, act, "late" if cause else "given", cause))


def together(screen: "Medicines", row: "DoseRow", cause: str, *, prepared: bool = False) -> None:
    """A second person looks at the drug, the dose and the person, and confirms by their PIN."""
    from care.medicines.doses import give as give_dose

    store, by = screen.session.store, screen.session.staff.id

    def act(second: "Second") -> UUID:
        return give_dose(store, by, row.order_id, row.due_at, second=second, late_cause=cause)

    def done(found: tuple[UUID] | None) -> None:
        if found is not None:
            is_saved(screen, Dosing(row, partial(UUID, int=0), "late" if cause else "given", cause), found[0])
            step_on(screen)
            screen.load()

    why = "medicines.together_prepared" if prepared else "medicines.together"
    ask_second(screen, t(why, about=about(row)), act, done)


def ask_second(
    screen: "Any", what: str, act: "Callable[[Second], Any]", done: Callable[[Any], None], right: str = "dose.give"
) -> None:
    """Who confirms, and their PIN. ``screen``: a place; ``right``: what the second person needs as well."""
    from care.amending import colleagues

    def asked(found: "tuple[Colleague, ...]") -> None:
        screen.app.push_screen(SecondPerson(what, found, act), done)

    screen.run_care(colleagues, screen.session.store, screen.session.staff.id, right, then=asked)


# --- anything else --------------------------------------------------------------------------------------


def other(screen: "Medicines", row: "DoseRow") -> None:
    """Enter: why it was not given; of one that is recorded, what was wrong about it."""
    if row.result is not None:
        recorded(screen, row)
        return
    ways = list(NOT_GIVEN)
    # A digit always means the same; Enter alone takes what fits.
    fits = {"away": "away", "held": "held", "past": "missed", "allergy": "held"}.get(row.blocked or "", "refused")
    title = t("medicines.other_title")

    def chosen(said: str | None) -> None:
        way = next((way for way in ways if result_word(way) == said), None)
        if way is not None:
            ask_cause(screen, row, way)
        elif said is not None:
            # Somebody typed words instead of a digit: they are why it was refused.
            _record(screen, row, "refused", said)

    screen.app.push_screen(Cause(title, [result_word(way) for way in ways], about(row), ways.index(fits)), chosen)


def ask_cause(screen: "Medicines", row: "DoseRow", result: str) -> None:
    """Why, by a digit."""

    def told(cause: str | None) -> None:
        if cause is not None:
            _record(screen, row, result, cause)

    title = t("medicines.why", result=result_word(result))
    screen.app.push_screen(Cause(title, causes_of(result), about(row)), told)


def _record(screen: "Medicines", row: "DoseRow", result: str, cause: str) -> None:
    from care.medicines.doses import not_given

    store, by = screen.session.store, screen.session.staff.id
    act = partial(not_given, store, by, row.order_id, row.due_at, result, cause)
    screen.giving.add(Dosing(row, act, result, cause))


# --- afterwards -------------------------------------------------------------------------------------------


def step_on(screen: "Medicines") -> None:
    """The next dose that waits."""
    found = screen.round
    index = None if found is None else next_open(found.rows, screen.doses.index, screen.marks)
    if index is not None:
        screen.doses.goto(index)
    screen.count()


def is_saved(screen: "Medicines", dosing: Dosing, dose_id: UUID) -> None:
    """It is on the disk: Ctrl+Z can take it back and puts the cursor on it again."""
    from care.medicines.doses import undo

    store, by, row = screen.session.store, screen.session.staff.id, dosing.row

    def back() -> None:
        undo(store, by, dose_id)
        screen.wanted = key_of(row)

    what = t("medicines.dose_of", bed=row.bed_label, name=row.name, drug=row.drug.of(language()))
    said = t("medicines.saved", what=what, result=result_word(dosing.result))
    screen.saved(what, back, said)


def refusal(action: str, row: "DoseRow | None", marks: Mapping[Key, Mark]) -> str | None:
    """Why an action cannot be done now at this dose; ``None`` when it can."""
    if row is None:
        return t("medicines.nobody")
    if action not in ("medicines.give", "medicines.other"):
        return None
    if marks.get(key_of(row)) == "saving":
        return t("medicines.saving")
    if action == "medicines.other":
        return None
    if row.result is not None:
        at = times.clock(row.at or row.due_at)
        return t("medicines.done_already", result=result_word(row.result), at=at, who=row.who)
    return t(f"medicines.cannot.{row.blocked}", name=row.name) if row.blocked else None
