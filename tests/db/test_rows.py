"""What a column can hold is checked before it reaches the database, here and at every other laptop."""

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from db.identity import new_epoch, row_id
from db.journal import Value
from db.pack import pack, unpack
from db.rows import shape_of
from db.tables import BY_NAME, SYNCED, Bed, Person, Stay, Vitals

SOMEBODY = row_id(new_epoch(0, lambda count: bytes(count)), 1)
VITALS: dict[str, object] = {"person_id": SOMEBODY, "staff_id": SOMEBODY, "at": 1}


def test_what_is_not_named_takes_its_default() -> None:
    whole = shape_of(Person).complete({"name": "李秀英", "sex": "2"})
    assert set(whole) == set(shape_of(Person).columns)
    assert whole["care_level"] == "self"
    assert whole["allergies"] == "[]"
    assert whole["allergies_known"] is False
    assert whole["birth"] is None


def test_what_has_no_default_must_be_named() -> None:
    with pytest.raises(TypeError, match=r"person needs name, sex"):
        shape_of(Person).complete({})


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("pulse", "72"),
        ("pulse", 72.0),
        ("pulse", True),
        ("oxygen", 1),
        ("acvpu", b"A"),
        ("person_id", str(SOMEBODY)),
        ("person_id", SOMEBODY.bytes),
        ("person_id", None),
        ("at", None),
        ("reason", ["why"]),
        ("no_such_column", 1),
        ("id", SOMEBODY),
    ],
)
def test_a_value_of_another_type_is_refused(column: str, value: object) -> None:
    with pytest.raises(TypeError):
        shape_of(Vitals).check({column: value})  # type: ignore[dict-item]


@pytest.mark.parametrize("value", [2**31, -(2**31) - 1, 2**63])
def test_a_number_the_county_could_not_keep_is_refused(value: int) -> None:
    """PostgreSQL's integer has 32 bits: what SQLite would take would be poison there."""
    with pytest.raises(TypeError, match="pulse"):
        shape_of(Vitals).check({"pulse": value})
    shape_of(Vitals).check({"pulse": 2**31 - 1})


def test_times_go_past_2038() -> None:
    shape_of(Stay).check({"until_at": 2**33})
    with pytest.raises(TypeError):
        shape_of(Stay).check({"until_at": 2**63})


@pytest.mark.parametrize("text", ["\x00", "张\x00三", "\ud800", "x" * 65_537])
def test_text_that_not_every_side_can_keep_is_refused(text: str) -> None:
    """NUL is refused by PostgreSQL, half a surrogate pair by UTF-8; a broken terminal may send either."""
    with pytest.raises(TypeError, match="note"):
        shape_of(Person).check({"note": text})


@pytest.mark.parametrize("text", ["", "𠮷田秀英", "x" * 65_536, "第一行\n第二行"])
def test_text_of_rare_characters_and_many_lines_is_kept(text: str) -> None:
    shape_of(Person).check({"note": text})


def test_every_synced_table_has_a_shape_under_its_name() -> None:
    for table in SYNCED:
        shape = shape_of(table)
        assert BY_NAME[shape.name] is table
        assert "id" not in shape.columns
        assert set(shape.kinds) == set(shape.columns)
        shape.check(shape.defaults)


def test_rows_travel_as_they_are_bound() -> None:
    assert shape_of(Bed).insert_sql == (
        'INSERT INTO "bed" ("id", "kind", "label", "room_id", "address", "closed") VALUES (?, ?, ?, ?, ?, ?)'
    )


values = st.none() | st.booleans() | st.integers(-(2**63), 2**63 - 1) | st.text(max_size=50) | st.uuids()


@given(st.lists(st.dictionaries(st.text(max_size=8), values, max_size=5), max_size=3))
def test_packed_values_come_back_with_value_and_type(kept: list[dict[str, Value]]) -> None:
    back = unpack(pack(kept))
    assert back == kept
    assert [[type(v) for v in row.values()] for row in back] == [[type(v) for v in row.values()] for row in kept]


@given(st.binary(max_size=200))
def test_bytes_from_elsewhere_unpack_or_are_refused(data: bytes) -> None:
    with contextlib.suppress(ValueError):
        unpack(data)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\xc1",
        pack(1) + b"\x00",
        b"\xc7\x05\x01hello",  # a row id of 5 bytes
        b"\xd4\x02\x00",  # an extension nobody defined
        b"\xdd\xff\xff\xff\xff",  # an array that claims four billion items
        b"\x91" * 100_000,  # nested without end
        b"\xa1\xff",  # text that is not UTF-8
    ],
)
def test_bytes_that_are_nothing_of_the_record_are_refused(data: bytes) -> None:
    with pytest.raises(ValueError, match="MessagePack"):
        unpack(data)


def test_more_than_the_limit_is_not_even_looked_at() -> None:
    with pytest.raises(ValueError, match="long"):
        unpack(pack("x" * 100), limit=50)


def test_only_values_of_the_record_are_packed() -> None:
    with pytest.raises(TypeError, match="set"):
        pack({1})
