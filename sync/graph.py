"""The graph of batches: each names its parents by hash, like commits of git.

Pure functions over ``nodes``, a mapping of hash → parent hashes. A parent that is not itself a key of
``nodes`` is not held here and is passed over. Results are deterministic: ties go by hash. All take linear
time (ties: × log) and no recursion, for a pair's chain is thousands of batches deep.
"""

from collections import Counter
from collections.abc import Callable, Collection, Hashable, Iterable, Mapping, Sequence
from heapq import heapify, heappop, heappush

Nodes = Mapping[bytes, Collection[bytes]]


def heads(nodes: Nodes) -> list[bytes]:
    """The batches that no other names as parent, by hash: what one side tells the other."""
    named = {parent for parents in nodes.values() for parent in parents}
    return sorted(node for node in nodes if node not in named)


def ancestors(nodes: Nodes, of: Iterable[bytes]) -> set[bytes]:
    """All held batches that ``of`` stand on, ``of`` themselves included when held."""
    found: set[bytes] = set()
    open_ = [node for node in of if node in nodes]
    while open_:
        node = open_.pop()
        if node not in found:
            found.add(node)
            open_.extend(parent for parent in nodes[node] if parent in nodes and parent not in found)
    return found


def missing(nodes: Nodes, theirs: Iterable[bytes]) -> list[bytes]:
    """What a side whose heads are ``theirs`` lacks of ours, in causal order. Heads unknown to us say nothing."""
    return causal_order(nodes, nodes.keys() - ancestors(nodes, theirs))


def causal_order(nodes: Nodes, subset: Iterable[bytes]) -> list[bytes]:
    """The held batches of ``subset``, every one after all it stands on, also through batches outside ``subset``.

    Among those free to go the lowest hash goes first. ``ValueError`` on a circle, which hashes cannot form.
    """
    wanted = set(subset)
    waiting: dict[bytes, int] = {}
    children: dict[bytes, list[bytes]] = {}
    for node, parents in nodes.items():
        held = {parent for parent in parents if parent in nodes}
        waiting[node] = len(held)
        for parent in held:
            children.setdefault(parent, []).append(node)
    ready = [node for node, count in waiting.items() if count == 0]
    heapify(ready)
    order: list[bytes] = []
    while ready:
        node = heappop(ready)
        order.append(node)
        for child in children.get(node, ()):
            waiting[child] -= 1
            if waiting[child] == 0:
                heappush(ready, child)
    if len(order) != len(nodes):
        raise ValueError("batches name each other in a circle")
    return [node for node in order if node in wanted]


def to_stand_on(
    every: Iterable[bytes], own: Sequence[bytes], writers: Callable[[], Mapping[bytes, Hashable]], most: int
) -> tuple[bytes, ...]:
    """The parents of a new batch: all heads and ``own``, the author's last batches, at most ``most`` of them.

    More there are only if somebody writes batches that stand on nothing. Then everybody's first head (``writers`` tells
    whose it is) comes before anybody's second; what this batch does not name the next one does.
    """
    every = sorted(set(every) - set(own))
    if len(every) + len(own) <= most:
        return tuple(sorted({*every, *own}))
    writer = writers()
    turns: Counter[Hashable] = Counter()
    turn: dict[bytes, int] = {}
    for name in every:
        turn[name] = turns[writer[name]]
        turns[writer[name]] += 1
    others = sorted(every, key=lambda name: (turn[name], name))
    return tuple(sorted([*own, *others][:most]))
