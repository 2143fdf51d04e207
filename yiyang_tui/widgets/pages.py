"""The pages of a long list that are in memory, and which of them are still true."""

from collections import OrderedDict
from collections.abc import Callable, Hashable, Sequence
from typing import Final, Generic, TypeVar

Row = TypeVar("Row")
PAGE: Final = 64
KEPT: Final = 24


class Pages(Generic[Row]):
    """At most ``KEPT`` pages of ``PAGE`` rows, the least recently drawn dropped first.

    ``renew()`` begins a new generation: old pages go on being shown until the first new one is here, so that nothing
    flickers, and answers of an older generation are refused.
    """

    def __init__(self) -> None:
        self._pages: OrderedDict[int, Sequence[Row]] = OrderedDict()
        self._asked: set[int] = set()
        self.generation = 0
        self._shown = -1

    def renew(self) -> None:
        """What is here may be old: every page is to be asked for again."""
        self.generation += 1
        self._asked.clear()

    def ask(self, page: int) -> tuple[bool, bool]:
        """(whether to fetch this page, whether it is the first of its generation)."""
        if page in self._asked:
            return False, False
        first = not self._asked
        self._asked.add(page)
        return True, first

    def take(self, generation: int, page: int, rows: Sequence[Row]) -> bool:
        """Keep a page that was fetched; false when it is out of date."""
        if generation != self.generation:
            return False
        if self._shown != generation:
            self._pages.clear()
            self._shown = generation
        self._pages[page] = rows
        while len(self._pages) > KEPT:
            self._asked.discard(self._pages.popitem(last=False)[0])
        return True

    def hold(self, rows: Sequence[Row]) -> None:
        """All rows at once, from memory; none is ever dropped."""
        self.renew()
        self._shown = self.generation
        self._pages = OrderedDict((n, rows[n * PAGE : (n + 1) * PAGE]) for n in range(-(-len(rows) // PAGE)))

    def row(self, index: int) -> Row | None:
        """A row, if its page is here."""
        page = self._pages.get(index // PAGE)
        if page is None or index % PAGE >= len(page):
            return None
        self._pages.move_to_end(index // PAGE)
        return page[index % PAGE]

    def find(self, key: Callable[[Row], Hashable], wanted: Hashable) -> int | None:
        """Where the row with that key stands, as far as the pages here tell."""
        for page, rows in self._pages.items():
            for inside, row in enumerate(rows):
                if key(row) == wanted:
                    return page * PAGE + inside
        return None
