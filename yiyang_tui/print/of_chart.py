"""Ctrl+O in a chart: the sheets of this person that belong to the page in front."""

from typing import TYPE_CHECKING, Any

from yiyang_tui.print.from_screen import Way, offer
from yiyang_tui.widgets.virtual_list import VirtualList
from yiyang_tui.words import t

if TYPE_CHECKING:
    from yiyang_tui.screens.chart import Chart


def print_page(chart: "Chart") -> None:
    """Offer them; on a page whose cursor stands on nothing to print, say so."""
    ways = _ways(chart)
    if ways:
        offer(chart, ways)
    else:
        chart.say(t("print.ask.nothing_here"))


def _ways(chart: "Chart") -> list[Way]:
    person = {"person_id": chart.person_id}
    rounds: list[Way] = [("rounds_today", "rounds", person), ("rounds_week", "rounds", {**person, "days": 7})]
    doses: list[Way] = [
        ("doses_week", "doses", {**person, "days": 7}),
        ("doses_month", "doses", {**person, "days": 30}),
        ("doses_blank", "doses", {**person, "days": 7, "blank": True}),
    ]
    temperature: Way = ("temperature", "temperature", person)
    match chart.page:
        case "vitals":
            return [temperature]
        case "medicine":
            return doses
        case "assess":
            return _assessments(chart)
        case "care":
            return _event(chart)
        case "course":
            return [*rounds, ("rounds_blank", "rounds", {**person, "blank": True})]
    return [temperature, *rounds, *doses[:2]]


def _assessments(chart: "Chart") -> list[Way]:
    """The newest by the scale under the cursor and its empty form; of a proposal what it comes from."""
    row: Any = chart.front.query_one("#scales", VirtualList).current
    last, scale = getattr(row, "last", None), getattr(row, "scale", None)
    newest = getattr(row, "assessment_id", None) if last is None else last.id
    ways: list[Way] = []
    if newest is not None:
        ways.append(("assessment", "assessment", {"person_id": chart.person_id, "record_id": newest}))
    if scale is not None:
        ways.append(("assessment_blank", "assessment", {"person_id": chart.person_id, "of": scale.id, "blank": True}))
    return ways


def _event(chart: "Chart") -> list[Way]:
    row: Any = chart.front.query_one("#care-list", VirtualList).current
    event = getattr(row, "event", None)
    return [] if event is None else [("event", "incident", {"person_id": chart.person_id, "record_id": event.id})]
