"""Code lists: what the record keeps is a code, what people read is its word in their language."""

from importlib.resources import files

import pytest

from care.codes import codes, label, mark, short
from care.data import table
from db.tables import CARE_LEVELS

# id_number and region_shape lie beside the lists but describe the shape of numbers.
LISTS = sorted(
    file.name.removesuffix(".toml")
    for file in files("care.data").joinpath("codes").iterdir()
    if "values" in table(f"codes/{file.name.removesuffix('.toml')}")
)


@pytest.mark.parametrize("name", LISTS)
def test_every_code_is_unique_and_has_a_word_in_both_languages(name: str) -> None:
    known = codes(name)
    assert known.id == name
    assert known.certainty[0] in "ABC"
    assert len({value.code for value in known.values}) == len(known.values) > 0
    assert all(value.zh.strip() and value.en.strip() for value in known.values)


def test_the_lists_are_whole() -> None:
    assert len(LISTS) == 35
    assert len(codes("ethnic").values) == 56
    assert len(codes("relation").values) == 84 + 3  # kinship, and who speaks for those without kin


def test_a_code_is_read_out_in_chinese_and_english() -> None:
    assert label("sex", "2", "zh") == "女"
    assert label("sex", "2", "en") == "female"
    assert label("relation", "V1", "zh") == "村（居）委会代表"


def test_a_code_of_a_newer_program_is_shown_as_it_is() -> None:
    assert label("sex", "7", "zh") == "7"
    assert short("home_care_level", "extra", "zh") == "extra"


def test_narrow_places_have_short_words() -> None:
    assert [short("home_care_level", level, "zh") for level in CARE_LEVELS] == ["特护", "全护", "半护", "自理"]
    assert [mark("home_care_level", level, "zh") for level in CARE_LEVELS] == ["特", "全", "半", "自"]
    assert len({mark("home_care_level", level, "en") for level in CARE_LEVELS}) == 4
    assert short("resident_category", "tekun_c", "zh") == "特困"
    assert short("marital", codes("marital").values[0].code, "zh") == codes("marital").values[0].zh


def test_short_words_exist_only_for_codes_that_exist() -> None:
    for name, words in table("short").items():
        if name != "certainty":
            assert set(words) == {value.code for value in codes(name).values}
            assert all(word["zh"] and word["en"] for word in words.values())


@pytest.mark.parametrize("name", ["no_such_list", "../short", "sex.toml", ""])
def test_a_list_that_is_none_is_not_looked_for(name: str) -> None:
    with pytest.raises(KeyError):
        codes(name)
