"""1. Pair, agreement and working modes 两院一体."""

from pathlib import Path

import pytest

from care import beds, chart, people, rounds, setup, staff, stays
from care.codes import codes
from db.store import Store
from db.vault import open_vault
from tests.care.household import refuses
from tests.seeds.conftest import CARER, DIRECTOR, DOCTOR, PASSPHRASE, Pair, Program, resident, who


@pytest.mark.seed("R001")
def test_one_record_of_both_houses_with_one_director_shared_staff_and_one_identity(
    record: Path, program: Program
) -> None:
    program("staff", "add", DOCTOR, "--name", "赵敏", "--role", "doctor")
    program("staff", "add", CARER, "--name", "王芳", "--role", "carer")
    home = open_vault(record, DIRECTOR, PASSPHRASE)
    centre, welfare = setup.institutions(home)
    assert (centre.kind, welfare.kind) == ("health_centre", "welfare_home")
    assert centre.director_id == welfare.director_id == who(home, DIRECTOR)
    assert [(one.number, one.role) for one in staff.everyone(home)] == [
        (DIRECTOR, "director"), (DOCTOR, "doctor"), (CARER, "carer")
    ]  # fmt: skip
    li = people.create(home, who(home, CARER), resident("李秀英"))
    stays.admit(home, who(home, CARER), li, beds.free_beds(home, "welfare")[0].id)
    seen = rounds.unremarkable(home, who(home, CARER), li)
    stays.switch(home, who(home, DOCTOR), li, beds.free_beds(home, "inpatient")[0].id)
    treated = rounds.record(home, who(home, DOCTOR), li, rounds.Observation(note="输液"))
    # The resident and the patient are one person with one course, seen to by staff of both houses.
    assert [one.id for one in people.page(home, "lxy", 0, 9)] == [li]
    assert {(item.round_id, item.who) for item in chart.timeline(home, li)} == {
        (seen.round_id, "王芳"), (treated.round_id, "赵敏")
    }  # fmt: skip
    home.close()


@pytest.mark.seed("R008", "R009")
def test_how_the_two_work_together_is_one_of_the_modes_of_the_field(home: Store) -> None:
    five, three = ["医养结合", "社区养老", "签约服务", "定期巡诊", "平台建设"], ["整体照料", "联合运行", "支撑辐射"]
    assert [one.zh for one in codes("pair_mode").values] == five + three
    for mode in codes("pair_mode").values:
        assert setup.change_pair(home, who(home, DIRECTOR), mode=mode.code)
        known = setup.pair(home)
        assert known is not None
        assert known.mode == mode.code
    with refuses("mode_unknown"):
        setup.change_pair(home, who(home, DIRECTOR), mode="together")


@pytest.mark.seed("R008", "R009")
def test_the_director_says_how_the_two_work_together_and_reads_it(program: Program) -> None:
    program("house", "pair", "--mode", "支撑辐射")
    program("house", "pair", "--mode", "joint")
    assert "联合运行" in program("house", "show").out


@pytest.mark.seed("R017")
def test_the_director_writes_down_the_care_licence_of_the_health_centre(program: Program) -> None:
    program("house", "institution", "health_centre", "--medical-licence-no", "PDY1234", "--care-licence-no", "鄂养001")
    centre, welfare = program("house", "show").out.split("\n福利院\n")
    assert all(said in centre for said in ("PDY1234", "鄂养001", "两证齐全          是"))
    assert "两证齐全          否" in welfare


@pytest.mark.seed("R018")
def test_licences_end_and_the_beds_of_two_licence_institutions_are_counted(program: Program) -> None:
    both = ("--medical-licence-no", "A1", "--care-licence-no", "B2", "--care-licence-until")
    assert "医养床位 0 张" in program("house", "show").out
    program("house", "institution", "welfare_home", *both, "2099-12-31")
    program("house", "institution", "health_centre", *both, "2020-12-31")
    shown = program("house", "show").out
    assert "B2，到 2099-12-31" in shown
    assert "B2，2020-12-31 已过期" in shown
    assert "福利院 12 张  卫生院 4 张  家庭病床 0 张；两证齐全的医养床位 12 张" in shown
    program("house", "institution", "health_centre", "--care-licence-until", "")
    assert program("house", "show", "--json").json()["integrated_beds"] == 16


@pytest.mark.seed("R036")
def test_the_doctor_in_the_village_clinic_works_on_the_same_file_as_the_home(two_laptops: Pair) -> None:
    home, clinic = two_laptops.home, two_laptops.clinic
    li = people.create(home, who(home, CARER), resident("李秀英", conditions=(people.Condition("高血压"),)))
    stays.admit(home, who(home, CARER), li, beds.free_beds(home, "welfare")[0].id)
    rounds.record(home, who(home, CARER), li, rounds.Observation("caregiver", vitals={"sbp": 168, "dbp": 96}))
    two_laptops.sync()
    doctor = who(clinic, DOCTOR)
    assert chart.open_chart(clinic, doctor, li).conditions == (people.Condition("高血压"),)
    rounds.record(clinic, doctor, li, rounds.Observation(note="加药一片", vitals={"sbp": 150, "dbp": 90}))
    people.change(clinic, doctor, li, resident("李秀英", conditions=(people.Condition("高血压", "I10", "2016"),)))
    two_laptops.sync()
    # Within one second two laptops have no order.
    told = sorted((item.who, item.kind) for item in chart.timeline(home, li))
    assert told == [("王芳", "caregiver"), ("赵敏", "doctor")]
    assert people.facts(home, li).conditions == (people.Condition("高血压", "I10", "2016"),)
    assert [look.who for look in chart.who_looked(home, li)] == ["赵敏"]
