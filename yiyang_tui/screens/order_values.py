"""What is typed into the form of an order: read into an order, and filled in from a drug and a frequency."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final
from uuid import UUID

from yiyang_tui.cells import narrow
from yiyang_tui.fields import Value
from yiyang_tui.screens.medicine_words import of_one_width

if TYPE_CHECKING:
    from care.medicines.catalogue import Drug
    from care.medicines.orders import NewOrder

DRUG, NAME, REASON = "drug", "drug_name", "reason:"
"""Of a draft: the code and the name of the drug, and before the code of a warning its reason."""

FIELD_OF: Final = {
    "order_name_missing": "spec",
    "order_dose": "dose",
    "order_unit_missing": "unit",
    "order_route": "route",
    "order_frequency": "frequency",
    "order_times": "times",
    "order_days": "weekdays",
    "order_dates": "from_on",
    "order_reason_missing": "as_needed",
    "prescriber_missing": "prescriber",
    "prescriber_not_doctor": "prescriber",
}
"""Where the cursor goes when a rule refuses."""


@dataclass(frozen=True, slots=True)
class Doctor:
    """A doctor of the staff, who can be named as the one who prescribes."""

    id: UUID
    name: str


def hundredths(typed: str) -> int:
    """``0.5`` as 50; 0 for what is no number of at most two decimals."""
    whole, _, part = narrow(typed).strip().partition(".")
    if not (whole + part).isdecimal() or len(part) > 2:
        return 0
    return int(whole or "0") * 100 + int(part.ljust(2, "0") or "0")


def amount(hundred: int) -> str:
    """50 as ``0.5``."""
    return f"{hundred / 100:g}" if hundred % 100 else str(hundred // 100)


def new_order(typed: Mapping[str, Value], days: int, doctors: Sequence[Doctor]) -> "NewOrder":
    """The order that the form says. ``days``: every so many, as its frequency has it. The record checks it."""
    from care.medicines.hours import AS_NEEDED
    from care.medicines.orders import NewOrder

    said = {name: str(value or "").strip() for name, value in typed.items()}
    needed = said.get("frequency") == AS_NEEDED
    prescriber = said.get("prescriber", "")
    doctor = next((one.id for one in doctors if one.name == prescriber), None)
    return NewOrder(
        drug=said.get(DRUG, ""),
        name=said.get(NAME, ""),
        spec=said.get("spec", ""),
        dose100=hundredths(said.get("dose", "")),
        unit=said.get("unit", ""),
        route=said.get("route", ""),
        frequency=said.get("frequency", ""),
        times="" if needed else hours(said.get("times", "")),
        days=days,
        weekdays="" if needed else narrow(said.get("weekdays", "")),
        as_needed=said.get("as_needed", "") if needed else "",
        gap_min=hundredths(said.get("gap", "")) * 60 // 100 if needed else 0,
        from_on=narrow(said.get("from_on", "")),
        until_on=narrow(said.get("until_on", "")) or None,
        prescriber_id=doctor,
        prescriber="" if doctor else prescriber,
        note=said.get("note", ""),
    )


def hours(typed: str) -> str:
    """``8 1830`` as ``08:00 18:30``; what is no hour stays as it was typed, for the record to refuse."""
    return " ".join(_hour(one) for one in narrow(typed).replace(",", " ").replace("、", " ").split())


def _hour(typed: str) -> str:
    hour, _, minute = typed.partition(":")
    if not minute and hour.isdecimal():
        hour, minute = (hour, "00") if len(hour) <= 2 else (hour[:-2], hour[-2:])
    return f"{hour:0>2}:{minute:0>2}" if (hour + minute).isdecimal() else typed


def of_drug(drug: "Drug") -> dict[str, Value]:
    """What a drug of the list fills in: its first strength, what a dose is counted in, how it is given."""
    return {"spec": of_one_width(drug.specs[0]) if drug.specs else "", "unit": drug.unit, "route": drug.route}
