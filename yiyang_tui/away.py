"""Blocking work in a thread that the program never waits for when it ends, whatever the thread waits for."""

import asyncio
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import TypeVar

Found = TypeVar("Found")


async def away(act: Callable[[], Found], name: str) -> Found:
    """Do it in a thread of that name; what it raises is raised here."""
    loop = asyncio.get_running_loop()
    found: asyncio.Future[Found] = loop.create_future()

    def work() -> None:
        try:
            result = act()
        except Exception as error:
            failed = error  # raised where it is waited for
            post(loop, lambda: None if found.done() else found.set_exception(failed))
        else:
            post(loop, lambda: None if found.done() else found.set_result(result))

    threading.Thread(target=work, daemon=True, name=name).start()
    return await found


def post(loop: asyncio.AbstractEventLoop, tell: Callable[[], object]) -> None:
    """Call it in the application's own thread. If the program has ended nobody is left to be told."""
    with suppress(RuntimeError):
        loop.call_soon_threadsafe(tell)
