"""A whole shift told to the next: what the program drafts, what was signed, who may sign, what newer programs wrote."""

import json
from uuid import UUID

import pytest

from care import certificates, equipment, handover
from care.alerts import open_alerts
from care.answers import Answer, answer
from care.events import record
from care.handover import Draft
from care.rights import NoRight
from care.today import today
from db.tables import Event
from tests.care.household import Household, at, refuses
from tests.care.shift_story import Shift, shift_of


def said(drafted: Draft, code: str) -> list[str]:
    """The lines of a section: ``101-1 张秀英 …``."""
    lines = [line for one in drafted.sections if one.code == code for line in one.lines]
    return [f"{line.bed_label} {line.name} {line.what.zh}".strip() for line in lines]


@pytest.fixture
def shift(house: Household) -> Shift:
    """The shift, at its end."""
    return shift_of(house)


def test_the_draft_tells_the_whole_shift(shift: Shift) -> None:
    drafted = shift.draft()
    assert (drafted.words.zh, drafted.from_at, drafted.until_at) == ("白班", at("2026-11-22 08:00"), shift.now)
    counts = drafted.counts
    assert (counts.expected, counts.present, counts.out, counts.hospital) == (4, 3, 1, 0)
    assert (counts.came, counts.left, counts.moved) == (1, 0, 0)
    alerts = said(drafted, "alerts")
    assert [line.split()[1] for line in alerts] == ["陈德福", "张秀英"]
    assert alerts[0].startswith("101-2 陈德福 NEWS2 ")
    assert alerts[0].endswith("未应答")
    (fall,) = said(drafted, "incidents")
    assert fall.startswith("101-1 张秀英 跌倒")
    assert said(drafted, "movements") == ["103-1 新来的 新入住", "102-1 周福 外出"]
    assert said(drafted, "findings") == [], "both stand with the alerts"
    refused, *late = said(drafted, "doses")
    assert refused.startswith("101-1 张秀英 阿司匹林肠溶片")
    assert refused.endswith("拒服  说肚子不舒服")
    assert all(line.endswith("还没给") for line in late)
    assert any(line.startswith("101-1 张秀英 巡视超") for line in said(drafted, "undone"))
    assert not any("周福" in line for line in said(drafted, "undone"))
    assert [line for line in said(drafted, "events") if "探视" in line and "张强" in line]
    assert said(drafted, "follow_up")


def test_a_doctor_who_was_called_is_not_called_again(shift: Shift) -> None:
    store = shift.house.store
    (alert, _) = open_alerts(store, shift.now)
    answer(store, shift.house.carer, alert.person_id, alert.about, Answer("called", told="刘医生"))
    assert said(shift.draft(), "alerts")[0].endswith("已叫医生  刘医生  未应答")
    answer(store, shift.house.colleague("doctor"), alert.person_id, alert.about, Answer("seen"))
    assert any(line.endswith("已看过处理  已回应") for line in said(shift.draft(), "alerts"))


def test_within_half_an_hour_of_a_shift_the_one_before_is_handed_over(shift: Shift) -> None:
    assert handover.draft(shift.store, at("2026-11-22 20:29")).shift == "day"
    assert handover.draft(shift.store, at("2026-11-22 20:30")).shift == "night"


def test_what_was_signed_stays_when_the_record_changes(shift: Shift) -> None:
    given = shift.give(keys="3 把", other="走廊灯坏了")
    before = shift.past()[0]
    with shift.store.reading() as conn:
        visit = conn.exec_driver_sql("SELECT id FROM event WHERE kind = 'visit'").scalar_one()
    record.void(shift.store, shift.house.carer, UUID(bytes=visit), "记错了人")
    shift.house.it_is("2026-11-22 20:40")
    after = shift.past()[0]
    assert after == before
    assert (after.id, after.giver, after.items) == (given, "王芳", {"keys": "3 把", "other": "走廊灯坏了"})
    assert said(after.draft, "events") == said(before.draft, "events") != []


def test_what_happened_since_is_told_to_who_takes_over(shift: Shift) -> None:
    shift.give()
    (given,) = handover.waiting(shift.store, shift.now)
    assert handover.since(shift.store, given, shift.now) == ()
    now = shift.house.it_is("2026-11-22 20:20")
    record.record(shift.store, shift.nurse, "house_note", {"text": "停水"})
    (news,) = handover.since(shift.store, given, now + 60)
    assert (news.code, [line.at for line in news.lines]) == ("events", [now])
    assert "停水" in news.lines[0].what.zh


