"""Forty days of one pair over a bad line: 20 kbit/s, 1.2 s there and back, cut every 30 kB, each way.

Beside it stands the time that the same sealed bytes take at the same rate with nothing around them: no handshake, no
way there and back, no cut. Wasted is what the line carried beyond them, by the cut.
"""

import tempfile
import time
from dataclasses import replace
from pathlib import Path
from uuid import UUID

from bench.figure import Figure
from bench.workload import harsh, mild
from care import setup
from db.keys import FLOOR
from db.store import Store
from db.tables import SYNCED
from db.vault import create_vault
from sync import enrol, exchange, parcel, session
from sync.county import admin
from sync.county.serving import running
from sync.inbox import take_in
from sync.link import Folder
from tests.links.proxy import Line, Way, through

RATE = 20_000 / 8
THERE_AND_BACK_S = 1.2
CUT_EVERY = 30_000
MONTH = 20_000  # rounds: forty days of a pair, with notes
MOST, WASTED = 1.5, 16 << 10
_TABLES = {str(model.__tablename__): model for model in SYNCED}


def figures() -> list[Figure]:
    """How long it takes up and down, what a cut costs, and what TLS adds: its handshake after every cut."""
    found: list[Figure] = []
    for tls in (False, True):
        with tempfile.TemporaryDirectory() as place:
            found += _both_ways(Path(place), tls)
    return found


def _both_ways(place: Path, tls: bool) -> list[Figure]:
    county = admin.init(place / "county", "青川县")
    home = create_vault(place / "home" / "yiyang.db", "01", "a bench needs no secret", cost=FLOOR)
    plan = setup.House("青山镇两院", "青山镇", "340123", "青山镇卫生院", "青山镇福利院", 2, 10, 3, 1, 2)
    setup.found(home, plan, number="01", name="王芳", role="director")
    with running(county, tls=tls) as url:
        enrol.enrol(home, url, admin.new_code(county, "青山镇"), pair_name="青山镇", laptop="护理站")
        session.sync(home)
        there = {"number": "02", "passphrase": "a bench needs no secret", "laptop": "医生", "cost": FLOOR}
        code = admin.new_code(county, "青山镇")
        clinic = enrol.join(place / "clinic" / "yiyang.db", url, code, **there)  # type: ignore[arg-type]
        session.sync(clinic)
        _write(home)
        session.settle(home)
        folder = Folder(home.path)
        size = sum(parcel.size(folder.outbox, name) for name in parcel.names(folder.outbox))
        found = [*_over(home, url, size, "up", tls), *_over(clinic, url, size, "down", tls)]
        arrived = take_in(clinic, Folder(clinic.path)).entries
    home.close()
    clinic.close()
    if arrived < MONTH:
        raise AssertionError(f"{arrived} entries arrived")
    return found


def _write(store: Store) -> None:
    """A month of rounds and vitals as the house would have written them, with the notes of the harsh set."""
    ids: dict[UUID, UUID] = {}
    entries = mild(MONTH)
    notes = (entry.values["note"] for entry in harsh(MONTH))
    for start in range(0, len(entries), 500):
        with store.act(None) as act:
            for entry in entries[start : start + 500]:
                said = dict(entry.values) | ({"note": next(notes)} if entry.table == "round" else {})
                values = {
                    name: ids.get(value, value) if isinstance(value, UUID) else value for name, value in said.items()
                }
                ids[entry.row] = act.insert(_TABLES[entry.table], **values)


def _over(store: Store, url: str, size: int, way: str, tls: bool) -> list[Figure]:
    half = THERE_AND_BACK_S / 2
    line = Line(Way(RATE, half, CUT_EVERY), Way(RATE, half, CUT_EVERY))
    folder = Folder(store.path)
    link = folder.link()
    with through(line, url) as near:
        folder.save_link(replace(link, url=near))
        began = time.monotonic()
        outcome = exchange.run(folder)
        took = time.monotonic() - began
    folder.save_link(replace(folder.link(), url=url))
    bare = size / RATE
    wasted = (line.carried - size) / max(1, line.cuts)
    said = f"{size:,} B, {outcome.requests} requests, {line.cuts} cuts; bare {bare:.0f} s, {took / bare:.2f} ×"
    must = ("", None) if tls else (f"≤ {MOST} ×", took <= MOST * bare)
    name = f"forty days {way}, over {'TLS' if tls else 'HTTP behind a proxy'}"
    heads = "heads, handshakes, what was on its way"
    return [
        Figure(name, took, "s", said, *must),
        Figure(f"{name}: wasted by a cut", wasted, "B", heads, f"≤ {WASTED:,}", wasted <= WASTED),
    ]
