"""A pair's day, end to end: recorded offline, sealed, exchanged, merged by the county, seen on the second laptop.

Real encrypted records, a real server on a real socket, SQLite and PostgreSQL alike. Read it to learn what Yiyang does.
"""

import json
from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy import create_engine, func, text
from sqlmodel import col, select

from care import rounds, setup, staff, stays
from care.beds import free_beds
from care.chart import contested
from care.measured import Measured
from care.people import create
from care.person_facts import Allergy, PersonFacts
from db.keys import FLOOR
from db.store import Store
from db.tables import Person, Round, Vitals
from db.vault import create_vault, open_vault
from sync import enrol, exchange, session
from sync.county import store as county_store
from sync.county.admin import new_code, status
from sync.county.serving import running
from sync.county.settings import Settings
from sync.errors import CountyUnreachable
from sync.inbox import take_in
from sync.link import Folder
from sync.proof.rebuild import differences
from sync.proof.standing import standing
from tests.sync.county_tables import rows_of

HOUSE = setup.House("青山镇两院", "青山镇", "421200", "青山镇卫生院", "青山镇福利院", 1, 4, 3, 1, 2)
PASSPHRASE = "correct horse battery"


@pytest.fixture
def laptop(tmp_path: Path) -> Store:
    """The welfare home's laptop: a house, a nurse, two residents. It has never seen a network."""
    store = create_vault(tmp_path / "home" / "yiyang.db", "01", PASSPHRASE, cost=FLOOR)
    setup.found(store, HOUSE, number="01", name="王芳", role="director")
    for name, sex in (("李秀英", "2"), ("陈德福", "1")):
        facts = PersonFacts(name=name, sex=sex, id_reason="没有户口", category="tekun_c", care_level="full")
        person = create(store, nurse(store), facts)
        stays.admit(store, nurse(store), person, free_beds(store, "welfare")[0].id)
    return store


def nurse(store: Store) -> UUID:
    """Who acts."""
    found = staff.by_number(store, "01")
    assert found is not None
    return found.id


def person(store: Store, name: str) -> UUID:
    """The person of that name."""
    with store.reading() as conn:
        return conn.execute(select(col(Person.id)).where(col(Person.name) == name)).scalar_one()


def full_set(store: Store, name: str, **vitals: int) -> None:
    """A round with measurements."""
    values: dict[str, Measured] = {
        "temp_c10": 365,
        "pulse": 78,
        "resp": 18,
        "sbp": 138,
        "dbp": 82,
        "spo2": 97,
        "acvpu": "A",
    }
    values |= vitals
    rounds.record(store, nurse(store), person(store, name), rounds.Observation(vitals=values))


def count(store: Store, table: type) -> int:
    """Rows of a table."""
    with store.reading() as conn:
        return conn.execute(select(func.count()).select_from(table)).scalar_one()


@pytest.mark.seed("R176", "R177")
def test_a_day_recorded_offline_is_proven_at_the_county_and_seen_on_the_second_laptop(
    laptop: Store, county: Settings, tmp_path: Path
) -> None:
    # Morning, no network: care goes on, and all of it is 本机.
    full_set(laptop, "李秀英", sbp=156)
    full_set(laptop, "陈德福", spo2=90, resp=24)
    rounds.unremarkable(laptop, nurse(laptop), person(laptop, "李秀英"))
    alone = standing(laptop)
    assert not alone.enrolled
    assert alone.at_county == 0
    assert alone.unsent == alone.total > 0

    with running(county) as url:
        # Noon: the county gave out a code; the laptop enrols and sends everything it has.
        enrol.enrol(laptop, url, new_code(county, "青山镇"), pair_name="青山镇", laptop="护理站")
        first = session.sync(laptop).outcome
        assert first.requests == 2
        proven = standing(laptop)
        assert proven.at_county == proven.total == alone.total
        assert proven.unsent == 0
        assert proven.agrees is True
        assert first.receipt is not None
        assert first.receipt.level == "merged"

        # The county's tables hold the same rounds and vitals, value for value.
        for table in (Round, Vitals, Person):
            assert rows_of(county, laptop.pair_id, table) == rows_of(laptop, None, table)

        # Again: nothing is sent, one small request.
        again = session.sync(laptop).outcome
        assert (again.requests, again.sent, again.received) == (1, 0, 0)
        assert again.bytes_up + again.bytes_down < 1000

        # Afternoon: the doctor's laptop joins with a code of its own and pulls the whole record.
        doctor = enrol.join(
            tmp_path / "clinic" / "yiyang.db",
            url,
            new_code(county, "青山镇"),
            number="02",
            passphrase=PASSPHRASE,
            laptop="医生电脑",
            cost=FLOOR,
        )
        arrived = session.sync(doctor).arrived
        assert arrived.entries == proven.total
        for table in (Round, Vitals, Person):
            assert rows_of(doctor, None, table) == rows_of(laptop, None, table)

        # What the doctor records reaches the home, both ways through the county.
        full_set(doctor, "陈德福", spo2=95, resp=20)
        session.sync(doctor)
        session.sync(laptop)
        assert count(laptop, Vitals) == 3
        assert rows_of(doctor, None, Vitals) == rows_of(laptop, None, Vitals)

    assert [(each.name, each.devices, each.unmerged, each.set_aside) for each in status(county)] == [
        ("青山镇", 2, 0, 0)
    ]
    # And no table holds anything that its batches do not.
    assert differences(laptop) == {}
    assert differences(doctor) == {}


