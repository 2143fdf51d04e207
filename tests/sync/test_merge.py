"""Edits made apart come together: the same record everywhere, every disagreement shown, nothing lost."""

import json
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from db.identity import row_id
from db.journal import Entry, EntryRef, Value
from db.tables import Person, Round, Staff
from sync.merging import merge
from tests.once import statements
from tests.sync.laptops import Laptop, Sent

PENICILLIN, SULFA = '[{"to": "青霉素"}]', '[{"to": "磺胺"}]'


@pytest.fixture
def pair(tmp_path: Path) -> Iterator[tuple[Laptop, Laptop]]:
    """The laptop of the health centre and that of the welfare home."""
    both = Laptop(tmp_path / "centre.db"), Laptop(tmp_path / "home.db")
    yield both
    for laptop in both:
        laptop.close()


def test_an_allergy_noted_on_two_laptops_apart_shows_both_until_somebody_settles_it(
    pair: tuple[Laptop, Laptop],
) -> None:
    centre, home = pair
    person = centre.insert(Person, name="李秀英", sex="2")
    home.receive(centre.seal())

    centre.edit(Person, person, allergies=PENICILLIN)
    home.edit(Person, person, allergies=SULFA)
    home.receive(centre.seal())
    centre.receive(home.seal())

    assert centre.record() == home.record()
    # Which stands first is a matter of epochs, which are drawn at random.
    shown = json.loads(str(home.value(Person, person, "allergies")))
    assert sorted(each["to"] for each in shown) == ["磺胺", "青霉素"]
    heads = home.heads(Person, person)
    assert heads.contested == ("allergies",)
    assert {head.value for head in heads.of("allergies")} == {PENICILLIN, SULFA}
    assert home.applied[-1].touched_people == {person}

    home.edit(Person, person, allergies=SULFA)
    centre.receive(home.seal())

    assert centre.value(Person, person, "allergies") == SULFA
    assert centre.heads(Person, person).contested == ()
    assert centre.record() == home.record()


def test_an_edit_beats_whatever_its_author_saw(pair: tuple[Laptop, Laptop]) -> None:
    centre, home = pair
    person = centre.insert(Person, name="王", sex="1")
    for name in ("王桂", "王桂兰"):
        centre.edit(Person, person, name=name)
    home.receive(centre.seal())
    home.edit(Person, person, name="王桂芳")
    centre.receive(home.seal())

    assert centre.value(Person, person, "name") == "王桂芳"
    assert centre.heads(Person, person).contested == ()


def test_the_more_cautious_care_level_is_shown_whoever_wrote_last(pair: tuple[Laptop, Laptop]) -> None:
    centre, home = pair
    person = centre.insert(Person, name="王", sex="1")
    home.receive(centre.seal())
    centre.edit(Person, person, care_level="special", no_resuscitation=True)
    home.edit(Person, person, phone="13800000000")
    home.edit(Person, person, care_level="half", no_resuscitation=True)
    home.receive(centre.seal())
    centre.receive(home.seal())

    for laptop in pair:
        assert laptop.value(Person, person, "care_level") == "special"
        assert laptop.value(Person, person, "no_resuscitation") is True
        # Both wrote the same: there is nothing for a person to settle.
        assert laptop.heads(Person, person).contested == ("care_level",)


def test_a_field_nobody_touched_apart_is_not_contested(pair: tuple[Laptop, Laptop]) -> None:
    centre, home = pair
    person = centre.insert(Person, name="王", sex="1")
    home.receive(centre.seal())
    centre.edit(Person, person, phone="1")
    home.edit(Person, person, village="石桥村")
    home.receive(centre.seal())
    centre.receive(home.seal())

    assert centre.record() == home.record()
    assert (centre.value(Person, person, "phone"), centre.value(Person, person, "village")) == ("1", "石桥村")
    assert centre.heads(Person, person).contested == ()


def test_a_laptop_put_back_from_a_copy_gets_its_later_work_back_and_makes_no_false_conflict(tmp_path: Path) -> None:
    laptop = Laptop(tmp_path / "a.db")
    person = laptop.insert(Person, name="王", sex="1")
    laptop.edit(Person, person, phone="1")
    copy = laptop.copy(tmp_path / "copy.db")
    laptop.edit(Person, person, phone="2")
    laptop.insert(Round, person_id=person, staff_id=person, at=1, kind="day")
    county = laptop.seal()
    other = Laptop(tmp_path / "b.db")
    other.receive(county)

    restored = Laptop(copy, laptop.store.device)
    again = restored.seal()
    assert {batch.name for batch in again}.isdisjoint(batch.name for batch in county)
    restored.receive(county)
    other.receive(again)

    for held in (restored, other):
        assert held.value(Person, person, "phone") == "2"
        assert held.heads(Person, person).contested == ()
        assert held.asides() == []
        assert len(held.record()["round"]) == 1
    assert restored.record() == other.record() == laptop.record()
    for each in (laptop, restored, other):
        each.close()


