"""Which batches of a revoked device stand: those the county names, and all that they stand on.

Everything else it signed was signed after it was lost, whatever times, numbers and parents it gives itself: a thief
with its key writes these as he likes, but cannot make what the county named stand on it.
"""

from collections.abc import Callable, Sequence
from uuid import UUID

from sync import graph
from sync.directory import Directory

Judge = Callable[[UUID, bytes], bool | None]
"""Whether a batch (its device, its name) stands; ``None`` while what the county named has not come yet."""

KEPT_ASIDE = ("device_revoked_since", "stands_on_refused")
"""Codes of a refusal after which the county keeps the batch: it need not be sent again until the list changes."""

STRIDE = 500


def judge(directory: Directory, nodes: graph.Nodes) -> Judge:
    """The judge of one pair. ``nodes``: batches that are here, verified, and what they stand on."""
    until = {each.id: each.until for each in directory.devices if each.revoked}
    standing: dict[UUID, set[bytes]] = {}

    def stands(device: UUID, name: bytes) -> bool | None:
        if device not in until:
            return True
        if device not in standing:
            standing[device] = {*until[device], *graph.ancestors(nodes, until[device])}
        if name in standing[device]:
            return True
        return False if nodes.keys() >= set(until[device]) else None

    return stands


def marks(batches: Sequence[tuple[int, bytes, tuple[bytes, ...]]]) -> tuple[bytes, ...]:
    """What to name of a device's batches (position in the pair, name, parents) so that all of them stand.

    The last ones would be enough. But a laptop that pulls years must be able to tell of the first ones before the last
    have come: every stretch of ``STRIDE`` batches of the pair has marks of its own.
    """
    stretches: dict[int, dict[bytes, tuple[bytes, ...]]] = {}
    for position, name, parents in batches:
        stretches.setdefault(position // STRIDE, {})[name] = parents
    return tuple(name for _, nodes in sorted(stretches.items()) for name in graph.heads(nodes))
