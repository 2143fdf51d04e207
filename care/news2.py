"""NEWS2, the national early warning score (Royal College of Physicians 2017), from ``data/scales/news2.toml``.

It is no Chinese standard: an aid of the house that says when to look again and whom to call.
"""

from dataclasses import dataclass
from functools import cache
from typing import Any, Literal

from care.codes import codes
from care.data import table

Response = Literal["zero", "low", "red", "medium", "high"]


@dataclass(frozen=True, slots=True)
class NewsInput:
    """One set of observations; ``None`` was not measured. ``oxygen`` ``None`` is air, as nobody noted oxygen."""

    resp: int | None = None
    spo2: int | None = None
    oxygen: bool | None = None
    spo2_scale: int = 1  # 2 only when prescribed (target 88 to 92 %)
    sbp: int | None = None
    pulse: int | None = None
    acvpu: str | None = None  # codes/consciousness
    temp_c10: int | None = None


@dataclass(frozen=True, slots=True)
class News2:
    """The score. With something ``missing`` the total is a lower bound, and a screen must say so."""

    total: int
    parts: dict[str, int]
    red: bool  # one part alone scores 3
    response: Response
    missing: tuple[str, ...]

    @property
    def complete(self) -> bool:
        """Whether every part was measured."""
        return not self.missing


def news2(seen: NewsInput) -> News2:
    """The score of one set of observations. A value that the published table has no band for counts as missing."""
    scores = {
        "resp": _score("rr", seen.resp),
        "spo2": _score(_oxygen_scale(seen), seen.spo2),
        "oxygen": _score("oxygen", int(bool(seen.oxygen))),
        "sbp": _score("sbp", seen.sbp),
        "pulse": _score("pulse", seen.pulse),
        "acvpu": _score("acvpu", _consciousness(seen.acvpu)),
        "temp_c10": _score("temp", seen.temp_c10),
    }
    parts = {name: score for name, score in scores.items() if score is not None}
    missing = tuple(name for name, score in scores.items() if score is None)
    total = sum(parts.values())
    worst = max(parts.values())
    return News2(total, parts, worst >= _single(), _response(total, worst), missing)


def advice(response: Response, lang: Literal["zh", "en"]) -> str:
    """What to do, in the words of the scale."""
    words: str = next(row[lang] for row in [*_totals(), *table("scales/news2")["grades"]] if row["code"] == response)
    return words


def _oxygen_scale(seen: NewsInput) -> str:
    if seen.spo2_scale != 2:
        return "spo2_1"
    return "spo2_2_o2" if seen.oxygen else "spo2_2_air"


def _consciousness(acvpu: str | None) -> int | None:
    if acvpu is None or codes("consciousness").get(acvpu) is None:
        return None
    return int(acvpu != "A")


def _score(parameter: str, value: int | None) -> int | None:
    if value is None:
        return None
    return next((score for lo, hi, score in _bands()[parameter] if lo <= value <= hi), None)


@cache
def _bands() -> dict[str, tuple[tuple[int, int, int], ...]]:
    """The bands of every parameter: from, up to and including, score."""
    return {
        row["id"]: tuple((band["lo"], band["hi"], band["score"]) for band in row["bands"])
        for row in table("scales/news2")["items"]
    }


@cache
def _single() -> int:
    """The score of a single part that is red by itself."""
    rule = next(row for row in table("scales/news2")["adjustments"] if row["to"] == "red")
    single: int = rule["when"][0]["is"][0]
    return single


@cache
def _response(total: int, worst: int) -> Response:
    """The response of the total's band; below medium, a single part at the red score asks for more."""
    by_total: Response = [row["code"] for row in _totals() if row["from"] <= total][-1]
    return "red" if by_total in ("zero", "low") and worst >= _single() else by_total


def _totals() -> list[dict[str, Any]]:
    bands: list[dict[str, Any]] = table("scales/news2")["cutoffs"][0]["bands"]
    return bands
