"""How much goes into one message: more while all goes well, less after a cut. What a good line carries in a minute is
an hour on a bad one; a message is signed for only when all of it is there."""

from collections.abc import Mapping

from sync.protocol import MAX_BATCHES

LEAST, FIRST, MOST = 32 << 10, 256 << 10, 4 << 20
"""Bytes. A month of one pair is one first message."""


def after(portion: int, carried: int, cuts: int) -> int:
    """The next portion, after a message of ``carried`` bytes that broke off ``cuts`` times."""
    if cuts:
        return max(LEAST, portion // 2)
    # A short message that went through says nothing.
    return min(MOST, portion * 2) if carried * 2 >= portion else portion


def first(remembered: int) -> int:
    """Where to begin: at what the last exchange ended with, if there was one."""
    return min(MOST, max(LEAST, remembered)) if remembered else FIRST


def split(names: list[bytes], sizes: Mapping[bytes, int], size: int) -> tuple[list[bytes], list[bytes]]:
    """As many of the names as go into one message of ``size`` bytes, one at least, and the rest."""
    count, room = 1, size - sizes[names[0]]
    while count < min(len(names), MAX_BATCHES) and sizes[names[count]] <= room:
        room -= sizes[names[count]]
        count += 1
    return names[:count], names[count:]
