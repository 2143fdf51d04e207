"""What a contested field shows: by its rule alone, whatever order the edits arrived in."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from db.policy import Cautious, FieldRule, Latest, Union
from db.versions import Head
from sync.merging import resolve

A, B = b"a" * 12, b"b" * 12


def test_the_latest_is_the_highest_counter_then_the_highest_epoch_then_the_later_entry() -> None:
    assert resolve.shown(Latest(), [Head(B, 1, 7, "old"), Head(A, 1, 8, "new")]) == "new"
    assert resolve.shown(Latest(), [Head(B, 1, 7, "b"), Head(A, 1, 7, "a")]) == "b"
    assert resolve.shown(Latest(), [Head(A, 2, 7, "later"), Head(A, 1, 7, "earlier")]) == "later"


def test_the_cautious_value_is_the_first_in_its_order_and_an_unknown_one_comes_last() -> None:
    rule = Cautious(("special", "full"))
    assert resolve.shown(rule, [Head(A, 1, 1, "full"), Head(B, 1, 9, "special")]) == "special"
    assert resolve.shown(rule, [Head(A, 1, 1, "full"), Head(B, 1, 9, "mystery")]) == "full"
    assert resolve.shown(rule, [Head(A, 1, 1, "x"), Head(B, 1, 9, "y")]) == "y"


def test_caution_does_not_take_one_for_true() -> None:
    assert resolve.shown(Cautious((True, 1)), [Head(A, 1, 1, 1), Head(B, 1, 2, True)]) is True
    assert resolve.shown(Cautious((1, True)), [Head(A, 1, 1, 1), Head(B, 1, 2, True)]) is not True


def test_a_union_has_each_element_once_however_it_is_spelt() -> None:
    value = resolve.shown(
        Union(), [Head(A, 1, 1, '[{"to":"青霉素","a":1}]'), Head(B, 1, 2, '[{"a": 1, "to": "青霉素"}, 2]')]
    )
    assert json.loads(str(value)) == [{"to": "青霉素", "a": 1}, 2]


@pytest.mark.parametrize("broken", ["", "无", "{}", "[1", "[" * 100_000, '["\\ud800"]', "[NaN]", "9" * 5000, None, 7])
def test_a_list_that_does_not_read_never_hides_the_one_that_does(broken: str | int | None) -> None:
    heads = [Head(A, 1, 1, '["青霉素"]'), Head(B, 1, 2, broken)]
    assert resolve.shown(Union(), heads) == '["青霉素"]'


def test_lists_that_do_not_read_at_all_show_the_latest_as_it_is() -> None:
    assert resolve.shown(Union(), [Head(A, 1, 1, "青"), Head(B, 1, 2, "霉")]) == "霉"


_values = st.one_of(
    st.none(), st.booleans(), st.integers(-3, 3), st.text(max_size=4), st.lists(st.integers(0, 4)).map(json.dumps)
)
_heads = st.lists(
    st.builds(Head, st.sampled_from([A, B]), st.integers(1, 50), st.integers(1, 5), _values),
    min_size=1,
    max_size=5,
    unique_by=lambda head: head.ref,
)


@given(_heads, st.sampled_from([Latest(), Cautious((1, "self", None)), Union()]), st.randoms())
def test_the_order_of_arrival_says_nothing(heads, rule: FieldRule, chance) -> None:
    shuffled = [*heads]
    chance.shuffle(shuffled)
    one, other = resolve.shown(rule, heads), resolve.shown(rule, shuffled)
    assert (type(one), one) == (type(other), other)
    if not isinstance(rule, Union):
        assert any((type(head.value), head.value) == (type(one), one) for head in heads)


@given(st.lists(st.lists(st.sampled_from(["青霉素", "磺胺", "花粉", "牛奶"])), min_size=1, max_size=4))
def test_a_union_loses_no_element_of_any_side(sides: list[list[str]]) -> None:
    heads = [Head(A, at, at, json.dumps(side, ensure_ascii=False)) for at, side in enumerate(sides, 1)]
    shown = json.loads(str(resolve.shown(Union(), heads)))
    assert set(shown) == {element for side in sides for element in side}
