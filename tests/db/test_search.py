"""A person is found by whatever is quick to type, in one range of one index."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text

from db.search import normal, term_range, terms
from db.store import Store
from db.tables import Person


def finds(typed: str, name: str, id_number: str = "") -> bool:
    """Whether a person is found by what was typed, the way the database compares."""
    low, high = (bound.encode() for bound in term_range(typed))
    return any(low <= term.encode() < high for term in terms(name, id_number))


@pytest.mark.parametrize(
    "typed",
    [
        "lxy",
        "LXY",
        "ＬＸＹ",
        "lixiuying",
        "lixiu",
        "li xiu ying",
        "李秀英",
        "李 秀英",
        "秀英",
        "英",
        "xiuying",
        "xy",
        "l",
    ],
)
def test_a_name_is_found_by_initials_pinyin_and_characters(typed: str) -> None:
    assert finds(typed, "李秀英")


@pytest.mark.parametrize("typed", ["lyx", "wxy", "李英", "lixiuyingx", "lx1", "\U0010ffff"])
def test_and_by_nothing_else(typed: str) -> None:
    assert not finds(typed, "李秀英")


@pytest.mark.parametrize(
    ("name", "typed"),
    [
        ("单雄信", ("shanxiongxin", "sxx", "danxiongxin", "dxx")),
        ("单行长", ("shanxingchang", "shan", "sxc", "shanxingzhang")),  # the given name is a word of its own
        ("曾国藩", ("zengguofan", "zgf", "cengguofan")),
        ("仇英", ("qiuying", "qy", "chouying")),
        ("解缙", ("xiejin", "xj", "jiejin")),
        ("尉迟恭", ("yuchigong", "ycg", "weichigong")),
        ("万俟卨", ("moqi", "mq")),
        ("单长重乐", ("shan", "dan", "chan")),  # every character has several readings: those of the surname come first
    ],
)
def test_a_surname_of_several_readings_is_found_by_each(name: str, typed: tuple[str, ...]) -> None:
    assert [said for said in typed if not finds(said, name)] == []


@pytest.mark.parametrize("typed", ["lv", "lu", "lü", "LÜ", "lvli", "luli", "lu\u0308li"])
def test_u_with_dots_is_typed_as_each_keyboard_has_it(typed: str) -> None:
    assert finds(typed, "吕丽")


@pytest.mark.parametrize("typed", ["买买提·艾力", "买买提艾力", "买买提•艾力", "maimaitiaili", "mmtal", "艾力", "aili"])
def test_the_dot_in_a_name_need_not_be_typed(typed: str) -> None:
    assert finds(typed, "买买提·艾力")


@pytest.mark.parametrize("typed", ["1226", "11226", "011226", "1101", "110101194001011226"])
def test_the_id_number_is_found_by_its_beginning_and_its_last_digits(typed: str) -> None:
    assert finds(typed, "李秀英", "110101194001011226")


@pytest.mark.parametrize("typed", ["002x", "002X", "００２Ｘ"])
def test_the_check_letter_may_be_typed_in_any_form(typed: str) -> None:
    assert finds(typed, "李秀英", "11010519491231002X")


@pytest.mark.parametrize("name", ["", " ", "·", "𠮷田", "John Smith", "?", "a" * 500, "李" * 100])
def test_odd_names_have_bounded_terms(name: str) -> None:
    found = terms(name, "")
    assert len(found) < 2_000
    assert all(0 < len(term) <= 64 for term in found)
    assert finds(name[:10], name) == bool(found)


@given(st.text(st.characters(), max_size=80))
def test_whatever_is_typed_gives_a_range_that_the_database_can_compare(typed: str) -> None:
    low, high = term_range(typed)
    assert low.encode() < high.encode()
    assert len(low) <= 64
    assert not any(character.isspace() for character in normal(typed))


characters = st.text("lxy李秀9·Ａü\U0010fffe\x7f ", max_size=4)


@given(characters, characters)
def test_the_range_holds_the_terms_that_begin_so_and_no_other(typed: str, term: str) -> None:
    low, high = term_range(typed)
    assert (low.encode() <= term.encode() < high.encode()) == term.startswith(low)


# --- in the record ---------------------------------------------------------------------------


def found(store: Store, typed: str) -> list[str]:
    """The names found by what was typed."""
    low, high = term_range(typed)
    query = (
        "SELECT DISTINCT name FROM person_term JOIN person ON id = person_id WHERE term >= :low AND term < :high"
        " ORDER BY name"
    )
    with store.reading() as conn:
        return list(conn.execute(text(query), {"low": low, "high": high}).scalars())


def test_a_name_that_was_corrected_is_found_by_the_new_one_only(store: Store) -> None:
    with store.act(None) as act:
        person = act.insert(Person, name="李秀英", sex="2", id_number="110101194001011226")
        act.insert(Person, name="王建国", sex="1")
    assert found(store, "lxy") == ["李秀英"]
    with store.act(None) as act:
        act.edit(Person, person, name="李秀莲")
    assert found(store, "lxy") == []
    assert found(store, "lxl") == found(store, "1226") == ["李秀莲"]
    with store.act(None) as act:
        act.edit(Person, person, id_number="")
    assert found(store, "1226") == []
    assert found(store, "") == ["李秀莲", "王建国"]


def test_a_person_whose_name_is_not_known_yet_can_be_saved(store: Store) -> None:
    with store.act(None) as act:
        act.insert(Person, name="", sex="1")
        act.insert(Person, name=" ", sex="1")
    assert found(store, "a") == []


def test_a_search_is_one_range_of_one_index(store: Store) -> None:
    """So it costs the same whatever the number of people."""
    query = "EXPLAIN QUERY PLAN SELECT person_id FROM person_term WHERE term >= ? AND term < ?"
    with store.reading() as conn:
        plan = [row[3] for row in conn.exec_driver_sql(query, term_range("lxy"))]
    assert plan == ["SEARCH person_term USING COVERING INDEX sqlite_autoindex_person_term_1 (term>? AND term<?)"]
