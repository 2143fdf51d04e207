"""``county verify`` says exactly what is wrong, and the act it names makes it right again."""

from collections.abc import Callable

import pytest
from sqlalchemy import Engine, delete, insert, select, update

from db.journal import EntryRef
from sync import batch
from sync.county import replay, retrying, store
from sync.county.database import writing
from sync.county.settings import Settings
from sync.county.tables import RECORD, ROW_VERSION, SET_ASIDE, CountyPair, RunningCount, StoredBatch, core
from sync.county.verify import Finding, verify
from tests.sync.county.members import Member, enrolled

BATCH, COUNT, PERSON, ROUND = core(StoredBatch), core(RunningCount), RECORD["person"], RECORD["round"]


@pytest.fixture
def member(county: Settings, address: str) -> Member:
    """A laptop that sent a person, rounds, an edit, and an entry that does not fit."""
    one = enrolled(county, address)
    person = one.person()
    first = one.batch([person, *(one.round(person.row, note=str(n)) for n in range(40))])
    edit = one.edit(person, {"phone": "138"}, EntryRef(one.epoch, person.seq))
    second = one.batch([edit, one.entry("nothing", {"x": 1})], [batch.name(first)])
    assert one.exchange(batches=[first, second]).refused == ()
    return one


def wrong(county: Settings) -> list[tuple[str, str]]:
    """What is found, and which act heals it."""
    return [(each.code, each.heal) for each in verify(county).findings]


def test_a_sound_county_has_nothing_to_say(county: Settings, member: Member) -> None:
    other = enrolled(county, member.url, pair="别处")
    other.exchange(batches=[other.batch([other.person()])])
    steps: list[tuple[int, int]] = []
    done = verify(county, progress=lambda at, of: steps.append((at, of)))
    assert (done.pairs, done.batches, done.entries, done.unmerged, done.findings) == (2, 3, 44, 0, [])
    assert done.rows == 1 + 40 + 1 + 1 + 1 + 1  # person, rounds, heads, what is aside; person, heads
    assert (0, 2) in steps
    assert (2, 2) in steps
    assert verify(county, "别处").batches == 1
    with pytest.raises(replay.PairUnknown):
        verify(county, "没有")
    assert not list(county.folder.glob("verify-*"))


DAMAGE: dict[str, tuple[Callable[[], object], list[tuple[str, str]]]] = {
    "a value": (lambda: update(ROUND).where(ROUND.c.note == "7").values(note="8"), [("rows_differ", "replay")]),
    "a row gone": (lambda: delete(ROUND).where(ROUND.c.note == "0"), [("rows_differ", "replay")]),
    "heads": (lambda: update(ROW_VERSION).values(contested=1), [("rows_differ", "replay")]),
    "set aside": (lambda: delete(SET_ASIDE), [("rows_differ", "replay")]),
    "a count": (lambda: update(COUNT).values(entries=COUNT.c.entries - 1), [("counts_wrong", "replay")]),
    "a digest": (lambda: update(COUNT).values(digest=b"x" * 32), [("digest_wrong", "replay")]),
    "no count": (lambda: delete(COUNT), [("counts_wrong", "replay")]),
    "a mark": (lambda: update(BATCH).values(is_tip=True, is_head=True), [("marks_wrong", "replay")]),
    "merged twice": (
        lambda: update(BATCH).where(BATCH.c.position == 1).values(merged_at=None),
        [("order_wrong", "replay"), ("rows_differ", "replay"), ("rows_differ", "replay"), ("rows_differ", "replay")],
    ),
    "all tables": (
        lambda: delete(PERSON),
        [("rows_differ", "replay")],
    ),
}


