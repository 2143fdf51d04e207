"""What is done with events from any place: record a new one, open one, let something follow it."""

from typing import TYPE_CHECKING
from uuid import UUID

from yiyang_tui.screens.base import Place
from yiyang_tui.words import t

if TYPE_CHECKING:
    from care.amending import Amendable
    from care.events.read import EventView


def new_event(place: Place, person_id: UUID | None = None, name: str = "") -> None:
    """Ask which kind, then open its form; of somebody where they are known."""
    from yiyang_tui.screens.event_pick import PickKind

    def chosen(kind: str | None) -> None:
        if kind is not None:
            place.yiyang.call_later(_open_form, place, kind, person_id)

    title = t("event.new_of", name=name) if person_id else t("event.new")
    place.app.push_screen(PickKind(place.session, title, house=person_id is None), chosen)


async def _open_form(place: Place, kind: str, person_id: UUID | None) -> None:
    await place.yiyang.open("event", kind=kind, person_id=person_id)


def show_event(place: Place, event_id: UUID) -> None:
    """Everything of an event, what followed it, and what can be done about it."""
    from care.events.read import event, history, thread
    from yiyang_tui.screens.event_view import EventDialog, Whole

    store = place.session.store

    def read() -> Whole:
        found = event(store, event_id)
        return Whole(found, history(store, event_id), thread(store, event_id))

    def show(whole: Whole) -> None:
        place.app.push_screen(EventDialog(place.session, whole), lambda way: _act(place, whole.event, way))

    place.run_care(read, then=show)


def _act(place: Place, event: "EventView", way: str | None) -> None:
    from care.amending import amendable
    from db.tables import Event

    store, by = place.session.store, place.session.staff.id
    if way in ("correct", "void"):
        # Who may, and with whom, is said before anybody types.
        place.run_care(amendable, store, by, event.id, Event, then=lambda takes: _amend(place, event, way, takes))
    elif way == "chart":
        place.yiyang.call_later(_open_chart, place, event.person_id)
    elif way == "print":
        from yiyang_tui.print.from_screen import print_sheet

        print_sheet(place, "incident", person_id=event.person_id, record_id=event.id)
    elif way:
        place.yiyang.call_later(_follow, place, way, event.id)


async def _open_chart(place: Place, person_id: UUID | None) -> None:
    await place.yiyang.open("chart", person_id=person_id)


async def _follow(place: Place, kind: str, about: UUID) -> None:
    await place.yiyang.open("event", kind=kind, about=about)


def _amend(place: Place, event: "EventView", way: str, takes: "Amendable") -> None:
    from yiyang_tui.screens.event_view import VoidEvent

    if way == "void":

        def voided(done: bool | None) -> None:
            if done:
                place.saved("", None, t("event.voided"))
                place.load()

        place.app.push_screen(VoidEvent(place.session, event, takes), voided)
    else:
        place.yiyang.call_later(_correct, place, event, takes)


async def _correct(place: Place, event: "EventView", takes: "Amendable") -> None:
    await place.yiyang.open("event", kind=event.kind, event_id=event.id, takes=takes)
