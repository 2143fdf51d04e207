"""Several workers of one county: nothing is lost, counted twice or merged twice, whoever serves whom and dies when."""

import os
import signal
import socket
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from sqlalchemy import select

from db.journal import EntryRef
from db.versions import RowHeads
from sync import batch
from sync.county import admin, store
from sync.county.database import open_engine
from sync.county.gate import BUSY
from sync.county.settings import Settings
from sync.county.tables import RECORD, ROW_VERSION
from sync.protocol import ExchangeRequest, authorise
from sync.receipt import Receipt, digest, verify
from tests.sync.county.members import AT, Member, Said, enrolled
from tests.sync.county.served import Served, served, started

EDITS = 4


@pytest.fixture
def county_on_sqlite(tmp_path: Path) -> Settings:
    """A county where the kind of database makes no difference."""
    return admin.init(tmp_path / "county", "青川县")


def _pushed(laptop: Member, chain: Sequence[bytes]) -> None:
    """Each batch in a request of its own, as a bad link would have it."""
    for data in chain:
        while not _taken(laptop, data):
            pass


def _taken(laptop: Member, data: bytes) -> bool:
    """One batch brought; or the county was busy, which undoes nothing."""
    try:
        assert laptop.exchange([], [data]).refused == ()
    except Said as said:
        if said.problem.code != BUSY:
            raise
        return False
    return True


def _merged(laptop: Member) -> Receipt:
    """The receipt once all is merged; others may still be at it."""
    while True:
        said = verify(laptop.exchange().receipt or "", laptop.county.county_sign_public)
        if said.level == "merged":
            return said


def _chain(laptop: Member, person: object, saw: EntryRef, field: str, base: bytes) -> list[bytes]:
    """Edits of one person, each by a batch on the last; the field of one's own, and one that both laptops write."""
    chain = [base]
    for n in range(EDITS):
        entry = laptop.edit(person, {field: f"{laptop.name}{n}", "name": f"{laptop.name}{n}"}, saw)  # type: ignore[arg-type]
        saw = EntryRef(laptop.epoch, entry.seq)
        chain.append(laptop.batch([entry], [batch.name(chain[-1])]))
    return chain[1:]


@pytest.mark.parametrize("county_url", ["postgresql"], indirect=True)
def test_two_laptops_of_each_pair_push_at_once_and_again_and_nothing_is_lost(county: Settings) -> None:
    with served(county) as server:
        pairs = [_two_laptops(county, server.url, name) for name in ("石桥", "青龙")]
        with ThreadPoolExecutor(8) as pool:
            jobs = [pool.submit(_pushed, one, chain) for pair in pairs for one, chain in pair for _ in range(2)]
            for job in jobs:
                job.result()
        for pair in pairs:
            for laptop, chain in pair:
                own = [data for data in (laptop.first, *chain) if data]
                said = _merged(laptop)
                assert (said.entries, said.batches) == (len(own), len(own))
                assert said.digest == digest(map(batch.name, own))
                assert said.heads == (batch.name(chain[-1]),)
    engine = open_engine(county.database_url)
    with engine.connect() as conn:
        people = conn.execute(select(RECORD["person"])).all()
        versions = conn.execute(select(ROW_VERSION)).all()
    engine.dispose()
    last = f"{EDITS - 1}"
    assert {(row.phone, row.village) for row in people} == {("一号机" + last, "二号机" + last)}
    for row in versions:
        heads = RowHeads.decode(bytes(row.heads))
        assert heads.contested == ("name",)
        assert {head.value for head in heads.fields["name"]} == {"一号机" + last, "二号机" + last}
    assert (len(people), len(versions)) == (2, 2)


class _Laptop(Member):
    """A laptop and the batch that it began with."""

    first: bytes = b""


def _two_laptops(county: Settings, url: str, pair: str) -> list[tuple[_Laptop, list[bytes]]]:
    one, two = _Laptop(url, "一号机"), _Laptop(url, "二号机")
    one.enrol(admin.new_code(county, pair), one.pair_id)
    two.enrol(admin.new_code(county, pair), None)
    person = one.person()
    one.first = one.batch([person])
    one.exchange([], [one.first])
    saw = EntryRef(one.epoch, person.seq)
    return [
        (one, _chain(one, person, saw, "phone", one.first)),
        (two, _chain(two, person, saw, "village", one.first)),
    ]


def test_a_worker_that_dies_is_started_anew_and_what_was_signed_for_is_merged(county_on_sqlite: Settings) -> None:
    county = county_on_sqlite
    engine = open_engine(county.database_url)
    with served(county) as server:
        laptop = enrolled(county, server.url)
        data = laptop.batch([laptop.person()])
        # Signed for and then killed: what a crash between storing and merging leaves behind.
        assert store.store(engine, batch.unseal(data), AT) is None
        for worker in server.workers():
            os.kill(worker, signal.SIGKILL)
        server.until(started, 2)
        assert len({*server.workers()}) == 4
        while admin.status(county)[0].unmerged:
            assert server.process.poll() is None
        assert _merged(laptop).batches == 1
    engine.dispose()


def _half_asked(server: Served, laptop: Member) -> tuple[socket.socket, bytes]:
    """A request whose body is half sent, and its other half."""
    body = ExchangeRequest((), ()).encode()
    proof = authorise(laptop.device_id, laptop.transport_key, "POST", "/v1/exchange", AT, body)
    host, port = server.url.removeprefix("http://").split(":")
    asking = socket.create_connection((host, int(port)))
    head = f"POST /v1/exchange HTTP/1.1\r\nHost: x\r\nYiyang-Auth: {proof}\r\nContent-Length: {len(body)}\r\n\r\n"
    asking.sendall(head.encode() + body[:1])
    return asking, body[1:]


@pytest.mark.parametrize("ending", [signal.SIGTERM, signal.SIGINT])
def test_told_to_end_it_finishes_what_it_answers(county_on_sqlite: Settings, ending: int) -> None:
    with served(county_on_sqlite, workers=1) as server:
        laptop = enrolled(county_on_sqlite, server.url)
        asking, rest = _half_asked(server, laptop)
        with asking:
            # The one worker has it once it has answered something that came after it.
            assert server.get("/healthz").text == "ok"
            server.process.send_signal(ending)
            server.until(lambda line: line["message"] == "Shutting down")
            asking.sendall(rest)
            assert asking.recv(12) == b"HTTP/1.1 200"
        assert server.process.wait() == 0


def test_before_it_ends_it_says_that_it_is_not_ready(county_on_sqlite: Settings) -> None:
    with served(county_on_sqlite, "--drain", "60", workers=1) as server:
        assert server.get("/readyz").text == "ok"
        laptop = enrolled(county_on_sqlite, server.url)
        server.process.send_signal(signal.SIGTERM)
        while server.get("/readyz").status_code == 200:
            assert server.process.poll() is None
        assert (server.get("/readyz").text, server.get("/healthz").text) == ("draining", "ok")
        assert laptop.exchange().heads == ()
        server.process.send_signal(signal.SIGTERM)
        assert server.process.wait() == 0
