"""Beside the dose round: who it is, all their allergies, what else they take, what was measured, what is left."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final
from uuid import UUID

from yiyang_tui.screens.look_words import measured
from yiyang_tui.screens.medicine_words import drug_of, taken_beside
from yiyang_tui.screens.person_words import allergy, condition, sex_age, word
from yiyang_tui.screens.stock_words import left_of
from yiyang_tui.widgets.columns import Cell
from yiyang_tui.widgets.facts import broken
from yiyang_tui.words import language, t, times

if TYPE_CHECKING:
    from care.chart import Header
    from care.measured import Measured
    from care.medicines.doses import DoseRow
    from care.medicines.orders import OrderView
    from care.medicines.stock import StockLine
    from care.vitals_sets import VitalsSet
    from db.store import Store

MATTERS: Final = ("pulse", "sbp", "dbp", "glucose_mmol10")
"""What may be a reason not to give a medicine now."""
MOST_SETS: Final = 30
NARROW: Final = 78
"""Cells of a line below the list."""


@dataclass(frozen=True, slots=True)
class Beside:
    """What the record says of one person. ``stock``: their own and what the house has of the same drugs."""

    header: "Header"
    sets: "tuple[VitalsSet, ...]"
    orders: "tuple[OrderView, ...]"
    stock: "tuple[StockLine, ...]"


def read_beside(store: "Store", person_id: UUID, now: int) -> Beside:
    """Blocks."""
    from care.bedside import bedside
    from care.medicines.orders import orders
    from care.medicines.stock import stock
    from care.vitals_sets import vitals_sets

    found = bedside(store, person_id, now)
    theirs = tuple(orders(store, person_id))
    drugs = {(one.drug, one.name) for one in theirs}
    lines = (*stock(store, person_id), *(line for line in stock(store, None) if (line.drug, line.name) in drugs))
    sets = tuple(one for one in vitals_sets(store, person_id, MOST_SETS) if one.stands == "yes")
    return Beside(found.header, sets, theirs, lines)


def facts_of(row: "DoseRow", beside: Beside | None, now: int, *, wide: bool) -> list[Cell]:
    """The lines of the pane; ``wide``: a column of its own, with more in it and a blank line between."""
    lang = language()
    gap = [Cell("")] if wide else []
    if beside is None:
        return [Cell(f"{row.bed_label} {row.name}", "title")]
    head = beside.header
    who = f"{row.bed_label} {head.name}  {sex_age(head.sex, head.age)}  {word('home_care_level', head.care_level)}"
    given = [f"{drug_of(row)}  {row.dose.of(lang)}  {row.route.of(lang)}  {times.clock(row.due_at)}"]
    if row.high_alert:
        given.append(f"! {t('medicines.high_alert')}")
    cells = [Cell(who, "title"), _allergies(head)]
    if wide:
        cells.append(Cell("  ".join(map(condition, head.conditions)) or t("rounds.no_conditions"), "quiet"))
    cells += [*gap, Cell("  ".join(given), "urgent" if row.high_alert else "")]
    order = next((one for one in beside.orders if one.id == row.order_id), None)
    if order is not None and order.held:
        cells.append(Cell(t("medicines.held_why", reason=order.held_reason), "due"))
    if order is not None and order.note:
        cells.append(Cell(order.note, "quiet"))
    if row.cause:
        cells.append(Cell(t("medicines.cause", cause=row.cause), "quiet"))
    cells += [*gap, Cell(_vitals(beside.sets, now), "quiet")]
    cells += [Cell(_left(row, beside), "quiet")]
    others = taken_beside(beside.orders, row.order_id, hours=wide)
    if wide:
        cells += [*gap, Cell(t("medicines.beside"), "title"), *map(Cell, others)]
        return cells if others else [*cells, Cell(t("medicines.nothing_else"), "quiet")]
    return [*cells, *_in_two_lines(others)]


def _in_two_lines(others: list[str]) -> list[Cell]:
    """What else they take; how many more there are where it is too much for two lines."""
    shown = list(others)
    while shown:
        left = len(others) - len(shown)
        parts = [*shown, t("medicines.more", n=left)] if left else shown
        said = f"{t('medicines.beside')}  {t('medicines.between').join(parts)}"
        if len(broken(said, NARROW)) <= 2:
            return [Cell(line, "quiet") for line in broken(said, NARROW)]
        shown.pop()
    return [Cell(f"{t('medicines.beside')}  {t('medicines.nothing_else')}", "quiet")]


def _allergies(head: "Header") -> Cell:
    if head.allergies:
        return Cell(f"! {t('rounds.allergy')} " + "  ".join(map(allergy, head.allergies)), "urgent")
    known = "rounds.no_allergy" if head.allergies_known else "rounds.allergy_unknown"
    return Cell(t(known), "quiet" if head.allergies_known else "due")


def _vitals(sets: "Sequence[VitalsSet]", now: int) -> str:
    """The newest value of each, those of one time together: ``脉搏 78  血压 156/92  18:10  血糖 8.1  昨天 07:00``."""
    taken: dict[int, dict[str, Measured]] = {}
    for name in MATTERS:
        newest = next((one for one in sets if one.values.get(name) is not None), None)
        if newest is not None:
            taken.setdefault(newest.at, {})[name] = newest.values[name]
    said = [f"{'  '.join(measured(values))} {times.moment(at, now)}" for at, values in sorted(taken.items())[::-1]]
    return "   ".join(said) or t("medicines.not_measured")


def _left(row: "DoseRow", beside: Beside) -> str:
    order = next((one for one in beside.orders if one.id == row.order_id), None)
    lines = [one for one in beside.stock if order is not None and (one.drug, one.name) == (order.drug, order.name)]
    return left_of(lines)
