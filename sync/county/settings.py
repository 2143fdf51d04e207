"""Where a county lies and how it runs: ``county.toml`` in its folder, overruled by ``YIYANG_COUNTY_…`` variables."""

import json
import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from db.keys import write_whole
from sync.county.errors import CountyDamaged, CountyMissing
from sync.protocol import MAX_NAME

FILE = "county.toml"
PREFIX = "YIYANG_COUNTY_"
_LIMIT = 64 * 1024


@dataclass(frozen=True, slots=True)
class Settings:
    """A county. ``database_url`` may hold a password and is never shown."""

    folder: Path
    name: str
    database_url: str = field(repr=False)
    code_days: int = 7
    guesses_per_minute: int = 20


def nameable(name: str) -> bool:
    """Whether a county or a pair can be called so, on screens and in messages."""
    return len(name.strip()) > 0 and len(name) <= MAX_NAME and name.isprintable()


def default_database(folder: Path) -> str:
    """The embedded database: one file in the folder, nothing to set up."""
    return f"sqlite:///{folder / 'county.db'}"


def load(folder: Path, environment: Mapping[str, str] = os.environ) -> Settings:
    """The settings in ``folder``. Raises ``CountyMissing``, ``CountyDamaged``."""
    path = folder / FILE
    if not path.exists():
        raise CountyMissing(path=str(folder))
    try:
        raw = path.read_bytes()
        if len(raw) > _LIMIT:
            raise ValueError("too long")
        said = tomllib.loads(raw.decode("utf-8"))
        for name in ("name", "database_url", "code_days", "guesses_per_minute"):
            if (given := environment.get(PREFIX + name.upper())) is not None:
                said[name] = given
        return Settings(
            folder=folder,
            name=_name(said["name"]),
            database_url=str(said.get("database_url") or default_database(folder)),
            code_days=_between(1, int(said.get("code_days", 7)), 90),
            guesses_per_minute=_between(1, int(said.get("guesses_per_minute", 20)), 1000),
        )
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise CountyDamaged(path=str(path)) from error


def save(folder: Path, name: str, database_url: str | None) -> None:
    """Write the settings of a new county, readable by its owner only."""
    # A JSON string is a TOML basic string as well.
    lines = [f"name = {json.dumps(name, ensure_ascii=False)}"]
    if database_url:
        lines.append(f"database_url = {json.dumps(database_url, ensure_ascii=False)}")
    write_whole(folder / FILE, ("\n".join(lines) + "\n").encode("utf-8"))


def _name(said: object) -> str:
    if not isinstance(said, str) or not nameable(said):
        raise ValueError("not a name")
    return said


def _between(least: int, value: int, most: int) -> int:
    if not least <= value <= most:
        raise ValueError("out of bounds")
    return value
