"""``yiyang init``: by options for a script, by six questions for a person; half a house is never left behind."""

import re
import sys
from collections.abc import Callable
from pathlib import Path

import pexpect
import pytest

from care import staff as people
from care.beds import bed_map
from care.setup import house_name, institutions
from db.keys import envelope_path
from db.store import Store
from db.vault import open_vault
from tests.cli.conftest import NUMBER, PASSPHRASE, ROOT, contents, environment, refused, yiyang

OPTIONS = (
    "--township",
    "青山镇",
    "--number",
    "0007",
    "--name",
    "赵敏",
    "--role",
    "director",
    "--rooms",
    "2,3,2",
    "--wards",
    "1,2",
)


def test_by_options_the_house_stands_and_opens(tmp_path: Path, secret: Path) -> None:
    path = tmp_path / "new" / "record.db"
    pin = tmp_path / "pin.txt"
    pin.write_text("2580\n", encoding="utf-8")
    ended = yiyang("init", *OPTIONS, "--passphrase-file", str(secret), "--pin-file", str(pin), vault=path)
    assert ended.code == 0, ended.err
    assert "青山镇两院" in ended.out
    assert "14 张床" in ended.out
    assert "yiyang enrol" in ended.out
    assert PASSPHRASE not in ended.out + ended.err

    store = open_vault(path, "0007", PASSPHRASE)
    try:
        assert house_name(store) == "青山镇两院"
        assert [one.name for one in institutions(store)] == ["青山镇卫生院", "青山镇福利院"]
        (first,) = people.everyone(store)
        assert (first.number, first.name, first.role, first.has_pin) == ("0007", "赵敏", "director", True)
        people.check_pin(store, first.id, "2580")
        assert sum(ward.total for ward in bed_map(store, store.now())) == 14
    finally:
        store.close()
    assert "赵敏".encode() not in b"".join(contents(path.parent).values())


def test_the_next_start_knows_the_number(tmp_path: Path, secret: Path) -> None:
    path = tmp_path / "record.db"
    assert yiyang("init", *OPTIONS, "--passphrase-file", str(secret), vault=path).code == 0
    # Without --number: the remembered one is taken.
    assert yiyang("doctor", "--deep", "--passphrase-file", str(secret), vault=path).code == 0


def test_a_record_that_is_there_is_never_touched(vault: Path, secret: Path) -> None:
    before = contents(vault.parent)
    refused(
        4, "init", *OPTIONS, "--passphrase-file", str(secret), vault=vault, zh="它没有被碰过", en="It was not touched"
    )
    assert contents(vault.parent) == before


@pytest.mark.parametrize(
    ("more", "code", "zh", "en"),
    [
        (("--role", "king"), 2, "--role", "--role"),
        # Nobody else could take on the others.
        (("--role", "doctor"), 2, "院长或管理员", "a director or an administrator"),
        (("--rooms", "many"), 2, "--rooms", "--rooms"),
        (("--rooms", "2,300,2"), 2, "要在 0 到 99 之间", "between 0 and 99"),
        (("--number", "王"), 2, "工号是 1 到 12 位", "1 to 12"),
        (("--region", "12"), 2, "6 位数字", "6 digits"),
    ],
)
def test_a_wrong_answer_leaves_nothing_behind(
    tmp_path: Path, secret: Path, more: tuple[str, str], code: int, zh: str, en: str
) -> None:
    path = tmp_path / "new" / "record.db"
    for lang, said in (("zh", zh), ("en", en)):
        ended = yiyang("init", *OPTIONS, *more, "--passphrase-file", str(secret), vault=path, lang=lang)
        assert ended.code == code
        assert said in ended.sentence()
    assert not path.exists()
    assert not envelope_path(path).exists()
    assert yiyang("init", *OPTIONS, "--passphrase-file", str(secret), vault=path).code == 0


def test_a_short_passphrase_is_refused(tmp_path: Path) -> None:
    short = tmp_path / "short.txt"
    short.write_text("短\n", encoding="utf-8")
    path = tmp_path / "record.db"
    refused(
        2,
        "init",
        *OPTIONS,
        "--passphrase-file",
        str(short),
        vault=path,
        zh="至少要 8 个字符",
        en="at least 8 characters",
    )
    assert not path.exists()


