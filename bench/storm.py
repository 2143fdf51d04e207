"""A storm: a thousand laptops that were away for days come back to one county within five seconds.

Each brings the entries of 800 rounds as one signed batch, asks as a laptop asks (what is there, then what it brings),
and comes again after a while when the county is busy. The county runs as its command starts it, two workers on a
PostgreSQL server of its own; the laptops are clients of this process, so that all share this machine.
"""

import asyncio
import json
import os
import socket
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from statistics import quantiles
from typing import NamedTuple
from uuid import UUID

import httpx
import pyrage
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import Engine, func, insert, select

from bench.figure import Figure
from bench.merge import database
from bench.reissue import reissued
from bench.workload import epoch_of, mild
from sync import batch, parcel
from sync.county import admin, keys
from sync.county.database import open_engine, reading, writing
from sync.county.settings import Settings
from sync.county.tables import RECORD, CountyPair, Device, StoredBatch, core
from sync.protocol import (
    AUTH_HEADER,
    MEDIA_TYPE,
    ExchangeAnswer,
    ExchangeRequest,
    Problem,
    authorise,
)
from sync.receipt import verify
from sync.wire.carry import EXCHANGE_PATH

LAPTOPS = int(os.environ.get("YIYANG_STORM_LAPTOPS", "1000"))
ROUNDS = 800
HOUSES = 20
WORKERS = 2
MUST_S = 2.0
WITHIN_S = 5.0
_AT = 1_800_000_000
_PATIENCE_S = 300.0
_MOST_PAUSE_S = 20.0


@dataclass(slots=True)
class Laptop:
    """One laptop: who it is, what it brings, and what it was told."""

    pair: UUID
    id: UUID
    key: bytes
    age: str
    name: bytes = b""
    parcel: bytes = b""
    entries: int = 0
    receipt: str = ""
    times: list[float] = field(default_factory=list)
    refusals: list[float] = field(default_factory=list)


def figures(laptops: int = LAPTOPS) -> list[Figure]:
    """How long requests take in the storm, and whether all of it arrives."""
    with database("yiyang_bench_storm") as url, tempfile.TemporaryDirectory() as place:
        county = admin.init(Path(place) / "county", "青川县", url)
        engine = open_engine(url)
        here = _prepared(engine, county, laptops)
        with serving(county) as port:
            began = time.monotonic()
            asyncio.run(_all(port, here))
            drained = time.monotonic() - began
            _until_merged(engine)
            merged = time.monotonic() - began
        found = [*_judged(engine, county, here, drained, merged), *_as_the_county_saw_it(county)]
        engine.dispose()
    return found


def _judged(engine: Engine, county: Settings, here: list[Laptop], drained: float, merged: float) -> list[Figure]:
    public = keys.load(county.folder).sign_public
    receipts = [verify(one.receipt, public) for one in here]
    whole = sum(
        (said.device, said.entries, said.batches, said.heads) == (one.id, one.entries, 1, (one.name,))
        for said, one in zip(receipts, here, strict=True)
    )
    with reading(engine) as conn:
        rows = sum(
            conn.execute(select(func.count()).select_from(RECORD[name])).scalar_one() for name in ("round", "vitals")
        )
    times = [each for one in here for each in one.times]
    refused = [each for one in here for each in one.refusals]
    middle, last = _p50_p99(times)
    brought = sum(one.entries for one in here)
    beside = f"{len(here):,} laptops × {ROUNDS} rounds, {WORKERS} workers, {len(times):,} requests"
    return [
        Figure("storm: half of the requests within", middle, "s", beside),
        Figure("storm: 99 of 100 requests within", last, "s", beside, f"≤ {MUST_S:g} s", last <= MUST_S),
        Figure("storm: told to come again", len(refused), "", f"99 of 100 within {_p50_p99(refused)[1]:.2f} s"),
        Figure("storm: all laptops have their receipt after", drained, "s", f"{brought:,} entries"),
        Figure("storm: all is merged after", merged, "s", f"{brought:,} entries"),
        Figure("storm: receipts complete", whole, "", "", f"{len(here)}", whole == len(here)),
        Figure("storm: rows merged", rows, "", "", f"{brought}", rows == brought),
    ]


