"""The pages of the house: which there are, in the order of their digits, and what each can do.

A page is one widget in a file of its own, made when it is first turned to. What it does are actions ``house.<name>`` of
the registry with a method ``action_<name>`` on the page, named in ``acts``.
"""

from dataclasses import dataclass
from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

from textual.widget import Widget

from yiyang_tui.widgets.virtual_list import VirtualList

if TYPE_CHECKING:
    from yiyang_tui.screens.house import House


@dataclass(frozen=True, slots=True)
class Page:
    """One page: ``module:Class``, the actions of the house that are its own."""

    id: str
    path: str
    acts: tuple[str, ...] = ()


PAGES: Final = (
    Page("checks", "yiyang_tui.screens.house_checks:ChecksPage", ("do",)),
    Page("equipment", "yiyang_tui.screens.house_equipment:EquipmentPage", ("do", "tick", "new")),
    Page("rota", "yiyang_tui.screens.house_rota:RotaPage", ("tick", "day", "week", "copy")),
    Page("papers", "yiyang_tui.screens.house_papers:PapersPage", ("do", "new", "training")),
    Page("ratio", "yiyang_tui.screens.house_ratio:RatioPage"),
    Page("numbers", "yiyang_tui.screens.house_numbers:NumbersPage", ("do",)),
)


class HousePage(Widget):
    """One page: it asks through ``house.run_care(..., group="page", exclusive=True)`` and shows the answer."""

    DEFAULT_CSS = """
    HousePage { height: 1fr; width: 1fr; }
    HousePage .told { height: 1; margin-bottom: 1; }
    """

    @property
    def house(self) -> "House":
        """Whose page it is: its ``session``, ``saved()``, ``say()``."""
        from yiyang_tui.screens.house import House

        assert isinstance(self.screen, House)
        return self.screen

    @property
    def list(self) -> VirtualList[Any]:
        """The list of the page, which takes the keys."""
        return self.query_one(VirtualList)

    def load(self) -> None:
        """Ask for what is shown; called each time the page or the house comes to the front. Override."""

    def chosen(self, row: Any) -> None:
        """Enter on a row. Override."""

    def why_not(self, action: str) -> str | None:  # noqa: ARG002 - the hook's contract
        """Why one of the page's own actions cannot be done now. Override."""
        return None


@cache
def load_page(path: str) -> type[HousePage]:
    """The class named ``module:Class``."""
    module, _, name = path.partition(":")
    found: type[HousePage] = getattr(import_module(module), name)
    return found
