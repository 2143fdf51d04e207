"""One question to the county over HTTP: what comes back is bounded in bytes and in time before it is believed.

Between a laptop and its county stand hotel log-in pages, proxies and broken routers. Whatever does not speak our
protocol is not the county.
"""

import ssl
import time
from collections.abc import Callable, Mapping
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

Steady = Callable[[], float]


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
    try:
        return httpx.Client(base_url=url, timeout=timeout, follow_redirects=False, trust_env=False, verify=trusted)
    except httpx.InvalidURL as error:
        raise CountyUnreachable(url=url) from error


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
    """The county's answer, at most ``limit`` bytes.

    Raises ``CountyUnreachable`` when nobody answers, somebody else, or slower than any link; ``CountyRefused`` for
    a problem; ``CountyLies`` for too much.
    """
    import httpx

    url = str(http.base_url).rstrip("/")
    parts: list[bytes] = []
    size = 0
    began = steady()
    try:
        with http.stream(method, path, content=body, headers={"Content-Type": MEDIA_TYPE, **headers}) as response:
            # The log-in page of a hotel's network answers 200 with a page of its own.
            if response.headers.get("Content-Type", "") != MEDIA_TYPE:
                raise CountyUnreachable(url=url)
            for part in response.iter_raw():
                size += len(part)
                if size > limit:
                    raise CountyLies(reason="too_long")
                if size < (steady() - began - PATIENCE_S) * LEAST_PACE:
                    raise CountyUnreachable(url=url)
                parts.append(part)
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise CountyUnreachable(url=url) from error
    answer = b"".join(parts)
    if response.status_code != 200:
        raise CountyRefused(reason=Problem.decode(answer).code)
    return answer
