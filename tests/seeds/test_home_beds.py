"""5. Home bed 家庭病床 and family care bed; what a visit there leaves, of 4."""

from pathlib import Path

import pytest

from care import assessments, beds, chart, proposals, rounds, stays
from care.rounds import say
from care.scales import scale
from tests.care.household import Household, founded


@pytest.mark.seed("R118", "R119", "R103")
def test_a_home_bed_is_opened_visited_and_closed_on_one_record(tmp_path: Path) -> None:
    house: Household = founded(tmp_path / "record.db")
    store, doctor = house.store, house.colleague("doctor")
    house.it_is("2026-11-20 09:00")
    li = house.person("李秀英", "101-1")
    # She needs help with everything: the record proposes the bed, a doctor opens it.
    answers = {item.id: len(item.options) - 1 for item in scale("barthel").items}
    assert assessments.record(store, doctor, li, "barthel", answers, {}).result.total == 0
    assert [one.value for one in proposals.proposals(store, li) if one.kind == "home_bed"] == ["home"]
    bed = stays.switch_home(store, doctor, li, "双河村", "3组12号")
    assert (house.cell("双河村").name, house.cell("101-1").state) == ("李秀英", "free")
    visited = house.it_is("2026-11-21 10:30")
    seen = rounds.Observation(kind="home_bed", skin="完整", note="换药，伤口干净", vitals={"sbp": 142, "dbp": 84})
    rounds.record(store, doctor, li, seen)
    (visit,) = chart.timeline(store, li)
    assert (visit.kind, visit.at, visit.who, visit.vitals["sbp"]) == ("home_bed", visited, "同事", 142)
    assert {say(one, "zh") for one in visit.text_facts} == {"完整", "换药，伤口干净"}
    ended = house.it_is("2026-11-28 16:00")
    stays.discharge(store, doctor, li, "home")
    assert beds.close(store, doctor, bed)
    assert [(ward.kind, ward.total, ward.taken) for ward in beds.bed_map(store, ended)][2] == ("home", 0, 0)
    assert [item.round_id for item in chart.timeline(store, li)] == [visit.round_id]
