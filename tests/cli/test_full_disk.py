"""A disk that takes no more: said in one sentence, nothing half-made, and all is well when there is room again.

The limit is the system's own on the size of each file: a write that would pass it fails as on a full disk.
"""

import resource
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from care.people import count
from db.keys import envelope_path
from db.store import Store
from sync.link import Folder
from tests.cli.conftest import NUMBER, Ended, contents, environment, yiyang
from tests.cli.test_init import OPTIONS
from tests.data.messy_roster import write


def cramped(limit: int, *words: str, vault: Path, lang: str) -> Ended:
    """Run the program where no file can grow beyond ``limit`` bytes."""
    done = subprocess.run(
        [sys.executable, "-m", "yiyang_tui", *words],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        env=environment(YIYANG_LANG=lang, YIYANG_VAULT=str(vault)),
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit)),
        check=False,
    )
    return Ended(done.returncode, done.stdout.decode(), done.stderr.decode())


@pytest.mark.parametrize("limit", [0, 100, 60_000])
@pytest.mark.parametrize(("lang", "said"), [("zh", "磁盘"), ("en", "disk")])
def test_a_record_is_made_whole_or_not_at_all(tmp_path: Path, secret: Path, limit: int, lang: str, said: str) -> None:
    path = tmp_path / "new" / "record.db"
    words = ("init", *OPTIONS, "--passphrase-file", str(secret))
    ended = cramped(limit, *words, vault=path, lang=lang)
    assert ended.code == 7, ended.err
    assert said in ended.sentence()
    assert not path.exists()
    assert not envelope_path(path).exists()
    assert yiyang(*words, vault=path).code == 0


def test_an_import_that_finds_no_room_writes_nobody(
    vault: Path, secret: Path, tmp_path: Path, opened: Callable[[], Store]
) -> None:
    roster = tmp_path / "名册.xlsx"
    write(roster)
    words = ("import", "people", str(roster), "--accept", "--number", NUMBER, "--passphrase-file", str(secret))
    store = opened()
    before = count(store)
    store.close()
    ended = cramped(vault.stat().st_size, *words, vault=vault, lang="zh")
    assert ended.code == 7, ended.err
    assert "磁盘" in ended.sentence()
    store = opened()
    assert count(store) == before
    store.close()
    assert yiyang(*words, vault=vault).code == 0
    assert count(opened()) > before + 200


def test_a_sync_that_finds_no_room_keeps_what_it_has(enrolled: Path) -> None:
    waiting = {name: body for name, body in contents(Folder(enrolled).path).items() if name.startswith("outbox")}
    ended = cramped(0, "sync", vault=enrolled, lang="zh")
    assert ended.code == 7, ended.err
    assert "磁盘" in ended.sentence()
    assert {name: body for name, body in contents(Folder(enrolled).path).items() if name in waiting} == waiting
    assert yiyang("sync", vault=enrolled).code == 0
