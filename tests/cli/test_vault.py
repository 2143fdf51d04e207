"""``yiyang vault`` and ``yiyang county recover`` as people run them: real processes, a real county, a real terminal."""

import os
import pty
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from db import grouped
from db.errors import WrongPassphrase
from db.keys import envelope_path
from db.vault import open_vault
from sync.county import revoke
from sync.county.settings import Settings
from tests.cli.conftest import NUMBER, PASSPHRASE, environment, refused, yiyang
from yiyang_tui.cli import qr

OWN = "自己的一句长口令"
AS = ("--number", NUMBER, "--passphrase-file", "-")


def run(vault: Path, *words: str, typed: str = f"{PASSPHRASE}\n") -> str:
    """A command that goes well, by the director. Returns what it said."""
    ended = yiyang("vault", *words, *AS, vault=vault, typed=typed)
    assert ended.code == 0, ended.err
    return ended.out


def taken_on(vault: Path, number: str = "0002", role: str = "nurse") -> None:
    """Somebody joins the staff."""
    words = ("staff", "add", number, "--name", "刘建国", "--role", role, *AS)
    assert yiyang(*words, vault=vault, typed=f"{PASSPHRASE}\n").code == 0


def opens(vault: Path, number: str, passphrase: str) -> bool:
    """Whether that opens the record."""
    try:
        open_vault(vault, number, passphrase).close()
    except WrongPassphrase:
        return False
    return True


def test_a_colleague_is_let_in_changes_their_passphrase_and_is_taken_out(vault: Path, tmp_path: Path) -> None:
    taken_on(vault)
    own, newer = tmp_path / "own", tmp_path / "newer"
    own.write_text(OWN)
    newer.write_text("后来换的一句口令")
    assert "刘建国" in run(vault, "add", "0002", "--new-passphrase-file", str(own))
    assert opens(vault, "0002", OWN)
    words = ("vault", "passphrase", "--number", "0002", "--passphrase-file", str(own), "--new-passphrase-file")
    assert yiyang(*words, str(newer), vault=vault).code == 0
    assert (opens(vault, "0002", OWN), opens(vault, "0002", "后来换的一句口令")) == (False, True)
    listed = yiyang("vault", "users", *AS, "--json", vault=vault, typed=f"{PASSPHRASE}\n").json()
    assert [(one["number"], one["role"], one["listed"]) for one in listed["users"]] == [
        (NUMBER, "director", True),
        ("0002", "nurse", True),
    ]
    assert listed["county"] is False
    # A nurse may not; nothing changes.
    typed = "后来换的一句口令\n"
    said = ("vault", "remove", NUMBER, "--number", "0002", "--passphrase-file", "-")
    assert yiyang(*said, vault=vault, typed=typed).code == 3
    run(vault, "remove", "0002")
    assert not opens(vault, "0002", "后来换的一句口令")
    assert opens(vault, NUMBER, PASSPHRASE)


def test_who_was_closed_is_taken_out_at_the_next_opening(vault: Path, tmp_path: Path) -> None:
    taken_on(vault)
    own = tmp_path / "own"
    own.write_text(OWN)
    run(vault, "add", "0002", "--new-passphrase-file", str(own))
    assert yiyang("staff", "close", "0002", *AS, vault=vault, typed=f"{PASSPHRASE}\n").code == 0
    assert "0002" not in run(vault, "users")
    assert not opens(vault, "0002", OWN)


def test_the_key_is_changed_and_everybody_opens_as_before(vault: Path) -> None:
    before = vault.read_bytes(), envelope_path(vault).read_bytes()
    assert "密钥已更换" in run(vault, "rekey", "--yes")
    assert (vault.read_bytes(), envelope_path(vault).read_bytes()) != before
    assert opens(vault, NUMBER, PASSPHRASE)
    assert "王芳" in run(vault, "users")


def test_a_new_key_is_made_only_for_who_may_and_when_somebody_says_yes(vault: Path, tmp_path: Path) -> None:
    passphrase = f"{PASSPHRASE}\n"
    refused(2, "vault", "rekey", *AS, zh="缺少 --yes", en="--yes", vault=vault, typed=passphrase)
    taken_on(vault, role="carer")
    own = tmp_path / "own.txt"
    own.write_text(OWN, encoding="utf-8")
    run(vault, "add", "0002", "--new-passphrase-file", str(own))
    before = envelope_path(vault).read_bytes()
    carer = ("--number", "0002", "--passphrase-file", "-", "--yes")
    refused(3, "vault", "rekey", *carer, zh="更换密钥", en="key", vault=vault, typed=f"{OWN}\n")
    assert envelope_path(vault).read_bytes() == before


