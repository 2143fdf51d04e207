"""15. Beds, occupancy, facilities."""

import pytest

from tests.seeds.conftest import DIRECTOR, Program


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
