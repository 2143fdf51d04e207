"""The house of the demo: rota, equipment, papers, checks; how the last shifts were handed over (``demo_house``)."""

import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import date, timedelta
from random import Random
from typing import Any, Final
from uuid import UUID

from care import handover
from care.age import house_day
from care.data import table
from care.demo.house import Crew
from care.demo.residents import Resident
from care.events.record import put
from care.house_checks import checks
from care.rights import doing
from care.shifts import began
from care.staff import StaffView, everyone
from db.store import Act, Store
from db.tables import Certificate, Equipment, Event, Rota

_DAY_S: Final = 86400
_SHIFTS: Final = 5
"""So many shifts of late were handed over; the last one waits for somebody to sign."""

_AHEAD_DAYS: Final = 14


def furnish_house(store: Store, people: Sequence[Resident], crew: Crew, random: Random, since: int, now: int) -> int:
    """Write it, an act for each kind of thing. Returns how many rows."""
    here = [one for one in everyone(store) if not one.closed]
    director = next(one.id for one in here if one.role in ("director", "admin"))
    with doing(store, director, "rota.change") as act:
        planned = _rota(act, here, house_day(since), house_day(now) + timedelta(days=_AHEAD_DAYS))
    with doing(store, director, "certificate.change") as act:
        things = _things(act, house_day(now))
        papers = _papers(act, here, random, house_day(now))
    looked = _checked(store, crew, things, len(people), random, since, now)
    return planned + len(things) + papers + looked + _handed_over(store, crew, now)


def _rota(act: Act, here: Sequence[StaffView], first: date, last: date) -> int:
    words = table("demo_house")
    turns, written = words["turns"], 0
    for nth, one in enumerate(here):
        for n in range((last - first).days):
            day = first + timedelta(days=n)
            if one.role in ("carer", "nurse"):
                shifts = turns[(n + nth) % len(turns)]
            else:
                shifts = words["office"] if day.weekday() < 5 else []
            for code in shifts:
                act.insert(Rota, staff_id=one.id, day=day.isoformat(), shift=code)
                written += 1
    return written


def _things(act: Act, today: date) -> list[tuple[UUID, str, str]]:
    """What is entered: ids, kinds, labels."""
    found = []
    for row in table("demo_house")["thing"]:
        for nth, label in enumerate(row["labels"]):
            until = (today + timedelta(days=row["until"][nth])).isoformat() if row["until"] else None
            id = act.insert(Equipment, kind=row["kind"], label=label, place=row["place"], until_on=until)
            found.append((id, row["kind"], label))
    return found


def _papers(act: Act, here: Sequence[StaffView], random: Random, today: date) -> int:
    share, written = table("demo_house")["papers"], 0
    for one in here:
        for code, rule in table("rules/certificates")["kind"].items():
            if not rule["needed"] or one.role not in rule["roles"] or not random.randrange(share["missing"]):
                continue
            months = rule["months"]
            left = random.randrange(60, 30 * months) if months else 0
            if months and not random.randrange(share["over"]):
                left = -random.randrange(1, 30)
            elif months and not random.randrange(share["soon"]):
                left = random.randrange(1, max(rule["warn_days"], 2))
            until = today + timedelta(days=left) if months else None
            issued = until - timedelta(days=30 * months) if until else today - timedelta(days=random.randrange(90, 900))
            ends = until.isoformat() if until else None
            act.insert(Certificate, staff_id=one.id, kind=code, issued_on=issued.isoformat(), until_on=ends)
            written += 1
    return written


def _checked(
    store: Store, crew: Crew, things: list[tuple[UUID, str, str]], people: int, random: Random, since: int, now: int
) -> int:
    """The checks of the house and of its things, one act for each who made them."""
    told: dict[UUID, list[tuple[int, str, dict[str, Any], UUID | None]]] = defaultdict(list)
    by = crew.carers or crew.everyone
    dishes = table("demo_house")["dish"]
    for one in checks(store, now):
        at = now - random.randrange(2, 10) * 3600
        while at > since:
            facts: dict[str, Any] = {"sound": True}
            if one.kind == "food_sample":
                dish = random.choice(dishes)
                facts = {"meal": dish["meal"], "dishes": dish["words"], "hours": 48}
            elif one.kind == "drill":
                at = now - random.randrange(20, 25) * _DAY_S
                facts = {"what": "fire", "people": max(people // 2, 1), "minutes": 25}
            told[random.choice(by)].append((at, one.kind, facts, None))
            at -= one.every_days * _DAY_S - random.randrange(-3600, 3600)
    rules = table("rules/equipment")["kind"]
    for nth, (id, code, label) in enumerate(things):
        # Every sixth waits for somebody; one is broken.
        at = now - (rules[code]["check_days"] + 2 if not nth % 6 else random.randrange(1, 6)) * _DAY_S
        result = "broken" if code == "emergency_light" and nth % 2 else "ok"
        while at > since:
            facts = {"result": result, "label": f"{rules[code]['zh']} {label}"}
            told[by[0]].append((at, "equipment_check", facts, id))
            at, result = at - rules[code]["check_days"] * _DAY_S, "ok"
    for who, each in told.items():
        with doing(store, who, "event.house") as act:
            for at, code, said, about in sorted(each, key=lambda one: one[0]):
                if at > since:
                    put(act, who, code, said, about=about, at=at)
    return sum(len(each) for each in told.values())


def _handed_over(store: Store, crew: Crew, now: int) -> int:
    """The last shifts, each drafted at its own end from the record of its time."""
    by = (*crew.nurses, *crew.carers) or crew.everyone
    ends: list[int] = []
    end = began(now)
    while len(ends) < _SHIFTS and len(by) > 1:
        ends.append(end)
        end = began(end - 60)
    drafted = [(end, handover.draft(store, end + 300)) for end in reversed(ends)]
    for nth, (end, told) in enumerate(drafted):
        if end + 900 >= now:
            continue
        # The last one is a nurse's, so that whoever opens the demo may sign for it.
        giver, taker = (by[(len(drafted) - back - nth) % len(by)] for back in (1, 2))
        facts = {"draft": asdict(told), "items": {"keys": "3 把，齐", "medicines": "冰箱和急救药已点"}}
        with doing(store, giver, handover.RIGHT) as act:
            given = _signed(act, giver, end + 300, handover.GIVEN, facts)
        if nth < len(drafted) - 1:
            with doing(store, taker, handover.RIGHT) as act:
                _signed(act, taker, end + 600, handover.TAKEN, {"note": "已看"}, about=given)
    return 2 * len(drafted)


def _signed(act: Act, by: UUID, at: int, kind: str, facts: Mapping[str, Any], about: UUID | None = None) -> UUID:
    said = json.dumps(facts, ensure_ascii=False, sort_keys=True)
    return act.insert(Event, staff_id=by, at=at, kind=kind, about=about, facts=said)
