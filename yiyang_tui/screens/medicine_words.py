"""Medicines in words: a drug with its strength, an order in one line, what speaks against it, why a dose was late."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Final

from yiyang_tui.themes import Token
from yiyang_tui.widgets.columns import Cell
from yiyang_tui.words import language, t, times

if TYPE_CHECKING:
    from care.medicines.checks import Warning
    from care.medicines.doses import DoseRow
    from care.medicines.orders import OrderView

SEVERITY: "Final[dict[str, Token]]" = {
    "contraindicated": "urgent",
    "major": "urgent",
    "moderate": "due",
    "info": "quiet",
}


# Lists of drugs hold characters that consoles draw one cell wide or two.
_OF_ONE_WIDTH: Final = str.maketrans(
    {"μ": "u", "µ": "u", "≤": "<=", "≥": ">=", "α": "a", "β": "b", "Ⅰ": "I", "Ⅱ": "II", "Ⅲ": "III"}
)


def of_one_width(text: str) -> str:
    """``0.25ug``: words of the lists as every console draws them alike."""
    return text.translate(_OF_ONE_WIDTH)


def named(name: str, spec: str) -> str:
    """``阿司匹林肠溶片 100mg``; the strength once where the name has it already."""
    return of_one_width(name if not spec or spec in name else f"{name} {spec}")


def drug_of(row: "DoseRow") -> str:
    """The drug of a dose with its strength."""
    return named(row.drug.of(language()), row.spec)


def about(row: "DoseRow") -> str:
    """``102-1 李秀英  胰岛素 12 单位 皮下 08:00``: what is read aloud before it is given."""
    lang = language()
    allergy = f"\n! {t('rounds.allergy')} {t('list.comma').join(row.allergies)}" if row.allergies else ""
    return (
        f"{row.bed_label} {row.name}\n{drug_of(row)}  {row.dose.of(lang)}  {row.route.of(lang)}  "
        f"{times.clock(row.due_at)}{allergy}"
    )


def result_word(result: str) -> str:
    """``已服``."""
    from care.codes import label

    return label("med_result", result, language())


def causes_of(result: str) -> list[str]:
    """What is usually said of it, in the language spoken now."""
    from care.medicines.doses import causes

    return [one.of(language()) for one in causes(result)]


def order_line(one: "OrderView", *, hours: bool = True) -> str:
    """``氨氯地平片 5mg 1 片 每日一次 08:00``; without its hours where there is little room."""
    when = t("medicines.as_needed", what=one.as_needed) if one.as_needed else one.when.of(language()) if hours else ""
    return f"{named(one.name, one.spec)} {one.dose.of(language())} {when}".rstrip()


def taken_beside(orders: "Iterable[OrderView]", but: object = None, *, hours: bool = True) -> list[str]:
    """What somebody takes, one each; what is held says so."""
    held = t("medicines.held_mark")
    return [
        order_line(one, hours=hours) + (f" ({held})" if one.state == "held" else "")
        for one in orders
        if one.id != but and one.state in ("open", "held")
    ]


def warning_cells(one: "Warning", reason: str = "") -> list[Cell]:
    """A warning in full: what kind, how grave, what it is, what is usually done, the reason given."""
    lang = language()
    grave = t(f"order.severity.{one.severity}")
    token = SEVERITY[one.severity]
    sign = "! " if token == "urgent" else ""
    words, advice = of_one_width(one.words.of(lang)), of_one_width(one.advice.of(lang))
    cells = [Cell(f"{sign}{t(f'order.kind.{one.kind}')}  {grave}  {words}", token)]
    if advice:
        cells.append(Cell(f"  {advice}", "quiet"))
    if one.blocks:
        cells.append(Cell(f"  {t('order.blocks')}", "due"))
    if reason:
        cells.append(Cell(f"  {t('order.reason', reason=reason)}", "done"))
    return cells
