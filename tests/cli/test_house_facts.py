"""``yiyang house facts``: what counts, where it comes from, and who sets it."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cli.conftest import NUMBER, Ended, refused, yiyang

Run = Callable[..., Ended]


@pytest.fixture
def run(vault: Path, secret: Path) -> Run:
    """A command of the director."""

    def act(*words: str, lang: str = "zh") -> Ended:
        who = ("--number", NUMBER, "--passphrase-file", str(secret))
        return yiyang("house", "facts", *words, *who, vault=vault, lang=lang)

    return act


def test_a_number_is_to_be_confirmed_until_it_is_set(run: Run) -> None:
    before = {one["code"]: one for one in run("--json").json()["facts"]}
    assert (before["morse_high"]["value"], before["morse_high"]["confirmed"]) == (45, False)
    after = {one["code"]: one for one in run("--set", "morse_high=51", "--json").json()["facts"]}
    assert (after["morse_high"]["value"], after["morse_high"]["confirmed"]) == (51, True)
    shown = run().out.splitlines()
    (line,) = [line for line in shown if line.startswith("morse_high")]
    assert "待县里确认" not in line
    assert sum("待县里确认" in line for line in shown) == len(before) - 1
    assert "institutions choose 45 or 51" in run(lang="en").out


@pytest.mark.parametrize("typed", ["morse_high", "morse_high=", "morse_high=-1", "morse_high=４５"])
def test_what_is_no_number_is_refused(vault: Path, secret: Path, typed: str) -> None:
    who = ("--number", NUMBER, "--passphrase-file", str(secret))
    refused(2, "house", "facts", "--set", typed, *who, zh="代号=数", en="CODE=NUMBER", vault=vault)


def test_out_of_bounds_and_unknown(vault: Path, secret: Path) -> None:
    who = ("--number", NUMBER, "--passphrase-file", str(secret))
    refused(2, "house", "facts", "--set", "morse_high=99", *who, zh="25 到 60", en="between 25", vault=vault)
    refused(2, "house", "facts", "--set", "morse=45", *who, zh="没有这项", en="no such setting", vault=vault)
