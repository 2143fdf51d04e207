"""A list of a hundred thousand rows costs what ten cost."""

from collections.abc import Callable, Sequence

from hypothesis import given
from hypothesis import strategies as st
from textual.app import App, ComposeResult
from textual.pilot import Pilot

from tests.tui.conftest import screen_text, settle
from yiyang_tui import words
from yiyang_tui.themes import PLAIN, make_themes
from yiyang_tui.widgets.columns import Cell, Column, laid_out, title_line, widths
from yiyang_tui.widgets.pages import KEPT, PAGE, Pages
from yiyang_tui.widgets.virtual_list import VirtualList


class Listing(App[None]):
    """One list, and what it said."""

    def __init__(self, rows: Sequence[str], **options: object) -> None:
        super().__init__()
        words.use("zh")
        for theme in make_themes():
            self.register_theme(theme)
        self.theme = PLAIN
        self.rows, self.options = list(rows), options
        self.fetched: list[int] = []
        self.said: list[tuple[str, int, str]] = []

    def _fetch(self, offset: int, limit: int) -> list[str]:
        self.fetched.append(offset)
        return self.rows[offset : offset + limit]

    def compose(self) -> ComposeResult:
        """The list."""
        options = {"fetch": self._fetch, "count": lambda: len(self.rows), "key": lambda row: row} | self.options
        yield VirtualList[str]([Column(0, "姓名"), Column(6, "级别")], lambda row: [row, "全护"], **options)  # type: ignore[arg-type]

    @property
    def list(self) -> VirtualList[str]:
        """The list."""
        return self.query_one(VirtualList)

    def on_mount(self) -> None:
        """Fetch."""
        self.list.focus()
        self.list.load()

    def on_virtual_list_highlighted(self, event: VirtualList.Highlighted) -> None:
        """Note it."""
        self.said.append(("highlighted", event.index, event.row))

    def on_virtual_list_chosen(self, event: VirtualList.Chosen) -> None:
        """Note it."""
        self.said.append(("chosen", event.index, event.row))


def many(n: int) -> list[str]:
    return [f"老人{i:06}" for i in range(n)]


async def drive(app: Listing, *keys: str, then: Callable[[Pilot[None]], None] | None = None) -> None:
    async with app.run_test(size=(40, 12)) as pilot:
        await settle(app, pilot)  # type: ignore[arg-type]
        for key in keys:
            await pilot.press(key)
            await settle(app, pilot)  # type: ignore[arg-type]
        if then is not None:
            then(pilot)


async def test_only_pages_that_are_seen_are_fetched() -> None:
    app = Listing(many(100_000))

    def check(_pilot: Pilot[None]) -> None:
        text = screen_text(app)  # type: ignore[arg-type]
        assert "> 老人099999" in text
        assert "共 100000" in text
        assert len(app.fetched) <= 4
        assert app.fetched[0] == 0
        assert app.fetched[-1] >= 100_000 - 2 * PAGE

    await drive(app, "end", then=check)


async def test_down_and_page_down_move_by_one_and_by_a_screen() -> None:
    app = Listing(many(1000))
    await drive(app, "down", "pagedown", "up", "enter")
    assert [index for _, index, _ in app.said] == [0, 1, 11, 10, 10]
    assert app.said[-1] == ("chosen", 10, "老人000010")


async def test_the_ends_are_ends() -> None:
    app = Listing(many(3))
    await drive(app, "up", "end", "down", "pagedown", "home", "pageup")
    assert [index for _, index, _ in app.said] == [0, 2, 0]


async def test_loading_anew_keeps_the_person_not_the_position() -> None:
    app = Listing(many(50))
    async with app.run_test(size=(40, 12)) as pilot:
        await settle(app, pilot)  # type: ignore[arg-type]
        await pilot.press(*["down"] * 5)
        app.rows.insert(0, "新来的人")
        app.list.load()
        await settle(app, pilot)  # type: ignore[arg-type]
        assert app.list.current == "老人000005"
        assert app.list.index == 6
        assert "> 老人000005" in screen_text(app)  # type: ignore[arg-type]


