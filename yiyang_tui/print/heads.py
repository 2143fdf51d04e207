"""What stands above and below every sheet, in words."""

from datetime import date
from typing import TYPE_CHECKING

from yiyang_tui.print.paper import Heading
from yiyang_tui.words import language, t, times

if TYPE_CHECKING:
    from care.sheets.head import SheetHead


def headed(title: str, head: "SheetHead", period: str = "", *, fill: bool = False) -> Heading:
    """The heading of a sheet: the house, the person if it is about one, its time, who printed it and when.

    ``fill``: about somebody who is to be written in by hand, if the sheet names nobody.
    """
    made = t("print.made", at=moment(head.made_at), who=head.made_by)
    about = t("print.head.to_fill_in") if fill and head.person_id is None else whom(head)
    return Heading(title, head.house, about, period, made, head.made_at)


def whom(head: "SheetHead") -> str:
    """``床号 101-1   李秀英   女   83岁   全护   过敏：青霉素``; nothing on a sheet of the house."""
    from care.codes import short

    if head.person_id is None:
        return ""
    parts = [
        t("print.head.bed", bed=head.bed_label) if head.bed_label else "",
        head.name,
        short("sex", head.sex, language()) if head.sex else "",
        "" if head.age is None else t("print.head.age", age=head.age),
        short("home_care_level", head.care_level, language()) if head.care_level else "",
        _allergies(head),
    ]
    return "   ".join(part for part in parts if part)


def _allergies(head: "SheetHead") -> str:
    if head.allergies is None:
        return t("print.head.allergies_unknown")
    if not head.allergies:
        return t("print.head.no_allergies")
    return t("print.head.allergies", to=t("list.comma").join(head.allergies))


def moment(at: int) -> str:
    """``2026-11-22 21:04``."""
    return times.local(at).strftime("%Y-%m-%d %H:%M")


def days(first: date, last: date) -> str:
    """``2026-11-16 至 11-22``; of one day that day."""
    if first == last:
        return first.isoformat()
    return t("print.days", first=first.isoformat(), last=f"{last:%m-%d}" if first.year == last.year else str(last))
