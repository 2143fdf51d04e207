"""Row ids without coordination: an epoch and a counter inside a UUID of version 8 (RFC 9562).

Layout, most significant bit first: 32 bits seconds (a hint for locality, never trusted as time), 58
random bits drawn anew at every start of the program (around the version and variant bits), 32 bits
counting rows. The first twelve bytes are the *epoch*. Because no process ever continues the epoch of
another, a restored file, a rolled-back disk or a cloned laptop cannot issue an id twice.
"""

import os
from collections.abc import Callable
from uuid import UUID

EPOCH_BYTES = 12
LAST_ROW = 0xFFFFFFFF


def new_epoch(seconds: int, random: Callable[[int], bytes] = os.urandom) -> bytes:
    """Twelve bytes that no other start of the program has: time hint and 58 random bits."""
    drawn = bytearray(random(8))
    drawn[2] = 0x80 | (drawn[2] & 0x0F)  # version 8
    drawn[4] = 0x80 | (drawn[4] & 0x3F)  # variant of RFC 9562
    return (seconds & 0xFFFFFFFF).to_bytes(4, "big") + bytes(drawn)


def row_id(epoch: bytes, row: int) -> UUID:
    """The id of the ``row``-th row of an epoch, counted from 1.

    Raises ``ValueError`` if the epoch is not one, or its rows are used up.
    """
    if len(epoch) != EPOCH_BYTES or not 0 < row <= LAST_ROW:
        raise ValueError("not an epoch and row")
    return UUID(bytes=epoch + row.to_bytes(4, "big"))


def epoch_of(row: UUID) -> bytes:
    """The epoch a row id was issued in."""
    return row.bytes[:EPOCH_BYTES]


def issued_at(row: UUID) -> int:
    """About when a row was made: seconds UTC at which the epoch of its id began, by the clock of its laptop."""
    return int.from_bytes(row.bytes[:4], "big")


def counter_of(row: UUID) -> int:
    """The number of a row id within its epoch."""
    return int.from_bytes(row.bytes[EPOCH_BYTES:], "big")


def short(row: UUID) -> str:
    """Eight hexadecimal digits to name a device or pair by: drawn ones, where the ends of all such ids are alike."""
    return row.hex[16:24]
