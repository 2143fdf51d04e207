"""What to give to somebody who is not here to say what he has: all but what he certainly holds."""

from collections.abc import Collection, Iterable, Mapping
from uuid import UUID

from sync import graph


def surely_held(nodes: graph.Nodes, own: Collection[bytes]) -> set[bytes]:
    """What the laptop that sealed the batches ``own`` certainly holds: its newest one, and all that this stands on.

    Two newest tell that a copy of the laptop was put back: then only what both stand on is certain.
    """
    newest = graph.heads({name: nodes[name] for name in own})
    held = [graph.ancestors(nodes, [name]) for name in newest]
    return set.intersection(*held) if held else set()


def lacking(nodes: graph.Nodes, writers: Mapping[bytes, UUID], readers: Iterable[UUID]) -> set[bytes]:
    """The batches that one of the laptops ``readers`` may lack. ``writers``: which laptop sealed which batch."""
    wanted: set[bytes] = set()
    for reader in readers:
        own = [name for name in nodes if writers[name] == reader]
        wanted |= nodes.keys() - surely_held(nodes, own)
    return wanted
