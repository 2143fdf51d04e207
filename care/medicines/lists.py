"""The packaged lists of drugs, allergy groups, interactions and cautions (``data/catalog``), read when first asked."""

import csv
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Final

_NAMES: Final = frozenset({"drugs", "allergy_groups", "interactions", "beers"})


@cache
def rows(name: str) -> tuple[Mapping[str, str], ...]:
    """The lines of one list by its columns; nobody changes what comes back. Raises KeyError for one we do not have."""
    if name not in _NAMES:
        raise KeyError(name)
    file = files("care.data").joinpath("catalog", f"{name}.csv")
    return tuple(csv.DictReader(file.read_text(encoding="utf-8").splitlines()))
