"""Who works here, and taking turns by PIN."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from care import staff
from care.staff import WrongPin
from db.errors import Refused
from db.local import JOURNAL, PIN
from db.tables import Staff
from tests.care.household import Household, reopen

PIN_OF_CARER = "2580"


def refused(call, *args, **kwargs) -> Refused:
    with pytest.raises(Refused) as caught:
        call(*args, **kwargs)
    return caught.value


def try_wrong(house: Household, times: int) -> list[int]:
    waits = []
    for _ in range(times):
        with pytest.raises(WrongPin) as caught:
            staff.check_pin(house.store, house.carer, "9999")
        waits.append(caught.value.wait_s)
    return waits


def test_staff_are_listed_by_number_and_those_who_left_come_last(house: Household) -> None:
    house.it_is("2026-11-22 08:00")
    ten = staff.add(house.store, house.director, number="10", name="李护士", role="nurse")
    staff.add(house.store, house.director, number="9", name="赵医生", role="doctor")
    assert [one.number for one in staff.everyone(house.store)] == ["9", "10", "1001", "1002"]
    assert staff.close(house.store, house.director, ten)
    assert [(one.number, one.closed) for one in staff.everyone(house.store)][-1] == ("10", True)
    assert not staff.close(house.store, house.director, ten)
    assert staff.reopen(house.store, house.director, ten)
    assert staff.by_number(house.store, "10") == staff.StaffView(ten, "10", "李护士", "nurse", False, False)


def test_a_number_is_given_once_even_after_somebody_left(house: Household) -> None:
    staff.close(house.store, house.director, house.carer)
    error = refused(staff.add, house.store, house.director, number=" １００２", name="赵医生", role="doctor")
    assert error.facts == {"rule": "staff_number_taken", "number": "1002"}


@pytest.mark.parametrize(
    ("number", "name", "role", "rule"),
    [
        ("", "赵医生", "doctor", "staff_number_shape"),
        ("12 34", "赵医生", "doctor", "staff_number_shape"),
        ("1" * 13, "赵医生", "doctor", "staff_number_shape"),
        ("7", "  ", "doctor", "name_missing"),
        ("7", "赵" * 41, "doctor", "text_too_long"),
        ("7", "赵医生", "surgeon", "role_unknown"),
    ],
)
def test_what_no_staff_row_can_be(house: Household, number: str, name: str, role: str, rule: str) -> None:
    before = staff.everyone(house.store)
    assert refused(staff.add, house.store, house.director, number=number, name=name, role=role).rule == rule
    assert staff.everyone(house.store) == before


def test_what_is_written_of_somebody_can_be_changed(house: Household) -> None:
    given = {"name": " 王  芳 ", "role": "nurse", "phone": "13800005521", "licence_no": " 42-7 "}
    assert staff.change(house.store, house.director, house.carer, **given, licence_until="2027-06-30")
    found = staff.by_number(house.store, "1002")
    assert found is not None
    kept = (found.name, found.role, found.licence_no, found.licence_until)
    assert kept == ("王 芳", "nurse", "42-7", "2027-06-30")
    assert not staff.change(house.store, house.director, house.carer, role="nurse")
    for changes, rule in (
        ({"name": " "}, "name_missing"),
        ({"role": "surgeon"}, "role_unknown"),
        ({"licence_no": "4" * 41}, "text_too_long"),
        ({"licence_until": "2027-02-30"}, "date_shape"),
    ):
        assert refused(staff.change, house.store, house.director, house.carer, **changes).rule == rule
    assert refused(staff.change, house.store, house.director, house.store.pair_id, name="甲").rule == "staff_unknown"
    assert staff.by_number(house.store, "1002") == found


def test_a_licence_holds_to_its_last_day_and_only_nurses_and_doctors_need_one(house: Household) -> None:
    staff.add(
        house.store, house.director, number="7", name="赵", role="doctor", licence_no="1", licence_until="2027-06-30"
    )
    doctor, carer = staff.by_number(house.store, "7"), staff.by_number(house.store, "1002")
    assert doctor is not None
    assert carer is not None
    assert [doctor.licence_gap(date(2027, 6, 30)), doctor.licence_gap(date(2027, 7, 1))] == ["", "expired"]
    assert carer.licence_gap(date(2027, 6, 30)) == ""
    staff.change(house.store, house.director, house.carer, role="nurse")
    nurse = staff.by_number(house.store, "1002")
    assert nurse is not None
    assert nurse.licence_gap(date(2027, 6, 30)) == "missing"


def test_of_two_laptops_that_gave_one_number_the_one_who_works_here_answers(house: Household) -> None:
    with house.store.act(None) as act:
        gone = act.insert(Staff, number="77", name="甲", role="carer", closed=True)
        here = act.insert(Staff, number="77", name="乙", role="carer")
    found = staff.by_number(house.store, "77")
    assert found is not None
    assert found.id == here
    assert {one.id for one in staff.everyone(house.store)} >= {gone, here}
    assert staff.by_number(house.store, "78") is None


def test_nobody_closes_themselves(house: Household) -> None:
    assert refused(staff.close, house.store, house.director, house.director).rule == "close_yourself"
    assert refused(staff.close, house.store, house.director, house.store.device_id).rule == "staff_unknown"


def test_a_pin_lets_its_owner_in_and_is_kept_only_as_a_hash_on_this_laptop(house: Household) -> None:
    assert refused(staff.check_pin, house.store, house.carer, PIN_OF_CARER).rule == "pin_not_set"
    with house.store.reading() as conn:
        before = conn.execute(select(JOURNAL.c.seq)).all()
    staff.set_pin(house.store, house.carer, PIN_OF_CARER)
    staff.check_pin(house.store, house.carer, PIN_OF_CARER)
    staff.check_pin(house.store, house.carer, "２５８０")  # as an input method types it
    with house.store.reading() as conn:
        kept = conn.execute(select(PIN)).one()
        entries = conn.execute(select(JOURNAL.c.table_name, JOURNAL.c.fields).order_by(JOURNAL.c.lamport)).all()
    # That there is one now travels; it does not, nor does its hash.
    ((table, said),) = entries[len(before) :]
    assert table == "audit_event"
    assert not any(part in bytes(said) for part in (PIN_OF_CARER.encode(), bytes(kept.hash), bytes(kept.salt)))
    assert PIN_OF_CARER.encode() not in bytes(kept.hash) + bytes(kept.salt)
    assert len(kept.hash) == 32
    assert [one.has_pin for one in staff.everyone(house.store)] == [False, True]


def test_two_people_with_one_pin_have_different_hashes(house: Household) -> None:
    staff.set_pin(house.store, house.carer, PIN_OF_CARER)
    staff.set_pin(house.store, house.director, PIN_OF_CARER)
    with house.store.reading() as conn:
        first, second = conn.execute(select(PIN.c.hash)).scalars().all()
    assert first != second


@pytest.mark.parametrize("pin", ["", "123", "1234567", "25a0", "25 80", "²⁵⁸⁰a", "二五八零"])
def test_a_pin_is_four_to_six_digits(house: Household, pin: str) -> None:
    error = refused(staff.set_pin, house.store, house.carer, pin)
    assert error.facts == {"rule": "pin_shape", "least": 4, "most": 6}


@pytest.mark.parametrize("pin", ["0000", "777777", "1234", "0123", "456789", "4321", "987654", "7890", "1002"])
def test_a_pin_that_everybody_tries_first_is_refused(house: Household, pin: str) -> None:
    assert refused(staff.set_pin, house.store, house.carer, pin).rule == "pin_too_simple"


@given(st.from_regex(r"[0-9]{4,6}", fullmatch=True))
def test_only_runs_and_repetitions_are_too_simple(pin: str) -> None:
    run = any(pin in digits for digits in ("0123456789" * 2, "9876543210" * 2))
    assert staff.too_simple(pin) == (run or len(set(pin)) == 1)


def test_five_wrong_tries_are_free_and_then_the_pause_grows_to_an_hour(house: Household) -> None:
    now = house.it_is("2026-11-22 08:00")
    staff.set_pin(house.store, house.carer, PIN_OF_CARER)
    assert try_wrong(house, 5) == [0, 0, 0, 0, 30]
    pauses = [30]
    for _ in range(9):
        now += pauses[-1]
        house.store.answer_clock(now)
        pauses += try_wrong(house, 1)
    assert pauses == [30, 60, 120, 240, 480, 960, 1920, 3600, 3600, 3600]


def test_during_the_pause_even_the_right_pin_waits_and_nothing_is_counted(house: Household) -> None:
    now = house.it_is("2026-11-22 08:00")
    staff.set_pin(house.store, house.carer, PIN_OF_CARER)
    try_wrong(house, 5)
    house.store.answer_clock(now + 10)
    with pytest.raises(WrongPin) as caught:
        staff.check_pin(house.store, house.carer, PIN_OF_CARER)
    assert caught.value.wait_s == 20
    house.store.answer_clock(now + 30)
    staff.check_pin(house.store, house.carer, PIN_OF_CARER)
    assert try_wrong(house, 5) == [0, 0, 0, 0, 30], "the right PIN forgives the wrong ones"


def test_the_pause_survives_a_restart(house: Household) -> None:
    house.it_is("2026-11-22 08:00")
    staff.set_pin(house.store, house.carer, PIN_OF_CARER)
    try_wrong(house, 5)
    house.store = reopen(house.store)
    with pytest.raises(WrongPin) as caught:
        staff.check_pin(house.store, house.carer, PIN_OF_CARER)
    assert caught.value.wait_s == 30


def test_setting_the_clock_back_neither_ends_the_pause_nor_makes_it_endless(house: Household) -> None:
    house.it_is("2027-06-01 08:00")
    staff.set_pin(house.store, house.carer, PIN_OF_CARER)
    try_wrong(house, 5)
    back = house.it_is("2026-11-22 08:00")
    with pytest.raises(WrongPin) as caught:
        staff.check_pin(house.store, house.carer, PIN_OF_CARER)
    assert caught.value.wait_s == 30
    house.store.answer_clock(back + 30)
    staff.check_pin(house.store, house.carer, PIN_OF_CARER)


def test_one_persons_wrong_tries_do_not_lock_another_out(house: Household) -> None:
    staff.set_pin(house.store, house.carer, PIN_OF_CARER)
    staff.set_pin(house.store, house.director, "1470")
    try_wrong(house, 5)
    staff.check_pin(house.store, house.director, "1470")


def test_a_new_pin_replaces_the_old_one_and_ends_the_pause(house: Household) -> None:
    staff.set_pin(house.store, house.carer, PIN_OF_CARER)
    try_wrong(house, 5)
    staff.set_pin(house.store, house.carer, "1470")
    staff.check_pin(house.store, house.carer, "1470")
    with pytest.raises(WrongPin):
        staff.check_pin(house.store, house.carer, PIN_OF_CARER)
    staff.drop_pin(house.store, house.carer)
    assert refused(staff.check_pin, house.store, house.carer, "1470").rule == "pin_not_set"


def test_who_left_neither_gets_a_pin_nor_uses_one(house: Household) -> None:
    staff.set_pin(house.store, house.carer, PIN_OF_CARER)
    staff.close(house.store, house.director, house.carer)
    assert refused(staff.check_pin, house.store, house.carer, PIN_OF_CARER).rule == "staff_closed"
    assert refused(staff.set_pin, house.store, house.carer, "1470").rule == "staff_closed"
    assert refused(staff.set_pin, house.store, house.store.device_id, "1470").rule == "staff_unknown"
