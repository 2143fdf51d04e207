"""Whether something that a scale file names is so."""

from collections.abc import Iterable, Mapping
from typing import Any

from care.scales.model import Condition, Value


def holds(conditions: Iterable[Condition], known: Mapping[str, Value | None]) -> bool:
    """Whether all of them are so, of what is known by name; of none: yes."""
    return all(_one(condition, known) for condition in conditions)


def read(rows: Iterable[Mapping[str, Any]]) -> tuple[Condition, ...]:
    """The conditions of a scale file: ``{ of, is, least, most, any }``, ``of`` one name or several."""
    return tuple(
        Condition(
            (row["of"],) if isinstance(row["of"], str) else tuple(row["of"]),
            tuple(row.get("is", ())),
            row.get("least"),
            row.get("most"),
            row.get("any", False),
        )
        for row in rows
    )


def _one(condition: Condition, known: Mapping[str, Value | None]) -> bool:
    so = (_fits(condition, known.get(name), known) for name in condition.of)
    return any(so) if condition.any_of else all(so)


def _fits(condition: Condition, value: Value | None, known: Mapping[str, Value | None]) -> bool:
    if value is None or (condition.among and value not in condition.among):
        return False
    return all(
        isinstance(value, int) and isinstance(bound, int) and (value - bound) * sign >= 0
        for bound, sign in ((_bound(condition.least, known), 1), (_bound(condition.most, known), -1))
        if bound is not _NONE
    )


def _bound(given: int | str | None, known: Mapping[str, Value | None]) -> object:
    """A bound is a number, or what is known by a name; one whose name is not known holds for nothing."""
    if given is None:
        return _NONE
    return known.get(given) if isinstance(given, str) else given


_NONE = object()
