"""What a rescue brought back, where it came from, and what is gone, in numbers and names."""

from dataclasses import dataclass
from pathlib import Path

from sync.rescue.losses import Gap, LostRow

SOURCES = ("batches", "journal", "backup", "county", "tables")
"""Where rows came from, in the order they were asked: batches of the file and of the folder beside it, its unsealed
entries, a backup's batches, the county, rows that only their table held."""


@dataclass(frozen=True, slots=True)
class TableTold:
    """One table. ``before``: rows that the damaged file names, at least; ``came``: rows by source; ``lost``: gone.

    The indexes of the file name rows; where they are broken, too, only their number is known.
    """

    name: str
    before: int
    now: int
    came: dict[str, int]
    lost: int


@dataclass(frozen=True, slots=True)
class Report:
    """What a rescue did.

    ``broken``: pages of ``pages`` that are not what was written. ``lost``: rows that still have a name. ``gaps``:
    entries of this laptop that nobody has under their names; ``entries_lost``: at most so many of them did not come
    back as rows. ``values_kept``: fields of which only the table knew the last change. ``unplaced``: changes of rows
    that are nowhere. ``awaited``: entries that others hold and the next sync brings. ``thrown``: batches in the file
    that proved nothing. ``end_unknown``: nothing tells how far the last start came. ``county``: ``done``, or why it was
    not asked (an error's code, ``not_enrolled``, ``no_network``). ``vouched``: the right to rescue was looked up; else
    the passphrase alone opened.
    """

    source: Path
    target: Path
    pages: int
    broken: int
    tables: tuple[TableTold, ...]
    lost: tuple[LostRow, ...]
    gaps: tuple[Gap, ...]
    entries_lost: int
    values_kept: int
    unplaced: int
    awaited: int
    thrown: int
    end_unknown: bool
    county: str
    backups: tuple[Path, ...] = ()
    vouched: bool = True

    @property
    def whole(self) -> bool:
        """Nothing is lost, as far as can be told."""
        rows = sum(table.lost for table in self.tables)
        return not (rows or self.entries_lost or self.unplaced or self.awaited or self.end_unknown)
