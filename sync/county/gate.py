"""The county's door: how many requests may be inside at once, and what those are told who may not.

Whoever is let in is answered. Who is not is told so before a byte of the body is read, and comes again: a laptop on a
slow link must not upload for minutes to hear no, and nothing is lost, for it keeps all that has no receipt.
"""

import time
from collections.abc import Mapping
from dataclasses import dataclass

from anyio.to_thread import current_default_thread_limiter
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from sync.county import logs, store
from sync.protocol import MAX_REQUEST, MEDIA_TYPE, Problem

BUSY = "county_busy"
RETRY_S = 3
_WEIGHT = 0.1
"""Of the newest answer in the average."""
_SMALL = 64 * 1024
"""A body so short is swallowed, and its connection goes on."""


@dataclass(frozen=True, slots=True)
class Room:
    """Bounds of one worker.

    ``at_once``: requests worked on; ``waiting``: read, and waiting for their turn; ``open``: all that are inside, on
    slow links too, ``octets`` their bytes. Where others wait nobody is let in while an answer takes longer than
    ``slow_s`` on average, seconds from the body's last byte: a slow machine has less room.
    """

    at_once: int = 2
    waiting: int = 4
    open: int = 256
    octets: int = 256 << 20
    slow_s: float = 0.6


def gated(app: ASGIApp, room: Room) -> ASGIApp:
    """``app`` behind the door: bounds what is posted, lets all other questions in."""
    inside: list[int] = []
    took = 0.0

    def full(size: int) -> bool:
        waiting = current_default_thread_limiter().statistics().tasks_waiting
        if waiting:
            store.hurry()
        return (
            len(inside) >= room.open
            or waiting >= room.waiting
            or (waiting > 0 and took > room.slow_s)
            or (len(inside) > 0 and sum(inside) + size > room.octets)
        )

    async def enter(scope: Scope, receive: Receive, send: Send) -> None:
        nonlocal took
        if scope["type"] != "http" or scope["method"] != "POST":
            return await app(scope, receive, send)
        current_default_thread_limiter().total_tokens = room.at_once
        size = _size(dict(scope["headers"]))
        if full(size):
            return await _busy(send, size)
        whole = 0.0

        async def reading() -> Message:
            nonlocal whole
            message = await receive()
            if not message.get("more_body"):
                whole = time.monotonic()
            return message

        inside.append(size)
        try:
            await app(scope, reading, send)
        finally:
            inside.remove(size)
            if whole:
                took += _WEIGHT * (time.monotonic() - whole - took)
        return None

    return enter


def _size(headers: Mapping[bytes, bytes]) -> int:
    said = headers.get(b"content-length", b"")
    return min(int(said), MAX_REQUEST) if said.isdigit() and len(said) <= 15 else MAX_REQUEST


async def _busy(send: Send, size: int) -> None:
    logs.note(code=BUSY)
    said = Problem(BUSY).encode()
    headers = [
        (b"content-type", MEDIA_TYPE.encode()),
        (b"content-length", str(len(said)).encode()),
        (b"retry-after", str(RETRY_S).encode()),
    ]
    if size > _SMALL:
        headers.append((b"connection", b"close"))
    await send({"type": "http.response.start", "status": 503, "headers": headers})
    await send({"type": "http.response.body", "body": said})
