"""One sync of a record at a time: a lock that the system itself drops when its holder ends, however it ends."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from yiyang_tui.cli.errors import SyncBusy


@contextmanager
def only_one(folder: Path) -> Iterator[None]:
    """Hold the lock of the transport folder at ``folder``. Raises ``SyncBusy`` if another holds it."""
    handle = os.open(folder / "lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        _take(handle)
        yield
    finally:
        os.close(handle)


def _take(handle: int) -> None:
    try:
        if sys.platform == "win32":
            import msvcrt

            msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)
        else:
            import fcntl

            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        raise SyncBusy from error
