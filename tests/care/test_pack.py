"""What a downtime pack says, and the passphrase on paper that opens it."""

from itertools import pairwise
from pathlib import Path
from typing import TypeVar
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import event, select
from sqlmodel import col

from care import rounds, stays
from care.agreed import agree, agreed
from care.levels import level_rules
from care.observations import remarkable_choices
from care.pack.card import card, card_to_pack_with, card_to_print, note_packed
from care.pack.facts import AHEAD_S, PackedPerson, PackFacts, dues, pack_facts
from care.pack.passphrase import (
    DIGITS,
    Card,
    PassphraseMiscounted,
    PassphraseMistyped,
    grouped,
    new_digits,
    new_number,
    read,
)
from care.pack.sections import (
    Allergies,
    Cautions,
    Conditions,
    Disputed,
    Family,
    LastMeasured,
    Remark,
    Section,
    Waiting,
)
from care.people import Allergy, Condition, Contact
from care.same_person import merge_people
from db.store import Store
from db.tables import AuditEvent, Person, Setting
from tests.care.household import Household, at, refuses
from tests.care.pair import two_laptops

Kind = TypeVar("Kind", bound=Section)

NOW = "2026-11-22 21:04"
RED = next(code for field, code in remarkable_choices() if field == "skin")
SET: dict[str, int | str | bool | None] = {
    "temp_c10": 374, "pulse": 112, "resp": 24, "sbp": 132, "dbp": 78, "spo2": 91, "oxygen": False, "acvpu": "A",
}  # fmt: skip


def packed(house: Household) -> PackFacts:
    return pack_facts(house.store, house.store.now())


def who(facts: PackFacts, name: str) -> PackedPerson:
    (found,) = (one for one in facts.people if one.name == name)
    return found


def section(person: PackedPerson, kind: type[Kind]) -> Kind:
    (found,) = (one for one in person.sections if isinstance(one, kind))
    return found


def events(store: Store, what: str) -> list[tuple[UUID | None, str]]:
    asked = select(col(AuditEvent.staff_id), col(AuditEvent.facts)).where(col(AuditEvent.what) == what)
    with store.reading() as conn:
        return [(staff, facts) for staff, facts in conn.execute(asked.order_by(col(AuditEvent.id)))]


# --- the facts --------------------------------------------------------------------------------------


def test_who_lies_where_in_bed_order_and_nobody_to_practise_on(house: Household) -> None:
    for name, bed in (("张玉珍", "201-1"), ("李秀英", "101-2"), ("郑有财", "病1-1")):
        house.person(name, bed)
    house.person("没有床")
    house.person("练习的人", "102-1", practice=True)
    facts = packed(house)
    assert [(one.name, one.bed_label, one.room, one.floor, one.bed_kind) for one in facts.people] == [
        ("李秀英", "101-2", "101", 1, "welfare"),
        ("张玉珍", "201-1", "201", 2, "welfare"),
        ("郑有财", "病1-1", "病1", 1, "inpatient"),
    ]
    assert (facts.house, facts.doubted) == ("青山镇两院", False)
    assert [(one.kind, one.name, one.director) for one in facts.places] == [
        ("health_centre", "青山镇卫生院", "刘建国"),
        ("welfare_home", "青山镇福利院", "刘建国"),
    ]
    assert [(one.name, one.role) for one in facts.staff] == [("刘建国", "director"), ("王芳", "carer")]


def test_what_must_be_known_at_the_bed(house: Household) -> None:
    house.person(
        "李秀英",
        "101-1",
        allergies=(Allergy("青霉素", "皮疹"),),
        allergies_known=True,
        conditions=(Condition("高血压"),),
        contacts=(Contact("李强", "11", "13800005521"),),
        phone="13700000000",
        no_resuscitation=True,
        spo2_scale=2,
        note="耳背",
    )
    house.person("张玉珍", "101-2")
    facts = packed(house)
    li, zhang = who(facts, "李秀英"), who(facts, "张玉珍")
    assert section(li, Allergies) == Allergies((Allergy("青霉素", "皮疹"),), True)
    assert section(li, Cautions) == Cautions(True, 2, ())
    assert section(li, Conditions).items == (Condition("高血压"),)
    assert section(li, Family) == Family((Contact("李强", "11", "13800005521"),), "13700000000")
    assert section(li, Remark).text == "耳背"
    assert section(zhang, Allergies) == Allergies((), False)
    assert {type(one) for one in zhang.sections} == {Allergies, Cautions, Family}


def test_the_last_measurements_with_their_score_and_what_nobody_answered(house: Household) -> None:
    person = house.person("李秀英", "101-1")
    now = house.it_is(NOW)
    rounds.record(house.store, house.carer, person, rounds.Observation(vitals={"weight_kg10": 455}), at=now - 2 * 86400)
    rounds.record(house.store, house.carer, person, rounds.Observation(vitals=SET, skin=RED), at=now - 600)
    li = who(packed(house), "李秀英")
    last = section(li, LastMeasured)
    values = {one.name: (one.value, one.at) for one in last.readings}
    assert values["sbp"] == (132, now - 600)
    assert values["weight_kg10"] == (455, now - 2 * 86400)
    assert last.news is not None
    assert (last.news.total, last.news_at) == (7, now - 600)
    assert section(li, Waiting).alerts[0].code == "news_high"
    assert li.urgent
    assert [(risk.field, risk.value) for risk in section(li, Cautions).risks] == [("skin", RED)]


