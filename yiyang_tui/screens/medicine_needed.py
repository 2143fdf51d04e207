"""A medicine that is taken only when it is needed: what for, and from which hour it may be given again."""

from functools import partial
from typing import TYPE_CHECKING
from uuid import UUID

from yiyang_tui.screens.dialogs import Choose
from yiyang_tui.screens.medicine_acts import TWO, ask_second
from yiyang_tui.screens.medicine_cause import Cause
from yiyang_tui.screens.medicine_words import causes_of, named
from yiyang_tui.words import language, sentence, t, times

if TYPE_CHECKING:
    from care.medicines.orders import OrderView
    from db.errors import YiyangError
    from db.store import Store
    from yiyang_tui.screens.base import Place

LOOK_BACK_S = 14 * 86400
"""An interval between two doses is at most so long."""


def as_needed(place: "Place", person_id: UUID, name: str) -> None:
    """Which of somebody's as-needed medicines."""
    from care.medicines.orders import orders

    def found(all: "list[OrderView]") -> None:
        needed = [one for one in all if one.as_needed and one.state == "open"]
        if not needed:
            place.say(t("medicines.none_needed", name=name))
        elif len(needed) == 1:
            give_now(place, needed[0], name)
        else:
            options = [(one, f"{named(one.name, one.spec)}  {one.as_needed}") for one in needed]
            title = t("medicines.needed_title", name=name)
            place.app.push_screen(Choose(title, options), lambda one: give_now(place, one, name) if one else None)

    place.run_care(orders, place.session.store, person_id, then=found)


def give_now(place: "Place", order: "OrderView", name: str) -> None:
    """When the last one was, from which hour the next may be; then what for."""
    place.run_care(_last, place.session.store, order, then=lambda at: _ask(place, order, name, at))


def _last(store: "Store", order: "OrderView") -> int | None:
    from care.medicines.sheet import dose_sheet

    now = store.now()
    lines = dose_sheet(store, order.person_id, now - LOOK_BACK_S, now)
    taken = [one.at for line in lines if line.order.id == order.id for one in line.doses if one.result == "given"]
    return max(taken, default=None)


def _ask(place: "Place", order: "OrderView", name: str, last: int | None) -> None:
    now = place.session.now()
    free = 0 if last is None else last + order.gap_min * 60
    said = t("medicines.never_needed") if last is None else t("medicines.last_needed", when=times.moment(last, now))
    if free > now:
        when = times.moment(free, now)
        place.say(t("medicines.too_soon", drug=order.name, last=times.moment(last or now, now), when=when), "urgent")
        return
    about = f"{name}  {named(order.name, order.spec)}  {order.dose.of(language())}\n{said}"
    if order.gap_min:
        about += "\n" + t("medicines.gap", span=times.span(order.gap_min * 60))
    usual = list(dict.fromkeys([order.as_needed, *causes_of("as_needed")]))[:9]
    place.app.push_screen(Cause(t("medicines.needed_why"), usual, about), lambda why: _give(place, order, name, why))


def _give(place: "Place", order: "OrderView", name: str, why: str | None) -> None:
    if why is None:
        return
    from care.medicines.doses import give_as_needed

    store, by = place.session.store, place.session.staff.id
    act = partial(give_as_needed, store, by, order.id, why)

    def together() -> None:
        what = t("medicines.together", about=f"{name}  {named(order.name, order.spec)}  {order.dose.of(language())}")
        ask_second(place, what, lambda second: act(second=second), confirmed)

    def confirmed(found: tuple[UUID] | None) -> None:
        if found is not None:
            _given(place, order, name, found[0])

    def refused(error: "YiyangError") -> None:
        if error.facts.get("rule") in TWO:
            together()
        else:
            place.say(sentence(error), "urgent")

    if order.high_alert:
        together()
    else:
        place.run_care(act, then=lambda dose_id: _given(place, order, name, dose_id), failed=refused)


def _given(place: "Place", order: "OrderView", name: str, dose_id: UUID) -> None:
    from care.medicines.doses import undo

    store, by = place.session.store, place.session.staff.id
    what = t("medicines.needed_of", name=name, drug=order.name)
    place.saved(what, partial(undo, store, by, dose_id), t("medicines.needed_saved", what=what))
    place.load()
