"""Putting right what was saved: the last round taken back, a round corrected by one that supersedes it."""

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING
from uuid import UUID

from care.half_typed import CORRECTS
from care.rounds import Saved, correct, record, undo
from yiyang_tui.screens.dialogs import Ask
from yiyang_tui.screens.rounds_duties import done_of
from yiyang_tui.screens.rounds_values import Values, observation, values_of
from yiyang_tui.words import t

if TYPE_CHECKING:
    from yiyang_tui.screens.rounds import Rounds


class TakingBack:
    """Ctrl+Z. What is still on its way to the disk is the last act, so it is waited for."""

    def __init__(self, screen: "Rounds") -> None:
        self._screen = screen
        self._asked = False

    def ask(self) -> None:
        """Take back the last act, at once or as soon as it is saved."""
        if self._screen.saving.busy:
            self._asked = True
        else:
            self._screen.yiyang.action_undo()

    def waited(self) -> bool:
        """Everything is saved: whether something had to be taken back, which follows now."""
        asked, self._asked = self._asked, False
        if asked:
            self._screen.yiyang.call_later(self._screen.yiyang.act, "undo")
        return asked


def take_back(screen: "Rounds", person: UUID, saved: Saved) -> Callable[[], None]:
    """What takes that round back and puts the cursor on its person again."""
    store, by = screen.session.store, screen.session.staff.id

    def back() -> None:
        undo(store, by, saved.round_id)
        screen.wanted = person

    return back


def correct_last(screen: "Rounds") -> None:
    """Put the last round of the person under the cursor into the form, to be corrected."""
    person, last = screen.person, None if screen.beside is None else screen.beside.last_round
    if last is None or person is None:
        return
    # At once, by what was read with the person: whoever types ahead must not type into another form.
    if not last.writers <= {screen.session.staff.id}:
        why = screen.yiyang.why_no_right("record.correct_other")
        screen.say(why or t("rounds.correct_two", who=last.who))
        return
    if screen.drafts.corrected(person) is None:
        held = values_of(last.observation, t("rounds.reason_usual"))
        screen.drafts.put(person, {**held, CORRECTS: f"{last.round_id.hex} {last.at}"})
    # The draft of a correction is there: into its form.
    screen.form.put(screen.drafts.of(screen.person))
    screen.tell()
    screen.set_focus(screen.form.query_one("#temp_c10"))
    screen.say(t("rounds.correct_how", who=last.who))


def act_of(screen: "Rounds", person: UUID, held: Values) -> Callable[[], Saved] | None:
    """What saves the form: a new round, or a correction; ``None``, and why is said, where that cannot be."""
    store, by = screen.session.store, screen.session.staff.id
    corrected = screen.drafts.corrected(person)
    if corrected is None:
        done = done_of(screen.duties, screen.session.staff.role, str(held["left"] or ""))
        return partial(record, store, by, person, observation(held), duties=done)
    earlier = None if screen.beside is None else screen.beside.last_round
    if earlier is None or earlier.round_id.hex != corrected[0]:
        screen.say(t("rounds.corrected_already"), "urgent")
        return None
    seen = observation(held, earlier.observation)
    return partial(correct, store, by, earlier.round_id, seen, str(held["reason"]))


def ask_to_discard(screen: "Rounds") -> None:
    """Throw away what is half typed, after a question."""

    def discard(yes: bool | None) -> None:
        if yes and screen.person is not None:
            screen.drafts.forget(screen.person)
            screen.form.put({})
            screen.turn()
            screen.count()

    name = "" if screen.row is None else screen.row.name
    screen.app.push_screen(Ask(t("rounds.discard_ask", name=name)), discard)
