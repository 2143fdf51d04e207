"""F1, the palette, the key sheet: three faces of the one registry."""

from tests.tui.conftest import Opened, screen_text, settle, type_text
from tests.tui.small_places import Rounds, Today
from yiyang_tui.actions import action
from yiyang_tui.screens.help import Reading
from yiyang_tui.screens.palette import Palette
from yiyang_tui.screens.unlock import UnlockScreen


async def test_help_is_about_this_screen_and_says_why_a_key_is_not_for_now(started: Opened) -> None:
    async with started() as (app, pilot):
        await pilot.press("f1")
        await settle(app, pilot)
        assert "记录锁在这台电脑里" in screen_text(app)
        assert "现在不能用：先打开记录" in screen_text(app)
        await pilot.press("f1")
        await settle(app, pilot)
        assert isinstance(app.screen, UnlockScreen)


async def test_no_line_of_a_long_page_is_broken_twice(opened: Opened) -> None:
    async with opened() as (app, pilot):
        await pilot.press("f11")
        await settle(app, pilot)
        shown = [line.strip(" |") for line in screen_text(app).splitlines()]
        await pilot.press(*["pagedown"] * 9)
        await settle(app, pilot)
        shown += [line.strip(" |") for line in screen_text(app).splitlines()]
        assert isinstance(app.screen, Reading)
        assert app.screen.query_one("#scroll").max_scroll_y > 0
        page = {line.strip() for line in app.screen.page(app.size.width - 9).plain.splitlines()}
        frame = {"", "方向键往下看，Esc 返回", "+" + "-" * 78 + "+"}
        assert set(shown) - page - frame == set()


async def test_help_says_that_there_is_nothing_to_undo(opened: Opened) -> None:
    async with opened() as (app, pilot):
        await pilot.press("f1", "end")
        await settle(app, pilot)
        assert "没有可以撤销的事" in screen_text(app)
        await pilot.press("escape")
        await settle(app, pilot)
        assert isinstance(app.screen, Today)


async def test_the_palette_finds_by_words_and_does_it(opened: Opened) -> None:
    async with opened() as (app, pilot):
        await pilot.press("ctrl+p")
        await settle(app, pilot)
        await type_text(pilot, "一床一床")
        await settle(app, pilot)
        assert "> 巡视" in screen_text(app)
        await pilot.press("enter")
        await settle(app, pilot)
        assert isinstance(app.screen, Rounds)


async def test_the_palette_moves_with_the_arrows(opened: Opened) -> None:
    async with opened() as (app, pilot):
        await pilot.press("ctrl+p")
        await settle(app, pilot)
        await type_text(pilot, "f")
        await pilot.press("backspace")
        await settle(app, pilot)
        assert isinstance(app.screen, Palette)
        steps = app.screen.rows.index(action("rounds"))
        await pilot.press(*["down"] * steps, "enter")
        await settle(app, pilot)
        assert isinstance(app.screen, Rounds)


async def test_a_palette_without_a_match_says_what_to_do(opened: Opened) -> None:
    async with opened() as (app, pilot):
        await pilot.press("ctrl+p")
        await settle(app, pilot)
        await type_text(pilot, "没有这个")
        await pilot.press("enter")
        await settle(app, pilot)
        assert "没有这样的命令" in screen_text(app)
        await pilot.press("escape")
        await settle(app, pilot)
        assert isinstance(app.screen, Today)
