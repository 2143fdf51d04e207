"""Rights on the command line: a command acts as whoever opened the record, and says who else may."""

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from care import people, rounds, staff
from care.chart import timeline
from care.roles import roles, roles_of
from db.keys import FLOOR
from db.store import Store
from db.vault import open_vault
from tests.cli.conftest import NUMBER, PASSPHRASE, Ended, refused, yiyang
from tests.data.messy_roster import write
from yiyang_tui.cli.init import first_roles
from yiyang_tui.words import catalogue

CARER, NURSE, DOCTOR, PIN = "0102", "0103", "0104", "7412"
BED = "练习"


@dataclass
class Crew:
    """A founded record whose carer, nurse and doctor have a passphrase and a round each."""

    vault: Path
    secret: Path
    pin: Path
    by_doctor: str
    by_nurse: str
    by_carer: str

    def run(self, number: str, *words: str) -> Ended:
        """A command of one of them."""
        return yiyang(*words, "--number", number, "--passphrase-file", str(self.secret), vault=self.vault)

    def refused(self, number: str, *words: str, zh: str, en: str) -> None:
        """They may not."""
        who = ("--number", number, "--passphrase-file", str(self.secret))
        refused(3, *words, *who, zh=zh, en=en, vault=self.vault)


@pytest.fixture(scope="module")
def crew_once(made_once: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, str]]:
    """They are taken on by the director, each with a slot that is cheap to open; the record is closed again."""
    folder = tmp_path_factory.mktemp("crew") / "laptop"
    shutil.copytree(made_once.parent, folder)
    store = open_vault(folder / made_once.name, NUMBER, PASSPHRASE)
    director = staff.by_number(store, NUMBER)
    assert director is not None
    ids = {}
    for number, role in ((CARER, "carer"), (NURSE, "nurse"), (DOCTOR, "doctor")):
        ids[number] = staff.add(store, director.id, number=number, name="同事", role=role)
        staff.give_pin(store, director.id, ids[number], PIN)
        store.add_passphrase(number, PASSPHRASE, FLOOR)
    (person,) = people.page(store, BED, 0, 2)
    made = {number: rounds.unremarkable(store, by, person.id).round_id.hex for number, by in ids.items()}
    store.close()
    return store.path, made


@pytest.fixture
def vault(crew_once: tuple[Path, dict[str, str]], tmp_path: Path) -> Path:
    """A copy of it for one test."""
    shutil.copytree(crew_once[0].parent, tmp_path / "laptop")
    return tmp_path / "laptop" / crew_once[0].name


@pytest.fixture
def crew(crew_once: tuple[Path, dict[str, str]], vault: Path, secret: Path, tmp_path: Path) -> Crew:
    """The same with the files that commands read their secrets from."""
    pin = tmp_path / "pin.txt"
    pin.write_text(PIN + "\n", encoding="utf-8")
    made = crew_once[1]
    return Crew(vault, secret, pin, made[DOCTOR], made[NURSE], made[CARER])


def standing(opened: Callable[[], Store]) -> set[str]:
    """The rounds that count, by the record itself."""
    store = opened()
    (person,) = people.page(store, BED, 0, 2)
    found = {one.round_id.hex for one in timeline(store, person.id) if not one.void and one.superseded_by is None}
    store.close()
    return found


def test_a_carer_cannot_void_the_record_of_a_doctor(crew: Crew, opened: Callable[[], Store]) -> None:
    told = {
        "zh": "护理员不能「更正或作废他人的记录」",
        "en": "As carer you may not correct or void the record of another",
    }
    second = ("--second", DOCTOR, "--second-pin-file", str(crew.pin))
    for words in ((), second):
        crew.refused(CARER, "round", "void", crew.by_doctor, "--reason", "写错", *words, **told)
    assert crew.by_doctor in standing(opened)


def test_a_nurse_cannot_void_the_record_of_a_doctor_even_with_one_beside_her(
    crew: Crew, opened: Callable[[], Store]
) -> None:
    second = ("--second", DOCTOR, "--second-pin-file", str(crew.pin))
    zh, en = "护士不能更正或作废医生的记录", "what was written as doctor"
    crew.refused(NURSE, "round", "void", crew.by_doctor, "--reason", "写错", *second, zh=zh, en=en)
    assert crew.by_doctor in standing(opened)


