"""What the form of an order starts from, and the lines above and below its fields."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import UUID

from yiyang_tui.screens.medicine_words import of_one_width, warning_cells
from yiyang_tui.screens.order_values import Doctor
from yiyang_tui.screens.person_words import allergy, sex_age
from yiyang_tui.widgets.columns import Cell
from yiyang_tui.words import t, times

if TYPE_CHECKING:
    from care.chart import Header
    from care.medicines.catalogue import Drug
    from care.medicines.checks import Warning
    from care.staff import StaffView
    from db.store import Store


@dataclass(frozen=True, slots=True)
class Begun:
    """Whose order it is, who can prescribe it. ``me``: whoever is here, if they are a doctor."""

    header: "Header"
    doctors: tuple[Doctor, ...]
    me: str
    today: str


def begin(store: "Store", staff: "StaffView", person_id: UUID, now: int) -> Begun:
    """Blocks."""
    from care.bedside import bedside
    from care.staff import everyone

    doctors = tuple(Doctor(one.id, one.name) for one in everyone(store) if one.role == "doctor" and not one.closed)
    me = staff.name if staff.role == "doctor" else ""
    today = times.local(now).strftime("%Y-%m-%d")
    return Begun(bedside(store, person_id, now).header, doctors, me, today)


def drug_of_code(store: "Store", code: str) -> "Drug | None":
    """The drug of a draft. Blocks."""
    from care.medicines.catalogue import drug

    return drug(store, code) if code else None


def whose(head: "Header") -> list[Cell]:
    """Who it is for, and what they must not get."""
    allergies = " ".join(map(allergy, head.allergies))
    known = t("rounds.no_allergy" if head.allergies_known else "rounds.allergy_unknown")
    return [
        Cell(f"{t('order.new')}  {head.bed_label} {head.name}", "title"),
        Cell(f" {sex_age(head.sex, head.age)}   "),
        Cell(f"! {t('rounds.allergy')} {allergies}" if allergies else known, "urgent" if allergies else "quiet"),
    ]


def drug_line(name: str, drug: "Drug | None") -> list[Cell]:
    """The drug with its generic name, or that it is in no list."""
    if not name:
        return [Cell(t("order.no_drug"), "quiet")]
    if drug is None:
        return [Cell(name, "title"), Cell(f"   {t('medicines.not_listed')}", "due")]
    cells = [Cell(name, "title"), Cell(f"   {of_one_width(f'{drug.inn}  {drug.form} {drug.spec}')}", "quiet")]
    return [*cells, Cell(f"   ! {t('medicines.high_alert')}", "urgent")] if drug.high_alert else cells


def warning_lines(warnings: "Sequence[Warning]", reasons: Mapping[str, str]) -> list[Cell]:
    """Everything that speaks against it, with the reasons that were typed; or that nothing does."""
    if not warnings:
        return [Cell(t("order.no_warnings"), "quiet")]
    cells = [Cell(t("order.warnings", n=len(warnings)), "title")]
    for one in warnings:
        cells += warning_cells(one, reasons.get(one.code, ""))
    return cells
