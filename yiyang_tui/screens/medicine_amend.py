"""Doses that are recorded: what was wrong about one; and who laid out those that are to come."""

from typing import TYPE_CHECKING
from uuid import UUID

from yiyang_tui.screens.dialogs import Ask, Choose
from yiyang_tui.screens.medicine_cause import Cause
from yiyang_tui.screens.medicine_words import about, causes_of, drug_of, result_word
from yiyang_tui.screens.second import SecondPerson
from yiyang_tui.words import t, times

if TYPE_CHECKING:
    from care.amending import Amendable
    from care.medicines.doses import DoseRound, DoseRow
    from yiyang_tui.screens.medicines import Medicines


def recorded(screen: "Medicines", row: "DoseRow") -> None:
    """Enter on a dose that is recorded: it came up again, or it was recorded wrongly."""
    ways = [("void", t("medicines.void"))]
    if row.result in ("given", "late"):
        ways.insert(0, ("vomited", t("medicines.vomited")))
    at = times.moment(row.at or row.due_at, screen.session.now())
    said = f"{result_word(row.result or '')} {at} {row.who} {row.cause}".rstrip()
    title = f"{row.bed_label} {row.name}  {drug_of(row)}\n{said}"
    screen.app.push_screen(Choose(title, ways), lambda way: _amend(screen, row, way) if way else None)


def _amend(screen: "Medicines", row: "DoseRow", way: str) -> None:
    from care.amending import amendable
    from db.tables import Dose

    assert row.dose_id is not None
    store, by, dose_id = screen.session.store, screen.session.staff.id, row.dose_id

    def asked(takes: "Amendable") -> None:
        usual = causes_of("vomited") if way == "vomited" else [t("medicines.void_usual"), t("medicines.void_other")]
        title = t("medicines.why", result=t(f"medicines.{way}"))
        screen.app.push_screen(Cause(title, usual, about(row)), lambda why: told(takes, why))

    def told(takes: "Amendable", why: str | None) -> None:
        from care.medicines import doses

        if why is None:
            return
        act = doses.vomited if way == "vomited" else doses.void
        if takes.own:
            screen.run_care(act, store, by, dose_id, why, then=amended)
            return
        what = t("medicines.amend_two", who=row.who, about=about(row), why=why)
        screen.app.push_screen(
            SecondPerson(what, takes.seconds, lambda second: act(store, by, dose_id, why, second=second)),
            lambda done: amended(done[0]) if done else None,
        )

    def amended(_id: UUID) -> None:
        screen.saved("", None, t(f"medicines.{way}_saved", name=row.name, drug=drug_of(row)))
        screen.load()

    screen.run_care(amendable, store, by, dose_id, Dose, then=asked)


def prepare(screen: "Medicines", found: "DoseRound") -> None:
    """Who laid out the medicines of the open hours."""
    due = sorted({row.due_at for row in found.rows if row.result is None and row.blocked is None})
    if not due:
        screen.say(t("medicines.nothing_to_prepare"))
        return
    hours = t("list.comma").join(times.clock(at) for at in due)

    def sure(yes: bool | None) -> None:
        from care.medicines.doses import prepare as note_prepared

        if yes:
            store, by = screen.session.store, screen.session.staff.id
            said = t("medicines.prepared", hour=hours)
            screen.run_care(note_prepared, store, by, due, then=lambda _id: screen.saved("", None, said))

    screen.app.push_screen(Ask(t("medicines.prepare_ask", hours=hours), t("medicines.prepare_more")), sure)
