"""The allergy groups that words speak of: by the name of the group, and by what people call its drugs."""

from collections.abc import Mapping
from functools import cache, lru_cache

from care.medicines.lists import rows
from db.search import normal


@cache
def allergy_groups() -> Mapping[str, Mapping[str, str]]:
    """The lines of the list, by the code of the group."""
    return {row["group"]: row for row in rows("allergy_groups")}


@lru_cache(maxsize=4096)
def groups_named(words: str) -> frozenset[str]:
    """The codes of the groups that these words name."""
    text = normal(words)
    return frozenset(
        code
        for code, row in allergy_groups().items()
        if any(word in text for word in (row["zh"], code, *row["words"].split(";")) if word)
    )
