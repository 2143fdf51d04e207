"""Power that fails in the middle, two programs at once, clocks that are wrong: all ends as if nothing had been."""

import os
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from uuid import UUID

import pytest

from db.clock import Clock
from db.keys import FLOOR
from db.store import Store
from sync import enrol, exchange, parcel, session
from sync.county import admin
from sync.errors import SyncBusy
from sync.inbox import take_in
from sync.proof.rebuild import differences
from sync.proof.standing import standing
from sync.turns import my_turn
from tests.sync.agreed import agree
from tests.sync.worlds import PAIR, PASSPHRASE, World, look, looks

ROOT = Path(__file__).parents[2]


class Killer:
    """The program that is killed."""

    def __init__(self) -> None:
        self.program = subprocess.Popen(
            [sys.executable, str(ROOT / "tests" / "sync" / "killed.py")],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=ROOT,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
        )

    def sync(self, path: Path, number: str, step: int) -> str:
        """One sync that is killed before its step."""
        assert self.program.stdin is not None
        assert self.program.stdout is not None
        self.program.stdin.write(f"{path}\t{number}\t{PASSPHRASE}\t{step}\n")
        self.program.stdin.flush()
        return self.program.stdout.readline().strip()


@contextmanager
def killer() -> Iterator[Killer]:
    """Start it, and end it."""
    one = Killer()
    try:
        yield one
    finally:
        one.program.communicate()


def test_power_fails_at_every_step_of_a_sync(world: World) -> None:
    """Sealing, posting, exchanging, merging: killed before each step in turn, and gone on with next time."""
    clinic = world.start("clinic")
    done: set[UUID] = set()
    ended, step = "killed", 0
    with world.serving(), killer() as kill:
        while ended == "killed":
            step += 1
            home = world.start()
            done |= {look(home), look(clinic)}
            home.close()
            session.sync(clinic)
            ended = kill.sync(world.path(), "home", step)
            # The next one is not killed, and what the screen had called saved is all there.
            assert kill.sync(world.path(), "home", 1000) == "done"
            assert world.at_county(clinic) == done
        assert ended == "done"
        assert step > 12
        # What the cuts left half written is cleared away, once nobody can be writing it any more.
        for unfinished in world.folder().outbox.glob("*.part"):
            os.utime(unfinished, (0, 0))
        agree(world, done, world.start(), clinic)
        assert not list(world.folder().path.rglob("*.part"))


def test_one_sync_at_a_time_and_the_other_is_told(world: World) -> None:
    home = world.start()
    done = look(home)
    with world.serving():
        with my_turn(world.folder()), pytest.raises(SyncBusy), my_turn(world.folder()):
            pass
        with my_turn(world.folder()):
            session.sync(home)
    assert world.at_county(home) == {done}


def test_work_goes_on_while_a_sync_runs_and_another_program_seals(world: World) -> None:
    home, clinic, also = world.start(), world.start("clinic"), world.start()
    done = set()
    with world.serving():

        def work() -> set[UUID]:
            return {look(home) for _ in range(40)}

        def carry(store: Store) -> None:
            for _ in range(4):
                session.sync(store)

        def seal() -> None:
            for _ in range(10):
                session.settle(also)

        with ThreadPoolExecutor(4) as pool:
            written = pool.submit(work)
            rest = [pool.submit(carry, home), pool.submit(carry, clinic), pool.submit(seal)]
            done |= written.result()
            for each in rest:
                each.result()
        agree(world, done, home, clinic)


@pytest.mark.parametrize("at", [-86_400, 0, 946_684_800, 4_070_908_800, 1 << 35], ids=str)
def test_a_laptop_whose_clock_is_wrong_syncs_as_ever(world: World, at: int) -> None:
    clinic = world.start("clinic")
    home = world.start(clock=Clock(wall=lambda: max(0, at)))
    done = {look(home), look(clinic)}
    with world.serving():
        session.settle(home)
        outcome = exchange.run(world.folder(), clock=lambda: at)
        assert outcome.sent == 1
        home.close()
        home = world.start()
        done.add(look(home))
        agree(world, done, home, clinic)


@pytest.mark.parametrize("at", [0, 4_070_908_800], ids=["1970", "2099"])
def test_a_county_whose_clock_is_wrong_and_then_right_again(
    world: World, at: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    home, clinic = world.start(), world.start("clinic")
    done = {look(home)}
    with monkeypatch.context() as wrong:
        wrong.setattr("sync.county.talk._now", lambda: at)
        with world.serving():
            session.sync(home)
            assert standing(home).receipt_at == at
    done.add(look(home))
    with world.serving():
        session.sync(home)
        assert standing(home).receipt_at != at
        agree(world, done, home, clinic)


def test_a_new_laptop_pulls_the_whole_record_though_cut_in_between(world: World) -> None:
    home = world.start()
    done = set()
    with world.serving() as url:
        for _ in range(12):
            done.add(look(home))
            session.settle(home)
        session.sync(home)
        code = admin.new_code(world.county, PAIR)
        third = enrol.join(world.path("third"), url, code, number="3", passphrase=PASSPHRASE, laptop="三号", cost=FLOOR)
        exchange.run(world.folder("third"))
        inbox = world.folder("third").inbox
        # Half of what came was lost with the power, before it was merged.
        for name in parcel.names(inbox)[::2]:
            parcel.drop(inbox, name)
        take_in(third, world.folder("third"))
        session.sync(third)
        assert looks(third) == done
        assert differences(third) == {}
        third.close()
