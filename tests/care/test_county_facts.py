"""Numbers that a county confirms: where they start, who sets them, and what another laptop may have written."""

import pytest

from care.county_facts import confirm, county_facts, known_facts
from care.rights import NoRight
from db.errors import Refused
from db.tables import Setting
from tests.care.household import Household


def test_a_number_starts_unconfirmed_and_is_the_pairs_once_it_is_set(house: Household) -> None:
    before = {one.code: one for one in county_facts(house.store)}
    assert not before["morse_high"].confirmed
    assert before["morse_high"].value == 45
    confirm(house.store, house.director, "morse_high", 51)
    after = {one.code: one for one in county_facts(house.store)}
    assert (after["morse_high"].value, after["morse_high"].confirmed) == (51, True)
    with house.store.reading() as conn:
        assert known_facts(conn)["morse_high"] == 51
        assert known_facts(conn)["braden_act"] == before["braden_act"].value


def test_who_may_not_and_what_cannot_be(house: Household) -> None:
    with pytest.raises(NoRight):
        confirm(house.store, house.carer, "morse_high", 51)
    for code, value, rule in (("morse", 1, "fact_unknown"), ("morse_high", 500, "fact_out_of_range")):
        with pytest.raises(Refused) as caught:
            confirm(house.store, house.director, code, value)
        assert caught.value.rule == rule


def test_nonsense_of_another_laptop_counts_as_not_set(house: Household) -> None:
    with house.store.act(None) as act:
        for turn, value in enumerate(("x", "-4", "9" * 5000, "9999"), 1):
            act.insert(Setting, name="fact.morse_high", value=value, turn=turn, at=act.now)
    with house.store.reading() as conn:
        assert known_facts(conn)["morse_high"] == 45


def test_where_each_comes_from_is_said_in_both_languages(house: Household) -> None:
    for one in county_facts(house.store):
        assert one.source.zh != one.source.en, one.code
        assert one.least <= one.default <= one.most
