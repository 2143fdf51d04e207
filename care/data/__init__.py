"""The facts that the rules read: code lists, scales, intervals, limits, words. A county changes a table, no program."""

import re
import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any

_NAME = re.compile(r"(?:[a-z0-9_]+/)?[a-z0-9_]+")


@cache
def table(name: str) -> Mapping[str, Any]:
    """The data file ``name`` (``"codes/sex"``, without its ending), read once; nobody changes what comes back.

    Raises KeyError for a name that is no data file.
    """
    if not _NAME.fullmatch(name):
        raise KeyError(name)
    file = files(__name__).joinpath(f"{name}.toml")
    if not file.is_file():
        raise KeyError(name)
    return tomllib.loads(file.read_text(encoding="utf-8"))
