"""Putting the record that was made anew in the place of the damaged one, which stays aside with all that was beside it.

Every step may be the last before the power goes: what is done again does only what is left to do.
"""

from datetime import datetime
from pathlib import Path
from typing import Final

from db import keys
from db.clock import LOCAL
from db.disk import disk_errors, side_files
from db.errors import VaultBusy
from sync.link import Folder

_MOST: Final = 1000


def made_beside(source: Path) -> Path:
    """Where the new record of a damaged one is made, until it is complete."""
    return source.with_name(f"{source.stem}.rescued{source.suffix}")


def ready_beside(source: Path) -> Path:
    """What the new record is called once it is complete, for the moment before it takes its place."""
    return source.with_name(f"{source.stem}.ready{source.suffix}")


def put_in_place(source: Path, at: int) -> Path:
    """Let the complete record beside ``source`` take its place. Gives where the damaged one is kept.

    ``at``: seconds UTC, for its name. Raises ``VaultBusy`` if something still has the new record open, ``DiskFull``,
    ``VaultUnwritable``; then the damaged one is where it was.
    """
    aside = _free_name(source, at)
    log, _ = side_files(made_beside(source))
    if log.exists() and log.stat().st_size:
        # Acts that were not folded in yet would be left behind.
        raise VaultBusy(path=str(made_beside(source)))
    with disk_errors(source):
        made_beside(source).replace(ready_beside(source))
        keys.write_whole(keys.envelope_path(aside), keys.envelope_path(source).read_bytes())
        source.rename(aside)
        _go_on(source, aside)
    return aside


def finish(source: Path) -> bool:
    """Bring to its end what a power cut left between the two: the damaged file is aside, its place is empty."""
    left = sorted(source.parent.glob(f"{source.stem}.damaged-*{source.suffix}"))
    if source.exists() or not left or not ready_beside(source).exists():
        return False
    with disk_errors(source):
        _go_on(source, left[-1])
    return True


def _go_on(source: Path, aside: Path) -> None:
    fresh = made_beside(source)
    # The log first: left beside the new file it would be taken for that one's.
    for part, to in zip(side_files(source), side_files(aside), strict=True):
        if part.exists():
            part.replace(to)
    keys.sync_folder(source.parent)
    old, new, kept = Folder(source).path, Folder(fresh).path, Folder(aside).path
    if new.exists():
        if old.exists():
            old.rename(kept)
        new.rename(old)
    ready_beside(source).rename(source)
    keys.envelope_path(fresh).unlink(missing_ok=True)
    keys.sync_folder(source.parent)


def _free_name(source: Path, at: int) -> Path:
    day = datetime.fromtimestamp(at, LOCAL)
    for n in range(_MOST):
        aside = source.with_name(f"{source.stem}.damaged-{day:%Y%m%d-%H%M}{f'-{n}' if n else ''}{source.suffix}")
        if not aside.exists():
            return aside
    raise FileExistsError(str(source))
