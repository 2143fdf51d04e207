"""What else happened in the demo's house: visits, baths, weights, activities, two falls, a wound, a catheter."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from random import Random
from typing import Any, Final
from uuid import UUID

from care.demo.house import Crew
from care.demo.residents import Resident
from care.events.record import put
from care.roles import doing
from db.store import Store

_HOUR_S: Final = 3600
_DAY_S: Final = 86400

_VISITORS: Final = ("李强", "王丽", "陈军", "张敏", "刘洋", "赵芳", "周勇", "徐静")
_NOTES: Final = (
    "夜里睡得好，早上精神好。",
    "下午看戏，心情不错。",
    "说想孙子，已帮忙打电话。",
    "换了厚被子。",
    "助听器电池已换。",
)
_ACTIVITIES: Final = ("exercise", "music", "cards", "walk", "reading")


@dataclass(frozen=True, slots=True)
class Told:
    """One event to be written; ``after``: what follows it, written by a nurse."""

    at: int
    kind: str
    person_id: UUID
    facts: dict[str, Any]
    after: tuple["Told", ...] = ()


def furnish_events(store: Store, people: Sequence[Resident], crew: Crew, random: Random, since: int, now: int) -> int:
    """Write them, in two acts: a carer's and a nurse's. Returns how many."""
    told = sorted(_all(people, crew, random, since, now), key=lambda one: one.at)
    by = crew.carers[0] if crew.carers else crew.everyone[0]
    nurse = crew.nurses[0] if crew.nurses else by
    follow: list[tuple[Told, UUID]] = []
    with doing(store, by, "event.record") as act:
        for one in told:
            id = put(act, by, one.kind, one.facts, person_id=one.person_id, at=one.at)
            follow += [(later, id) for later in one.after]
    with doing(store, nurse, "event.close") as act:
        for later, about in sorted(follow, key=lambda each: each[0].at):
            put(act, nurse, later.kind, later.facts, about=about, at=later.at)
    return len(told) + len(follow)


def _all(people: Sequence[Resident], crew: Crew, random: Random, since: int, now: int) -> Iterator[Told]:
    home = [one for one in people if one.spots and one.spots[-1][1].kind == "welfare"]
    doctor = (crew.doctors or crew.everyone)[0]
    days = range(1, max(2, (now - since) // _DAY_S))
    for one in home:
        kg10 = random.randrange(420, 680)
        for day in days:
            at = now - day * _DAY_S
            if day % 30 == one.index % 30:
                yield Told(_noon(at, -2), "weight", one.person_id, {"weight_kg10": kg10 + random.randrange(-9, 10)})
            if day % 7 == one.index % 7:
                skin = {"skin": "dry"} if random.random() < 0.1 else {"skin": "whole"}
                yield Told(_noon(at, 3), "bathing", one.person_id, {"way": "shower", "water": "right", **skin})
            if random.random() < 0.02:
                facts = {"visitor": random.choice(_VISITORS), "relation": "child", "count": random.randrange(1, 4)}
                yield Told(_noon(at, 2), "visit", one.person_id, facts)
            if random.random() < 0.01:
                yield Told(_noon(at, 5), "note", one.person_id, {"text": random.choice(_NOTES)})
    for day in days:
        part = random.sample(home, min(8, len(home)))
        facts = {"what": _ACTIVITIES[day % len(_ACTIVITIES)], "minutes": 30, "part": "active", "mood": "glad"}
        for one in part:
            yield Told(_noon(now - day * _DAY_S, -3), "activity", one.person_id, facts)
    if len(home) >= 5:
        yield from _stories(home, doctor, now, days[-1])


def _stories(home: Sequence[Resident], doctor: UUID, now: int, longest: int) -> Iterator[Told]:
    """A fall that was closed, one of today that is not; a wound that heals; a catheter; an outing."""
    first, second, third, fourth, fifth = (home[n * len(home) // 5].person_id for n in range(5))
    at = now - min(9, longest) * _DAY_S
    fall = {"severity": "III", "place": "room", "injury": ["none"], "first_aid": "扶起，量血压，观察", "found_at": at}
    end = {"outcome": "none", "cause": "夜里起身没有开灯", "action": "床边装小夜灯"}
    told = {"doctor": doctor.hex, "doctor_at": at + 600, "family": "儿子", "family_at": at + 1200, "family_by": "phone"}
    closing = Told(at + _DAY_S, "incident_closed", first, end)
    yield Told(at, "fall", first, {**fall, **told}, (closing,))
    at = now - 3 * _HOUR_S
    hurt = {"severity": "II", "place": "toilet", "injury": ["bruise"], "body": ["hip:left"], "found_at": at}
    aid = {"first_aid": "平卧，冷敷，量血压", "doctor": doctor.hex, "doctor_at": at + 900, "activity": "起床去厕所"}
    yield Told(at, "fall", second, {**hurt, **aid})
    at = now - min(12, longest) * _DAY_S
    wound = {
        "kind": "pressure",
        "stage": "2",
        "body": ["sacrum"],
        "length_mm": 22,
        "width_mm": 15,
        "origin": "hospital",
    }
    better = {"stage": "2", "length_mm": 16, "width_mm": 11, "course": "better", "dressing": "泡沫敷料"}
    after = (
        Told(at + 2 * _HOUR_S, "told_doctor", third, {"doctor": doctor.hex, "told_at": at + _HOUR_S, "order": "watch"}),
        Told(min(at + 6 * _DAY_S, now - _HOUR_S), "wound_check", third, better),
    )
    yield Told(at, "wound", third, wound, after)
    at = now - min(5, longest) * _DAY_S
    tube = {"kind": "urine", "size": "14", "placed_at": at, "where": "hospital"}
    tended = {"state": "well", "done": ["clean", "bag"], "out_ml": 800}
    yield Told(at, "catheter", fourth, tube, (Told(now - 6 * _HOUR_S, "catheter_care", fourth, tended),))
    out = {"purpose": "family", "companion": "女儿", "relation": "family", "expected_at": now + _HOUR_S}
    yield Told(now - 4 * _HOUR_S, "outing", fifth, out)


def _noon(at: int, hours: int) -> int:
    """So many hours from noon of the house's day."""
    return (at + 8 * _HOUR_S) // _DAY_S * _DAY_S + (4 + hours) * _HOUR_S
