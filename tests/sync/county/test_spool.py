"""What the county keeps of a transfer between two connections: what came of whoever is certified, and no more."""

import hashlib
from collections.abc import Iterator
from random import Random
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Engine, func, insert, select

from db.identity import new_epoch, row_id
from sync.county import spool
from sync.county.database import open_engine, writing
from sync.county.migrations.run import upgrade
from sync.county.tables import Carried, CarriedPart, Device, core
from sync.wire.carry import KEPT_S, Named, Resume

AT = 1_800_000_000
EPOCH = new_epoch(AT)
ONE, TWO = row_id(EPOCH, 1), row_id(EPOCH, 2)


def certified(engine: Engine, *devices: UUID) -> None:
    """Laptops the county knows."""
    keys = {"sign_public": bytes(32), "transport_public": bytes(32), "age_recipient": "age1", "name": "一号机"}
    with writing(engine) as conn:
        for device in devices:
            conn.execute(insert(core(Device)).values(pair_id=device, device_id=device, certified_at=AT, **keys))


def named(body: bytes, at: int = 0) -> Named:
    """What a body is called."""
    return Named(hashlib.sha256(body).digest(), len(body), at)


def noise(size: int) -> bytes:
    """Bytes that differ everywhere."""
    return Random(size).randbytes(size)


def rows(engine: Engine) -> tuple[int, int]:
    """Transfers and pieces that are kept."""
    with engine.connect() as conn:
        heads, parts = (conn.execute(select(func.count()).select_from(core(each))) for each in (Carried, CarriedPart))
        return heads.scalar_one(), parts.scalar_one()


def test_parts_add_up_and_the_answer_takes_their_place(county_engine: Engine) -> None:
    certified(county_engine, ONE)
    body, answer = noise(100_000), noise(90_000)
    assert spool.come(county_engine, ONE, named(body).name) == 0
    for start, end in ((0, 1), (1, 40_000), (40_000, 99_000)):
        assert spool.keep(county_engine, ONE, named(body, start), body[start:end], AT) == end
    assert spool.come(county_engine, ONE, named(body).name) == 99_000
    assert spool.rest(county_engine, ONE, Resume(named(body).name)) == 99_000
    assert spool.before(county_engine, ONE, named(body, 98_000)) == body[:98_000]
    assert spool.answered(county_engine, ONE, named(body).name, answer, AT) == named(answer)
    assert spool.come(county_engine, ONE, named(body).name) == 0
    for at in (0, 1, spool.PIECE, 89_999, 90_000):
        asked = Resume(named(body).name, named(answer).name, at)
        assert spool.rest(county_engine, ONE, asked) == (named(answer, at), answer[at:])
    # Of another answer nothing can be gone on from.
    for other in (Resume(named(body).name), Resume(named(body).name, bytes(32), 500)):
        assert spool.rest(county_engine, ONE, other) == (named(answer), answer)


def test_one_device_knows_nothing_of_the_transfers_of_another(county_engine: Engine) -> None:
    certified(county_engine, ONE, TWO)
    body = noise(5000)
    spool.keep(county_engine, ONE, named(body), body[:3000], AT)
    assert spool.come(county_engine, TWO, named(body).name) == 0
    spool.answered(county_engine, ONE, named(body).name, body, AT)
    assert spool.rest(county_engine, TWO, Resume(named(body).name)) == 0
    spool.drop(county_engine, TWO, named(body).name)
    assert spool.rest(county_engine, ONE, Resume(named(body).name)) == (named(body), body)


def test_what_is_kept_is_bounded_in_number_and_age(county_engine: Engine) -> None:
    certified(county_engine, ONE, TWO)
    bodies = [noise(3000 + n) for n in range(6)]
    for n, body in enumerate(bodies):
        spool.keep(county_engine, ONE, named(body), body[:2500], AT + n)
    assert rows(county_engine) == (spool.KEPT_EACH, spool.KEPT_EACH)
    assert [spool.come(county_engine, ONE, named(body).name) for body in bodies] == [0, 0, 0, 0, 2500, 2500]
    # Somebody else's transfer, much later, lets go of what nobody came back for.
    spool.keep(county_engine, TWO, named(bodies[0]), bodies[0][:10], AT + KEPT_S + 10)
    assert rows(county_engine) == (1, 1)


def test_nothing_is_kept_beyond_what_was_announced_nor_behind_a_gap(county_engine: Engine) -> None:
    certified(county_engine, ONE)
    body = noise(10_000)
    assert spool.keep(county_engine, ONE, named(body, 500), body[500:], AT) == 0
    assert spool.keep(county_engine, ONE, named(body), body + b"more", AT) == 0
    assert rows(county_engine) == (0, 0)


def test_many_small_parts_are_few_rows(county_engine: Engine) -> None:
    certified(county_engine, ONE)
    body = noise(2 * spool.PIECE)
    for start in range(0, len(body), 4000):
        spool.keep(county_engine, ONE, named(body, start), body[start : start + 4000], AT)
    assert rows(county_engine) == (1, 2)
    assert spool.before(county_engine, ONE, named(body, len(body))) == body


@pytest.fixture(scope="module")
def own_engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    """One database for all the examples."""
    engine = open_engine(f"sqlite:///{tmp_path_factory.mktemp('spool') / 'county.db'}")
    upgrade(engine)
    certified(engine, ONE)
    yield engine
    engine.dispose()


@given(st.lists(st.tuples(st.integers(0, 80_000), st.integers(0, 50_000)), max_size=12))
def test_connections_that_bring_the_same_in_any_order_never_spoil_it(
    own_engine: Engine, parts: list[tuple[int, int]]
) -> None:
    """A broken connection is noticed late: what it brought comes between what its successor brings."""
    body = noise(80_000)
    spool.drop(own_engine, ONE, named(body).name)
    come = 0
    for start, size in parts:
        part = body[start : start + size]
        expected = max(come, start + len(part)) if start <= come else come
        assert spool.keep(own_engine, ONE, named(body, start), part, AT) == expected
        come = expected
    assert spool.come(own_engine, ONE, named(body).name) == come
    assert spool.before(own_engine, ONE, named(body, come)) == body[:come]
