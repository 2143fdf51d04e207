"""A laptop with its vault open shares its record with the others of its pair, for a while, over plain HTTP.

Anybody in the network may knock: bodies are bounded before they are read, a handful of connections is served at once,
and whoever holds one too long makes room for the next.
"""

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext, suppress
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, HTTPServer
from socketserver import ThreadingMixIn
from typing import Any, Final

from db.errors import YiyangError
from db.store import Store
from sync.link import Folder
from sync.nearby.discovery import PORT
from sync.nearby.peer import PATH, PROOF_HEADER
from sync.nearby.peer_answer import STRANGER_LIMIT, Gate, Unserved, Visit, answer
from sync.our_county import our_link
from sync.protocol import AUTH_HEADER, MAX_REQUEST, MEDIA_TYPE, Problem

MOST_AT_ONCE: Final = 4
SILENCE_S: Final = 30.0
_TURN_S: Final = 60.0


@dataclass(frozen=True, slots=True)
class Shared:
    """Where the record is shared: ``host:port`` for each address of this laptop."""

    port: int
    addresses: tuple[str, ...]


@contextmanager
def sharing(
    store: Store,
    *,
    host: str = "0.0.0.0",
    port: int = PORT,
    gate: Gate = nullcontext,
    told: Callable[[Visit], None] = lambda _visit: None,
    clock: Callable[[], float] = time.time,
) -> Iterator[Shared]:
    """Answer other laptops of the pair beside other work; ``told`` is called in the server's thread.

    Raises ``NotEnrolled``, ``LinkDamaged``, ``OSError`` if the address is taken.
    """
    our_link(store, Folder(store.path))
    server = _Server((host, port), _Handler)
    server.serve = lambda auth, body: answer(store, auth, body, int(clock()), gate)
    server.told = told
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.1}, name="share", daemon=True)
    thread.start()
    try:
        yield Shared(server.server_port, tuple(f"{each}:{server.server_port}" for each in _addresses(host)))
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
        with server.turn:
            # Whoever is being answered has been, when this returns: the record may be closed.
            server.over = True


def _addresses(host: str) -> list[str]:
    """The addresses of this laptop at which others of its network can reach it."""
    if host != "0.0.0.0":
        return [host]
    found = {info[4][0] for info in _names() if isinstance(info[4][0], str)}
    # The address by which it would leave, also where its name says nothing of it. Nothing is sent.
    with suppress(OSError), socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as way:
        way.connect(("192.0.2.1", 9))
        found.add(way.getsockname()[0])
    outside = sorted(each for each in found if not each.startswith("127."))
    return outside or ["127.0.0.1"]


def _names() -> list[Any]:
    try:
        return socket.getaddrinfo(socket.gethostname(), None, socket.AF_INET)
    except OSError:
        return []


class _Server(ThreadingMixIn, HTTPServer):
    """One that serves few at once, one after the other where the record is concerned."""

    daemon_threads = True
    block_on_close = False
    request_queue_size = 16
    serve: Callable[[str, bytes], Any]
    told: Callable[[Visit], None]

    def __init__(self, address: tuple[str, int], handler: type[BaseHTTPRequestHandler]) -> None:
        self.turn = threading.Lock()
        self.over = False
        self._open: dict[Any, float] = {}
        self._known = threading.Lock()
        super().__init__(address, handler)

    def process_request(self, request: Any, client_address: Any) -> None:
        """Serve it in a thread; if there are many, the one that has been here longest makes room."""
        with self._known:
            self._open[request] = time.monotonic()
            if len(self._open) > MOST_AT_ONCE:
                oldest = min(self._open, key=lambda one: self._open[one])
                del self._open[oldest]
                with suppress(OSError):
                    oldest.shutdown(socket.SHUT_RDWR)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        """It has been served."""
        with self._known:
            self._open.pop(request, None)
        super().shutdown_request(request)

    def handle_error(self, _request: Any, _client_address: Any) -> None:
        """A connection that broke, or a record that is being closed: whoever asked finds nobody there any more."""


class _Handler(BaseHTTPRequestHandler):
    timeout = SILENCE_S
    disable_nagle_algorithm = True
    server: _Server

    def do_POST(self) -> None:
        """One request."""
        try:
            body = self._body()
            if not self.server.turn.acquire(timeout=_TURN_S):
                raise Unserved("busy", 503)
            try:
                if self.server.over:
                    raise Unserved("not_served", 503)
                done = self.server.serve(self.headers.get(AUTH_HEADER, ""), body)
            finally:
                self.server.turn.release()
        except Unserved as error:
            self._say(error.status, Problem(error.reason).encode())
            return
        except YiyangError:
            # A full disk, say: it is this laptop's own matter, and the other comes again.
            self._say(503, Problem("busy").encode())
            return
        self._say(200, done.body, done.proof)
        self.server.told(done.visit)

    def _body(self) -> bytes:
        if self.path != PATH:
            raise Unserved("not_served", 404)
        said = self.headers.get("Content-Length", "")
        if not (said.isascii() and said.isdecimal() and len(said) < 10) or int(said) > MAX_REQUEST:
            raise Unserved("too_long", 413)
        # Without even the form of a proof nobody is listened to for long.
        if int(said) > STRANGER_LIMIT and not self.headers.get(AUTH_HEADER):
            raise Unserved("signature_wrong", 401)
        return self.rfile.read(int(said))

    def _say(self, status: int, body: bytes, signed: str = "") -> None:
        self.send_response(status)
        self.send_header("Content-Type", MEDIA_TYPE)
        self.send_header("Content-Length", str(len(body)))
        if signed:
            self.send_header(PROOF_HEADER, signed)
        self.end_headers()
        self.wfile.write(body)

    def version_string(self) -> str:
        """Whoever knocks need not know what runs here."""
        return "yiyang"

    def log_message(self, format: str, *args: object) -> None:
        """The screen belongs to other work."""
