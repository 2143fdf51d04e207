"""What a screen waits for, with five years of data: Today, the board, a page of a search, a page of a chart.

``python -m bench.today`` prints the table. The record is filled by raw statements, as nobody types a million rounds;
what is measured are the functions that screens call.
"""

import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from random import Random
from statistics import median
from typing import Any
from uuid import UUID

from rich.console import Console
from rich.table import Table

from bench.figure import Figure
from care import people, setup
from care.chart import timeline, trend
from care.rounds import board, last_vitals
from care.today import today
from db.cipher import driver_of
from db.identity import new_epoch, row_id
from db.keys import FLOOR
from db.rows import shape_of, stored
from db.search import terms
from db.store import Store
from db.tables import Person, Round, Stay, Synced, Vitals
from db.vault import create_vault

RESIDENTS = 300
ROUNDS = 1_000_000
YEARS = 5
PEOPLE = 100_000
TIMES = 15
# Names are drawn from so many different ones, so that reading their pinyin does not take longer than the rest.
NAMES = 4_000
PRESENT_S = 3 * 86400

_SURNAMES = "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林罗高梁郑谢宋唐许邓冯韩曹"
_GIVEN = "秀英桂兰玉珍凤菊春梅淑华国强建明德福长生金水根宝有财永贵志云秋香翠红爱莲"


def figures() -> list[Figure]:
    """All figures, in milliseconds: the median of some calls on a warm record, and the first call after opening."""
    with tempfile.TemporaryDirectory() as place:
        store = filled(Path(place) / "record.db")
        try:
            return _measured(store)
        finally:
            store.close()


def _measured(store: Store) -> list[Figure]:
    now = store.now()
    who = people.page(store, "", 0, 1)[0].id
    held = f"{RESIDENTS} residents, {ROUNDS:,} rounds, {PEOPLE:,} people"

    def figure(name: str, most: float | None, call: Callable[[], object]) -> Figure:
        first = _milliseconds(call)
        value = median(_milliseconds(call) for _ in range(TIMES))
        must = "" if most is None else f"≤ {most:g}"
        return Figure(name, value, "ms", f"first {first:.0f} ms; {held}", must, None if most is None else value <= most)

    return [
        figure("Today", 100, lambda: today(store, now)),
        figure("rounds board", 50, lambda: board(store, now)),
        figure("search by initials, a page", 30, lambda: people.page(store, "wxy", 0, 40)),
        figure("search by one letter, a page", 30, lambda: people.page(store, "w", 0, 40)),
        figure("all people, a page", None, lambda: people.page(store, "", 0, 40)),
        figure("timeline, a page", 16, lambda: timeline(store, who)),
        figure("trend of 14 days", 16, lambda: trend(store, who, ("sbp",), now - 14 * 86400, now)),
        figure("last and usual vitals", 16, lambda: last_vitals(store, who, now)),
    ]


def _milliseconds(call: Callable[[], object]) -> float:
    begin = time.perf_counter()
    call()
    return (time.perf_counter() - begin) * 1000


def filled(path: Path) -> Store:
    """A record with a house, its people, and five years of rounds; of the last days as many as a house really makes."""
    store = create_vault(path, "1001", "a bench needs no secret", cost=FLOOR)
    plan = setup.House("青山镇两院", "青山镇", "340123", "青山镇卫生院", "青山镇福利院", 5, 20, 3, 4, 4)
    by = setup.found(store, plan, number="1001", name="王芳", role="carer")
    draw = Random(1)
    now = store.now()
    ids = _ids(now)
    residents = [next(ids) for _ in range(RESIDENTS)]
    with store.writing() as conn:
        raw = driver_of(conn)
        beds = [UUID(bytes=row[0]) for row in raw.execute("SELECT id FROM bed WHERE NOT closed AND kind = 'welfare'")]
        everybody = [*residents, *(next(ids) for _ in range(PEOPLE - RESIDENTS))]
        known = {name: terms(name, "") for name in _names(draw)}
        names = [draw.choice(list(known)) for _ in everybody]
        levels = ("self", "half", "full")
        _insert(
            raw,
            Person,
            (
                {"id": person, "name": name, "sex": "2", "birth": "1941-05-06", "care_level": levels[n % 3]}
                for n, (person, name) in enumerate(zip(everybody, names, strict=True))
            ),
        )
        found = ((term, p.bytes) for p, name in zip(everybody, names, strict=True) for term in known[name])
        raw.executemany("INSERT INTO person_term VALUES (?, ?)", sorted(found))
        _insert(
            raw,
            Stay,
            (
                {"id": next(ids), "person_id": person, "bed_id": bed, "from_at": now - YEARS * 365 * 86400}
                for person, bed in zip(residents, beds, strict=True)
            ),
        )
        looked = [(next(ids), who, at) for at, who in sorted(_looks(draw, residents, now))]
        _insert(
            raw,
            Round,
            (
                {"id": one, "person_id": who, "staff_id": by, "at": at, "kind": "caregiver", "unremarkable": True}
                for one, who, at in looked
            ),
        )
        _insert(
            raw,
            Vitals,
            (
                {"id": next(ids), "person_id": who, "staff_id": by, "round_id": one, "at": at, **_set(draw)}
                for one, who, at in looked
                if draw.random() < 0.4
            ),
        )
    return store


def _looks(draw: Random, residents: list[UUID], now: int) -> Iterator[tuple[int, UUID]]:
    """Twelve looks a day and person in the last three days; the others spread over the years."""
    for who in residents:
        yield from ((now - n * 7200 - draw.randrange(7200), who) for n in range(PRESENT_S // 7200))
        for _ in range(ROUNDS // RESIDENTS - PRESENT_S // 7200):
            yield now - PRESENT_S - draw.randrange(YEARS * 365 * 86400), who


def _set(draw: Random) -> dict[str, int | bool | str]:
    return {
        "temp_c10": draw.randrange(362, 370),
        "pulse": draw.randrange(62, 88),
        "resp": draw.randrange(14, 20),
        "sbp": draw.randrange(115, 150),
        "dbp": draw.randrange(60, 88),
        "spo2": draw.randrange(95, 99),
        "oxygen": False,
        "acvpu": "A",
    }


def _names(draw: Random) -> set[str]:
    return {draw.choice(_SURNAMES) + "".join(draw.choices(_GIVEN, k=draw.choice((1, 2)))) for _ in range(NAMES)}


def _ids(now: int) -> Iterator[UUID]:
    epoch = new_epoch(now)
    row = 0
    while True:
        row += 1
        yield row_id(epoch, row)


def _insert(raw: Any, table: type[Synced], rows: Iterable[dict[str, Any]]) -> None:
    shape = shape_of(table)
    raw.executemany(
        shape.insert_sql,
        (
            (row["id"].bytes, *(stored(row.get(name, shape.defaults.get(name))) for name in shape.columns))
            for row in rows
        ),
    )


def main() -> None:
    """Print the table; exit code 1 when a bound does not hold."""
    shown = Table("figure", "value", "must", "holds", "beside")
    found = figures()
    for one in found:
        holds = "" if one.holds is None else "yes" if one.holds else "NO"
        shown.add_row(one.name, f"{one.value:.1f} {one.unit}", one.must, holds, one.beside)
    Console().print(shown)
    sys.exit(any(one.holds is False for one in found))


if __name__ == "__main__":
    main()
