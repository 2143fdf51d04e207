"""A stay from application to closed file; a death at night; what is still open; two laptops that were apart."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlmodel import col

from care import plan, stays
from care.data import table
from care.ended import Ended
from care.events import read, record
from care.events.kinds import kind, kinds, known
from care.lifecycle import Lifecycle, lifecycle
from care.medicines.orders import orders
from care.people import facts
from care.stay_acts import DOES, UNDONE
from care.today import today
from db.tables import Event, Leave, Stay
from tests.care.household import Household, at, refuses
from tests.care.pair import two_laptops
from tests.care.pharmacy import pharmacy

CONTRACT = {"signed_by": "李国强", "relation": "child", "from_on": "2026-11-01", "level": "half", "fee": 180000}
DAY = 86400


def steps_of(house: Household, person: UUID) -> Lifecycle:
    return lifecycle(house.store, person)


def tell(house: Household, person: UUID, kind_id: str, **said: Any) -> UUID:
    second = house.second("director") if kind(kind_id).second else None
    by = house.colleague("nurse") if kind(kind_id).second else house.director
    return record.record(house.store, by, kind_id, said, person_id=person, second=second)


def states(found: Lifecycle) -> Mapping[str, str]:
    return {one.code: one.state for one in found.steps}


def lines_of(house: Household, now: int) -> list[tuple[str, str]]:
    """The lines of Today about stays: whose, what."""
    return [(one.name, one.what.zh) for one in today(house.store, now).work if one.section == "stay"]


# --- the whole way --------------------------------------------------------------------------------------


def test_a_whole_stay_from_application_to_closed_file(house: Household) -> None:
    house.it_is("2026-11-01 09:00")
    li = house.person("李秀英", category="daiyang")
    assert (steps_of(house, li).state, steps_of(house, li).next_code) == ("registered", "application")
    tell(house, li, "application", by="child", phone="13800000000")
    assert (steps_of(house, li).state, steps_of(house, li).next_code) == ("applied", "pre_entry")
    tell(house, li, "pre_entry", result="trial", level="half", exam="clear")
    tell(house, li, "contract", **CONTRACT, until_on="2027-11-01")
    assert (steps_of(house, li).state, steps_of(house, li).next_code) == ("contracted", "papers")
    tell(house, li, "papers", received=["ability", "risk", "exam", "risk_told"])
    missing = [one.code for one in steps_of(house, li).papers if one.missing]
    # The number of the card, the application and the agreement are known from the record itself.
    assert missing == ["custody", "privacy", "belongings"]
    tell(house, li, "papers", received=["belongings", "privacy"], waived=["custody"], because="不用药")
    assert (steps_of(house, li).state, steps_of(house, li).next_code) == ("contracted", "admitted")
    house.it_is("2026-11-02 10:00")
    stays.admit(house.store, house.carer, li, house.bed("101-1"))
    tell(house, li, "trial", from_on="2026-11-02", until_on="2026-11-30")
    assert (steps_of(house, li).state, steps_of(house, li).next_code) == ("trial", "")
    now = house.it_is("2026-11-25 09:00")
    assert (lines_of(house, now), steps_of(house, li).next_code) == ([("李秀英", "试住到期 11-30")], "trial_result")
    tell(house, li, "trial_result", result="stay")
    assert (lines_of(house, now), steps_of(house, li).state) == ([], "resident")
    tell(house, li, "level_change", **{"from": "half", "to": "full", "from_on": "2026-12-01", "why": "走不动了"})
    assert facts(house.store, li).care_level == "full"
    (level,) = steps_of(house, li).level_history
    assert (level.old, level.new, level.from_on, level.who) == ("half", "full", "2026-12-01", "刘建国")
    tell(house, li, "hospital_out", to="县医院", why="发热")
    assert (steps_of(house, li).state, steps_of(house, li).next_code) == ("hospital", "return_check")
    house.it_is("2026-11-28 09:00")
    tell(house, li, "return_check", **{"from": "hospital", "state": "fair", "temp_c10": 366})
    assert (steps_of(house, li).state, steps_of(house, li).next_code) == ("resident", "")
    house.it_is("2027-02-01 09:00")
    tell(house, li, "settlement", until_on="2027-02-01", paid=180000, refund=3000, to="李国强", belongings=True)
    tell(house, li, "discharge", reason="home")
    assert (steps_of(house, li).state, steps_of(house, li).next_code) == ("left", "file")
    now = house.it_is("2027-02-09 09:00")
    assert lines_of(house, now) == [("李秀英", "要归档")]
    tell(house, li, "file_closed", volumes=1, kept_at="档案室 3 柜")
    found = steps_of(house, li)
    assert (found.state, found.next_code, found.kept, lines_of(house, now)) == ("closed", "", "2032-02-01", [])
    assert found.step("settlement").who == "同事"


def test_whoever_comes_again_begins_anew_and_the_history_of_the_level_stays(house: Household) -> None:
    li = house.person("李秀英", "101-1")
    tell(house, li, "level_change", **{"from": "half", "to": "full", "from_on": "2026-11-22", "why": "评估"})
    stays.discharge(house.store, house.director, li, "home")
    house.it_is("2026-11-24 09:00")
    assert steps_of(house, li).state == "left"
    tell(house, li, "application", by="self")
    again = steps_of(house, li)
    assert (again.state, again.next_code, again.since, len(again.level_history)) == ("applied", "pre_entry", None, 1)
    stays.admit(house.store, house.director, li, house.bed("101-1"))
    assert states(steps_of(house, li))["settlement"] == "may"


# --- nothing stops care -----------------------------------------------------------------------------------


def test_nobody_is_left_outside_for_a_paper_and_the_morning_asks_for_it(house: Household) -> None:
    night = house.it_is("2026-11-22 23:30")
    li = house.person("李秀英", "101-1", id_number="", id_reason="未带证件", sex="2", birth="1940-01-01")
    assert lines_of(house, night) == []
    morning = house.it_is("2026-11-23 12:00")
    assert lines_of(house, morning) == [("李秀英", "缺材料 11 样")]
    assert steps_of(house, li).next_code == "papers"
    missing = [one for one in steps_of(house, li).papers if one.missing]
    assert len(missing) == 11
    assert lines_of(house, house.it_is("2027-01-20 12:00")) == []


def test_an_agreement_that_runs_out_is_one_line_with_what_is_missing(house: Household) -> None:
    li = house.person("李秀英", "101-1")
    tell(house, li, "contract", **CONTRACT, until_on="2026-12-10")
    now = house.it_is("2026-11-23 12:00")
    ((name, what),) = lines_of(house, now)
    assert (name, what.split("  ")[0]) == ("李秀英", "协议到期 12-10")
    tell(house, li, "contract", **CONTRACT, until_on="2027-12-10")
    ((_, what),) = lines_of(house, now)
    assert "协议" not in what


# --- one act, whichever screen -------------------------------------------------------------------------------


def test_a_leave_on_the_map_and_a_slip_are_the_same(house: Household) -> None:
    li, wang = house.person("李秀英", "101-1"), house.person("王长生", "101-2")
    stays.leave(house.store, house.carer, li, "family", house.store.now() + DAY, "女儿")
    tell(house, wang, "leave_slip", kind="family", to="双河村", companion="女儿", expected_at=house.store.now() + DAY)
    with house.store.reading() as conn:
        leaves = {row.person_id: row for row in conn.execute(select(Leave.__table__))}  # type: ignore[attr-defined]
        slips = {row.person_id: row for row in conn.execute(select(Event.__table__))}  # type: ignore[attr-defined]
    for one in (li, wang):
        assert (leaves[one].kind, leaves[one].companion, slips[one].kind) == ("family", "女儿", "leave_slip")
        assert slips[one].about == leaves[one].id
    with refuses("already_on_leave", bed="101-2"):
        tell(house, wang, "hospital_out", to="县医院")
    with house.store.reading() as conn:
        assert len(conn.execute(select(col(Event.id))).all()) == 2


def test_a_slip_taken_back_brings_back_and_a_discharge_is_not_taken_back(house: Household) -> None:
    li = house.person("李秀英", "101-1")
    slip = tell(house, li, "leave_slip", kind="family")
    record.undo(house.store, house.director, slip)
    assert house.cell("101-1").state == "in"
    level = tell(house, li, "level_change", **{"from": "half", "to": "full", "from_on": "2026-11-22", "why": "误"})
    record.undo(house.store, house.director, level)
    assert facts(house.store, li).care_level == "half"
    assert steps_of(house, li).level_history == ()
    gone = tell(house, li, "discharge", reason="home")
    with refuses("event_done"):
        record.undo(house.store, house.director, gone)
    assert (house.cell("101-1").state, read.event(house.store, gone).stands) == ("free", "yes")


def test_every_kind_that_does_something_is_known_to_what_does_it() -> None:
    assert {one.does for one in kinds() if one.does} == set(DOES)
    assert set(DOES) >= UNDONE
    rule = table("rules/lifecycle")
    named = [name for step in rule["step"] for name in [*step["kinds"], step["opens"].partition(":")[2]] if name]
    assert [name for name in named if known(name) is None] == []
    choices = {one.code for one in kind("papers").field("received").choices}
    assert {one["code"] for one in rule["paper"]} == choices
    assert {one.code for one in kind("papers").field("waived").choices} == choices


def test_the_same_level_is_no_change(house: Household) -> None:
    li = house.person("李秀英", "101-1")
    with refuses("level_same"):
        tell(house, li, "level_change", **{"from": "half", "to": "half", "from_on": "2026-11-22", "why": "-"})


# --- leaving ---------------------------------------------------------------------------------------------


def test_a_discharge_ends_orders_and_plan_in_one_act_and_says_what(house: Household) -> None:
    p = pharmacy(house)
    order = p.order("氨氯地平")
    item = plan.add(house.store, p.nurse, p.person, "turn_2h" if "turn_2h" in _duties() else next(iter(_duties())))
    ended = stays.discharge(house.store, house.director, p.person, "home")
    assert isinstance(ended, Ended)
    assert (ended.orders, len(ended.duties)) == (("氨氯地平",), 1)
    (stopped,) = orders(house.store, p.person, all=True)
    assert (stopped.id, stopped.state, stopped.stop_reason) == (order, "stopped", "回家/亲属接回")
    assert [row.id for row in plan.plan(house.store, p.person).items if row.until_at is None] == []
    assert item is not None
    (said,) = read.of_person(house.store, p.person, ["care_ended"])
    assert (said.facts["orders"], said.facts["duties"], "氨氯地平" in said.facts["what"]) == (1, 1, True)


def _duties() -> Mapping[str, object]:
    from care.duties import duties

    return duties()


def test_a_discharge_with_an_open_incident_says_so(house: Household) -> None:
    li = house.person("李秀英", "101-1")
    fall = {"severity": "III", "place": "room", "injury": ["none"], "first_aid": "扶起", "found_at": house.store.now()}
    opened = tell(house, li, "fall", **fall)
    tell(house, li, "belongings_in", what="棉被", by="女儿")
    before = steps_of(house, li)
    assert (before.step("incidents").state, before.step("incidents").missing.zh) == ("may", "跌倒")
    stays.discharge(house.store, house.director, li, "home")
    after = steps_of(house, li)
    assert (after.step("incidents").state, after.next_code) == ("open", "incidents")
    assert after.step("belongings").missing.zh == "棉被"
    closing = {"outcome": "none", "cause": "地滑", "action": "铺防滑垫"}
    record.record(house.store, house.director, "incident_closed", closing, about=opened)
    assert steps_of(house, li).step("incidents").state == "done"


def test_a_death_at_night_ends_the_stay_at_its_hour_and_what_follows_waits(house: Household) -> None:
    house.person("王长生", "101-2")
    li = house.person("李秀英", "101-1")
    now = house.it_is("2026-11-25 02:40")
    carer = house.carer
    died = {"died_at": at("2026-11-25 02:10"), "place": "bed", "cause": "猝死"}
    record.record(house.store, carer, "death", died, person_id=li)
    assert house.cell("101-1").state == "free"
    with house.store.reading() as conn:
        stay = conn.execute(select(col(Stay.until_at), col(Stay.end_reason)).where(col(Stay.person_id) == li)).one()
    assert tuple(stay) == (at("2026-11-25 02:10"), "death")
    assert ("李秀英", "身后事 6 样") in lines_of(house, now)
    found = steps_of(house, li)
    assert (found.state, found.next_code) == ("died", "told")
    tell(house, li, "death_told", whom=["family"], told_at=now)
    assert steps_of(house, li).step("told").missing.zh == "村(居)委会、乡镇民政"
    tell(house, li, "death_told", whom=["village", "township"], told_at=now)
    tell(house, li, "death_certificate", number="42-1", by="张医生")
    tell(house, li, "estate", what="衣物 3 件", money=12050)
    tell(house, li, "funeral", on="2026-11-27", way="cremation", by="house")
    tell(house, li, "allowance_stopped", what=["certificate", "allowance"])
    assert steps_of(house, li).next_code == "settlement"
    tell(house, li, "settlement", until_on="2026-11-25", paid=0, to="村委会")
    tell(house, li, "file_closed", kept_at="档案室")
    assert steps_of(house, li).state == "closed"
    assert [name for name, _ in lines_of(house, now) if name == "李秀英"] == []


# --- two laptops --------------------------------------------------------------------------------------------


def test_two_laptops_that_were_apart_have_one_stay_and_all_that_was_told(tmp_path: Path) -> None:
    with two_laptops(tmp_path) as pair:
        li = pair.person("李秀英", "101-1", id_number="", care_level="half")
        pair.meet()
        told = {"received": ["exam"]}
        with pair.centre.store.act(pair.director) as act:
            record.put(act, pair.director, "papers", told, person_id=li)
        with pair.home.store.act(pair.carer) as act:
            record.put(act, pair.carer, "papers", {"received": ["risk_told"]}, person_id=li)
            record.put(act, pair.carer, "death", {"died_at": act.now, "place": "bed"}, person_id=li)
        with pair.centre.store.act(pair.director) as act:
            record.put(act, pair.director, "hospital_out", {"to": "县医院"}, person_id=li)
        pair.meet()
        seen = [lifecycle(laptop.store, li) for laptop in pair.both]
        assert [one.state for one in seen] == ["died", "died"]
        assert [{one.code for one in each.papers if one.have} for each in seen] == [{"exam", "risk_told"}] * 2
        assert seen[0].steps == seen[1].steps
