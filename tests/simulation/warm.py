"""One memory of compiled statements for all databases of a kind.

Each open database has one of its own and begins it empty: a history opens dozens, and would compile for half its time.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection, Engine, event

# By driver: the first engine's dialect speaks for all that come after it.
_SHARED: dict[str, tuple[Any, Any]] = {}


def _share(conn: Connection) -> None:
    engine = conn.engine
    dialect, compiled = _SHARED.setdefault(
        engine.dialect.loaded_dbapi.__name__, (engine.dialect, engine._compiled_cache)
    )
    if engine.dialect is not dialect:
        engine.dialect, engine._compiled_cache = dialect, compiled
    conn.dialect = dialect


@contextmanager
def statements() -> Iterator[None]:
    """While histories are played."""
    event.listen(Engine, "engine_connect", _share)
    try:
        yield
    finally:
        event.remove(Engine, "engine_connect", _share)
