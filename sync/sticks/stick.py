"""Bundles as files on a stick: their names, written so that they are whole, read so that nothing else passes for one.

A name tells pair, maker, date and the beginning of the SHA-256 of the bytes, in ASCII, because sticks are FAT. So a
file that was copied by half is known before anything is opened.
"""

import contextlib
import errno
import hashlib
import os
import re
import shutil
import stat
import time
from collections.abc import Iterator
from pathlib import Path
from uuid import UUID

from db.identity import short
from db.keys import replace_whole, sync_folder
from sync.errors import BundleAbsent, BundleCut, BundleDamaged, BundleForeign, StickFailed, StickFull
from sync.sticks.bundle import COUNTY, MAX_BUNDLE, is_age

MOST_FILES = 500
"""Bundles of one folder that are looked at: the newest."""
_MARK = 8  # hex digits of a pair or device
_HASH = 16  # hex digits of the SHA-256
_BEGIN, _SUFFIX, _UNFINISHED = "yiyang-", ".age", ".part"
_NAME = re.compile(
    rf"yiyang-([0-9a-f]{{{_MARK}}})-([0-9a-f]{{{_MARK}}}|{COUNTY})-([0-9]{{8}}-[0-9]{{6}})-([0-9a-f]{{{_HASH}}})\.age",
    re.ASCII | re.IGNORECASE,
)
_SPARE = 1 << 20
_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
_CHINA_S = 8 * 3600  # the houses are all in one zone, and people read the date


def name_of(pair: UUID, maker: UUID | None, at: int, data: bytes) -> str:
    """The file name of a bundle. ``maker`` ``None``: the county; ``at`` in seconds UTC."""
    when = time.strftime("%Y%m%d-%H%M%S", time.gmtime(max(0, min(at, 253_402_214_400)) + _CHINA_S))
    by = COUNTY if maker is None else short(maker)
    return f"{_BEGIN}{short(pair)}-{by}-{when}-{hashlib.sha256(data).hexdigest()[:_HASH]}{_SUFFIX}"


def bundles_at(path: Path) -> list[Path]:
    """The bundles at ``path``: the file itself, or those of the folder by their date. Raises ``BundleAbsent``."""
    with _reading(path):
        if not path.is_dir():
            if not path.is_file():
                raise BundleAbsent(path=str(path))
            return [path]
        found = [
            Path(one.path)
            for one in os.scandir(path)
            if one.name.lower().startswith(_BEGIN)
            and one.name.lower().endswith(_SUFFIX)
            and one.is_file(follow_symlinks=False)
        ]
    if not found:
        raise BundleAbsent(path=str(path))
    return sorted(found, key=_written)[-MOST_FILES:]


def _written(path: Path) -> tuple[str, str]:
    named = _NAME.fullmatch(path.name)
    return (named[3] if named else "", path.name)


def read(path: Path, pair: UUID | None = None) -> bytes:
    """The bytes of one bundle, checked as far as that needs no key.

    Raises ``BundleAbsent`` for what is no bundle, ``BundleCut`` if they are not what the name was given for,
    ``BundleForeign`` if the name is of another ``pair``, ``BundleDamaged``, ``StickFailed``.
    """
    named = _NAME.fullmatch(path.name)
    if named and pair is not None and named[1].lower() != short(pair):
        raise BundleForeign(file=path.name)
    with _reading(path):
        if not stat.S_ISREG(path.stat().st_mode):  # a pipe or a device never ends
            raise BundleAbsent(path=str(path))
        with path.open("rb") as file:
            data = file.read(MAX_BUNDLE + 1)
    if len(data) > MAX_BUNDLE:
        raise BundleDamaged(file=path.name)
    if named and hashlib.sha256(data).hexdigest()[:_HASH] != named[4].lower():
        raise BundleCut(file=path.name)
    if not is_age(data):
        raise BundleDamaged(file=path.name) if named else BundleAbsent(path=str(path))
    return data


@contextlib.contextmanager
def _reading(path: Path) -> Iterator[None]:
    try:
        yield
    except FileNotFoundError as error:
        raise BundleAbsent(path=str(path)) from error
    except OSError as error:
        raise StickFailed(path=str(path)) from error


def write(target: Path, name: str, data: bytes) -> Path:
    """Write a bundle into the folder ``target`` as ``name``, or as the file ``target`` itself; read it back to be sure.

    All or nothing, also if the stick is pulled out. Raises ``BundleAbsent`` where there is no such folder,
    ``StickFull``, ``StickFailed``.
    """
    path = target / name if target.is_dir() else target
    folder = path.parent
    if not folder.is_dir():
        raise BundleAbsent(path=str(folder))
    try:
        free = shutil.disk_usage(folder).free
        if free < len(data) + _SPARE:
            raise StickFull(path=str(folder), need_kb=_kb(len(data) + _SPARE), free_kb=_kb(free))
        _put(path, data)
        if _again(path) != data:
            path.unlink(missing_ok=True)
            raise StickFailed(path=str(path))
    except OSError as error:
        if error.errno in _FULL:
            raise StickFull(path=str(folder), need_kb=_kb(len(data)), free_kb=0) from error
        raise StickFailed(path=str(path)) from error
    return path


def _kb(count: int) -> int:
    return -(-count // 1000)


def _put(path: Path, data: bytes) -> None:
    replace_whole(path, data, unfinished=_UNFINISHED)
    # Some file systems of sticks cannot make a name durable by itself; the bytes are.
    with contextlib.suppress(OSError):
        sync_folder(path.parent)


def _again(path: Path) -> bytes:
    """What the stick itself gives back, not what the system remembers of it."""
    with path.open("rb") as file:
        if hasattr(os, "posix_fadvise"):
            os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
        return file.read(MAX_BUNDLE + 1)
