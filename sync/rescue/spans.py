"""Runs of entries by their numbers: which of an epoch are here, and which are wanting."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from db.journal import EntryRef


@dataclass(slots=True)
class Spans:
    """Entries of any epochs, as runs of numbers."""

    _of: dict[bytes, list[tuple[int, int]]] = field(default_factory=dict)

    def add(self, epoch: bytes, first: int, last: int) -> None:
        """These are here."""
        self._of.setdefault(epoch, []).append((first, last))

    def add_all(self, refs: Iterable[EntryRef]) -> None:
        """Each of these is here."""
        for ref in refs:
            self.add(ref.epoch, ref.seq, ref.seq)

    def has(self, ref: EntryRef) -> bool:
        """Whether an entry is here."""
        return any(first <= ref.seq <= last for first, last in self._of.get(ref.epoch, ()))

    def epochs(self) -> set[bytes]:
        """The epochs of which anything is here."""
        return set(self._of)

    def wanting(self, epoch: bytes, last: int) -> Iterator[tuple[int, int]]:
        """The runs that are not here, from the first entry of an epoch to its ``last``."""
        reached = 0
        for first, end in sorted(self._of.get(epoch, ())):
            if first > reached + 1:
                yield reached + 1, min(first - 1, last)
            reached = max(reached, end)
        if reached < last:
            yield reached + 1, last
