"""What is done beside the work: when it is due, by one program at a time; failures are said, the end is not held up."""

import asyncio
import threading
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, closing
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from textual.app import App

from care import staff
from db.backups import folder_of, listed, make
from db.errors import DiskFull, VaultDamaged
from db.keys import FLOOR
from db.store import Store
from db.vault import create_vault, new_device
from tests.care.household import PLAN, Household
from yiyang_tui import chore_log
from yiyang_tui.chore_log import Kept, alone, note_done, note_failed, read
from yiyang_tui.chores import CHORES, RETRY_S, Chore, ChoreDone, Chores, due
from yiyang_tui.drives import choose, of_laptop
from yiyang_tui.keeping import onto_sticks, room
from yiyang_tui.session import Session

AT = 1_795_352_640
HOUR = 3600


@pytest.fixture
def session(lived: Household) -> Session:
    """The open record with somebody at it."""
    who = staff.by_number(lived.store, "1002")
    assert who is not None
    return Session(lived.store, who, PLAN.pair_name, lived.store.now)


@asynccontextmanager
async def doing(session: Session, *chores: Chore) -> AsyncIterator[tuple[Chores, Callable]]:
    """Those chores in a running application; what waits until they are done."""
    app: App[None] = App()
    async with app.run_test() as pilot:
        made = Chores(app, session, lambda: None, chores)

        async def done() -> None:
            await app.workers.wait_for_complete()
            await pilot.pause()

        yield made, done


@given(st.integers(0, 4 * 10**9), st.integers(1, 10**6), st.integers(0, 4 * 10**9), st.integers(0, 4 * 10**9))
def test_due_means_never_done_or_long_ago_or_by_a_wrong_clock(now: int, every: int, done: int, failed: int) -> None:
    assert due(None, every, now)
    assert not due(None, 0, now)
    kept = Kept(done_at=done, failed_at=failed if failed >= done else 0)
    if due(kept, every, now):
        assert now < done or now - done >= every
        assert not (kept.failed_at and kept.failed_at <= now < kept.failed_at + RETRY_S)
    elif kept.failed_at <= now:
        # Whatever a clock said before, it is due within its time from now on.
        assert due(kept, every, now + every + RETRY_S)


async def test_what_is_due_is_done_once_and_remembered_beside_the_record(session: Session) -> None:
    ran: list[str] = []

    def one(name: str) -> Callable[[Session], ChoreDone]:
        def run(_session: Session) -> ChoreDone:
            ran.append(name)
            return ChoreDone({"n": len(ran)})

        return run

    rows = Chore("first", HOUR, one("first")), Chore("second", HOUR, one("second")), Chore("asked", 0, one("asked"))
    async with doing(session, *rows) as (chores, done):
        chores.look()
        await done()
        chores.look()
        await done()
        assert ran == ["first", "second"]
        chores.do("asked")
        await done()
        assert ran == ["first", "second", "asked"]
    kept = read(session.store.path)
    assert {id: one.facts for id, one in kept.items()} == {"first": {"n": 1}, "second": {"n": 2}, "asked": {"n": 3}}
    assert chore_log.log_path(session.store.path).stat().st_mode & 0o077 == 0


async def test_another_program_on_the_record_keeps_this_one_from_it(session: Session) -> None:
    ran: list[int] = []

    def run(_session: Session) -> ChoreDone:
        ran.append(1)
        return ChoreDone()

    async with doing(session, Chore("one", HOUR, run)) as (chores, done):
        with alone(session.store.path):
            chores.look()
            await done()
            assert ran == []
        chores.look()
        await done()
        assert ran == [1]


async def test_a_failure_is_remembered_said_where_urgent_and_tried_again(session: Session) -> None:
    trouble = [VaultDamaged(path="record.db")]

    def run(_session: Session) -> ChoreDone:
        if trouble:
            raise trouble.pop()
        return ChoreDone()

    async with doing(session, Chore("backup", HOUR, run, urgent=True)) as (chores, done):
        chores.look()
        await done()
        assert read(session.store.path)["backup"].code == "vault_damaged"
        assert chores.told() == ["! 备份没有做成，看安全"]
        chores.do("backup")
        await done()
        assert chores.told() == []


async def test_closing_does_not_wait_for_a_long_one(session: Session) -> None:
    begun, ended = threading.Event(), threading.Event()

    def run(session: Session) -> ChoreDone:
        begun.set()
        session.closing.wait()
        ended.set()
        return ChoreDone()

    async with doing(session, Chore("long", HOUR, run)) as (chores, _):
        chores.look()
        while not begun.is_set():
            await asyncio.sleep(0)
        chores.close()
        assert ended.is_set()
        chores.look()
        assert chores.running == ""


def test_a_log_that_is_not_ours_counts_for_nothing(tmp_path: Path) -> None:
    vault = tmp_path / "record.db"
    for said in (b"", b"[1]", b'{"a": 1}', b"\xff", b'{"a": {"done_at": "x"}}', b"[" * 10_000):
        chore_log.log_path(vault).write_bytes(said)
        assert read(vault) == {}
    note_done(vault, "a", AT, {"n": 1}, "warned")
    note_failed(vault, "a", AT + 1, DiskFull())
    assert read(vault) == {"a": Kept(AT, {"n": 1}, AT + 1, "disk_full", {}, "warned")}


async def test_the_daily_backup_is_made_and_carried_to_the_chosen_stick(session: Session, tmp_path: Path) -> None:
    store: Store = session.store
    usb, other = tmp_path / "usb", tmp_path / "other"
    usb.mkdir()
    other.mkdir()
    async with doing(session, *(chore for chore in CHORES if chore.id == "backup")) as (chores, done):
        chores.look()
        await done()
        (made,) = listed(folder_of(store.path))
        assert chores.kept["backup"].facts["number"] == made.number
    assert onto_sticks(store, [usb, other]) == {}
    place = of_laptop(choose(store.pair_id, usb), store.device_id)
    facts = onto_sticks(store, [usb, other])
    assert (facts["number"], facts["place"], facts["kept"]) == (1, str(place), 1)
    assert list(other.iterdir()) == []


def test_two_laptops_of_a_pair_share_a_stick(session: Session, tmp_path: Path) -> None:
    store: Store = session.store
    usb = tmp_path / "usb"
    usb.mkdir()
    device = replace(new_device(store.now()), pair_id=store.pair_id)
    second = create_vault(tmp_path / "second" / "record.db", "1", "a passphrase", device=device, cost=FLOOR)
    with closing(second) as too:
        choose(store.pair_id, usb)
        for laptop in (store, too):
            made = make(laptop)
            facts = onto_sticks(laptop, [usb])
            there = Path(str(facts["place"])) / made.path.name
            assert there.read_bytes() == made.path.read_bytes()
            assert facts["kept"] == 1  # the other one's count is not mixed into this one's


def test_the_room_is_told_and_a_reserve_kept(session: Session) -> None:
    facts = room(session.store.path)
    assert facts["reserved"] == 8_000_000
    assert int(facts["rounds"]) > 1000
