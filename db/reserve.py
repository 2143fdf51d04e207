"""A file that holds some room on the disk for the rounds that must still be saved when it is full.

Its blocks are real. It is let go before an act begins on a disk that has nearly nothing left, and whenever an act met a
full disk; it is made anew when there is plenty of room again. See docs/decisions/0016-reserve-file.md.
"""

import errno
import os
import shutil
from contextlib import suppress
from pathlib import Path
from typing import Final

from db.disk import disk_errors

SIZE: Final = 8_000_000
"""Bytes that it holds."""
TIMES: Final = 3
"""It is made where there is so many times its size: it must not be what fills the disk."""
LEAST_FREE: Final = 4_000_000
"""With less room than this, bytes, it is let go: as much as the log beside the record takes before it is folded in."""
ROUND_BYTES: Final = 2_000
"""What a round takes on the disk for good, bytes, with its vitals, its entry and the indexes: measured, rounded up."""
_CHUNK: Final = 1 << 20
_NOT_OFFERED: Final = (errno.EINVAL, errno.EOPNOTSUPP, errno.ENOSYS)


def reserve_path(vault: Path) -> Path:
    """Where the reserve of the record at ``vault`` lies."""
    return vault.with_suffix(".reserve")


def free_room(folder: Path) -> int:
    """Bytes that this user may still write there. Raises ``OSError``."""
    if os.name == "posix":
        found = os.statvfs(folder)
        return found.f_bavail * found.f_frsize
    return shutil.disk_usage(folder).free


def reserved(vault: Path) -> int:
    """Bytes held for the record; 0 when the reserve was let go."""
    try:
        return reserve_path(vault).stat().st_size
    except OSError:
        return 0


def keep_reserve(vault: Path, size: int = SIZE) -> bool:
    """Make the reserve where there is plenty of room. Whether it is there now. Raises ``VaultUnwritable``."""
    path = reserve_path(vault)
    with disk_errors(path):
        if reserved(vault) >= size:
            return True
        if free_room(vault.parent) < TIMES * size:
            return False
        try:
            handle = os.open(path, os.O_CREAT | os.O_TRUNC | os.O_WRONLY, 0o600)
            try:
                _fill(handle, size)
            finally:
                os.close(handle)
        except BaseException:
            # Half a reserve would be taken for a whole one.
            path.unlink(missing_ok=True)
            raise
    return True


def let_go(vault: Path) -> bool:
    """Give the room back. Whether there was any to give."""
    with suppress(OSError):
        reserve_path(vault).unlink()
        return True
    return False


def rounds_left(vault: Path) -> int:
    """How many rounds can be saved yet, roughly and rather too few: in what is free and in the reserve."""
    return max(0, free_room(vault.parent) + reserved(vault) - LEAST_FREE) // ROUND_BYTES


def is_low(vault: Path) -> bool:
    """Whether so little is free where the record lies that an act might not fit. Costs two microseconds."""
    try:
        return free_room(vault.parent) < LEAST_FREE
    except OSError:
        return False


def _fill(handle: int, size: int) -> None:
    if hasattr(os, "posix_fallocate"):
        try:
            os.posix_fallocate(handle, 0, size)
        except OSError as error:
            if error.errno not in _NOT_OFFERED:
                raise
        else:
            return
    for at in range(0, size, _CHUNK):
        os.write(handle, bytes(min(_CHUNK, size - at)))
