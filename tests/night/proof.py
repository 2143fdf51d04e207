"""What is left of the night: the record holds what the screen called saved, the county holds what the record holds."""

import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pypdfium2 import PdfDocument  # type: ignore[import-untyped]
from sqlalchemy import select

from care.demo import DEMO_NUMBER
from db.rows import shape_of
from db.store import Store
from db.tables import SYNCED, Dose, Event, Person, Round, Synced, Vitals
from tests.night.place import PAIR, Place
from tests.night.story import DAY, NIGHT, Night
from tests.sync.county_tables import rows_of

_DOSE = re.compile(r"(已服|拒服)$")


def prove(night: Night) -> Iterator[str]:
    """Each thing that holds, as a line to read. ``AssertionError`` at the first that does not."""
    place = night.place
    for paper in (Path(night.facts["paper"]), place.folder / "command.pdf"):
        if not paper.exists():
            place.run("print", "handover", str(paper), "--number", DEMO_NUMBER, "--passphrase-file", str(place.secret))
        yield _paper(paper, night)
    place.sync()
    store = place.open()
    try:
        yield _claims(night, store)
        yield _told(night, store)
        yield from _county(place, store)
    finally:
        store.close()
    place.run("sync", "verify", "--number", DEMO_NUMBER, "--passphrase-file", str(place.secret))
    place.run("county", "verify", "--folder", str(place.county.folder))
    yield "laptop and county verify: nothing differs"


def _rows(store: Store, of: type[Synced], since: int) -> list[dict[str, Any]]:
    core = shape_of(of).table
    with store.reading() as conn:
        return [dict(row) for row in conn.execute(select(core).where(core.c.at >= since)).mappings()]


def _names(store: Store) -> dict[Any, str]:
    core = shape_of(Person).table
    with store.reading() as conn:
        return {row.id: row.name for row in conn.execute(select(core.c.id, core.c.name))}


def _claims(night: Night, store: Store) -> str:
    """Of each person as many doses, and as many other things, as the screen called saved."""
    names = _names(store)
    held = {
        "dose": Counter(names[row["person_id"]] for row in _rows(store, Dose, night.began)),
        "else": Counter(
            names[row["person_id"]]
            for of in (Round, Event)
            for row in _rows(store, of, night.began)
            if row["person_id"] in names
        ),
    }
    claimed: dict[str, Counter[str]] = {"dose": Counter(), "else": Counter()}
    everybody = set(names.values())
    for claim in night.claims:
        whose = next((name for name in everybody if name in claim), "")
        if whose:
            claimed["dose" if _DOSE.search(claim) else "else"][whose] += 1
    for kind, of in claimed.items():
        missing = of - held[kind]
        assert not missing, f"called saved and not there: {kind} {missing}"
    return f"{len(night.claims)} different sentences called something saved; all of it is in the record"


def _told(night: Night, store: Store) -> str:
    """The story, as rows."""
    events = Counter(row["kind"] for row in _rows(store, Event, night.began))
    wanted = {"handover": 2, "handover_taken": 3, "fall": 1, "told_doctor": 1, "told_family": 1, "incident_watch": 1}
    assert all(events[kind] >= n for kind, n in wanted.items()), events
    assert events["answer"] >= 3, events
    results = Counter(row["result"] for row in _rows(store, Dose, night.began))
    assert results["refused"] == 1
    assert len(_rows(store, Vitals, night.began)) >= 1
    rounds = len(_rows(store, Round, night.began))
    return f"{rounds} rounds, {sum(results.values())} doses {dict(results)}, events {dict(events)}"


def _paper(path: Path, night: Night) -> str:
    with PdfDocument(path) as document:
        pages = len(document)
        said = "".join("".join(page.get_textpage().get_text_bounded().split()) for page in document)
    for words in ("交接班", NIGHT, DAY, night.facts["ill"], night.facts["fell"], "跌倒", "钥匙6把"):
        assert words in said, f"{words} is not on the paper"
    return f"{path.name}: {pages} pages, with both signatures, the alert and the fall"


def _county(place: Place, store: Store) -> Iterator[str]:
    """Table by table, row by row, value by value."""
    told = []
    for of in SYNCED:
        here, there = rows_of(store, None, of), rows_of(place.county, store.pair_id, of)
        assert here == there, f"{of.__name__}: {len(here)} here, {len(there)} at the county"
        if here:
            told.append(f"{shape_of(of).name} {len(here)}")
    yield f"equal at the county ({PAIR}): {', '.join(told)}"
