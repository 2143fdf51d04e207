"""Settling who lies where: two in one bed, one on two beds, a leave that lost its bed."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from yiyang_tui.screens.dialogs import Ask, Choose
from yiyang_tui.screens.settle_done import do, settle, told
from yiyang_tui.words import language, t, times

if TYPE_CHECKING:
    from care.beds import BedCell
    from care.findings import LeaveAstray, Lies, OnTwoBeds, TwoInBed
    from care.taken_back import Settled
    from yiyang_tui.screens.base import Place

AWAY = "away"


def two_in_bed(place: "Place", found: "TwoInBed") -> None:
    """Who of them lies elsewhere, then where."""
    now = place.session.now()
    options = [
        (one, t("settle.leaves_bed", name=one.name, since=times.moment(one.from_at, now))) for one in found.lying
    ]

    def chosen(one: "Lies | None") -> None:
        if one is not None:
            _where_to(place, one)

    place.app.push_screen(Choose(t("settle.two_in_bed_title", bed=found.bed_label), options), chosen)


def _where_to(place: "Place", one: "Lies") -> None:
    from care.beds import free_beds

    def free(beds: "list[BedCell]") -> None:
        here = sorted(beds, key=lambda bed: bed.kind != one.bed_kind)
        options: list[tuple[Any, str]] = [(bed, f"{bed.label}  {t(f'person.bed.{bed.kind}')}") for bed in here]
        options.append((AWAY, t("settle.away")))
        place.app.push_screen(Choose(t("settle.where_title", name=one.name), options), chosen)

    def chosen(bed: "BedCell | str | None") -> None:
        if bed == AWAY:
            _discharge(place, one)
        elif bed is not None and not isinstance(bed, str):
            _move(place, one, bed)

    place.run_care(free_beds, place.session.store, then=free)


def _move(place: "Place", one: "Lies", bed: "BedCell") -> None:
    from care import stays

    act = stays.move if bed.kind == one.bed_kind else stays.switch
    said = t("beds.moved_saved", name=one.name, here=one.bed_label, bed=bed.label)

    def sure(yes: bool | None) -> None:
        if yes:
            # Whoever leaves a shared bed cannot go back to it.
            do(place, act, one.person_id, bed.id, then=lambda _stay: told(place, said))

    question = t("settle.move_ask", name=one.name, here=one.bed_label, bed=bed.label)
    place.app.push_screen(Ask(question, t("settle.move_more")), sure)


def _discharge(place: "Place", one: "Lies") -> None:
    from care import stays
    from care.codes import codes, label

    reasons = [
        (code.code, label("discharge_reason", code.code, language())) for code in codes("discharge_reason").values
    ]

    def chosen(reason: str | None) -> None:
        if reason is None:
            return
        said = t("beds.discharged", name=one.name, bed=one.bed_label)
        question = t("beds.discharge_ask", name=one.name, reason=label("discharge_reason", reason, language()))

        def sure(yes: bool | None) -> None:
            if yes:
                do(place, stays.discharge, one.person_id, reason, then=lambda _none: told(place, said))

        place.app.push_screen(Ask(question, t("settle.discharge_more")), sure)

    place.app.push_screen(Choose(t("beds.discharge_title", name=one.name, bed=one.bed_label), reasons), chosen)


def two_beds(place: "Place", found: "OnTwoBeds") -> None:
    """Which of them is right; the others end."""
    from care.settling import keep_stay

    now = place.session.now()
    options = [
        (one, t("settle.lies_in", bed=one.bed_label, since=times.moment(one.from_at, now)))
        for one in reversed(found.stays)
    ]

    def chosen(one: "Lies | None") -> None:
        if one is not None:
            said = t("settle.stays_in", name=found.name, bed=one.bed_label)
            settle(place, said, keep_stay, one.stay_id)

    place.app.push_screen(Choose(t("settle.two_beds_title", name=found.name), options), chosen)


def leave(place: "Place", found: "LeaveAstray") -> None:
    """Still out, or back."""
    from care.settling import came_back, still_out

    options = [
        (still_out, t("settle.still_out", bed=found.bed_label)),
        (came_back, t("settle.came_back")),
    ]

    def chosen(act: "Callable[..., Settled] | None") -> None:
        if act is not None:
            said = t("settle.out_saved" if act is still_out else "settle.back_saved", name=found.name)
            settle(place, said, act, found.leave_id)

    place.app.push_screen(Choose(t("settle.leave_title", name=found.name), options), chosen)
