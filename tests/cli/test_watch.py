"""``yiyang sync --watch``: goes on whatever happens, says little, ends when told."""

import json
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from sync.county.admin import status
from sync.county.serving import running
from sync.county.settings import Settings
from tests.cli.conftest import (
    HAN,
    closed_port,
    environment,
    point,
)


def test_the_watcher_survives_a_county_that_is_away_and_ends_when_told(enrolled: Path, county: Settings) -> None:
    port = closed_port()
    point(enrolled, f"http://127.0.0.1:{port}")
    with _watching(enrolled, "--json") as (watcher, lines):
        assert json.loads(next(lines))["outcome"] == "county_unreachable"
        with running(county, port=port):
            outcomes = (json.loads(line) for line in lines)
            arrived = next(said for said in outcomes if said["outcome"] == "done")
            assert arrived["sent"] == 1
        watcher.send_signal(signal.SIGTERM)
        assert watcher.wait(60) == 0
    assert status(county)[0].batches == 1


def test_the_watcher_says_a_failure_once(vault: Path) -> None:
    with _watching(vault) as (watcher, _):
        assert watcher.stderr is not None
        begun = watcher.stderr.readline().decode()
        told = watcher.stderr.readline().decode()
        watcher.send_signal(signal.SIGINT)
        rest = watcher.stderr.read().decode()
        assert watcher.wait(60) == 0
    assert "开始" in begun
    assert "还没有接上县级" in told
    assert "还没有接上县级" not in rest
    assert "已结束" in rest
    assert HAN.search(rest)


Watching = tuple[subprocess.Popen[bytes], Iterator[str]]


@contextmanager
def _watching(vault: Path, *more: str) -> Iterator[Watching]:
    watcher = subprocess.Popen(
        [sys.executable, "-m", "yiyang_tui", "sync", "--watch", "--every", "1", *more],
        env=environment(YIYANG_VAULT=str(vault), YIYANG_LANG="zh"),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert watcher.stdout is not None
    read: Callable[[], bytes] = watcher.stdout.readline
    try:
        yield watcher, (line.decode() for line in iter(read, b""))
    finally:
        watcher.kill()
        watcher.communicate()
