"""One question to the county over HTTP: what comes back is bounded in bytes and in time before it is believed.

Between a laptop and its county stand hotel log-in pages, proxies and broken routers. Whatever does not speak our
protocol is not the county.
"""

import socket
import ssl
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING

from sync import trust
from sync.errors import CountyLies, CountyRefused, CountyUnreachable
from sync.protocol import MEDIA_TYPE, Problem

if TYPE_CHECKING:
    import httpx

TIMEOUT_S, CONNECT_S = 30.0, 10.0
PATIENCE_S = 120
LEAST_PACE = 100
"""Bytes a second, once patience is over. Slow links give 2,500; a drip would hold up every later sync."""
SEND_BUFFER = 8 << 10
"""Bytes that the system may hold back for the network: what is told as sent has gone, but for so many."""
MAX_PROBLEM = 1 << 14
MOST_WAIT_S = 60

Steady = Callable[[], float]


class Cut(CountyUnreachable):
    """The connection broke, or fell silent, on its way: going on from there may help."""


class ComeBack(CountyRefused):
    """The county has no room just now, and asks to come again in ``wait_s`` seconds."""

    def __init__(self, reason: str, wait_s: int) -> None:
        super().__init__(reason=reason)
        self.wait_s = wait_s


def client(url: str, authority: str = "") -> "httpx.Client":
    """A connection to the county at ``url``, behind HTTPS only to servers that its ``authority`` (PEM) certifies.

    Raises ``CountyUnreachable`` if that is no address.
    """
    return _client(url, trust.only(authority))


def stranger(url: str) -> "httpx.Client":
    """A connection to whoever answers at ``url``: to ask who that is, and to tell nothing."""
    return _client(url, trust.anybody())


def _client(url: str, trusted: ssl.SSLContext) -> "httpx.Client":
    # A start of the program asks nobody anything: the library is loaded when somebody does.
    import httpx

    timeout = httpx.Timeout(TIMEOUT_S, connect=CONNECT_S)
    buffer = [(socket.SOL_SOCKET, socket.SO_SNDBUF, SEND_BUFFER)]
    transport = httpx.HTTPTransport(verify=trusted, trust_env=False, socket_options=buffer)
    try:
        http = httpx.Client(base_url=url, timeout=timeout, follow_redirects=False, trust_env=False, transport=transport)
    except httpx.InvalidURL as error:
        raise CountyUnreachable(url=url) from error
    # What a browser would tell of itself is a hundred bytes of every request, and nobody here reads it.
    http.headers.clear()
    return http


def ask(
    http: "httpx.Client",
    path: str,
    body: bytes,
    headers: Mapping[str, str],
    *,
    limit: int,
    method: str = "POST",
    steady: Steady = time.monotonic,
) -> bytes:
    """The county's answer, at most ``limit`` bytes. Raises as ``asked``, and ``CountyLies`` for too much."""
    with asked(http, path, body, headers, method=method) as response:
        return whole(response, limit, steady)


@contextmanager
def asked(
    http: "httpx.Client", path: str, body: bytes | Iterable[bytes], headers: Mapping[str, str], *, method: str = "POST"
) -> "Iterator[httpx.Response]":
    """The county's answer as it begins to come; it is read inside the block.

    Raises ``CountyUnreachable`` when nobody answers, or somebody else; ``Cut`` when it breaks off; ``CountyRefused``
    for a problem, ``ComeBack`` for one that passes.
    """
    import httpx

    url = _address(http)
    try:
        with http.stream(method, path, content=body, headers={"Content-Type": MEDIA_TYPE, **headers}) as response:
            # The log-in page of a hotel's network answers 200 with a page of its own.
            if response.headers.get("Content-Type", "") != MEDIA_TYPE:
                raise CountyUnreachable(url=url)
            if response.status_code != 200:
                raise _refusal(response)
            yield response
    except (httpx.ConnectError, httpx.UnsupportedProtocol, httpx.InvalidURL) as error:
        raise CountyUnreachable(url=url) from error
    except httpx.HTTPError as error:
        raise Cut(url=url) from error


def whole(response: "httpx.Response", limit: int, steady: Steady = time.monotonic) -> bytes:
    """All of an answer of at most ``limit`` bytes."""
    parts: list[bytes] = []
    size = 0
    for part in paced(response, steady):
        size += len(part)
        if size > limit:
            raise CountyLies(reason="too_long")
        parts.append(part)
    return b"".join(parts)


def paced(response: "httpx.Response", steady: Steady) -> Iterator[bytes]:
    """The parts of an answer as they come. Raises ``CountyUnreachable`` when they come slower than on any link."""
    size = 0
    began = steady()
    for part in response.iter_raw():
        size += len(part)
        if size < (steady() - began - PATIENCE_S) * LEAST_PACE:
            raise CountyUnreachable(url=f"{response.url.scheme}://{response.url.netloc.decode('ascii')}")
        yield part


def _address(http: "httpx.Client") -> str:
    return str(http.base_url).rstrip("/")


def _refusal(response: "httpx.Response") -> CountyRefused:
    reason = Problem.decode(whole(response, MAX_PROBLEM)).code
    wait = response.headers.get("Retry-After", "")
    if response.status_code == 503 and wait.isascii() and wait.isdecimal() and len(wait) < 10:
        return ComeBack(reason, min(int(wait), MOST_WAIT_S))
    return CountyRefused(reason=reason)
