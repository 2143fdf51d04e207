"""The files of a record on the disk: made private, removed together, their troubles told in our words."""

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from db.errors import DiskFull, VaultMissing, VaultUnwritable
from db.keys import sync_folder

_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}


def new_file(path: Path) -> None:
    """Make an empty file that only its owner may read. ``FileExistsError`` if there is one."""
    os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))


def new_folder(path: Path) -> None:
    """Make a private folder, and those above it, where they are missing.

    Their names are durable when it returns: a loss of power must not take a folder with all that is durable in it.
    """
    if not path.is_dir():
        new_folder(path.parent)
        path.mkdir(mode=0o700, exist_ok=True)
        sync_folder(path.parent)


def sync_file(path: Path) -> None:
    """Make durable what was done to a file, if it is there."""
    with suppress(FileNotFoundError):
        handle = os.open(path, os.O_RDWR)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def side_files(path: Path) -> tuple[Path, ...]:
    """The files that SQLite keeps beside the record while it is open."""
    return (path.with_name(path.name + "-wal"), path.with_name(path.name + "-shm"))


def remove(path: Path) -> None:
    """Remove a file that became no record, with what lies beside it."""
    for part in (path, *side_files(path)):
        part.unlink(missing_ok=True)


def identity(path: Path) -> tuple[int, int]:
    """Names the file itself, whatever path leads to it. Raises ``VaultMissing``."""
    try:
        found = path.stat()
    except FileNotFoundError as error:
        raise VaultMissing(path=str(path)) from error
    return found.st_dev, found.st_ino


@contextmanager
def disk_errors(path: Path) -> Iterator[None]:
    """Turn what the system says of a file into what a person can act on."""
    try:
        yield
    except OSError as error:
        raise DiskFull() if error.errno in _FULL else VaultUnwritable(path=str(path)) from error
