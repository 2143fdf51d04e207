"""The sticks that are plugged in, as far as the system tells; any other place can be typed."""

import os
import string
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from uuid import UUID

MOUNTS: Final = ("/media", "/run/media", "/mnt")
"""Where desktops and administrators of Linux put sticks; desktops one folder deeper, named for the user."""
_REMOVABLE: Final = 2  # DRIVE_REMOVABLE of the Windows function


def sticks(mounts: Sequence[str] = MOUNTS) -> list[Path]:
    """Folders of removable drives, by name."""
    if sys.platform == "win32":
        import ctypes

        kind = ctypes.windll.kernel32.GetDriveTypeW
        return [Path(f"{letter}:\\") for letter in string.ascii_uppercase if kind(f"{letter}:\\") == _REMOVABLE]
    near = [folder for mount in mounts for folder in (Path(mount), *_folders(Path(mount)))]
    deep = [inner for folder in near[:] if str(folder) not in mounts for inner in _folders(folder)]
    return sorted({folder for folder in (*near, *deep) if os.path.ismount(folder)})


def _folders(place: Path) -> list[Path]:
    try:
        return [Path(one.path) for one in os.scandir(place) if one.is_dir(follow_symlinks=False)]
    except OSError:
        # A drive that is just being pulled out, or another user's.
        return []


def chosen(pair_id: "UUID", drives: Sequence[Path]) -> list[Path]:
    """The folders for backups on those of the drives that somebody chose once for this pair (``choose``)."""
    return [place for drive in drives if (place := _marker(drive, pair_id)).is_dir()]


def choose(pair_id: "UUID", drive: Path) -> Path:
    """Choose a drive, or any folder, for the backups of this pair: the folder made on it is the mark.

    Raises ``OSError``.
    """
    from db.disk import new_folder

    place = _marker(drive, pair_id)
    new_folder(place)
    return place


def of_laptop(place: Path, device_id: "UUID") -> Path:
    """The folder of one laptop in a chosen place: the laptops of a pair share a stick, and each counts for itself."""
    from db.identity import short

    return place / short(device_id)


def _marker(drive: Path, pair_id: "UUID") -> Path:
    from db.identity import short

    return drive / "yiyang" / short(pair_id)
