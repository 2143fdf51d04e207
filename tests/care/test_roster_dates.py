"""Dates as they stand in rosters."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from care.roster.dates import read_date

TODAY = date(2026, 11, 22)


@pytest.mark.parametrize(
    "text",
    [
        "1943-5-2",
        "1943-05-02",
        "1943.05.02",
        "1943/5/2",
        "1943年5月2日",
        "1943年05月02号",
        "１９４３．５．２",
        "1943、5、2",
        "1943 5 2",
        "19430502",
        "1943-05-02 00:00:00",
        "1943-05-02T00:00",
        "1943。5。2",
        "一九四三年五月二日",
        "一九四三年五月二日生",
    ],
)
def test_a_day_is_read(text: str) -> None:
    read = read_date(text, TODAY)
    assert (read.iso, read.doubt, read.day) == ("1943-05-02", "", date(1943, 5, 2))


@pytest.mark.parametrize(
    ("text", "iso"),
    [
        ("一九四三年十二月二十一日", "1943-12-21"),
        ("一九四〇年十月三十日", "1940-10-30"),
        ("一九四一年十一月十日", "1941-11-10"),
    ],
)
def test_words_for_numbers_are_read(text: str, iso: str) -> None:
    assert read_date(text, TODAY).iso == iso


@pytest.mark.parametrize(
    ("text", "iso"),
    [("1943", "1943"), ("1943年", "1943"), ("1943.5", "1943-05"), ("1943年5月", "1943-05"), ("194305", "1943-05")],
)
def test_an_incomplete_date_says_as_much_as_it_says(text: str, iso: str) -> None:
    read = read_date(text, TODAY)
    assert (read.iso, read.doubt, read.day) == (iso, "incomplete", None)


def test_two_digits_of_a_year_are_the_last_century_for_births_and_the_latest_for_admissions() -> None:
    assert read_date("43.5.2", TODAY).iso == "1943-05-02"
    assert read_date("43.5.2", TODAY).doubt == "century"
    assert read_date("21.5.2", TODAY, recent=True).iso == "2021-05-02"
    assert read_date("98.5.2", TODAY, recent=True).iso == "1998-05-02"
    assert read_date("05.3.2", TODAY).iso == "1905-03-02"


@pytest.mark.parametrize(
    "text",
    ["", "属羊", "前年", "1943-13-2", "1943-2-30", "1943-0-5", "1800-1-1", "2040-1-1", "43.5", "43", "5/2/1943",
     "1943-5-2-1", "1943-005-2x", "农历五月初二", "15828", "1943-1-123", "٣" * 4, "-1943-5-2x", "1" * 500],
)  # fmt: skip
def test_what_is_no_date_is_not_guessed(text: str) -> None:
    assert read_date(text, TODAY).doubt == "unreadable"


@given(st.dates(date(1850, 1, 1), date(2027, 12, 31)), st.sampled_from("-./年、 "))
def test_every_day_reads_back(day: date, mark: str) -> None:
    assert read_date(f"{day.year}{mark}{day.month}{mark}{day.day}", TODAY).day == day


@given(st.text(max_size=30))
def test_any_text_is_a_date_or_a_doubt(text: str) -> None:
    read = read_date(text, TODAY)
    assert (read.day is not None) == (len(read.iso) == 10)
    assert bool(read.iso) == (read.doubt != "unreadable")