def test_without_a_terminal_the_missing_option_is_named(tmp_path: Path) -> None:
    refused(2, "init", vault=tmp_path / "record.db", zh="--township", en="--township")
    refused(2, "init", *OPTIONS, vault=tmp_path / "record.db", zh="--passphrase-file", en="--passphrase-file")


# --- at a terminal ----------------------------------------------------------------------------------


@pytest.fixture
def terminal(tmp_path: Path) -> Callable[..., pexpect.spawn]:
    """Start the program on a real terminal of 80 by 24."""

    def start(*words: str) -> pexpect.spawn:
        env = environment(YIYANG_LANG="zh", YIYANG_VAULT=str(tmp_path / "record.db"), TERM="xterm-256color")
        command = ["-m", "yiyang_tui", *words]
        return pexpect.spawn(
            sys.executable, command, env=env, encoding="utf-8", dimensions=(24, 80), timeout=60, cwd=str(ROOT)
        )

    return start


def test_six_questions_with_the_answers_already_there(terminal: Callable[..., pexpect.spawn], tmp_path: Path) -> None:
    program = terminal("init")
    for question, answer in (
        ("1/6 ", "白云乡"),
        ("白云乡卫生院", ""),
        ("白云乡福利院", ""),
        ("3/6 ", "2 x"),
        ("三个数", "1 3 2"),
        ("病房", ""),
        ("4/6 ", ""),
        ("您的姓名", "李红"),
        ("1 院长", "2"),
        ("5/6 ", "只打错一次的口令"),
        ("再输入一次", PASSPHRASE),
        ("两次不一样", None),
        ("5/6 ", PASSPHRASE),
        ("再输入一次", PASSPHRASE),
        ("6/6 ", "2580"),
        ("再输入一次", "2580"),
    ):
        program.expect(re.escape(question))
        if answer is not None:
            program.sendline(answer)
    program.expect("已建好「白云乡两院」")
    program.expect(pexpect.EOF)
    program.close()
    assert program.exitstatus == 0
    assert PASSPHRASE not in (program.before or "")

    store: Store = open_vault(tmp_path / "record.db", NUMBER, PASSPHRASE)
    try:
        (first,) = people.everyone(store)
        assert (first.name, first.role, first.has_pin) == ("李红", "admin", True)
    finally:
        store.close()


def test_an_answer_that_will_not_do_is_asked_for_again_at_once(
    terminal: Callable[..., pexpect.spawn], tmp_path: Path
) -> None:
    """Nobody answers six questions to hear at the end that the fifth was too short."""
    program = terminal("init", "--rooms", "1,1,1", "--wards", "0,1")
    for question, answer in (
        ("1/6 ", ""),
        ("不能空着", None),
        ("1/6 ", "白云乡"),
        ("白云乡卫生院", ""),
        ("白云乡福利院", ""),
        ("4/6 ", "12 34"),
        ("工号", None),
        ("4/6 ", "1234"),
        ("您的姓名", "李红"),
        ("1 院长", ""),
        ("5/6 ", "短"),
        ("口令太短", None),
        ("5/6 ", PASSPHRASE),
        ("再输入一次", PASSPHRASE),
        ("6/6 ", "ab"),
        ("PIN 是 4 到 6 位数字", None),
        ("6/6 ", "1234"),
        ("太容易猜到", None),
        ("6/6 ", "2580"),
        ("再输入一次", "2580"),
    ):
        program.expect(re.escape(question))
        if answer is not None:
            program.sendline(answer)
    program.expect("已建好「白云乡两院」")
    program.expect(pexpect.EOF)
    program.close()
    assert program.exitstatus == 0
    assert (tmp_path / "record.db").exists()


def test_giving_up_in_the_middle_leaves_nothing(terminal: Callable[..., pexpect.spawn], tmp_path: Path) -> None:
    program = terminal("init")
    program.expect("1/6 ")
    program.sendline("白云乡")
    program.expect("2/6 ")
    program.sendintr()
    program.expect("已停下")
    program.expect(pexpect.EOF)
    program.close()
    assert program.exitstatus == 130
    assert not (tmp_path / "record.db").exists()
