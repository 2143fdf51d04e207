"""The county's tables say what the laptops' tables say, on SQLite and on PostgreSQL."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, select
from sqlalchemy.exc import DBAPIError

from db.identity import new_epoch, row_id
from db.journal import Entry, Value
from db.tables import SYNCED, Person, Round, Vitals
from sync.county.database import reading, writing
from sync.county.tables import RECORD, ROW_VERSION, SET_ASIDE, pair_tables
from sync.merging import bulk, merge
from tests.sync.laptops import Laptop, Sent

PAIR = UUID(int=7)


@pytest.fixture
def pair(tmp_path: Path) -> Iterator[tuple[Laptop, Laptop]]:
    """Two laptops."""
    both = Laptop(tmp_path / "centre.db"), Laptop(tmp_path / "home.db")
    yield both
    for laptop in both:
        laptop.close()


def merged(engine: Engine, sent: list[Sent], pair_id: UUID = PAIR) -> merge.Applied:
    """Apply batches at the county."""
    whole = merge.Applied()
    for one in sent:
        with writing(engine) as conn:
            done = merge.apply(conn, pair_tables(pair_id), one.entries, one.epoch, one.name)
        whole.inserted += done.inserted
        whole.edited += done.edited
        whole.set_aside += done.set_aside
    return whole


def record(engine: Engine, pair_id: UUID = PAIR) -> dict[str, list[tuple[Any, ...]]]:
    """The county's tables of a pair as a laptop shows its own."""
    tables = [*(RECORD[str(model.__tablename__)] for model in SYNCED), ROW_VERSION]
    with reading(engine) as conn:
        return {
            table.name: sorted(
                (tuple(row)[1:] for row in conn.execute(select(table).where(table.c.pair_id == pair_id))), key=repr
            )
            for table in tables
        }


def test_a_name_that_no_database_can_write_is_told_as_far_as_it_can_be(county_engine: Engine) -> None:
    """Else one field of a newer or hostile program would keep out all that is written after it."""
    epoch = new_epoch(0)
    ids = [row_id(epoch, n) for n in range(1, 4)]
    values: dict[str, Value] = {"person_id": ids[0], "staff_id": ids[0], "at": 1, "kind": "day", "no\0te now": 1}
    person: dict[str, Value] = {"name": "李秀英", "sex": "2"}
    entries = (
        Entry(1, 1, 0, None, "person", ids[0], "insert", person),
        Entry(2, 2, 0, None, "round", ids[1], "insert", values),
        Entry(3, 3, 0, None, "person", ids[0], "edit", {"\0": 1}),
    )
    done = merged(county_engine, [Sent(b"x" * 32, ids[2], epoch, entries, ())])
    assert (done.inserted, [reason for _, reason in done.set_aside]) == (
        2, ["unknown_field:no?te?now", "unknown_field:?"],
    )  # fmt: skip


def test_the_county_holds_the_record_of_the_laptops_value_for_value(
    pair: tuple[Laptop, Laptop], county_engine: Engine
) -> None:
    centre, home = pair
    person = centre.insert(Person, name="李秀英", sex="2", birth="1941-05-06")
    sent = centre.seal()
    home.receive(sent)
    for n in range(80):
        home.insert(Round, person_id=person, staff_id=person, at=n, kind="day", note=f"记录\t{n}\n\\N", void=n % 2 == 0)
        centre.insert(Vitals, person_id=person, staff_id=person, at=n, temp_c10=365, oxygen=None if n % 3 else True)
    home.edit(Person, person, allergies='["青霉素"]', care_level="special", birth=None)
    centre.edit(Person, person, allergies='["磺胺"]', care_level="half")
    more = [*home.seal(), *centre.seal()]
    for laptop in pair:
        laptop.receive(more)

    done = merged(county_engine, [*sent, *more])

    assert (done.inserted, done.edited, done.set_aside) == (161, 2, [])
    assert record(county_engine) == centre.record() == home.record()
    assert record(county_engine, UUID(int=8)) == {name: [] for name in centre.record()}


