"""Guessing codes is slow, however many workers are asked at once."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import Engine

from sync.county.errors import Denied
from sync.county.guesses import WRONG, counted

AT = 1_800_000_000


def _try(engine: Engine, most: int, now: int, said: str = WRONG) -> str:
    """One look at a code that is refused for the reason ``said``, or is right when that is empty."""
    try:
        with counted(engine, most, now):
            if said:
                raise Denied(said, 403)
    except Denied as refused:
        return refused.reason
    return "right"


def test_many_guesses_at_once_are_no_more_than_one_after_the_other(county_engine: Engine) -> None:
    with ThreadPoolExecutor(8) as pool:
        said = list(pool.map(lambda _: _try(county_engine, 5, AT), range(40)))
    assert said.count(WRONG) == 5
    assert said.count("too_many_guesses") == 35


@pytest.mark.parametrize("said", ["", "code_expired", "pair_differs"])
def test_who_has_a_code_guesses_nothing(county_engine: Engine, said: str) -> None:
    for _ in range(10):
        assert _try(county_engine, 3, AT, said) == (said or "right")


def test_after_a_minute_or_with_the_clock_set_back_one_may_try_again(county_engine: Engine) -> None:
    for now in (AT, AT + 60, AT - 86400):
        assert [_try(county_engine, 2, now) for _ in range(3)] == [WRONG, WRONG, "too_many_guesses"]
    assert _try(county_engine, 2, AT - 86400 + 59) == "too_many_guesses"
