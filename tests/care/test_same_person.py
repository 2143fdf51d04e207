"""One person registered twice: said to be one, read as one everywhere, parted again; apart on two laptops as well."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from uuid import UUID

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from care import bed_detail, beds, bedside, chart, disputes, invariants, people, rounds, stays, timeline
from care.alerts import open_alerts
from care.board import board
from care.findings import OnTwoBeds, RegisteredTwice, ShownAsEachOther
from care.groups import Groups, groups, resolve
from care.measured import last_vitals
from care.person_facts import Allergy, Contact, read_items
from care.same_person import choose_shown, hidden_of, merge_people, part_people, side_by_side, together
from care.taken_back import take_back
from care.today import today
from care.vitals_sets import vitals_sets
from db.errors import Refused
from db.journal import Value
from db.tables import Access, Person
from tests.care.household import Household, refuses
from tests.care.pair import SINCE, TwoLaptops, two_laptops
from tests.sync.laptops import Laptop

PENICILLIN, SULFA = Allergy("青霉素", "皮疹"), Allergy("磺胺")
ILL: dict[str, int | str | bool | None] = {"temp_c10": 391, "pulse": 131, "resp": 26, "sbp": 88, "dbp": 50, "spo2": 90}


@pytest.fixture
def pair(tmp_path: Path) -> Iterator[TwoLaptops]:
    with two_laptops(tmp_path) as both:
        yield both


def twins(house: Household) -> tuple[UUID, UUID]:
    """李秀英 in bed 101-1, and once more as somebody in no bed, found by another spelling."""
    kept = house.person("李秀英", "101-1", allergies=(PENICILLIN,), allergies_known=True, care_level="half")
    other = house.person("李秀瑛", allergies=(SULFA,), phone="13900000001", contacts=(Contact("李国强", "20"),))
    return kept, other


# --- which registrations are one ---------------------------------------------------------------------


def ids(*numbers: int) -> tuple[UUID, ...]:
    return tuple(UUID(int=number) for number in numbers)


def test_a_chain_ends_in_one_person() -> None:
    a, b, c, d = ids(1, 2, 3, 4)
    found = resolve({a: b, b: c})
    assert [found.of(one) for one in (a, b, c, d)] == [c, c, c, d]
    assert (found.all(a), found.all(d), found.circles) == ((c, a, b), (d,), ())


def test_of_a_circle_the_lowest_is_shown_and_whoever_names_one_of_it() -> None:
    a, b, c, d = ids(1, 2, 3, 4)
    found = resolve({b: c, c: a, a: b, d: c})
    assert {found.of(one) for one in (a, b, c, d)} == {a}
    assert (found.all(c), found.circles) == ((a, b, c, d), ((a, b, c),))


@given(st.dictionaries(st.integers(0, 7), st.integers(0, 7)))
def test_nobody_disappears_whoever_names_whom(arrows: dict[int, int]) -> None:
    found = resolve({UUID(int=one): UUID(int=other) for one, other in arrows.items() if one != other})
    everybody = {UUID(int=number) for number in range(8)}
    shown = {found.of(one) for one in everybody}
    assert all(found.of(one) == one for one in shown)
    assert {one for each in shown for one in found.all(each)} == everybody
    assert sum(len(found.all(each)) for each in shown) == len(everybody)


# --- read as one -------------------------------------------------------------------------------------


def test_lists_and_counts_have_one_person_found_by_either_name_or_number(house: Household) -> None:
    kept, other = twins(house)
    tails = [people.facts(house.store, one).id_number[-6:] for one in (kept, other)]
    before = people.count(house.store)
    merge_people(house.store, house.director, kept, other)
    assert people.count(house.store) == before - 1
    everybody = people.page(house.store, "", 0, 500)
    assert other not in {row.id for row in everybody}
    assert len(everybody) == people.count(house.store)
    for query in ("李秀英", "李秀瑛", "lxy", "101-1", *tails):
        found = people.page(house.store, query, 0, 10)
        assert [row.id for row in found] == [kept], query
        assert people.count(house.store, query) == 1
        assert people.without_bed(house.store, query, 10) == []
    (row,) = people.page(house.store, "李秀英", 0, 10)
    assert (row.bed_label, set(row.allergies), row.id_tail) == ("101-1", {"青霉素", "磺胺"}, tails[0][-4:])
    assert [one.id for one in people.same_people(house.store, people.PersonFacts("李秀瑛"))] == [kept]


def test_the_chart_of_either_shows_all_rows_and_facts_of_both(house: Household) -> None:
    kept, other = twins(house)
    by, now = house.carer, house.store.now()
    first = rounds.record(house.store, by, kept, rounds.Observation(vitals={"sbp": 130, "dbp": 80}), at=now - 7200)
    second = rounds.record(house.store, by, other, rounds.Observation(vitals={"pulse": 71}), at=now - 3600)
    third = rounds.record(house.store, by, kept, rounds.Observation(skin="发红"), at=now - 60)
    chart.open_chart(house.store, house.director, other)
    merge_people(house.store, house.director, kept, other)
    for asked in (kept, other):
        head = chart.open_chart(house.store, by, asked)
        assert (head.id, head.name, head.bed_label) == (kept, "李秀英", "101-1")
        assert set(head.allergies) == {PENICILLIN, SULFA}
        assert head.contact == Contact("李国强", "20")
        looks = [item.round_id for item in timeline.timeline(house.store, asked)]
        assert looks == [third.round_id, second.round_id, first.round_id]
        assert timeline.timeline_count(house.store, asked) == 3
        assert [one.round_id for one in timeline.timeline_page(house.store, asked, 1, 1)] == [second.round_id]
        (before,) = timeline.timeline(house.store, asked, limit=1)
        assert [one.round_id for one in timeline.timeline(house.store, asked, before, 1)] == [second.round_id]
        assert len(timeline.trend(house.store, asked, ("sbp", "pulse"), 0, now)) == 2
        assert len(vitals_sets(house.store, asked)) == 2
        last = last_vitals(house.store, asked, now)
        assert last is not None
        assert (last.values["sbp"], last.values["pulse"]) == (130, 71)
        beside = bedside.bedside(house.store, asked, now)
        assert beside.last_round is not None
        assert beside.last_round.round_id == third.round_id
        assert {each.who for each in chart.who_looked(house.store, asked)} == {"刘建国", "王芳"}
        assert people.facts(house.store, asked).phone == "13900000001"


def test_board_beds_today_and_alerts_have_one_person(house: Household) -> None:
    kept, other = twins(house)
    now = house.store.now()
    rounds.record(house.store, house.carer, other, rounds.Observation(vitals=ILL), at=now - 60)
    merge_people(house.store, house.director, kept, other)
    (row,) = (row for row in board(house.store, now).rows if row.name.startswith("李秀"))
    assert (row.person_id, row.bed_label, row.last_at, row.urgent, row.allergies) == (
        kept,
        "101-1",
        now - 60,
        True,
        True,
    )
    (alert,) = open_alerts(house.store, now)
    assert (alert.person_id, alert.name, alert.bed_label) == (kept, "李秀英", "101-1")
    assert [one.person_id for one in today(house.store, now).alerts] == [kept]
    cell = house.cell("101-1")
    assert (cell.person_id, cell.name, cell.others) == (kept, "李秀英", ())
    (lying,) = bed_detail.details(house.store, now)[cell.id].lying
    assert set(lying.allergies) == {"青霉素", "磺胺"}


def test_whoever_lies_in_a_bed_under_the_hidden_name_is_cared_for_under_the_shown_one(house: Household) -> None:
    in_bed, kept = twins(house)
    merge_people(house.store, house.director, kept, in_bed)
    now = house.store.now()
    cell = house.cell("101-1")
    assert (cell.person_id, cell.name) == (kept, "李秀瑛")
    saved = rounds.unremarkable(house.store, house.carer, in_bed)
    assert [one.round_id for one in timeline.timeline(house.store, kept)] == [saved.round_id]
    stays.leave(house.store, house.carer, kept, "family", now + 3600, "儿子")
    (row,) = (row for row in board(house.store, now).rows if row.person_id == kept)
    assert (row.where, row.back_at, row.last_at) == ("leave", now + 3600, now)
    stays.back(house.store, house.carer, kept)
    stays.move(house.store, house.carer, kept, house.bed("102-1"))
    assert (house.cell("101-1").state, house.cell("102-1").person_id) == ("free", kept)
    stays.discharge(house.store, house.carer, in_bed, "home")
    assert house.cell("102-1").state == "free"
    stays.admit(house.store, house.carer, in_bed, house.bed("101-2"))
    assert house.cell("101-2").person_id == kept


def test_a_change_reaches_every_registration_that_would_stand_against_it(house: Household) -> None:
    kept, other = twins(house)
    merge_people(house.store, house.director, kept, other)
    seen = people.facts(house.store, kept)
    assert set(seen.allergies) == {PENICILLIN, SULFA}
    wrong = replace(seen, allergies=(PENICILLIN,), phone="", care_level="full")
    assert people.change(house.store, house.carer, other, wrong, seen=seen)
    now_known = people.facts(house.store, kept)
    assert (now_known.allergies, now_known.phone, now_known.care_level) == ((PENICILLIN,), "", "full")
    assert chart.open_chart(house.store, house.carer, kept).contested == ()


# --- the act and its undoing ---------------------------------------------------------------------------


def test_parting_gives_both_back_as_they_were(house: Household) -> None:
    kept, other = twins(house)
    before = [people.facts(house.store, one) for one in (kept, other)]
    done = merge_people(house.store, house.director, kept, other)
    assert [one.person_id for one in hidden_of(house.store, kept)] == [other]
    part_people(house.store, house.director, other)
    assert [people.facts(house.store, one) for one in (kept, other)] == before
    with refuses("not_merged"):
        part_people(house.store, house.director, other)
    with refuses("changed_since"):
        take_back(house.store, house.director, done)
    take_back(house.store, house.director, merge_people(house.store, house.director, kept, other))
    assert [people.facts(house.store, one) for one in (kept, other)] == before


def test_what_is_refused(house: Household) -> None:
    kept, other = twins(house)
    stays.admit(house.store, house.carer, other, house.bed("101-2"))
    with refuses("both_in_beds", bed="101-1", other="101-2"):
        merge_people(house.store, house.director, kept, other)
    with refuses("same_already"):
        merge_people(house.store, house.director, kept, kept)
    with refuses("person_unknown"):
        merge_people(house.store, house.director, kept, UUID(int=7))
    practice = house.person("练习", practice=True)
    with refuses("practice_apart"):
        merge_people(house.store, house.director, kept, practice)


def test_both_are_held_side_by_side_the_one_in_a_bed_first(house: Household) -> None:
    kept, other = twins(house)
    rounds.unremarkable(house.store, house.carer, other)
    for asked in ((kept, other), (other, kept)):
        first, second = side_by_side(house.store, *asked)
        assert (first.person_id, first.bed_label, first.looks) == (kept, "101-1", 0)
        assert (second.person_id, second.bed_label, second.looks) == (other, "", 1)
    assert set(together(house.store, kept, other).allergies) == {PENICILLIN, SULFA}
    merge_people(house.store, house.director, kept, other)
    with refuses("same_already"):
        side_by_side(house.store, kept, other)


def test_of_what_can_hurt_the_cautious_value_is_shown_and_the_chart_warns_until_it_is_settled(house: Household) -> None:
    kept, other = twins(house)
    facts = people.facts(house.store, other)
    people.change(house.store, house.carer, other, replace(facts, care_level="special"))
    people.change(
        house.store, house.director, kept, replace(people.facts(house.store, kept), no_resuscitation=True, spo2_scale=2)
    )
    merge_people(house.store, house.director, kept, other)
    head = chart.open_chart(house.store, house.carer, kept)
    assert (head.care_level, head.no_resuscitation, head.spo2_scale) == ("special", False, 1)
    assert head.contested == ("care_level", "no_resuscitation", "spo2_scale")
    saved = rounds.record(house.store, house.carer, kept, rounds.Observation(vitals={"spo2": 90}))
    assert saved.news is not None
    assert saved.news.parts["spo2"] == 3
    sides = {one.field: {side.value for side in one.values} for one in chart.contested(house.store, kept)}
    assert sides["care_level"] == {"half", "special"}
    (dispute,) = disputes.disputes(house.store)
    assert (dispute.person_id, dispute.bed_label) == (kept, "101-1")
    choices: dict[str, Value] = {"care_level": "half", "no_resuscitation": True, "spo2_scale": 2}
    for field, value in choices.items():
        done = disputes.settle(house.store, house.director, kept, field, value)
        take_back(house.store, house.director, done)
        disputes.settle(house.store, house.director, kept, field, value)
    head = chart.open_chart(house.store, house.carer, other)
    assert (head.care_level, head.no_resuscitation, head.spo2_scale, head.contested) == ("half", True, 2, ())
    assert disputes.disputes(house.store) == []


# --- two laptops ------------------------------------------------------------------------------------------


def shown(laptop: Laptop) -> Groups:
    with laptop.store.reading() as conn:
        return groups(conn)


def test_an_allergy_that_another_laptop_adds_to_the_hidden_one_is_shown(pair: TwoLaptops) -> None:
    kept, other = pair.person("李秀英", "101-1"), pair.person("李秀英")
    pair.meet()
    merge_people(pair.centre.store, pair.director, kept, other)
    people.change(pair.home.store, pair.carer, other, replace(people.facts(pair.home.store, other), allergies=(SULFA,)))
    pair.meet()
    for laptop in pair.both:
        assert chart.open_chart(laptop.store, pair.carer, other).allergies == (SULFA,)
        (row,) = people.page(laptop.store, "", 0, 9)
        assert (row.id, row.allergies) == (kept, ("磺胺",))


def test_two_laptops_that_merge_the_other_way_round_show_one_and_ask(pair: TwoLaptops) -> None:
    one, other = pair.person("李秀英", birth="1940-01-01"), pair.person("李秀英", birth="1940-01-01")
    pair.meet()
    merge_people(pair.centre.store, pair.director, one, other)
    merge_people(pair.home.store, pair.director, other, one)
    pair.meet()
    assert pair.centre.record() == pair.home.record()
    for laptop in pair.both:
        assert [row.id for row in people.page(laptop.store, "", 0, 9)] == [min(one, other)]
        (found,) = invariants.findings(laptop.store)
        assert isinstance(found, ShownAsEachOther)
        assert set(found.people) == {one, other}
    choose_shown(pair.home.store, pair.director, other)
    with refuses("settled_already"):
        choose_shown(pair.home.store, pair.director, other)
    pair.meet()
    for laptop in pair.both:
        assert [row.id for row in people.page(laptop.store, "", 0, 9)] == [other]
        assert invariants.findings(laptop.store) == []


def test_two_laptops_that_name_two_others_ask_which(pair: TwoLaptops) -> None:
    first, second, third = (pair.person("李秀英") for _ in range(3))
    pair.meet()
    merge_people(pair.centre.store, pair.director, first, third)
    merge_people(pair.home.store, pair.director, second, third)
    pair.meet()
    assert shown(pair.centre) == shown(pair.home)
    (found,) = (one for one in invariants.findings(pair.home.store) if isinstance(one, disputes.ContestedRow))
    assert (found.table, found.row_id, found.fields) == ("person", third, ("same_as",))
    disputes.settle_row(pair.home.store, pair.director, "person", third, "same_as", first)
    pair.meet()
    assert [shown(laptop).of(third) for laptop in pair.both] == [first, first]
    assert invariants.findings(pair.centre.store) == []


def test_a_bed_given_on_another_laptop_meanwhile_is_asked_about(pair: TwoLaptops) -> None:
    kept, other = pair.person("李秀英", "101-1"), pair.person("李秀英")
    pair.meet()
    merge_people(pair.centre.store, pair.director, kept, other)
    pair.admit(pair.home, other, "102-1")
    pair.meet()
    (found,) = invariants.findings(pair.home.store)
    assert isinstance(found, OnTwoBeds)
    assert (found.person_id, {one.bed_label for one in found.stays}) == (kept, {"101-1", "102-1"})


def test_a_merge_answers_that_somebody_is_registered_twice(pair: TwoLaptops) -> None:
    both = [pair.person("李秀英", on=laptop, id_number="420101194001010027") for laptop in pair.both]
    pair.meet()
    (found,) = invariants.findings(pair.home.store)
    assert isinstance(found, RegisteredTwice)
    merge_people(pair.home.store, pair.director, *both)
    pair.meet()
    assert invariants.findings(pair.centre.store) == []


ACTS = st.lists(
    st.tuples(
        st.sampled_from(("merge", "part", "allergy", "bed", "meet")),
        st.booleans(),
        st.integers(0, 3),
        st.integers(0, 3),
    ),
    max_size=12,
)


# To make a failing history shorter would take minutes: every step is a write to a disk.
@settings(max_examples=25, phases=(Phase.explicit, Phase.reuse, Phase.generate))
@given(ACTS)
def test_no_person_and_no_allergy_vanishes_whatever_two_laptops_do_apart(
    acts: list[tuple[str, bool, int, int]],
) -> None:
    with tempfile.TemporaryDirectory() as folder, two_laptops(Path(folder)) as pair:
        everybody = [pair.person(f"李秀英{n}") for n in range(4)]
        pair.meet()
        known: dict[UUID, set[str]] = {one: set() for one in everybody}
        for step, (act, centre, one, other) in enumerate(acts):
            laptop = pair.centre if centre else pair.home
            about = everybody[one]
            if act == "meet":
                pair.meet()
            elif act == "bed":
                with perhaps("already_in", "bed_taken"):
                    stays.admit(laptop.store, pair.carer, about, list(pair.beds.values())[other])
            elif act == "allergy":
                facts = people.facts(laptop.store, about)
                more = (*facts.allergies, Allergy(f"药{step}"))
                people.change(laptop.store, pair.carer, about, replace(facts, allergies=more), seen=facts)
                known[about].add(f"药{step}")
            elif act == "merge":
                with perhaps("same_already", "both_in_beds"):
                    merge_people(laptop.store, pair.director, about, everybody[other])
            else:
                with perhaps("not_merged"):
                    part_people(laptop.store, pair.director, about)
        pair.meet()
        pair.meet()
        assert pair.centre.record() == pair.home.record()
        for laptop in pair.both:
            nobody_lost(laptop, pair.carer, everybody, known)
        assert invariants.findings(pair.centre.store) == invariants.findings(pair.home.store)


@contextmanager
def perhaps(*rules: str) -> Iterator[None]:
    """The act inside is done, or refused by one of these rules."""
    refused = ""
    try:
        yield
    except Refused as error:
        refused = error.rule
    assert refused in ("", *rules)


def nobody_lost(laptop: Laptop, by: UUID, everybody: list[UUID], known: dict[UUID, set[str]]) -> None:
    """Each registration is shown as somebody of the list, with every allergy that was typed of it."""
    listed = {row.id: row for row in people.page(laptop.store, "", 0, 50)}
    found = shown(laptop)
    assert len(listed) == people.count(laptop.store)
    for person in everybody:
        row = listed[found.of(person)]
        assert known[person] <= set(row.allergies)
        assert known[person] <= {one.to for one in chart.open_chart(laptop.store, by, person).allergies}
    on_beds = {
        cell.person_id for ward in beds.bed_map(laptop.store, SINCE) for room in ward.rooms for cell in room.cells
    }
    assert on_beds - {None} <= listed.keys()


def test_a_reader_is_noted_once_whichever_registration_was_opened(house: Household) -> None:
    kept, other = twins(house)
    merge_people(house.store, house.director, kept, other)
    chart.open_chart(house.store, house.carer, other)
    chart.open_chart(house.store, house.carer, kept)
    with house.store.reading() as conn:
        assert conn.exec_driver_sql(f"SELECT count(*) FROM {Access.__tablename__}").scalar() == 1


def test_the_rows_themselves_stay_where_they_are(house: Household) -> None:
    kept, other = twins(house)
    rounds.unremarkable(house.store, house.carer, other)
    merge_people(house.store, house.director, kept, other)
    with house.store.reading() as conn:
        found = conn.exec_driver_sql("SELECT person_id FROM round").scalars().all()
        allergies = conn.exec_driver_sql(f"SELECT allergies FROM {Person.__tablename__} WHERE id = ?", (kept.bytes,))
        assert [UUID(bytes=one) for one in found] == [other]
        assert read_items(Allergy, allergies.scalar_one()) == (PENICILLIN,)
