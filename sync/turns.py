"""One sync of a record at a time: a lock that the system itself drops when its holder ends, however it ends."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from sync.errors import SyncBusy
from sync.link import Folder


@contextmanager
def my_turn(folder: Folder) -> Iterator[None]:
    """Be the only one who syncs the record of this transport folder. Raises ``SyncBusy`` if another does."""
    folder.make()
    handle = os.open(folder.path / "lock", os.O_RDWR | os.O_CREAT, 0o600)
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
