"""Who lacks what: the graph of batches, against plain set arithmetic on random histories."""

import hashlib
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sync.graph import ancestors, causal_order, heads, missing, to_stand_on

Nodes = dict[bytes, tuple[bytes, ...]]


def history(seed: int, size: int) -> Nodes:
    """Batches of a few devices that now and then see each other's; forks included."""
    random = Random(seed)
    nodes: Nodes = {}
    names: list[bytes] = []
    for number in range(size):
        parents = random.sample(names[-6:], min(len(names[-6:]), random.choice((0, 1, 1, 1, 2, 3))))
        name = hashlib.sha256(b"%d %d" % (seed, number)).digest()
        nodes[name] = tuple(parents)
        names.append(name)
    return nodes


HISTORIES = st.builds(history, st.integers(0, 1 << 32), st.integers(0, 30))


def stands_on(nodes: Nodes, node: bytes) -> set[bytes]:
    """The definition, by recursion."""
    return {node}.union(*(stands_on(nodes, parent) for parent in nodes[node]))


def held_by(nodes: Nodes, picks: int) -> Nodes:
    """What a partner holds: whole pasts of some batches."""
    have: set[bytes] = set()
    for number, node in enumerate(sorted(nodes)):
        if picks >> number & 1:
            have |= stands_on(nodes, node)
    return {node: nodes[node] for node in have}


@settings(max_examples=100, deadline=None)
@given(HISTORIES)
def test_heads_are_what_nobody_stands_on(nodes: Nodes) -> None:
    assert heads(nodes) == sorted(n for n in nodes if not any(n in nodes[m] for m in nodes))
    assert ancestors(nodes, heads(nodes)) == set(nodes)


@settings(max_examples=100, deadline=None)
@given(HISTORIES, st.integers(0, (1 << 30) - 1))
def test_a_partner_learns_exactly_what_it_lacks_in_an_order_it_can_apply(nodes: Nodes, picks: int) -> None:
    theirs = held_by(nodes, picks)
    lacking = missing(nodes, heads(theirs))
    assert sorted(lacking) == sorted(nodes.keys() - theirs.keys())
    have = set(theirs)
    for node in lacking:
        assert set(nodes[node]) <= have
        have.add(node)


@settings(max_examples=100, deadline=None)
@given(HISTORIES, st.integers(0, (1 << 30) - 1))
def test_causal_order_holds_across_what_is_left_out(nodes: Nodes, picks: int) -> None:
    subset = {node for number, node in enumerate(sorted(nodes)) if picks >> number & 1}
    order = causal_order(nodes, subset)
    assert sorted(order) == sorted(subset)
    for place, node in enumerate(order):
        assert not stands_on(nodes, node) & set(order[place + 1 :])


@settings(max_examples=50, deadline=None)
@given(HISTORIES, st.randoms(use_true_random=False))
def test_the_answer_does_not_depend_on_how_the_graph_was_stored(nodes: Nodes, random: Random) -> None:
    names = list(nodes)
    random.shuffle(names)
    shuffled = {name: nodes[name][::-1] for name in names}
    assert missing(shuffled, []) == missing(nodes, [])


def test_heads_that_we_never_saw_say_nothing() -> None:
    nodes = history(1, 12)
    assert missing(nodes, [b"?" * 32]) == missing(nodes, [])
    assert missing(nodes, [b"?" * 32, *heads(nodes)]) == []


def test_a_parent_pruned_here_is_no_obstacle() -> None:
    a, b, gone = b"a" * 32, b"b" * 32, b"x" * 32
    nodes = {b: (a,), a: (gone,)}
    assert causal_order(nodes, nodes) == [a, b]
    assert heads(nodes) == [b]


def test_a_chain_of_a_hundred_thousand_needs_no_deep_stack() -> None:
    names = [b"%032d" % n for n in range(100_000)]
    nodes: Nodes = {name: (names[n - 1],) if n else () for n, name in enumerate(names)}
    assert missing(nodes, [names[10]]) == names[11:]


def test_a_circle_is_an_error_not_a_hang() -> None:
    a, b = b"a" * 32, b"b" * 32
    with pytest.raises(ValueError, match="circle"):
        causal_order({a: (b,), b: (a,)}, [a])


def test_of_more_heads_than_a_batch_can_name_everybody_s_come_first() -> None:
    many = [bytes([1, n]) for n in range(9)]
    writers = dict.fromkeys(many, "noisy") | {b"other": "other", b"own": "self"}
    named = to_stand_on([*many, b"other"], [b"own"], lambda: writers, 4)
    assert len(named) == 4
    assert {b"own", b"other"} <= set(named)
    assert to_stand_on(many[:2], [b"own"], dict, 4) == tuple(sorted([*many[:2], b"own"]))
