"""Heads: for each field of an edited row, the entries whose value nobody has replaced."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from db.journal import EntryRef
from db.pack import pack
from db.versions import Head, RowHeads

EPOCHS = [bytes([n]) * 12 for n in range(3)]
values = st.none() | st.booleans() | st.integers(-5, 5) | st.text(max_size=5) | st.uuids()
named = st.builds(Head, st.sampled_from(EPOCHS), st.integers(1, 9), st.integers(1, 9), st.none())
apart = st.builds(Head, st.sampled_from(EPOCHS), st.integers(1, 9), st.integers(1, 9), values)
# A value is kept only while heads disagree: one head stands without.
standing = named.map(lambda head: (head,)) | st.lists(apart, min_size=2, max_size=4).map(tuple)
fields = st.dictionaries(st.sampled_from(["name", "phone", "note", "allergies"]), standing)


@given(named, fields)
def test_heads_come_back_as_they_were_kept(born: Head, kept: dict[str, tuple[Head, ...]]) -> None:
    heads = RowHeads(born, kept)
    back = RowHeads.decode(heads.encode())
    assert back == heads
    assert back.contested == heads.contested


@given(named, fields)
def test_equal_heads_are_kept_as_equal_bytes(born: Head, kept: dict[str, tuple[Head, ...]]) -> None:
    turned = dict(reversed(kept.items()))
    assert RowHeads(born, turned).encode() == RowHeads(born, kept).encode()


def test_a_field_never_edited_stands_as_it_was_inserted() -> None:
    born = Head(EPOCHS[0], 4, 9)
    heads = RowHeads(born)
    assert heads.of("name") == (born,)
    assert heads.refs(["name", "note"]) == {"name": (EntryRef(EPOCHS[0], 4),), "note": (EntryRef(EPOCHS[0], 4),)}
    assert heads.contested == ()


def test_an_edit_stands_alone_where_it_was_made_and_nowhere_else() -> None:
    born, edit = Head(EPOCHS[0], 1, 1), Head(EPOCHS[0], 2, 2)
    heads = RowHeads(born)
    heads.replace(["phone"], edit)
    assert heads.of("phone") == (edit,)
    assert heads.of("name") == (born,)


@given(named, fields, apart)
def test_an_edit_that_saw_all_heads_names_them_and_settles_the_matter(
    born: Head, kept: dict[str, tuple[Head, ...]], edit: Head
) -> None:
    heads = RowHeads(born, dict(kept))
    assert heads.refs(kept) == {name: tuple(EntryRef(h.epoch, h.seq) for h in each) for name, each in kept.items()}
    heads.replace(kept, edit)
    assert heads.contested == ()
    assert all(heads.of(name) == (edit,) for name in kept)


@pytest.mark.parametrize(
    ("first", "second", "contested"),
    [
        ("138", "139", ("phone",)),
        ("138", "138", ()),  # both wrote the same
        (None, "", ("phone",)),
        (0, False, ("phone",)),  # equal to Python, not to the record
        (1, True, ("phone",)),
        (None, None, ()),
    ],
)
def test_two_edits_made_apart_disagree_if_their_values_do(
    first: str | int | None, second: str | int | None, contested: tuple[str, ...]
) -> None:
    heads = RowHeads(Head(EPOCHS[0], 1, 1), {"phone": (Head(EPOCHS[0], 2, 2, first), Head(EPOCHS[1], 1, 2, second))})
    assert heads.contested == contested


@pytest.mark.parametrize("data", [b"", b"\xc1", pack([1]), pack([[EPOCHS[0], 1, 1]]), pack([[], {}]), pack(None)])
def test_bytes_that_are_no_heads_are_refused(data: bytes) -> None:
    with pytest.raises((ValueError, TypeError)):
        RowHeads.decode(data)
