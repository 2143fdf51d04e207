"""Parcels: a batch sealed with ``age`` to the devices that may read it, and the folders they wait in.

Outside the vault a batch exists only as such a file, which never changes: ``<name of the batch in hex>.age``. Whoever
carries it (a timer, a USB stick, county IT) needs no key that opens it. The stock ``age`` program opens it too.
"""

import contextlib
import os
import re
import time
from collections.abc import Iterable, Sequence
from pathlib import Path

import pyrage

from db.disk import new_folder
from db.keys import sync_folder, write_whole
from sync.errors import ParcelDamaged, ParcelNotForUs

MAX_PARCEL = 65 << 20  # bytes
_SUFFIX, _UNFINISHED = ".age", ".part"
_FILE = re.compile(r"([0-9a-f]{64})\.age", re.ASCII)


def seal_parcel(batch: bytes, recipients: Sequence[str]) -> bytes:
    """``batch`` readable only by ``recipients`` (``age1…``). ``ValueError`` when there is none or one is not a key."""
    if not recipients:
        raise ValueError("a parcel needs a recipient")
    try:
        return bytes(pyrage.encrypt(batch, [pyrage.x25519.Recipient.from_str(one) for one in recipients]))
    except pyrage.RecipientError as error:
        raise ValueError("not an age recipient") from error


def open_parcel(data: bytes, identity: str, *, limit: int = MAX_PARCEL) -> bytes:
    """What was sealed, by the key ``identity`` (``AGE-SECRET-KEY-1…``). ``ParcelNotForUs``, ``ParcelDamaged``.

    ``limit``: most bytes that ``data`` may have.
    """
    try:
        key = pyrage.x25519.Identity.from_str(identity)
    except pyrage.IdentityError as error:
        raise ValueError("not an age identity") from error
    if len(data) > limit:
        raise ParcelDamaged()
    try:
        return bytes(pyrage.decrypt(data, [key]))
    except pyrage.DecryptError as error:
        # The library tells its reasons in words only; these are the words for a header that no key of ours opens.
        if "No matching keys" in str(error):
            raise ParcelNotForUs() from error
        raise ParcelDamaged() from error


def put(folder: Path, name: bytes, data: bytes) -> None:
    """Keep ``data`` as the parcel of the batch ``name``, durably and all or nothing.

    A parcel that is there stays as it is: sealing the same batch again gives other bytes of the same content.
    """
    new_folder(folder)
    path = _path(folder, name)
    if path.exists():
        return
    write_whole(path, data, unfinished=_UNFINISHED)


def names(folder: Path) -> list[bytes]:
    """The batches whose parcels are in ``folder``, by name. Files of other names are passed over."""
    if not folder.is_dir():
        return []
    return sorted(
        bytes.fromhex(match[1])
        for one in os.scandir(folder)
        if (match := _FILE.fullmatch(one.name)) and one.is_file(follow_symlinks=False)
    )


def oldest_first(folder: Path, some: Iterable[bytes]) -> list[bytes]:
    """Parcels in the order they were put here, as far as the file system remembers: a guess at what stands on what."""

    def written(name: bytes) -> tuple[int, bytes]:
        try:
            return _path(folder, name).stat().st_mtime_ns, name
        except FileNotFoundError:
            return 0, name

    return sorted(some, key=written)


def get(folder: Path, name: bytes, *, limit: int = MAX_PARCEL) -> bytes:
    """The parcel of one batch. ``ParcelDamaged`` when it is missing, empty, or larger than any parcel."""
    path = _path(folder, name)
    try:
        if not 0 < path.stat().st_size <= limit:
            raise ParcelDamaged(name=name.hex()[:12])
        return path.read_bytes()
    except FileNotFoundError as error:
        raise ParcelDamaged(name=name.hex()[:12]) from error


def size(folder: Path, name: bytes) -> int:
    """Bytes of the parcel of one batch, 0 when it is not there."""
    try:
        return _path(folder, name).stat().st_size
    except FileNotFoundError:
        return 0


def move(folder: Path, to: Path, name: bytes) -> None:
    """Put a parcel, if it is there, into another folder beside this one, in place of what lies there."""
    new_folder(to)
    with contextlib.suppress(FileNotFoundError):
        os.replace(_path(folder, name), _path(to, name))
        sync_folder(to)


def drop(folder: Path, name: bytes) -> None:
    """Remove a parcel, if it is there."""
    _path(folder, name).unlink(missing_ok=True)


def clean(folder: Path, *, idle_s: int = 0) -> int:
    """Remove what writes cut off by a loss of power left behind; how many files.

    Where somebody else may be writing, only what was not touched for ``idle_s`` seconds.
    """
    if not folder.is_dir():
        return 0
    stray = [Path(one.path) for one in os.scandir(folder) if one.name.endswith(_UNFINISHED) and one.is_file()]
    old = [path for path in stray if not idle_s or path.stat().st_mtime < time.time() - idle_s]
    for path in old:
        path.unlink(missing_ok=True)
    return len(old)


def _path(folder: Path, name: bytes) -> Path:
    if len(name) != 32:
        raise ValueError("a batch is named by 32 bytes")
    return folder / (name.hex() + _SUFFIX)
