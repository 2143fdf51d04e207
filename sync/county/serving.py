"""Serving a county: on a socket of its own, until it is told to end."""

import socket
import ssl
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from typing import Any

import uvicorn

from sync.county import authority, keys
from sync.county.app import make_county
from sync.county.settings import Settings

_MANNERS: Mapping[str, Any] = {
    "server_header": False,
    "date_header": False,
    "timeout_keep_alive": 75,
    "timeout_graceful_shutdown": 30,
}


def _listen(host: str, port: int) -> socket.socket:
    listening = socket.create_server((host, port), backlog=512)
    # Small answers must not wait for more to come.
    listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return listening


def serve(settings: Settings, host: str, port: int, *, tls: bool = True) -> None:
    """Serve until interrupted, by HTTPS or for a proxy in front that does. ``OSError`` if the address is taken."""
    config = uvicorn.Config(make_county(settings), **_MANNERS, **(_secure(settings, host) if tls else {}))
    with _listen(host, port) as listening:
        uvicorn.Server(config).run(sockets=[listening])


def _secure(settings: Settings, host: str) -> dict[str, Any]:
    own = keys.load(settings.folder)
    return {"ssl_context_factory": partial(_context, own.authority, own.authority_key, host)}


def _context(certificate: str, key: str, host: str, *_asked: object) -> ssl.SSLContext:
    return authority.context(certificate, key, host)


@contextmanager
def running(settings: Settings, host: str = "127.0.0.1", port: int = 0, *, tls: bool = False) -> Iterator[str]:
    """Serve beside other work of this process; yields the address to ask, ``http(s)://host:port``."""
    how = {**_MANNERS, **(_secure(settings, host) if tls else {})}
    # The screen belongs to that other work: nothing is written to it.
    server = uvicorn.Server(uvicorn.Config(make_county(settings), log_config=None, access_log=False, **how))
    with _listen(host, port) as listening:
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, name="county", daemon=True)
        thread.start()
        try:
            yield f"{'https' if tls else 'http'}://{host}:{listening.getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join()