# --- what does not fit --------------------------------------------------------------------

EPOCH = bytes(range(12))
PERSON = row_id(EPOCH, 1)
BORN: dict[str, Value] = {"name": "王", "sex": "1"}
ROUND: dict[str, Value] = {"person_id": PERSON, "staff_id": PERSON, "at": 5, "kind": "day"}


def _entry(seq: int, table: str, row: UUID, op: str, values: dict[str, Value], saw: int | None = None) -> Entry:
    replaces = {} if saw is None else {name: (EntryRef(EPOCH, saw),) for name in values}
    assert op in ("insert", "edit")
    return Entry(seq, seq, 0, None, table, row, "insert" if op == "insert" else "edit", values, replaces)


def test_what_does_not_fit_is_set_aside_with_its_reason_and_the_rest_goes_on(pair: tuple[Laptop, Laptop]) -> None:
    laptop, _ = pair
    entries = (
        _entry(1, "person", PERSON, "insert", BORN),
        _entry(2, "spaceship", PERSON, "insert", {}),
        _entry(3, "person", PERSON, "edit", {"phone": "1", "aura": "blue"}, 1),
        _entry(4, "person", row_id(EPOCH, 9), "edit", {"phone": "1"}, 1),
        _entry(5, "round", row_id(EPOCH, 5), "edit", {"note": "x"}, 1),
        _entry(6, "round", row_id(EPOCH, 6), "insert", {**ROUND, "at": "noon"}),
        _entry(7, "round", row_id(EPOCH, 7), "insert", {"person_id": PERSON}),
        _entry(8, "round", row_id(EPOCH, 8), "insert", {**ROUND, "hologram": 1}),
        _entry(9, "round", row_id(EPOCH, 10), "insert", {**ROUND, "note": "a\0b"}),
        _entry(10, "round", row_id(EPOCH, 11), "insert", {**ROUND, "at": 1 << 63}),
        _entry(11, "person", PERSON, "insert", BORN),
        _entry(12, "person", PERSON, "edit", {"id": PERSON, "village": 7}, 1),
        _entry(13, "round", row_id(EPOCH, 12), "insert", ROUND),
    )
    laptop.receive([Sent(b"x" * 32, PERSON, EPOCH, entries, ())])

    assert dict(laptop.asides()) == {
        2: "unknown_table",
        3: "unknown_field:aura",
        4: "row_missing",
        5: "append_only",
        6: "wrong_value:at",
        7: "missing_field:at missing_field:kind missing_field:staff_id",
        8: "unknown_field:hologram",
        9: "wrong_value:note",
        10: "wrong_value:at",
        11: "row_exists",
        12: "unknown_field:id wrong_value:village",
    }
    assert laptop.value(Person, PERSON, "phone") == "1"
    assert {row[0] for row in laptop.record()["round"]} == {row_id(EPOCH, 8), row_id(EPOCH, 12)}


def test_two_rows_under_one_id_are_seen(pair: tuple[Laptop, Laptop]) -> None:
    laptop, _ = pair
    one = _entry(1, "round", row_id(EPOCH, 1), "insert", {**ROUND, "note": "one"})
    other = _entry(1, "round", row_id(EPOCH, 1), "insert", {**ROUND, "note": "other"})
    laptop.receive([Sent(b"x" * 32, PERSON, EPOCH, (one,), ()), Sent(b"y" * 32, PERSON, EPOCH, (other,), ())])

    assert laptop.asides() == [(1, "row_differs")]
    assert laptop.value(Round, row_id(EPOCH, 1), "note") == "one"


# --- any history ----------------------------------------------------------------------------