def test_with_the_county_stopped_work_goes_on_and_the_next_sync_delivers(laptop: Store, county: Settings) -> None:
    with running(county) as url:
        enrol.enrol(laptop, url, new_code(county, "青山镇"), pair_name="青山镇", laptop="护理站")
        session.sync(laptop)
    full_set(laptop, "李秀英")
    with pytest.raises(CountyUnreachable):
        session.sync(laptop)
    stuck = standing(laptop)
    assert stuck.unsent == 2
    assert stuck.last is not None
    assert stuck.last.outcome == "county_unreachable"
    # The batch waits, sealed, where a timer without a passphrase finds it, once the county is back at its address.
    folder = Folder(laptop.path)
    laptop.close()
    with running(county, port=int(url.rpartition(":")[2])):
        outcome = exchange.run(folder)
    assert (outcome.sent, outcome.requests) == (1, 2)
    opened = open_vault(laptop.path, "01", PASSPHRASE)
    assert standing(opened).unsent == 0


def test_what_arrives_while_the_record_is_closed_is_merged_at_the_next_opening(
    laptop: Store, county: Settings, tmp_path: Path
) -> None:
    with running(county) as url:
        enrol.enrol(laptop, url, new_code(county, "青山镇"), pair_name="青山镇", laptop="护理站")
        session.sync(laptop)
        clinic = tmp_path / "clinic" / "yiyang.db"
        code = new_code(county, "青山镇")
        enrol.join(clinic, url, code, number="02", passphrase=PASSPHRASE, laptop="医生", cost=FLOOR).close()
        # A service carries the parcels at night. It holds no key that opens one.
        assert exchange.run(Folder(clinic)).received == 1
        doctor = open_vault(clinic, "02", PASSPHRASE)
        assert count(doctor, Person) == 0
        arrived = take_in(doctor, Folder(clinic))
        assert (arrived.batches, arrived.waiting, arrived.refused) == (1, 0, [])
        assert count(doctor, Person) == count(laptop, Person)
        assert take_in(doctor, Folder(clinic)).batches == 0


def test_an_allergy_edited_on_two_laptops_apart_keeps_both_until_somebody_settles_it(
    laptop: Store, county: Settings, tmp_path: Path
) -> None:
    with running(county) as url:
        enrol.enrol(laptop, url, new_code(county, "青山镇"), pair_name="青山镇", laptop="护理站")
        session.sync(laptop)
        code = new_code(county, "青山镇")
        path = tmp_path / "clinic" / "yiyang.db"
        doctor = enrol.join(path, url, code, number="02", passphrase=PASSPHRASE, laptop="医生", cost=FLOOR)
        session.sync(doctor)
        who, by = person(laptop, "李秀英"), nurse(laptop)
        for store, allergy in ((laptop, Allergy("青霉素", "皮疹", "2019")), (doctor, Allergy("磺胺", "", ""))):
            with store.act(by) as act:
                act.edit(Person, who, allergies=json.dumps([{"to": allergy.to}], ensure_ascii=False))
        session.sync(laptop)
        session.sync(doctor)
        session.sync(laptop)
        for store in (laptop, doctor):
            with store.reading() as conn:
                shown = conn.execute(select(col(Person.allergies)).where(col(Person.id) == who)).scalar_one()
            assert {each["to"] for each in json.loads(shown)} == {"青霉素", "磺胺"}
            assert [contest.field for contest in contested(store, who)] == ["allergies"]
        # The nurse, who sees both, writes down what is true: that settles it everywhere.
        with laptop.act(by) as act:
            act.edit(Person, who, allergies=shown)
        session.sync(laptop)
        session.sync(doctor)
        assert contested(laptop, who) == contested(doctor, who) == []
        assert [each.contested for each in status(county)] == [0]
        assert differences(laptop) == differences(doctor) == {}


