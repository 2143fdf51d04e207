"""Filling a new record from batches, each after all that it stands on."""

from collections.abc import Mapping
from pathlib import Path

from sqlalchemy import func, insert, select, update

from db.anew import make_anew
from db.cipher import open_engine
from db.clock import Clock
from db.local import CLOCK, METADATA
from db.store import Store
from db.tables import BY_NAME
from sync import batch, graph
from sync.errors import BatchForged, BatchTooNew
from sync.inbox import AT_ONCE, groups
from sync.merging.found import index_again
from sync.merging.merge import apply, here_of, laptop_tables
from sync.merging.uncollected import uncollected
from sync.rescue.found import Found
from sync.seal import held, keep


def begin(target: Path, key: bytes, found: Found, clock: Clock) -> Store:
    """A new record at ``target`` with this laptop's identity and what is carried over, open."""
    assert found.device is not None
    make_anew(target, key, found.device, clock.now(), newest_at=found.newest_at, offset_s=found.offset_s)
    clock.offset_s = found.offset_s
    clock.check(found.newest_at)
    store = Store(target, open_engine(target, key), found.device, clock, key)
    with store.writing() as conn:
        for name, rows in found.kept.items():
            table = METADATA.tables[name]
            if rows:
                conn.execute(insert(table).prefix_with("OR IGNORE"), rows)
    return store


def apply_standing(store: Store, batches: Mapping[bytes, batch.Batch]) -> set[bytes]:
    """Merge and keep every batch whose parents are here, and their parents; the names of those that were merged.

    One that only a newer program reads is left out, and what stands on it.
    """
    with store.reading() as conn:
        known = set(held(conn))
    done: set[bytes] = set()
    order = graph.causal_order({name: one.header.parents for name, one in batches.items()}, batches)
    for some in groups([batches[name] for name in order], AT_ONCE):
        with store.writing() as conn, uncollected():
            people = set()
            for one in some:
                if one.name in known or any(parent not in known for parent in one.header.parents):
                    continue
                try:
                    entries = one.entries()
                except (BatchForged, BatchTooNew):
                    continue
                apply(conn, here_of(laptop_tables(), one.header.device), entries, one.header.epoch, one.name)
                keep(conn, one.name, one.header, one.data)
                highest = func.max(CLOCK.c.lamport, one.header.lamport_last)
                conn.execute(update(CLOCK).values(lamport=highest))
                people |= {entry.row for entry in entries if entry.table == "person"}
                known.add(one.name)
                done.add(one.name)
            index_again(conn, people)
    return done


def counted(store: Store) -> dict[str, int]:
    """How many rows each synced table has now."""
    with store.reading() as conn:
        return {
            name: conn.execute(select(func.count()).select_from(METADATA.tables[name])).scalar_one() for name in BY_NAME
        }
