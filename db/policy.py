"""How rows of a table come together after apart: declared beside each table, applied by ``sync``.

*Append-only* tables union by row id. *Edited* tables merge field by field: an edit replaces
what its author saw; of edits made apart the higher (Lamport counter, epoch) is shown and all
are kept for a person to settle. A field that can hurt shows the more cautious value, or the
union, until somebody has settled it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal


@dataclass(frozen=True, slots=True)
class Latest:
    """The value with the highest (Lamport counter, epoch) is shown."""


@dataclass(frozen=True, slots=True)
class Cautious:
    """The value that stands first in ``order`` is shown; unknown values come after all known."""

    order: tuple[str | int | bool | None, ...]


@dataclass(frozen=True, slots=True)
class Union:
    """The field is a JSON list; every distinct element of any side is shown."""


FieldRule = Latest | Cautious | Union


@dataclass(frozen=True, slots=True)
class Policy:
    """The merge rule of one table. ``rules`` name the fields that differ from ``Latest``."""

    kind: Literal["append", "edit"]
    rules: Mapping[str, FieldRule] = field(default_factory=dict)

    def rule(self, name: str) -> FieldRule:
        """The rule of one field."""
        return self.rules.get(name, Latest())


APPEND = Policy("append")
EDIT = Policy("edit")
