"""Bytes as text that people copy, read out and type: groups of six characters, the last of each checks the five before.

The alphabet is Crockford's base 32 (no I, L, O, U); case, dashes and blanks say nothing, and full-width characters of
an input method are read as what they look like. One wrong character, or two that changed places, is always found, and
the group is named. The position is checked as well, so that no two groups can be swapped.
"""

import hashlib
import unicodedata
from collections.abc import Sequence

from db.errors import Refused

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
GROUP, A_LINE = 6, 8
_DATA = GROUP - 1
_DIGEST = 4
_LONGEST = 4096
_READ_AS = str.maketrans({"O": "0", "I": "1", "L": "1"})
_VALUE = {letter: value for value, letter in enumerate(ALPHABET)}


def write(body: bytes) -> str:
    """``body`` with its checksum, in lines of eight groups."""
    groups = _groups(body)
    return "\n".join(" ".join(groups[at : at + A_LINE]) for at in range(0, len(groups), A_LINE))


def write_joined(body: bytes) -> str:
    """The same in one piece, for a QR code."""
    return "".join(_groups(body))


def read(text: str) -> bytes:
    """What ``write`` was given, however it was typed.

    Raises ``Refused``: text_unreadable; text_group (group, counted from 1) for the first group that is mistyped;
    text_altered where every group is right and the whole is not.
    """
    groups = _split(text)
    values: list[int] = []
    for at, group in enumerate(groups):
        found = [_VALUE.get(letter, -1) for letter in group]
        if len(group) != GROUP or -1 in found or _check(found[:_DATA], at) != found[_DATA]:
            raise Refused("text_group", group=at + 1, groups=len(groups))
        values += found[:_DATA]
    return _whole(values)


def _groups(body: bytes) -> list[str]:
    whole = body + _digest(body)
    bits = len(whole) * 8
    count = -(-bits // (5 * _DATA))
    number = int.from_bytes(whole, "big") << (count * 5 * _DATA - bits)
    values = [number >> (5 * place) & 31 for place in reversed(range(count * _DATA))]
    groups = []
    for at in range(count):
        group = values[at * _DATA : (at + 1) * _DATA]
        groups.append("".join(ALPHABET[value] for value in (*group, _check(group, at))))
    return groups


def _split(text: str) -> list[str]:
    if len(text) > _LONGEST:
        raise Refused("text_unreadable")
    plain = unicodedata.normalize("NFKC", text).upper().translate(_READ_AS)
    for between in "-–—_,.":
        plain = plain.replace(between, " ")
    pieces = plain.split()
    if not pieces:
        raise Refused("text_unreadable")
    # Lines, or all of it, may have come in one piece; a group of another length stays as it is and is named.
    groups: list[str] = []
    for piece in pieces:
        whole = len(piece) > GROUP and len(piece) % GROUP == 0
        groups += [piece[at : at + GROUP] for at in range(0, len(piece), GROUP)] if whole else [piece]
    return groups


def _whole(values: Sequence[int]) -> bytes:
    number = 0
    for value in values:
        number = number << 5 | value
    bits = len(values) * 5
    # The last group may be filled up with zeros; how many bytes there are follows from the number of groups.
    for size in range(bits // 8, _DIGEST - 1, -1):
        spare = bits - size * 8
        if spare >= 5 * _DATA or number & ((1 << spare) - 1):
            break
        whole = (number >> spare).to_bytes(size, "big")
        if _digest(whole[:-_DIGEST]) == whole[-_DIGEST:]:
            return whole[:-_DIGEST]
    raise Refused("text_altered")


def _digest(body: bytes) -> bytes:
    return hashlib.sha256(b"yiyang text 1\0" + body).digest()[:_DIGEST]


def _check(values: Sequence[int], at: int) -> int:
    """A sum in the field of 32 elements, each place with another weight: finds every single slip and every swap."""
    total = _times(_power(_DATA + 1), at & 31) ^ _times(_power(_DATA + 2), at >> 5)
    for place, value in enumerate(values):
        total ^= _times(_power(place + 1), value)
    return total


def _power(of: int) -> int:
    """The generator ``x`` to the power ``of``; the polynomial is x^5 + x^2 + 1."""
    value = 1
    for _ in range(of):
        value = _times(2, value)
    return value


def _times(one: int, other: int) -> int:
    product = 0
    while other:
        if other & 1:
            product ^= one
        one = one << 1 ^ (0b100101 if one & 16 else 0)
        other >>= 1
    return product