def test_the_county_put_back_from_its_backup_gets_its_losses_again(laptop: Store, county: Settings) -> None:
    with running(county) as url:
        enrol.enrol(laptop, url, new_code(county, "青山镇"), pair_name="青山镇", laptop="护理站")
        session.sync(laptop)
        engine = create_engine(county.database_url)
        full_set(laptop, "陈德福")
        session.sync(laptop)
        assert standing(laptop).unsent == 0
        # The backup of this morning: the newest batch, and what it put into the tables, is gone.
        with engine.begin() as conn:
            newest = conn.execute(text("SELECT max(position) FROM stored_batch")).scalar_one()
            parent = conn.execute(text("SELECT hash FROM stored_batch WHERE position < :n"), {"n": newest}).scalar_one()
            conn.execute(text("DELETE FROM stored_batch WHERE position = :n"), {"n": newest})
            conn.execute(text("UPDATE stored_batch SET is_head = true WHERE hash = :h"), {"h": parent})
            conn.execute(text("DELETE FROM vitals"))
            conn.execute(text("DELETE FROM round"))
        engine.dispose()
        healed = session.sync(laptop).outcome
        assert healed.sent == 1
        assert rows_of(county, laptop.pair_id, Round) == rows_of(laptop, None, Round)


def test_a_laptop_put_back_from_its_backup_gets_its_own_later_work_back(laptop: Store, county: Settings) -> None:
    with running(county) as url:
        enrol.enrol(laptop, url, new_code(county, "青山镇"), pair_name="青山镇", laptop="护理站")
        session.sync(laptop)
        laptop.close()
        copy = {each: each.read_bytes() for each in laptop.path.parent.iterdir() if each.is_file()}
        later = open_vault(laptop.path, "01", PASSPHRASE)
        for _ in range(30):
            rounds.unremarkable(later, nurse(later), person(later, "李秀英"))
        session.sync(later)
        before = rows_of(later, None, Round)
        later.close()
        for each, data in copy.items():
            each.write_bytes(data)
        restored = open_vault(laptop.path, "01", PASSPHRASE)
        for _ in range(10):
            rounds.unremarkable(restored, nurse(restored), person(restored, "陈德福"))
        session.sync(restored)
        assert len(before) == 30
        assert before < rows_of(restored, None, Round)
        assert count(restored, Round) == 40
        assert rows_of(county, restored.pair_id, Round) == rows_of(restored, None, Round)
        assert differences(restored) == {}


def test_after_a_long_absence_the_next_quiet_sync_is_as_small_as_ever(laptop: Store, county: Settings) -> None:
    with running(county) as url:
        enrol.enrol(laptop, url, new_code(county, "青山镇"), pair_name="青山镇", laptop="护理站")
        for _ in range(40):
            rounds.unremarkable(laptop, nurse(laptop), person(laptop, "李秀英"))
            session.settle(laptop)
        assert session.sync(laptop).outcome.sent == 40
        quiet = session.sync(laptop).outcome
        assert (quiet.requests, quiet.sent) == (1, 0)
        assert quiet.bytes_up + quiet.bytes_down < 500


def test_a_county_slow_at_merging_signs_at_once_for_what_it_stored_and_is_asked_again(
    laptop: Store, county: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(county_store, "MERGE_S", 0.0)  # one batch a request
    with running(county) as url:
        enrol.enrol(laptop, url, new_code(county, "青山镇"), pair_name="青山镇", laptop="护理站")
        for _ in range(5):
            rounds.unremarkable(laptop, nurse(laptop), person(laptop, "李秀英"))
            session.settle(laptop)
        outcome = session.sync(laptop).outcome
        assert outcome.requests == 2 + 4
        assert outcome.receipt is not None
        assert (outcome.receipt.level, outcome.receipt.batches) == ("merged", 5)
        assert rows_of(county, laptop.pair_id, Round) == rows_of(laptop, None, Round)
