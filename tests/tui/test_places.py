"""Going about, answering, undoing, drafts, language and colours: what every place gets from its base."""

from pathlib import Path

import pytest
from textual import events

from db.vault import open_vault
from tests.tui.conftest import PASSPHRASE, Opened, screen_text, settle, type_text, until
from tests.tui.small_places import Chart, People, Rounds, Today
from yiyang_tui import words
from yiyang_tui.session import UNDO_S
from yiyang_tui.widgets.choice import Choice
from yiyang_tui.widgets.entry import Entry
from yiyang_tui.widgets.lines import PlaceLine, SyncLine
from yiyang_tui.widgets.tick import Tick
from yiyang_tui.widgets.virtual_list import VirtualList


async def test_f_keys_go_to_places_that_keep_their_state(opened: Opened) -> None:
    async with opened() as (app, pilot):
        await pilot.press("end")
        await settle(app, pilot)
        await pilot.press("f4")
        await settle(app, pilot)
        assert isinstance(app.screen, Rounds)
        await pilot.press("f2")
        await settle(app, pilot)
        assert isinstance(app.screen, Today)
        assert app.screen.query_one(VirtualList).index == 99_999
        assert "> 099999" in screen_text(app)


async def test_where_one_is_stands_in_brackets(opened: Opened) -> None:
    async with opened() as (app, pilot):
        line = app.screen.query_one(PlaceLine)
        line.place = "rounds"
        line.refresh()
        await pilot.pause()
        assert screen_text(app).splitlines()[1].startswith("  F2今日 F3老人[F4巡视]F5床位 F6给药 ")


async def test_a_chart_lies_over_its_list_and_any_place_closes_it(opened: Opened) -> None:
    async with opened() as (app, pilot):
        await app.open("chart", person_id=7)
        await settle(app, pilot)
        assert isinstance(app.screen, Chart)
        assert app.screen.facts == {"person_id": 7}
        await pilot.press("f3")
        await settle(app, pilot)
        assert isinstance(app.screen, People)
        assert len(app.screen_stack) == 2


@pytest.mark.parametrize("key", ["slash", "ctrl+f", "ideographic_comma"])
async def test_find_works_from_anywhere(opened: Opened, key: str) -> None:
    async with opened() as (app, pilot):
        await pilot.press("、" if key == "ideographic_comma" else key)
        await settle(app, pilot)
        assert isinstance(app.screen, People)
        assert app.screen.query_one(Entry).has_focus


async def test_a_letter_or_slash_is_text_where_text_is_typed(opened: Opened) -> None:
    async with opened() as (app, pilot):
        await pilot.press("slash")
        await settle(app, pilot)
        await type_text(pilot, "lxy/李")
        assert app.screen.query_one(Entry).value == "lxy/李"


async def test_keys_typed_ahead_land_where_they_belong(opened: Opened) -> None:
    """All at once, as into a laptop that was busy: F4, a value, Enter, a choice, Enter, Space."""
    async with opened() as (app, pilot):
        typed = [("f4", None), *((digit, digit) for digit in "156"), ("enter", "\r"), ("2", "2"), ("enter", "\r")]
        for key, character in [*typed, ("space", " ")]:
            app.post_message(events.Key(key, character))
        await until(pilot, lambda: isinstance(app.screen, Rounds) and app.screen.query_one(Tick).value)
        assert app.screen.query_one("#sbp", Entry).value == "156"
        assert app.screen.query_one(Choice).value == "V"


async def test_saved_is_said_and_can_be_taken_back_once(opened: Opened) -> None:
    async with opened() as (app, pilot):
        await pilot.press("f4")
        await settle(app, pilot)
        await pilot.press("enter", "enter", "enter")
        await settle(app, pilot)
        assert "已保存" in screen_text(app)
        assert "Ctrl+Z 撤销" in screen_text(app)
        await pilot.press("ctrl+z")
        await settle(app, pilot)
        assert "已撤销：李秀英 巡视" in screen_text(app)
        await pilot.press("ctrl+z")
        await settle(app, pilot)
        assert isinstance(app.screen, Rounds)
        assert app.screen.undone == 1
        assert "没有可以撤销的事" in screen_text(app)


