"""``yiyang sync status`` and ``verify``: what the county has, told by jobs and people, and proven row by row."""

from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import create_engine, delete, update

from db.tables import Person
from db.vault import open_vault
from sync.county.settings import Settings
from sync.county.tables import RECORD
from sync.link import Folder
from sync.session import settle
from tests.cli.conftest import NUMBER, PASSPHRASE, Ended, entries_of, refused, yiyang


def written(vault: Path, name: str = "李秀英") -> None:
    """One person more, sealed when the application was closed."""
    store = open_vault(vault, NUMBER, PASSPHRASE)
    with store.act(None) as act:
        act.insert(Person, name=name, sex="2")
    settle(store)
    store.close()


def damaged(county: Settings, *, rows: int = 1) -> None:
    """Somebody's hand in the county's database."""
    engine = create_engine(county.database_url)
    with engine.begin() as conn:
        conn.execute(update(RECORD["person"]).values(note="somebody's"))
        beds = conn.execute(RECORD["bed"].select().limit(rows)).all()
        conn.execute(delete(RECORD["bed"]).where(RECORD["bed"].c.id.in_([bed.id for bed in beds])))
    engine.dispose()


def verify(vault: Path, secret: Path, *words: str, lang: str = "zh") -> Ended:
    """Run it with the passphrase in a file."""
    given = ("--number", NUMBER, "--passphrase-file", str(secret))
    return yiyang("sync", "verify", *given, *words, vault=vault, lang=lang)


# --- status -----------------------------------------------------------------------------------------


def test_behind_then_all_there(enrolled: Path) -> None:
    own = entries_of(enrolled)
    before = yiyang("sync", "status", "--json", vault=enrolled)
    said = before.json()
    assert (before.code, said["exit"], said["at_county"], said["total"]) == (50, 50, 0, own)
    assert (said["sealed"], said["sent"], said["agrees"], said["receipt_at"]) == (own, 0, None, None)
    assert yiyang("sync", vault=enrolled).code == 0
    after = yiyang("sync", "status", vault=enrolled)
    assert after.code == 0
    assert f"县里有 {own} / {own} 条  最后回执 20" in after.out
    assert "校验一致" in after.out
    assert "就是这台" in after.out
    assert "送出 1 包，收到 0 包" in after.out
    written(enrolled)
    behind = yiyang("sync", "status", vault=enrolled, lang="en")
    assert behind.code == 50
    assert f"The county has {own} / {own + 1}" in behind.out
    assert "1 sealed, ready to go" in behind.out


def test_json_has_what_a_job_reads(enrolled: Path) -> None:
    yiyang("sync", vault=enrolled)
    said = yiyang("sync", "status", "--json", vault=enrolled).json()
    assert set(said) == {
        "exit", "county", "total", "at_county", "unsent", "sealed", "sent", "sent_back", "relayed", "county_lost",
        "agrees", "receipt_at", "outbox_bytes", "inbox", "refused", "compared", "laptops", "runs",
    }  # fmt: skip
    assert (said["exit"], said["unsent"], said["agrees"], said["compared"]) == (0, 0, True, None)
    (laptop,) = said["laptops"]
    assert (laptop["here"], laptop["entries"], laptop["forked"]) == (True, said["total"], False)
    assert said["runs"][-1]["outcome"] == "done"


def test_troubles_are_told_and_are_not_success(enrolled: Path) -> None:

    yiyang("sync", vault=enrolled)
    folder = Folder(enrolled)
    folder.save_news(replace(folder.news(), refused=(("ab" * 32, "counter_leap"),)))
    ended = yiyang("sync", "status", vault=enrolled)
    assert ended.code == 50
    assert "! 被退回  包的编号跳得离谱，请告诉县级信息员  abababababab" in ended.out


