"""Back-pressure: who may not come in hears it at once, before the body, and nothing is lost."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from sync.county import admin
from sync.county.gate import RETRY_S, Room
from sync.county.serving import running
from sync.county.settings import Settings
from sync.protocol import MEDIA_TYPE, ExchangeAnswer, ExchangeRequest, Problem, authorise
from sync.wire.carry import EXCHANGE_PATH
from tests.sync.county.members import AT, Member, enrolled


@pytest.fixture
def county(tmp_path: Path) -> Settings:
    """Where the kind of database makes no difference."""
    return admin.init(tmp_path / "county", "青川县")


class Asked:
    """A request whose head is sent, and of its body as much as is wanted."""

    def __init__(self, laptop: Member, url: str, *, claimed: int | None = None) -> None:
        self.body = ExchangeRequest((), ()).encode()
        proof = authorise(laptop.device_id, laptop.transport_key, "POST", EXCHANGE_PATH, AT, self.body)
        host, port = url.removeprefix("http://").split(":")
        self.line = socket.create_connection((host, int(port)), timeout=60)
        size = len(self.body) if claimed is None else claimed
        head = f"POST {EXCHANGE_PATH} HTTP/1.1\r\nHost: x\r\nContent-Type: {MEDIA_TYPE}\r\nYiyang-Auth: {proof}\r\n"
        self.line.sendall(f"{head}Content-Length: {size}\r\n\r\n".encode())

    def sends(self) -> None:
        """The whole body."""
        self.line.sendall(self.body)

    def hears(self) -> tuple[int, dict[str, str], bytes]:
        """Status, headers and body of the answer."""
        said = self.line.makefile("rb")
        status = int(said.readline().split()[1])
        headers = dict(line.decode().strip().lower().split(": ", 1) for line in iter(said.readline, b"\r\n"))
        return status, headers, said.read(int(headers["content-length"]))


@contextmanager
def _inside(laptop: Member, url: str, count: int) -> Iterator[list[Asked]]:
    """So many requests that are let in and have not sent their body."""
    some = [Asked(laptop, url) for _ in range(count)]
    try:
        yield some
    finally:
        for one in some:
            one.line.close()


def test_one_too_many_hears_it_before_its_body_and_those_inside_are_answered(county: Settings) -> None:
    with running(county, room=Room(open=2)) as url:
        laptop = enrolled(county, url)
        with _inside(laptop, url, 2) as inside:
            refused = Asked(laptop, url, claimed=20_000_000)
            status, headers, said = refused.hears()
            assert (status, headers["retry-after"], headers["connection"]) == (503, str(RETRY_S), "close")
            assert Problem.decode(said).code == "county_busy"
            refused.line.close()
            for one in inside:
                one.sends()
                status, _, said = one.hears()
                assert status == 200
                ExchangeAnswer.decode(said)
        # There is room again.
        assert laptop.exchange([], [laptop.batch([laptop.person()])]).refused == ()


def test_a_short_one_that_was_refused_goes_on_with_its_connection(county: Settings) -> None:
    with running(county, room=Room(open=1)) as url:
        laptop = enrolled(county, url)
        with _inside(laptop, url, 1) as inside:
            again = Asked(laptop, url)
            again.sends()
            assert again.hears()[0] == 503
            inside[0].sends()
            assert inside[0].hears()[0] == 200
        head = b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n"
        again.line.sendall(head)
        assert again.hears()[2] == b"ok"
        again.line.close()


def test_long_bodies_together_are_bounded_and_one_always_comes_in(county: Settings) -> None:
    with running(county, room=Room(octets=1000)) as url:
        laptop = enrolled(county, url)
        large = Asked(laptop, url, claimed=5000)
        small = Asked(laptop, url)
        small.sends()
        assert small.hears()[0] == 503
        large.line.close()
        small.line.close()
        while True:  # until the server has seen that the line is closed
            last = Asked(laptop, url)
            last.sends()
            status, _, _ = last.hears()
            last.line.close()
            if status == 200:
                break


def test_who_only_looks_is_always_answered(county: Settings) -> None:
    with running(county, room=Room(open=1)) as url:
        laptop = enrolled(county, url)
        with _inside(laptop, url, 1):
            for path in ("/healthz", "/readyz"):
                looking = socket.create_connection(("127.0.0.1", int(url.rpartition(":")[2])))
                looking.sendall(f"GET {path} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
                assert looking.recv(15) == b"HTTP/1.1 200 OK"
                looking.close()
