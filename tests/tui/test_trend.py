"""A trend as a picture."""

from hypothesis import given
from hypothesis import strategies as st
from textual.app import App, ComposeResult

from tests.tui.conftest import screen_text
from yiyang_tui import words
from yiyang_tui.themes import ambiguous_glyphs, make_themes
from yiyang_tui.widgets.trend import Point, Series, Trend, scale

UNTIL = 1795352640  # 2026-11-22 21:04
DAY = 86400


class Picture(App[None]):
    """One trend."""

    def __init__(self, theme: str, *series: Series) -> None:
        super().__init__()
        words.use("zh")
        for look in make_themes():
            self.register_theme(look)
        self.theme, self.series = theme, series

    def compose(self) -> ComposeResult:
        """The trend."""
        yield Trend(days=14)

    def on_mount(self) -> None:
        """Draw."""
        self.query_one(Trend).show(self.series, UNTIL)


def pressure() -> tuple[Series, Series]:
    at = [UNTIL - day * DAY for day in range(13, -1, -1)]
    upper = [140, 141, 139, 140, 160, 140, 139, 141, 140, 142, 160, 140, 158, 160]
    return (
        Series("收缩压", [Point(*pair) for pair in zip(at, upper, strict=True)]),
        Series("舒张压", [Point(moment, 80) for moment in at]),
    )


async def lines(theme: str, *series: Series) -> tuple[list[str], set[str]]:
    app = Picture(theme, *series)
    async with app.run_test(size=(47, 10)) as pilot:
        await pilot.pause()
        return screen_text(app).splitlines(), ambiguous_glyphs(app)  # type: ignore[arg-type]


async def test_the_plain_picture_has_a_scale_dates_and_two_signs() -> None:
    text, wide = await lines("yiyang-plain", *pressure())
    assert [line[:4] for line in text[:6]] == [" 180", " 160", " 140", " 120", " 100", "  80"]
    assert text[1].count("*") == 4
    assert text[2].count("*") == 10
    assert text[5].count("o") == 14
    assert text[6].split() == ["11-09", "11-22"]
    assert wide == set()


async def test_elsewhere_half_blocks_double_the_steps() -> None:
    text, _ = await lines("yiyang-dark", *pressure())
    assert any("▀" in line or "▄" in line for line in text)
    assert "." in text[5]


async def test_without_measurements_it_says_so() -> None:
    text, _ = await lines("yiyang-plain", Series("体温", [Point(UNTIL - 90 * DAY, 36.5)]))
    assert "还没有测量值" in text[0]


@given(st.floats(30, 250), st.floats(0, 200), st.integers(3, 20))
def test_the_scale_covers_every_value_in_round_steps(low: float, span: float, rows: int) -> None:
    bottom, step = scale(low, low + span, rows)
    assert bottom <= low
    assert bottom + step * (rows - 1) >= low + span - 1e-6
