"""Forms of rounds that are half typed, by person: known here at once, kept in the record as they are typed.

A form is kept under the registration it was begun for. Of somebody who was registered twice it is offered under the
shown one, and stays with its own, should the two be parted again.
"""

from collections.abc import Mapping
from uuid import UUID

from care.groups import Groups, groups, resolve
from care.half_typed import CORRECTS, DRAFTS, overtaken
from db.store import Store
from yiyang_tui.drafts import Draft
from yiyang_tui.fields import Value
from yiyang_tui.screens.base import Sheet
from yiyang_tui.screens.rounds_values import BLANK, Values, typed
from yiyang_tui.session import Session

Kept = dict[str, Value]


def read_drafts(store: Store, by: UUID, now: int) -> tuple[dict[UUID, Kept], list[UUID]]:
    """What ``by`` typed of rounds that were not saved yet, by registration; and whose they are, newest first. Blocks.

    What somebody else has half typed stays theirs.
    """
    done = overtaken(store, now, by)
    found = {person: body for key, body in store.drafts(DRAFTS, by).items() if (person := _person(key)) not in done}
    return found, list(found)


def registered(store: Store) -> Groups:
    """Who was registered twice. Blocks."""
    with store.reading() as conn:
        return groups(conn)


def _person(key: str) -> UUID:
    return UUID(key.removeprefix(DRAFTS))


class RoundDrafts:
    """The drafts of one session. They are read once; from then on this is where they are known first."""

    def __init__(self, sheet: Sheet[None], session: Session) -> None:
        self._sheet, self._session = sheet, session
        self._found: dict[UUID, Kept] = {}
        self._groups = resolve({})
        self._taken: dict[UUID, UUID] = {}  # person -> the registration whose form is being saved
        self._keepers: dict[UUID, Draft] = {}
        self._loose: set[UUID] = set()  # typed, and perhaps not written yet
        self.read = False

    def begin(self, found: Mapping[UUID, Kept]) -> None:
        """What the record held when the screen opened. What was typed since stands."""
        self._found = {**found, **self._found}
        self.read = True

    def regard(self, found: Groups) -> None:
        """Who was registered twice, as the record says now."""
        self._groups = found

    def shown(self, registration: UUID) -> UUID:
        """As whom a registration stands on the board."""
        return self._groups.of(registration)

    def of(self, person: UUID | None) -> Kept:
        """What is half typed about somebody; nothing for most."""
        return {} if person is None else self._found.get(self._begun(person), {})

    def corrected(self, person: UUID | None) -> tuple[str, int] | None:
        """The round that the draft corrects: its id as hex digits, and when that look was."""
        id, _, at = str(self.of(person).get(CORRECTS) or "").partition(" ")
        return (id, int(at)) if at.isdecimal() else None

    def keep(self, person: UUID, values: Values, *, at_once: bool) -> bool:
        """Keep the form of somebody, or forget it once it is blank. False when it is kept so already."""
        before = self.of(person)
        marked = {CORRECTS: before[CORRECTS]} if CORRECTS in before else {}
        now = {**BLANK, **marked, **values}
        if {**BLANK, **before} == now and not (at_once and self._begun(person) in self._loose):
            return False
        if typed(values) or marked:
            self.put(person, now, at_once=at_once)
        else:
            self.forget(person)
        return True

    def put(self, person: UUID, kept: Kept, *, at_once: bool = True) -> None:
        """Keep exactly this."""
        self._put(self._begun(person), kept, at_once=at_once)

    def take(self, person: UUID) -> None:
        """It is being saved as a round: no draft any more here, but still one in the record until that is durable."""
        self._taken[person] = self._begun(person)
        self._found.pop(self._taken[person], None)

    def saved(self, person: UUID) -> None:
        """What was taken is durable: it goes, unless something was typed since."""
        taken = self._taken.pop(person, person)
        if taken not in self._found:
            self._drop(taken)

    def lost(self, person: UUID, kept: Kept) -> bool:
        """What was taken could not be saved: it is back, unless something was typed since. Whether it is."""
        taken = self._taken.pop(person, person)
        if taken in self._found:
            return False
        self._put(taken, kept, at_once=True)
        return True

    def forget(self, person: UUID) -> None:
        """It was thrown away."""
        self._drop(self._begun(person))

    def _begun(self, person: UUID) -> UUID:
        """The registration under which something is half typed, the shown one first; the person where nothing is."""
        return next((one for one in self._groups.all(person) if one in self._found), person)

    def _put(self, one: UUID, kept: Kept, *, at_once: bool) -> None:
        self._found[one] = kept
        if at_once:
            self._loose.discard(one)
            self._keeper(one).flush(kept)
        else:
            self._loose.add(one)
            self._keeper(one).touch(kept)

    def _drop(self, one: UUID) -> None:
        self._found.pop(one, None)
        self._loose.discard(one)
        self._keeper(one).forget()

    def _keeper(self, person: UUID) -> Draft:
        return self._keepers.setdefault(person, Draft(self._sheet, self._session, f"{DRAFTS}{person}"))
