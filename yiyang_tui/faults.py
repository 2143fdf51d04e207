"""Errors nobody foresaw: a log without people in it, and one calm sentence.

A line of the log says when, which kind of error and where in the program. Never a message or a value: they may
hold what was being typed about somebody.
"""

import os
import traceback
from datetime import UTC, datetime
from pathlib import Path

from platformdirs import user_log_dir

LIMIT = 256 * 1024
DEPTH = 12


def log_path() -> Path:
    """Where the log lies; ``YIYANG_LOG`` names another folder."""
    return Path(os.environ.get("YIYANG_LOG") or user_log_dir("yiyang", appauthor=False)) / "yiyang.log"


def describe(error: BaseException) -> str:
    """Kinds of error from the outermost to the first cause, and the places in the program, innermost last."""
    kinds: list[str] = []
    cause: BaseException | None = error
    deepest = error
    while cause is not None and len(kinds) < DEPTH:
        kinds.append(type(cause).__qualname__)
        deepest = cause
        cause = cause.__cause__ or cause.__context__
    frames = traceback.extract_tb(deepest.__traceback__)[-DEPTH:]
    places = [f"{Path(frame.filename).parent.name}/{Path(frame.filename).name}:{frame.lineno}" for frame in frames]
    return " from ".join(kinds) + " at " + " > ".join(places)


def note_fault(error: BaseException) -> Path:
    """Add one line about the error to the log and say where the log lies.

    The log is begun anew at 256 KiB. A disk that takes nothing loses the line: telling the person comes first.
    """
    path = log_path()
    line = f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ} {describe(error)}\n"
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        fresh = path.exists() and path.stat().st_size > LIMIT
        with path.open("w" if fresh else "a", encoding="utf-8") as file:
            file.write(line)
    except OSError:
        return path
    return path
