"""How the program is called: help in both languages, wrong use in words, and nothing heavy loaded to say it."""

import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest
from typer.core import TyperGroup

from tests.cli.conftest import HAN, environment, yiyang
from yiyang_tui import words
from yiyang_tui.cli.main import take_common
from yiyang_tui.cli.tree import make_tree
from yiyang_tui.words import catalogue

HEAVY = (
    "sqlalchemy",
    "sqlmodel",
    "sqlcipher3",
    "textual.app",
    "httpx",
    "fastapi",
    "fpdf",
    "openpyxl",
    "pypinyin",
    "cryptography",
)


def commands(group: TyperGroup, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:
    """Every command of the tree with the words that call it."""
    for name, command in group.commands.items():
        yield (*path, name), command
        if isinstance(command, TyperGroup):
            yield from commands(command, (*path, name))


PATHS = [path for path, _ in commands(make_tree())]


def test_the_tree_is_what_the_guide_says() -> None:
    assert {" ".join(path) for path in PATHS} == {
        "init",
        "enrol",
        "demo",
        "sync",
        "sync status",
        "sync verify",
        "doctor",
        "keys",
        "rescue",
        "round",
        "round list",
        "round void",
        "audit",
        "audit verify",
        "audit show",
        "audit export",
        "export",
        "unseal",
        "looks",
        "consents",
        "retention",
        "pack",
        "pack now",
        "pack status",
        "pack passphrase",
        "pack open",
        "pack to",
        "print",
        "print rounds",
        "print doses",
        "print temperature",
        "print handover",
        "print incident",
        "print assessment",
        "import",
        "import people",
        "staff",
        "staff list",
        "staff add",
        "staff change",
        "staff close",
        "staff reopen",
        "staff pin",
        "vault",
        "vault users",
        "vault add",
        "vault remove",
        "vault passphrase",
        "vault calibrate",
        "vault recover",
        "vault rekey",
        "county recover",
        "county pseudonyms",
        "house",
        "house show",
        "house pair",
        "house institution",
        "house facts",
        "county",
        "county init",
        "county serve",
        "county enrol",
        "county devices",
        "county status",
        "county revoke",
        "county replay",
        "county verify",
        "county import",
        "county publish",
        "backup",
        "backup now",
        "backup list",
        "backup verify",
        "backup restore",
        "bundle",
        "bundle export",
        "bundle import",
        "share",
        "meet",
        "catalogue",
    }


@pytest.mark.parametrize("path", [(), *PATHS], ids=" ".join)
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_every_command_explains_itself_with_an_example(
    path: tuple[str, ...], lang: str, capsys: pytest.CaptureFixture[str]
) -> None:
    words.use(lang)
    make_tree().main([*path, "--help"], prog_name="yiyang", standalone_mode=False)
    page = capsys.readouterr().out
    key = ".".join(("cli", *path))
    for line in catalogue(lang)[f"{key}.example"].splitlines():
        assert f"  {line}\n" in page
    assert catalogue(lang)["cli.page.example"] in page
    # An option may name itself in Latin letters; what is said about it may not be of the other language.
    assert bool(HAN.search(page)) == (lang == "zh")
    for english in ("Usage", "Options", "Show this message"):
        assert (english in page) == (lang == "en" and english != "Show this message")
    words.use("zh")


def test_help_and_wrong_use_load_nothing_heavy() -> None:
    run = (
        "import sys\n"
        "from yiyang_tui.cli.main import run\n"
        "run(['--help']); run(['sync', '--nonsense'])\n"
        f"print(sorted(set({HEAVY!r}) & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", run], env=environment(), capture_output=True, check=True)
    assert done.stdout.decode().splitlines()[-1] == "[]"


@pytest.mark.parametrize(
    ("typed", "zh", "en"),
    [
        (("nonsense",), "没有 nonsense 这个命令", "no command nonsense"),
        (("sync", "--nonsense"), "没有 --nonsense 这个选项", "no option --nonsense"),
        (("sync", "--every"), "--every 后面要写明内容", "--every needs a value"),
        (("sync", "--every", "soon"), "--every 的内容不对", "value of --every is not right"),
        (("import", "people"), "缺少 FILE.xlsx", "FILE.xlsx is missing"),
        (("keys", "more"), "多出了 more", "more is too much"),
        (("--lang", "fr", "keys"), "--lang 后面", "--lang needs"),
        (("keys", "--vault"), "--vault 后面", "--vault needs"),
    ],
)
def test_wrong_use_is_told_in_words(typed: tuple[str, ...], zh: str, en: str) -> None:
    for lang, said in (("zh", zh), ("en", en)):
        ended = yiyang(*typed, lang=lang)
        assert (ended.code, ended.out) == (2, "")
        assert said in ended.sentence()
        assert bool(HAN.search(ended.sentence())) == (lang == "zh")


def test_a_group_alone_shows_its_page() -> None:
    ended = yiyang("county")
    assert ended.code == 2
    assert "serve" in ended.sentence()


def test_the_language_may_be_asked_for_anywhere() -> None:
    assert "Key sheet" in yiyang("--lang", "en", "keys").out or "key sheet" in yiyang("--lang", "en", "keys").out
    assert yiyang("keys", "--lang=en").out == yiyang("--lang", "en", "keys").out
    assert yiyang("keys").out != yiyang("keys", "--lang=en").out


def test_common_options_end_at_two_dashes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("YIYANG_VAULT", "before")
    assert take_common(["import", "--", "--vault", "x"]) == (["import", "--", "--vault", "x"], "")
    assert take_common(["a", "--vault=b", "c"]) == (["a", "c"], "")


def test_the_key_sheet_names_every_action() -> None:
    from yiyang_tui.actions import ACTIONS

    sheet = yiyang("keys").out
    for action in ACTIONS:
        assert catalogue("zh")[action.help] in sheet
