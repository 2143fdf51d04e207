"""Measurements: reading what was typed, what is impossible, what is unusual, what changed (``data/vitals.toml``)."""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import ClassVar

from care.data import table
from db.errors import YiyangError

# A Chinese input method turns the point key into one of these.
_POINTS = str.maketrans("。｡·", "...")
_NUMBER = re.compile(r"([0-9]{1,4})(?:\.([0-9]{0,4}))?")


@dataclass(frozen=True, slots=True)
class Measure:
    """One thing that is measured. Values and limits are whole numbers; ``decimals`` 1 means tenths of ``unit``."""

    id: str  # the column of the table of vitals
    zh: str
    en: str
    unit: str
    decimals: int
    hard_lo: int
    hard_hi: int
    unusual_lo: int
    unusual_hi: int
    big_change: int
    digits: tuple[int, ...] = ()  # so many a value has that may be taken without Enter


@dataclass(frozen=True, slots=True)
class Change:
    """Since last time. ``delta`` is ``None`` when there is no last time."""

    delta: int | None
    big: bool


class NotANumber(YiyangError):
    """What was typed is no number of this measure. Facts: measure, decimals (how many may be typed)."""

    code: ClassVar[str] = "not_a_number"
    exit_code: ClassVar[int] = 2


class ImpossibleValue(YiyangError):
    """No living person measures this. Facts: measure, lo, hi, unit."""

    code: ClassVar[str] = "impossible_value"
    exit_code: ClassVar[int] = 2


class PointNeeded(YiyangError):
    """The digits can mean two possible values: the point must be typed. Facts: measure, small, large."""

    code: ClassVar[str] = "point_needed"
    exit_code: ClassVar[int] = 2


@cache
def measures() -> tuple[Measure, ...]:
    """All measures in the order of the form."""
    return tuple(Measure(**{**row, "digits": tuple(row.get("digits", ()))}) for row in table("vitals")["measure"])


def measure(measure_id: str) -> Measure:
    """The measure of a column of the table of vitals; KeyError when it is none."""
    for one in measures():
        if one.id == measure_id:
            return one
    raise KeyError(measure_id)


def read(of: Measure, text: str) -> int | None:
    """The value typed, as kept; ``None`` for an empty field.

    Where tenths are kept the point may be left out (``365`` is 36.5 ℃) as long as only one reading is possible.
    Raises NotANumber, ImpossibleValue, PointNeeded.
    """
    typed = unicodedata.normalize("NFKC", text.translate(_POINTS)).strip()
    if not typed:
        return None
    parts = _NUMBER.fullmatch(typed)
    if parts is None:
        raise NotANumber(measure=of.id, decimals=of.decimals)
    whole, fraction = int(parts[1]), parts[2]
    if fraction is None and of.decimals:
        return _without_point(of, whole)
    kept, rest = (fraction or "")[: of.decimals], (fraction or "")[of.decimals :]
    if rest.strip("0"):
        raise NotANumber(measure=of.id, decimals=of.decimals)
    return _possible(of, whole * 10**of.decimals + int(kept.ljust(of.decimals, "0") or 0))


def complete(of: Measure, text: str) -> bool:
    """Whether what is typed is a whole value that no further digit can turn into another: nothing more is waited for.

    Only of an ordinary value in bare digits: what is unusual is asked about, and behind a point some instruments show
    one digit more than we keep; both wait for Enter.
    """
    value = _readable(of, text)
    if value is None or unusual(of, value) or not text.isdecimal() or len(text) not in of.digits:
        return False
    return all(_readable(of, text + digit) in (None, value) for digit in "0123456789")


def unusual(of: Measure, value: int) -> bool:
    """Whether a screen asks once before it takes the value."""
    return not of.unusual_lo <= value <= of.unusual_hi


def change(of: Measure, value: int, last: int | None) -> Change:
    """How the value differs from the last one, and whether that is a step worth a second look."""
    if last is None:
        return Change(None, False)
    return Change(value - last, abs(value - last) >= of.big_change)


def contradictions(values: Mapping[str, int | None]) -> tuple[str, ...]:
    """The rules that values measured together break (``sbp_not_above_dbp``), by column names."""
    broken = []
    for pair in table("vitals")["above"]:
        higher, lower = values.get(pair["higher"]), values.get(pair["lower"])
        if higher is not None and lower is not None and higher <= lower:
            broken.append(pair["rule"])
    return tuple(broken)


def show(of: Measure, value: int | None) -> str:
    """The value as people write it, without its unit; empty for ``None``."""
    if value is None:
        return ""
    if not of.decimals:
        return str(value)
    sign, size = "-" if value < 0 else "", abs(value)
    return f"{sign}{size // 10**of.decimals}.{size % 10**of.decimals:0{of.decimals}d}"


def _readable(of: Measure, text: str) -> int | None:
    try:
        return read(of, text)
    except YiyangError:
        return None


def _without_point(of: Measure, digits: int) -> int:
    large = digits * 10**of.decimals
    readings = [value for value in (digits, large) if of.hard_lo <= value <= of.hard_hi]
    if len(readings) > 1:
        raise PointNeeded(measure=of.id, small=show(of, digits), large=show(of, large))
    return _possible(of, readings[0] if readings else large)


def _possible(of: Measure, value: int) -> int:
    if not of.hard_lo <= value <= of.hard_hi:
        raise ImpossibleValue(measure=of.id, lo=show(of, of.hard_lo), hi=show(of, of.hard_hi), unit=of.unit)
    return value
