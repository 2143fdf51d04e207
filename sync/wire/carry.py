"""What lies under the messages so that a cut undoes nothing: both sides keep what came of a body and go on from there.

A body longer than ``WHOLE_BYTES`` is named in a header by its SHA-256, its length, and where this part of it begins.
The proof of who asks signs that name, so each part is believed before it is kept. An answer is named alike and kept
under the name of its request. After a cut the laptop asks ``/v1/resume`` how far the request came; if it was answered,
the rest of the answer comes at once. Short messages pay nothing: they go as one request, and again if they are lost.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import ClassVar

from sync.bounds import Check, octets, whole
from sync.protocol import HASH_BYTES, MAX_ANSWER, Message

BODY_HEADER = "Yiyang-Body"
MOST_HEADER = "Yiyang-Most"
"""Of a long answer the asking side wants so many bytes now, and asks for the rest another day."""
EXCHANGE_PATH, RESUME_PATH = "/v1/exchange", "/v1/resume"
WHOLE_BYTES = 2048
"""So long a body gets through between two cuts of any link worth the name."""
PIECE = 2048
"""Written at once: behind TLS a piece arrives whole or not at all, so a cut costs no more than one of them."""
KEPT_S = 3 * 86_400
"""How long either side keeps a transfer that stands still: the next night with a network, and the one after."""

_NAMED = re.compile(r"([0-9a-f]{64})\.([0-9]{1,10})\.([0-9]{1,10})", re.ASCII)


@dataclass(frozen=True, slots=True)
class Named:
    """A body by the ``name`` of the whole (SHA-256) and its ``total`` bytes; the part spoken of begins at ``at``."""

    name: bytes
    total: int
    at: int = 0

    def header(self) -> str:
        """The value of ``Yiyang-Body``."""
        return f"{self.name.hex()}.{self.total}.{self.at}"


def named_of(header: str, most: int) -> Named:
    """What the header says, of a body of at most ``most`` bytes. Raises ``ValueError``."""
    found = _NAMED.fullmatch(header)
    if found is None:
        raise ValueError("not a name of a body")
    named = Named(bytes.fromhex(found[1]), int(found[2]), int(found[3]))
    if not 0 < named.total <= most or named.at > named.total:
        raise ValueError("not in its bounds")
    return named


def in_pieces(body: bytes) -> Iterator[bytes]:
    """A body as it is written to the link."""
    for start in range(0, len(body), PIECE):
        yield body[start : start + PIECE]


def most_of(header: str) -> int:
    """What the header allows. Raises ``ValueError``."""
    if not re.fullmatch(r"[0-9]{1,10}", header, re.ASCII):
        raise ValueError("not a number of bytes")
    return int(header)


@dataclass(frozen=True, slots=True)
class Resume(Message):
    """How far did ``request`` come? The asking side holds the first ``at`` bytes of ``answer``, if it has begun."""

    _limit: ClassVar[int] = 1 << 10
    _checks: ClassVar[Mapping[str, Check]] = {
        "request": octets(HASH_BYTES, HASH_BYTES),
        "answer": octets(0, HASH_BYTES),
        "at": whole(MAX_ANSWER),
    }

    request: bytes
    answer: bytes = b""
    at: int = 0


@dataclass(frozen=True, slots=True)
class Come(Message):
    """So many bytes of the request have come and are kept; it is not answered, or its answer is kept no more."""

    _limit: ClassVar[int] = 1 << 10
    _checks: ClassVar[Mapping[str, Check]] = {"come": whole(1 << 40)}

    come: int
