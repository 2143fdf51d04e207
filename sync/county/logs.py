"""What is noted while a request is answered, and log lines as JSON objects for programs that read them.

A note is a count, a code or a part of an id: never a name, never a value of the record, never a secret. An error's
own words may quote any of these, so that a line tells its kind and its place only.
"""

import logging
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from types import TracebackType
from typing import Any
from uuid import UUID

from pythonjsonlogger.json import JsonFormatter

from db import identity

Notes = dict[str, str | int]

LOG = logging.getLogger("yiyang.county")
_NOTES: ContextVar[Notes | None] = ContextVar("yiyang_county_notes", default=None)
_FIELDS = {"levelname": "level", "name": "logger", "asctime": "at"}


@contextmanager
def noting(**first: str | int) -> Iterator[Notes]:
    """Collect what is noted inside, in this thread and those it hands work to."""
    notes: Notes = dict(first)
    token = _NOTES.set(notes)
    try:
        yield notes
    finally:
        _NOTES.reset(token)


def note(**said: str | int) -> None:
    """Note a fact of the request under way; nothing happens outside one."""
    notes = _NOTES.get()
    if notes is not None:
        notes.update(said)


def add(**counts: int) -> None:
    """Add to counts of the request under way."""
    notes = _NOTES.get()
    if notes is not None:
        for name, count in counts.items():
            notes[name] = int(notes.get(name, 0)) + count


def short(row_id: UUID) -> str:
    """Some letters of an id: enough to find a device or pair among those of one county."""
    return identity.short(row_id)


class _Noted(logging.Filter):
    """Lines written while a request is answered name that request."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Add the request's id; every line passes."""
        notes = _NOTES.get()
        if notes is not None and "request" in notes and not hasattr(record, "request"):
            record.request = notes["request"]
        return True


class Lines(JsonFormatter):
    """One JSON object a line."""

    def formatException(self, ei: Any) -> str:  # noqa: N802, RUF100 - the library's name
        """The kind of an error and where it happened, not what it says."""
        return places(ei)


class Plain(logging.Formatter):
    """The same for people."""

    def formatException(self, ei: Any) -> str:  # noqa: N802, RUF100 - the library's name
        """The kind of an error and where it happened, not what it says."""
        return places(ei)


def places(error: tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]) -> str:
    """An error without its words: kind, then file, line and function from the outside in."""
    kind, _, trace = error
    if kind is None:
        return ""
    frames = traceback.extract_tb(trace)
    return " < ".join([kind.__name__, *(f"{frame.filename}:{frame.lineno} {frame.name}" for frame in reversed(frames))])


def config(*, json: bool) -> dict[str, Any]:
    """Settings for ``logging``: everything to standard error, as JSON lines or as text."""
    formatter: dict[str, Any] = {"()": Plain, "fmt": "%(asctime)s %(levelname)s %(name)s %(message)s"}
    if json:
        names = "".join(f"%({name})s " for name in (*_FIELDS, "process", "message")).strip()
        formatter = {"()": Lines, "fmt": names, "rename_fields": _FIELDS, "json_ensure_ascii": False}
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "filters": {"noted": {"()": _Noted}},
        "formatters": {"lines": formatter},
        "handlers": {
            "stderr": {
                "class": "logging.StreamHandler",
                "stream": "ext://sys.stderr",
                "formatter": "lines",
                "filters": ["noted"],
            }
        },
        "loggers": {
            name: {"handlers": ["stderr"], "level": "INFO", "propagate": False} for name in ("uvicorn", "yiyang.county")
        },
    }
