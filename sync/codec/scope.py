"""What a column may refer to while it is written or read: times, row numbers and columns already known.

A batch is cut into tables: entries of one kind (same table, operation and fields) side by side. A column of
one table may follow an earlier column of the same table, or one of an earlier table as it stood at the latest
entry before: the person of a set of vitals is nearly always the person of the round just written.
"""

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from sync.codec.integers import read_integers
from sync.codec.tokens import Cell, Malformed, Reader, Writer

Known = TypeVar("Known")


@dataclass(slots=True)
class Table:
    """Entries of one kind: their places in the batch, and their columns by name as far as known."""

    places: list[int]
    walls: list[int]  # seconds UTC
    before: list[int]  # the same of the entry that stands before in the batch
    counters: list[int]  # last 32 bits of the row ids
    names: list[str] = field(default_factory=list)
    columns: list[list[Cell]] = field(default_factory=list)

    @classmethod
    def of(cls, places: list[int]) -> "Table":
        """A table of which only the places are known."""
        nothing = [0] * len(places)
        return cls(places, nothing, nothing, nothing)

    def tell(self, walls: Sequence[int], counters: Sequence[int]) -> None:
        """Learn times and counters of all entries of the batch."""
        self.walls = [walls[place] for place in self.places]
        self.before = [walls[max(place - 1, 0)] for place in self.places]
        self.counters = [counters[place] for place in self.places]


class Epochs:
    """The distinct first halves of the ids of one batch. The batch's own stands first and is not written."""

    def __init__(self, own: bytes, others: Iterable[bytes] = ()) -> None:
        self.known = list(dict.fromkeys((own, *others)))
        self._numbers = {epoch: number for number, epoch in enumerate(self.known)}

    def number(self, epoch: bytes) -> int:
        """Where ``epoch`` stands."""
        return self._numbers[epoch]

    def read(self, source: Reader, count: int) -> list[bytes]:
        """``count`` epochs by their places."""
        numbers = read_integers(source, count)
        if numbers and (min(numbers) < 0 or max(numbers) >= len(self.known)):
            raise Malformed("no such epoch")
        return [self.known[number] for number in numbers]


@dataclass(frozen=True, slots=True)
class Scope:
    """The view of one column: ``at`` are the rows of its table it covers (``None``: all)."""

    epochs: Epochs
    tables: Sequence[Table]
    own: int
    at: Sequence[int] | None = None

    @property
    def table(self) -> Table:
        """The table the column belongs to."""
        return self.tables[self.own]

    def pick(self, rows: Sequence[int]) -> "Scope":
        """The same column, only these of its rows."""
        return Scope(self.epochs, self.tables, self.own, rows if self.at is None else [self.at[row] for row in rows])

    def walls(self) -> list[int]:
        """The wall time of each row's entry."""
        return self._seen(self.table.walls)

    def walls_before(self) -> list[int]:
        """The wall time of the entry before each row's."""
        return self._seen(self.table.before)

    def counters(self) -> list[int]:
        """The counter of each row's own id."""
        return self._seen(self.table.counters)

    def column(self, index: int) -> list[Cell]:
        """An earlier column of the same table."""
        return self._seen(self.table.columns[index])

    def latest(self, table: int, index: int) -> list[Cell]:
        """A column of an earlier table, at the latest of its entries before each row; null before the first."""
        other = self.tables[table]
        column = other.columns[index]
        found = [bisect_left(other.places, place) for place in self._seen(self.table.places)]
        return [column[count - 1] if count else None for count in found]

    def numbers(self, index: int) -> list[int] | None:
        """An earlier column of the same table, if all of it is whole numbers."""
        cells = self.column(index)
        numbers = [cell for cell in cells if type(cell) is int]
        return numbers if len(numbers) == len(cells) else None

    def _seen(self, whole: list[Known]) -> list[Known]:
        return whole if self.at is None else [whole[row] for row in self.at]


@dataclass(frozen=True, slots=True)
class Key:
    """A column to be followed. ``Key(own, n)`` with ``n`` the column itself means its previous cell."""

    table: int
    column: int

    def write(self, out: Writer) -> None:
        """As two tokens."""
        out.put(self.table, self.column)

    def cells(self, scope: Scope) -> list[Cell] | None:
        """The cells of the key beside each row; ``None`` when the key is the column itself."""
        if self.table != scope.own:
            return scope.latest(self.table, self.column)
        return None if self.column == len(scope.table.columns) else scope.column(self.column)


def read_key(source: Reader, scope: Scope) -> Key:
    """A key that points at what is already known."""
    table = source.whole(0, scope.own)
    columns = len(scope.tables[table].columns)
    if table != scope.own:
        columns -= 1
    if columns < 0:
        raise Malformed("no column to follow")
    return Key(table, source.whole(0, columns))
