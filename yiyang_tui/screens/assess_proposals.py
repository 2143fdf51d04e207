"""What an assessment proposes, on screen: a line to read, one key to accept it, a reason to decline it."""

from collections.abc import Callable
from typing import TYPE_CHECKING
from uuid import UUID

from yiyang_tui.screens.dialogs import Type
from yiyang_tui.widgets.virtual_list import Cell, Cells
from yiyang_tui.words import language, t

if TYPE_CHECKING:
    from care.proposals import Accepted, Proposal
    from yiyang_tui.screens.base import Place

RIGHT = "plan.change"


def proposal_cells(one: "Proposal") -> Cells:
    """``半护改为全护   依据 能力评估：重度失能``."""
    lang = language()
    unsure = f"   {t('confirm.unconfirmed')}" if one.certainty == "C" else ""
    return [Cell(t("assess.proposal", what=one.words.of(lang), cause=one.cause.of(lang)) + unsure, "due")]


def proposals_title(place: "Place", n: int) -> str:
    """How many there are, and which keys decide; of whoever may not decide, who does."""
    return t("assess.proposals" if place.yiyang.why_no_right(RIGHT) is None else "assess.proposals_wait", n=n)


def why_no_proposal(place: "Place", one: object) -> str | None:
    """Why nothing can be decided on that row now."""
    from care.proposals import Proposal

    if not isinstance(one, Proposal):
        return t("assess.no_proposal")
    return place.yiyang.why_no_right(RIGHT)


def accept_proposal(place: "Place", person_id: UUID, one: "Proposal") -> None:
    """Do it; Ctrl+Z takes it back."""
    from care.proposals import accept, undo

    store, by = place.session.store, place.session.staff.id
    what = one.words.of(language())

    def done(accepted: "Accepted") -> None:
        # A bed at home needs a village and an address: its own form asks for them.
        said = "assess.accepted_bed" if one.kind == "home_bed" else "assess.accepted"
        place.saved(what, lambda: undo(store, by, accepted), t(said, what=what))
        place.load()

    place.run_care(accept, store, by, person_id, one, then=done)


def decline_proposal(place: "Place", person_id: UUID, one: "Proposal", after: Callable[[], None]) -> None:
    """Ask why not, and keep the reason."""
    from care.proposals import decline

    store, by = place.session.store, place.session.staff.id

    def done(_event: UUID) -> None:
        place.saved("", None, t("assess.declined"))
        after()

    def reasoned(reason: str | None) -> None:
        if reason is not None:
            place.run_care(decline, store, by, person_id, one, reason, then=done)

    place.app.push_screen(
        Type(t("assess.decline_title", what=one.words.of(language())), hint=t("assess.decline_hint")), reasoned
    )
