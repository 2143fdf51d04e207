"""The wire between laptops and county, in memory: requests are lost, doubled, late or cut as the story says."""

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Literal
from unittest.mock import patch

import httpx

from sync import exchange
from sync.link import Folder
from tests.simulation.county import County, Refused

Kind = Literal["lost", "unanswered", "twice", "late", "cut", "answer cut"]
KINDS: tuple[Kind, ...] = ("lost", "unanswered", "twice", "late", "cut", "answer cut")


@dataclass(frozen=True, slots=True)
class Fault:
    """What happens to the ``request``-th request from now, counted from 0; ``at`` is where a cut goes, 0 to 1."""

    request: int
    kind: Kind
    at: float = 0.0

    def __str__(self) -> str:
        cut = f" at {self.at:.0%}" if "cut" in self.kind else ""
        return f"request {self.request + 1} {self.kind}{cut}"


@dataclass(frozen=True, slots=True)
class Packet:
    """A request on its way."""

    method: str
    path: str
    headers: tuple[tuple[bytes, bytes], ...]
    body: bytes


class _Cut(httpx.SyncByteStream):
    def __init__(self, part: bytes) -> None:
        self.part = part

    def __iter__(self) -> Iterator[bytes]:
        yield self.part
        raise httpx.ReadError("cut")


class Network(httpx.BaseTransport):
    """Carries requests to the county. ``late`` are those that are still under way."""

    def __init__(self, county: County) -> None:
        self.county = county
        self.late: list[Packet] = []
        self.requests = 0
        self._faults: dict[int, Fault] = {}

    def plan(self, faults: Sequence[Fault]) -> None:
        """What happens to the next requests; what was planned before is off."""
        self._faults = {self.requests + fault.request: fault for fault in faults}

    def client(self, url: str, *_trust: object) -> httpx.Client:
        """A connection to the county, whatever its address."""
        return httpx.Client(base_url=url, transport=self, trust_env=False)

    @contextmanager
    def carrying(self) -> Iterator[None]:
        """Every exchange of the program goes over this wire, and waits in its time."""
        how = {"connect": self.client, "clock": time.time, "steady": time.monotonic, "sleep": time.sleep}
        real = exchange.run

        def run(folder: Folder, *args: Any, **named: Any) -> exchange.Outcome:
            return real(folder, *args, **{**named, **how})

        with patch("sync.exchange.run", run):
            yield

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Bring one request there and its answer back."""
        packet = Packet(request.method, request.url.path, tuple(request.headers.raw), request.read())
        fault = self._faults.pop(self.requests, None)
        self.requests += 1
        if fault is None:
            return _response(self.county.serve(*_sent(packet)))
        match fault.kind:
            case "lost":
                raise httpx.ConnectError("lost")
            case "late":
                self.late.append(packet)
                raise httpx.ReadTimeout("late")
            case "cut":
                part = packet.body[: int(len(packet.body) * fault.at)]
                self.county.serve(packet.method, packet.path, packet.headers, part, cut=True)
                raise httpx.WriteError("cut")
        answer = self.county.serve(*_sent(packet))
        if fault.kind == "unanswered":
            raise httpx.ReadError("unanswered")
        if fault.kind == "twice":
            answer = self.county.serve(*_sent(packet))
        if fault.kind == "answer cut":
            status, headers, body = answer
            return httpx.Response(status, headers=list(headers), stream=_Cut(body[: int(len(body) * fault.at)]))
        return _response(answer)

    def deliver(self, packet: Packet) -> None:
        """A request gets there at last; nobody waits for its answer."""
        try:
            self.county.serve(*_sent(packet))
        except Refused:
            return


def _sent(packet: Packet) -> tuple[str, str, tuple[tuple[bytes, bytes], ...], bytes]:
    return packet.method, packet.path, packet.headers, packet.body


def _response(answer: tuple[int, Sequence[tuple[bytes, bytes]], bytes]) -> httpx.Response:
    status, headers, body = answer
    return httpx.Response(status, headers=list(headers), stream=httpx.ByteStream(body))
