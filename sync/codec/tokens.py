"""The two halves of a columnar body: a list of small tokens that say how, and streams of bytes that say what.

Tokens (integers, texts, row ids, null, true, false) are packed as one MessagePack array. Behind it stand the small
streams, joined, then the large ones: each large stream is a part that may be compressed for itself, because bytes of
one kind compress better apart. A reader takes tokens and streams in the order of writing; whatever does not fit is a
``Malformed``, never another error.
"""

from collections.abc import Iterable
from functools import cache
from uuid import UUID

import zstandard

from db.journal import Value
from db.pack import pack, unpack

INT64_LOW, INT64_HIGH = -(1 << 63), (1 << 63) - 1
MAX_TOKENS = 8 << 20  # bytes
LARGE = 128  # bytes of a stream that stands apart
TRIAL_LEVEL = 5  # of zstd, to compare ways of writing; the body itself is compressed harder

Cell = None | bool | int | str | bytes
"""A value inside the codec: as in the journal, but a row id is its 16 bytes (hashing a ``UUID`` is slow)."""


class Malformed(ValueError):
    """Bytes that no encoder writes."""


class Writer:
    """Collects tokens and streams."""

    __slots__ = ("streams", "tokens")

    def __init__(self) -> None:
        self.tokens: list[Value] = []
        self.streams: list[bytes] = []

    def put(self, *tokens: Value) -> None:
        """Append tokens."""
        self.tokens.extend(tokens)

    def cell(self, cell: Cell) -> None:
        """Append a cell as a token."""
        self.tokens.append(UUID(bytes=cell) if isinstance(cell, bytes) else cell)

    def stream(self, data: bytes) -> None:
        """Append bytes; the reader must know their length from tokens."""
        self.streams.append(data)

    def take(self, other: "Writer") -> None:
        """Append all of another writer."""
        self.tokens.extend(other.tokens)
        self.streams.extend(other.streams)

    def cost(self) -> int:
        """About how many bytes this will take once compressed."""
        data = b"".join(self.streams)
        tokens = len(pack(self.tokens))
        return tokens + (len(_trial().compress(data)) if len(data) > 16 else len(data))

    def finish(self) -> list[bytes]:
        """The body in parts, not yet compressed. ``ValueError`` for more structure than a reader would take."""
        tokens = pack(self.tokens)
        if len(tokens) > MAX_TOKENS:
            raise ValueError("too many different kinds of change for one batch")
        small = b"".join(data for data in self.streams if len(data) < LARGE)
        head = len(tokens).to_bytes(4, "big") + len(small).to_bytes(4, "big")
        return [head + tokens + small, *(data for data in self.streams if len(data) >= LARGE)]


def cheapest(candidates: Iterable[Writer]) -> Writer:
    """The candidate that compresses best; the first of equals."""
    found = list(candidates)
    return found[0] if len(found) == 1 else min(found, key=Writer.cost)


@cache
def _trial() -> zstandard.ZstdCompressor:
    return zstandard.ZstdCompressor(level=TRIAL_LEVEL, write_checksum=False, write_content_size=False)


class Reader:
    """Takes tokens and streams in the order of writing. Every method raises ``Malformed`` on what does not fit."""

    def __init__(self, data: bytes) -> None:
        length, small = int.from_bytes(data[:4], "big"), int.from_bytes(data[4:8], "big")
        if len(data) < 8 + length + small or length > MAX_TOKENS:
            raise Malformed("tokens end early")
        try:
            tokens = unpack(data[8 : 8 + length])
        except ValueError as error:
            raise Malformed("tokens do not read") from error
        if not isinstance(tokens, list):
            raise Malformed("no tokens")
        self._tokens: list[object] = tokens
        self._next = 0
        self._data = data
        self._small, self._large = 8 + length, 8 + length + small
        self._small_end = self._large

    def _token(self) -> object:
        if self._next >= len(self._tokens):
            raise Malformed("tokens end early")
        self._next += 1
        return self._tokens[self._next - 1]

    def whole(self, low: int = INT64_LOW, high: int = INT64_HIGH) -> int:
        """A whole number from ``low`` to ``high``."""
        token = self._token()
        if type(token) is not int or not low <= token <= high:
            raise Malformed("not a number in range")
        return token

    def text(self, longest: int) -> str:
        """A text of at most ``longest`` characters."""
        token = self._token()
        if not isinstance(token, str) or len(token) > longest:
            raise Malformed("not a text")
        return token

    def cell(self) -> Cell:
        """Any single cell."""
        token = self._token()
        if isinstance(token, UUID):
            return token.bytes
        if token is None or isinstance(token, bool | str):
            return token
        if type(token) is int and INT64_LOW <= token <= INT64_HIGH:
            return token
        raise Malformed("not a value of the record")

    def stream(self, length: int) -> bytes:
        """The next ``length`` bytes of the streams."""
        at, end = (self._small, self._small_end) if length < LARGE else (self._large, len(self._data))
        if length < 0 or at + length > end:
            raise Malformed("streams end early")
        if length < LARGE:
            self._small += length
        else:
            self._large += length
        return self._data[at : at + length]

    def end(self) -> None:
        """Nothing may be left over."""
        if (self._next, self._small, self._large) != (len(self._tokens), self._small_end, len(self._data)):
            raise Malformed("something is left over")