LAPTOPS = 3
FIELDS: dict[str, tuple[Value, ...]] = {
    "name": ("王", "李", "张"),
    "allergies": ("[]", PENICILLIN, SULFA, "无法读"),
    "care_level": ("special", "full", "half", "self", "new"),
    "no_resuscitation": (True, False),
    "spo2_scale": (1, 2),
    "birth": (None, "1940-01-01"),
}
_who = st.integers(0, LAPTOPS - 1)
_steps = st.one_of(
    st.tuples(st.just("admit"), _who),
    st.tuples(st.just("round"), _who),
    st.sampled_from(sorted(FIELDS)).flatmap(
        lambda name: st.tuples(st.just("edit"), _who, st.just(name), st.sampled_from(FIELDS[name]), st.integers(0, 9))
    ),
    st.tuples(st.just("hand over"), _who, _who),
    st.tuples(st.just("start anew"), _who),
)


@given(st.lists(_steps, min_size=4, max_size=28), st.randoms(use_true_random=False))
@settings(max_examples=30, suppress_health_check=[HealthCheck.too_slow])
def test_any_history_in_any_order_with_any_repetition_makes_one_record(steps, chance) -> None:
    # Four databases an example: each would compile every statement anew.
    with TemporaryDirectory() as folder, statements():
        laptops = [Laptop(Path(folder) / f"{each}.db") for each in range(LAPTOPS)]
        people: list[UUID] = [laptops[0].insert(Staff, number="1", name="张", role="carer")]
        people = [laptops[0].insert(Person, name="王", sex="1")]
        sent: list[Sent] = laptops[0].seal()
        for laptop in laptops[1:]:
            laptop.receive(sent)

        for step in steps:
            me = laptops[step[1]]
            match step:
                case ("admit", _):
                    people.append(me.insert(Person, name="新", sex="2"))
                case ("round", _):
                    me.insert(Round, person_id=people[0], staff_id=people[0], at=len(sent), kind="day")
                case ("edit", _, name, value, which):
                    held = {row[0] for row in me.record()["person"]}
                    me.edit(Person, [p for p in people if p in held][which % len(held)], **{name: value})
                case ("hand over", _, to):
                    sent += me.seal()
                    some = [batch for batch in sent if chance.random() < 0.7]
                    chance.shuffle(some)
                    laptops[to].receive(some)
                case _:
                    me.start_anew()

        for laptop in laptops:
            sent += laptop.seal()
        late = Laptop(Path(folder) / "late.db")
        for laptop in [*laptops, late]:
            order = [*sent, *chance.sample(sent, len(sent) // 2)]
            chance.shuffle(order)
            for batch in order:
                laptop.receive([batch])

        record = late.record()
        for laptop in laptops:
            assert laptop.record() == record
            assert laptop.asides() == []
        _nothing_is_lost(late, sent)
        for laptop in [*laptops, late]:
            laptop.close()


def _nothing_is_lost(laptop: Laptop, sent: list[Sent]) -> None:
    """Every value ever written stands as a head, or an entry whose author saw it took its place."""
    by_name = {batch.name: batch for batch in sent}
    written: dict[tuple[UUID, str], dict[EntryRef, Value]] = {}
    replaced: dict[tuple[UUID, str], set[EntryRef]] = {}
    rounds = set()
    for batch in by_name.values():
        for entry in batch.entries:
            if entry.table == "round":
                rounds.add(entry.row)
            if entry.table != "person":
                continue
            for name, value in entry.values.items():
                written.setdefault((entry.row, name), {})[EntryRef(batch.epoch, entry.seq)] = value
                replaced.setdefault((entry.row, name), set()).update(entry.replaces.get(name, ()))
    assert {row[0] for row in laptop.record()["round"]} == rounds
    for (row, name), values in written.items():
        standing = {ref: value for ref, value in values.items() if ref not in replaced[row, name]}
        heads = laptop.heads(Person, row)
        assert {head.ref for head in heads.of(name)} == standing.keys()
        if len(standing) == 1:
            assert laptop.value(Person, row, name) == next(iter(standing.values()))
        else:
            assert {head.ref: head.value for head in heads.of(name)} == standing
        assert (name in heads.contested) == (len(set(standing.values())) > 1)


def test_content_never_raises_in_apply_but_the_reasons_are_counted(pair: tuple[Laptop, Laptop]) -> None:
    laptop, _ = pair
    entries = [_entry(seq, "x" * seq, PERSON, "insert", {}) for seq in range(1, 40)]
    with laptop.store.writing() as conn:
        done = merge.apply(conn, merge.laptop_tables(), entries, EPOCH, b"z" * 32)
    assert (done.inserted, done.edited, len(done.set_aside)) == (0, 0, 39)
