"""An assessment corrected or voided: a reason, and of somebody else's a second person."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from yiyang_tui.screens.dialogs import Type
from yiyang_tui.screens.second import SecondPerson
from yiyang_tui.words import t

if TYPE_CHECKING:
    from care.amending import Amendable
    from care.assessments import Assessed, Recorded
    from care.rights import Second
    from yiyang_tui.screens.assess_asks import Filling
    from yiyang_tui.screens.base import Place

Act = Callable[["Second | None"], Any]


def ask_amendable(place: "Place", one: "Assessed", then: "Callable[[Amendable], object]") -> None:
    """Who may, and with whom, is said before anybody types."""
    from care.amending import amendable
    from db.tables import Assessment

    store, by = place.session.store, place.session.staff.id
    place.run_care(amendable, store, by, one.id, Assessment, then=then)


def correct_assessment(
    place: "Place", old: "Assessed", filling: "Filling", then: "Callable[[Recorded], object]"
) -> None:
    """Ask why, and put what was filled in in its place."""
    from care.assessments import correct

    def typed(takes: "Amendable", reason: str) -> None:
        store, by, now = place.session.store, place.session.staff.id, filling
        _together(
            place,
            takes,
            t("second.correct", who=old.who, reason=reason),
            lambda two: correct(store, by, old.id, now.answers, now.facts, reason, note=now.note, second=two),
            then,
        )

    _reason(place, old, "assess.correct_title", typed)


def void_assessment(place: "Place", old: "Assessed", then: Callable[[], object]) -> None:
    """Ask why, and let it count no more."""
    from care.assessments import void

    def typed(takes: "Amendable", reason: str) -> None:
        store, by = place.session.store, place.session.staff.id
        _together(
            place,
            takes,
            t("second.void", who=old.who, reason=reason),
            lambda two: void(store, by, old.id, reason, second=two),
            lambda _id: then(),
        )

    _reason(place, old, "assess.void_title", typed)


def _reason(place: "Place", old: "Assessed", title: str, typed: "Callable[[Amendable, str], None]") -> None:
    def asked(takes: "Amendable") -> None:
        hint = t("assess.reason_hint" if takes.own else "assess.reason_two")

        def given(reason: str | None) -> None:
            if reason is None:
                return
            if reason.strip():
                typed(takes, reason.strip())
            else:
                place.say(t("assess.reason_missing"), "urgent")

        place.app.push_screen(Type(t(title), hint=hint), given)

    ask_amendable(place, old, asked)


def _together(place: "Place", takes: "Amendable", what: str, act: Act, then: Callable[[Any], object]) -> None:
    if takes.own:
        place.run_care(act, None, then=then)
        return

    def done(given: tuple[Any] | None) -> None:
        if given is not None:
            then(given[0])

    place.app.push_screen(SecondPerson(what, takes.seconds, act), done)
