"""Two laptops in one room, as two people use them: one process shares, the other meets it; Ctrl+C ends it well."""

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from db.keys import FLOOR
from db.vault import open_vault
from sync import parcel
from sync.county.admin import new_code
from sync.county.settings import Settings
from sync.enrol import join
from sync.link import Folder
from tests.cli.conftest import NUMBER, PAIR, PASSPHRASE, closed_port, entries_of, environment, refused, yiyang

PARTNER = "0002"


@pytest.fixture
def partner(enrolled: Path, county: Settings, address: str, tmp_path: Path) -> Path:
    """A second laptop of the pair that has pulled nothing."""
    assert Folder(enrolled).enrolled, "the first laptop makes the pair"
    path = tmp_path / "partner" / "record.db"
    path.parent.mkdir()
    code = new_code(county, PAIR)
    join(path, address, code, number=PARTNER, passphrase=PASSPHRASE, laptop="二号", cost=FLOOR).close()
    return path


@contextmanager
def sharing(vault: Path, secret: Path, *words: str) -> Iterator[tuple[str, "subprocess.Popen[str]"]]:
    """The first laptop shares on a port of its own; yields where, once it says so, and the process."""
    given = environment(YIYANG_LANG="zh", YIYANG_VAULT=str(vault))
    who = ("--number", NUMBER, "--passphrase-file", str(secret))
    running = subprocess.Popen(
        [sys.executable, "-m", "yiyang_tui", "share", "--port", "0", *who, *words],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=given,
        text=True,
    )
    assert running.stdout is not None
    try:
        said = running.stdout.readline()
        found = re.fullmatch(r"地址：(\S+:[0-9]+)\n", said)
        assert found, (said, running.stderr.read() if running.stderr and not said else "")
        yield found[1], running
    finally:
        running.kill()
        running.communicate()


def test_one_shares_the_other_meets_it_and_both_hold_the_same(enrolled: Path, partner: Path, secret: Path) -> None:
    with sharing(enrolled, secret) as (address, running):
        met = yiyang("meet", address, "--json", vault=partner)
        assert met.code == 0, met.err
        assert met.json()["peer"]["name"] == "一号"
        assert met.json()["received"] == len(parcel.names(Folder(partner).inbox)) > 0
        again = yiyang("meet", address, "--open", "--number", PARTNER, "--passphrase-file", str(secret), vault=partner)
        assert again.code == 0, again.err
        assert "并入记录" in again.out
        running.send_signal(signal.SIGINT)
        out, err = running.communicate(timeout=60)
    assert (running.returncode, err) == (0, "")
    assert re.search(r"^[0-9]{2}:[0-9]{2} 二号 来同步", out, re.MULTILINE)
    assert out.endswith("共享已结束。\n")
    store = open_vault(partner, PARTNER, PASSPHRASE)
    try:
        assert len(Folder(partner).graph()) == len(Folder(enrolled).graph())
    finally:
        store.close()
    assert entries_of(enrolled) > 0


def test_what_goes_wrong_in_the_room_is_said_in_one_sentence(
    enrolled: Path, partner: Path, secret: Path, tmp_path: Path
) -> None:
    nobody = f"127.0.0.1:{closed_port()}"
    refused(90, "meet", nobody, zh="没有应答", en="Nobody answers", vault=partner)
    copy = tmp_path / "copy"
    shutil.copytree(enrolled.parent, copy)
    with sharing(enrolled, secret) as (address, _):
        # A copied disk is not another laptop of the pair.
        refused(93, "meet", address, zh="那台电脑没有接受", en="would not", vault=copy / "record.db")
    with socket.create_server(("", 0)) as taken:
        port = str(taken.getsockname()[1])
        refused(
            43,
            *("share", "--port", port, "--number", NUMBER, "--passphrase-file", str(secret)),
            zh="不能在",
            en="Cannot serve",
            vault=enrolled,
        )


def test_a_laptop_without_a_county_neither_shares_nor_meets(vault: Path) -> None:
    refused(30, "share", zh="还没有接上县级", en="no county yet", vault=vault)
    refused(30, "meet", "127.0.0.1:1", zh="还没有接上县级", en="no county yet", vault=vault)


def test_sharing_ends_on_a_terminal_hang_up_too(enrolled: Path, secret: Path) -> None:
    with sharing(enrolled, secret, "--name", "病房") as (_, running):
        os.kill(running.pid, signal.SIGTERM)
        out, _ = running.communicate(timeout=60)
    assert running.returncode == 0
    assert out.endswith("共享已结束。\n")


def test_a_name_that_nobody_could_read_is_refused(enrolled: Path) -> None:
    for name in ("护理\t站", "护理\n站", "  ", "长" * 41):
        refused(2, "share", "--name", name, zh="电脑的名称", en="name of a laptop", vault=enrolled)
    refused(
        2, "enrol", "http://127.0.0.1:9", "--laptop", "\x1b[31m", zh="电脑的名称", en="name of a laptop", vault=enrolled
    )