def _as_the_county_saw_it(county: Settings) -> list[Figure]:
    lines = (json.loads(line) for line in _log(county).read_text("utf-8").splitlines() if line.startswith("{"))
    answered = [line for line in lines if line.get("path") == EXCHANGE_PATH]
    served = [line["ms"] / 1000 for line in answered if line["status"] == 200]
    busy = [line["ms"] / 1000 for line in answered if line["status"] == 503]
    beside = f"by the county's own log; {len(busy):,} told that it is busy, 99 of 100 within {_p50_p99(busy)[1]:.3f} s"
    return [Figure("storm: 99 of 100 requests answered within", _p50_p99(served)[1], "s", beside)]


def _log(county: Settings) -> Path:
    return county.folder / "serve.log"


def _p50_p99(times: list[float]) -> tuple[float, float]:
    if len(times) < 2:
        return (times or [0.0])[0], (times or [0.0])[0]
    parts = quantiles(times, n=100)
    return parts[49], parts[98]


# --- what they bring --------------------------------------------------------------------------


def _prepared(engine: Engine, county: Settings, laptops: int) -> list[Laptop]:
    """Enrolled laptops, two a pair, each with its batch sealed."""
    recipient = keys.load(county.folder).recipient
    houses = [_house(seed) for seed in range(HOUSES)]
    made = [_laptop(number, houses[number % HOUSES], recipient) for number in range(laptops)]
    with writing(engine) as conn:
        pairs = sorted({one.pair for one in made})
        conn.execute(
            insert(core(CountyPair)),
            [
                {"pair_id": pair, "name": f"两院{pair.hex[-8:]}", "directory_version": 1, "enrolled_at": _AT}
                for pair in pairs
            ],
        )
        conn.execute(insert(core(Device)), [_enrolled(one) for one in made])
    return made


def _enrolled(one: Laptop) -> dict[str, object]:
    public = Ed25519PrivateKey.from_private_bytes(one.key).public_key().public_bytes_raw()
    return {
        "pair_id": one.pair,
        "device_id": one.id,
        "sign_public": public,
        "transport_public": public,
        "age_recipient": one.age,
        "name": "护理站",
        "certified_at": _AT,
    }