def test_of_whoever_was_not_measured_for_weeks_the_newest_set_is_told(house: Household) -> None:
    person = house.person("李秀英", "101-1")
    now = house.it_is(NOW)
    for days in (40, 30):
        rounds.record(
            house.store, house.carer, person, rounds.Observation(vitals={"sbp": 100 + days}), at=now - days * 86400
        )
    (one,) = section(who(packed(house), "李秀英"), LastMeasured).readings
    assert (one.value, one.at) == (130, now - 30 * 86400)


def test_what_a_doubted_clock_wrote_is_marked_and_so_is_the_pack(house: Household) -> None:
    person = house.person("李秀英", "101-1")
    house.store.clock.doubt = "jumped"
    rounds.record(house.store, house.carer, person, rounds.Observation(vitals={"pulse": 71}))
    facts = packed(house)
    assert facts.doubted
    assert [one.suspect for one in section(who(facts, "李秀英"), LastMeasured).readings] == [True]


def test_who_is_out_with_whom_and_is_waited_for_by_no_round(house: Household) -> None:
    person = house.person("周福", "101-1")
    house.it_is("2026-11-22 09:00")
    stays.leave(house.store, house.carer, person, "family", at("2026-11-23 17:00"), "儿子")
    one = who(packed(house), "周福")
    assert one.out is not None
    assert (one.out.kind, one.out.companion, one.out.expected_at) == ("family", "儿子", at("2026-11-23 17:00"))
    assert one.due == ()


def test_rounds_of_the_next_day_begin_with_the_late_one(house: Household) -> None:
    house.person("李秀英", "101-1", care_level="full")
    now = house.it_is(NOW)
    due = who(packed(house), "李秀英").due
    assert due[0] <= now < due[1]
    assert due[-1] < now + AHEAD_S
    assert list(due) == sorted(due)


@given(st.sampled_from([rule.level for rule in level_rules()]), st.integers(0, 86400), st.integers(-100_000, 90_000))
def test_no_round_of_the_next_day_is_left_out(level: str, second: int, first: int) -> None:
    """Between two of them lies at most the longest interval of the level."""
    now = at("2026-11-22 00:00") + second
    longest = max(rule.day_min + rule.night_min for rule in level_rules() if rule.level == level) * 60
    found = dues(level, now + first, now)
    if first >= AHEAD_S:
        assert found == ()
        return
    assert found[0] == now + first
    walked = [max(one, now) for one in found]
    assert all(after - before <= longest for before, after in pairwise(walked))
    assert now + AHEAD_S - walked[-1] <= longest
    assert dues(level, None, now) == ()


def test_both_values_of_what_two_laptops_wrote_apart_are_on_paper(tmp_path: Path) -> None:
    with two_laptops(tmp_path) as pair:
        person = pair.person("李秀英", "101-1", care_level="half", no_resuscitation=True)
        pair.meet()
        pair.centre.edit(Person, person, care_level="full", no_resuscitation=False)
        pair.home.edit(Person, person, care_level="self", allergies='[{"to": "青霉素"}]')
        pair.meet()
        for laptop in pair.both:
            (one,) = pack_facts(laptop.store, laptop.store.now()).people
            disputed = section(one, Disputed)
            assert one.disputed
            (contest,) = disputed.contests
            assert contest.field == "care_level"
            assert {side.value for side in contest.values} == {"full", "self"}
            assert one.care_level == "full"
            assert section(one, Allergies).items == (Allergy("青霉素"),)


def test_whoever_was_registered_twice_is_there_once_with_what_either_has(house: Household) -> None:
    kept = house.person("李秀英", "101-1", allergies=(Allergy("青霉素"),), sex="2", id_number="", id_reason="遗失")
    other = house.person(
        "李秀英", allergies=(Allergy("花生"),), sex="2", id_number="", id_reason="遗失", no_resuscitation=True
    )
    now = house.it_is(NOW)
    rounds.record(house.store, house.carer, kept, rounds.Observation(vitals={"pulse": 70}), at=now - 60)
    merge_people(house.store, house.director, kept, other)
    one = who(packed(house), "李秀英")
    assert {item.to for item in section(one, Allergies).items} == {"青霉素", "花生"}
    assert [reading.value for reading in section(one, LastMeasured).readings] == [70]
    assert [contest.field for contest in section(one, Disputed).contests] == ["no_resuscitation"]


