"""Checks of values that came from elsewhere: type and bounds, before anything is believed.

A check gives the value back in its own type or raises ``ValueError``.
"""

from collections.abc import Callable
from typing import Any
from uuid import UUID

Check = Callable[[Any], Any]


def whole(most: int) -> Check:
    """A whole number from 0 to ``most``."""

    def check(value: Any) -> int:
        if type(value) is not int or not 0 <= value <= most:
            raise ValueError("not a whole number in its bounds")
        return value

    return check


def text(most: int) -> Check:
    """A text of at most ``most`` characters, none of them NUL."""

    def check(value: Any) -> str:
        if not isinstance(value, str) or len(value) > most or "\0" in value:
            raise ValueError("not a text in its bounds")
        return value

    return check


def octets(least: int, most: int) -> Check:
    """Bytes, from ``least`` to ``most`` of them."""

    def check(value: Any) -> bytes:
        if not isinstance(value, bytes) or not least <= len(value) <= most:
            raise ValueError("not bytes in their bounds")
        return value

    return check


def flag(value: Any) -> bool:
    """Yes or no."""
    if not isinstance(value, bool):
        raise ValueError("not yes or no")
    return value


def row_id(value: Any) -> UUID:
    """An id."""
    if not isinstance(value, UUID):
        raise ValueError("not an id")
    return value


def or_none(check: Check) -> Check:
    """The same, or nothing."""
    return lambda value: None if value is None else check(value)


def many(check: Check, most: int) -> Check:
    """A list of at most ``most``, each of them checked."""

    def each(value: Any) -> tuple[Any, ...]:
        if not isinstance(value, list) or len(value) > most:
            raise ValueError("not a list in its bounds")
        return tuple(check(one) for one in value)

    return each


def two(first: Check, second: Check) -> Check:
    """Two values."""

    def check(value: Any) -> tuple[Any, Any]:
        if not isinstance(value, list) or len(value) != 2:
            raise ValueError("not a pair of values")
        return first(value[0]), second(value[1])

    return check


def facts(most: int, longest: int) -> Check:
    """A map of at most ``most`` names to short texts or whole numbers."""
    name, number = text(longest), whole((1 << 63) - 1)

    def check(value: Any) -> dict[str, str | int]:
        if not isinstance(value, dict) or len(value) > most:
            raise ValueError("not facts")
        return {name(key): name(fact) if isinstance(fact, str) else number(fact) for key, fact in value.items()}

    return check
