"""``yiyang demo``: everything for real, told in figures, and cleaned up however it ends."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pexpect
import pytest

from db.vault import open_vault
from sync.proof.rebuild import differences
from tests.cli.conftest import contents, environment, refused, yiyang

SMALL = ("--residents", "6", "--rooms", "4", "--staff", "4", "--days", "2", "--no-tui")


@pytest.fixture
def temporary() -> Iterator[Path]:
    """Where the demo makes its temporary folders: a PostgreSQL that root starts must be able to get there."""
    with TemporaryDirectory(prefix="yiyang-test-") as path:
        yield Path(path)


def test_the_whole_job_without_a_terminal(temporary: Path, tmp_path: Path) -> None:
    own = tmp_path / "own" / "record.db"
    ended = yiyang("demo", *SMALL, vault=own, TMPDIR=str(temporary))
    assert ended.code == 0, ended.err
    for said in (
        "PostgreSQL",
        "每次巡视的字节",
        "县级签名的回执",
        "送 0，收 0，请求 1 次",
        "两台电脑和县级的记录完全一样",
        "PIN",
    ):
        assert said in ended.out
    assert not own.parent.exists()
    assert [each.name for each in temporary.iterdir() if each.name.startswith("yiyang-demo")] == []


def test_a_named_folder_is_kept_and_opens(tmp_path: Path, temporary: Path) -> None:
    from care.demo import DEMO_NUMBER
    from yiyang_tui.cli.demo_day import PASSPHRASE

    home = tmp_path / "demo"
    ended = yiyang("demo", "--home", str(home), *SMALL, lang="en", TMPDIR=str(temporary))
    assert ended.code == 0, ended.err
    assert f"yiyang --vault {home / 'laptop-1' / 'record.db'}" in ended.out
    for laptop in ("laptop-1", "laptop-2"):
        store = open_vault(home / laptop / "record.db", DEMO_NUMBER, PASSPHRASE)
        try:
            assert differences(store) == {}
        finally:
            store.close()


def test_a_folder_in_use_is_not_touched(tmp_path: Path) -> None:
    (tmp_path / "letters").mkdir()
    (tmp_path / "letters" / "dear.txt").write_text("x", encoding="utf-8")
    before = contents(tmp_path)
    refused(4, "demo", "--home", str(tmp_path / "letters"), *SMALL, zh="没有被碰过", en="not touched")
    assert contents(tmp_path) == before


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM])
def test_ended_in_the_middle_it_cleans_up(how: signal.Signals, temporary: Path) -> None:
    demo = subprocess.Popen(
        [sys.executable, "-m", "yiyang_tui", "demo", "--no-tui"],
        env=environment(YIYANG_LANG="zh", TMPDIR=str(temporary)),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    try:
        assert demo.stdout is not None
        while "启动县级" not in (line := demo.stdout.readline().decode()):
            assert line
        demo.send_signal(how)
        _, said = demo.communicate(timeout=120)
    finally:
        demo.kill()
    assert demo.returncode == 130
    assert "已停下" in said.decode()
    assert "Traceback" not in said.decode()
    assert [each.name for each in temporary.iterdir() if each.name.startswith("yiyang-")] == []
    assert not _still_runs(str(temporary))


def test_an_interrupt_inside_a_librarys_text_ends_as_any_other(tmp_path: Path) -> None:
    (tmp_path / "interrupted.py").write_text(
        "import sys\nfrom yiyang_tui.cli.outcome import told\nsys.exit(told(lambda: exec('raise KeyboardInterrupt')))\n"
    )
    around = environment(YIYANG_LANG="zh")
    around["PYTHONPATH"] = os.pathsep.join((str(tmp_path), around["PYTHONPATH"]))
    ended = subprocess.run([sys.executable, "-m", "interrupted"], env=around, capture_output=True)
    assert ended.returncode == 130
    assert "已停下" in ended.stderr.decode()


def _still_runs(word: str) -> bool:
    """Whether a process names ``word`` on its command line: the county or its database was left behind."""
    for each in Path("/proc").iterdir():
        if each.name.isdigit() and int(each.name) != os.getpid():
            try:
                line = (each / "cmdline").read_bytes()
            except OSError:
                continue
            if word.encode() in line:
                return True
    return False


def test_at_a_terminal_the_application_follows(temporary: Path) -> None:
    demo = pexpect.spawn(
        sys.executable,
        ["-m", "yiyang_tui", "demo", *SMALL[:-1]],
        env=environment(YIYANG_LANG="zh", TMPDIR=str(temporary), TERM="xterm-256color"),
        encoding="utf-8",
        dimensions=(24, 80),
        timeout=120,
    )
    demo.expect("打开应用。")
    demo.expect("输入工号和口令")
    demo.send("\x11")
    demo.expect(pexpect.EOF)
    demo.close()
    assert demo.exitstatus == 0
    assert [each.name for each in temporary.iterdir() if each.name.startswith("yiyang-")] == []
