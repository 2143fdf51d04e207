"""Damage of the open record that nobody has met yet: every page of the file proves itself, in the background."""

from typing import Final

from db.disk import side_files
from db.errors import VaultDamaged
from db.log import FRAME, PAGE
from db.store import Store

_NEVER_WRITTEN: Final = f"page {(1 << 30) // PAGE + 1}"
"""SQLite locks the file there and leaves it empty."""


def broken_pages(store: Store) -> int:
    """How many pages of the file are not what was written, 0 if it is whole. Reads all of it, some 400 MB a second.

    A page that is being written at the same moment may look broken, so what is found is looked at twice.
    """
    first = _count(store)
    return min(first, _count(store)) if first else 0


def _count(store: Store) -> int:
    file = store.path
    try:
        with store.reading() as conn:
            said = conn.exec_driver_sql("PRAGMA cipher_integrity_check").scalars().all()
            pages = int(conn.exec_driver_sql("PRAGMA page_count").scalar_one())
    except VaultDamaged:
        return 1
    broken = sum(1 for line in said if not str(line).endswith(_NEVER_WRITTEN))
    log, _ = side_files(file)
    in_log = log.stat().st_size // FRAME if log.exists() else 0
    # Of a file that was cut short the pages are not there to be read; new ones may be in the log alone.
    return broken + max(0, pages - file.stat().st_size // PAGE - in_log)