@pytest.mark.parametrize("what", DAMAGE)
def test_what_befell_the_tables_is_told_and_healed(
    county: Settings, member: Member, county_engine: Engine, what: str
) -> None:
    damage, told = DAMAGE[what]
    member.exchange()  # the digest is made now
    with writing(county_engine) as conn:
        conn.execute(damage())  # type: ignore[call-overload]
    found = sorted(wrong(county))
    assert found == sorted(told) or (what == "merged twice" and set(found) >= {("order_wrong", "replay")})
    [done] = replay.replay(county)
    assert (done.pair_name, done.batches, done.entries, done.left) == ("石桥", 2, 43, 0)
    assert wrong(county) == []
    replay.replay(county, "石桥")
    assert wrong(county) == []


def test_exactly_what_differs_is_named(county: Settings, member: Member, county_engine: Engine) -> None:
    with writing(county_engine) as conn:
        conn.execute(update(ROUND).where(ROUND.c.note.in_(["1", "2", "3"])).values(note="x"))
        conn.execute(delete(ROUND).where(ROUND.c.note == "9"))
        row = conn.execute(select(ROUND).limit(1)).mappings().one()
        conn.execute(insert(ROUND).values({**row, "id": member.pair_id}))
    assert verify(county).findings == [Finding("石桥", "rows_differ", "replay", table="round", count=5)]


@pytest.mark.usefixtures("member")
@pytest.mark.parametrize("what", ["body", "header", "signature", "gone"])
def test_a_batch_that_is_not_what_was_signed_comes_back_from_the_backup_only(
    county: Settings, county_engine: Engine, what: str
) -> None:
    with writing(county_engine) as conn:
        first = conn.execute(select(BATCH).where(BATCH.c.position == 1)).one()
        one = (BATCH.c.position == 1,)
        if what == "body":
            body = bytearray(first.body)
            body[-100] ^= 1
            conn.execute(update(BATCH).where(*one).values(body=bytes(body)))
        elif what == "header":
            conn.execute(update(BATCH).where(*one).values(last=first.last + 1))
        elif what == "signature":
            said = batch.unseal(bytes(first.body))
            forged = batch.seal(said.header, said.entries(), bytes(32))
            conn.execute(update(BATCH).where(*one).values(body=forged, hash=batch.name(forged)))
        else:
            conn.execute(delete(BATCH).where(*one))
    codes = {each.code for each in verify(county).findings if each.heal == "backup"}
    expected = {
        "body": {"body_damaged", "not_compared"},
        "header": {"header_differs", "not_compared"},
        "signature": {"signature_wrong", "parent_missing", "not_compared"},
        "gone": {"parent_missing"},
    }
    assert codes == expected[what]
    if what == "body":
        with pytest.raises(replay.BatchDamaged) as told:
            replay.replay(county)
        assert told.value.facts == {"pair": "石桥", "batch": bytes(first.hash).hex()[:12]}
        # Nothing was made of half.
        with writing(county_engine) as conn:
            assert len(conn.execute(select(ROUND)).all()) == 40


def test_what_the_county_set_aside_is_tried_again_by_a_newer_program(
    county: Settings, member: Member, county_engine: Engine
) -> None:
    """The same retry as on a laptop, once a schema."""
    assert retrying.retry_pairs(county_engine) == 0
    with writing(county_engine) as conn:
        first = bytes(conn.execute(select(BATCH.c.hash).where(BATCH.c.position == 1)).scalar_one())
        # An older program knew no notes: it set the round aside.
        row = conn.execute(select(ROUND).where(ROUND.c.note == "5")).one()
        conn.execute(delete(ROUND).where(ROUND.c.id == row.id))
        seq = 7
        conn.execute(
            insert(SET_ASIDE).values(pair_id=member.pair_id, batch=first, seq=seq, reason="unknown_field:note")
        )
    assert retrying.retry_pairs(county_engine) == 0
    assert retrying.retry_pairs(county_engine, schema=2) == 1
    assert retrying.retry_pairs(county_engine, schema=2) == 0
    assert wrong(county) == []
    with writing(county_engine) as conn:
        assert conn.execute(select(core(CountyPair).c.retried_schema)).scalars().all() == [2]
        assert store.hold(conn, member.pair_id)
