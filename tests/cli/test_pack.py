"""``yiyang pack``: made on demand, found, opened on another laptop; the card for those who may see it."""

import re
from pathlib import Path

import pytest

from care import staff
from care.pack.passphrase import new_digits
from db.keys import FLOOR
from db.vault import open_vault
from tests.cli.conftest import NUMBER, PASSPHRASE, Ended, refused, yiyang
from yiyang_tui import chore_log


def packed(vault: Path, secret: Path, *words: str, **env: str) -> Ended:
    given = ("--number", NUMBER, "--passphrase-file", str(secret))
    return yiyang("pack", *words, *given, vault=vault, **env)


def digits_of(card: str) -> str:
    """The digits on a printed card."""
    return " ".join(re.findall(r"\b[0-9]{4}\b(?!-)", "\n".join(card.splitlines()[3:6])))


def test_a_pack_is_made_found_and_opened_elsewhere(vault: Path, secret: Path, tmp_path: Path) -> None:
    stick, config = tmp_path / "stick", str(tmp_path / "config")
    stick.mkdir()
    said = packed(vault, secret, "now", str(stick), "--json", YIYANG_CONFIG=config).json()
    assert (said["people"], said["missed"]) == (0, [])
    assert [Path(one).parent for one in said["written"]] == [vault.parent / "downtime", stick]
    listed = yiyang("pack", "status", "--json", vault=vault, YIYANG_CONFIG=config).json()
    assert [(one["path"], one["card"]) for one in listed["packs"]] == [(said["written"][0], said["card"])]

    kept = chore_log.read(vault)["pack"]
    assert (kept.done_at, kept.facts) == (said["at"], {"card": said["card"], "people": 0, "places": 2, "missed": 0})
    card = packed(vault, secret, "passphrase")
    assert (card.code, f"卡号 {said['card']}" in card.out) == (0, True)
    elsewhere = tmp_path / "none.db"
    ended = yiyang(
        "pack", "open", said["written"][1], "--passphrase-file", "-", vault=elsewhere, typed=digits_of(card.out)
    )
    assert ended.code == 0, ended.err
    assert "青山镇两院" in ended.out
    assert "王芳" in ended.out
    assert not elsewhere.exists()


def test_places_are_chosen_told_when_missing_and_let_go(vault: Path, secret: Path, tmp_path: Path) -> None:
    stick, config = tmp_path / "stick", str(tmp_path / "config")
    refused(10, "pack", "to", str(stick), vault=vault, zh="没有这个文件夹", en="no such folder")
    stick.mkdir()
    chosen = yiyang("pack", "to", str(stick), vault=vault, YIYANG_CONFIG=config)
    assert str(stick) in chosen.out
    assert len(packed(vault, secret, "now", "--json", YIYANG_CONFIG=config).json()["written"]) == 2
    stick.rename(tmp_path / "pulled out")
    ended = packed(vault, secret, "now", YIYANG_CONFIG=config)
    assert ended.code == 0
    assert "U 盘没有插" in ended.err
    assert "U 盘没有插" in yiyang("pack", "status", vault=vault, YIYANG_CONFIG=config).out
    assert "只放在这台电脑" in yiyang("pack", "to", "--none", vault=vault, YIYANG_CONFIG=config).out
    refused(2, "pack", "to", str(tmp_path), "--none", vault=vault, zh="--none", en="--none")


def test_a_slip_of_the_fingers_is_told_apart_from_another_card(vault: Path, secret: Path, tmp_path: Path) -> None:
    (file,) = packed(vault, secret, "now", "--json", YIYANG_CONFIG=str(tmp_path)).json()["written"]
    other = new_digits()
    slipped = other[:-1] + str((int(other[-1]) + 1) % 10)
    opened = ("pack", "open", file, "--passphrase-file", "-")
    refused(3, *opened, typed=other, zh="不是这个包的", en="not that of this pack")
    refused(2, *opened, typed=slipped, zh="有一位数字输错了", en="A digit is wrong")
    refused(2, *opened, typed="1234", zh="现在是 4 位", en="these are 4")
    refused(
        5, "pack", "open", str(secret), "--passphrase-file", "-", typed=other, zh="不是应急包", en="no downtime pack"
    )
    refused(2, "pack", "open", file, zh="--passphrase-file", en="--passphrase-file")


def test_a_carer_makes_packs_and_is_not_shown_the_card(vault: Path, secret: Path, tmp_path: Path) -> None:
    store = open_vault(vault, NUMBER, PASSPHRASE)
    by = staff.by_number(store, NUMBER)
    assert by is not None
    staff.add(store, by.id, number="0002", name="周小红", role="carer")
    store.add_passphrase("0002", PASSPHRASE, FLOOR)
    store.close()
    given = ("--number", "0002", "--passphrase-file", str(secret))
    assert yiyang("pack", "now", *given, vault=vault, YIYANG_CONFIG=str(tmp_path)).code == 0
    refused(3, "pack", "passphrase", *given, vault=vault, zh="应急包口令", en="passphrase of the downtime pack")


def test_a_new_card_replaces_the_old_one_for_new_packs_only(vault: Path, secret: Path, tmp_path: Path) -> None:
    (before,) = packed(vault, secret, "now", "--json", YIYANG_CONFIG=str(tmp_path)).json()["written"]
    old = digits_of(packed(vault, secret, "passphrase").out)
    replaced = packed(vault, secret, "passphrase", "--new")
    assert "以前的包还要用旧卡打开" in replaced.err
    assert digits_of(replaced.out) not in ("", old)
    assert yiyang("pack", "open", before, "--passphrase-file", "-", typed=old).code == 0


@pytest.mark.parametrize("words", [("now",), ("status",)])
def test_without_a_record(words: tuple[str, ...], tmp_path: Path) -> None:
    refused(4, "pack", *words, vault=tmp_path / "none.db", zh="没有记录", en="no record")
