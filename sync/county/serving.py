"""Serving a county: several workers on one socket, until they are told to end.

A worker holds nothing that another one lacks: what they share lies in the database. One that dies is started anew.
"""

import gc
import multiprocessing
import os
import signal
import socket
import ssl
import sys
import threading
import time
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import ExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from functools import partial
from multiprocessing.synchronize import Event
from typing import Any

import uvicorn
from fastapi import FastAPI, Response
from starlette.types import ASGIApp
from uvicorn.supervisors import Multiprocess

from sync.county import authority, keys, logs, metrics
from sync.county.app import make_county
from sync.county.database import open_engine, plain_errors
from sync.county.gate import Room, gated
from sync.county.health import why_not_ready
from sync.county.merging import in_background
from sync.county.migrations.run import upgrade
from sync.county.settings import Settings
from sync.county.watch import watched

_MANNERS: Mapping[str, Any] = {
    "server_header": False,
    "date_header": False,
    "access_log": False,
    "timeout_keep_alive": 75,
    "timeout_graceful_shutdown": 30,
    # A worker that is busy answers late; one that is dead does not answer at all.
    "timeout_worker_healthcheck": 30,
}
_SWITCH_S = 0.001
_COLLECT = (100_000, 20, 50)
_LOOK_S = 0.1


@dataclass(frozen=True, slots=True)
class Manner:
    """How a county is served. ``drain_s``: so long it says that it is not ready before it ends.

    ``metrics``: where ``/metrics`` is answered, host and port.
    """

    workers: int = 1
    tls: bool = True
    metrics: tuple[str, int] | None = None
    json_logs: bool = False
    drain_s: float = 0
    room: Room = field(default_factory=Room)


def prepare(settings: Settings) -> None:
    """Bring the database to this program's schema, once before any worker starts.

    Two servers that start at once do so one after the other. Raises ``CountyDatabase``.
    """
    engine = open_engine(settings.database_url)
    try:
        with plain_errors():
            upgrade(engine)
    finally:
        engine.dispose()


def serve(settings: Settings, host: str, port: int, manner: Manner) -> None:
    """Serve until ended by a signal; what is being answered then is answered. ``OSError`` if an address is taken.

    Raises ``CountyMissing``, ``CountyDamaged``, ``CountyDatabase``.
    """
    own = keys.load(settings.folder)
    prepare(settings)
    draining = multiprocessing.get_context("spawn").Event()
    config = uvicorn.Config(
        partial(_worker, settings, manner.room, draining),
        factory=True,
        workers=manner.workers,
        log_config=logs.config(json=manner.json_logs),
        **_MANNERS,
        **(_secure(own, host) if manner.tls else {}),
    )
    with ExitStack() as around:
        listening = around.enter_context(_listen(host, port))
        if manner.metrics is not None:
            around.enter_context(metrics.folder())
            engine = open_engine(settings.database_url)
            around.callback(engine.dispose)
            around.enter_context(metrics.published(engine, *manner.metrics))
        _Workers(config, listening, draining, manner.drain_s).run()


@contextmanager
def running(
    settings: Settings,
    host: str = "127.0.0.1",
    port: int = 0,
    *,
    tls: bool = False,
    room: Room | None = None,
) -> Iterator[str]:
    """Serve beside other work of this process; yields the address to ask, ``http(s)://host:port``.

    What a request leaves unmerged stays so until the next one.
    """
    own = keys.load(settings.folder)
    prepare(settings)
    how = {**_MANNERS, **(_secure(own, host) if tls else {})}
    # The screen belongs to that other work: nothing is written to it.
    server = uvicorn.Server(uvicorn.Config(_application(make_county(settings), room or Room()), log_config=None, **how))
    with _listen(host, port) as listening:
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, name="county", daemon=True)
        thread.start()
        try:
            yield f"{'https' if tls else 'http'}://{host}:{listening.getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join()


class _Workers(Multiprocess):
    """The processes of one server. Before it ends it tells whoever asks that it is no longer ready."""

    def __init__(self, config: uvicorn.Config, listening: socket.socket, draining: Event, drain_s: float) -> None:
        super().__init__(config, [listening])
        self._draining = draining
        self._drain_s = drain_s

    def handle_term(self) -> None:
        """Drain, then end; a second signal ends it at once."""
        self._draining.set()
        until = time.monotonic() + self._drain_s
        while time.monotonic() < until and not {signal.SIGTERM, signal.SIGINT} & {*self.signal_queue}:
            time.sleep(_LOOK_S)
        super().handle_term()


def _worker(settings: Settings, room: Room, draining: Event) -> ASGIApp:
    """The application of one worker; it merges what others left behind, and ends with the process that started it."""
    # Threads that compute must not keep those waiting who are told in a millisecond that the county is busy.
    sys.setswitchinterval(_SWITCH_S)
    county = make_county(settings)
    # What is loaded stays, and entries hold no cycles: there is little to look for.
    gc.freeze()
    gc.set_threshold(*_COLLECT)
    own_life = county.router.lifespan_context

    @asynccontextmanager
    async def life(app: FastAPI) -> AsyncIterator[None]:
        with in_background(county.state.engine):
            async with own_life(app):
                yield

    county.router.lifespan_context = life
    threading.Thread(target=_end_with_parent, name="parent", daemon=True).start()
    return _application(county, room, draining)


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os.kill(os.getpid(), signal.SIGTERM)


def _application(county: FastAPI, room: Room, draining: Event | None = None) -> ASGIApp:
    @county.get("/readyz")
    def ready() -> Response:
        why_not = "draining" if draining is not None and draining.is_set() else why_not_ready(county.state.engine)
        return Response(why_not or "ok", status_code=503 if why_not else 200, media_type="text/plain")

    return watched(gated(county, room))


def _listen(host: str, port: int) -> socket.socket:
    listening = socket.create_server((host, port), backlog=512)
    # Small answers must not wait for more to come.
    listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return listening


def _secure(own: keys.Keys, host: str) -> dict[str, Any]:
    return {"ssl_context_factory": partial(_context, own.authority, own.authority_key, host)}


def _context(certificate: str, key: str, host: str, *_asked: object) -> ssl.SSLContext:
    return authority.context(certificate, key, host)
