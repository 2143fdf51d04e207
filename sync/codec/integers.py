"""Runs of whole numbers as few bytes that compress well: the leaves of the columnar codec.

Each run is written in the cheapest of four ways: one number; bytes in planes (all lowest bytes, then all next, …)
above a base and in steps of a common divisor; several small numbers packed in a byte, because zstd's entropy
coder spends at least a bit on a byte; or one usual number and the places where another stands.
"""

import math
import struct
from collections import Counter
from collections.abc import Sequence
from functools import cache
from itertools import pairwise

from sync.codec.tokens import INT64_HIGH, INT64_LOW, Malformed, Reader, Writer, cheapest

SAME, PLANES, PACKED, SPARSE = range(4)
# How many numbers below the key fit in one byte.
_PER_BYTE = {2: 8, 3: 5, 4: 4, 5: 3, 6: 3} | dict.fromkeys(range(7, 17), 2)


def fits(values: Sequence[int]) -> bool:
    """Whether all are 64-bit signed numbers."""
    return not values or (min(values) >= INT64_LOW and max(values) <= INT64_HIGH)


def write_integers(out: Writer, values: Sequence[int], *, nested: bool = False) -> None:
    """Write ``values`` (64-bit signed). The reader must know how many there are."""
    if not values:
        return
    low, high = min(values), max(values)
    if low == high:
        out.put(SAME, low)
        return
    step = math.gcd(*(value - low for value in values))
    if step > INT64_HIGH:
        step = 1
    small = [(value - low) // step for value in values]
    candidates = [_planes(low, step, small)]
    if max(small) < 16:
        candidates.append(_packed(low, step, small))
    if not nested and len(values) >= 32:
        usual, count = Counter(values).most_common(1)[0]
        if count * 10 >= len(values) * 8:
            candidates.append(_sparse(usual, values))
    out.take(cheapest(candidates))


def read_integers(source: Reader, count: int, *, nested: bool = False) -> list[int]:
    """``count`` numbers, all 64-bit signed."""
    if count == 0:
        return []
    way = source.whole(SAME, PACKED if nested else SPARSE)
    if way == SPARSE:
        return _read_sparse(source, count)
    low = source.whole()
    if way == SAME:
        return [low] * count
    step = source.whole(1)
    small = _read_planes(source, count) if way == PLANES else _read_packed(source, count)
    values = [low + step * value for value in small]
    if not fits(values):
        raise Malformed("number too large")
    return values


def _head(way: int, low: int, step: int, last: int) -> Writer:
    out = Writer()
    out.put(way, low, step, last)
    return out


def _planes(low: int, step: int, small: list[int]) -> Writer:
    width = (max(small).bit_length() + 7) // 8
    out = _head(PLANES, low, step, width)
    if width == 1:
        out.stream(bytes(small))
    else:
        rows = struct.pack(f"<{len(small)}Q", *small)
        for plane in range(width):
            out.stream(rows[plane::8])
    return out


def _read_planes(source: Reader, count: int) -> list[int]:
    width = source.whole(1, 8)
    if width == 1:
        return list(source.stream(count))
    rows = bytearray(8 * count)
    for plane in range(width):
        rows[plane::8] = source.stream(count)
    return list(struct.unpack(f"<{count}Q", rows))


def _packed(low: int, step: int, small: list[int]) -> Writer:
    base = max(small) + 1
    each = _PER_BYTE[base]
    out = _head(PACKED, low, step, base)
    padded = small + [0] * (-len(small) % each)
    total = padded[::each]
    for place in range(1, each):
        weight = base**place
        total = [sofar + weight * value for sofar, value in zip(total, padded[place::each], strict=True)]
    out.stream(bytes(total))
    return out


def _read_packed(source: Reader, count: int) -> list[int]:
    base = source.whole(2, 16)
    each = _PER_BYTE[base]
    data = source.stream(-(-count // each))
    table = _unpacked(base)
    return [value for byte in data for value in table[byte]][:count]


@cache
def _unpacked(base: int) -> list[list[int]]:
    """The numbers packed in each byte."""
    return [[byte // base**place % base for place in range(_PER_BYTE[base])] for byte in range(256)]


def _sparse(usual: int, values: Sequence[int]) -> Writer:
    out = Writer()
    places = [place for place, value in enumerate(values) if value != usual]
    out.put(SPARSE, usual, len(places))
    write_integers(out, [b - a for a, b in pairwise([-1, *places])], nested=True)
    write_integers(out, [values[place] for place in places], nested=True)
    return out


def _read_sparse(source: Reader, count: int) -> list[int]:
    values = [source.whole()] * count
    many = source.whole(0, count)
    gaps = read_integers(source, many, nested=True)
    others = read_integers(source, many, nested=True)
    place = -1
    for gap, other in zip(gaps, others, strict=True):
        place += gap
        if gap < 1 or place >= count:
            raise Malformed("place out of range")
        values[place] = other
    return values