async def test_another_language_keeps_the_sync_line(opened: Opened) -> None:
    async with opened() as (app, pilot):
        await until(pilot, lambda: app.screen.query_one(SyncLine).text)
        before = app.screen.query_one(SyncLine).text
        await pilot.press("ctrl+l")
        await settle(app, pilot)
        after = app.screen.query_one(SyncLine).text
        assert after
        assert after != before


async def test_after_ten_minutes_undo_says_why_not(opened: Opened) -> None:
    async with opened() as (app, pilot):
        assert app.session is not None
        app.session.acted("李秀英 巡视", lambda: None)
        moment = app.session.now() + UNDO_S + 1
        app.session.now = lambda: moment
        await pilot.press("ctrl+z")
        await settle(app, pilot)
        assert "超过十分钟" in screen_text(app)


async def test_an_error_with_a_sentence_is_told_and_the_screen_stays(opened: Opened) -> None:
    async with opened() as (app, pilot):
        await pilot.press("f4")
        await settle(app, pilot)
        assert isinstance(app.screen, Rounds)
        app.screen.run_care(app.screen.disk_full)
        await settle(app, pilot)
        assert "磁盘满了" in screen_text(app)


async def test_what_is_half_typed_comes_back_after_the_program_ended(opened: Opened, vault: Path) -> None:
    async with opened() as (app, pilot):
        await pilot.press("f4")
        await settle(app, pilot)
        await type_text(pilot, "156")
        await pilot.press("enter", "2", "enter", "space")
        session = app.session
        assert session is not None
        await until(pilot, lambda: (session.store.draft("round:1") or {}).get("falls") is True)
    async with opened() as (app, pilot):
        await pilot.press("f4")
        await settle(app, pilot)
        assert app.screen.query_one("#sbp", Entry).value == "156"
        assert app.screen.query_one("#acvpu", Choice).value == "V"
        assert app.screen.query_one("#falls", Tick).value is True
        await pilot.press("enter", "enter", "enter")
        await settle(app, pilot)
    store = open_vault(vault, "1001", PASSPHRASE)
    assert store.draft("round:1") is None
    store.close()


async def test_another_language_keeps_what_is_typed(opened: Opened) -> None:
    async with opened() as (app, pilot):
        await pilot.press("f4")
        await settle(app, pilot)
        await type_text(pilot, "156")
        await pilot.press("ctrl+l")
        await settle(app, pilot)
        assert words.language() == "en"
        assert app.screen.query_one("#sbp", Entry).value == "156"
        assert "F4Rounds" in screen_text(app)
        await pilot.press("f2")
        await settle(app, pilot)
        assert "100000 in all" in screen_text(app)


async def test_f12_changes_the_look_and_the_next_start_knows(opened: Opened) -> None:
    async with opened(theme="yiyang-16") as (app, pilot):
        await pilot.press("f12")
        await settle(app, pilot)
        assert app.theme == "yiyang-plain"
        assert "配色：朴素" in screen_text(app)
    from yiyang_tui.settings import read_settings, settings_path, theme_of

    assert theme_of(read_settings(settings_path()), {}, "linux") == "yiyang-plain"


async def test_quit_asks_and_closes_the_record(opened: Opened) -> None:
    async with opened() as (app, pilot):
        await pilot.press("ctrl+q")
        await settle(app, pilot)
        assert "退出医养？" in screen_text(app)
        await pilot.press("escape")
        await settle(app, pilot)
        assert isinstance(app.screen, Today)
        await pilot.press("ctrl+q", "enter")
    assert app.return_code == 0
