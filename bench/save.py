"""What it costs to save one round durably, with its journal entry, beside the bare row.

*Bare* is ``BEGIN IMMEDIATE``, ``INSERT``, ``COMMIT`` of the same row, into a copy of the same table with the same
indexes in the same encrypted file, on a connection set as ours are. The two take turns of some rounds each, so that a
slow moment of the disk meets both.
"""

import tempfile
import time
from pathlib import Path
from statistics import median
from typing import Any
from uuid import UUID

from bench.figure import Figure
from db.cipher import connector
from db.identity import new_epoch, row_id
from db.journal import Value
from db.keys import FLOOR, envelope_path, read_envelope
from db.rows import shape_of, stored
from db.slots import unwrap
from db.store import Store
from db.tables import Person, Round, Staff
from db.vault import create_vault

TURNS = 1_200
RUN = 20  # a commit empties the page caches of other connections: after some turns each is at its own pace
PRESENT = 20_000
PEOPLE = 96
MOST = 2.0

_NUMBER, _PASSPHRASE = "0001", "a passphrase for benchmarks"


def figures() -> list[Figure]:
    """The cost of a saved round beside the bare row, and what share of it is the commit alone."""
    with tempfile.TemporaryDirectory() as place:
        store = create_vault(Path(place) / "record.db", _NUMBER, _PASSPHRASE, cost=FLOOR)
        try:
            return _measured(store)
        finally:
            store.close()


def _measured(store: Store) -> list[Figure]:
    nurse, people = _house(store)
    key = unwrap(read_envelope(envelope_path(store.path)), _NUMBER, _PASSPHRASE)
    raw = connector(store.path, key)()
    insert = _copy_of_round(raw)
    shape = shape_of(Round)
    epoch = new_epoch(store.now())
    ours: list[float] = []
    bare: list[float] = []
    for turn in range(TURNS):
        values: dict[str, Value] = {
            "person_id": people[turn * 37 % PEOPLE],
            "staff_id": nurse,
            "at": store.now() + turn,
            "kind": "night",
            "unremarkable": True,
            "note": "睡得安稳" if turn % 5 == 0 else "",
        }
        if turn // RUN % 2:
            began = time.perf_counter()
            with store.act(nurse) as act:
                act.insert(Round, **values)
            ours.append(time.perf_counter() - began)
        else:
            whole = shape.complete(values)
            row = (row_id(epoch, turn + 1).bytes, *(stored(whole[name]) for name in shape.columns))
            began = time.perf_counter()
            raw.execute("BEGIN IMMEDIATE")
            raw.execute(insert, row)
            raw.execute("COMMIT")
            bare.append(time.perf_counter() - began)
    raw.close()
    cost, least = median(ours) * 1e3, median(bare) * 1e3
    beside = f"bare INSERT + COMMIT {least:.3f} ms, {cost / least:.2f} ×"
    return [Figure("one saved round with its journal entry", cost, "ms", beside, f"≤ {MOST:g} ×", cost <= MOST * least)]


def _house(store: Store) -> tuple[UUID, list[UUID]]:
    """Who acts, and whom for; both tables then hold some weeks of rounds."""
    with store.act(None) as act:
        nurse = act.insert(Staff, number="0001", name="护理员", role="carer")
        people = [act.insert(Person, name=f"老人{number}", sex="1") for number in range(PEOPLE)]
    with store.act(nurse) as act:
        for turn in range(PRESENT):
            who = people[turn * 37 % PEOPLE]
            act.insert(Round, person_id=who, staff_id=nurse, at=act.now + turn - PRESENT, kind="night")
    return nurse, people


def _copy_of_round(raw: Any) -> str:
    """Make a copy of the table of rounds, its rows and its indexes; the statement that inserts into it."""
    made = raw.execute("SELECT sql FROM sqlite_master WHERE tbl_name = 'round' AND sql IS NOT NULL").fetchall()
    for (sql,) in made:
        raw.execute(sql.replace("round", "bare_round"))
    raw.execute("INSERT INTO bare_round SELECT * FROM round")
    return shape_of(Round).insert_sql.replace('"round"', '"bare_round"')
