"""What was acknowledged outlives a kill; two programs on one file, and files swapped under a running one."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy import select, text

from db.errors import VaultBusy, VaultMissing
from db.identity import epoch_of
from db.local import JOURNAL
from db.store import Store
from db.tables import Bed
from db.vault import check_whole
from tests.db.conftest import HOUSE, PASSPHRASE

Reopen = Callable[[], Store]


def beds(store: Store) -> dict[str, UUID]:
    """Label and id of every bed."""
    with store.reading() as conn:
        return {label: UUID(bytes=row) for label, row in conn.execute(text("SELECT label, id FROM bed"))}


def journalled(store: Store) -> set[UUID]:
    """The rows of beds that have an entry."""
    with store.reading() as conn:
        return set(conn.execute(select(JOURNAL.c.row_id).where(JOURNAL.c.table_name == "bed")).scalars())


def numbers(store: Store) -> dict[bytes, list[int]]:
    """The entry numbers of each epoch, in order."""
    found: dict[bytes, list[int]] = {}
    with store.reading() as conn:
        for epoch, seq in conn.execute(select(JOURNAL.c.epoch, JOURNAL.c.seq).order_by(JOURNAL.c.seq)):
            found.setdefault(bytes(epoch), []).append(seq)
    return found


def assert_sound(store: Store) -> None:
    """Each bed with its entry, each epoch without gaps, each page as it was written."""
    assert set(beds(store).values()) == journalled(store)
    assert all(seqs == list(range(1, len(seqs) + 1)) for seqs in numbers(store).values())
    assert check_whole(store)


def add(store: Store, label: str) -> UUID:
    """One act."""
    with store.act(None) as act:
        return act.insert(Bed, kind="welfare", label=label)


# --- killed ----------------------------------------------------------------------------------

WORKER = """
import sys
from pathlib import Path
from uuid import UUID
from db.tables import Bed
from db.vault import open_vault
path, passphrase, name, mode = sys.argv[1:]
store = open_vault(Path(path), "0001", passphrase)
for turn in range(int(sys.stdin.readline())):
    with store.act(None) as act:
        act.insert(Bed, kind="welfare", label=f"{name}/{turn}")
        act.insert(Bed, kind="welfare", label=f"{name}/{turn}/second")
        if mode == "inside" and turn == 5:
            print("inside", flush=True)
            sys.stdin.read()
    store.save_draft("form", UUID(int=1), {"turn": turn})
    print(f"{name}/{turn}", flush=True)
if mode == "closes":
    store.close()
