"""A record with five years of data: 300 residents, a million rounds, a hundred thousand people.

It is filled by raw statements, as nobody types a million rounds, and made once for all parts of a run.
"""

import atexit
import shutil
import tempfile
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path
from random import Random
from typing import Any
from uuid import UUID

from bench.home_day import HELD as HELD_BESIDE
from bench.home_day import fill_day
from care import setup
from db.cipher import driver_of
from db.identity import new_epoch, row_id
from db.rows import shape_of, stored
from db.search import terms
from db.tables import Person, Round, Stay, Synced, Vitals
from db.vault import create_vault

NUMBER, PASSPHRASE = "1001", "a bench needs no secret"
RESIDENTS = 300
ROUNDS = 1_000_000
YEARS = 5
PEOPLE = 100_000
HELD = f"{RESIDENTS} residents, {ROUNDS:,} rounds, {HELD_BESIDE}, {PEOPLE:,} people"

# Names are drawn from so many different ones, so that reading their pinyin does not take longer than the rest.
_NAMES = 4_000
_PRESENT_S = 3 * 86400
_SURNAMES = "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林罗高梁郑谢宋唐许邓冯韩曹"
_GIVEN = "秀英桂兰玉珍凤菊春梅淑华国强建明德福长生金水根宝有财永贵志云秋香翠红爱莲"


@cache
def five_years() -> Path:
    """The record, closed; it goes when the program ends."""
    place = Path(tempfile.mkdtemp(prefix="yiyang-bench-"))
    atexit.register(shutil.rmtree, place, ignore_errors=True)
    fill(place / "record.db")
    return place / "record.db"


def fill(path: Path) -> None:
    """Make the record: of the last days as many rounds as a house really makes, the others over the years before."""
    store = create_vault(path, NUMBER, PASSPHRASE)
    plan = setup.House("青山镇两院", "青山镇", "340123", "青山镇卫生院", "青山镇福利院", 5, 20, 3, 4, 4)
    by = setup.found(store, plan, number=NUMBER, name="王芳", role="director")
    draw = Random(1)
    now = store.now()
    ids = _ids(now)
    residents = [next(ids) for _ in range(RESIDENTS)]
    everybody = [*residents, *(next(ids) for _ in range(PEOPLE - RESIDENTS))]
    with store.writing() as conn:
        raw = driver_of(conn)
        # Of this connection alone, which is closed below: the order of indexes is not the order of filling.
        raw.execute("PRAGMA cache_size = -400000")
        _people(raw, draw, everybody)
        beds = [UUID(bytes=row[0]) for row in raw.execute("SELECT id FROM bed WHERE NOT closed AND kind = 'welfare'")]
        _stays(raw, ids, zip(residents, beds, strict=True), now)
        _looks(raw, draw, ids, residents, by, now)
        fill_day(raw, _insert, draw, ids, residents, by, now)
    store.close()


def _people(raw: Any, draw: Random, everybody: list[UUID]) -> None:
    known = {name: terms(name, "") for name in sorted(_names(draw))}
    spoken = list(known)
    names = [draw.choice(spoken) for _ in everybody]
    levels = ("self", "half", "full")
    rows = (
        {"id": person, "name": name, "sex": "2", "birth": "1941-05-06", "care_level": levels[n % 3]}
        for n, (person, name) in enumerate(zip(everybody, names, strict=True))
    )
    _insert(raw, Person, rows)
    found = ((term, person.bytes) for person, name in zip(everybody, names, strict=True) for term in known[name])
    raw.executemany("INSERT INTO person_term VALUES (?, ?)", sorted(found))


def _stays(raw: Any, ids: Iterator[UUID], lying: Iterable[tuple[UUID, UUID]], now: int) -> None:
    since = now - YEARS * 365 * 86400
    _insert(raw, Stay, ({"id": next(ids), "person_id": who, "bed_id": bed, "from_at": since} for who, bed in lying))


def _looks(raw: Any, draw: Random, ids: Iterator[UUID], residents: list[UUID], by: UUID, now: int) -> None:
    looked = [(next(ids), who, at) for at, who in sorted(_times(draw, residents, now))]
    rounds = (
        {"id": one, "person_id": who, "staff_id": by, "at": at, "kind": "caregiver", "unremarkable": True}
        for one, who, at in looked
    )
    _insert(raw, Round, rounds)
    sets = (
        {"id": next(ids), "person_id": who, "staff_id": by, "round_id": one, "at": at, **_set(draw)}
        for one, who, at in looked
        if draw.random() < 0.4
    )
    _insert(raw, Vitals, sets)


def _times(draw: Random, residents: list[UUID], now: int) -> Iterator[tuple[int, UUID]]:
    """Twelve looks a day and person in the last three days; the others spread over the years."""
    for who in residents:
        yield from ((now - n * 7200 - draw.randrange(7200), who) for n in range(_PRESENT_S // 7200))
        for _ in range(ROUNDS // RESIDENTS - _PRESENT_S // 7200):
            yield now - _PRESENT_S - draw.randrange(YEARS * 365 * 86400), who


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
    return {draw.choice(_SURNAMES) + "".join(draw.choices(_GIVEN, k=draw.choice((1, 2)))) for _ in range(_NAMES)}


def _ids(now: int) -> Iterator[UUID]:
    epoch = new_epoch(now)
    row = 0
    while True:
        row += 1
        yield row_id(epoch, row)


def _insert(raw: Any, table: type[Synced], rows: Iterable[dict[str, Any]]) -> None:
    """Rows of which only some columns are given; most of a million rounds is what all have by default."""
    shape = shape_of(table)
    places = {name: place for place, name in enumerate(("id", *shape.columns))}
    default = [None, *(stored(shape.defaults.get(name)) for name in shape.columns)]

    def whole(row: dict[str, Any]) -> list[Any]:
        values = default.copy()
        for name, value in row.items():
            values[places[name]] = stored(value)
        return values

    raw.executemany(shape.insert_sql, map(whole, rows))
