"""The nine risks of GB 38600: what raises each, how strongly, because of what, and when it is over."""

from typing import Any
from uuid import UUID

import pytest

from care import assessments, county_facts
from care.data import table
from care.duties import for_risk
from care.events import record as events
from care.events.kinds import known
from care.looks import in_house
from care.risks import Risk, risk_kinds, risks, risks_of_person
from care.same_person import merge_people
from care.scales import scale
from db.tables import Event
from tests.care.household import Household

FELL = {"severity": "III", "place": "room", "injury": ["none"], "first_aid": "扶起休息"}


def best(scale_id: str, **other: int) -> dict[str, int]:
    """Answers that raise nothing, but for those given."""
    of = scale(scale_id)
    good = max if of.direction == "better" else min
    return {item.id: good(range(item.lo, item.hi + 1), key=item.score) for item in of.items} | other


def assess(house: Household, person: UUID, scale_id: str, facts: dict | None = None, **other: int) -> UUID:
    answers = best(scale_id, **other)
    return assessments.record(house.store, house.director, person, scale_id, answers, facts or {}).id


def found(house: Household, person: UUID) -> dict[str, tuple[str, str]]:
    return {one.code: (one.level, one.cause.zh) for one in risks_of_person(house.store, person)}


def test_the_nine_are_those_of_the_standard_and_each_has_a_duty() -> None:
    listed = [one["code"] for one in table("codes/nine_risks")["values"]]
    assert list(risk_kinds()) == listed
    assert len(listed) == 9
    assert all(for_risk(code) for code in listed)


def test_rules_name_only_what_there_is() -> None:
    for kind in risk_kinds().values():
        for source in kind.sources:
            assert source.level in ("high", "some")
            if not source.scale:
                assert source.days > 0
                continue
            of = scale(source.scale)
            for condition in source.when:
                assert condition.among or condition.least is not None or condition.most is not None
                for name in condition.of:
                    head, _, rest = name.partition(".")
                    if head == "answer":
                        item = of.item(rest)
                        assert item is not None
                        assert all(item.lo <= int(place) <= item.hi for place in condition.among)
                    elif name == "grade":
                        assert all(of.band(str(code)) is not None for code in condition.among)
                    else:
                        assert name == "total"
                if isinstance(condition.most, str):
                    assert condition.most.removeprefix("fact.") in dict(of.settings)


def test_nobody_has_a_risk_without_a_reason(house: Household) -> None:
    house.it_is("2026-11-22 09:00")
    li = house.person("李秀英", "101-1")
    assert found(house, li) == {}
    for scale_id in ("barthel", "morse", "braden", "gbt42195_2022", "mna_sf", "gds15", "phq9", "frail", "mini_cog"):
        assess(house, li, scale_id)
    assess(house, li, "water_swallow", {"seconds": 4})
    assess(house, li, "mmse", {"education": "none"})
    assert found(house, li) == {}


@pytest.mark.parametrize(
    ("scale_id", "facts", "other", "risk", "level"),
    [
        ("water_swallow", {"seconds": 6}, {}, "choking", "some"),
        ("water_swallow", {"seconds": 4}, {"grade": 1}, "choking", "some"),
        ("water_swallow", {"seconds": 4}, {"grade": 2}, "choking", "high"),
        ("gbt42195_2022", {}, {"b1_1": 2}, "choking", "some"),
        ("gbt42195_2022", {}, {"b1_1": 3}, "choking", "high"),
        ("gbt42195_2022", {}, {"b3_4": 2}, "misingestion", "some"),
        ("mna_sf", {}, {"intake": 0, "weight": 0, "bmi": 0}, "pressure", "some"),
        ("nrs2002", {}, {"nutrition": 3}, "pressure", "some"),
        ("gbt42195_2022", {}, {"b3_9": 1}, "bedfall", "some"),
        ("gbt42195_2022", {}, {"b2_3": 1}, "fall", "some"),
        ("morse", {}, {"history": 1}, "fall", "some"),
        ("morse", {}, {"history": 1, "iv": 1}, "fall", "high"),
        ("morse", {}, {"history": 1, "iv": 1}, "bedfall", "some"),
        ("phq9", {}, {"q9": 1}, "harm", "high"),
        ("gbt42195_2022", {}, {"b3_7": 1}, "harm", "high"),
        ("gbt42195_2022", {}, {"b3_2": 1}, "wander", "some"),
        ("gbt42195_2022", {}, {"b3_2": 3}, "wander", "high"),
        ("mini_cog", {}, {"clock": 0, "recall": 2}, "wander", "some"),
        ("mmse", {"education": "middle"}, {"time": 0, "place": 0}, "wander", "high"),
        ("frail", {}, {"f": 1, "r": 1, "a": 1}, "activity", "some"),
        ("braden", {}, {"sensory": 1}, "scald", "some"),
    ],
)
def test_what_an_assessment_raises(
    house: Household, scale_id: str, facts: dict, other: dict[str, int], risk: str, level: str
) -> None:
    house.it_is("2026-11-22 09:00")
    li = house.person("李秀英", "101-1")
    row = assess(house, li, scale_id, facts, **other)
    [one] = [one for one in risks_of_person(house.store, li) if one.code == risk]
    assert (one.level, one.about, one.at) == (level, row, house.store.now())
    assert one.cause.zh
    assert one.cause.en
    assess(house, li, scale_id, {"seconds": 4} if scale_id == "water_swallow" else facts)
    assert risk not in found(house, li), "a better assessment ends it"


