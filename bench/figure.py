"""One measured figure, beside what it is compared with and the bound it must keep."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Figure:
    """``beside``: what the same run measured of others; ``must``: the bound; ``holds``: no bound, no answer."""

    name: str
    value: float
    unit: str
    beside: str = ""
    must: str = ""
    holds: bool | None = None
