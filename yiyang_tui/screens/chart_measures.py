"""The measurements of a chart as pictures: what can be drawn, over how long, and under which words."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final

from rich.text import Text
from textual.app import App

from yiyang_tui.themes import is_plain, token_style
from yiyang_tui.widgets.trend import HALVES, PLAIN_SIGNS, Point, Series
from yiyang_tui.words import language, t

if TYPE_CHECKING:
    from care.timeline import TrendPoint

DAY_S: Final = 86400
SPANS: Final = (14, 30, 90)
MEASURES: Final[tuple[tuple[str, ...], ...]] = (
    ("sbp", "dbp"),
    ("pulse",),
    ("temp_c10",),
    ("resp",),
    ("spo2",),
    ("glucose_mmol10",),
    ("weight_kg10",),
    ("pain",),
)
"""What the trend can show, one at a time; the two pressures together."""

SECOND: Final = ("spo2",)
"""What the first page draws below the pressures where there is room."""


def name_of(columns: Sequence[str]) -> str:
    """``血压``, ``脉搏``."""
    from care.vitals import measure

    if len(columns) > 1:
        return t("chart.pressure")
    of = measure(columns[0])
    return of.zh if language() == "zh" else of.en


def series(columns: Sequence[str], points: "Sequence[TrendPoint]") -> list[Series]:
    """The points of one measure for ``Trend``, in the unit people write."""
    from care.vitals import measure

    return [
        Series(
            name,
            [Point(p.at, int(p.values[name] or 0) / 10 ** measure(name).decimals) for p in points if name in p.values],
        )
        for name in columns
    ]


def legend(app: App[Any], columns: Sequence[str], days: int) -> Text:
    """``血压 近 14 天   * 收缩压 o 舒张压``, with the signs of the look in use."""
    text = Text(t("chart.of_days", what=name_of(columns), days=days), token_style(app, "title"))
    if len(columns) > 1:
        signs = PLAIN_SIGNS if is_plain(app) else [halves[-1] for halves in HALVES]
        for sign, name, token in zip(signs, columns, ("entry", ""), strict=True):
            text.append(f"   {sign} ", token_style(app, token))
            text.append(t(f"chart.upper.{name}"), token_style(app, "quiet"))
    return text
