"""10. TCM, rehabilitation, mental care, hospice; the family, of 11."""

from pathlib import Path

import pytest

from care import assessments, chart, rounds, stays
from care.events import read, record
from care.risks import risks_of_person
from care.rounds import say
from care.scales import scale
from tests.care.household import Household, founded


@pytest.fixture
def house(tmp_path: Path) -> Household:
    """A founded house whose clock stands where a test sets it."""
    return founded(tmp_path / "record.db")


@pytest.mark.seed("R196")
def test_a_visit_notes_the_mood_and_the_depression_scale_is_filled_in(house: Household) -> None:
    store = house.store
    house.it_is("2026-11-20 09:00")
    li = house.person("李秀英", "101-1")
    stays.switch_home(store, house.director, li, "双河村", "3组12号")
    house.it_is("2026-11-21 09:00")
    rounds.record(store, house.carer, li, rounds.Observation(kind="visit", mood="低落", note="老伴走了一年"))
    (visit,) = chart.timeline(store, li)
    assert (visit.kind, visit.who) == ("visit", "王芳")
    assert {"低落", "老伴走了一年"} <= {say(one, "zh") for one in visit.text_facts}
    # Every answer as it is given by somebody who is depressed.
    of = scale("gds15")
    answers = {item.id: 0 if item.options[0].score else 1 for item in of.items}
    done = assessments.record(store, house.director, li, "gds15", answers, {})
    (kept,) = assessments.history(store, li, "gds15")
    assert (kept.id, kept.total, kept.grade) == (done.id, 15, "likely")
    assert [(one.code, one.level, one.about) for one in risks_of_person(store, li)] == [("harm", "high", done.id)]


@pytest.mark.seed("R208")
def test_every_contact_with_the_family_is_in_a_log(house: Household) -> None:
    li = house.person("李秀英", "101-1")
    house.it_is("2026-11-22 19:00")
    first = {"with": "女儿", "way": "phone", "about": "wish", "said": "想孙子了", "agreed": "周日视频"}
    record.record(house.store, house.carer, "family_call", first, person_id=li)
    house.it_is("2026-11-29 15:00")
    then = {"with": "女儿", "way": "video", "about": "health", "said": "血压稳定"}
    record.record(house.store, house.director, "family_call", then, person_id=li)
    log = read.of_person(house.store, li, ("family_call",))
    assert [(one.at, one.who, one.facts["with"], one.facts["said"]) for one in log] == [
        (house.store.now(), "刘建国", "女儿", "血压稳定"),
        (house.store.now() - 7 * 86400 + 4 * 3600, "王芳", "女儿", "想孙子了"),
    ]
    assert log[1].facts["agreed"] == "周日视频"
