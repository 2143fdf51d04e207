"""What the house looks at again and again: when it is due, who did it last; Enter does it."""

from typing import TYPE_CHECKING

from textual.app import ComposeResult

from yiyang_tui.screens.house_pages import HousePage
from yiyang_tui.screens.house_words import due_cell
from yiyang_tui.widgets.facts import Facts
from yiyang_tui.widgets.virtual_list import Cell, Cells, Column, VirtualList
from yiyang_tui.words import language, plural, t, times

if TYPE_CHECKING:
    from care.house_checks import Check


class ChecksPage(HousePage):
    """One line a check, in the order of the list."""

    def compose(self) -> ComposeResult:
        """The list."""
        yield VirtualList["Check"](
            [
                Column(26, t("house.column.what")),
                Column(12, t("house.column.due")),
                Column(22, t("house.column.last")),
                Column(0, t("house.column.every")),
            ],
            self._cells,
            key=lambda one: one.kind,
            id="checks-list",
        )
        yield Facts(id="unconfirmed")

    def load(self) -> None:
        """When each is due."""
        from care.house_checks import checks

        house = self.house
        now = house.session.now()
        house.run_care(checks, house.session.store, now, then=self._show, group="page", exclusive=True)

    def _show(self, found: "list[Check]") -> None:
        self.list.show_rows(found)
        waits = not all(one.confirmed for one in found)
        said = t("house.intervals", state=t("confirm.unconfirmed"), page=t("house.page.numbers")) if waits else ""
        self.query_one(Facts).facts = (Cell(said, "quiet"),)

    def _cells(self, one: "Check") -> Cells:
        now = self.house.session.now()
        last = t("house.never") if one.last_at is None else f"{times.moment(one.last_at, now)} {one.who}"
        every = plural("house.every", one.every_days)
        return [
            Cell(one.words.of(language()), "title"),
            due_cell(one, now),
            Cell(last, "quiet"),
            every,
        ]

    def why_not(self, action: str) -> str | None:  # noqa: ARG002 - there is one
        """Whoever records checks of the house."""
        return self.house.yiyang.why_no_right("event.house")

    def chosen(self, row: "Check") -> None:
        """Enter: the form of this check."""
        yiyang = self.house.yiyang
        yiyang.call_later(yiyang.open, "event", kind=row.kind)
