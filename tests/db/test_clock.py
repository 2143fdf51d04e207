"""Wrong clocks: noticed, asked about once, marked, and never the measure of later ones."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from db import keys
from db.clock import BUILD_AT, FAR_AHEAD_S, Clock, Doubt, boot_id, judge
from db.local import CLOCK, JOURNAL
from db.store import Store
from db.tables import Pair
from db.vault import create_vault, open_vault
from tests.db.conftest import NUMBER, PASSPHRASE

DAY = 86_400
TODAY = BUILD_AT + 200 * DAY


def at(year: int) -> int:
    """New Year of a year, seconds UTC."""
    return int(datetime(year, 1, 1, tzinfo=UTC).timestamp())


@dataclass
class Machine:
    """A machine whose clock can be wrong: wall time, and seconds since it was switched on."""

    wall: float
    up: float = 100.0

    def clock(self, offset_s: int = 0) -> Clock:
        """The record's clock on this machine."""
        return Clock(offset_s, wall=lambda: self.wall, steady=lambda: self.up)

    def wait(self, seconds: float) -> None:
        """Time goes by, on the wall as inside."""
        self.wall += seconds
        self.up += seconds


@pytest.mark.parametrize(
    ("shown", "newest", "doubt"),
    [
        (at(1970), 0, "before_build"),  # a dead CMOS battery, as most boards wake up
        (at(2000), 0, "before_build"),  # and as some do
        (at(2000), TODAY, "before_build"),
        (BUILD_AT - 1, 0, "before_build"),
        (BUILD_AT, 0, None),
        (TODAY, 0, None),
        (TODAY, TODAY, None),
        (TODAY, TODAY + 3600, None),  # the partner laptop runs a little fast
        (TODAY, TODAY + 3601, "before_newest"),
        (TODAY + FAR_AHEAD_S, TODAY, None),
        (TODAY + FAR_AHEAD_S + 1, TODAY, "far_ahead"),
        (at(2099), TODAY, "far_ahead"),
        (at(2099), 0, "far_ahead"),  # also on the first day, when there is no entry to compare with
    ],
)
def test_what_is_doubted(shown: int, newest: int, doubt: Doubt | None) -> None:
    verdict = judge(shown, newest)
    assert verdict.doubt == doubt
    assert verdict.shown_at == shown
    assert verdict.earliest_at == max(BUILD_AT, newest)


@given(st.integers(BUILD_AT, BUILD_AT + 10 * 365 * DAY), st.integers(0, FAR_AHEAD_S))
def test_a_clock_that_goes_on_from_the_newest_entry_is_believed(newest: int, later: int) -> None:
    assert judge(newest + later, newest).doubt is None


def test_time_passing_raises_no_doubt() -> None:
    machine = Machine(TODAY)
    clock = machine.clock()
    for _ in range(100):
        machine.wait(DAY)
        clock.now()
    assert not clock.suspect
    assert clock.now() == TODAY + 100 * DAY


@pytest.mark.parametrize(("jump", "suspect"), [(3601, True), (-3601, True), (3500, False), (-3500, False)])
def test_a_jump_of_over_an_hour_while_running_is_doubted(jump: int, suspect: bool) -> None:
    machine = Machine(TODAY)
    clock = machine.clock()
    machine.wait(60)
    machine.wall += jump
    assert clock.now() == TODAY + 60 + jump
    assert clock.suspect is suspect


def test_an_answer_ends_the_doubt_and_time_goes_on_from_it() -> None:
    machine = Machine(at(2000))
    clock = machine.clock()
    assert clock.check(TODAY).doubt == "before_build"
    clock.answer(TODAY + DAY)
    machine.wait(60)
    assert clock.now() == TODAY + DAY + 60
    assert not clock.suspect
    assert clock.check(TODAY).doubt is None


def test_a_doubt_stays_until_somebody_answers() -> None:
    machine = Machine(TODAY)
    clock = machine.clock()
    machine.wall += 2 * DAY
    clock.now()
    machine.wall -= 2 * DAY
    assert clock.check(TODAY).doubt == "jumped"


def test_a_boot_is_named_where_the_system_tells() -> None:
    assert boot_id() == boot_id()
    assert len(boot_id()) in (0, 36)


# --- in the record ---------------------------------------------------------------------------


