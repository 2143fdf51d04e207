"""The county's door: how many requests may be inside at once, and what those are told who may not.

Whoever is let in is answered. Who is not is told so before a byte of the body is read, and comes again: a laptop on a
slow link must not upload for minutes to hear no, and nothing is lost, for it keeps all that has no receipt.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from anyio.to_thread import current_default_thread_limiter
from starlette.types import ASGIApp, Receive, Scope, Send

from sync.county import logs, store
from sync.protocol import MAX_REQUEST, MEDIA_TYPE, Problem

BUSY = "county_busy"
RETRY_S = 3
_SMALL = 64 * 1024
"""A body so short is swallowed, and its connection goes on."""


@dataclass(frozen=True, slots=True)
class Room:
    """Bounds of one worker: requests worked on at once, read and waiting for their turn; open ones, and their bytes."""

    at_once: int = 3
    waiting: int = 6
    open: int = 256
    octets: int = 256 << 20


def gated(app: ASGIApp, room: Room) -> ASGIApp:
    """``app`` behind the door: bounds what is posted, lets all other questions in."""
    inside: list[int] = []

    async def enter(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] != "POST":
            return await app(scope, receive, send)
        threads = current_default_thread_limiter()
        threads.total_tokens = room.at_once
        if threads.statistics().tasks_waiting:
            store.HURRIED.set()
        size = _size(dict(scope["headers"]))
        full = len(inside) >= room.open or threads.statistics().tasks_waiting >= room.waiting
        if full or (inside and sum(inside) + size > room.octets):
            return await _busy(send, size)
        inside.append(size)
        try:
            await app(scope, receive, send)
        finally:
            inside.remove(size)
            if not threads.statistics().tasks_waiting:
                store.HURRIED.clear()
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
