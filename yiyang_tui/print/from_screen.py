"""Ctrl+O on a screen: where the sheet goes is asked, with what it means; then it is printed beside the work."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

from yiyang_tui.screens.dialogs import Choose, Type
from yiyang_tui.words import t

if TYPE_CHECKING:
    from yiyang_tui.print.sheets import Printed, Wanted
    from yiyang_tui.screens.base import Place
    from yiyang_tui.session import Session

RIGHT = "care.print"

Way = tuple[str, str, Mapping[str, Any]]
"""A word ``print.way.<word>``, the sheet, the facts of ``Wanted``."""

HOUSE: Final[tuple[Way, ...]] = (
    ("shift", "rounds", {}),
    ("shift_blank", "rounds", {"blank": True}),
    ("handover_draft", "handover", {"blank": True}),
)
"""What is printed of the whole house."""


def print_sheet(screen: "Place", sheet: str, **facts: Any) -> None:
    """Ask where to, and print. ``sheet``: one of ``SHEETS``; ``facts``: those of ``Wanted`` (person_id, last, days …).

    Whoever may not print reads who may.
    """
    from yiyang_tui.print.sheets import Wanted, name_of

    if (why := screen.yiyang.why_no_right(RIGHT)) is not None:
        screen.say(why)
        return
    wanted, session = Wanted(**facts), screen.session

    def asked(bed_label: str) -> None:
        proposed = Path.home() / name_of(sheet, bed_label, _today(session, wanted))
        hint = t("print.ask.hint", sheet=t(f"print.sheet.{sheet}"))
        screen.app.push_screen(Type(t("print.ask.where"), str(proposed), hint, longest=1000), typed)

    def typed(path: str | None) -> None:
        if path is not None and path.strip():
            screen.run_care(_save, session, sheet, wanted, path.strip(), then=lambda done: _told(screen, done))

    screen.run_care(_bed, session, wanted.person_id, then=asked)


def offer(screen: "Place", ways: Sequence[Way]) -> None:
    """Which of several sheets. One alone is not asked about."""

    def chosen(place: int | None) -> None:
        if place is not None:
            _, sheet, facts = ways[place]
            print_sheet(screen, sheet, **facts)

    if len(ways) == 1:
        chosen(0)
    else:
        options = [(n, t(f"print.way.{word}")) for n, (word, _, _) in enumerate(ways)]
        screen.app.push_screen(Choose(t("print.ask.which"), options), chosen)


def _today(session: "Session", wanted: "Wanted") -> Any:
    from care.age import house_day

    return wanted.last or house_day(session.now())


def _bed(session: "Session", person_id: UUID | None) -> str:
    from care.places import place_of

    if person_id is None:
        return ""
    with session.store.reading() as conn:
        place = place_of(conn, person_id)
    return "" if place is None else place.label


def _save(session: "Session", sheet: str, wanted: "Wanted", path: str) -> "Printed":
    from yiyang_tui.print.sheets import save

    return save(session.store, session.staff.id, sheet, wanted, Path(path))


def _told(screen: "Place", done: "Printed") -> None:
    screen.say(t("print.ask.on_stick" if done.on_stick else "print.ask.written", path=str(done.path)), "saved")