def test_the_record_of_a_carer_is_voided_by_two_and_ones_own_alone(crew: Crew, opened: Callable[[], Store]) -> None:
    alone = crew.run(NURSE, "round", "void", crew.by_carer, "--reason", "写错")
    assert (alone.code, alone.out) == (2, "")  # nobody is there to name a second person
    second = ("--second", DOCTOR, "--second-pin-file")
    crew.pin.write_text("9999\n", encoding="utf-8")
    wrong = crew.run(NURSE, "round", "void", crew.by_carer, "--reason", "写错", *second, str(crew.pin))
    assert (wrong.code, wrong.out) == (3, "")
    assert crew.by_carer in standing(opened)
    crew.pin.write_text(PIN + "\n", encoding="utf-8")
    done = crew.run(NURSE, "round", "void", crew.by_carer, "--reason", "写错", *second, str(crew.pin))
    assert done.code == 0, done.err
    own = crew.run(NURSE, "round", "void", crew.by_nurse, "--reason", "写错")
    assert own.code == 0, own.err
    assert standing(opened) == {crew.by_doctor}
    listed = crew.run(DOCTOR, "round", "list", BED, "--json").json()
    assert {one["id"] for one in listed["rounds"] if not one["void"]} == {crew.by_doctor}


def test_after_too_many_wrong_pins_it_is_told_how_long_to_wait(crew: Crew, opened: Callable[[], Store]) -> None:
    second = ("--second", DOCTOR, "--second-pin-file", str(crew.pin))
    void = ("round", "void", crew.by_carer, "--reason", "写错", *second)
    crew.pin.write_text("9999\n", encoding="utf-8")
    for _ in range(4):
        assert "请再试一次" in crew.run(NURSE, *void).sentence()
    crew.refused(NURSE, *void, zh="请等 ", en="Please wait ")
    crew.pin.write_text(PIN + "\n", encoding="utf-8")
    crew.refused(NURSE, *void, zh="请等 ", en="Please wait ")  # neither does the right one, nor a start anew
    assert crew.by_carer in standing(opened)


@pytest.mark.parametrize(
    ("words", "zh", "en"),
    [
        (
            ("staff", "change", CARER, "--role", "director"),
            "「管理工作人员」。没有改动任何东西。请院长或管理员来办",
            "manage the staff",
        ),
        (("house", "pair", "--mode", "joint"), "修改机构", "change the house"),
        (("enrol", "https://county.example"), "登记到县里", "enrol at the county"),
    ],
)
def test_who_may_not_is_told_who_may(crew: Crew, words: tuple[str, ...], zh: str, en: str) -> None:
    crew.refused(CARER, *words, zh=zh, en=en)


def test_a_roster_is_taken_in_by_who_manages_the_house(crew: Crew, tmp_path: Path) -> None:
    write(tmp_path / "名册.xlsx")
    crew.refused(NURSE, "import", "people", str(tmp_path / "名册.xlsx"), zh="导入老人花名册", en="take a roster")


def test_nobody_raises_themselves_and_the_last_director_stays(crew: Crew) -> None:
    for words, zh in (
        (("change", NUMBER, "--role", "admin"), "不能改自己的岗位"),
        (("close", NUMBER), "不能停用自己"),
    ):
        ended = crew.run(NUMBER, "staff", *words)
        assert (ended.code, ended.out) == (2, "")
        assert zh in ended.err
    assert crew.run(NUMBER, "staff", "change", NURSE, "--role", "admin").code == 0


def test_a_pin_is_set_by_oneself_or_by_who_manages_the_staff(crew: Crew, opened: Callable[[], Store]) -> None:
    crew.pin.write_text("1470\n", encoding="utf-8")
    own = crew.run(CARER, "staff", "pin", CARER, "--pin-file", str(crew.pin))
    assert own.code == 0, own.err
    crew.refused(CARER, "staff", "pin", DOCTOR, "--pin-file", str(crew.pin), zh="管理工作人员", en="manage the staff")
    assert crew.run(NUMBER, "staff", "pin", DOCTOR, "--pin-file", str(crew.pin)).code == 0
    store = opened()
    for number in (CARER, DOCTOR):
        one = staff.by_number(store, number)
        assert one is not None
        staff.check_pin(store, one.id, "1470")
    store.close()


def test_the_help_names_every_role() -> None:
    for lang in ("zh", "en"):
        assert all(role in catalogue(lang)["cli.staff.opt.role"] for role in roles())
        assert all(role in catalogue(lang)["cli.init.opt.role"] for role in roles_of("staff.change"))
        assert all(f"role.{role}" in catalogue(lang) for role in roles())
    assert first_roles() == ("director", "admin")