"""


def worker(path: Path, name: str, mode: str = "") -> "subprocess.Popen[str]":
    """Another program on the record, which waits to be told how many acts to do and tells each one it saved."""
    command = [sys.executable, "-c", WORKER, str(path), PASSPHRASE, name, mode]
    return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=HOUSE)


def tell(process: "subprocess.Popen[str]", said: str) -> None:
    """Give a program a line."""
    assert process.stdin is not None
    process.stdin.write(f"{said}\n")
    process.stdin.flush()


@pytest.mark.parametrize("acts", [1, 7, 40])
def test_every_act_that_was_acknowledged_outlives_a_kill(store: Store, reopen: Reopen, acts: int) -> None:
    store.close()
    with worker(store.path, "a") as killed:
        assert killed.stdout is not None
        tell(killed, "1000000")
        acknowledged = [killed.stdout.readline().strip() for _ in range(acts)]
        killed.kill()
        acknowledged += [line.strip() for line in killed.stdout if line.endswith("\n")]
    again = reopen()
    kept = beds(again)
    assert kept.keys() >= set(acknowledged)
    # At most the one act that was saved and not yet told, and that one whole.
    assert len(kept) in (2 * len(acknowledged), 2 * len(acknowledged) + 2)
    assert {f"{label}/second" for label in kept if label.count("/") == 1} == {c for c in kept if c.count("/") == 2}
    draft = again.draft("form")
    assert draft is not None
    assert draft["turn"] >= len(acknowledged) - 1
    assert_sound(again)


def test_an_act_that_was_killed_inside_is_not_there_at_all(store: Store, reopen: Reopen) -> None:
    store.close()
    with worker(store.path, "a", "inside") as killed:
        assert killed.stdout is not None
        tell(killed, "10")
        assert [killed.stdout.readline().strip() for _ in range(6)] == [*(f"a/{n}" for n in range(5)), "inside"]
        killed.kill()
    again = reopen()
    assert set(beds(again)) == {f"a/{n}{rest}" for n in range(5) for rest in ("", "/second")}
    assert again.draft("form") == {"turn": 4}
    assert_sound(again)
    add(again, "later")
    assert len(numbers(again)) == 2


# --- two programs ----------------------------------------------------------------------------


def test_two_programs_on_one_file_have_two_epochs_and_lose_nothing(store: Store) -> None:
    with worker(store.path, "a") as one, worker(store.path, "b") as two:
        for each in (one, two):
            tell(each, "50")
        for turn in range(50):
            add(store, f"c/{turn}")
        for each in (one, two):
            assert each.wait() == 0
    kept = beds(store)
    assert len(kept) == 250
    assert {epoch_of(row) for row in kept.values()} == set(numbers(store))
    assert len(numbers(store)) == 3
    assert_sound(store)
    with store.reading() as conn:
        lamports = conn.execute(select(JOURNAL.c.lamport).order_by(JOURNAL.c.lamport)).scalars().all()
    assert lamports == list(range(1, 251))


def test_a_program_takes_up_its_own_epoch_again_after_another_wrote(store: Store, reopen: Reopen) -> None:
    other = reopen()
    mine = []
    for turn in range(3):
        mine.append(add(store, f"mine/{turn}"))
        add(other, f"other/{turn}")
    assert len({epoch_of(row) for row in mine}) == 1
    assert len(numbers(store)) == 2
    assert_sound(store)


# --- swapped and restored --------------------------------------------------------------------


def copy_of(store: Store, folder: Path) -> Path:
    """The file as it is now, closed, at another place."""
    return store.back_up(folder / "older.db")


def test_a_restored_copy_never_gives_an_id_or_a_number_twice(store: Store, reopen: Reopen, tmp_path: Path) -> None:
    add(store, "before")
    older = copy_of(store, tmp_path)
    lost = add(store, "lost")
    store.close()
    os.replace(older, store.path)
    again = reopen()
    assert set(beds(again)) == {"before"}
    new = add(again, "new")
    assert epoch_of(new) != epoch_of(lost)
    assert_sound(again)


@pytest.mark.parametrize("leaves_log", [True, False])
@pytest.mark.parametrize("is_file_copy", [True, False])
def test_a_file_swapped_under_the_running_program_is_written_in_a_new_epoch(
    store: Store, reopen: Reopen, tmp_path: Path, leaves_log: bool, is_file_copy: bool
) -> None:
    """Whoever puts an older copy in place: what is saved from then on is in the file that lies there."""
    before = add(store, "before")
    older = copy_of(store, tmp_path)
    if is_file_copy:
        reopen().close()
        store.close()
        shutil.copy(store.path, older)
    lost = add(store, "lost")
    os.replace(older, store.path)
    if not leaves_log:
        for left in ("-wal", "-shm"):
            store.path.with_name(store.path.name + left).unlink()
    new = add(store, "new")
    again = add(store, "again")
    assert set(beds(store)) == {"before", "new", "again"}
    assert epoch_of(new) == epoch_of(again)
    assert len({epoch_of(row) for row in (before, lost, new)}) == 2
    assert epoch_of(lost) == epoch_of(before)
    assert_sound(store)
    store.close()
    assert set(beds(reopen())) == {"before", "new", "again"}


def test_an_act_under_which_the_file_was_swapped_is_not_called_saved(store: Store, tmp_path: Path) -> None:
    add(store, "before")
    older = copy_of(store, tmp_path)

    def act_during_swap() -> None:
        with store.act(None) as act:
            act.insert(Bed, kind="welfare", label="during")
            os.replace(older, store.path)
            with pytest.raises(VaultBusy):
                beds(store)

    with pytest.raises(VaultBusy):
        act_during_swap()
    assert set(beds(store)) == {"before"}
    add(store, "after")
    assert set(beds(store)) == {"before", "after"}
    assert_sound(store)


def test_a_file_moved_away_under_the_running_program_is_missed_not_made_anew(store: Store) -> None:
    add(store, "before")
    away = store.path.rename(store.path.with_name("away.db"))
    with pytest.raises(VaultMissing):
        add(store, "lost")
    with pytest.raises(VaultMissing):
        beds(store)
    assert not store.path.exists()
    away.rename(store.path)
    add(store, "after")
    assert set(beds(store)) == {"before", "after"}
    assert_sound(store)
