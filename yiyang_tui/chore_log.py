"""When each chore was last done on this laptop, and what came of it: a small file beside the record.

It holds neither names nor secrets, and it is no record: lost, the chores are done once more.
"""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any, Final

from db.disk import disk_errors
from db.errors import YiyangError
from db.keys import write_whole
from db.lock import held

_LIMIT: Final = 64 * 1024
Facts = dict[str, str | int]


@dataclass(frozen=True, slots=True)
class Kept:
    """What is known of one chore. Times in seconds UTC by the record's clock, 0 for never.

    ``facts`` are of the last time it was done, ``warn`` what it warned of then; ``code`` and ``why`` name the error if
    it failed after that.
    """

    done_at: int = 0
    facts: Facts = field(default_factory=dict)
    failed_at: int = 0
    code: str = ""
    why: Facts = field(default_factory=dict)
    warn: str = ""


NOTHING: Final = Kept()


def log_path(vault: Path) -> Path:
    """Where the file lies."""
    return vault.with_suffix(".chores")


@contextmanager
def alone(vault: Path) -> Iterator[None]:
    """Be the only program that does a chore on this record. Raises ``db.lock.Taken``, ``VaultUnwritable``."""
    with disk_errors(vault), held(vault.with_suffix(".chores.lock")):
        yield


def read(vault: Path) -> dict[str, Kept]:
    """What is known, by chore; nothing where the file is missing or not ours."""
    try:
        with log_path(vault).open("rb") as file:
            said = json.loads(file.read(_LIMIT))
        return {str(id): _kept(one) for id, one in said.items()}
    except (OSError, ValueError, TypeError, AttributeError, KeyError, RecursionError):
        return {}


def note_done(vault: Path, id: str, at: int, facts: Mapping[str, str | int], warn: str = "") -> Kept:
    """It was done."""
    return _write(vault, id, Kept(at, dict(facts), warn=warn))


def note_failed(vault: Path, id: str, at: int, error: YiyangError) -> Kept:
    """It could not be done; what was known of the last good one stays."""
    before = read(vault).get(id, NOTHING)
    return _write(vault, id, replace(before, failed_at=at, code=error.code, why=dict(error.facts)))


def _write(vault: Path, id: str, kept: Kept) -> Kept:
    known = {**read(vault), id: kept}
    body = json.dumps({name: asdict(one) for name, one in known.items()}, ensure_ascii=False, indent=1).encode()
    # On a full disk it is forgotten at the end of the program, and the chore done once more.
    with suppress(OSError):
        write_whole(log_path(vault), body)
    return kept


def _kept(said: dict[str, Any]) -> Kept:
    return Kept(
        int(said["done_at"]),
        _facts(said["facts"]),
        int(said["failed_at"]),
        str(said["code"])[:40],
        _facts(said["why"]),
        str(said["warn"])[:40],
    )


def _facts(said: dict[str, Any]) -> Facts:
    return {str(name): value if isinstance(value, int) else str(value)[:400] for name, value in said.items()}