def test_what_is_wrong_is_one_sentence(vault: Path) -> None:
    passphrase = f"{PASSPHRASE}\n"
    refused(2, "vault", "remove", NUMBER, *AS, zh="最后一位", en="last on this laptop", vault=vault, typed=passphrase)
    refused(2, "vault", "remove", "77", *AS, zh="打不开", en="cannot open", vault=vault, typed=passphrase)
    refused(2, "vault", "recover", *AS, zh="没登记到县里", en="never was enrolled", vault=vault, typed=f"{OWN}\n")
    refused(2, "vault", "recover", "--answer", "ABCDEG", zh="第 1 组", en="Group 1 of 1", vault=vault)


def test_the_cost_is_measured_and_how_long_it_may_take_is_remembered(tmp_path: Path) -> None:
    place = str(tmp_path)
    words = ("vault", "calibrate", "--ms")
    first = yiyang(*words, "1", "--json", YIYANG_CONFIG=place, YIYANG_PASSPHRASE_MS="").json()
    assert (first["asked_ms"], first["memory_kib"], first["passes"], first["lanes"]) == (1, 19 * 1024, 2, 1)
    assert "passphrase_ms = 1\n" in (tmp_path / "settings.toml").read_text()
    assert yiyang(*words, "0", YIYANG_CONFIG=place).code == 2


# --- recovery with the county ----------------------------------------------------------------


@pytest.fixture
def lost(enrolled: Path, county: Settings) -> Callable[..., str]:
    """An enrolled laptop whose passphrases nobody knows: ``lost("--answer", …)`` runs ``vault recover`` on it."""
    assert county.folder.exists()

    def recover(*words: str, typed: str = f"{OWN}\n") -> str:
        ended = yiyang("vault", "recover", "--passphrase-file", "-", *words, vault=enrolled, typed=typed)
        assert ended.code == 0, ended.err
        return ended.out

    return recover


def test_a_forgotten_passphrase_is_recovered_by_two_texts(
    lost: Callable[..., str], enrolled: Path, county: Settings, tmp_path: Path
) -> None:
    asked = lost("--number", NUMBER).split("对照号 ")
    told = yiyang("county", "recover", asked[0].strip(), "--folder", str(county.folder))
    assert told.code == 0, told.err
    # Both sides say the same number.
    assert asked[1].strip() in told.err
    assert PASSPHRASE not in told.out + told.err
    answer = tmp_path / "answer.txt"
    answer.write_text(told.out)
    assert "已恢复" in lost("--answer", str(answer))
    assert (opens(enrolled, NUMBER, OWN), opens(enrolled, NUMBER, PASSPHRASE)) == (True, False)
    # It is used up: the same answer opens nothing again.
    again = yiyang("vault", "recover", "--answer", "-", vault=enrolled, typed=told.out)
    assert again.code == 2
    assert "没有等待答复的请求" in again.sentence()


def test_it_can_be_done_by_programs(lost: Callable[..., str], enrolled: Path, county: Settings) -> None:
    request = yiyang(
        *("vault", "recover", "--number", NUMBER, "--passphrase-file", "-", "--json"), vault=enrolled, typed=f"{OWN}\n"
    ).json()
    said = yiyang("county", "recover", "-", "--folder", str(county.folder), "--json", typed=request["request"]).json()
    assert (said["compare"], said["number"], said["laptop"]) == (request["compare"], NUMBER, "一号")
    assert lost("--answer", said["answer"], "--json") == f'{{"recovered": "{NUMBER}"}}\n'


def test_a_number_that_is_nobodys_is_told_once_it_is_open_and_gets_no_slot(
    lost: Callable[..., str], enrolled: Path, county: Settings
) -> None:
    before = envelope_path(enrolled).read_bytes()
    asked = lost("--number", "7777").split("对照号")[0]
    told = yiyang("county", "recover", "-", "--folder", str(county.folder), typed=asked)
    assert "7777" in told.err
    said = ("vault", "recover", "--answer", told.out, "--passphrase-file", "-")
    ended = yiyang(*said, vault=enrolled, typed=f"{OWN}\n")
    assert (ended.code, ended.out) == (2, "")
    assert envelope_path(enrolled).read_bytes() == before
    assert not enrolled.with_suffix(".recovery").exists()


