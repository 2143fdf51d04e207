"""A bad line between a laptop and its county: a TCP proxy on real sockets that counts, slows down, cuts and swallows.

Counted is what the line itself carried each way. What is on its way when the line breaks is lost, as on a real one.
"""

import asyncio
import socket
import struct
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from urllib.parse import urlsplit

PIECE = 512
"""Bytes that go at once."""
_BUFFER = 2048
_RESET = struct.pack("ii", 1, 0)


@dataclass
class Way:
    """One direction. ``rate`` in bytes a second, 0 for as fast as it goes; ``delay_s`` is one way.

    The connection breaks after ``cut_every`` bytes of its own, and at each of the totals ``cut_at``. After the total
    ``silent_after`` nothing gets out any more, and nothing breaks: the line is half open.
    """

    rate: float = 0
    delay_s: float = 0
    cut_every: int = 0
    cut_at: list[int] = field(default_factory=list)
    silent_after: int | None = None
    carried: int = 0
    free_at: float = 0

    def take(self, before: int, size: int) -> tuple[int, bool]:
        """So much of ``size`` bytes goes, ``before`` having gone on this connection; whether the line then breaks."""
        ends = [at - self.carried for at in self.cut_at] + ([self.cut_every - before] if self.cut_every else [])
        room = min([size, *(end for end in ends if end > 0)])
        self.carried += room
        self.cut_at = [at for at in self.cut_at if at > self.carried]
        return room, any(end <= room for end in ends)

    @property
    def silent(self) -> bool:
        """Whether what goes in comes out no more."""
        return self.silent_after is not None and self.carried > self.silent_after


@dataclass
class Line:
    """Both ways, ``up`` from the laptop. ``at_cut`` is called at each break, which ``cuts`` counts."""

    up: Way = field(default_factory=Way)
    down: Way = field(default_factory=Way)
    at_cut: Callable[[], None] = lambda: None
    cuts: int = 0
    connections: int = 0

    @property
    def carried(self) -> int:
        """Bytes, both ways."""
        return self.up.carried + self.down.carried


@contextmanager
def through(line: Line, *urls: str) -> Iterator[str]:
    """The line in front of a server, or of several that take turns: yields the address of its near end."""
    theirs = [urlsplit(url) for url in urls]
    targets = [(each.hostname or "", each.port or 0) for each in theirs]
    loop = asyncio.new_event_loop()
    with socket.create_server(("127.0.0.1", 0)) as near:
        near.setblocking(False)
        # What waits here is what a modem would hold: connections inherit it.
        near.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, _BUFFER)
        serving = loop.create_task(_serve(near, targets, line))
        thread = threading.Thread(target=_run, args=(loop, serving), daemon=True)
        thread.start()
        yield f"{theirs[0].scheme}://127.0.0.1:{near.getsockname()[1]}"
        loop.call_soon_threadsafe(serving.cancel)
        thread.join()


def _run(loop: asyncio.AbstractEventLoop, serving: "asyncio.Task[None]") -> None:
    with suppress(asyncio.CancelledError):
        loop.run_until_complete(serving)
    loop.close()


async def _serve(near: socket.socket, targets: list[tuple[str, int]], line: Line) -> None:
    loop = asyncio.get_running_loop()
    async with asyncio.TaskGroup() as connections:
        while True:
            laptop, _ = await loop.sock_accept(near)
            target = targets[line.connections % len(targets)]
            line.connections += 1
            connections.create_task(_connection(laptop, target, line))


async def _connection(laptop: socket.socket, target: tuple[str, int], line: Line) -> None:
    county = socket.socket()
    county.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, _BUFFER)
    with laptop, county:
        for each in (laptop, county):
            each.setblocking(False)
            each.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        # Joining hands takes one way there and one back; this machine's own does not.
        await asyncio.sleep(line.up.delay_s + line.down.delay_s)
        if await _both_ways(laptop, county, target, line):
            for each in (laptop, county):
                each.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
            line.cuts += 1
            line.at_cut()


async def _both_ways(laptop: socket.socket, county: socket.socket, target: tuple[str, int], line: Line) -> bool:
    """Carry both ways until both ends have ended, or one is gone, or the line breaks: whether it did."""
    ways: list[asyncio.Task[bool]] = []
    try:
        await asyncio.get_running_loop().sock_connect(county, target)
        ways += [asyncio.create_task(_carry(*way)) for way in ((laptop, county, line.up), (county, laptop, line.down))]
        for way in asyncio.as_completed(ways):
            if await way:
                return True
    except OSError:
        return False
    finally:
        for each in ways:
            each.cancel()
        await asyncio.gather(*ways, return_exceptions=True)
    return False


async def _carry(source: socket.socket, sink: socket.socket, way: Way) -> bool:
    """Carry until the source ends, or the line breaks: whether it did."""
    loop = asyncio.get_running_loop()
    before = 0
    under_way: asyncio.Queue[tuple[float, bytes]] = asyncio.Queue()
    letting_out = asyncio.create_task(_let_out(under_way, sink))
    try:
        while data := await loop.sock_recv(source, PIECE):
            room, broken = way.take(before, len(data))
            before += room
            if way.rate:
                way.free_at = max(way.free_at, loop.time()) + room / way.rate
                await asyncio.sleep(way.free_at - loop.time())
            if not way.silent:
                under_way.put_nowait((loop.time() + way.delay_s, data[:room]))
            if broken:
                # A line without delay has nothing on its way.
                if not way.delay_s:
                    await under_way.join()
                return True
        under_way.put_nowait((loop.time() + way.delay_s, b""))
        await letting_out
        return False
    finally:
        letting_out.cancel()


async def _let_out(under_way: "asyncio.Queue[tuple[float, bytes]]", sink: socket.socket) -> None:
    loop = asyncio.get_running_loop()
    while True:
        at, data = await under_way.get()
        await asyncio.sleep(at - loop.time())
        if not data:
            with suppress(OSError):
                sink.shutdown(socket.SHUT_WR)
            return
        await loop.sock_sendall(sink, data)
        under_way.task_done()
