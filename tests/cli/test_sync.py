"""``yiyang sync``: sealed batches travel without a passphrase, and a second run sends nothing."""

from pathlib import Path

from db.tables import Person
from db.vault import open_vault
from sync.county.admin import new_code, status
from sync.county.settings import Settings
from sync.inbox import take_in
from sync.link import Folder
from sync.session import settle
from tests.cli.conftest import NUMBER, PAIR, PASSPHRASE, entries_of, yiyang

RECEIPT = {"entries", "batches", "at", "digest", "level"}
DONE = {
    "outcome",
    "exit",
    "sent",
    "received",
    "refused",
    "bytes_up",
    "bytes_down",
    "requests",
    "seconds",
    "stopped",
    "left_bytes",
    "lacking",
    "inbox",
    "receipt",
}


def test_what_was_sealed_arrives_and_a_second_run_sends_nothing(enrolled: Path, county: Settings) -> None:
    own = entries_of(enrolled)
    first = yiyang("sync", vault=enrolled)
    assert first.code == 0
    assert "送出 1 包" in first.out
    assert f"县里已收这台电脑的 {own} 条" in first.out
    assert status(county)[0].entries == own

    second = yiyang("sync", "--json", vault=enrolled).json()
    assert (second["sent"], second["received"], second["requests"]) == (0, 0, 1)
    assert second["bytes_up"] + second["bytes_down"] < 1000


def test_what_a_command_wrote_is_sealed_for_the_next_timer(enrolled: Path, secret: Path) -> None:
    yiyang("sync", vault=enrolled)
    words = ("--number", NUMBER, "--passphrase-file", str(secret))
    added = yiyang("staff", "add", "4711", *words, "--name", "赵敏", "--role", "carer", vault=enrolled)
    assert added.code == 0, added.err
    assert yiyang("sync", "--json", vault=enrolled).json()["sent"] == 1


def test_json_for_a_job(enrolled: Path) -> None:
    own = entries_of(enrolled)
    said = yiyang("sync", "--json", vault=enrolled).json()
    assert set(said) == DONE
    assert set(said["receipt"]) == RECEIPT
    assert (said["outcome"], said["exit"], said["sent"], said["refused"]) == ("done", 0, 1, [])
    assert said["receipt"]["entries"] == own


def test_a_second_laptop_joins_and_holds_the_same_record(
    enrolled: Path, county: Settings, address: str, secret: Path, tmp_path: Path
) -> None:
    store = open_vault(enrolled, NUMBER, PASSPHRASE)
    with store.act(None) as act:
        act.insert(Person, name="李秀英", sex="2", id_reason="试", category="daiyang")
    settle(store)
    store.close()
    assert yiyang("sync", vault=enrolled).code == 0
    code = tmp_path / "code.txt"
    code.write_text(new_code(county, PAIR), encoding="utf-8")

    other = tmp_path / "second" / "record.db"
    words = ("init", "--join", address, "--code-file", str(code), "--number", NUMBER, "--passphrase-file", str(secret))
    joined = yiyang(*words, vault=other)
    assert joined.code == 0, joined.err
    assert f"已加入「{PAIR}」" in joined.out

    pulled = open_vault(other, NUMBER, PASSPHRASE)
    mine = open_vault(enrolled, NUMBER, PASSPHRASE)
    try:
        for name in ("person", "bed", "staff", "pair"):
            query = f"SELECT * FROM {name} ORDER BY id"
            with pulled.reading() as there, mine.reading() as here:
                assert there.exec_driver_sql(query).fetchall() == here.exec_driver_sql(query).fetchall()
    finally:
        pulled.close()
        mine.close()


def test_what_arrived_waits_for_the_record_to_be_opened(
    enrolled: Path, county: Settings, address: str, secret: Path, tmp_path: Path
) -> None:
    yiyang("sync", vault=enrolled)
    code = tmp_path / "code.txt"
    code.write_text(new_code(county, PAIR), encoding="utf-8")
    other = tmp_path / "second" / "record.db"
    words = ("init", "--join", address, "--code-file", str(code), "--number", NUMBER, "--passphrase-file", str(secret))
    assert yiyang(*words, vault=other).code == 0
    second = open_vault(other, NUMBER, PASSPHRASE)
    with second.act(None) as act:
        act.insert(Person, name="张桂兰", sex="2", id_reason="试", category="daiyang")
    settle(second)
    second.close()
    yiyang("sync", vault=other)

    got = yiyang("sync", vault=enrolled)
    assert "收到 1 包" in got.out
    assert "下次打开应用时并入记录" in got.out
    store = open_vault(enrolled, NUMBER, PASSPHRASE)
    try:
        assert take_in(store, Folder(enrolled)).batches == 1
        with store.reading() as conn:
            assert conn.exec_driver_sql("SELECT count(*) FROM person WHERE name = '张桂兰'").scalar() == 1
    finally:
        store.close()
