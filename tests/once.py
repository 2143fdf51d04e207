"""What costs time and comes out the same for test after test is computed once in a process.

Argon2id is slow on purpose and tells the same of the same passphrase; the text of an SQL statement is the same on every
database of a kind. Everything else is as it always is, and the first time these are, too.
"""

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any
from unittest.mock import patch

from cryptography.hazmat.primitives.kdf.argon2 import Argon2id
from sqlalchemy import Connection, Engine, event
from sqlalchemy.util import LRUCache

_STATEMENTS = 4000
# What a passphrase costs on this machine is measured with a salt of zeros: that must not be remembered.
_MEASURED = bytes(16)
# By driver: the first engine's dialect speaks for all that come after it.
_SHARED: dict[str, tuple[Any, Any]] = {}


class _Remembered:
    def __init__(self, **given: Any) -> None:
        self._given = given

    def derive(self, secret: bytes) -> bytes:
        if self._given["salt"] == _MEASURED:
            return Argon2id(**self._given).derive(secret)
        return _derived(secret, tuple(sorted(self._given.items())))


@cache
def _derived(secret: bytes, given: tuple[tuple[str, Any], ...]) -> bytes:
    return Argon2id(**dict(given)).derive(secret)


def keep_loaded() -> None:
    """What is loaded by now stays to the end: looking through it for garbage time and again is a tenth of all work."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 50)


@contextmanager
def passphrases() -> Iterator[None]:
    """What a passphrase or a PIN is worth under one salt."""
    with patch("db.keys.Argon2id", _Remembered), patch("care.pins.Argon2id", _Remembered):
        yield


def _share(conn: Connection) -> None:
    engine = conn.engine
    if engine.dialect.name != "sqlite":
        return
    dialect, compiled = _SHARED.setdefault(
        engine.dialect.loaded_dbapi.__name__, (engine.dialect, LRUCache(_STATEMENTS))
    )
    if engine._compiled_cache is not compiled:
        engine.dialect, engine._compiled_cache = dialect, compiled
    conn.dialect = dialect


@contextmanager
def statements() -> Iterator[None]:
    """Compiled statements: each open database has a memory of its own for them, which begins empty.

    A test opens one or some, a history of the simulator dozens: it would compile for half its time.
    """
    if event.contains(Engine, "engine_connect", _share):
        yield
        return
    event.listen(Engine, "engine_connect", _share)
    try:
        yield
    finally:
        event.remove(Engine, "engine_connect", _share)
