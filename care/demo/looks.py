"""When the people of the demo were looked at, by whom, and what was found."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta
from random import Random
from typing import Any
from uuid import UUID

from care.age import house_day
from care.data import table
from care.demo.course import Body, body_of, last_set, measured
from care.demo.house import Crew
from care.demo.residents import Resident, Spot
from care.levels import HOUSE_TIME, due_at, interval, is_night
from care.measured import news_of
from care.roles import doing
from db.store import Store
from db.tables import Access

_DAY_S = 86400
# The tours of a day, minutes from midnight, so laid that nobody waits longer than the rule of their level.
_TOURS = {
    "special": range(0, 1440, 60),
    "full": range(0, 1440, 120),
    "half": range(0, 1440, 180),
    "self": (5, 235, 375, 825, 1215),
}
_MEALS = (6, 7, 11, 12, 17, 18)
# How long ago the sets were taken by which the stories end, in minutes.
_ENDED_AGO = {"breathless": 12, "collapse": 35}
_QUIET_S = 30 * 3600


@dataclass(frozen=True, slots=True)
class Look:
    """One round to be written. ``mistaken``: the vitals as first written, where ``vitals`` is the correction."""

    at: int
    person_id: UUID
    staff_id: UUID
    bed_id: UUID
    kind: str
    noted: Mapping[str, Any]
    vitals: Mapping[str, Any] | None = None
    mistaken: Mapping[str, Any] | None = None


def looks_of(one: Resident, crew: Crew, seed: int, since: int, now: int) -> list[Look]:
    """Every look at one person from ``since`` until ``now``."""
    draw = Random(f"{seed}/{one.index}")
    body = body_of(one, draw, since, now)
    at_home = one.spots[-1][1].kind == "home"
    tours = [] if at_home else _tour_times(one, draw, max(since, one.spots[0][0]), now)
    looks = [_toured(one, body, draw, crew, at, now) for at in tours]
    looks += _visits(one, body, draw, crew, max(since, one.spots[0][0]), now)
    looks += [_answer(look, draw, crew) for look in looks if _alerts(look)]
    looks += _ending(one, crew, now)
    return looks


def remember_readers(store: Store, people: list[Resident], crew: Crew, draw: Random, now: int) -> None:
    """Doctors and nurses have read charts in the last weeks."""
    for reader in (*crew.doctors, *crew.nurses):
        with doing(store, reader, "chart.open") as act:
            for _ in range(12):
                read = now - draw.randrange(2 * 3600, 20 * _DAY_S)
                act.insert(Access, person_id=draw.choice(people).person_id, staff_id=reader, at=read)


def _tour_times(one: Resident, draw: Random, since: int, now: int) -> list[int]:
    """When carers came by: each tour walks the floor bed by bed, a little early or late."""
    spot = _spot(one, now)
    # Each floor has its carers, who begin at an hour of their own; the hale are looked at all over the house at once.
    begin = spot.walk * 40 + (0 if one.level == "self" else spot.floor * interval(one.level, now) * 60 // 4)
    last = _last_tour(one, now)
    times = []
    day = house_day(since - _DAY_S)
    while (midnight := int(datetime.combine(day, time(), HOUSE_TIME).timestamp())) <= last:
        for minutes in _TOURS[one.level]:
            at = midnight + minutes * 60 + begin + draw.randrange(-90, 150)
            if since < at <= last and not any(left <= at < back for left, back in one.away):
                times.append(at)
        day += timedelta(days=1)
    times = sorted(times)
    if one.late_min is not None:
        # Nobody has come since: the round is late by exactly this much. An ending brings that look itself.
        times += [] if last_set(one) else [last]
    elif one.course not in _ENDED_AGO and times and not any(left <= now < back for left, back in one.away):
        while (due := due_at(one.level, times[-1], since)) <= now:
            times.append(due - draw.randrange(60, 400))
    return times


def _last_tour(one: Resident, now: int) -> int:
    if one.late_min is not None:
        return now - (interval(one.level, now) + one.late_min) * 60
    if one.course in _ENDED_AGO:
        return now - (_ENDED_AGO[one.course] + 60) * 60
    return now


def _toured(one: Resident, body: Body, draw: Random, crew: Crew, at: int, now: int) -> Look:
    spot = _spot(one, at)
    local = datetime.fromtimestamp(at, HOUSE_TIME)
    on_ward = spot.kind == "inpatient"
    staff = crew.nurses if on_ward else crew.carers
    # A shift is twelve hours; its people keep their floor.
    shift = (at + 12 * 3600 - 4 * 3600) // (12 * 3600)
    by = staff[(spot.floor + shift * 2) % len(staff)]
    kind = "nurse" if on_ward else "night" if is_night(at) else "caregiver"
    vitals = _vitals_now(one, body, draw, local, at, now)
    recent = at > now - _QUIET_S
    noted = _noted(one, draw, crew, local, spoken=vitals is not None, recent=recent)
    look = Look(at, one.person_id, by, spot.id, kind, noted, vitals)
    if vitals is not None and not recent and draw.random() < 0.004:
        return replace(look, mistaken={**vitals, "sbp": vitals["sbp"] + 100, "dbp": vitals["dbp"]})
    return look


def _vitals_now(one: Resident, body: Body, draw: Random, local: datetime, at: int, now: int) -> dict[str, Any] | None:
    """Those in need of care are measured morning and afternoon, the others in the morning, the hale every third day."""
    turn = local.toordinal() + one.index
    morning, afternoon = 5 <= local.hour <= 7, 13 <= local.hour <= 15
    ill = one.course in ("breathless", "infection")
    wanted = (
        (morning and (one.level != "self" or turn % 3 == 0))
        or (afternoon and one.level in ("full", "special"))
        or (ill and local.hour % 6 == 0)
    )
    if not wanted:
        return None
    sweet = any(name in table("demo")["people"]["diabetes"] for name in one.conditions)
    return measured(one, body, draw, at, now, glucose=sweet and morning, weight=morning and turn % 7 == 0)


def _noted(one: Resident, draw: Random, crew: Crew, local: datetime, *, spoken: bool, recent: bool) -> dict[str, Any]:
    words = table("demo")["words"]
    if draw.random() < 0.008:
        # Of old findings some were told to nobody; of the last day's all were.
        told = draw.choice(crew.nurses) if recent or draw.random() < 0.9 else None
        return {"state": "清醒", "abnormal": draw.choice(words["findings"]), "reported_to": told}
    noted: dict[str, Any] = {}
    night = is_night(int(local.timestamp()))
    if one.level in ("full", "special"):
        noted |= {
            "state": "睡眠" if night else "清醒",
            "position": ("左", "平", "右")[local.hour // 2 % 3],
            "skin": "完整",
        }
    if local.hour in _MEALS and one.level != "self" and draw.random() < 0.7:
        noted |= {
            "state": "进食",
            "intake": draw.choice(["全量", "全量", "大半", "一半"]),
            "water_ml": draw.choice([100, 150, 200]),
        }
    if draw.random() < 0.02:
        noted["note"] = draw.choice(words["notes"])
    return noted | ({} if spoken else {"unremarkable": True})


def _visits(one: Resident, body: Body, draw: Random, crew: Crew, since: int, now: int) -> Iterator[Look]:
    """Doctors come every morning to the ward, every week to a home bed, every twelfth day to a bed in the home."""
    day = house_day(since) + timedelta(days=1)
    while day <= house_day(now):
        at = int(datetime.combine(day, time(9), HOUSE_TIME).timestamp()) + one.index * 50 + draw.randrange(200)
        spot = _spot(one, at)
        every = {"inpatient": 1, "home": 7}.get(spot.kind, 12)
        comes = (day.toordinal() + one.index) % every == 0 and at < now - 2 * 3600
        if comes and not any(left <= at < back for left, back in one.away):
            by = crew.doctors[(day.toordinal() + spot.floor) % len(crew.doctors)]
            noted = {"note": draw.choice(table("demo")["words"]["visits"])}
            vitals = measured(one, body, draw, at, now, glucose=False, weight=False) if spot.kind == "home" else None
            yield Look(at, one.person_id, by, spot.id, "home_bed" if spot.kind == "home" else "doctor", noted, vitals)
        day += timedelta(days=1)


def _alerts(look: Look) -> bool:
    if look.vitals is None:
        return False
    news = news_of(look.vitals)
    return news is not None and news.response in ("medium", "high", "red")


def _answer(look: Look, draw: Random, crew: Crew) -> Look:
    """Somebody came within the hour."""
    infection: str = table("demo")["words"]["infection"]
    by = draw.choice(crew.doctors)
    at = look.at + draw.randrange(8 * 60, 40 * 60)
    return Look(at, look.person_id, by, look.bed_id, "doctor", {"abnormal": infection, "reported_to": by})


def _ending(one: Resident, crew: Crew, now: int) -> Iterator[Look]:
    """What has happened just now, and nobody has come yet."""
    vitals = last_set(one)
    spot = _spot(one, now)
    if one.course in _ENDED_AGO:
        at = now - _ENDED_AGO[one.course] * 60
        yield Look(at, one.person_id, crew.carers[0], spot.id, _kind(at), {"state": "清醒"}, vitals)
    elif vitals is not None:
        told = {"abnormal": table("demo")["words"]["pressure"], "reported_to": crew.doctors[0]}
        at = _last_tour(one, now)
        yield Look(
            at, one.person_id, crew.carers[0], spot.id, _kind(at), {"state": "清醒", "position": "左", **told}, vitals
        )
        red = {"state": "清醒", "position": "右", "skin": "发红", "reported_to": crew.nurses[0]}
        yesterday = now - 26 * 3600
        yield Look(yesterday, one.person_id, crew.carers[0], spot.id, _kind(yesterday), red)


def _kind(at: int) -> str:
    return "night" if is_night(at) else "caregiver"


def _spot(one: Resident, at: int) -> Spot:
    return next((spot for since, spot in reversed(one.spots) if since <= at), one.spots[0][1])