def test_who_cannot_walk_does_not_wander(house: Household) -> None:
    house.it_is("2026-11-22 09:00")
    li = house.person("李秀英", "101-1")
    assess(house, li, "gbt42195_2022", b3_2=4, b2_3=4)
    assert "wander" not in found(house, li)


@pytest.mark.parametrize(
    ("total", "act", "level"), [(12, 16, "high"), (13, 16, "some"), (16, 16, "some"), (17, 16, ""), (18, 18, "some")]
)
def test_the_line_of_action_of_braden_is_the_countys(house: Household, total: int, act: int, level: str) -> None:
    house.it_is("2026-11-22 09:00")
    county_facts.confirm(house.store, house.director, "braden_act", act)
    li = house.person("李秀英", "101-1")
    answers, left = best("braden"), 23 - total
    for item in reversed(scale("braden").items):
        taken = min(left, item.hi if item.id != "sensory" else 1)
        answers[item.id] -= taken
        left -= taken
    assert left == 0
    result = assessments.record(house.store, house.director, li, "braden", answers, {}).result
    assert result.total == total
    risk = found(house, li).get("pressure", ("", ""))
    assert risk[0] == level
    assert bool(level) == (str(total) in risk[1])


def test_a_fall_counts_for_ninety_days_and_the_strongest_is_named(house: Household) -> None:
    house.it_is("2026-08-01 09:00")
    li = house.person("李秀英", "101-1")
    assess(house, li, "morse", history=1)
    assert found(house, li) == {"fall": ("some", "Morse 中风险（25 分）")}
    fell = events.record(house.store, house.carer, "fall", {**FELL, "found_at": house.store.now()}, person_id=li)
    assert found(house, li) == {"fall": ("high", "近 90 天跌倒")}
    [risk] = risks_of_person(house.store, li)
    assert risk.about == fell
    house.it_is("2026-11-01 09:00")
    assert found(house, li)["fall"][0] == "some"


def test_risks_of_the_house_high_ones_first(house: Household) -> None:
    now = house.it_is("2026-11-22 09:00")
    li, zhang = house.person("李秀英", "101-1"), house.person("张玉珍", "101-2")
    again = house.person("李秀英")
    assess(house, again, "morse", history=1, iv=1)
    merge_people(house.store, house.director, li, again)
    with house.store.reading() as conn:
        of = risks(conn, in_house(conn, now), now)
    assert set(of) == {li}
    assert zhang not in of
    assert [(one.code, one.level) for one in of[li]] == [("fall", "high"), ("bedfall", "some")]
    assert isinstance(of[li][0], Risk)


def test_events_that_raise_risks_are_kinds_with_such_fields() -> None:
    wanted = {event for one in risk_kinds().values() for source in one.sources for event in source.events}
    for event in wanted:
        kind = known(event.kind)
        assert kind is not None, event
        if event.field:
            [field] = [one for one in kind.fields if one.id == event.field]
            assert all(field.choice(code) is not None for code in event.among)


def test_a_wound_is_a_risk_of_pressure_only_if_it_is_one_of_pressure(house: Household) -> None:
    house.it_is("2026-11-22 09:00")
    li = house.person("李秀英", "101-1")
    with house.store.act(house.carer) as act:
        where: dict[str, Any] = {"person_id": li, "staff_id": house.carer, "at": act.now, "kind": "wound"}
        act.insert(Event, **where, facts='{"kind": "surgical"}')
    assert found(house, li) == {}
    with house.store.act(house.carer) as act:
        act.insert(Event, **where, facts='{"kind": "pressure", "stage": "2"}')
    assert found(house, li) == {"pressure": ("high", "近 90 天发生压疮")}
