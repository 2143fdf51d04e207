"""A bed for somebody who was just registered: the free ones are offered, one is taken or none."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING
from uuid import UUID

from yiyang_tui.screens.base import Place
from yiyang_tui.screens.dialogs import Choose
from yiyang_tui.words import sentence, t

if TYPE_CHECKING:
    from care.beds import BedCell
    from db.errors import YiyangError


def offer_bed(place: Place, person_id: UUID, name: str, then: Callable[[str], object]) -> None:
    """Ask over ``place``; ``then`` is told what came of it, in words."""
    from care.beds import free_beds

    place.run_care(free_beds, place.session.store, then=lambda beds: _ask(place, person_id, name, beds, then))


def _ask(place: Place, person_id: UUID, name: str, beds: "Sequence[BedCell]", then: Callable[[str], object]) -> None:
    from care.stays import admit

    registered = t("person.registered", name=name)

    def refused(error: "YiyangError") -> None:
        then(f"{registered} {sentence(error)}")

    def chosen(bed: UUID | None) -> None:
        if bed is None:
            then(registered)
            return
        session = place.session
        place.run_care(
            admit,
            session.store,
            session.staff.id,
            person_id,
            bed,
            then=lambda _stay: then(t("person.admitted", name=name)),
            failed=refused,
        )

    ways = [(None, t("person.no_bed")), *((bed.id, f"{bed.label}  {t(f'person.bed.{bed.kind}')}") for bed in beds)]
    place.app.push_screen(Choose(t("person.bed_for", name=name), ways), chosen)
