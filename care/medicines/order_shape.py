"""What may stand in an order: checked whole before any of it is written."""

from datetime import date
from typing import Final
from uuid import UUID

from sqlalchemy import Connection, select
from sqlmodel import col

from care.age import house_day, is_day
from care.codes import codes
from care.data import table
from care.medicines.catalogue import formulary, meant_by
from care.medicines.hours import AS_NEEDED, AT_ONCE, ordered, times_of
from care.medicines.orders import NewOrder
from care.medicines.schedule import clock
from care.roles import working
from db.errors import Refused
from db.journal import Value
from db.tables import Staff

_LONGEST_DAYS: Final = 366
_LONGEST_GAP: Final = 14 * 1440


def checked(conn: Connection, by: UUID, new: NewOrder, now: int) -> dict[str, Value]:
    """The columns of an order that is written now (seconds UTC).

    Raises ``Refused``: drug_unknown, order_name_missing, order_dose (most), order_unit_missing, order_route,
    order_frequency, order_times (most), order_days (most), order_dates, order_reason_missing, text_too_long (most),
    prescriber_missing, prescriber_not_doctor.
    """
    drugs = formulary(conn)
    known = drugs.get(new.drug) if new.drug else None
    if new.drug and known is None:
        raise Refused("drug_unknown")
    rules = table("rules/dose")
    texts = {name: str(getattr(new, name)).strip() for name in ("name", "spec", "unit", "note", "as_needed")}
    if any(len(text) > rules["longest_text"] for text in texts.values()):
        raise Refused("text_too_long", most=rules["longest_text"])
    # One name a code: by both an order finds its stock.
    texts["name"] = texts["name"] if known is None else known.zh
    if not texts["name"]:
        raise Refused("order_name_missing")
    if not 0 < new.dose100 <= rules["most_dose100"]:
        raise Refused("order_dose", most=rules["most_dose100"] // 100)
    if not texts["unit"]:
        raise Refused("order_unit_missing")
    if codes("drug_route").get(new.route) is None:
        raise Refused("order_route")
    _check_dates(new, house_day(now))
    return {
        **texts,
        "drug": new.drug,
        "dose100": new.dose100,
        "route": new.route,
        # Whoever types 胰岛素 instead of choosing it means the same.
        "high_alert": new.high_alert or any(one.high_alert for one in meant_by(drugs, new.drug, texts["name"])),
        "from_on": new.from_on,
        "until_on": new.from_on if new.frequency == AT_ONCE else new.until_on,
        **_when(conn, new, now),
        **_prescriber(conn, by, new),
    }


def _when(conn: Connection, new: NewOrder, now: int) -> dict[str, Value]:
    if codes("frequency").get(new.frequency) is None:
        raise Refused("order_frequency")
    if not 0 <= new.gap_min <= _LONGEST_GAP:
        raise Refused("order_days", most=_LONGEST_GAP // 1440)
    if new.frequency == AS_NEEDED or new.as_needed.strip():
        if not new.as_needed.strip():
            raise Refused("order_reason_missing")
        gap = new.gap_min or int(table("rules/dose")["least_gap_min"])
        return {"frequency": AS_NEEDED, "times": "", "days": 1, "weekdays": "", "gap_min": gap}
    if not 1 <= new.days <= _LONGEST_DAYS:
        raise Refused("order_days", most=_LONGEST_DAYS)
    if not set(new.weekdays) <= set("1234567") or len(set(new.weekdays)) != len(new.weekdays):
        raise Refused("order_days", most=_LONGEST_DAYS)
    usual = clock(now) if new.frequency == AT_ONCE else times_of(conn, new.frequency)
    times = ordered((new.times or usual).split())
    weekdays = "".join(sorted(new.weekdays))
    return {"frequency": new.frequency, "times": times, "days": new.days, "weekdays": weekdays, "gap_min": 0}


def _check_dates(new: NewOrder, today: date) -> None:
    ends = [new.from_on] if new.until_on is None else [new.from_on, new.until_on]
    if not all(is_day(one) for one in ends) or ends != sorted(ends):
        raise Refused("order_dates")
    # A year back and ahead: a slip in the year would give nothing, or for ever.
    if abs((date.fromisoformat(new.from_on) - today).days) > _LONGEST_DAYS:
        raise Refused("order_dates")


def _prescriber(conn: Connection, by: UUID, new: NewOrder) -> dict[str, Value]:
    """Whose order it is: a doctor's own, else of the doctor that is named."""
    elsewhere = new.prescriber.strip()
    if len(elsewhere) > table("rules/dose")["longest_text"]:
        raise Refused("text_too_long", most=table("rules/dose")["longest_text"])
    if new.prescriber_id is not None:
        role = conn.execute(select(col(Staff.role)).where(col(Staff.id) == new.prescriber_id)).scalar()
        if role != "doctor":
            raise Refused("prescriber_not_doctor")
        return {"prescriber_id": new.prescriber_id, "prescriber": ""}
    if elsewhere:
        return {"prescriber_id": None, "prescriber": elsewhere}
    if working(conn, by).role == "doctor":
        return {"prescriber_id": by, "prescriber": ""}
    raise Refused("prescriber_missing")
