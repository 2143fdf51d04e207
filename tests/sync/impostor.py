"""Servers that are not the county, or stand between it and a laptop: real sockets, any answer."""

import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import httpx

from sync.protocol import MEDIA_TYPE, ExchangeAnswer


@dataclass(frozen=True)
class Reply:
    """What is answered, with ``headers`` of its own. A body of parts tells no length and goes on until they end."""

    body: bytes | Iterable[bytes]
    kind: str = MEDIA_TYPE
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)


Answer = Callable[[str, Mapping[str, str], bytes], Reply]
"""From path, headers and body of a request."""


@contextmanager
def answering(answer: Answer) -> Iterator[str]:
    """Somebody at an address of his own."""

    class Handler(BaseHTTPRequestHandler):
        disable_nagle_algorithm = True

        def do_POST(self) -> None:
            asked = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            reply = answer(self.path, dict(self.headers), asked)
            # Whoever asked may have hung up.
            with suppress(OSError):
                self.send_response(reply.status)
                self.send_header("Content-Type", reply.kind)
                self.send_header("Connection", "close")
                for name, value in reply.headers.items():
                    self.send_header(name, value)
                self.end_headers()
                for part in [reply.body] if isinstance(reply.body, bytes) else reply.body:
                    self.wfile.write(part)

        def log_message(self, format: str, *args: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def saying(body: bytes | Iterable[bytes], kind: str = MEDIA_TYPE, status: int = 200) -> Answer:
    """The same to everything."""
    return lambda _path, _headers, _body: Reply(body, kind, status)


def between(url: str, alter: Callable[[ExchangeAnswer], ExchangeAnswer]) -> Answer:
    """Ask the county at ``url`` and alter what it answers to an exchange."""

    def answer(path: str, headers: Mapping[str, str], body: bytes) -> Reply:
        reply = forward(url, path, headers, body)
        if path != "/v1/exchange" or reply.status != 200:
            return reply
        assert isinstance(reply.body, bytes)
        return replace(reply, body=alter(ExchangeAnswer.decode(reply.body)).encode(), headers={})

    return answer


def forward(url: str, path: str, headers: Mapping[str, str], body: bytes) -> Reply:
    """What the county at ``url`` answers."""
    kept = {name: headers[name] for name in ("Yiyang-Auth", "Yiyang-Body", "Content-Type") if headers.get(name)}
    with httpx.Client(trust_env=False, timeout=60) as http:
        said = http.post(url + path, content=body, headers=kept)
    named = {name: said.headers[name] for name in ("Yiyang-Body", "Retry-After") if name in said.headers}
    return Reply(said.content, said.headers["content-type"], said.status_code, named)
