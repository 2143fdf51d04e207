"""One measured figure, beside what it is compared with and the bound it must keep."""

from collections.abc import Iterable
from dataclasses import dataclass
from statistics import median

from rich.console import Console
from rich.table import Table


@dataclass(frozen=True, slots=True)
class Figure:
    """``beside``: what the same run measured of others; ``must``: the bound; ``holds``: no bound, no answer."""

    name: str
    value: float
    unit: str
    beside: str = ""
    must: str = ""
    holds: bool | None = None


HOLDS = {None: "", True: "yes", False: "NO"}


def times(name: str, ours: list[float], others: list[float], beside: str, most: float) -> Figure:
    """Seconds of ours, which may take ``most`` times as long as the others did in turn with it: medians of both."""
    value, least = median(ours), median(others)
    said = f"{beside} {least * 1e3:.0f} ms, {value / least:.2f} ×"
    return Figure(name, value * 1e3, "ms", said, f"≤ {most:g} ×", value <= most * least)


def show(figures: Iterable[Figure], title: str = "") -> int:
    """Print a table of figures. Returns 1 when a bound does not hold, else 0."""
    table = Table("figure", "value", "beside, in the same run", "must", "holds", title=title)
    broken = False
    for one in figures:
        broken |= one.holds is False
        table.add_row(one.name, f"{one.value:,.2f} {one.unit}", one.beside, one.must, HOLDS[one.holds])
    Console(width=150).print(table)
    return int(broken)
