"""Typing a set of vitals: digits, what is refused, what is asked about, what changed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from care.vitals import (
    Change,
    ImpossibleValue,
    Measure,
    NotANumber,
    PointNeeded,
    change,
    contradictions,
    measure,
    measures,
    read,
    show,
    unusual,
)
from db.tables import Vitals

TEMP, PULSE, GLUCOSE, WEIGHT = (measure(name) for name in ("temp_c10", "pulse", "glucose_mmol10", "weight_kg10"))


def test_every_measure_is_a_column_of_the_record_and_its_limits_nest() -> None:
    assert {one.id for one in measures()} <= set(Vitals.model_fields)
    for one in measures():
        assert one.hard_lo <= one.unusual_lo < one.unusual_hi <= one.hard_hi
        assert one.big_change > 0
        assert one.zh
        assert one.en


@pytest.mark.parametrize("typed", ["365", "36.5", "３６５", "３６．５", "36。5", "36｡5", " 36.5 ", "36.50"])
def test_a_temperature_is_typed_with_or_without_its_point(typed: str) -> None:
    assert read(TEMP, typed) == 365


@pytest.mark.parametrize(
    ("of", "typed", "kept"),
    [
        (TEMP, "37", 370),
        (TEMP, "37.", 370),
        (TEMP, "450", 450),
        (TEMP, "30.0", 300),
        (PULSE, "78", 78),
        (PULSE, "78.0", 78),
        (GLUCOSE, "5.6", 56),
        (GLUCOSE, "81", 81),
        (GLUCOSE, "4", 40),
        (WEIGHT, "52", 520),
        (WEIGHT, "525", 525),
        (WEIGHT, "150", 1500),
        (PULSE, "", None),
        (PULSE, "　", None),
    ],
)
def test_what_is_typed_is_kept_in_whole_numbers(of: Measure, typed: str, kept: int | None) -> None:
    assert read(of, typed) == kept


@pytest.mark.parametrize("typed", ["12", "56", "6", "60"])
def test_glucose_without_a_point_is_never_guessed(typed: str) -> None:
    # 1.2 and 12.0 mmol/L call for opposite treatment.
    with pytest.raises(PointNeeded) as caught:
        read(GLUCOSE, typed)
    assert caught.value.facts["small"] == f"{int(typed) / 10:.1f}"
    assert caught.value.facts["large"] == f"{typed}.0"


@pytest.mark.parametrize(
    ("of", "typed", "lo", "hi"),
    [
        (TEMP, "29.9", "30.0", "45.0"),
        (TEMP, "451", "30.0", "45.0"),
        (TEMP, "3", "30.0", "45.0"),
        (PULSE, "251", "20", "250"),
        (PULSE, "0", "20", "250"),
        (measure("spo2"), "101", "40", "100"),
        (measure("pain"), "11", "0", "10"),
    ],
)
def test_impossible_values_are_refused_with_the_allowed_range(of: Measure, typed: str, lo: str, hi: str) -> None:
    with pytest.raises(ImpossibleValue) as caught:
        read(of, typed)
    assert caught.value.facts == {"measure": of.id, "lo": lo, "hi": hi, "unit": of.unit}


@pytest.mark.parametrize(
    "typed", ["36,5", "36.55", "-36", "+36", "36.5.1", "abc", "三十六", "1e2", "99999", ".", "36 5", "٣٦"]
)
def test_what_is_no_number_is_not_guessed(typed: str) -> None:
    with pytest.raises(NotANumber):
        read(TEMP, typed)


def test_half_beats_do_not_exist() -> None:
    with pytest.raises(NotANumber):
        read(PULSE, "78.5")


@pytest.mark.parametrize(("value", "asks"), [(354, True), (355, False), (365, False), (378, False), (379, True)])
def test_unusual_values_ask_once(value: int, asks: bool) -> None:
    assert unusual(TEMP, value) is asks


def test_what_changed_since_last_time() -> None:
    assert change(TEMP, 375, 366) == Change(9, False)
    assert change(TEMP, 376, 366) == Change(10, True)
    assert change(TEMP, 356, 366) == Change(-10, True)
    assert change(TEMP, 376, None) == Change(None, False)


@pytest.mark.parametrize(
    ("sbp", "dbp", "broken"),
    [
        (120, 80, ()),
        (80, 80, ("sbp_not_above_dbp",)),
        (79, 80, ("sbp_not_above_dbp",)),
        (None, 80, ()),
        (120, None, ()),
    ],
)
def test_systolic_stands_above_diastolic(sbp: int | None, dbp: int | None, broken: tuple[str, ...]) -> None:
    assert contradictions({"sbp": sbp, "dbp": dbp}) == broken


def test_an_empty_set_contradicts_nothing() -> None:
    assert contradictions({}) == ()


def test_values_are_shown_as_people_write_them() -> None:
    assert [show(TEMP, 365), show(TEMP, 400), show(PULSE, 78), show(TEMP, None)] == ["36.5", "40.0", "78", ""]
    assert [show(TEMP, delta) for delta in (-5, -12, 3)] == ["-0.5", "-1.2", "0.3"]


@given(st.data())
def test_whatever_is_shown_reads_back(data: st.DataObject) -> None:
    of = data.draw(st.sampled_from(measures()))
    value = data.draw(st.integers(of.hard_lo, of.hard_hi))
    assert read(of, show(of, value)) == value


@given(st.sampled_from(measures()), st.text(max_size=12))
def test_any_text_is_a_possible_value_or_a_named_error(of: Measure, text: str) -> None:
    try:
        value = read(of, text)
    except (NotANumber, ImpossibleValue, PointNeeded):
        value = None
    assert value is None or of.hard_lo <= value <= of.hard_hi
