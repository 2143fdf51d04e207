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
    so = (_fits(condition, known.get(name)) for name in condition.of)
    return any(so) if condition.any_of else all(so)


def _fits(condition: Condition, value: Value | None) -> bool:
    if value is None:
        return False
    if condition.among and value not in condition.among:
        return False
    if condition.least is None and condition.most is None:
        return True
    return (
        isinstance(value, int)
        and (condition.least is None or value >= condition.least)
        and (condition.most is None or value <= condition.most)
    )
