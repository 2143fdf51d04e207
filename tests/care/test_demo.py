"""The lifelike pair: real through and through, and on any day a believable house."""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlmodel import col

from care import id_number, people, staff
from care.age import house_day
from care.alerts import open_alerts
from care.beds import bed_map
from care.chart import open_chart, timeline, trend
from care.codes import codes
from care.demo import DEMO_NUMBER, DEMO_PIN, DemoSummary, furnish
from care.observations import observations
from care.rounds import board
from care.setup import institutions
from care.today import today
from care.vitals import contradictions, measures
from db.errors import Refused
from db.local import JOURNAL
from db.store import Store
from db.tables import SYNCED, Person, Round, Vitals
from tests.care.household import Household, at, empty_vault

NOW = at("2026-11-22 21:04")


def furnished(path: Path, now: int, **size: Any) -> tuple[Store, DemoSummary]:
    store = empty_vault(path)
    store.answer_clock(now)
    return store, furnish(store, now=now, **size)


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Store, DemoSummary]]:
    """Everybody of the demo, but only five days of them."""
    store, summary = furnished(tmp_path_factory.mktemp("demo") / "record.db", NOW, days=5)
    yield store, summary
    store.close()


def one_named(store: Store, typed: str) -> people.PersonRow:
    (found,) = people.page(store, typed, 0, 10)
    return found


def test_the_summary_is_what_the_record_holds(demo: tuple[Store, DemoSummary]) -> None:
    store, told = demo
    assert (told.residents, told.staff, told.days) == (96, 18, 5)
    assert Counter(room.name.startswith("病") for ward in bed_map(store, NOW)[:2] for room in ward.rooms) == {
        False: 41,  # forty rooms, and the bed to practise on
        True: 3,
    }
    assert [ward.taken + ward.leave for ward in bed_map(store, NOW)] == [84, 7, 5]
    assert [ward.leave for ward in bed_map(store, NOW)] == [3, 0, 0]
    with store.reading() as conn:
        held = [conn.execute(select(func.count()).select_from(table)).scalar_one() for table in (Round, Vitals)]
        assert held == [told.rounds, told.vitals]
        again = conn.execute(select(func.count()).where(col(Round.supersedes).is_not(None))).scalar_one()
        assert again == told.corrected
    assert told.rounds > 96 * 5 * 5
    assert {one.kind: one.both_licences(house_day(NOW)) for one in institutions(store)} == {
        "health_centre": True,
        "welfare_home": True,
    }


def test_every_row_has_its_journal_entry_by_whoever_did_it(demo: tuple[Store, DemoSummary]) -> None:
    store, _ = demo
    with store.reading() as conn:
        entries: dict[str, int] = dict(
            conn.execute(
                select(JOURNAL.c.table_name, func.count())
                .where(JOURNAL.c.op == "insert")
                .group_by(JOURNAL.c.table_name)
            ).all()
        )
        for table in SYNCED:
            rows = conn.execute(select(func.count()).select_from(table)).scalar_one()
            assert entries.get(str(table.__tablename__), 0) == rows
        others = select(func.count()).join_from(Round, JOURNAL, JOURNAL.c.row_id == col(Round.id))
        assert conn.execute(others.where(JOURNAL.c.staff_id != col(Round.staff_id))).scalar_one() == 0


def test_everybody_is_somebody_a_form_would_take(demo: tuple[Store, DemoSummary]) -> None:
    store, _ = demo
    day = house_day(NOW)
    with store.reading() as conn:
        ids = conn.execute(select(col(Person.id)).where(~col(Person.practice))).scalars().all()
    known = [people.facts(store, person) for person in ids]
    assert [people.check(facts, day) for facts in known] == [[]] * 96
    numbers = [id_number.parse(facts.id_number, day) for facts in known]
    assert all(id_number.agrees(n, facts.sex, facts.birth) == () for n, facts in zip(numbers, known, strict=True))
    assert len({n.number for n in numbers}) == len({facts.name for facts in known}) == 96
    assert all(one.phone.startswith("13800") for facts in known for one in facts.contacts)


def test_she_whom_the_guide_tells_of_is_there_once(demo: tuple[Store, DemoSummary]) -> None:
    store, _ = demo
    row = one_named(store, "lxy")
    assert (row.name, row.sex, row.age, row.bed_label, row.care_level) == ("李秀英", "2", 83, "205-1", "full")
    assert row.allergies == ("青霉素",)
    reader = staff.by_number(store, DEMO_NUMBER)
    assert reader is not None
    header = open_chart(store, reader.id, row.id)
    assert [one.name for one in header.conditions] == ["高血压3级", "2型糖尿病", "脑梗死后遗症"]
    assert [(finding.field, finding.value) for finding in header.risks] == [("skin", "发红")]
    newest = timeline(store, row.id)[0]
    assert (newest.text_facts[0].value, newest.vitals["sbp"]) == ("血压高", 156)
    points = trend(store, row.id, ("sbp",), NOW - 5 * 86400, NOW)
    assert len(points) >= 10