def test_many_rows_of_which_some_are_here_already(county_engine: Engine) -> None:
    epoch = new_epoch(1)
    table = RECORD["access"]

    def rows(first: int, last: int) -> list[tuple[Value, ...]]:
        return [(PAIR, row_id(epoch, n), PAIR, PAIR, n, "图\t表\n") for n in range(first, last)]

    with writing(county_engine) as conn:
        assert bulk.append(conn, table, rows(1, 101)) == 100
        assert bulk.append(conn, table, rows(51, 151)) == 50
        assert bulk.append(conn, table, []) == 0
    with reading(county_engine) as conn:
        assert sorted(tuple(row) for row in conn.execute(select(table))) == sorted(rows(1, 151))


def test_an_error_of_the_database_is_one_of_ours_to_catch(county_engine: Engine) -> None:
    rows: list[tuple[Value, ...]] = [(PAIR, row_id(new_epoch(1), n + 1), None, PAIR, n, "") for n in range(100)]
    with pytest.raises(DBAPIError) as caught, writing(county_engine) as conn:
        bulk.append(conn, RECORD["access"], rows)
    assert "parameters" not in str(caught.value) or "hidden" in str(caught.value)
    assert record(county_engine)["access"] == []


def test_an_id_issued_twice_shows_in_the_set_aside_list(county_engine: Engine) -> None:
    epoch = new_epoch(1)

    def sent(name: bytes, note: str) -> Sent:
        values: dict[str, Value] = {"person_id": PAIR, "staff_id": PAIR, "at": 5, "kind": "day", "note": note}
        entries = tuple(Entry(n, n, 0, None, "round", row_id(epoch, n), "insert", values) for n in range(1, 41))
        return Sent(name * 32, PAIR, epoch, entries, ())

    merged(county_engine, [sent(b"a", "one"), sent(b"b", "one")])
    assert record(county_engine)["round"][0][-4] == "one"
    merged(county_engine, [sent(b"c", "other")])
    with reading(county_engine) as conn:
        asides = conn.execute(select(SET_ASIDE.c.batch, SET_ASIDE.c.seq, SET_ASIDE.c.reason)).all()
    assert {(bytes(batch), reason) for batch, _, reason in asides} == {(b"c" * 32, "row_differs")}
    assert {seq for _, seq, _ in asides} == set(range(1, 41))


_values = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(1 << 64), 1 << 64),
    st.text(max_size=6),
    st.uuids(),
)
_entries = st.lists(
    st.tuples(
        st.sampled_from(["person", "round", "vitals", "stay", "nothing"]),
        st.integers(1, 5),
        st.sampled_from(["insert", "edit"]),
        st.dictionaries(st.sampled_from(["name", "sex", "at", "kind", "note", "phone", "void", "x"]), _values),
        st.booleans(),
    ),
    min_size=1,
    max_size=12,
)


@given(_entries)
@settings(
    max_examples=30,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
def test_no_content_of_a_batch_ever_stops_the_merge(county_engine: Engine, contents) -> None:
    epoch = new_epoch(1)
    good: dict[str, dict[str, Value]] = {
        "person": {"name": "王", "sex": "1"},
        "round": {"person_id": PAIR, "staff_id": PAIR, "at": 1, "kind": "day"},
    }
    entries = []
    for seq, (table, row, op, values, sound) in enumerate(contents, 1):
        base = good.get(table, {}) if sound else {}
        entries.append(Entry(seq, seq, 0, None, table, row_id(epoch, row), op, {**base, **values}))
    done = merged(county_engine, [Sent(epoch * 2, PAIR, epoch, tuple(entries), ())])
    accounted = {aside.seq for aside in done.set_aside}
    held = record(county_engine)
    ids = {row[0] for rows in held.values() for row in rows}
    for entry in entries:
        # Whatever is not set aside has its row here.
        assert entry.seq in accounted or entry.row in ids
