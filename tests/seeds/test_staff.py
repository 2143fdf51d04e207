"""13. Staff, training, qualification, duty."""

import pytest

from tests.seeds.conftest import Program


@pytest.fixture
def hired(program: Program) -> Program:
    """Two doctors, a nurse and two carers beside the director; one doctor's licence has run out."""
    licence = ("--licence-no", "110422000001234", "--licence-until")
    program("staff", "add", "2", "--name", "赵敏", "--role", "doctor", *licence, "2099-12-31")
    program("staff", "add", "3", "--name", "钱伟", "--role", "doctor", *licence, "2020-12-31")
    program("staff", "add", "4", "--name", "孙丽", "--role", "nurse")
    program("staff", "add", "5", "--name", "王芳", "--role", "carer")
    program("staff", "add", "6", "--name", "周福", "--role", "carer")
    return program


@pytest.mark.seed("R238", "R239", "R245")
def test_the_register_of_licences_their_expiry_and_how_many_work_in_each_role(hired: Program) -> None:
    shown = hired("staff", "list").out.splitlines()
    lines = {name: next(line for line in shown if name in line) for name in ("赵敏", "钱伟", "孙丽", "王芳")}
    assert lines["赵敏"].split() == ["2", "赵敏", "医生", "110422000001234", "2099-12-31"]
    assert lines["钱伟"].split()[-2:] == ["2020-12-31", "执业证过期"]
    assert lines["孙丽"].split()[-1] == "缺执业证"
    assert "执业证" not in lines["王芳"]
    assert shown[-1] == "在岗 6 人：护理员 2  护士 1  医生 2  院长 1"
    # A licence that was renewed, a carer who left.
    hired("staff", "change", "3", "--licence-until", "2099-06-30")
    hired("staff", "close", "6")
    said = hired("staff", "list", "--json").json()
    assert said["by_role"] == {"carer": 1, "nurse": 1, "doctor": 2, "director": 1, "admin": 0, "county": 0}
    assert {one["number"]: one["licence_gap"] for one in said["staff"] if one["licence_gap"]} == {"4": "missing"}
    assert [one["number"] for one in said["staff"] if one["closed"]] == ["6"]
