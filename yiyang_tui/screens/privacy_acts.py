"""What a chart can do for the person whose it is: their consents, and who looked, on paper."""

from pathlib import Path
from typing import TYPE_CHECKING
from uuid import UUID

from yiyang_tui.screens.dialogs import Type
from yiyang_tui.words import t

if TYPE_CHECKING:
    from yiyang_tui.screens.base import Place
    from yiyang_tui.session import Session


def ask_consents(place: "Place", person_id: UUID, name: str) -> None:
    """Lay the list of consents over the chart."""
    from yiyang_tui.screens.consents import ConsentsDialog

    def closed(written: bool | None) -> None:
        if written:
            # Answers are only ever added: an undo would take one out of the record.
            place.saved("", None, t("consents.saved", name=name))

    place.app.push_screen(ConsentsDialog(place.session, person_id, name), closed)


def print_looks(place: "Place", person_id: UUID) -> None:
    """Ask where to, and write the page of who looked."""
    session = place.session
    proposed = Path.home() / f"{t('looks.file')}.html"

    def typed(path: str | None) -> None:
        if path is not None and path.strip():
            place.run_care(_write, session, person_id, path.strip(), then=lambda file: _told(place, file))

    place.app.push_screen(Type(t("looks.where"), str(proposed), t("looks.where_hint")), typed)


def _write(session: "Session", person_id: UUID, path: str) -> Path:
    from care.looks_printed import looks_sheet
    from yiyang_tui import leaving
    from yiyang_tui.looks_page import looks_page

    target = leaving.free(Path(path))
    return leaving.put(target, looks_page(looks_sheet(session.store, session.staff.id, person_id, target.name)))


def _told(place: "Place", file: Path) -> None:
    place.say(t("looks.written", path=str(file)), "saved")
    place.load()
