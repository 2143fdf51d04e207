"""Which county a command is for, and how its lists are shown."""

import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sync.county.settings import Settings


def folder_of(asked: str | None) -> Path:
    """Where the county lies: as asked, ``YIYANG_COUNTY_FOLDER``, else beside the user's own data."""
    from platformdirs import user_data_dir

    given = asked or os.environ.get("YIYANG_COUNTY_FOLDER")
    return Path(given) if given else Path(user_data_dir("yiyang", appauthor=False)) / "county"


def own_county(folder: str | None) -> "Settings":
    """The settings of the county. Raises ``CountyMissing``, ``CountyDamaged``."""
    from sync.county.settings import load

    return load(folder_of(folder))


def need_extra() -> None:
    """Raise ``CountyExtraMissing`` where a library of the county's part is absent."""
    from importlib.util import find_spec

    from yiyang_tui.cli.check_program import COUNTY_PARTS
    from yiyang_tui.cli.errors import CountyExtraMissing

    for name in COUNTY_PARTS:
        if find_spec(name) is None:
            raise CountyExtraMissing(module=name)


def listed(names: tuple[str, ...], rows: Sequence[tuple[str, ...]], *, right: tuple[int, ...]) -> None:
    """A table with the headings ``cli.county.column.<name>``, or the word that there is nothing yet."""
    from yiyang_tui.cli.show import say, table
    from yiyang_tui.words import t

    if rows:
        table([t(f"cli.county.column.{name}") for name in names], rows, right=right)
    else:
        say(t("cli.county.none"))
