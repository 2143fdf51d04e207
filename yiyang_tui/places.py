"""Where each screen's code lies. A screen is imported when it is first gone to, never before."""

from importlib import import_module
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from yiyang_tui.screens.base import Place

PLACES: Final[dict[str, str]] = {
    "today": "yiyang_tui.screens.today:Today",
    "people": "yiyang_tui.screens.people:People",
    "rounds": "yiyang_tui.screens.rounds:Rounds",
    "answer": "yiyang_tui.screens.answer:AnswerAlert",
    "chart": "yiyang_tui.screens.chart:Chart",
    "person": "yiyang_tui.screens.person_form:PersonForm",
    "assess": "yiyang_tui.screens.assess:Assess",
    "assessed": "yiyang_tui.screens.assess_seen:AssessSeen",
    "medicines": "yiyang_tui.screens.medicines:Medicines",
    "stock": "yiyang_tui.screens.stock:Stock",
    "order": "yiyang_tui.screens.order_form:OrderForm",
    "beds": "yiyang_tui.screens.beds:Beds",
    "lifecycle": "yiyang_tui.screens.lifecycle:Lifecycle",
    "handover": "yiyang_tui.screens.handover:Handover",
    "house": "yiyang_tui.screens.house:House",
    "events": "yiyang_tui.screens.events:Events",
    "event": "yiyang_tui.screens.event_form:EventForm",
    "sync": "yiyang_tui.screens.sync_screen:SyncScreen",
    "unsettled": "yiyang_tui.screens.settle:Settle",
    "safety": "yiyang_tui.screens.safety:Safety",
    "staff": "yiyang_tui.screens.staff:StaffPlace",
}

RIGHTS: Final[dict[str, str]] = {
    "answer": "event.record",
    "assess": "assess.record",
    "assessed": "chart.open",
    "chart": "chart.open",
    "lifecycle": "chart.open",
    "order": "order.write",
    "person": "person.write",
    "staff": "staff.change",
}
"""What it takes to open these; the others anybody may look at."""


def load_place(path: str) -> "type[Place]":
    """The screen class named ``module:Class``."""
    module, _, name = path.partition(":")
    found: type[Place] = getattr(import_module(module), name)
    return found
