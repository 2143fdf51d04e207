"""Where downtime packs lie: beside the record, and on sticks or shares that outlive the laptop; the last three of each.

A name says when the pack was made and by which laptop, and nothing of the house.
"""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from db.disk import disk_errors
from db.errors import YiyangError
from db.keys import write_whole

KEPT: Final = 3
MISSING: Final = "missing"
"""The error of a place that is not there: a stick that is not plugged in."""
ENDING: Final = ".html"
_BEGINNING: Final = "yiyang-downtime-"


@dataclass(frozen=True, slots=True)
class Written:
    """One place that a pack was to be put in. ``error`` is empty where it lies there now."""

    folder: Path
    error: str = ""


def beside(vault: Path) -> Path:
    """The folder of packs beside the record."""
    return vault.parent / "downtime"


def file_name(laptop: str, stamp: str) -> str:
    """``yiyang-downtime-3f2a91c0-20261122-2104.html``; ``laptop``: eight hexadecimal digits."""
    return f"{_BEGINNING}{laptop}-{stamp}{ENDING}"


def put(body: bytes, name: str, folders: Sequence[Path], *, own: Path) -> tuple[Written, ...]:
    """Write a pack into each folder, whole or not at all, and let go of older ones of the same laptop.

    ``own`` is made if it is not there; another that is not there is a stick that is not plugged in, and is told, as is
    one that is full: nothing of that keeps the pack from the other places.
    """
    found = []
    for folder in dict.fromkeys(folders):
        try:
            if folder == own:
                with disk_errors(folder):
                    folder.mkdir(mode=0o700, exist_ok=True)
            elif not folder.is_dir():
                found.append(Written(folder, MISSING))
                continue
            _put(body, folder / name)
        except YiyangError as error:
            found.append(Written(folder, error.code))
        else:
            found.append(Written(folder))
    return tuple(found)


def packs_in(folder: Path, laptop: str = "") -> list[Path]:
    """The packs in a folder, the newest by its name first; of one laptop, or of all."""
    try:
        return sorted(folder.glob(f"{_BEGINNING}{laptop}*{ENDING}"), key=_when, reverse=True)
    except OSError:
        return []


def _put(body: bytes, path: Path) -> None:
    with disk_errors(path):
        write_whole(path, body)
    # Another user of another machine reads it some day; what protects it is its seal.
    with suppress(OSError):
        path.chmod(0o644)
    laptop = path.name.removeprefix(_BEGINNING).partition("-")[0]
    # The one just written stays, whatever the clock said when the others were made.
    others = [one for one in packs_in(path.parent, laptop) if one != path]
    for old in others[KEPT - 1 :]:
        # What cannot be removed costs room, no pack.
        with suppress(OSError):
            old.unlink()


def _when(path: Path) -> str:
    return path.name.removeprefix(_BEGINNING).partition("-")[2]
