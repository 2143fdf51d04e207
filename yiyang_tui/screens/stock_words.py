"""What is left of a medicine, in words."""

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Final

from yiyang_tui.screens.order_values import amount
from yiyang_tui.themes import Token
from yiyang_tui.words import plural, t

if TYPE_CHECKING:
    from care.medicines.stock import StockLine

STATES: Final[dict[str, Token]] = {"expired": "urgent", "short": "urgent", "low": "late", "soon": "due", "ok": ""}


def quantity(line: "StockLine") -> str:
    """``24 片``."""
    return f"{amount(line.quantity100)} {line.unit}"


def days(line: "StockLine") -> str:
    """``12 天``; empty where no order says how much is used."""
    return "" if line.days_left is None else plural("stock.days", line.days_left)


def left_of(lines: "Sequence[StockLine]") -> str:
    """``库存 24 片 约 12 天 有效至 2027-03-01``, of all lots of one medicine together."""
    if not lines:
        return t("stock.not_kept")
    total = sum(one.quantity100 for one in lines)
    said = [t("stock.left", quantity=f"{amount(total)} {lines[0].unit}")]
    lasting = [one.days_left for one in lines if one.days_left is not None]
    if lasting:
        said.append(t("stock.about", days=plural("stock.days", max(lasting))))
    ends = min((one.use_by for one in lines if one.use_by), default=None)
    if ends:
        said.append(t("stock.use_by", day=ends))
    worst = _worst(lines)
    return "  ".join([*said, f"! {t(f'stock.state.{worst}')}"] if worst != "ok" else said)


def _worst(lines: "Iterable[StockLine]") -> str:
    known = list(STATES)
    return min((one.state for one in lines), key=lambda state: known.index(state) if state in known else 9)