@pytest.mark.parametrize("name", ["陈德福", "赵桂兰", "张玉珍", "王长生", "吴国华"])
def test_the_others_of_the_guide_too(demo: tuple[Store, DemoSummary], name: str) -> None:
    assert one_named(demo[0], name).name == name


def test_everybody_on_the_staff_signs_in_with_the_pin_of_the_demo(demo: tuple[Store, DemoSummary]) -> None:
    store, _ = demo
    working = staff.everyone(store)
    assert Counter(one.role for one in working) == {"carer": 9, "nurse": 4, "doctor": 3, "director": 1, "admin": 1}
    for one in working[:3]:
        staff.check_pin(store, one.id, DEMO_PIN)
    assert all(one.has_pin for one in working)


def test_what_was_noted_and_measured_is_what_a_form_would_take(demo: tuple[Store, DemoSummary]) -> None:
    store, _ = demo
    with store.reading() as conn:
        for field, of in observations().items():
            kept = set(conn.execute(select(getattr(Round, field)).distinct()).scalars())
            assert kept <= {"", *(choice.code for choice in of.choices)}
        kinds = set(conn.execute(select(col(Round.kind)).distinct()).scalars())
        assert kinds <= {value.code for value in codes("round_type").values}
        sets = conn.execute(select(Vitals.__table__)).mappings().all()  # type: ignore[attr-defined]
    for row in sets:
        values = {one.id: row[one.id] for one in measures()}
        assert contradictions(values) == ()
        assert all(values[one.id] is None or one.hard_lo <= values[one.id] <= one.hard_hi for one in measures())


@pytest.mark.parametrize("clock", ["02:10", "06:05", "09:30", "13:45", "21:04"])
def test_at_any_hour_the_day_is_a_believable_mixture(tmp_path: Path, clock: str) -> None:
    now = at(f"2026-11-22 {clock}")
    store, _ = furnished(tmp_path / "record.db", now, days=2, staff=4)
    shown = today(store, now)
    assert [(alert.name, alert.code) for alert in shown.alerts] == [("陈德福", "news_high"), ("赵桂兰", "news_red")]
    assert [alert.minutes for alert in shown.alerts] == [12, 35]
    assert shown.alerts[0].news is not None
    assert shown.alerts[0].news.total == 7
    assert {row.name: row.late_min for row in shown.due if row.late_min} == {"李秀英": 25, "张玉珍": 25, "孙根宝": 5}
    assert 8 <= shown.due_total <= 50
    assert [row.name for row in shown.leaves_due_back] == ["沈桂花", "周福"]
    counted = board(store, now)
    assert 20 <= counted.done < counted.total == 88
    assert all(alert.answered for alert in open_alerts(store, now)[2:])
    store.close()


def test_the_same_seed_and_time_tell_the_same_story(tmp_path: Path) -> None:
    def told(path: Path, seed: int) -> list[Any]:
        store, _ = furnished(path, NOW, days=2, residents=30, staff=4, seed=seed)
        with store.reading() as conn:
            looks = (
                select(col(Person.name), col(Round.at), col(Round.kind), col(Round.state), col(Vitals.sbp))
                .join_from(Round, Person, col(Person.id) == col(Round.person_id))
                .join(Vitals, col(Vitals.round_id) == col(Round.id), isouter=True)
            )
            found: list[Any] = sorted(conn.execute(looks).all(), key=repr)
        store.close()
        return found

    first = told(tmp_path / "a.db", 7)
    assert first == told(tmp_path / "b.db", 7)
    assert first != told(tmp_path / "c.db", 8)


def test_it_moves_into_a_house_that_is_there_and_says_when_that_is_too_small(house: Household) -> None:
    house.store.answer_clock(NOW)
    steps = []
    told = furnish(
        house.store,
        house.director,
        residents=10,
        staff=6,
        days=2,
        now=NOW,
        progress=lambda done, total: steps.append((done, total)),
    )
    assert (told.residents, told.rooms, told.staff) == (10, 8, 6)
    assert {one.number for one in staff.everyone(house.store)} >= {"1001", "1002"}
    assert [done for done, _ in steps] == sorted({done for done, _ in steps})
    assert steps[-1] == (told.rounds - told.corrected, told.rounds - told.corrected)


def test_nobody_invented_comes_among_people_who_are_cared_for(house: Household) -> None:
    house.person("真实的人")
    with pytest.raises(Refused) as caught:
        furnish(house.store, house.director, residents=5, days=2)
    assert caught.value.rule == "demo_among_people"
    assert len(staff.everyone(house.store)) == 2


def test_a_house_with_too_few_beds_says_so(house: Household) -> None:
    with pytest.raises(Refused) as caught:
        furnish(house.store, house.director, residents=40, staff=5, days=2)
    assert (caught.value.rule, caught.value.facts["beds"]) == ("demo_needs_beds", 40)
    assert people.count(house.store) == 1  # the practice person
