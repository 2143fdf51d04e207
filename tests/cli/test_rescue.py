"""``yiyang rescue`` as a director runs it on a laptop whose disk went bad."""

from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlmodel import col

from care.staff import add
from db import keys, slots
from db.log import PAGE
from db.salvage import salvaging
from db.store import Store
from db.tables import AuditEvent, Person, Round, Staff
from tests.cli.conftest import NUMBER, PASSPHRASE, Ended, closed_port, contents, point, refused, yiyang

Opened = Callable[[], Store]


def rescue(vault: Path, secret: Path, *more: str, number: str = NUMBER, lang: str = "zh") -> Ended:
    """Run it."""
    asked = ("rescue", "--number", number, "--passphrase-file", str(secret), *more)
    return yiyang(*asked, vault=vault, lang=lang)


def wipe(vault: Path, *begins: str) -> None:
    """Make zeroes of all pages of the tables and indexes whose names begin so."""
    key = slots.unwrap(keys.read_envelope(keys.envelope_path(vault)), NUMBER, PASSPHRASE)
    with salvaging(vault, key) as found:
        pages = [number for number, home in found.home.items() if home.startswith(begins)]
    data = bytearray(vault.read_bytes())
    for number in pages:
        data[(number - 1) * PAGE : number * PAGE] = bytes(PAGE)
    vault.write_bytes(data)


def rounds(store: Store) -> set[object]:
    """The rounds that are there."""
    with store.reading() as conn:
        return set(conn.execute(select(col(Round.id))).scalars())


@pytest.fixture
def day(opened: Opened, enrolled: Path) -> Path:
    """An enrolled record with three rounds that nobody else has; closed."""
    store = opened()
    with store.reading() as conn:
        staff, person = (conn.execute(select(col(each)).limit(1)).scalar_one() for each in (Staff.id, Person.id))
    for n in range(3):
        with store.act(staff) as act:
            act.insert(Round, person_id=person, staff_id=staff, at=act.now, kind="caregiver", note=f"第 {n} 次")
    store.close()
    return enrolled


def test_a_damaged_record_is_back_in_its_place_and_the_damaged_one_is_kept(
    day: Path, secret: Path, opened: Opened
) -> None:
    wipe(day, "round", "person")
    bad = day.read_bytes()
    ended = rescue(day, secret, "--json")
    said = ended.json()
    assert (ended.code, said["outcome"], said["county"], said["lost"]) == (0, "done", "done", [])
    assert said["broken"] > 0
    assert Path(said["kept_aside"]).read_bytes() == bad
    assert Path(said["record"]) == day
    store = opened()
    assert len(rounds(store)) == 3
    with store.reading() as conn:
        event = conn.execute(select(AuditEvent.__table__).where(col(AuditEvent.what) == "rescued")).one()  # type: ignore[attr-defined]
        assert event.staff_id == conn.execute(select(col(Staff.id)).where(col(Staff.number) == NUMBER)).scalar_one()
    assert yiyang("sync", "status", vault=day).code == 0


def test_what_is_lost_is_named_and_has_its_own_exit_code(day: Path, secret: Path) -> None:
    wipe(day, "round", "journal")
    for lang, word in (("zh", "没救回"), ("en", "not back")):
        ended = rescue(day, secret, "--to", str(day.parent / f"{lang}.db"), lang=lang)
        assert ended.code == 54
        assert word in ended.out
        assert ended.err == ""


def test_a_carer_may_not(day: Path, secret: Path, opened: Opened) -> None:
    store = opened()
    with store.reading() as conn:
        director = conn.execute(select(col(Staff.id)).where(col(Staff.number) == NUMBER)).scalar_one()
    add(store, director, number="2001", name="李梅", role="carer")
    store.add_passphrase("2001", PASSPHRASE, keys.FLOOR)
    store.close()
    wipe(day, "round")
    before = contents(day.parent)
    ended = rescue(day, secret, number="2001")
    assert ended.code == 3
    assert "护理员" in ended.sentence()
    assert contents(day.parent) == before


def test_a_record_in_use_and_a_wrong_passphrase(day: Path, secret: Path, opened: Opened, tmp_path: Path) -> None:
    store = opened()
    asked = ("rescue", "--number", NUMBER, "--passphrase-file", str(secret))
    refused(5, *asked, vault=day, zh="关掉另一个程序", en="close the other program")
    store.close()
    wrong = tmp_path / "wrong.txt"
    wrong.write_text("不是这个口令啊\n", encoding="utf-8")
    before = contents(day.parent)
    assert rescue(day, wrong).code == 3
    assert contents(day.parent) == before


def test_a_county_that_does_not_answer_is_needed_only_for_what_is_gone(day: Path, secret: Path) -> None:
    yiyang("sync", vault=day)
    point(day, f"http://127.0.0.1:{closed_port()}")
    wipe(day, "round")
    whole = rescue(day, secret, "--to", str(day.parent / "whole.db"), "--json")
    assert (whole.code, whole.json()["county"]) == (0, "county_unreachable")
    wipe(day, "batch", "sqlite_autoindex_batch", "round", "person")
    assert rescue(day, secret, "--to", str(day.parent / "new.db")).code == 32
    assert not (day.parent / "new.db").exists()


def test_a_laptop_that_is_not_enrolled_uses_what_it_has(vault: Path, secret: Path, opened: Opened) -> None:
    store = opened()
    with store.reading() as conn:
        people = conn.execute(select(col(Person.name))).scalars().all()
    store.close()
    vault.write_bytes(bytes(PAGE) + vault.read_bytes()[PAGE:])
    ended = rescue(vault, secret)
    assert ended.code == 0, ended.out + ended.err
    with opened().reading() as conn:
        assert conn.execute(select(col(Person.name))).scalars().all() == people
