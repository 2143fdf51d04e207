"""Figures for Prometheus, on an address of their own that laptops never see.

Each worker counts in files of one folder, so that the figures are the county's and outlive a worker. What stands in
the database is asked of it when somebody looks. No label names a person, a device or a pair.
"""

import os
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from sqlalchemy import ColumnElement, Connection, Engine, func, or_, select

from sync.county.database import plain_errors, reading
from sync.county.errors import CountyDatabase
from sync.county.logs import Notes
from sync.county.tables import ROW_VERSION, SET_ASIDE, Device, StoredBatch, core

if TYPE_CHECKING:
    from prometheus_client import Counter, Histogram
    from prometheus_client.core import GaugeMetricFamily

FOLDER = "PROMETHEUS_MULTIPROC_DIR"
LAGS_S = 7 * 86400
SKEWED_S = 300

_SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2, 5, 10, 30, 60)
_COUNTED = ("batches_stored", "entries_stored", "batches_merged", "entries_merged")
_DEVICE, _BATCH = core(Device), core(StoredBatch)


@dataclass(frozen=True, slots=True)
class Figures:
    """What a worker counts."""

    requests: "Counter"
    seconds: "Histogram"
    octets: "Counter"
    refused: "Counter"
    record: "Counter"


@cache
def figures() -> Figures:
    """This process's figures, made when something is counted for the first time."""
    # The library looks for its folder when it is loaded: after whoever starts the workers has named one.
    from prometheus_client import Counter, Histogram

    return Figures(
        requests=Counter("yiyang_requests_total", "Requests answered.", ("path", "status")),
        seconds=Histogram("yiyang_request_seconds", "From head to last byte.", ("path",), buckets=_SECONDS),
        octets=Counter("yiyang_bytes_total", "Bytes of bodies.", ("direction",)),
        refused=Counter("yiyang_refused_total", "Requests refused, by code.", ("code",)),
        record=Counter("yiyang_record_total", "Batches and entries stored and merged.", ("what",)),
    )


def count(path: str, status: int, seconds: float, octets_in: int, octets_out: int, notes: Notes) -> None:
    """Count one answered request and what was noted of it."""
    here = figures()
    here.requests.labels(path, str(status)).inc()
    here.seconds.labels(path).observe(seconds)
    here.octets.labels("in").inc(octets_in)
    here.octets.labels("out").inc(octets_out)
    if "code" in notes:
        here.refused.labels(str(notes["code"])).inc()
    count_record(notes)


def count_record(notes: Notes) -> None:
    """Count what was stored and merged."""
    for name in _COUNTED:
        if name in notes:
            figures().record.labels(name).inc(int(notes[name]))


@contextmanager
def folder() -> Iterator[None]:
    """Where workers that are started inside count together."""
    with TemporaryDirectory(prefix="yiyang-figures-") as place:
        os.environ[FOLDER] = place
        try:
            yield
        finally:
            del os.environ[FOLDER]


@contextmanager
def published(engine: Engine, host: str, port: int) -> Iterator[int]:
    """Answer ``/metrics`` on an address of its own; yields its port. ``OSError`` if it is taken."""
    from prometheus_client import REGISTRY, CollectorRegistry, start_http_server
    from prometheus_client.multiprocess import MultiProcessCollector

    registry = CollectorRegistry()
    if FOLDER in os.environ:
        MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
    else:
        registry.register(REGISTRY)
    registry.register(_Held(engine))
    server, thread = start_http_server(port, host, registry)
    try:
        yield server.server_port
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class _Held:
    """What the database says, asked at each look."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def collect(self) -> "Iterable[GaugeMetricFamily]":
        """Gauges of the moment; only that the database is away, when it is."""
        from prometheus_client.core import GaugeMetricFamily

        found: dict[str, int] = {}
        try:
            with plain_errors(), reading(self._engine) as conn:
                found = held(conn, int(time.time()))
        except CountyDatabase:
            pass
        yield GaugeMetricFamily("yiyang_database_up", "Whether the database answers.", value=bool(found))
        for name, value in found.items():
            yield GaugeMetricFamily(f"yiyang_{name}", _MEANING[name], value=value)


_MEANING = {
    "unmerged_batches": "Batches stored and not merged yet.",
    "unmerged_seconds": "How long the oldest of them has waited.",
    "set_aside_entries": "Entries that could not be applied and wait for a newer program.",
    "contested_rows": "Rows with values that somebody has to settle.",
    "devices": "Laptops that are certified and not revoked.",
    "devices_lagging": f"Of these, not seen for {LAGS_S // 86400} days.",
    "devices_skewed": f"Of these, whose clock was more than {SKEWED_S} s off when last seen.",
}


def held(conn: Connection, now: int) -> dict[str, int]:
    """Figures of the whole county, by name."""
    present = _DEVICE.c.revoked_at.is_(None)
    late = or_(_DEVICE.c.last_seen_at.is_(None), _DEVICE.c.last_seen_at < now - LAGS_S)
    unmerged = _BATCH.c.merged_at.is_(None)
    oldest = conn.execute(select(func.min(_BATCH.c.received_at)).where(unmerged)).scalar_one()

    def rows(*where: ColumnElement[bool]) -> int:
        return int(conn.execute(select(func.count()).where(*where)).scalar_one())

    return {
        "unmerged_batches": rows(unmerged),
        "unmerged_seconds": 0 if oldest is None else max(0, now - int(oldest)),
        "set_aside_entries": int(conn.execute(select(func.count()).select_from(SET_ASIDE)).scalar_one()),
        "contested_rows": rows(ROW_VERSION.c.contested > 0),
        "devices": rows(present),
        "devices_lagging": rows(present, late),
        "devices_skewed": rows(present, func.abs(_DEVICE.c.clock_skew_s) > SKEWED_S),
    }
