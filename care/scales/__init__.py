"""Scales (量表) as data: one engine that reads a file, asks, scores, grades and explains. It knows no scale by name.

``data/scales/<id>.toml`` is one scale; adding a file adds a scale. Nothing here reads or writes the record.
"""

from functools import cache
from importlib.resources import files

from care import data
from care.data import table
from care.scales.model import (
    Answers,
    Band,
    Facts,
    Group,
    Item,
    Need,
    Option,
    Part,
    Result,
    Scale,
    Trigger,
    Value,
)
from care.scales.reading import read_scale, scales_in
from care.scales.scoring import asked, score, suggested
from db.errors import Refused

__all__ = [
    "Answers",
    "Band",
    "Facts",
    "Group",
    "Item",
    "Need",
    "Option",
    "Part",
    "Result",
    "Scale",
    "Trigger",
    "Value",
    "asked",
    "scale",
    "scales",
    "scales_in",
    "score",
    "suggested",
]


@cache
def scales() -> tuple[Scale, ...]:
    """Every scale that a person fills in, by its id; what the program scores by itself (``hidden``) is left out."""
    return tuple(one for one in scales_in(files(data) / "scales") if not one.hidden)


@cache
def scale(scale_id: str) -> Scale:
    """One scale. Raises ``Refused``: scale_unknown (scale)."""
    try:
        data_of = table(f"scales/{scale_id}")
    except KeyError:
        raise Refused("scale_unknown", scale=scale_id[:40]) from None
    return read_scale(data_of)
