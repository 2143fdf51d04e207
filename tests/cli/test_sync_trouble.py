"""``yiyang sync`` when something is wrong: the way, the other side, what arrives. It is told and nothing is lost."""

import json
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from sqlalchemy import delete, update

from db.vault import open_vault
from sync import parcel
from sync.county.admin import init as make_county
from sync.county.admin import new_code, status
from sync.county.database import open_engine, writing
from sync.county.serving import running
from sync.county.settings import Settings
from sync.county.tables import Device, core
from sync.inbox import take_in
from sync.link import Folder
from sync.protocol import MEDIA_TYPE
from sync.turns import my_turn
from tests.cli.conftest import (
    NUMBER,
    PAIR,
    PASSPHRASE,
    closed_port,
    contents,
    entries_of,
    point,
    refused,
    untouched,
    yiyang,
)

# --- no way to the county ------------------------------------------------------------------------


def test_a_record_without_a_county_says_how_to_get_one(vault: Path) -> None:
    before = contents(vault.parent)
    refused(30, "sync", vault=vault, zh="yiyang enrol", en="yiyang enrol")
    assert contents(vault.parent) == before


def test_an_unreachable_county_loses_nothing(enrolled: Path) -> None:
    point(enrolled, f"http://127.0.0.1:{closed_port()}")
    before = untouched(enrolled)
    refused(32, "sync", vault=enrolled, zh="记录都在本机，没有丢失", en="Everything is safe on this laptop")
    assert untouched(enrolled) == before
    assert Folder(enrolled).news().runs[-1].outcome == "county_unreachable"


def test_a_failure_is_json_too(enrolled: Path) -> None:
    point(enrolled, f"http://127.0.0.1:{closed_port()}")
    ended = yiyang("sync", "--json", vault=enrolled)
    said = ended.json()
    assert (ended.code, said["outcome"], said["exit"]) == (32, "county_unreachable", 32)
    assert "连不上县级" in said["sentence"]
    assert ended.err == ""


@pytest.mark.parametrize(
    ("status_code", "kind", "body", "code"),
    [
        (200, "text/html", b"<html>Welcome to the hotel, please log in</html>", 32),
        (302, "text/html", b"", 32),
        (200, MEDIA_TYPE, b"\x00\xff garbage", 34),
        (200, MEDIA_TYPE, b"", 34),
        (500, MEDIA_TYPE, b"\x91\x91\x91", 34),
        (502, "text/plain", b"Bad Gateway", 32),
    ],
)
def test_whoever_answers_is_not_believed_for_that(
    enrolled: Path, status_code: int, kind: str, body: bytes, code: int
) -> None:
    before = untouched(enrolled)
    with _answering(status_code, kind, body) as url:
        point(enrolled, url)
        before = untouched(enrolled)
        ended = yiyang("sync", vault=enrolled)
    assert ended.code == code, ended.err
    assert "没有" in ended.sentence()
    assert untouched(enrolled) == before


def test_another_county_at_the_address_is_not_our_county(enrolled: Path, tmp_path: Path) -> None:
    stranger = make_county(tmp_path / "stranger", "别的县")
    with running(stranger) as url:
        point(enrolled, url)
        before = untouched(enrolled)
        refused(33, "sync", vault=enrolled, zh="县级不认识这台电脑", en="does not know this laptop")
    assert untouched(enrolled) == before


def test_a_code_of_another_county_does_not_enrol(vault: Path, address: str, secret: Path, tmp_path: Path) -> None:
    stranger = make_county(tmp_path / "stranger", "别的县")
    code = tmp_path / "code.txt"
    code.write_text(new_code(stranger, PAIR), encoding="utf-8")
    words = ("enrol", address, "--number", NUMBER, "--passphrase-file", str(secret), "--code-file", str(code))
    ended = yiyang(*words, vault=vault)
    assert ended.code == 33
    assert "没有" in ended.sentence()
    assert not Folder(vault).enrolled


def test_a_way_whose_key_was_changed_is_found_out(enrolled: Path, county: Settings) -> None:
    # The directory beside it was not signed by this key.
    folder = Folder(enrolled)
    path = folder.path / "link.json"
    said = json.loads(path.read_text(encoding="utf-8"))
    said["county_public"] = "11" * 32
    path.write_text(json.dumps(said), encoding="utf-8")
    before = untouched(enrolled)
    refused(31, "sync", vault=enrolled, zh="yiyang enrol", en="yiyang enrol")
    assert untouched(enrolled) == before
    assert status(county)[0].entries == 0