@pytest.fixture
def opened(record_path: Path):
    """Open the record on a given machine; the first call makes it."""
    stores: list[Store] = []

    def on(machine: Machine) -> Store:
        for earlier in stores:
            earlier.close()
        clock = machine.clock()
        if record_path.exists():
            stores.append(open_vault(record_path, NUMBER, PASSPHRASE, clock=clock))
        else:
            stores.append(create_vault(record_path, NUMBER, PASSPHRASE, cost=keys.FLOOR, clock=clock))
        return stores[-1]

    yield on
    for each in stores:
        each.close()


def save(store: Store) -> None:
    """One act."""
    with store.act(None) as act:
        act.insert(Pair, name="石桥镇两院")


def journal(store: Store) -> list[tuple[int, bool]]:
    """Wall time and mark of every entry, in order."""
    with store.reading() as conn:
        return [tuple(r) for r in conn.execute(select(JOURNAL.c.wall, JOURNAL.c.suspect).order_by(JOURNAL.c.lamport))]


def newest(store: Store) -> int:
    """The newest time the record believes in."""
    with store.reading() as conn:
        return conn.execute(select(CLOCK.c.newest_at)).scalar_one()


Opened = Callable[[Machine], Store]


def test_nothing_is_refused_for_its_time_only_marked(opened: Opened) -> None:
    store = opened(Machine(at(1970)))
    assert store.clock.doubt == "before_build"
    save(store)
    assert journal(store) == [(0, True)]


def test_entries_after_the_answer_are_not_marked(opened: Opened) -> None:
    machine = Machine(at(2000))
    store = opened(machine)
    save(store)
    store.answer_clock(TODAY)
    save(store)
    assert journal(store) == [(at(2000), True), (TODAY, False)]


def test_the_answer_is_remembered_by_the_next_start(opened: Opened) -> None:
    machine = Machine(at(2000))
    opened(machine).answer_clock(TODAY)
    machine.wait(DAY)
    again = opened(machine)
    assert again.clock.doubt is None
    assert again.now() == TODAY + DAY


def test_a_battery_that_forgets_every_night_is_asked_about_every_morning(opened: Opened) -> None:
    first = opened(Machine(at(2000)))
    first.answer_clock(TODAY)
    save(first)
    second = opened(Machine(at(2000) - 2 * DAY))
    assert second.clock.doubt == "before_newest"


def test_when_the_clock_is_set_right_the_old_answer_is_doubted(opened: Opened) -> None:
    store = opened(Machine(at(2000)))
    store.answer_clock(TODAY)
    save(store)
    assert opened(Machine(TODAY + DAY)).clock.doubt == "far_ahead"


@pytest.mark.parametrize("wrong", [at(2099), at(2000)])
def test_a_doubted_clock_never_becomes_the_measure_of_later_ones(opened: Opened, wrong: int) -> None:
    store = opened(Machine(TODAY))
    save(store)
    astray = opened(Machine(wrong))
    save(astray)
    assert newest(astray) == TODAY
    right = opened(Machine(TODAY + DAY))
    assert right.clock.doubt is None
    save(right)
    assert newest(right) == TODAY + DAY


def test_a_record_begun_in_2099_is_not_poisoned(opened: Opened) -> None:
    save(opened(Machine(at(2099))))
    assert opened(Machine(TODAY)).clock.doubt is None


def test_a_clock_that_jumps_to_2099_at_work_marks_and_does_not_poison(opened: Opened) -> None:
    machine = Machine(TODAY)
    store = opened(machine)
    save(store)
    machine.wall = at(2099)
    save(store)
    assert journal(store) == [(TODAY, False), (at(2099), True)]
    assert newest(store) == TODAY


def test_an_answer_also_corrects_a_newest_time_that_was_believed_wrongly(opened: Opened) -> None:
    """A clock eleven months fast is believed; once somebody says the date, it must not be doubted for ever."""
    store = opened(Machine(TODAY + 330 * DAY))
    save(store)
    corrected = opened(Machine(TODAY))
    assert corrected.clock.doubt == "before_newest"
    corrected.answer_clock(TODAY)
    assert opened(Machine(TODAY + DAY)).clock.doubt is None


def test_an_answer_leaves_the_past_of_a_sound_record_alone(opened: Opened) -> None:
    machine = Machine(TODAY)
    store = opened(machine)
    save(store)
    store.answer_clock(TODAY + DAY)
    assert newest(store) == TODAY
