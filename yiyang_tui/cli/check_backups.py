"""Is there a good copy for the bad day, and room kept back for a full disk, as far as can be told without opening."""

from collections.abc import Iterator
from pathlib import Path
from typing import Final

from yiyang_tui.cli.finding import Finding

OLD_S: Final = 3 * 86400
"""A laptop that is used makes one each day."""


def check_backups(vault: Path, now: int) -> Iterator[Finding]:
    """The newest backup beside the record, and the reserve. Nothing is asked of a record that is not there yet."""
    from db.backups import folder_of, listed
    from db.reserve import reserved
    from yiyang_tui.cli.show import moment, size

    if not vault.exists():
        return
    if held := reserved(vault):
        yield Finding("disk", "good", "reserve", {"size": size(held)})
    else:
        yield Finding("disk", "attention", "reserve_none")
    backups = listed(folder_of(vault))
    if not backups:
        yield Finding("disk", "attention", "backup_none")
        return
    newest = backups[0]
    facts: dict[str, str | int] = {"number": newest.number, "at": moment(newest.at), "n": len(backups)}
    fresh = abs(now - newest.at) <= OLD_S
    yield Finding("disk", "good" if fresh else "attention", "backup" if fresh else "backup_old", facts)
