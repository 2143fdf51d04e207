"""Looks: what the terminal can show, no ambiguous glyph in plain, both languages whole on every sheet."""

import re

import pytest

from tests.tui.conftest import Opened, screen_text, settle
from tests.tui.test_words import ALLOWED, HAN, LATIN
from yiyang_tui.screens.dialogs import Ask, Choose, Say
from yiyang_tui.settings import Settings, language_of, read_settings, settings_path, theme_of, write_settings
from yiyang_tui.terminal import best_theme, shows_han
from yiyang_tui.themes import THEMES, ambiguous_glyphs

SHEETS = ("place", "help", "keys", "palette", "switch", "locked", "pin", "say", "ask", "choose", "form")


async def bring_up(app, pilot, sheet: str) -> None:
    """Bring a sheet to the front, as a person would."""
    keys = {
        "help": ["f1"],
        "keys": ["f11"],
        "palette": ["ctrl+p"],
        "switch": ["f10"],
        "locked": ["f10", "f10"],
        "pin": ["f10", "enter"],
        "form": ["f4"],
    }
    for key in keys.get(sheet, []):
        await pilot.press(key)
        await pilot.pause()
        if sheet != "pin" or key == "f10":
            await settle(app, pilot)
    dialogs = {"say": Say("一", "二"), "ask": Ask("一", "二"), "choose": Choose("一", [(1, "二"), (2, "三")])}
    if sheet in dialogs:
        app.push_screen(dialogs[sheet])
    await pilot.pause()
    await pilot.pause()


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("sheet", SHEETS)
async def test_plain_draws_no_ambiguous_glyph(opened: Opened, sheet: str, lang: str) -> None:
    async with opened(lang=lang) as (app, pilot):
        await bring_up(app, pilot, sheet)
        assert len(screen_text(app).strip()) > 20
        assert ambiguous_glyphs(app) == set()


@pytest.mark.parametrize("sheet", SHEETS)
async def test_no_english_on_a_chinese_sheet(opened: Opened, sheet: str) -> None:
    async with opened() as (app, pilot):
        await bring_up(app, pilot, sheet)
        found = set(LATIN.findall(re.sub(r"\[x\]", "", screen_text(app))))
    assert {word for word in found - ALLOWED if not re.fullmatch(r"F|English", word)} == set()


@pytest.mark.parametrize("sheet", ["help", "keys", "palette", "switch", "locked", "pin"])
async def test_no_chinese_on_an_english_sheet_but_names(opened: Opened, sheet: str) -> None:
    async with opened(lang="en") as (app, pilot):
        await bring_up(app, pilot, sheet)
        text = re.sub("王芳|刘建国|周福|青山镇 卫生院.福利院|李秀英|张玉珍|床|姓名|中文", "", screen_text(app))
    assert HAN.findall(text) == []


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("size", [(80, 24), (120, 36)])
async def test_every_look_draws_the_same_words(opened: Opened, theme: str, size: tuple[int, int]) -> None:
    async with opened(theme=theme, size=size) as (app, _pilot):
        text = screen_text(app)
    assert "F2今日" in text
    assert "> 000000" in text
    assert "王芳 护理员" in text


async def test_no_field_stands_on_the_last_three_rows(opened: Opened) -> None:
    """An input method draws over them there."""
    from yiyang_tui.widgets.entry import Entry

    async with opened() as (app, pilot):
        for keys in (["f4"], ["f3"], ["ctrl+p"]):
            await pilot.press(*keys)
            await settle(app, pilot)
            assert [entry.region.y for entry in app.screen.query(Entry) if entry.region.y > 20] == []


@pytest.mark.parametrize(
    ("env", "platform", "theme"),
    [
        ({}, "win32", "yiyang-plain"),
        ({"WT_SESSION": "1"}, "win32", "yiyang-light"),
        ({"TERM": "linux"}, "linux", "yiyang-plain"),
        ({"TERM": "xterm-256color"}, "linux", "yiyang-light"),
        ({"TERM": "xterm", "COLORTERM": "truecolor"}, "linux", "yiyang-light"),
        ({"TERM": "xterm"}, "linux", "yiyang-16"),
        ({"TERM": "vt100", "YIYANG_THEME": "dark"}, "linux", "yiyang-dark"),
    ],
)
def test_the_look_follows_the_terminal_unless_somebody_chose(env: dict[str, str], platform: str, theme: str) -> None:
    assert theme_of(Settings(), env, platform) == theme
    assert best_theme(env, platform) in THEMES


def test_a_console_without_han_starts_in_english_unless_told_otherwise() -> None:
    console = {"TERM": "linux"}
    assert not shows_han(console, "linux")
    assert language_of(Settings(), console, "linux") == "en"
    assert language_of(Settings(lang="zh"), console, "linux") == "zh"
    assert language_of(Settings(), {"TERM": "xterm"}, "linux") == "zh"


def test_settings_survive_a_round_and_a_broken_file_gives_the_defaults() -> None:
    odd = Settings(number='10"01\\', lang="en", theme="yiyang-16")
    write_settings(settings_path(), odd)
    assert read_settings(settings_path()) == odd
    settings_path().write_bytes(b"\xff\x00 = [")
    assert read_settings(settings_path()) == Settings()
    settings_path().write_text("number = 5\nlang = 'en'\n")
    assert read_settings(settings_path()) == Settings(lang="en")
