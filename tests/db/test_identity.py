"""Row ids: made without asking anybody, never made twice."""

from collections.abc import Callable
from uuid import RFC_4122, UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from db.identity import EPOCH_BYTES, LAST_ROW, counter_of, epoch_of, new_epoch, row_id

seconds = st.integers(0, 2**32 - 1)
drawn = st.binary(min_size=8, max_size=8)
rows = st.integers(1, LAST_ROW)


def drawing(random: bytes) -> Callable[[int], bytes]:
    """A source of randomness that draws what the test says."""
    return lambda _: random


@given(seconds, drawn, rows)
def test_a_row_id_is_a_uuid_of_version_8(at: int, random: bytes, row: int) -> None:
    made = row_id(new_epoch(at, drawing(random)), row)
    assert made.version == 8
    assert made.variant == RFC_4122


@given(seconds, drawn, rows)
def test_epoch_and_counter_are_read_back(at: int, random: bytes, row: int) -> None:
    epoch = new_epoch(at, drawing(random))
    made = row_id(epoch, row)
    assert epoch_of(made) == epoch
    assert counter_of(made) == row
    assert UUID(str(made)) == made


@given(seconds, drawn)
def test_the_epoch_begins_with_the_seconds_as_a_hint_for_locality(at: int, random: bytes) -> None:
    epoch = new_epoch(at, drawing(random))
    assert len(epoch) == EPOCH_BYTES
    assert int.from_bytes(epoch[:4], "big") == at


def test_of_64_drawn_bits_58_reach_the_epoch() -> None:
    plain = new_epoch(0, bytes)
    reached = set()
    for bit in range(64):
        random = (1 << bit).to_bytes(8, "big")
        if new_epoch(0, drawing(random)) != plain:
            reached.add(bit)
    assert len(reached) == 58


def test_a_clock_before_1970_or_after_2106_still_gives_an_epoch() -> None:
    for at in (-1, 2**32, 2**40):
        assert len(new_epoch(at)) == EPOCH_BYTES


def test_two_starts_within_one_second_have_two_epochs() -> None:
    assert len({new_epoch(1_800_000_000) for _ in range(20_000)}) == 20_000


@given(st.lists(st.tuples(drawn, rows), unique=True, max_size=30))
def test_different_epochs_or_rows_never_give_the_same_id(named: list[tuple[bytes, int]]) -> None:
    told_apart = {(new_epoch(7, drawing(d)), row) for d, row in named}
    assert len({row_id(epoch, row) for epoch, row in told_apart}) == len(told_apart)


@given(st.lists(rows, min_size=2, max_size=20))
def test_within_an_epoch_ids_sort_as_their_rows_were_issued(issued: list[int]) -> None:
    epoch = new_epoch(1_800_000_000)
    assert [counter_of(made) for made in sorted(row_id(epoch, row) for row in issued)] == sorted(issued)


@pytest.mark.parametrize("row", [0, -1, LAST_ROW + 1])
def test_a_used_up_epoch_issues_nothing(row: int) -> None:
    with pytest.raises(ValueError, match="epoch"):
        row_id(new_epoch(0), row)


@pytest.mark.parametrize("epoch", [b"", bytes(11), bytes(13)])
def test_what_is_no_epoch_issues_nothing(epoch: bytes) -> None:
    with pytest.raises(ValueError, match="epoch"):
        row_id(epoch, 1)
