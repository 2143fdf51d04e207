"""Fields: what they take, where their cursor stands, how they differ without colour."""

from typing import ClassVar

import pytest
from textual import events
from textual.app import App, ComposeResult
from textual.binding import Binding, BindingType

from tests.tui.conftest import screen_text
from yiyang_tui.fields import fill, values
from yiyang_tui.themes import PLAIN, ambiguous_glyphs, make_themes
from yiyang_tui.widgets.choice import Choice
from yiyang_tui.widgets.entry import Entry, Kind
from yiyang_tui.widgets.form import Form
from yiyang_tui.widgets.tick import Tick

LEVELS = [("A", "清醒"), ("C", "新发意识混乱"), ("V", "对声音有反应"), ("P", "对疼痛有反应"), ("U", "无反应")]


class Fields(App[None]):
    """A form, and what it said."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("space,ideographic_space", "all_well"), Binding("h", "letter")]
    CSS = "Entry { width: 12; }"

    def __init__(self, kind: Kind = "number") -> None:
        super().__init__()
        for theme in make_themes():
            self.register_theme(theme)
        self.theme = PLAIN
        self.kind = kind
        self.said: list[object] = []

    def compose(self) -> ComposeResult:
        """Three fields."""
        with Form():
            yield Entry(kind=self.kind, id="entry")
            yield Choice(LEVELS, id="choice")
            yield Tick("防跌倒", id="tick")

    def on_mount(self) -> None:
        """Type at once."""
        self.query_one(Entry).focus()

    def on_form_filled(self, event: Form.Filled) -> None:
        """Note it."""
        self.said.append(event.values)

    def action_all_well(self) -> None:
        """Space reached the screen."""
        self.said.append("all well")

    def action_letter(self) -> None:
        """A letter reached the screen."""
        self.said.append("letter")


def entry_of(app: App[None]) -> Entry:
    return app.query_one(Entry)


async def test_a_number_takes_digits_of_an_input_method_and_lets_space_through() -> None:
    app = Fields("number")
    async with app.run_test() as pilot:
        for key, character in (("３", "３"), ("6", "6"), ("ideographic_full_stop", "。"), ("h", "h"), ("５", "５")):
            app.post_message(events.Key(key, character))
        await pilot.press("space", "\u3000")
        assert entry_of(app).value == "36.5"
        assert app.said == ["all well", "all well"]


async def test_one_commit_of_an_input_method_arrives_whole() -> None:
    app = Fields("text")
    async with app.run_test() as pilot:
        app.screen.post_message(events.Paste("李秀英阿姨好\n第二行"))
        await pilot.pause()
        assert entry_of(app).value == "李秀英阿姨好"


async def test_a_pin_is_digits_and_is_not_shown() -> None:
    app = Fields("pin")
    async with app.run_test() as pilot:
        await pilot.press(*"4a7１1999")
        assert entry_of(app).value == "471199"
        assert "******" in screen_text(app)  # type: ignore[arg-type]
        assert "4" not in screen_text(app)  # type: ignore[arg-type]
        assert ambiguous_glyphs(app) == set()


@pytest.mark.parametrize(("typed", "cells"), [("", 0), ("lxy", 3), ("李秀英", 6), ("a李", 3)])
async def test_the_input_method_draws_where_the_next_character_will_appear(typed: str, cells: int) -> None:
    """Textual's own Input parks the hardware cursor one cell further right."""
    app = Fields("text")
    async with app.run_test() as pilot:
        await pilot.press(*typed)
        await pilot.pause()
        region = entry_of(app).content_region
        assert app.cursor_position == (region.x + cells, region.y)


async def test_the_cursor_stays_in_the_field_when_its_text_scrolls() -> None:
    app = Fields("text")
    async with app.run_test() as pilot:
        await pilot.press(*"李秀英张玉珍吴国华")
        await pilot.pause()
        region = entry_of(app).content_region
        assert region.x < app.cursor_position.x <= region.right - 1
        assert entry_of(app).scroll_offset.x > 0


async def test_a_choice_is_made_by_digit_or_arrows_and_shows_it_in_brackets() -> None:
    app = Fields()
    async with app.run_test(size=(80, 24)) as pilot:
        choice = app.query_one(Choice)
        choice.focus()
        await pilot.press("3")
        assert choice.value == "V"
        await pilot.pause()
        assert "[对声音有反应]" in screen_text(app)  # type: ignore[arg-type]
        await pilot.press("right", "right", "right", "left")
        assert choice.value == "P"
        await pilot.press("９", "１")
        assert choice.value == "A"
        await pilot.press("delete")
        assert choice.value is None


async def test_a_choice_without_room_stands_alone_with_its_place() -> None:
    app = Fields()
    async with app.run_test(size=(24, 10)) as pilot:
        app.query_one(Choice).focus()
        await pilot.press("3")
        await pilot.pause()
        assert "< 对声音有反应 > 3/5" in screen_text(app)  # type: ignore[arg-type]


async def test_ticked_and_not_ticked_differ_by_their_sign() -> None:
    app = Fields()
    async with app.run_test() as pilot:
        app.query_one(Tick).focus()
        await pilot.pause()
        assert "[ ] 防跌倒" in screen_text(app)  # type: ignore[arg-type]
        await pilot.press("space")
        await pilot.pause()
        assert "[x] 防跌倒" in screen_text(app)  # type: ignore[arg-type]


async def test_enter_walks_through_the_form_and_ends_it() -> None:
    app = Fields()
    async with app.run_test() as pilot:
        await pilot.press("8", "enter", "1", "enter", "space", "enter")
        await pilot.pause()
        assert app.said == [{"entry": "8", "choice": "A", "tick": True}]
        await pilot.press("up", "up")
        assert entry_of(app).has_focus


async def test_values_go_back_where_they_came_from_and_secrets_are_never_among_them() -> None:
    app = Fields("secret")
    async with app.run_test() as pilot:
        await pilot.press(*"word")
        assert values(app.screen) == {"choice": None, "tick": False}
        fill(app.screen, {"choice": "U", "tick": True, "entry": 5, "gone": "x"})  # type: ignore[dict-item]
        assert values(app.screen) == {"choice": "U", "tick": True}
        assert entry_of(app).value == "word"
