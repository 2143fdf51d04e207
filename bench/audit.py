"""What the audit trail costs: the entry that each act leaves, the events of a day on the wire, and proving all of it.

*Entry* is what an insert through an act takes beyond the bare ``INSERT`` of the same row, both inside one open
transaction. *Proving* is all of ``yiyang audit verify`` without a network, beside unpacking the same batches once.
"""

import tempfile
import time
from itertools import pairwise
from pathlib import Path
from statistics import median
from uuid import UUID

from sqlalchemy import func, select

from bench.figure import Figure
from care.audit import note
from db.cipher import driver_of
from db.identity import new_epoch, row_id
from db.journal import Value
from db.keys import FLOOR
from db.local import BATCH
from db.rows import shape_of, stored
from db.store import Store
from db.tables import Person, Round, Staff, Vitals
from db.vault import create_vault
from sync import batch
from sync.proof.chain import tables, verify
from sync.seal import RUN, seal

ENTRIES = 100_000
ROWS = 2_000
TURNS = 7
ROUNDS_A_DAY = 300
# Somebody at a shared laptop: it locks when nobody is there, and people take turns.
EVENTS_A_DAY = {"signed_in": 3, "locked": 40, "unlocked": 28, "switched": 12}
MOST_US, MOST_S = 15.0, 1.0


def figures() -> list[Figure]:
    """All of it, each on a record of its own."""
    return [_entry(), _day(), *_proving()]


def _founded(place: str) -> tuple[Store, UUID, list[UUID]]:
    store = create_vault(Path(place) / "record.db", "0001", "a passphrase for benchmarks", cost=FLOOR)
    with store.act(None) as act:
        nurse = act.insert(Staff, number="0001", name="王芳", role="nurse")
        people = [act.insert(Person, name=f"老人{number}", sex="1") for number in range(96)]
    return store, nurse, people


def _round(nurse: UUID, people: list[UUID], turn: int, at: int) -> dict[str, Value]:
    return {
        "person_id": people[turn * 37 % len(people)],
        "staff_id": nurse,
        "at": at + turn * 60,
        "kind": "night",
        "unremarkable": turn % 5 != 0,
        "note": "睡得安稳" if turn % 50 == 0 else "",
    }


def _entry() -> Figure:
    with tempfile.TemporaryDirectory() as place:
        store, nurse, people = _founded(place)
        shape, epoch = shape_of(Round), new_epoch(store.now())
        ours, bare = [], []
        for turn in range(TURNS):
            with store.act(nurse) as act:
                raw = driver_of(act.conn)
                values = [_round(nurse, people, each, act.now) for each in range(ROWS)]
                began = time.perf_counter()
                for each in values:
                    act.insert(Round, **each)
                ours.append((time.perf_counter() - began) / ROWS)
                began = time.perf_counter()
                for number, each in enumerate(values, turn * ROWS + 1):
                    whole = shape.complete(each)
                    row = row_id(epoch, number)
                    raw.execute(shape.insert_sql, (row.bytes, *(stored(whole[name]) for name in shape.columns)))
                bare.append((time.perf_counter() - began) / ROWS)
        store.close()
    cost = (median(ours) - median(bare)) * 1e6
    beside = f"with it {median(ours) * 1e6:.1f} µs, the bare row {median(bare) * 1e6:.1f} µs"
    return Figure("the entry of one row", cost, "µs", beside, f"≤ {MOST_US:g} µs", cost <= MOST_US)


def _day() -> Figure:
    sizes = []
    for with_events in (False, True):
        with tempfile.TemporaryDirectory() as place:
            store, nurse, people = _founded(place)
            seal(store)
            before = _bytes(store)
            kinds = [kind for kind, often in EVENTS_A_DAY.items() for _ in range(often)]
            every = ROUNDS_A_DAY // len(kinds)
            for turn in range(ROUNDS_A_DAY):
                with store.act(nurse) as act:
                    act.insert(Round, **_round(nurse, people, turn, act.now))
                if with_events and turn % every == 0 and turn // every < len(kinds):
                    with store.act(nurse) as act:
                        note(act, kinds[turn * 7 % len(kinds)], idle=1)
            seal(store)
            sizes.append(_bytes(store) - before)
            store.close()
    plain, whole = sizes
    beside = f"{ROUNDS_A_DAY} rounds alone {plain:,} B, with {sum(EVENTS_A_DAY.values())} events {whole:,} B"
    return Figure("comings and goings of a day", whole - plain, "B", beside, "≤ 2,048 B", whole - plain <= 2048)


def _bytes(store: Store) -> int:
    with store.reading() as conn:
        return int(conn.execute(select(func.coalesce(func.sum(func.length(BATCH.c.body)), 0))).scalar_one())


def _proving() -> list[Figure]:
    with tempfile.TemporaryDirectory() as place:
        store, nurse, people = _founded(place)
        begun, written = 0, 97
        while written < ENTRIES:
            with store.act(nurse) as act:
                for turn in range(begun, begun + RUN // 2):
                    look = act.insert(Round, **_round(nurse, people, turn, act.now))
                    written += 1
                    if turn % 5 < 2:
                        values = {"pulse": 60 + turn % 40, "sbp": 120 + turn % 37, "dbp": 80, "temp_c10": 365}
                        who = people[turn * 37 % len(people)]
                        act.insert(Vitals, person_id=who, staff_id=nurse, round_id=look, at=act.now, **values)
                        written += 1
                begun += RUN // 2
            seal(store)
        with store.reading() as conn:
            bodies = [bytes(body) for body in conn.execute(select(BATCH.c.body)).scalars()]
        began = time.perf_counter()
        entries = sum(len(batch.unseal(body).entries()) for body in bodies)
        unpacked = time.perf_counter() - began
        assert not tables(store).wrong  # once, so that both sides have read the file
        marks = [("", time.perf_counter())]
        for check in verify(store):
            assert not check.wrong, check
            marks.append((check.name, time.perf_counter()))
        store.close()
    took = {name: after - before for (_, before), (name, after) in pairwise(marks)}
    whole, trail = sum(took.values()), sum(took.values()) - took["tables"]
    beside = f"unpacking them once {unpacked:.2f} s; the tables {took['tables']:.2f} s of it"
    return [
        Figure(f"verify {entries:,} entries", whole, "s", beside, f"≤ {MOST_S:g} s", whole <= MOST_S),
        Figure("of it batches, signatures, chains, tail, receipts", trail * 1e3, "ms"),
    ]