def test_more_people_ask_no_more_of_the_record(house: Household) -> None:
    """A house of 300 is read as fast as the disk gives: nothing is asked once a person."""

    def asked() -> int:
        seen: list[str] = []

        def count(_conn: object, _cursor: object, statement: str, *_: object) -> None:
            seen.append(statement)

        event.listen(house.store._engine, "before_cursor_execute", count)
        facts = packed(house)
        event.remove(house.store._engine, "before_cursor_execute", count)
        assert facts.people
        return len(seen)

    house.person("李秀英", "101-1")
    few = asked()
    for n, bed in enumerate(("101-2", "102-1", "102-2", "103-1", "201-1", "202-1")):
        person = house.person(f"老人{n}", bed)
        rounds.record(house.store, house.carer, person, rounds.Observation(vitals=SET))
    assert asked() <= few


# --- the passphrase ----------------------------------------------------------------------------------


def test_a_passphrase_is_28_digits_that_check_themselves() -> None:
    drawn = {new_digits() for _ in range(200)}
    assert len(drawn) == 200
    assert all(len(one) == DIGITS and int(one) % 97 == 1 and read(one) == one for one in drawn)
    assert grouped("0123" * 7) == " ".join(["0123"] * 7)


@given(st.integers(0, DIGITS - 1), st.integers(1, 9))
def test_any_wrong_digit_shows(place: int, more: int) -> None:
    digits = new_digits()
    wrong = digits[:place] + str((int(digits[place]) + more) % 10) + digits[place + 1 :]
    with pytest.raises(PassphraseMistyped):
        read(wrong)


@given(st.integers(0, DIGITS - 2))
def test_two_digits_exchanged_show(place: int) -> None:
    digits = new_digits()
    swapped = digits[:place] + digits[place + 1] + digits[place] + digits[place + 2 :]
    if swapped != digits:
        with pytest.raises(PassphraseMistyped):
            read(swapped)


def test_however_it_is_typed() -> None:
    digits = new_digits()
    wide = "".join(chr(ord(one) + 0xFEE0) for one in digits)
    assert {read(f" {grouped(digits)}\n"), read("-".join(digits)), read(wide), read(f"口令：{digits}。")} == {digits}
    with pytest.raises(PassphraseMiscounted) as caught:
        read(digits[:-1])
    assert caught.value.facts == {"found": 27, "wanted": 28}


def test_a_card_shown_by_accident_shows_no_digit() -> None:
    made = Card(new_number(), new_digits(), 0)
    assert made.digits not in repr(made)


def test_all_packs_of_the_house_are_made_with_one_card(house: Household) -> None:
    first = card_to_pack_with(house.store, None)
    assert card_to_pack_with(house.store, house.carer) == first == card_to_print(house.store, house.director)
    second = card_to_print(house.store, house.director, anew=True)
    assert second.digits != first.digits
    assert card_to_pack_with(house.store, None) == second
    assert events(house.store, "pack_passphrase") == [
        (house.director, f'{{"card": "{first.number}", "done": "shown"}}'),
        (house.director, f'{{"card": "{second.number}", "done": "made"}}'),
    ]


def test_a_carer_makes_packs_and_does_not_see_the_passphrase(house: Household) -> None:
    used = card_to_pack_with(house.store, house.carer)
    note_packed(house.store, house.carer, used, 3, 1)
    with refuses("no_right", right="pack.passphrase", role="carer"):
        card_to_print(house.store, house.carer)
    assert events(house.store, "pack_passphrase") == []


def test_of_the_programs_own_packs_one_in_a_day_is_written_down(house: Household) -> None:
    now = house.it_is(NOW)
    used = card_to_pack_with(house.store, None)
    for hour in range(26):
        house.store.answer_clock(now + hour * 3600)
        note_packed(house.store, None, used, 3, 1)
    assert len(events(house.store, "packed")) == 2
    note_packed(house.store, house.carer, used, 3, 2)
    note_packed(house.store, house.carer, used, 3, 2)
    assert [staff for staff, _ in events(house.store, "packed")] == [None, None, house.carer, house.carer]


def test_two_laptops_that_made_a_card_apart_agree_on_one(tmp_path: Path) -> None:
    with two_laptops(tmp_path) as pair:
        mine, theirs = (card_to_pack_with(laptop.store, None) for laptop in pair.both)
        assert mine != theirs
        pair.meet()
        found = []
        for laptop in pair.both:
            with laptop.store.reading() as conn:
                found.append(card(conn))
        assert found[0] == found[1]
        assert found[0] in (mine, theirs)


def test_a_value_set_under_a_clock_of_2099_does_not_stand_for_ever(house: Household) -> None:
    with house.store.act(None) as act:
        act.insert(Setting, name="x", value="of 2099", turn=1, at=at("2099-01-01 00:00"))
    with house.store.act(None) as act:
        agree(act, "x", "of today")
    with house.store.reading() as conn:
        found = agreed(conn, "x")
    assert found is not None
    assert found.value == "of today"


@pytest.mark.parametrize("value", ["", "[]", "null", "{}", '{"number": "K27", "digits": "12345"}', "[" * 5000])
def test_a_card_that_another_program_spoiled_is_none(house: Household, value: str) -> None:
    with house.store.act(None) as act:
        agree(act, "pack_passphrase", value)
    with house.store.reading() as conn:
        assert card(conn) is None
    assert len(card_to_pack_with(house.store, None).digits) == DIGITS
