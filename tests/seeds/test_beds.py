"""15. Beds, occupancy, facilities."""

from pathlib import Path

import pytest

from care import equipment
from care.today import today
from db.vault import open_vault
from tests.seeds.conftest import DIRECTOR, PASSPHRASE, Program, who


@pytest.mark.seed("R296")
def test_a_welfare_home_becomes_a_rural_welfare_centre_in_its_profile(program: Program) -> None:
    program(
        "house", "institution", "welfare_home", "--name", "青山镇农村社会福利中心", "--director", DIRECTOR,
        "--phone", "0715-8881234", "--address", "青山镇人民路 8 号", "--medical-licence-no", "PDY77",
        "--care-licence-no", "鄂养77", "--care-licence-until", "2099-12-31",
    )  # fmt: skip
    shown = program("house", "show").out
    profile = shown[shown.index("福利院\n") :]
    for said in (
        "青山镇农村社会福利中心",
        "刘建国",
        "0715-8881234",
        "青山镇人民路 8 号",
        "PDY77",
        "鄂养77，到 2099-12-31",
    ):
        assert said in profile
    assert "福利院 12 张" in profile
    centre, home = program("house", "show", "--json").json()["institutions"]
    assert (home["name"], home["director"], home["both_licences"]) == ("青山镇农村社会福利中心", "刘建国", True)
    assert (centre["name"], centre["both_licences"]) == ("青山镇卫生院", False)


@pytest.mark.seed("R295")
def test_licences_and_inspections_that_have_run_out_are_told(record: Path, program: Program) -> None:
    program("house", "institution", "welfare_home", "--care-licence-no", "鄂养77", "--care-licence-until", "2020-12-31")
    assert "鄂养77，2020-12-31 已过期" in program("house", "show").out
    program("house", "institution", "welfare_home", "--care-licence-until", "2099-12-31")
    assert "鄂养77，到 2099-12-31" in program("house", "show").out
    home = open_vault(record, DIRECTOR, PASSPHRASE)
    by = who(home, DIRECTOR)
    for kind, until in (("extinguisher", "2020-06-30"), ("hydrant", "2099-06-30")):
        equipment.check(home, by, equipment.add(home, by, kind=kind, label="1楼", until_on=until), "ok")
    lines = [one.what.zh for one in today(home, home.now()).work if one.section == "house"]
    assert "灭火器 1楼 过期" in lines
    assert not any("消火栓" in line for line in lines)
    home.close()
