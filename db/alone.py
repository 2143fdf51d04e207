"""Whether somebody else has the record open, asked of the file itself and not of a file beside it."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from db.disk import disk_errors
from db.errors import VaultBusy, VaultMissing

_SHARED: Final = 0x40000002
"""Where SQLite locks a file (https://www.sqlite.org/src/file/src/os.h): each connection holds a part of this."""
_LENGTH: Final = 510


@contextmanager
def alone_with(path: Path) -> Iterator[None]:
    """Keep every other program off the file at ``path``, which is not changed.

    Raises ``VaultMissing``; ``VaultBusy`` if another program has it open. Windows itself moves no file that is open.
    """
    if sys.platform == "win32" or not os.access(path, os.W_OK):
        if not path.exists():
            raise VaultMissing(path=str(path))
        yield
        return
    import fcntl

    with disk_errors(path):
        handle = os.open(path, os.O_RDWR)
    try:
        try:
            fcntl.lockf(handle, fcntl.LOCK_EX | fcntl.LOCK_NB, _LENGTH, _SHARED)
        except OSError as error:
            raise VaultBusy(path=str(path)) from error
        yield
    finally:
        os.close(handle)
