"""A record that can be read and not written, as on a write-protected stick: a private copy of it is opened instead.

A file with a write-ahead log cannot be read where nothing may be written beside it. It is encrypted, so a copy in the
temporary folder of this user tells nobody anything; it goes when the record is closed.
"""

import os
import re
import shutil
import stat
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import Final

from db.disk import disk_errors
from db.errors import VaultBusy

BACKUP_NAME: Final = re.compile(r"([0-9]{6})-([0-9]{8})-([0-9]{4})(x?)\.db")
"""What a backup is called: number, day, time, a mark where the clock was doubted. Sticks keep no rights, but names."""
_TRIES: Final = 3


def writable(vault: Path) -> bool:
    """Whether the record may be written. Nobody is to go on working in a backup, so none may."""
    if BACKUP_NAME.fullmatch(vault.name):
        return False
    try:
        mode = vault.stat().st_mode
    except OSError:
        return True
    return bool(mode & stat.S_IWUSR) and os.access(vault, os.W_OK) and os.access(vault.parent, os.W_OK)


def copy_of(vault: Path) -> Path:
    """A copy of the file and its log in a private temporary folder. Raises ``DiskFull``, ``VaultUnwritable``.

    Raises ``VaultBusy`` if somebody who may write does so all the time.
    """
    with disk_errors(vault):
        folder = Path(tempfile.mkdtemp(prefix="yiyang-read-"))
        try:
            for _ in range(_TRIES):
                before = _state(vault)
                for part in (vault, log_of(vault)):
                    with suppress(FileNotFoundError):
                        shutil.copyfile(part, folder / part.name)
                if _state(vault) == before:
                    (folder / vault.name).chmod(0o600)
                    return folder / vault.name
            raise VaultBusy(path=str(vault))
        except BaseException:
            shutil.rmtree(folder, ignore_errors=True)
            raise


def forget(copy: Path) -> None:
    """The record is closed: the copy goes."""
    shutil.rmtree(copy.parent, ignore_errors=True)


def log_of(vault: Path) -> Path:
    """The write-ahead log of the record at ``vault``."""
    return vault.with_name(vault.name + "-wal")


def _state(vault: Path) -> list[tuple[int, int] | None]:
    found: list[tuple[int, int] | None] = []
    for part in (vault, log_of(vault)):
        try:
            seen = part.stat()
            found.append((seen.st_size, seen.st_mtime_ns))
        except FileNotFoundError:
            found.append(None)
    return found
