"""Whether there are enough carers for the people of the house, by their care level; who is on duty now."""

from typing import TYPE_CHECKING

from textual.app import ComposeResult

from yiyang_tui.screens.house_pages import HousePage
from yiyang_tui.screens.house_words import confirmed
from yiyang_tui.widgets.facts import Facts
from yiyang_tui.widgets.virtual_list import Cell, Cells, Column, VirtualList
from yiyang_tui.words import language, t

if TYPE_CHECKING:
    from care.ratio import OfLevel, Ratio


class RatioPage(HousePage):
    """One line a care level; below, what it comes to."""

    def compose(self) -> ComposeResult:
        """The levels, what they come to."""
        yield VirtualList["OfLevel"](
            [
                Column(20, t("house.column.level")),
                Column(8, t("house.column.people"), "right"),
                Column(16, t("house.column.each"), "right"),
                Column(10, t("house.column.needed"), "right"),
                Column(0),
            ],
            _cells,
            key=lambda one: one.level,
            empty=t("house.nobody_lives_here"),
            id="levels",
        )
        yield Facts(id="below")

    def on_mount(self) -> None:
        """Each on a line of its own."""
        self.query_one(Facts).column = True

    def load(self) -> None:
        """As it stands now."""
        from care.ratio import ratio

        house = self.house
        now = house.session.now()
        house.run_care(ratio, house.session.store, now, then=self._show, group="page", exclusive=True)

    def _show(self, found: "Ratio") -> None:
        self.list.show_rows(found.levels)
        self.list.styles.height = max(len(found.levels), 2) + 1
        said = "house.enough" if found.enough else "house.too_few"
        names = t("list.comma").join(one.name for one in found.duty) or t("house.nobody_on_duty")
        facts = [
            Cell(t(said, needed=found.needed, carers=found.carers), "done" if found.enough else "late"),
            Cell(t("house.on_duty_now", n=len(found.duty), names=names)),
            Cell(""),
            Cell(t("house.ratio_means"), "quiet"),
        ]
        if not all(one.confirmed for one in found.levels):
            facts.append(Cell(t("house.ratio_unconfirmed"), "quiet"))
        below = self.query_one(Facts)
        below.styles.height = 8
        below.facts = tuple(facts)


def _cells(one: "OfLevel") -> Cells:
    from care.codes import short

    return [
        Cell(short("home_care_level", one.level, language()), "title"),
        str(one.people),
        t("house.to_one", n=one.each),
        f"{one.people / one.each:.1f}",
        confirmed(one.confirmed),
    ]
