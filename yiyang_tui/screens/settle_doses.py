"""A dose that two laptops gave while they were apart: both records side by side, and what the person who looked says.

The record that is wrong is voided with a reason, that of somebody else by two persons; or both stay, with what was
found and what was done about it.
"""

from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar, Final
from uuid import UUID

from rich.text import Text
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.types import CSSPathType
from textual.widgets import Static

from yiyang_tui.cells import wrap
from yiyang_tui.screens.dialogs import Dialog
from yiyang_tui.screens.medicine_cause import Cause
from yiyang_tui.screens.second import SecondPerson
from yiyang_tui.screens.settle_done import told
from yiyang_tui.themes import token_style
from yiyang_tui.widgets.virtual_list import Cell, Column, VirtualList
from yiyang_tui.words import language, t, times

if TYPE_CHECKING:
    from care.amending import Amendable
    from care.findings import DoseTwice, TwiceRow
    from yiyang_tui.screens.base import Place

OUTCOMES: Final = ("taken_twice", "taken_once", "unclear")
MOST: Final = 3
"""So many records stand side by side."""

Way = tuple[str, UUID | None]
"""``void`` and which record, or one of ``OUTCOMES``."""


class BothDoses(Dialog[Way]):
    """The records of one hour of one order. Dismisses with what is to be done, or ``None``."""

    CSS_PATH: ClassVar[CSSPathType | None] = ["dialogs.tcss", "medicine_dialogs.tcss"]

    def __init__(self, found: "DoseTwice", now: int) -> None:
        super().__init__()
        self.found, self.now = found, now

    def compose(self) -> ComposeResult:
        """Whose dose, the records, the ways."""
        found = self.found
        when = times.moment(found.due_at, self.now)
        title = t("settle.dose_title", who=f"{found.bed_label} {found.name}".strip(), drug=found.drug, when=when)
        ways = self._ways()
        with Vertical(classes="dialog wide", id="twice"):
            yield Static(title, classes="title", markup=False)
            with Horizontal(id="both"):
                for n in range(len(found.doses[:MOST])):
                    yield Static(id=f"dose{n}", classes="side", markup=False)
            yield VirtualList[tuple[Way, str]]([Column(0)], lambda way: [Cell(way[1])], titled=False, id="ways")
            yield Static(t("dialog.choose_hint"), classes="hint", markup=False)
        self.ways = ways

    def _ways(self) -> list[tuple[Way, str]]:
        ways: list[tuple[Way, str]] = [((one, None), t(f"settle.dose.{one}")) for one in OUTCOMES[:1]]
        for n, row in enumerate(self.found.doses, 1):
            ways.append((("void", row.dose_id), t("settle.dose_void", n=n, who=row.who, at=times.clock(row.at))))
        return ways + [((one, None), t(f"settle.dose.{one}")) for one in OUTCOMES[1:]]

    def on_mount(self) -> None:
        """The list is as high as its ways."""
        listed = self.query_one(VirtualList)
        listed.styles.height = min(len(self.ways), 7)
        listed.show_rows(self.ways)
        listed.focus()
        self.call_after_refresh(self._draw)

    def on_resize(self) -> None:
        """Lines are broken to the width there is."""
        self.call_after_refresh(self._draw)

    def _draw(self) -> None:
        shown = self.found.doses[:MOST]
        width = max(self.query_one("#both").size.width // len(shown) - 2, 16)
        for n, row in enumerate(shown):
            self.query_one(f"#dose{n}", Static).update(self._side(n + 1, row, width))

    def _side(self, n: int, row: "TwiceRow", width: int) -> Text:
        from care.codes import label

        lines = [Text(t("settle.dose_side", n=n), token_style(self.app, "title"))]
        said = (
            label("med_result", row.result, language()),
            times.moment(row.at, self.now),
            row.who or t("settle.gone"),
            row.cause,
        )
        lines += [Text(line) for one in said if one for line in wrap(one, width)]
        return Text("\n").join(lines)

    def on_virtual_list_chosen(self, event: VirtualList.Chosen) -> None:
        """Enter."""
        event.stop()
        self.dismiss(event.row[0])


def dose_twice(place: "Place", found: "DoseTwice") -> None:
    """Both records, then what is true."""

    def chosen(way: Way | None) -> None:
        if way is None:
            return
        kind, dose_id = way
        if dose_id is not None:
            _void(place, found, dose_id)
        else:
            _seen_to(place, found, kind)

    place.app.push_screen(BothDoses(found, place.session.now()), chosen)


def _seen_to(place: "Place", found: "DoseTwice", outcome: str) -> None:
    from care.medicines.twice import see_to

    def typed(note: str | None) -> None:
        if note is not None:
            store, by = place.session.store, place.session.staff.id
            said = t("settle.dose_seen", name=found.name)
            place.run_care(see_to, store, by, found, outcome, note, then=lambda _id: told(place, said))

    usual = [t("settle.dose_done.watched"), t("settle.dose_done.doctor"), t("settle.dose_done.nothing")]
    place.app.push_screen(Cause(t("settle.dose_note"), usual, t(f"settle.dose.{outcome}")), typed)


def _void(place: "Place", found: "DoseTwice", dose_id: UUID) -> None:
    from care.amending import amendable
    from db.tables import Dose

    def asked(takes: "Amendable") -> None:
        usual = [t("settle.dose_why.other_laptop"), t("medicines.void_usual"), t("medicines.void_other")]
        place.app.push_screen(Cause(t("settle.dose_void_why"), usual), lambda why: typed(takes, why))

    def typed(takes: "Amendable", why: str | None) -> None:
        from care.medicines.doses import void

        if why is None:
            return
        store, by = place.session.store, place.session.staff.id
        done = partial(told, place, t("settle.dose_voided", name=found.name))
        if takes.own:
            place.run_care(void, store, by, dose_id, why, then=lambda _id: done())
            return
        whose = next((row.who for row in found.doses if row.dose_id == dose_id), "")

        def together(kept: Any) -> None:
            if kept is not None:
                done()

        act = partial(_void_with, place, dose_id, why)
        place.app.push_screen(SecondPerson(t("second.void", who=whose, reason=why), takes.seconds, act), together)

    store, by = place.session.store, place.session.staff.id
    place.run_care(amendable, store, by, dose_id, Dose, then=asked)


def _void_with(place: "Place", dose_id: UUID, why: str, second: Any) -> UUID:
    from care.medicines.doses import void

    return void(place.session.store, place.session.staff.id, dose_id, why, second=second)
