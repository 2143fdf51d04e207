"""The catalogues: complete in both languages, and nothing of the one in the other."""

import inspect
import re
from pathlib import Path
from string import Formatter

import pytest

import db.errors
import yiyang_tui
import yiyang_tui.errors
from db.errors import Refused, YiyangError
from yiyang_tui import words
from yiyang_tui.cells import ambiguous
from yiyang_tui.words import catalogue, t, times

HAN = re.compile(r"[\u3400-\u9fff]")
LATIN = re.compile(r"[A-Za-z]+")
# What a carer reads in Latin letters on any Chinese form, keyboard or package, and the words to type at a prompt.
ALLOWED = set(Path(__file__).with_name("latin_words.txt").read_text("utf-8").split())
COMMAND = re.compile(r"https?://[a-z0-9./:-]+|(?:yiyang|pip install|--)[a-z0-9 _./:=\[\]'-]*|\{[^}]*\}|[A-Z]+_[A-Z_]+")


def blanks(sentence: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(sentence) if name}


def test_both_catalogues_have_the_same_sentences() -> None:
    """Chinese does not count, so it alone may lack the singular."""
    zh, en = catalogue("zh"), catalogue("en")
    assert set(zh) <= set(en)
    assert {key for key in set(en) - set(zh) if not key.endswith(".one")} == set()


def test_every_sentence_has_the_same_blanks_in_both() -> None:
    zh, en = catalogue("zh"), catalogue("en")
    assert {key: (blanks(zh[key]), blanks(en[key])) for key in zh if blanks(zh[key]) != blanks(en[key])} == {}


def test_no_chinese_in_english_but_the_name_of_the_language() -> None:
    assert [key for key, said in catalogue("en").items() if HAN.search(said)] == ["act.everywhere.language"]


def test_no_english_in_chinese() -> None:
    """But for what has to be typed at a prompt, which is most of ``cli``."""
    found = {
        key: foreign
        for key, said in catalogue("zh").items()
        if not key.startswith("cli.")
        if (foreign := set(LATIN.findall(COMMAND.sub(" ", said))) - ALLOWED)
    }
    assert found == {}


@pytest.mark.parametrize("lang", words.LANGUAGES)
def test_no_character_of_ambiguous_width(lang: str) -> None:
    """They may be drawn one cell wide or two: nothing beside them would stand where it should."""
    assert {key: wide for key, said in catalogue(lang).items() if (wide := ambiguous(said))} == {}


def test_every_sentence_that_the_program_asks_for_exists() -> None:
    """Singular and plural are asked for by their stem."""
    known = set(catalogue("en")) | {key.rpartition(".")[0] for key in catalogue("en")}
    asked = re.compile(r"\b(?:t|plural)\(\s*\"([a-z0-9_.-]+)\"")
    sources = Path(yiyang_tui.__file__).parent.rglob("*.py")
    missing = {
        (path.name, key) for path in sources for key in asked.findall(path.read_text("utf-8")) if key not in known
    }
    assert missing == set()


@pytest.mark.parametrize("lang", words.LANGUAGES)
def test_every_error_of_the_ground_and_top_floor_has_a_sentence(lang: str) -> None:
    classes = [
        found
        for module in (db.errors, yiyang_tui.errors)
        for _, found in inspect.getmembers(module, inspect.isclass)
        if issubclass(found, YiyangError)
    ]
    assert len(classes) > 10
    assert [found.code for found in classes if f"error.{found.code}" not in catalogue(lang)] == []


def test_an_unknown_key_or_an_unfilled_blank_is_a_defect() -> None:
    with pytest.raises(KeyError):
        t("no.such.key")
    with pytest.raises(KeyError):
        t("app.count")
    with pytest.raises(KeyError):
        words.use("fr")


def test_an_error_is_told_by_its_rule_then_its_code_then_in_general() -> None:
    words.use("zh")

    class Odd(YiyangError):
        code = "odd_and_new"

    assert "磁盘满了" in words.sentence(db.errors.DiskFull())
    assert "没有改动任何东西" in words.sentence(Refused("a_rule_without_words"))
    assert "odd_and_new" in words.sentence(Odd())


NOW = 1795352640  # 2026-11-22 21:04 in Shanghai, a Sunday


def test_times_are_told_as_people_say_them() -> None:
    words.use("zh")
    assert (times.clock(NOW), times.weekday(NOW)) == ("21:04", "周日")
    assert times.moment(NOW - 8640, NOW) == "18:40"
    assert times.moment(NOW - 86400 - 8640, NOW) == "昨天 18:40"
    assert (times.day(NOW + 86400, NOW), times.day(NOW - 30 * 86400, NOW)) == ("明天", "10-23")
    assert times.day(NOW - 400 * 86400, NOW) == "2025-10-18"
    assert [times.ago(s) for s in (-5, 59, 720, 7200, 4 * 86400)] == ["刚刚", "刚刚", "12 分钟前", "2 小时前", "4 天前"]
    assert (times.until(-1500), times.until(1500)) == ("超 25 分", "还有 25 分")


def test_english_counts_one_and_many() -> None:
    words.use("en")
    assert [times.ago(s) for s in (60, 120)] == ["1 minute ago", "2 minutes ago"]
    assert times.until(-3600) == "1 hour late"


@pytest.mark.parametrize("at", [1 << 62, -(1 << 62)])
def test_a_time_that_no_calendar_has_is_still_said(at: int) -> None:
    assert times.clock(at)
    assert times.weekday(at)
    assert times.moment(at, 1_800_000_000)