def test_a_revoked_laptop_gets_no_answer(lost: Callable[..., str], county: Settings) -> None:
    asked = lost("--number", NUMBER).split("对照号")[0]
    revoke.revoke(county, revoke.find(county, "一号").device_id)
    told = yiyang("county", "recover", "-", "--folder", str(county.folder), typed=asked)
    assert (told.code, told.out) == (2, "")
    assert "已停用" in told.sentence()


def test_a_telephone_can_take_the_code_from_the_screen(enrolled: Path, tmp_path: Path) -> None:
    """In a real terminal of 80 by 24 the request is drawn as well, in parts that each fit."""
    secret = tmp_path / "own"
    secret.write_text(OWN)
    main, side = pty.openpty()
    words = [sys.executable, "-m", "yiyang_tui", "vault", "recover", "--number", NUMBER, "--passphrase-file"]
    env = environment(YIYANG_VAULT=str(enrolled), YIYANG_LANG="zh", COLUMNS="80", LINES="24", PYTHONUTF8="1")
    with subprocess.Popen([*words, str(secret)], env=env, stdout=side, stderr=subprocess.DEVNULL) as process:
        os.close(side)
        said = b""
        try:
            while part := os.read(main, 65536):
                said += part
        except OSError:
            pass  # the other end is closed
        assert process.wait() == 0
    os.close(main)
    lines = said.decode().replace("\r\n", "\n").split("\n")
    drawn = [line.removeprefix("\x1b[97;40m").removesuffix("\x1b[0m") for line in lines if line.startswith("\x1b[97")]
    text = "\n".join(line for line in lines if re.fullmatch(r"[0-9A-Z]{6}( [0-9A-Z]{6})*", line))
    assert NUMBER.encode() in grouped.read(text)
    parts = qr.drawn("".join(text.split()), 80, 24)
    assert len(parts) == 2
    assert drawn == [line for part in parts for line in part]
    assert all(len(part) <= 22 and {len(line) for line in part} <= set(range(81)) for part in parts)


@pytest.mark.parametrize(("lang", "how"), [("zh", "粘完再按一次 Enter"), ("en", "press Enter once more")])
def test_what_is_pasted_ends_with_an_empty_line(enrolled: Path, lang: str, how: str) -> None:
    """In a real terminal; nobody has to know of Ctrl+D."""
    main, side = pty.openpty()
    words = [sys.executable, "-m", "yiyang_tui", "vault", "recover", "--answer", "-"]
    env = environment(YIYANG_VAULT=str(enrolled), YIYANG_LANG=lang, PYTHONUTF8="1")
    with subprocess.Popen(words, env=env, stdin=side, stdout=side, stderr=side) as process:
        os.close(side)
        os.write(main, b"ABCDEF GHJKMN\nABCDEG\n\n")
        said = b""
        try:
            while part := os.read(main, 65536):
                said += part
        except OSError:
            pass  # the other end is closed
        assert process.wait() == 2
    os.close(main)
    assert how in said.decode()


# --- a stolen laptop --------------------------------------------------------------------------


def test_a_stolen_disk_yields_no_name_and_no_secret(lost: Callable[..., str], enrolled: Path) -> None:
    """Record, log, keys, request, the folder for the county: nothing of it says who lives here, or opens it."""
    store = open_vault(enrolled, NUMBER, PASSPHRASE)
    from care.people import PersonFacts, create
    from care.staff import by_number

    director = by_number(store, NUMBER)
    assert director is not None
    create(
        store,
        director.id,
        PersonFacts(
            "金丝雀啼鸣者", sex="2", birth="1940-01-01", category="tekun_c", id_reason="遗失", care_level="half"
        ),
    )
    store.save_draft("round/1", director.id, {"note": "CANARYNOTEINCLEARTEXT"})
    lost("--number", NUMBER)
    said = ("金丝雀啼鸣者", "CANARYNOTEINCLEARTEXT", "王芳", "青山镇福利院", PASSPHRASE, OWN)
    found = {
        (path.name, text)
        for path in enrolled.parent.rglob("*")
        if path.is_file()
        for text in said
        for coding in ("utf-8", "utf-16-le", "gb18030")
        if text.encode(coding) in path.read_bytes()
    }
    names = {path.name for path in enrolled.parent.rglob("*") if path.is_file()}
    store.close()
    assert {"record.db", "record.db-wal", "record.keys", "record.recovery", "link.json"} <= names
    assert found == set()
