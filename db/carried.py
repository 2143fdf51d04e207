"""One file carried to another disk and read back from it: a stick that lies is found out now, not on the bad day."""

import hashlib
import os
from pathlib import Path
from typing import BinaryIO, Final

from db.backup import reach_disk
from db.errors import VaultDamaged
from db.keys import sync_folder

_PIECE: Final = 1 << 20


def carry(source: Path, target: Path) -> None:
    """Copy ``source`` to ``target``, durable and compared when it returns. Raises ``OSError``, ``VaultDamaged``."""
    fresh = target.with_name(target.name + ".new")
    # What lies there under that name on a stick may point at any file of this machine: made anew, never followed.
    fresh.unlink(missing_ok=True)
    try:
        with source.open("rb") as file, open(fresh, "xb", opener=_private) as copy:
            sent = _poured(file, copy)
        reach_disk(fresh)
        with fresh.open("rb") as file:
            if _poured(file, None) != sent:
                raise VaultDamaged(path=str(target))
        fresh.replace(target)
        sync_folder(target.parent)
    finally:
        fresh.unlink(missing_ok=True)


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


def _poured(file: BinaryIO, copy: BinaryIO | None) -> bytes:
    seen = hashlib.sha256()
    while piece := file.read(_PIECE):
        seen.update(piece)
        if copy is not None:
            copy.write(piece)
    return seen.digest()