def test_without_a_county_or_a_record(vault: Path, tmp_path: Path) -> None:
    refused(30, "sync", "status", vault=vault, zh="登记", en="enrol")
    refused(4, "sync", "status", vault=tmp_path / "none.db", zh="没有记录", en="no record")


def test_a_damaged_link_is_said(enrolled: Path) -> None:
    path = Folder(enrolled).path / "link.json"
    path.write_bytes(path.read_bytes()[:50])
    assert yiyang("sync", "status", vault=enrolled).code == 31


# --- verify -----------------------------------------------------------------------------------------


def test_all_agrees_after_a_sync_of_its_own(enrolled: Path, secret: Path) -> None:
    written(enrolled)
    ended = verify(enrolled, secret)
    assert ended.code == 0, ended.err
    total = entries_of(enrolled)
    assert f"1 数据包：县里有 {total} / {total} 条，校验一致。" in ended.out
    assert "2 本机的表：由数据包重做一遍，逐行一样。" in ended.out
    assert "全部一样" in ended.out
    assert "逐行核对，一样" in yiyang("sync", "status", vault=enrolled).out


def test_what_somebody_did_at_the_county_is_named_and_healed(enrolled: Path, secret: Path, county: Settings) -> None:
    written(enrolled)
    assert yiyang("sync", vault=enrolled).code == 0
    damaged(county, rows=2)
    ended = verify(enrolled, secret)
    assert ended.code == 0
    # The practice person as well.
    assert "老人 内容不同 2 行" in ended.out
    assert "床位 县级没有 2 行" in ended.out
    assert "再比一遍已一样" in ended.out
    said = verify(enrolled, secret, "--json").json()
    assert (said["exit"], said["compared"]["found"], said["rebuild"], said["county"]) == (0, [], {}, "done")


def test_a_record_that_was_altered_here_is_not_given_to_the_county(
    enrolled: Path, secret: Path, county: Settings
) -> None:
    written(enrolled)
    assert yiyang("sync", vault=enrolled).code == 0
    store = open_vault(enrolled, NUMBER, PASSPHRASE)
    with store.writing() as conn:
        conn.exec_driver_sql("UPDATE person SET name = '别人'")
    store.close()
    ended = verify(enrolled, secret)
    assert ended.code == 51
    assert "2 本机的表：老人 有 2 行和数据包说的不一样。" in ended.out
    assert "是本机的库坏了" in ended.out
    engine = create_engine(county.database_url)
    with engine.connect() as conn:
        assert "李秀英" in conn.execute(RECORD["person"].select()).mappings().all()[-1].values()
    engine.dispose()
    assert yiyang("sync", "status", "--json", vault=enrolled).json()["compared"]["left"] == 2


def test_json_may_stand_before_the_command_too_and_nothing_else_may(enrolled: Path) -> None:
    before, after = (yiyang("sync", *words, vault=enrolled) for words in (("--json", "status"), ("status", "--json")))
    assert (before.code, before.json()) == (after.code, after.json())
    refused(2, "sync", "--watch", "status", zh="没有 --watch 这个选项", en="no option --watch", vault=enrolled)


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_with_nobody_at_the_other_end_the_rest_is_told(enrolled: Path, secret: Path, lang: str) -> None:

    folder = Folder(enrolled)
    folder.save_link(replace(folder.link(), url="http://127.0.0.1:9"))
    ended = verify(enrolled, secret, lang=lang)
    assert ended.code == 32
    assert {"zh": "没有核对", "en": "not compared"}[lang] in ended.out
    assert {"zh": "逐行一样", "en": "every row the same"}[lang] in ended.out


def test_nothing_of_people_is_printed(enrolled: Path, secret: Path, county: Settings) -> None:
    written(enrolled, "范秀兰")
    yiyang("sync", vault=enrolled)
    damaged(county)
    for ended in (verify(enrolled, secret, "--json"), yiyang("sync", "status", vault=enrolled)):
        assert "范秀兰" not in ended.out + ended.err
