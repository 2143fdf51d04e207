"""Both sides' tables are compared row by row; what the county's database lost or changed is named and made anew."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy import Engine, delete, insert, select, update

from db.identity import new_epoch, row_id
from db.keys import FLOOR
from db.pack import pack
from db.store import Store
from db.tables import Person, Round, Staff
from db.vault import create_vault
from sync import enrol, session
from sync.county.admin import new_code
from sync.county.settings import Settings
from sync.county.tables import RECORD, ROW_VERSION, StoredBatch, core
from sync.errors import CountyLies, CountyUnreachable
from sync.link import Folder
from sync.proof.compare import CompareAnswer, CompareRequest, bucket, day, subjects
from sync.proof.reconcile import Comparison, SyncFirst, compare
from sync.proof.standing import standing
from sync.protocol import authorise
from tests.insider import tampering
from tests.sync.county.members import Member, Said, enrolled
from tests.sync.county_tables import rows_of
from tests.sync.impostor import Reply, answering, forward

HOUSE_DAY = 20_000
"""A day since 1970; its midnight in the house is eight hours before that of UTC."""


@dataclass
class Pair:
    """A laptop of 120 rounds and its county, in agreement."""

    store: Store
    county: Settings
    url: str
    person: UUID
    rounds: list[UUID]


@pytest.fixture
def pair(county: Settings, address: str, tmp_path: Path) -> Iterator[Pair]:
    store = create_vault(tmp_path / "laptop" / "yiyang.db", "1", "a long enough passphrase", cost=FLOOR)
    rounds = []
    with store.act(None) as act:
        staff = act.insert(Staff, number="1", name="王芳", role="nurse")
        person = act.insert(Person, name="李秀英", sex="2")
        for number in range(120):
            at = (HOUSE_DAY + number // 12) * 86400 - 8 * 3600 + number % 12
            rounds.append(
                act.insert(Round, person_id=person, staff_id=staff, at=at, kind="caregiver", note=str(number))
            )
    with store.act(staff) as act:
        act.edit(Person, person, phone="13900000001")
    enrol.enrol(store, address, new_code(county, "青山镇"), pair_name="青山镇", laptop="护理站")
    session.sync(store)
    yield Pair(store, county, address, person, rounds)
    store.close()


def told(comparison: Comparison) -> list[tuple[str, UUID, str]]:
    """What was found, without the days."""
    return [(one.table, one.row, one.kind) for one in comparison.found]


def equal(pair: Pair, *tables: type[Round | Person | Staff]) -> bool:
    """Whether both sides hold the same rows, value for value."""
    return all(rows_of(pair.store, None, one) == rows_of(pair.county, pair.store.pair_id, one) for one in tables)


# --- what agrees ------------------------------------------------------------------------------------


def test_two_sides_that_agree(pair: Pair) -> None:
    steps: list[tuple[int, int]] = []
    found = compare(pair.store, lambda done, total: steps.append((done, total)), clock=lambda: 1_800_000_000.0)
    assert found.same
    assert (found.found, found.left, found.skipped) == ([], [], [])
    # 120 rounds, one person, one of the staff, and the heads of those two.
    assert found.rows == 124
    assert steps[-1] == (248, 248)
    assert steps == sorted(steps)
    kept = standing(pair.store).compared
    assert kept is not None
    assert (kept.at, kept.rows, kept.differed, kept.left) == (1_800_000_000, 124, 0, 0)


def test_a_day_begins_at_midnight_in_the_house() -> None:
    midnight = HOUSE_DAY * 86400 - 8 * 3600
    assert [day(midnight - 1), day(midnight), day(midnight + 86399), day(midnight + 86400)] == [
        HOUSE_DAY - 1, HOUSE_DAY, HOUSE_DAY, HOUSE_DAY + 1,
    ]  # fmt: skip
    assert day("not a time") == 0
    assert day(-(1 << 63)) < 0
    assert {subject.dated for subject in subjects().values()} == {True, False}
    assert 0 <= bucket(row_id(new_epoch(1), 7)) < 256


# --- what somebody damaged -----------------------------------------------------------------------------


def test_a_deleted_a_changed_and_a_strange_row_are_named_and_healed(pair: Pair, county_engine: Engine) -> None:
    there, mine = RECORD["round"], RECORD["round"].c.pair_id == pair.store.pair_id
    stranger = row_id(new_epoch(1), 1)
    with county_engine.begin() as conn:
        row = conn.execute(select(there).where(mine, there.c.id == pair.rounds[7])).one()
        conn.execute(delete(there).where(mine, there.c.id == pair.rounds[3]))
        conn.execute(update(there).where(mine, there.c.id == pair.rounds[90]).values(note="somebody's"))
        conn.execute(update(there).where(mine, there.c.id == pair.rounds[119]).values(at=5))
        conn.execute(insert(there).values({**row._mapping, "id": stranger}))
    assert not equal(pair, Round)
    found = compare(pair.store)
    assert sorted(told(found)) == sorted(
        [
            ("round", pair.rounds[3], "lost"),
            ("round", pair.rounds[90], "changed"),
            ("round", pair.rounds[119], "changed"),
            ("round", stranger, "extra"),
        ]
    )
    assert {one.row: one.bucket for one in found.found}[pair.rounds[3]] == HOUSE_DAY
    assert found.same
    assert equal(pair, Round, Person, Staff)
    again = compare(pair.store)
    assert (again.found, again.same) == ([], True)


def test_an_edited_row_and_its_heads_are_made_anew_from_all_its_changes(pair: Pair, county_engine: Engine) -> None:
    people, mine = RECORD["person"], RECORD["person"].c.pair_id == pair.store.pair_id
    with pair.store.act(None) as act:
        act.edit(Person, pair.person, phone="13900000002", care_level="full")
    session.sync(pair.store)
    with county_engine.begin() as conn:
        conn.execute(update(people).where(mine, people.c.id == pair.person).values(phone="0", care_level="self"))
        conn.execute(update(ROW_VERSION).where(ROW_VERSION.c.row_id == pair.person).values(heads=b"\x00", contested=9))
    found = compare(pair.store)
    assert sorted(told(found)) == [("person", pair.person, "changed"), ("row_version", pair.person, "changed")]
    assert found.same
    assert equal(pair, Person)
    with pair.store.act(None) as act:
        act.edit(Person, pair.person, phone="13900000003")
    session.sync(pair.store)
    assert equal(pair, Person)


def test_a_whole_table_that_is_gone_comes_back(pair: Pair, county_engine: Engine) -> None:
    with county_engine.begin() as conn:
        conn.execute(delete(RECORD["round"]))
        conn.execute(delete(RECORD["person"]))
        conn.execute(delete(ROW_VERSION))
    found = compare(pair.store)
    assert len(found.found) == 123
    assert found.same
    assert equal(pair, Round, Person, Staff)


def test_rows_of_other_pairs_are_not_touched(pair: Pair, county_engine: Engine) -> None:
    other = enrolled(pair.county, pair.url, "石桥")
    person = other.person()
    other.exchange(batches=[other.batch([person, other.round(person.row)])])
    there = RECORD["round"]
    with county_engine.begin() as conn:
        conn.execute(delete(there).where(there.c.id == pair.rounds[0]))
        before = conn.execute(select(there).where(there.c.pair_id == other.pair_id)).all()
    assert compare(pair.store).same
    with county_engine.begin() as conn:
        assert conn.execute(select(there).where(there.c.pair_id == other.pair_id)).all() == before


def test_what_is_damaged_here_is_told_and_not_given_to_the_county(pair: Pair) -> None:
    before = rows_of(pair.county, pair.store.pair_id, Round)
    core = Round.__table__  # type: ignore[attr-defined]
    with tampering(pair.store) as conn:
        conn.execute(update(core).where(core.c.id == pair.rounds[5]).values(note="altered on the disk"))
        conn.execute(delete(core).where(core.c.id == pair.rounds[6]))
    found = compare(pair.store)
    assert not found.same
    assert {(one.row, one.kind) for one in found.left} == {(pair.rounds[5], "changed"), (pair.rounds[6], "extra")}
    assert rows_of(pair.county, pair.store.pair_id, Round) == before
    kept = standing(pair.store).compared
    assert kept is not None
    assert (kept.differed, kept.left) == (2, 2)


# --- when there is nothing to compare yet -------------------------------------------------------------


def test_first_sync_then_compare(pair: Pair, county_engine: Engine) -> None:
    def refused() -> object:
        with pytest.raises(SyncFirst) as told_:
            compare(pair.store)
        return told_.value.facts["reason"]

    with pair.store.act(None) as act:
        act.insert(Person, name="孙根宝", sex="1")
    assert refused() == "unsealed"
    session.settle(pair.store)
    assert refused() == "heads_differ"
    session.sync(pair.store)
    assert compare(pair.store).same
    with county_engine.begin() as conn:
        conn.execute(update(core(StoredBatch)).values(merged_at=None))
    assert refused() == "merging"
    assert standing(pair.store).compared is not None


def test_nobody_answers(pair: Pair) -> None:
    folder = Folder(pair.store.path)
    folder.save_link(replace(folder.link(), url="http://127.0.0.1:9"))
    with pytest.raises(CountyUnreachable):
        compare(pair.store)
    assert standing(pair.store).compared is None


# --- those who mean harm -------------------------------------------------------------------------------


def test_only_a_certified_device_asks_and_only_of_its_own_pair(pair: Pair) -> None:
    heads = CompareRequest("columns", (), b"x").encode()
    stranger = Member(pair.url)
    with pytest.raises(Said) as said:
        stranger.post("/v1/reconcile", heads)
    assert said.value.status in (401, 403)
    other = enrolled(pair.county, pair.url, "石桥")
    answer = CompareAnswer.decode(ask(other, CompareRequest("heal", (), b"x", rows=tuple(pair.rounds[:9])).encode()))
    assert (answer.state, answer.healed) == ("alike", 0)
    assert equal(pair, Round)


def ask(member: Member, body: bytes) -> bytes:
    """A signed question of a laptop."""
    proof = authorise(member.device_id, member.transport_key, "POST", "/v1/reconcile", 1_800_000_000, body)
    return member.post("/v1/reconcile", body, **{"Yiyang-Auth": proof})


OUT_OF_BOUNDS: tuple[dict[str, object], ...] = (
    {"want": "all"},
    {"table": "stored_batch", "want": "totals"},
    {"table": "round", "want": "totals", "columns": ["body"]},
    {"table": "round", "want": "totals", "columns": ["note"]},
    {"table": "round", "want": "totals", "columns": ["at"], "secret": b"not sealed"},
    {"want": "rows", "buckets": list(range(513))},
    {"want": "rows", "buckets": [1 << 60]},
    {"want": "heal", "rows": [row_id(new_epoch(1), number) for number in range(1, 1002)]},
    {"columns": ["x" * 65]},
    {"after": b"no id"},
    {"heads": [b"short"]},
    {"secret": b""},
)


def test_a_question_out_of_bounds_is_refused(county: Settings, address: str) -> None:
    member = enrolled(county, address)
    said: dict[str, object] = {
        "want": "columns",
        "heads": [],
        "secret": b"x",
        "table": "",
        "columns": [],
        "after": None,
    }
    for wrong in OUT_OF_BOUNDS:
        with pytest.raises(Said) as refused:
            ask(member, pack({**said, "buckets": [], "rows": [], **wrong}))
        assert (refused.value.status, refused.value.problem.code) == (400, "message_malformed"), wrong


LIES: tuple[Callable[[CompareAnswer], bytes], ...] = (
    lambda _: b"\x80",
    lambda _: b"x" * 100,
    lambda answer: CompareAnswer("alike", answer.tables, after=row_id(new_epoch(1), 1)).encode(),
    lambda answer: CompareAnswer("alike", tuple((name, ("id",)) for name, _ in answer.tables)).encode(),
    lambda answer: b"\xc1" + answer.encode(),
)


def test_a_county_that_lies_is_not_believed(pair: Pair) -> None:
    lies = list(LIES)

    def answer(path: str, headers: Mapping[str, str], body: bytes) -> Reply:
        reply = forward(pair.url, path, headers, body)
        assert isinstance(reply.body, bytes)
        return replace(reply, body=lies[0](CompareAnswer.decode(reply.body)))

    with answering(answer) as proxy:
        folder = Folder(pair.store.path)
        folder.save_link(replace(folder.link(), url=proxy))
        while lies:
            with pytest.raises(CountyLies):
                compare(pair.store)
            lies.pop(0)
    assert standing(pair.store).compared is None
