"""The chart: what matters first, the trend, the course, who looked, what two laptops disagree on."""

from uuid import UUID, uuid4

import pytest
from sqlalchemy import func, select, update
from sqlmodel import col

from care import people, staff, stays
from care.chart import Header, contested, open_chart, timeline, trend, who_looked
from care.observations import Finding, say
from care.rounds import Observation, correct, record, undo
from db.errors import Refused
from db.local import JOURNAL, ROW_VERSION
from db.tables import Access, Person
from db.versions import Head, RowHeads
from tests.care.household import Household, at

NOW = "2026-11-22 21:04"


@pytest.fixture
def person(house: Household) -> UUID:
    house.it_is(NOW)
    return house.person(
        "李秀英",
        "102-1",
        sex="2",
        birth="1943-05-06",
        id_number="",
        id_reason="未办证",
        care_level="full",
        contacts=(people.Contact("李国强", "20", "13800005521"), people.Contact("李国芳", "30", "")),
        allergies=(people.Allergy("青霉素", "皮疹", "2019"),),
        allergies_known=True,
        conditions=(people.Condition("高血压3级", "I10"), people.Condition("2型糖尿病", "E11.9")),
        insurance="02",
    )


def chart(house: Household, person: UUID) -> Header:
    return open_chart(house.store, house.carer, person)


def accesses(house: Household) -> int:
    with house.store.reading() as conn:
        return int(conn.execute(select(func.count()).select_from(Access)).scalar_one())


# --- header ------------------------------------------------------------------------------------


def test_the_header_holds_what_everybody_must_see(house: Household, person: UUID) -> None:
    header = chart(house, person)
    assert (header.name, header.sex, header.age, header.birth) == ("李秀英", "2", 83, "1943-05-06")
    assert (header.bed_label, header.bed_kind, header.care_level, header.category) == (
        "102-1",
        "welfare",
        "full",
        "tekun_c",
    )
    assert header.contact == people.Contact("李国强", "20", "13800005521")
    assert header.allergies == (people.Allergy("青霉素", "皮疹", "2019"),)
    assert [condition.name for condition in header.conditions] == ["高血压3级", "2型糖尿病"]
    assert (header.allergies_known, header.no_resuscitation, header.on_leave) == (True, False, False)
    assert (header.insurance, header.contested, header.risks) == ("02", (), ())


def test_nobody_asked_is_not_no_allergy(house: Household) -> None:
    header = chart(house, house.person("张玉珍"))
    assert (header.allergies, header.allergies_known) == ((), False)
    assert (header.bed_label, header.contact) == ("", None)


def test_leave_shows_in_the_header(house: Household, person: UUID) -> None:
    stays.leave(house.store, house.director, person, "family", None, "儿子")
    assert chart(house, person).on_leave


def test_risks_are_what_rounds_of_three_days_found(house: Household, person: UUID) -> None:
    now = house.store.now()
    for hours, look in (
        (80, Observation(intake="拒食")),
        (70, Observation(skin="发红")),
        (20, Observation(skin="发红", state="清醒")),
        (10, Observation(mood="激越", abnormal="骂人")),
    ):
        record(house.store, house.carer, person, look, at=now - hours * 3600)
    assert chart(house, person).risks == (Finding("mood", "激越", True), Finding("skin", "发红", True))


def test_a_chart_of_nobody_is_refused_and_leaves_no_trace(house: Household) -> None:
    with pytest.raises(Refused) as caught:
        chart(house, uuid4())
    assert caught.value.rule == "person_unknown"
    assert accesses(house) == 0


# --- who looked --------------------------------------------------------------------------------


def test_reading_a_chart_is_recorded_once_an_hour_for_each_reader(house: Household, person: UUID) -> None:
    house.it_is("2026-11-22 21:04")
    chart(house, person)
    house.it_is("2026-11-22 21:50")
    chart(house, person)
    open_chart(house.store, house.director, person)
    house.it_is("2026-11-22 22:05")
    chart(house, person)
    assert [(look.who, look.what) for look in who_looked(house.store, person)] == [
        ("王芳", "chart"),
        ("刘建国", "chart"),
        ("王芳", "chart"),
    ]
    assert [look.at for look in who_looked(house.store, person, limit=1)] == pytest.approx(
        [at("2026-11-22 22:05")], abs=5
    )
    assert who_looked(house.store, house.person("张玉珍")) == []


def test_a_look_dated_2099_does_not_silence_the_log(house: Household, person: UUID) -> None:
    with house.store.act(house.carer) as act:
        act.insert(Access, person_id=person, staff_id=house.carer, at=at("2099-01-01 00:00"))
    chart(house, person)
    assert accesses(house) == 2


# --- trend -------------------------------------------------------------------------------------


def test_the_trend_holds_what_stands_oldest_first(house: Household, person: UUID) -> None:
    now = house.it_is(NOW)
    saved = {}
    for days, sbp in ((20, 132), (3, 138), (2, 941), (1, 141), (0, 156)):
        vitals = {"sbp": sbp if sbp < 300 else 194, "dbp": 80, "temp_c10": 365}
        saved[days] = record(house.store, house.carer, person, Observation(vitals=vitals), at=now - days * 86400)
    record(house.store, house.carer, person, Observation(vitals={"weight_kg10": 455}), at=now - 3600)
    correct(house.store, house.carer, saved[2].round_id, Observation(vitals={"sbp": 149, "dbp": 80}), "写反了")
    undo(house.store, house.carer, saved[0].round_id)
    points = trend(house.store, person, ("sbp", "weight_kg10"), now - 14 * 86400, now + 1)
    assert [(point.at, dict(point.values)) for point in points] == [
        (now - 3 * 86400, {"sbp": 138}),
        (now - 2 * 86400, {"sbp": 149}),
        (now - 86400, {"sbp": 141}),
        (now - 3600, {"weight_kg10": 455}),
    ]


