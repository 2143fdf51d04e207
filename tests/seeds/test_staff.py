"""13. Staff, training, qualification, duty."""

import pytest

from care import certificates
from care.events import read, record
from db.store import Store
from tests.seeds.conftest import CARER, DIRECTOR, DOCTOR, Program, who


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


@pytest.mark.seed("R221", "R222", "R223", "R242")
def test_a_course_is_kept_with_its_hours_result_and_everybody_who_was_there(home: Store) -> None:
    director, doctor, carer = (who(home, number) for number in (DIRECTOR, DOCTOR, CARER))
    course = {"topic": "care", "what": "翻身拍背", "hours10": 25, "teacher": "县医院 张护士长"}
    certificates.train(home, director, [doctor, carer], **course)  # type: ignore[arg-type]
    failed = {"staff": carer.hex, "topic": "firstaid", "what": "心肺复苏", "hours": 40, "passed": False}
    record.record(home, director, "training", failed)
    log = read.of_house(home, 0, kinds=("training",))
    there = {one.words[0][1].zh for one in log if one.facts["what"] == "翻身拍背"}
    assert there == {"赵敏", "王芳"}
    said = {(one.facts["what"], one.facts["hours"], one.facts["passed"]) for one in log}
    assert said == {("翻身拍背", 25, True), ("心肺复苏", 40, False)}
    assert len(log) == 3
    assert {one.facts.get("by") for one in log if one.facts["passed"]} == {"县医院 张护士长"}