def test_of_the_things_of_the_house_is_told_what_was_not_in_order(shift: Shift) -> None:
    by = shift.house.director
    for label, result in (("1楼", "ok"), ("2楼", "broken")):
        thing = equipment.add(shift.store, by, kind="hydrant", label=label)
        equipment.check(shift.store, shift.house.carer, thing, result)
    told = [line for line in said(shift.draft(), "events") if "消火栓" in line]
    assert len(told) == 1
    assert "2楼" in told[0]


def test_two_sign_and_never_the_same(shift: Shift) -> None:
    given = shift.give()
    with refuses("handover_already"):
        shift.give()
    with refuses("handover_own"):
        handover.take(shift.store, shift.house.carer, given)
    with pytest.raises(NoRight):
        handover.take(shift.store, shift.house.colleague("admin"), given)
    assert [one.id for one in handover.waiting(shift.store, shift.now)] == [given]
    taken = handover.take(shift.store, shift.nurse, given, "  钥匙已点清 ")
    (one,) = shift.past()
    assert (one.taken_id, one.taker_id, one.taken_at, one.remarks) == (taken, shift.nurse, shift.now, "钥匙已点清")
    assert handover.waiting(shift.store, shift.now) == []
    with refuses("handover_taken"):
        handover.take(shift.store, shift.house.director, given)


def test_a_signature_is_taken_back_by_whoever_gave_it(shift: Shift) -> None:
    given = shift.give()
    taken = handover.take(shift.store, shift.nurse, given)
    handover.undo(shift.store, shift.nurse, taken)
    assert [one.id for one in handover.waiting(shift.store, shift.now)] == [given]
    handover.undo(shift.store, shift.house.carer, given)
    assert shift.past() == []
    assert shift.give() != given


def test_what_people_add_has_bounds(shift: Shift) -> None:
    with refuses("handover_item_unknown"):
        shift.give(weather="晴")
    with refuses("text_too_long", most=500):
        shift.give(other="长" * 501)
    given = shift.give(other="长" * 500)
    with refuses("text_too_long", most=500):
        handover.take(shift.store, shift.nurse, given, "长" * 501)
    assert shift.past()[0].items["other"] == "长" * 500


def test_today_asks_for_it_when_the_shift_ends_and_until_it_is_signed(shift: Shift) -> None:
    def asked(now: int) -> list[tuple[str, int]]:
        return [(one.what.zh, one.late_min) for one in today(shift.store, now).work if one.section == "handover"]

    assert asked(at("2026-11-22 19:29")) == []
    assert asked(at("2026-11-22 19:30")) == [("白班要交班", 0)]
    assert asked(shift.now) == [("白班要交班", 5)]
    given = shift.give()
    assert asked(shift.now) == [("白班 王芳 已签 等你签收", 0)]
    handover.take(shift.store, shift.nurse, given)
    assert asked(shift.now) == []


@pytest.mark.parametrize(
    "facts",
    [
        {"draft": {"shift": "day", "told": "otherwise"}, "items": []},
        {"draft": []},
        {"draft": {"shift": "day", "words": ["白班"], "from_at": 0, "until_at": 0, "counts": {}, "sections": []}},
        {"draft": {"shift": "day", "words": ["白班", "Day"], "from_at": 0, "until_at": 0, "counts": [], "sections": 4}},
        [],
        None,
    ],
)
def test_a_handover_of_a_newer_program_is_passed_over_here(shift: Shift, facts: object) -> None:
    shift.give()
    with shift.store.act(shift.nurse) as act:
        kept = "{" if facts is None else json.dumps(facts, ensure_ascii=False)
        theirs = act.insert(Event, staff_id=shift.nurse, at=act.now, kind="handover", facts=kept)
    assert [one.giver for one in shift.past()] == ["王芳"]
    assert shift.draft().counts.expected == 4
    # Nobody signs what they cannot read.
    with refuses("record_unknown"):
        handover.take(shift.store, shift.house.director, theirs)


def test_what_another_laptop_wrote_and_is_no_check_counts_for_none(shift: Shift) -> None:
    store = shift.store
    thing = equipment.add(store, shift.house.director, kind="hydrant", label="1楼")
    with store.act(shift.nurse) as act:
        act.insert(Event, staff_id=shift.nurse, at=act.now, kind="equipment_check", about=thing, facts="{")
        act.insert(Event, staff_id=shift.nurse, at=act.now, kind="training", facts="{")
    assert [one.result for one in equipment.equipment(store, shift.now)] == [""]
    assert not any(one.trained for one in certificates.papers(store, shift.now))
    assert today(store, shift.now).work