def test_what_was_written_under_a_doubted_clock_is_marked(house: Household, person: UUID) -> None:
    record(house.store, house.carer, person, Observation(vitals={"pulse": 70}))
    house.store.clock.doubt = "jumped"
    record(house.store, house.carer, person, Observation(vitals={"pulse": 71}))
    house.it_is(NOW)
    points = trend(house.store, person, ("pulse",), 0, house.store.now() + 60)
    assert {point.values["pulse"]: point.suspect for point in points} == {70: False, 71: True}
    assert sorted(item.suspect for item in timeline(house.store, person)) == [False, True]


# --- the course --------------------------------------------------------------------------------


def test_the_course_tells_every_look_newest_first(house: Household, person: UUID) -> None:
    now = house.it_is(NOW)
    nurse = staff.add(house.store, house.director, number="3001", name="李娟", role="nurse")
    vitals: dict[str, int | str | bool | None] = {"sbp": 156, "dbp": 92, "spo2": 97, "oxygen": False}
    record(house.store, house.carer, person, Observation(unremarkable=True), at=now - 7200)
    look = Observation(abnormal="血压高", skin="完整", reported_to=nurse, vitals=vitals)
    record(house.store, house.carer, person, look, at=now - 60)
    newest, first = timeline(house.store, person)
    assert (newest.at, newest.kind, newest.who, newest.reported_to) == (now - 60, "night", "王芳", "李娟")
    assert [say(finding, "zh") for finding in newest.text_facts] == ["血压高", "完整"]
    assert dict(newest.vitals) == vitals
    assert newest.news_total == 0
    assert (first.unremarkable, first.text_facts, dict(first.vitals), first.news_total) == (True, (), {}, None)


def test_a_corrected_look_stays_readable_and_names_its_correction(house: Household, person: UUID) -> None:
    now = house.it_is(NOW)
    wrong = record(house.store, house.carer, person, Observation(state="清醒", vitals={"sbp": 256}), at=now - 60)
    with_nurse = house.second()
    fixed = Observation(state="清醒", vitals={"sbp": 156})
    right = correct(house.store, house.director, wrong.round_id, fixed, "看错", second=with_nurse)
    newer, older = timeline(house.store, person)
    assert (newer.round_id, newer.corrects, newer.reason) == (right.round_id, wrong.round_id, "看错")
    assert (older.superseded_by, older.void, older.vitals["sbp"]) == (right.round_id, False, 256)
    assert (newer.superseded_by, newer.who, newer.vitals["sbp"]) == (None, "刘建国", 156)


def test_pages_of_the_course_join_without_gap_or_repeat_also_within_one_second(house: Household, person: UUID) -> None:
    now = house.it_is(NOW)
    for step in range(11):
        record(house.store, house.carer, person, Observation(note=str(step)), at=now - step // 4)
    whole = timeline(house.store, person, limit=100)
    pages, last = [], None
    while page := timeline(house.store, person, before=last, limit=3):
        pages += page
        last = page[-1]
    assert pages == whole
    assert {item.text_facts[0].value for item in whole} == {str(step) for step in range(11)}
    assert [item.at for item in whole] == sorted((item.at for item in whole), reverse=True)


# --- disagreements -----------------------------------------------------------------------------


def test_edits_of_one_laptop_are_no_disagreement(house: Household, person: UUID) -> None:
    for phone in ("13900000001", "13900000002"):
        with house.store.act(house.carer) as act:
            act.edit(Person, person, phone=phone)
    assert contested(house.store, person) == []


def test_both_values_are_told_with_who_wrote_them(house: Household, person: UUID) -> None:
    """The heads as a merge leaves them: one entry of this laptop, one of another, whose journal is sealed."""
    with house.store.act(house.carer) as act:
        act.edit(Person, person, phone="13900000001")
    with house.store.reading() as conn:
        mine = conn.execute(select(JOURNAL).order_by(JOURNAL.c.lamport.desc()).limit(1)).one()
        kept = select(ROW_VERSION.c.heads).where(ROW_VERSION.c.row_id == person)
        heads = RowHeads.decode(conn.execute(kept).scalar_one())
    here = Head(mine.epoch, mine.seq, mine.lamport, "13900000001")
    there = Head(b"another epch", 7, mine.lamport + 5, "13900000002")
    heads.fields["phone"] = (there, here)
    with house.store.writing() as conn:
        same = ROW_VERSION.c.row_id == person
        conn.execute(update(ROW_VERSION).where(same).values(heads=heads.encode(), contested=1))
    (contest,) = contested(house.store, person)
    assert contest.field == "phone"
    first, second = contest.values
    assert (first.value, first.who, first.at) == ("13900000001", "王芳", mine.wall)
    assert (second.value, second.who, second.at) == ("13900000002", None, None)
    assert chart(house, person).contested == ("phone",)
    with house.store.act(house.director) as act:
        act.edit(Person, person, phone="13900000002")
    assert contested(house.store, person) == []
    assert chart(house, person).contested == ()


def test_a_trend_beyond_its_measures_is_empty(house: Household, person: UUID) -> None:
    record(house.store, house.carer, person, Observation(vitals={"pulse": 70}))
    assert trend(house.store, person, ("sbp",), 0, house.store.now() + 60) == []
    assert trend(house.store, uuid4(), ("pulse",), 0, house.store.now() + 60) == []
    with house.store.reading() as conn:
        assert conn.execute(select(col(Access.id))).all() == []  # only an opened chart is a look
