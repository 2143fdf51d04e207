"""One pair's offline backlog, from a seed: journal entries as a working house would write them.

*Mild* is what the application itself writes: rounds in ward order, several passes a day, vitals on two of five rounds,
few notes. *Harsh* is 32 columns a round, all vitals, client timestamps in milliseconds and long notes.
Each set is the journal of one start of the program: one epoch, entries numbered from 1. The same seed, the same set.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from random import Random
from uuid import UUID

from bench.words import CLAUSES, FAMILIAR, TEMPLATES
from db.identity import new_epoch, row_id
from db.journal import Entry, Value

START = 1_772_323_200  # 2026-03-01 00:00 UTC
DAY = 86_400


@dataclass(frozen=True, slots=True)
class Resident:
    """Somebody with a bed, and what her vitals are on most days."""

    id: UUID
    bed: UUID
    level: str  # codes/home_care_level
    diabetic: bool
    position: str
    usual: dict[str, float]


@dataclass(frozen=True, slots=True)
class Pass:
    """One walk along the beds: from which hour (Asia/Shanghai), what for, for which levels of care."""

    hour: float
    kind: str  # codes/round_type
    levels: str
    vitals: float  # share of rounds with vitals


PASSES = (
    Pass(1.0, "night", "special full", 0.03),
    Pass(6.5, "caregiver", "special full half", 0.5),
    Pass(9.5, "nurse", "special full half self", 0.7),
    Pass(14.5, "caregiver", "special full", 0.15),
    Pass(18.0, "caregiver", "special full half", 0.3),
    Pass(21.5, "night", "special full", 0.05),
)


class Journal:
    """Writes entries with the numbers a store would give them."""

    def __init__(self, random: Random) -> None:
        self.epoch = new_epoch(START, random.randbytes)
        self.entries: list[Entry] = []

    def insert(self, table: str, wall: int, staff: UUID, **values: Value) -> UUID:
        """Append a new row; returns its id."""
        number = len(self.entries) + 1
        row = row_id(self.epoch, number)
        self.entries.append(Entry(number, 400 + number, wall, staff, table, row, "insert", values))
        return row


def epoch_of(seed: int = 20260) -> bytes:
    """The epoch of the entries that this seed gives, mild or harsh."""
    return new_epoch(START, Random(seed).randbytes)


def mild(rounds: int, residents: int = 200, seed: int = 20260) -> list[Entry]:
    """The entries of ``rounds`` rounds and of the vitals taken with them (about two in five)."""
    random = Random(seed)
    journal = Journal(random)
    staff, people = _house(random, residents)
    made: list[UUID] = []
    for wall, by, walk, person in _walks(random, staff, people):
        if len(made) == rounds:
            break
        made.append(journal.insert("round", wall, by, **_round(random, wall, by, walk, person, made, staff)))
        if random.random() < walk.vitals:
            vitals = _vitals(random, person, walk)
            journal.insert("vitals", wall, by, person_id=person.id, staff_id=by, round_id=made[-1], at=wall, **vitals)
    return journal.entries


def harsh(rounds: int, residents: int = 200, seed: int = 20260) -> list[Entry]:
    """The entries of ``rounds`` rounds of 32 columns (the row's id and 31 more)."""
    random = Random(seed)
    journal = Journal(random)
    staff, people = _house(random, residents)
    org, device = (UUID(bytes=random.randbytes(16), version=4) for _ in range(2))
    made: list[UUID] = []
    day = 0
    while len(made) < rounds:
        for hour, kind in ((7, "晨间"), (14, "午间"), (20, "晚间"), (2, "夜巡")):
            now = (START + day * DAY + hour * 3600) * 1000 + random.randint(0, 900_000)
            by = random.choice(staff)
            for person in people:
                if len(made) == rounds or random.random() > 0.5:
                    continue
                began, now = now, now + 1000 * (random.randint(20, 60) if kind == "夜巡" else random.randint(60, 420))
                noted = now + random.randint(1000, 90_000)
                row = _harsh_round(random, person, kind, staff, made)
                times: dict[str, Value] = {"started_at": began, "ended_at": now, "recorded_at": noted}
                ids: dict[str, Value] = {"org_id": org, "resident_id": person.id, "staff_id": by, "device_id": device}
                made.append(journal.insert("harsh", noted // 1000, by, **ids, **times, **row, seq=200 + len(made)))
                now += random.randint(5000, 60_000)
        day += 1
    return journal.entries


def _house(random: Random, residents: int) -> tuple[list[UUID], list[Resident]]:
    """Staff, and residents in ward order; their rows are from earlier starts of the program, and not in ward order."""
    earlier = [new_epoch(START - age * DAY, random.randbytes) for age in (400, 200, 30)]
    staff = [row_id(earlier[0], number) for number in range(3, 17)]
    beds = [row_id(earlier[0], 40 + number) for number in range(residents)]
    numbers = list(range(residents))
    random.shuffle(numbers)
    people = []
    for bed, number in zip(beds, numbers, strict=True):
        level = random.choices(("special", "full", "half", "self"), (4, 30, 41, 25))[0]
        usual = {
            "sbp": random.gauss(130, 11),
            "dbp": random.gauss(78, 6),
            "pulse": random.gauss(74, 7),
            "weight_kg10": random.gauss(580, 90),
        }
        position = random.choice(("左侧卧", "右侧卧", "平卧")) if level in ("special", "full") else "自主"
        row = row_id(earlier[1 if number < residents * 0.8 else 2], 300 + number)
        people.append(Resident(row, bed, level, random.random() < 0.2, position, usual))
    return staff, people


def _walks(random: Random, staff: list[UUID], people: list[Resident]) -> Iterator[tuple[int, UUID, Pass, Resident]]:
    """Rounds without end: when, by whom, on which walk, with whom."""
    day = 0
    while True:
        for walk in PASSES:
            wall = START + day * DAY + int((walk.hour - 8) * 3600) + random.randint(0, 1200)
            by = random.choice(staff)
            for person in people:
                # Some are out, asleep behind a closed door, or seen by somebody on another laptop.
                if person.level in walk.levels.split() and random.random() < 0.95:
                    yield wall, by, walk, person
                    wall += int(random.lognormvariate(4.3, 0.45))
        day += 1


def _round(
    random: Random, wall: int, by: UUID, walk: Pass, person: Resident, made: list[UUID], staff: list[UUID]
) -> dict[str, Value]:
    night = walk.kind == "night"
    well = random.random() < 0.86
    odd = not well and random.random() < 0.2
    turned = random.choice(("左侧卧", "右侧卧", "平卧")) if random.random() < 0.3 else person.position
    corrects = bool(made) and random.random() < 0.005
    late = random.random() < 0.02
    return {
        "person_id": person.id,
        "staff_id": by,
        "bed_id": person.bed,
        "at": wall - 60 * random.randint(2, 20) if late else wall,
        "kind": walk.kind,
        "unremarkable": well,
        "state": "" if well else _pick(random, night, "睡眠", "清醒", "嗜睡", "烦躁"),
        "position": "" if well else turned,
        "skin": "" if well else random.choices(("完整", "发红", "破损"), (92, 6, 2))[0],
        "intake": "" if well or night else random.choices(("全量", "大半", "一半", "少量"), (60, 25, 10, 5))[0],
        "water_ml": None if well or night or random.random() < 0.6 else 50 * random.randint(1, 8),
        "mood": "" if well or night else random.choices(("平稳", "低落", "焦虑"), (85, 10, 5))[0],
        "abnormal": random.choice(("咳嗽", "头晕", "疼痛", "腹泻", "浮肿")) if odd else "",
        "reported_to": random.choice(staff) if odd else None,
        "note": _template(random, person) if random.random() < (0.5 if odd else 0.015) else "",
        "supersedes": made[-random.randint(1, min(30, len(made)))] if corrects else None,
        "void": False,
        "reason": random.choice(("录错人", "数值有误", "重复记录")) if corrects else "",
    }


def _pick(random: Random, night: bool, asleep: str, awake: str, *rare: str) -> str:
    return random.choice(rare) if random.random() < 0.06 else asleep if night else awake


def _vitals(random: Random, person: Resident, walk: Pass) -> dict[str, Value]:
    def near(name: str, spread: float) -> int:
        return round(random.gauss(person.usual[name], spread))

    full = walk.kind == "nurse" or person.level == "special"
    return {
        "temp_c10": round(random.gauss(365, 3)),
        "pulse": near("pulse", 5),
        "resp": random.randint(16, 20) if full else None,
        "sbp": near("sbp", 8),
        "dbp": near("dbp", 5),
        "spo2": min(100, round(random.gauss(96.5, 1.4))) if full else None,
        "oxygen": False if full else None,
        "spo2_scale": 1,
        "acvpu": ("A" if random.random() < 0.98 else "C") if full else None,
        "glucose_mmol10": round(random.gauss(78, 15)) if person.diabetic and walk.hour == 6.5 else None,
        "weight_kg10": near("weight_kg10", 4) if random.random() < 0.03 else None,
        "pain": random.choices((0, 1, 2, 3), (88, 6, 4, 2))[0] if full else None,
        "supersedes": None,
        "void": False,
        "reason": "",
    }


def _harsh_round(random: Random, person: Resident, kind: str, staff: list[UUID], made: list[UUID]) -> dict[str, Value]:
    full = kind != "夜巡"

    def by_day(value: Callable[[], int], share: float = 1.0) -> int | None:
        return value() if full and random.random() < share else None

    def near(name: str, spread: float) -> int:
        return round(random.gauss(person.usual[name], spread))

    systolic = by_day(partial(near, "sbp", 8))
    abnormal = int(bool(systolic and systolic > 160) or random.random() < 0.01)
    chance = random.random()
    note = ""
    if abnormal or chance >= 0.45:
        note = _template(random, person) + (_prose(random) if chance >= 0.8 else "")
    return {
        "checker_id": random.choice(staff) if abnormal else None,
        "round_type": kind,
        "systolic": systolic,
        "diastolic": by_day(partial(near, "dbp", 5)),
        "pulse": near("pulse", 5),
        "temp_c10": by_day(lambda: round(random.gauss(365, 3))),
        "resp": random.randint(15, 21),
        "spo2": by_day(lambda: min(100, round(random.gauss(96.5, 1.4)))),
        "glucose_x10": by_day(lambda: round(random.gauss(78, 15))) if person.diabetic and kind == "晨间" else None,
        "weight_x10": by_day(partial(near, "weight_kg10", 4), 0.04),
        "pain": random.choices((0, 1, 2, 3, 5), (85, 6, 4, 3, 2))[0],
        "consciousness": random.choices((1, 2, 3), (96, 3, 1))[0],
        "mood": random.choices((1, 2, 3), (80, 15, 5))[0],
        "diet": by_day(lambda: random.choices((1, 2, 3), (75, 18, 7))[0]),
        "sleep": random.choices((1, 2, 3), (70, 22, 8))[0] if kind in ("晨间", "夜巡") else None,
        "excretion": random.choices((0, 1, 2), (30, 60, 10))[0],
        "skin_ok": int(random.random() < 0.985),
        "fell": int(random.random() < 0.002),
        "med_given": int(full and random.random() < 0.8),
        "turned": int(person.level in ("special", "full") and random.random() < 0.8),
        "abnormal": abnormal,
        "note": note,
        "supersedes": random.choice(made[-50:]) if made and random.random() < 0.005 else None,
    }


def _template(random: Random, person: Resident) -> str:
    return random.choice(TEMPLATES).format(
        n=random.randint(1, 5),
        m=random.randint(5, 30),
        s=round(random.gauss(person.usual["sbp"], 8)),
        d=round(random.gauss(person.usual["dbp"], 5)),
        g=round(random.gauss(78, 15)) / 10,
        p=random.choice((50, 70, 80, 90)),
    )


def _prose(random: Random) -> str:
    """A clause in somebody's own words: 8 to 45 characters, neither a template nor noise."""
    wanted, text = random.randint(8, 45), ""
    while len(text) < wanted:
        if random.random() < 0.75:
            text += random.choice(CLAUSES)
        else:
            text += "".join(FAMILIAR[int(len(FAMILIAR) * random.random() ** 2)] for _ in range(random.randint(2, 6)))
    return text[:wanted]
