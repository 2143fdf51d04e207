"""Identity numbers as old people's papers carry them: 18 characters, 15 digits, badly typed, plainly wrong."""

import json
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from care.id_number import BadIdNumber, IdProblem, agrees, check_digit, mask, parse

TODAY = date(2026, 11, 22)
VECTORS = json.loads((Path(__file__).parents[1] / "data" / "id_number.json").read_text(encoding="utf-8"))
WEIGHTS = [2 ** (18 - place) % 11 for place in range(1, 18)]  # ISO 7064 writes them as powers of two

births = st.dates(date(1900, 1, 1), TODAY)
sequences = st.integers(0, 999).map("{:03d}".format)
regions = st.sampled_from(["370300", "371581", "421200", "321000", "510115", "110105"])


def make(region: str, birth: date, sequence: str) -> str:
    first17 = f"{region}{birth:%Y%m%d}{sequence}"
    return first17 + "10X98765432"[sum(w * int(d) for w, d in zip(WEIGHTS, first17, strict=True)) % 11]


def problem(text: str) -> IdProblem:
    with pytest.raises(BadIdNumber) as caught:
        parse(text, TODAY)
    return caught.value.problem


@pytest.mark.parametrize("vector", [v for v in VECTORS if v["valid"]], ids=lambda v: v["id"])
def test_numbers_of_the_standard_and_others_are_read(vector: dict[str, str]) -> None:
    number = parse(vector["id"], TODAY)
    assert (number.number, number.birth.isoformat(), number.sex) == (vector["id"], vector["birth"], vector["sex"])
    assert number.warnings == ()
    assert not number.upgraded


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("110105194912310021", IdProblem.CHECK_DIGIT),
        ("110105194902290029", IdProblem.BIRTH_DATE),
        ("1101051949123100", IdProblem.LENGTH),
        ("", IdProblem.EMPTY),
        (" 　 ", IdProblem.EMPTY),
        ("无", IdProblem.LENGTH),
        ("X10105194912310021", IdProblem.CHARACTERS),
        ("11010519491231O02X", IdProblem.CHARACTERS),
        ("110105٠٩491231002X", IdProblem.CHARACTERS),
        ("1101051949123100X", IdProblem.LENGTH),
        ("110105491231002X", IdProblem.LENGTH),
        ("11010549123100X", IdProblem.CHARACTERS),
        ("110105" + "17991231" + "0021", IdProblem.BIRTH_DATE),
        ("1" * 70, IdProblem.LENGTH),
        ("11010519491231002X" + " " * 80, IdProblem.LENGTH),
    ],
)
def test_what_is_wrong_is_named(text: str, expected: IdProblem) -> None:
    assert problem(text) is expected


def test_the_wrong_vectors_are_all_wrong() -> None:
    wrong = {v["id"]: problem(v["id"]) for v in VECTORS if not v["valid"]}
    assert set(wrong.values()) == {IdProblem.CHECK_DIGIT, IdProblem.BIRTH_DATE, IdProblem.LENGTH}


def test_nobody_is_born_tomorrow() -> None:
    assert parse(make("370300", TODAY, "001"), TODAY).birth == TODAY
    assert problem(make("370300", date(2026, 11, 23), "001")) is IdProblem.BIRTH_FUTURE


@pytest.mark.parametrize(
    "typed",
    [
        "11010519491231002x",
        "１１０１０５１９４９１２３１００２Ｘ",
        " 110105 19491231 002X ",
        "110105-19491231-002X",
        "'11010519491231002X",
        "110105\u300019491231\t002ｘ",
    ],
)
def test_the_way_people_type_is_understood(typed: str) -> None:
    assert parse(typed, TODAY).number == "11010519491231002X"


def test_fifteen_digits_become_eighteen() -> None:
    number = parse("110105491231002", TODAY)
    assert (number.number, number.upgraded) == ("11010519491231002X", True)
    assert (number.birth, number.sex) == (date(1949, 12, 31), "2")


@pytest.mark.parametrize(("sequence", "year"), [("995", 1910), ("996", 1810), ("999", 1810)])
def test_sequences_of_the_very_old_belong_to_the_century_before(sequence: str, year: int) -> None:
    assert parse(f"110105100101{sequence}", TODAY).birth == date(year, 1, 1)


def test_an_unknown_province_warns_and_does_not_reject() -> None:
    number = parse(make("990000", date(1940, 5, 1), "003"), TODAY)
    assert number.warnings == (IdProblem.PROVINCE_UNKNOWN,)
    assert number.region == "990000"


def test_an_abolished_county_is_no_problem() -> None:
    assert parse(make("512222", date(1940, 5, 1), "003"), TODAY).warnings == ()


def test_sex_and_birth_are_checked_against_the_number() -> None:
    number = parse("11010519491231002X", TODAY)
    assert agrees(number, "2", "1949-12-31") == ()
    assert agrees(number, "1", "1949-12-30") == ("sex", "birth")
    assert agrees(number, "1", None) == ("sex",)
    assert agrees(number, "0", "1949-12") == ()
    assert agrees(number, "", "1950") == ("birth",)


def test_lists_show_the_ends_of_a_number_only() -> None:
    assert mask("11010519491231002X") == "110105**********2X"
    assert mask("1234") == "****"
    assert mask("") == ""


@given(regions, births, sequences)
def test_every_made_number_is_read_back(region: str, birth: date, sequence: str) -> None:
    number = parse(make(region, birth, sequence), TODAY)
    assert (number.region, number.birth) == (region, birth)
    assert number.sex == ("1" if sequence[2] in "13579" else "2")
    assert number.number[17] == check_digit(number.number[:17])


@given(regions, births, sequences, st.integers(0, 17), st.integers(1, 9))
def test_one_wrong_digit_is_always_found(region: str, birth: date, sequence: str, place: int, step: int) -> None:
    number = make(region, birth, sequence)
    digit = "0123456789X".index(number[place])
    wrong = str((digit + step) % 10)
    if number[place] != wrong:
        assert problem(number[:place] + wrong + number[place + 1 :]) in {
            IdProblem.CHECK_DIGIT,
            IdProblem.BIRTH_DATE,
            IdProblem.BIRTH_FUTURE,
        }


@given(regions, births, sequences, st.integers(0, 16))
def test_two_neighbours_swapped_are_always_found(region: str, birth: date, sequence: str, place: int) -> None:
    number = make(region, birth, sequence)
    if number[place] != number[place + 1]:
        swapped = number[:place] + number[place + 1] + number[place] + number[place + 2 :]
        with pytest.raises(BadIdNumber):
            parse(swapped, TODAY)


@given(births.filter(lambda day: day.year < 2000), st.integers(0, 995).map("{:03d}".format))
def test_the_old_form_names_the_same_person(birth: date, sequence: str) -> None:
    old = f"370300{birth:%y%m%d}{sequence}"
    assert parse(old, TODAY).number == make("370300", birth, sequence)


@given(st.text(max_size=30))
def test_any_text_is_a_number_or_a_named_problem(text: str) -> None:
    try:
        number: str | None = parse(text, TODAY).number
    except BadIdNumber:
        number = None
    assert number is None or len(number) == 18
