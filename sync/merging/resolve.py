"""What a field shows while edits made apart stand side by side: pure, and the same on every machine.

Nothing is settled here. The heads keep their values until an edit that saw them all closes the matter; this
module only says which value stands in the row's column meanwhile, whatever order the edits arrived in.
"""

import json
from collections.abc import Iterable, Sequence

from db.journal import Value
from db.policy import Cautious, FieldRule, Latest, Union
from db.versions import Head


def standing(heads: Iterable[Head]) -> tuple[Head, ...]:
    """Heads in the one order all machines agree on, the latest last: (Lamport counter, epoch, number)."""
    return tuple(sorted(heads, key=lambda head: (head.lamport, head.epoch, head.seq)))


def shown(rule: FieldRule, heads: Sequence[Head]) -> Value:
    """The value of the column that ``heads`` (at least one, each with its value) make by ``rule``."""
    ordered = standing(heads)
    if len(ordered) == 1:
        return ordered[0].value
    match rule:
        case Latest():
            return ordered[-1].value
        case Cautious(order):
            return _first_in(order, ordered)
        case Union():
            return _union(ordered)


def _first_in(order: Sequence[Value], heads: Sequence[Head]) -> Value:
    # Python holds True and 1 for equal; a record does not.
    rank = {(type(value), value): place for place, value in enumerate(order)}
    ranks = [rank.get((type(head.value), head.value), len(order)) for head in heads]
    best = min(ranks)
    # Several unknown values: the latest of them.
    return next(head.value for head, place in zip(reversed(heads), reversed(ranks), strict=True) if place == best)


def _union(heads: Sequence[Head]) -> Value:
    """Every distinct element of any side, in the order of the heads.

    A value that is no JSON list cannot be joined: it stays visible as a head of the conflict, and the
    others are joined without it. If no value is a list, the latest is shown as it is.
    """
    lists = [elements for head in heads if (elements := _elements(head.value)) is not None]
    if not lists:
        return heads[-1].value
    distinct = dict.fromkeys(text for elements in lists for text in elements)
    return f"[{', '.join(distinct)}]"


def _elements(value: Value) -> list[str] | None:
    """The elements of a JSON list, each in one canonical spelling; ``None`` if it is no such list."""
    if not isinstance(value, str):
        return None
    try:
        read = json.loads(value)
        if not isinstance(read, list):
            return None
        elements = [json.dumps(each, ensure_ascii=False, sort_keys=True, allow_nan=False) for each in read]
        # An escape can spell half a character pair, which no database can store.
        "".join(elements).encode("utf-8")
    except (ValueError, RecursionError):
        return None
    return elements