async def test_fewer_rows_than_before_leave_the_cursor_on_the_last() -> None:
    app = Listing(many(300))
    async with app.run_test(size=(40, 12)) as pilot:
        await settle(app, pilot)  # type: ignore[arg-type]
        await pilot.press("end")
        await settle(app, pilot)  # type: ignore[arg-type]
        del app.rows[2:]
        app.list.load()
        await settle(app, pilot)  # type: ignore[arg-type]
        await settle(app, pilot)  # type: ignore[arg-type]
        assert app.list.current == "老人000001"
        assert "> 老人000001" in screen_text(app)  # type: ignore[arg-type]


async def test_an_empty_list_says_why_and_what_to_do() -> None:
    app = Listing([], empty="今天没有要做的事。按 F4 去巡视。")
    await drive(app, then=lambda _: None)
    async with (app := Listing([], empty="今天没有要做的事。按 F4 去巡视。")).run_test(size=(40, 12)) as pilot:
        await settle(app, pilot)  # type: ignore[arg-type]
        assert "按 F4 去巡视" in screen_text(app)  # type: ignore[arg-type]
        await pilot.press("down", "end", "enter")
    assert app.said == []


async def test_the_cursor_steps_over_headings_both_ways() -> None:
    rows = ["# 要紧", "a", "# 该巡视", "b", "# 空"]
    app = Listing(rows, selectable=lambda row: not row.startswith("#"))
    await drive(app, "down", "down", "up", "up", "end")
    assert [row for _, _, row in app.said] == ["a", "b", "a", "b"]


@given(st.lists(st.integers(0, 60), max_size=80))
def test_pages_are_bounded_and_what_is_here_is_true(asked: list[int]) -> None:
    pages: Pages[int] = Pages()
    for page in asked:
        wanted, _ = pages.ask(page)
        if wanted:
            assert pages.take(pages.generation, page, list(range(page * PAGE, (page + 1) * PAGE)))
    held = [i for i in range(0, 61 * PAGE, PAGE) if pages.row(i) is not None]
    assert len(held) <= KEPT
    assert all(pages.row(i) == i for i in held)
    # What was dropped can be asked for again, what is here is not asked for twice.
    assert all(pages.ask(page)[0] == (page * PAGE not in held) for page in set(asked))


def test_an_answer_to_an_older_question_is_refused_and_old_rows_stay_until_new_ones_come() -> None:
    pages: Pages[str] = Pages()
    pages.take(0, 0, ["old"])
    pages.renew()
    assert pages.row(0) == "old"
    assert not pages.take(0, 1, ["late"])
    assert pages.take(1, 0, ["new"])
    assert pages.row(0) == "new"


@given(st.lists(st.integers(0, 20), min_size=1, max_size=6), st.integers(0, 120))
def test_columns_fill_the_room_where_one_is_elastic(fixed: list[int], room: int) -> None:
    columns = [Column(width) for width in [*fixed, 0]]
    found = widths(columns, room)
    assert sum(found) + len(columns) - 1 == max(room, sum(fixed) + len(columns) - 1)


def test_a_row_of_cells_and_a_heading() -> None:
    columns = [Column(4), Column(0), Column(4, align="right")]
    assert (
        "".join(cell.text for cell in laid_out(columns, ["205", Cell("李秀英", "urgent"), "12"], 20))
        == "205  李秀英       12"
    )
    assert [cell.text for cell in laid_out(columns, [Cell("要紧 2", "title")], 10)] == ["要紧 2    "]


def test_the_count_stands_in_the_last_gap_and_never_over_a_title() -> None:
    assert title_line([Column(8, "床"), Column(0, "姓名")], "共 12", 30) == "床       姓名            共 12 "
    assert title_line([Column(4, "床位"), Column(4, "姓名")], "共 12", 9) == "床位 姓名 "