def _laptop(number: int, house: bytes, county: str) -> Laptop:
    key = Random(number).randbytes(32)
    pair, device = UUID(int=(0xC0DE << 112) + number // 2), UUID(int=(0xDE << 112) + number)
    one = Laptop(pair, device, key, str(pyrage.x25519.Identity.generate().to_public()))
    data = reissued(house, key, pair=pair, device=device, epoch=epoch_of(number))
    one.name, one.parcel = batch.name(data), parcel.seal_parcel(data, [county, one.age])
    one.entries = batch.peek_header(data).last
    return one


def _house(seed: int) -> bytes:
    """One batch of a house's rounds. Packing it is most of the work, and of no interest here."""
    entries = mild(ROUNDS, seed=seed)
    header = batch.Header(
        pair=UUID(int=1),
        device=UUID(int=1),
        epoch=epoch_of(seed),
        first=entries[0].seq,
        last=entries[-1].seq,
        lamport_first=entries[0].lamport,
        lamport_last=entries[-1].lamport,
        schema=1,
        codec=batch.CODEC,
        counts=Counter(entry.table for entry in entries),
        parents=(),
    )
    return batch.seal(header, entries, bytes(32))


# --- the laptops ------------------------------------------------------------------------------


async def _all(port: int, here: list[Laptop]) -> None:
    async with asyncio.TaskGroup() as together:
        for one in here:
            together.create_task(_exchange(port, one))


async def _exchange(port: int, one: Laptop) -> None:
    """As a laptop does it: ask what is there, take it, bring what is lacking."""
    await asyncio.sleep(Random(one.key).uniform(0, WITHIN_S))
    line = Line(*await asyncio.open_connection("127.0.0.1", port, limit=1 << 20))
    waiting: list[bytes] = []
    brings: tuple[bytes, ...] = ()
    while True:
        request = ExchangeRequest((one.name,), brings, waiting=tuple(waiting), directory_version=1)
        answer = await _ask(line, one, request.encode())
        waiting += [name for name, _ in answer.batches]
        if answer.receipt and brings:
            one.receipt = answer.receipt
        if not answer.more:
            if brings:
                break
            brings = (one.parcel,)
    line.writer.close()


async def _ask(line: "Line", one: Laptop, body: bytes) -> ExchangeAnswer:
    pause = 1.0
    while True:
        proof = authorise(one.id, one.key, "POST", EXCHANGE_PATH, int(time.time()), body)
        began = time.perf_counter()
        status, headers, said = await line.post(EXCHANGE_PATH, proof, body)
        took = time.perf_counter() - began
        if status == 200:
            one.times.append(took)
            return ExchangeAnswer.decode(said)
        if status != 503:
            raise ValueError(Problem.decode(said).code)
        one.refusals.append(took)
        await asyncio.sleep(float(headers["retry-after"]) + Random().uniform(0, pause))
        pause = min(2 * pause, _MOST_PAUSE_S)


class Line(NamedTuple):
    """A kept connection. A thousand whole HTTP clients in one process would measure themselves."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter

    async def post(self, path: str, proof: str, body: bytes) -> tuple[int, Mapping[str, str], bytes]:
        """One request: status, headers, body."""
        head = f"POST {path} HTTP/1.1\r\nHost: county\r\nContent-Type: {MEDIA_TYPE}\r\n{AUTH_HEADER}: {proof}\r\n"
        self.writer.write(f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body)
        first, *others = (await self.reader.readuntil(b"\r\n\r\n")).decode().strip().split("\r\n")
        headers = dict(line.lower().split(": ", 1) for line in others)
        return int(first.split()[1]), headers, await self.reader.readexactly(int(headers["content-length"]))


# --- the county -------------------------------------------------------------------------------


@contextmanager
def serving(county: Settings, workers: int = WORKERS) -> Iterator[int]:
    """The county served by its command; yields the port."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    words = ("county", "serve", "--folder", str(county.folder), "--port", str(port), "--plain", "--json-logs")
    log = _log(county)
    with log.open("wb") as said:
        server = subprocess.Popen(
            [sys.executable, "-m", "yiyang_tui", *words, "--workers", str(workers)], stdout=said, stderr=said
        )
    try:
        if not _ready(f"http://127.0.0.1:{port}", server):
            raise ValueError(log.read_text("utf-8"))
        yield port
    finally:
        server.terminate()
        server.wait()
        if wrong := [line for line in log.read_text("utf-8").splitlines() if '"ERROR"' in line]:
            print(json.dumps(wrong[:5], ensure_ascii=False), file=sys.stderr)


def _ready(address: str, server: subprocess.Popen[bytes]) -> bool:
    until = time.monotonic() + 60
    while time.monotonic() < until and server.poll() is None:
        try:
            if httpx.get(f"{address}/readyz", trust_env=False, timeout=10).status_code == 200:
                return True
        except httpx.HTTPError:
            time.sleep(0.1)
    return False


def _until_merged(engine: Engine) -> None:
    stored = core(StoredBatch)
    until = time.monotonic() + _PATIENCE_S
    while time.monotonic() < until:
        with reading(engine) as conn:
            if not conn.execute(select(func.count()).where(stored.c.merged_at.is_(None))).scalar_one():
                return
        time.sleep(0.2)
    raise TimeoutError("what was stored is not merged")
