"""What the person under the cursor does not allow now, in words."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from care.rounds import BoardRow
from yiyang_tui.words import t

if TYPE_CHECKING:
    from yiyang_tui.screens.rounds import Rounds

JUST_SEEN_S: Final = 120
"""A second look so soon is a key held down too long."""


@dataclass(frozen=True, slots=True)
class Standing:
    """Where the screen stands: the person under the cursor, and their form. ``recorded``: seen just now."""

    row: BoardRow | None
    drafted: bool
    correcting: bool
    typed: bool
    in_form: bool
    correctable: bool
    recorded: bool


def standing_of(screen: "Rounds") -> Standing:
    """Where the board stands now."""
    row, recorded = screen.row, False
    if row is not None:
        fresh = row.last_at is not None and row.done and 0 <= screen.session.now() - row.last_at < JUST_SEEN_S
        recorded = fresh or screen.marks.get(row.person_id) in ("saving", "saved")
    return Standing(
        row=row,
        drafted=bool(screen.drafts.of(screen.person)),
        correcting=screen.drafts.corrected(screen.person) is not None,
        typed=screen.form.typed,
        in_form=screen.in_form,
        correctable=screen.beside is not None and screen.beside.last_round is not None,
        recorded=recorded,
    )


def refusal(action: str, now: Standing) -> str | None:
    """Why an action of this screen cannot be done now; ``None`` when it can."""
    if now.row is None:
        return t("rounds.nobody")
    name = now.row.name
    if action == "rounds.leave":
        return None if now.in_form else t("rounds.not_in_form")
    if action in ("rounds.chart", "rounds.event"):
        return None
    if action == "rounds.answer":
        return None if now.row.urgent else t("rounds.no_alert", name=name)
    if action in ("rounds.save", "rounds.discard"):
        return None if now.typed or now.drafted else t("rounds.nothing_typed")
    if action == "rounds.correct":
        if now.drafted and not now.correcting:
            return t("rounds.half_typed", name=name)
        return None if now.correctable else t("rounds.nothing_to_correct")
    if now.row.where == "leave":
        return t("rounds.is_out", name=name)
    if action == "rounds.unremarkable":
        if now.drafted or now.typed:
            return t("rounds.half_typed", name=name)
        return t("rounds.just_seen", name=name) if now.recorded else None
    return None
