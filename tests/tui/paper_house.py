"""A house with something on every sheet: a week of measurements, a month of doses, a fall, a scale of 26 questions."""

from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

from care import assessments, rounds, stays
from care.events import record
from care.person_facts import Allergy
from care.scales import scale
from db.tables import Dose, Round, Vitals
from tests.care.household import Household, at, founded
from tests.care.pharmacy import Pharmacy

LAST = "2026-11-22"
HOURS = (2, 6, 10, 14, 18, 22)


@dataclass(eq=False)
class PaperHouse:
    """The record, who prints, and what can be printed."""

    house: Household
    nurse: UUID
    li: UUID
    fall: UUID
    assessed: UUID


def temp(day: int, hour: int) -> int:
    """The temperature of that day and hour: it goes up and down within what the paper has."""
    return 365 + 7 * (day % 4) + hour // 4


def pulse(day: int, hour: int) -> int:
    """The pulse beside it, never at the same place."""
    return 110 + 5 * (day % 3) + hour


def build(path: Path) -> PaperHouse:
    """李秀英 came on the 16th, moved on the 18th, was out on the 20th; 陈德福 lies beside her."""
    house = founded(path)
    house.it_is("2026-11-16 09:10")
    allergies = (Allergy("青霉素", "皮疹", "2019"),)
    li = house.person("李秀英", "101-1", care_level="full", allergies=allergies, allergies_known=True)
    house.person("陈德福", "101-2")
    nurse = house.colleague("nurse")
    _week(house, li)
    house.it_is("2026-11-18 11:02")
    stays.move(house.store, house.director, li, house.bed("102-2"))
    now = house.it_is("2026-11-20 09:30")
    stays.leave(house.store, house.carer, li, "family", now + 7 * 3600, "儿子")
    house.it_is("2026-11-20 16:20")
    stays.back(house.store, house.carer, li)
    now = house.it_is(f"{LAST} 21:04")
    seen = rounds.Observation(abnormal="叫不醒", skin="发红", reported_to=nurse)
    rounds.record(house.store, house.carer, li, seen)
    record.record(house.store, nurse, "drink", {"ml": 250, "what": "water"}, person_id=li)
    _month(house, nurse, li)
    facts = {"severity": "II", "place": "toilet", "injury": ["bruise"], "body": ["waist"], "first_aid": "冷敷",
             "hospital": False, "found_at": now}  # fmt: skip
    fall = record.record(house.store, nurse, "fall", facts, person_id=li)
    told = {"doctor": house.colleague("doctor").hex, "told_at": now, "said": "先观察"}
    record.record(house.store, nurse, "told_doctor", told, person_id=li, about=fall)
    of = scale("gbt42195_2022")
    answers = {item.id: 1 for item in of.items}
    given = {"dementia": False, "mental": False}
    known = {need.id: given.get(need.id, False if need.kind == "yes" else need.lo) for need in of.needs}
    done = assessments.record(house.store, nurse, li, of.id, answers, known, note="老人配合")
    return PaperHouse(house, nurse, li, fall, done.id)


def _week(house: Household, li: UUID) -> None:
    with house.store.act(house.carer) as act:
        for day in range(16, 23):
            for hour in HOURS:
                if (day, hour) < (16, 10) or (day == 20 and hour in (10, 14)) or (day, hour) > (22, 18):
                    continue
                when = at(f"2026-11-{day} {hour:02}:00")
                seen = act.insert(
                    Round, person_id=li, staff_id=house.carer, at=when, kind="caregiver", unremarkable=True
                )
                act.insert(
                    Vitals, person_id=li, staff_id=house.carer, round_id=seen, at=when, temp_c10=temp(day, hour),
                    pulse=pulse(day, hour), resp=18, sbp=131 if hour in (6, 14) else None, dbp=82,
                    weight_kg10=523 if (day, hour) == (19, 6) else None,
                )  # fmt: skip


def _month(house: Household, nurse: UUID, li: UUID) -> None:
    shop = Pharmacy(house, house.colleague("doctor"), nurse, li)
    drugs = (
        "硝苯地平缓释片",
        "二甲双胍片",
        "阿托伐他汀钙片",
        "氨氯地平片",
        "氢氯噻嗪片",
        "美托洛尔缓释片",
        "呋塞米片",
        "螺内酯片",
    )
    ids = [shop.order(drug, "TID", times="07:30 11:30 17:30", from_on="2026-11-01") for drug in drugs]
    with house.store.act(nurse) as act:
        for order in ids:
            for day in range(1, 23):
                for hour in ("07:30", "11:30", "17:30"):
                    refused = (order, day, hour) == (ids[0], 5, "11:30")
                    due = at(f"2026-11-{day:02} {hour}")
                    act.insert(
                        Dose, person_id=li, order_id=order, staff_id=nurse, due_at=due, at=due + 300,
                        result="refused" if refused else "given", cause="说嘴里苦" if refused else "",
                    )  # fmt: skip
