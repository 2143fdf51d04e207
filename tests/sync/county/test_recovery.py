"""The county's half of a recovery: whom it answers, whom it does not, and what it keeps of it."""

from collections.abc import Callable
from pathlib import Path
from uuid import uuid4

import pytest
from sqlalchemy import insert, select, update

from db import grouped, keys, recovery, slots
from db.errors import Refused
from db.keys import FLOOR, key_id
from db.recovery import Request
from sync.county import admin
from sync.county import keys as county_keys
from sync.county import recovery as county_recovery
from sync.county.database import open_engine
from sync.county.settings import Settings
from sync.county.tables import RECORD, CountyPair, Device, Recovery, core

KEY = keys.new_key()
PUBLIC = bytes.fromhex(slots.new_passphrase("0001", "忘了以后新起的口令", FLOOR)["public"])
LAPTOP, PAIR = uuid4(), uuid4()
NOW = 1_800_000_000


@pytest.fixture
def own(tmp_path: Path) -> Settings:
    """A county that knows one laptop, and one member of its staff."""
    made = admin.init(tmp_path / "county", "青川县")
    engine = open_engine(made.database_url)
    with engine.begin() as conn:
        conn.execute(insert(core(CountyPair)).values(pair_id=PAIR, name="青山镇", directory_version=0, enrolled_at=NOW))
        conn.execute(
            insert(core(Device)).values(
                pair_id=PAIR,
                device_id=LAPTOP,
                sign_public=b"",
                transport_public=b"",
                age_recipient="",
                name="护理站",
                certified_at=NOW,
            )
        )
        staff = {"institution_id": None, "name": "王芳", "role": "nurse", "phone": "", "licence_no": ""}
        for number, closed in (("0001", False), ("0002", True)):
            values = {column.name: None for column in RECORD["staff"].columns} | staff
            row = values | {"pair_id": PAIR, "id": uuid4(), "number": number, "closed": closed}
            conn.execute(insert(RECORD["staff"]).values(**row))
    engine.dispose()
    return made


@pytest.fixture
def asked(own: Settings) -> Callable[..., str]:
    """A laptop's request as text; what is named is another."""
    county = county_keys.load(own.folder).recovery_public
    slot = slots.county_slot(KEY, county, LAPTOP)
    usual = Request(LAPTOP, "0001", recovery.mark(county), key_id(KEY), keys.unb64(slot["wrapped"]), PUBLIC)

    def text(**other: object) -> str:
        from dataclasses import replace

        return grouped.write(replace(usual, **other).body())  # type: ignore[arg-type]

    return text


def refused(own: Settings, text: str) -> str:
    """The rule by which the county does not answer. Nothing is kept of it."""
    with pytest.raises(Refused) as told:
        county_recovery.answer(own, text, "it", NOW)
    assert kept(own) == []
    return told.value.rule


def kept(own: Settings) -> list[tuple[object, ...]]:
    """What the county remembers of its answers."""
    engine = open_engine(own.database_url)
    table = core(Recovery)
    with engine.connect() as conn:
        asked = select(table.c.pair_id, table.c.device_id, table.c.number, table.c.answered_at, table.c.answered_by)
        rows = [tuple(row) for row in conn.execute(asked)]
    engine.dispose()
    return rows


def test_it_seals_the_key_to_whoever_asks_and_remembers_it(own: Settings, asked: Callable[..., str]) -> None:
    done = county_recovery.answer(own, asked(), "李工\n", NOW)
    assert (done.pair_name, done.laptop, done.number, done.staff_known) == ("青山镇", "护理站", "0001", True)
    assert grouped.read(done.text) == grouped.read(done.joined)
    assert done.spoken == recovery.spoken(recovery.read_request(asked()))
    assert KEY not in grouped.read(done.text)
    assert kept(own) == [(PAIR, LAPTOP, "0001", NOW, "李工")]


def test_a_number_that_it_has_not_met_is_answered_with_a_warning(own: Settings, asked: Callable[..., str]) -> None:
    assert not county_recovery.answer(own, asked(number="0099"), "it", NOW).staff_known


def test_whom_it_does_not_answer(own: Settings, asked: Callable[..., str]) -> None:
    """Each in one sentence of its own; and nobody gets another laptop's key by naming a laptop that is known."""
    other = slots.county_slot(KEY, county_keys.load(own.folder).recovery_public, uuid4())
    assert refused(own, asked(county=b"abcd")) == "recovery_foreign"
    assert refused(own, asked(device_id=uuid4())) == "recovery_unknown"
    assert refused(own, asked(number="0002")) == "recovery_closed"
    assert refused(own, asked(wrapped=keys.unb64(other["wrapped"]))) == "recovery_altered"
    assert refused(own, asked(key=key_id(b"x" * 32))) == "recovery_altered"
    assert refused(own, asked(public=bytes(32))) == "request_not_one"
    assert refused(own, asked()[:-1]) == "text_group"
    assert refused(own, "槐花五月") == "text_group"


def test_a_revoked_laptop_is_not_answered(own: Settings, asked: Callable[..., str]) -> None:
    engine = open_engine(own.database_url)
    with engine.begin() as conn:
        conn.execute(update(core(Device)).values(revoked_at=NOW))
    engine.dispose()
    assert refused(own, asked()) == "recovery_revoked"


def test_another_county_cannot_open_it(own: Settings, asked: Callable[..., str], tmp_path: Path) -> None:
    foreign = admin.init(tmp_path / "foreign", "外县")
    assert refused(foreign, asked()) == "recovery_foreign"
    mark = recovery.mark(county_keys.load(foreign.folder).recovery_public)
    assert refused(foreign, asked(county=mark)) == "recovery_unknown"
    assert kept(own) == []
