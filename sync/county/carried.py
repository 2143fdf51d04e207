"""Bodies that may come in parts, read while it is found out who sends them; what came before a cut is kept.

Nothing is kept of somebody the county does not know. A body that comes quickly is never written down on its way.
"""

import asyncio
from collections.abc import Callable

from fastapi import Request
from fastapi.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect

from sync.county.errors import Denied

KEEP_EVERY_S = 1.0
"""So much of a slow upload is lost if this worker is killed; of one that is cut, nothing."""
QUIET_S = 120.0
"""A connection on which nothing comes so long has no other end any more."""

Check = Callable[[], None]
Keep = Callable[[bytes], None]


async def read(request: Request, most: int, check: Check, keep: Keep) -> bytes:
    """The body of a request, of at most ``most`` bytes.

    ``check`` is called beside the reading and raises ``Denied`` for somebody who may not send; only then ``keep`` is
    given all that has come so far, again and again while more comes, and when the connection breaks. Raises
    ``ClientDisconnect``.
    """
    said = request.headers.get("content-length", "0")
    if not said.isdecimal() or len(said) > 15 or int(said) > most:
        raise Denied("too_long", 413, most=most)
    came = bytearray()
    # Begun before anything is waited for: of a broken connection the server keeps nothing that nobody has read.
    reading = asyncio.create_task(_read(request, came, most))
    reading.add_done_callback(lambda task: None if task.cancelled() else task.exception())
    try:
        await run_in_threadpool(check)
        await _kept_meanwhile(reading, came, keep)
        await reading
    except ClientDisconnect:
        if came:
            await run_in_threadpool(keep, bytes(came))
        raise
    finally:
        if not reading.done():
            reading.cancel()
            await asyncio.wait({reading})
    return bytes(came)


async def _read(request: Request, into: bytearray, most: int) -> None:
    async for part in request.stream():
        into += part
        if len(into) > most:
            raise Denied("too_long", 413, most=most)


async def _kept_meanwhile(reading: "asyncio.Task[None]", came: bytearray, keep: Keep) -> None:
    kept, quiet = 0, 0.0
    while True:
        await asyncio.wait({reading}, timeout=KEEP_EVERY_S)
        if reading.done():
            return
        quiet = 0.0 if len(came) > kept else quiet + KEEP_EVERY_S
        if quiet >= QUIET_S:
            raise Denied("too_slow", 408)
        if len(came) > kept:
            kept = len(came)
            await run_in_threadpool(keep, bytes(came[:kept]))