@pytest.mark.parametrize(
    ("fate", "zh", "en"),
    [
        ("revoked", "已停用这台电脑", "has revoked this laptop"),
        ("removed", "不认识这台电脑", "does not know this laptop"),
    ],
)
def test_a_laptop_the_county_no_longer_takes_is_told_so(
    enrolled: Path, county: Settings, fate: str, zh: str, en: str
) -> None:
    engine = open_engine(county.database_url)
    table = core(Device)
    with writing(engine) as conn:
        conn.execute(update(table).values(revoked_at=1) if fate == "revoked" else delete(table))
    engine.dispose()
    before = untouched(enrolled)
    refused(33, "sync", vault=enrolled, zh=zh, en=en)
    assert untouched(enrolled) == before


def test_a_damaged_way_to_the_county_is_told(enrolled: Path) -> None:
    (Folder(enrolled).path / "link.json").write_text('{"url": ', encoding="utf-8")
    refused(31, "sync", vault=enrolled, zh="yiyang enrol", en="yiyang enrol")


def test_two_at_once_take_turns(enrolled: Path) -> None:
    with my_turn(Folder(enrolled)):
        refused(37, "sync", vault=enrolled, zh="正在同步", en="being synced already")
    assert yiyang("sync", vault=enrolled).code == 0


# --- what arrives is not what it should be -------------------------------------------------------------


@pytest.mark.parametrize("spoil", ["cut", "changed", "foreign", "noise"])
def test_a_bad_parcel_is_put_aside_and_stops_nothing(enrolled: Path, spoil: str) -> None:
    folder = Folder(enrolled)
    own = entries_of(enrolled)
    good = parcel.get(folder.outbox, parcel.names(folder.outbox)[0])
    bad = {
        "cut": good[: len(good) // 2],
        "changed": good[:-40] + bytes([good[-40] ^ 1]) + good[-39:],
        "foreign": parcel.seal_parcel(
            b"not a batch", ["age1lggyhqrw2nlhcxprm67z43rta597azn8gknawjehu9d9dl0jq3yqqvfafg"]
        ),
        "noise": os.urandom(500),
    }[spoil]
    parcel.put(folder.inbox, bytes(32), bad)

    store = open_vault(enrolled, NUMBER, PASSPHRASE)
    arrived = take_in(store, folder)
    store.close()
    assert len(arrived.refused) == 1
    assert parcel.names(folder.refused) == [bytes(32)]
    assert entries_of(enrolled) == own
    assert yiyang("sync", vault=enrolled).code == 0

    told = yiyang("doctor", vault=enrolled, lang="en")
    assert "1 batches are not what they should be" in told.out


def test_a_batch_the_county_sends_back_is_named_and_kept(enrolled: Path, county: Settings) -> None:
    folder = Folder(enrolled)
    own = entries_of(enrolled)
    name = parcel.names(folder.outbox)[0]
    parcel.drop(folder.outbox, name)
    parcel.put(folder.outbox, name, parcel.seal_parcel(b"no batch at all", [folder.link().county_recipient]))
    ended = yiyang("sync", vault=enrolled)
    assert ended.code == 36
    assert "县级退回了数据包" in ended.sentence()
    assert "batch_forged" in ended.sentence()
    assert status(county)[0].entries == 0
    assert entries_of(enrolled) == own
    assert "1 包" in yiyang("doctor", vault=enrolled).out


@contextmanager
def _answering(status_code: int, kind: str, body: bytes) -> Iterator[str]:
    """A server that answers everything with the same."""

    class Same(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers.get("Content-Length", 0)))
            self.send_response(status_code)
            self.send_header("Content-Type", kind)
            self.send_header("Location", "http://login.example/")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Same)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def test_a_mistyped_enrolment_code_is_told_as_such(vault: Path, county: Settings, secret: Path, tmp_path: Path) -> None:
    """Its second half names the county, so that the laptop finds out before it tells anything."""
    code = tmp_path / "code.txt"
    given = new_code(county, PAIR)
    code.write_text(given[:-1] + ("A" if given[-1] != "A" else "B"), encoding="utf-8")
    with running(county, tls=True) as url:
        words = ("enrol", url, "--code-file", str(code), "--number", NUMBER, "--passphrase-file", str(secret))
        refused(34, *words, zh="登记码打错了", en="code is mistyped", vault=vault)
    assert not Folder(vault).enrolled
