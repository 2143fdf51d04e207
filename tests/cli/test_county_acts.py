"""A county's acts as county IT does them: lists published, a stick taken in, a lost laptop revoked, all proved."""

import os
import pty
import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text

from sync.county.settings import Settings
from sync.errors import BundleAbsent, BundleCut
from tests.cli.conftest import NUMBER, PAIR, environment, refused, yiyang

LAPTOP = "一号机"


@pytest.fixture
def at(county: Settings) -> tuple[str, str]:
    """Which county."""
    return ("--folder", str(county.folder))


def test_a_list_is_published_and_looked_up(enrolled: Path, at: tuple[str, str], secret: Path, tmp_path: Path) -> None:
    drugs = tmp_path / "drugs.csv"
    drugs.write_text("id,zh,form\nD001,青霉素钠,粉针\nD002,阿莫西林,片\n", encoding="utf-8")
    own = ("--number", NUMBER, "--passphrase-file", str(secret))
    assert "还没有" in yiyang("catalogue", *own, vault=enrolled).out
    done = yiyang("county", "publish", str(drugs), "--name", "药品", "--version", "2026-11", *at)
    assert (done.code, "「药品」2026-11：2 条" in done.out, "新增 2" in done.out) == (0, True, True)
    assert yiyang("sync", vault=enrolled).code == 0

    shown = yiyang("catalogue", *own, vault=enrolled).out
    assert "药品" in shown
    assert "2026-11" in shown
    said = yiyang("catalogue", "药品", "青霉", *own, "--json", vault=enrolled).json()
    assert said["items"] == [{"code": "D001", "name": "青霉素钠", "facts": {"form": "粉针"}}]
    assert "D002" in yiyang("catalogue", "药品", "d002", *own, vault=enrolled).out
    assert "没有找到" in yiyang("catalogue", "药品", "没有的", *own, vault=enrolled).out
    assert "有：药品" in yiyang("catalogue", "别的", *own, vault=enrolled).err

    drugs.write_text("id,zh\nD001,一\nD001,二\n", encoding="utf-8")
    refused(47, "county", "publish", str(drugs), *at, zh="第 3 行", en="line 3")


def test_a_lost_laptop_is_revoked_by_its_name_and_let_in_again(enrolled: Path, at: tuple[str, str]) -> None:
    (device,) = yiyang("county", "devices", *at, "--json").json()["devices"]
    name = device["name"]
    refused(44, "county", "revoke", "nobody", *at, "--yes", zh="yiyang county devices", en="yiyang county devices")
    # Without --yes somebody must type the name; nobody is there.
    ended = yiyang("county", "revoke", name, *at)
    assert ended.code == 2
    assert yiyang("sync", vault=enrolled).code == 0
    refused(2, "county", "revoke", name, "--now", "--undo", *at, zh="--undo", en="--undo")

    done = yiyang("county", "revoke", name, "--yes", *at, "--json").json()
    assert (done["name"], done["aside"], done["revoked_at"] is not None) == (name, [], True)
    refused(33, "sync", vault=enrolled, zh="照常能看", en="can be read as ever")
    assert "停用" in yiyang("county", "devices", *at).out
    again = yiyang("county", "revoke", name, "--undo", "--yes", *at)
    assert "已恢复" in again.out
    assert yiyang("sync", vault=enrolled).code == 0


def test_the_name_is_typed_before_anything_happens(enrolled: Path, at: tuple[str, str]) -> None:
    (device,) = yiyang("county", "devices", *at, "--json").json()["devices"]
    name = device["name"]
    done, screen = typed(["county", "revoke", name, *at], "别的\n", f"{name}\n")
    assert done == 0
    assert "不是这台电脑的名称" in screen
    assert "已停用" in screen
    refused(33, "sync", vault=enrolled, zh="县级信息员", en="county IT")


def typed(words: list[str], *lines: str) -> tuple[int, str]:
    """Run at a real terminal and type these lines; the exit code and what the screen showed."""
    master, slave = pty.openpty()
    run = subprocess.Popen(
        [sys.executable, "-m", "yiyang_tui", *words],
        stdin=slave,
        stdout=slave,
        stderr=slave,
        env=environment(YIYANG_LANG="zh"),
        close_fds=True,
    )
    os.close(slave)
    os.write(master, "".join(lines).encode())
    screen = bytearray()
    try:
        while part := os.read(master, 4096):
            screen += part
    except OSError:  # Linux says so when the other side is closed
        pass
    os.close(master)
    return run.wait(), screen.decode("utf-8", "replace")


def test_a_stick_is_taken_in_and_goes_back_with_the_reply(
    enrolled: Path, at: tuple[str, str], secret: Path, tmp_path: Path
) -> None:
    usb = tmp_path / "usb"
    usb.mkdir()
    refused(BundleAbsent.exit_code, "county", "import", str(usb), *at, zh="U盘", en="stick")
    own = ("--number", NUMBER, "--passphrase-file", str(secret))
    assert yiyang("bundle", "export", str(usb), *own, vault=enrolled).code == 0
    (bundle,) = usb.iterdir()
    (usb / (bundle.name[:-5] + "0.age")).write_bytes(bundle.read_bytes()[:-9])
    done = yiyang("county", "import", str(usb), *at)
    assert done.code == BundleCut.exit_code
    assert f"「{PAIR}」新收" in done.out
    assert "回复已写到U盘" in done.out
    assert "没有拷完整" in done.err
    said = yiyang("county", "import", str(bundle), *at, "--json").json()
    assert [(one["outcome"], one["stored"]) for one in said["files"]] == [("done", 0)]
    back = yiyang("bundle", "import", said["replies"][0], *own, vault=enrolled)
    assert back.code == 0, back.err
    # That the record was opened for it is an entry, too, and the only one that the county has not got.
    assert yiyang("sync", "status", "--json", vault=enrolled).json()["unsent"] == 1


def test_what_is_wrong_is_told_with_the_act_that_heals_it(
    enrolled: Path, at: tuple[str, str], county: Settings
) -> None:
    assert yiyang("sync", vault=enrolled).code == 0
    done = yiyang("county", "verify", *at)
    assert (done.code, "都对：1 对两院" in done.out) == (0, True)
    engine = create_engine(county.database_url)
    with engine.begin() as conn:
        conn.execute(text("UPDATE staff SET name = 'x'"))
    engine.dispose()
    done = yiyang("county", "verify", *at)
    assert done.code == 48
    assert (
        done.err.strip() == f"「{PAIR}」表 staff 有 1 行和数据包说的不一样。 补好：yiyang county replay --pair {PAIR}"
    )
    said = yiyang("county", "verify", *at, "--json").json()
    assert [(one["code"], one["table"], one["count"], one["heal"]) for one in said["findings"]] == [
        ("rows_differ", "staff", 1, "replay")
    ]
    refused(2, "county", "replay", *at, zh="--all", en="--all")
    refused(44, "county", "replay", "--pair", "nowhere", *at, zh="没有这对两院", en="no such pair")
    assert "重做好了" in yiyang("county", "replay", "--all", *at).out
    assert yiyang("county", "verify", *at, "--json").json()["findings"] == []
    status = yiyang("county", "status", *at)
    assert "没有要人处理的事" in status.out
