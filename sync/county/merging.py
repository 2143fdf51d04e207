"""Merging beside the requests: what was stored and signed for, and not merged by the request that brought it.

Any worker takes any pair that no other one works on, the longest waiting first. What a crash left behind is found
by the next that starts. A batch that does not merge is tried again, ever more seldom.
"""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from uuid import UUID

from sqlalchemy import Engine, func, select

from sync.county import logs, metrics, store
from sync.county.database import plain_errors
from sync.county.errors import CountyDatabase
from sync.county.tables import StoredBatch, core

REST_S = 1.0
HURRIED_S = 0.5
"""Rest after each batch while requests wait for their turn."""
MOST_REST_S = 3600.0
_BATCH = core(StoredBatch)


@dataclass(slots=True)
class Tries:
    """Batches that did not merge: when to try again (steady seconds), and how long to rest after that."""

    again: dict[bytes, tuple[float, float]] = field(default_factory=dict)

    def due(self, name: bytes, now: float) -> bool:
        """Whether it may be tried."""
        return name not in self.again or self.again[name][0] <= now

    def failed(self, name: bytes, now: float) -> None:
        """It did not merge: rest, and twice as long the next time."""
        _, rest = self.again.get(name, (now, REST_S))
        self.again[name] = (now + rest, min(2 * rest, MOST_REST_S))


@contextmanager
def in_background(engine: Engine) -> Iterator[None]:
    """Merge what waits, now and as long as the block lasts; ends between two batches."""
    stop = threading.Event()
    thread = threading.Thread(target=_keep_merging, args=(engine, stop), name="merging", daemon=True)
    thread.start()
    try:
        with store.merging_beside():
            yield
    finally:
        stop.set()
        thread.join()


def _keep_merging(engine: Engine, stop: threading.Event) -> None:
    tries = Tries()
    while not stop.is_set():
        with logs.noting() as notes:
            try:
                with plain_errors():
                    merge_left(engine, tries, stop)
            except CountyDatabase as error:
                logs.LOG.error("merging waits: %s %s", error.code, error.facts)
            if notes:
                metrics.count_record(notes)
        stop.wait(REST_S)


def merge_left(engine: Engine, tries: Tries, stop: threading.Event) -> int:
    """Merge all that is due, pair by pair; how many batches were merged. Raises ``SQLAlchemyError``."""
    merged = 0
    for pair_id, names in _waiting(engine):
        for name in names:
            if stop.is_set():
                return merged
            if not tries.due(name, time.monotonic()):
                continue
            with store.MERGES:
                if store.merge_one(engine, pair_id, name, int(time.time()), wait=False):
                    tries.again.pop(name, None)
                    merged += 1
                else:
                    tries.failed(name, time.monotonic())
            if store.hurried():
                stop.wait(HURRIED_S)
    return merged


def _waiting(engine: Engine) -> Iterator[tuple[UUID, list[bytes]]]:
    unmerged = _BATCH.c.merged_at.is_(None)
    oldest = select(_BATCH.c.pair_id).where(unmerged).group_by(_BATCH.c.pair_id)
    with engine.connect() as conn, conn.begin():
        pairs = conn.execute(oldest.order_by(func.min(_BATCH.c.received_at))).scalars().all()
    for pair_id in pairs:
        yield pair_id, store.unmerged(engine, pair_id)
