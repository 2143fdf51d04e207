"""Lines of the ledger, typed: what came in, what went back or was destroyed, what was found when it was counted."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar, Final
from uuid import UUID

from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.types import CSSPathType
from textual.widgets import Static

from yiyang_tui.cells import narrow
from yiyang_tui.fields import fields, values
from yiyang_tui.screens.dialogs import Dialog
from yiyang_tui.screens.medicine_words import named
from yiyang_tui.screens.order_values import amount, hundredths
from yiyang_tui.screens.second import SecondPerson
from yiyang_tui.screens.stock_words import quantity
from yiyang_tui.widgets.entry import Entry
from yiyang_tui.widgets.form import Form
from yiyang_tui.words import sentence, t

if TYPE_CHECKING:
    from collections.abc import Callable

    from care.amending import Colleague
    from care.medicines.stock import StockLine
    from care.rights import Second
    from db.errors import YiyangError
    from yiyang_tui.session import Session

LONGEST: Final = {"spec": 40, "quantity": 8, "unit": 8, "lot": 30, "expires": 10, "source": 60, "reason": 100}
NUMBERS: Final = ("quantity",)
_AT: Final = {
    "stock_quantity": "quantity",
    "stock_not_there": "quantity",
    "order_unit_missing": "unit",
    "date_shape": "expires",
    "stock_expired": "expires",
    "reason_missing": "reason",
}


class LedgerForm(Dialog[Any]):
    """A few fields and one act; a controlled drug takes a second person. Dismisses with what ``told`` makes of it."""

    CSS_PATH: ClassVar[CSSPathType | None] = ["dialogs.tcss", "stock_forms.tcss"]
    names: ClassVar[tuple[str, ...]] = ()

    def __init__(self, session: "Session", title: str, given: "dict[str, str] | None" = None) -> None:
        super().__init__()
        self.session, self.title_text, self.given = session, title, given or {}
        self.busy = False

    def compose(self) -> ComposeResult:
        """What of whom, a row a field."""
        with Vertical(classes="dialog", id="ledger"):
            yield Static(self.title_text, classes="title", markup=False)
            with VerticalScroll(can_focus=False, classes="rows"), Form(id="fields"):
                yield from self.rows()
            yield Static(t("stock.form_hint"), id="told", markup=False)

    def rows(self) -> ComposeResult:
        """The fields of this form."""
        for name in self.names:
            with Horizontal(classes="row"):
                yield Static(t(f"stock.field.{name}"), classes="label", markup=False)
                kind: Any = "number" if name in NUMBERS else "text"
                yield Entry(self.given.get(name, ""), kind=kind, id=name, longest=LONGEST[name])

    def on_mount(self) -> None:
        """Type at once."""
        self.first_field.focus()

    @property
    def first_field(self) -> Any:
        """The first field that holds nothing. Override to begin elsewhere."""
        empty = [field for field in fields(self) if not field.value]
        return (empty or fields(self))[0]

    @property
    def typed(self) -> dict[str, str]:
        """What the fields hold."""
        return {name: str(value or "").strip() for name, value in values(self).items()}

    def act(self, typed: dict[str, str], second: "Second | None") -> Any:
        """Write it; blocks. Override."""
        raise NotImplementedError

    def told(self, done: Any) -> Any:
        """What to dismiss with. Override."""
        raise NotImplementedError

    def on_form_filled(self, event: Form.Filled) -> None:
        """Enter in the last field."""
        event.stop()
        if not self.busy:
            self.busy = True
            typed = self.typed
            self.run_care(self.act, typed, None, then=self._done, failed=lambda error: self._refused(error, typed))

    def _done(self, done: Any) -> None:
        self.dismiss(self.told(done))

    def _refused(self, error: "YiyangError", typed: dict[str, str]) -> None:
        self.busy = False
        rule = str(error.facts.get("rule"))
        if rule == "stock_second_needed":
            from care.amending import colleagues

            store, by = self.session.store, self.session.staff.id
            self.run_care(colleagues, store, by, "stock.change", then=lambda found: self._together(found, typed))
            return
        told = self.query_one("#told", Static)
        told.add_class("urgent")
        told.update(sentence(error))
        field = next(iter(self.query(f"#{_AT[rule]}")), None) if rule in _AT else None
        if field is not None:
            field.focus()

    def _together(self, found: "tuple[Colleague, ...]", typed: dict[str, str]) -> None:
        act: Callable[[Second], Any] = partial(self.act, typed)
        self.app.push_screen(
            SecondPerson(t("stock.together", what=self.title_text), found, act),
            lambda done: self._done(done[0]) if done else None,
        )


class InForm(LedgerForm):
    """What came in. Dismisses with what to say and the id of the line."""

    names = ("spec", "quantity", "unit", "lot", "expires", "source")

    def __init__(
        self, session: "Session", person_id: UUID | None, whose: str, drug: str, name: str, spec: str, unit: str
    ) -> None:
        super().__init__(session, t("stock.in_title", whose=whose, drug=name), {"spec": spec, "unit": unit})
        self.person_id, self.drug, self.drug_name = person_id, drug, name

    def act(self, typed: dict[str, str], second: "Second | None") -> UUID:
        """Received."""
        from care.medicines.stock import Received, receive

        came = Received(
            drug=self.drug,
            name=self.drug_name,
            spec=typed["spec"],
            quantity100=hundredths(typed["quantity"]),
            unit=typed["unit"],
            lot=typed["lot"],
            expires=narrow(typed["expires"]) or None,
            source=typed["source"],
        )
        return receive(self.session.store, self.session.staff.id, self.person_id, came, second=second)

    def told(self, done: UUID) -> tuple[str, UUID]:
        """How much of what."""
        typed = self.typed
        return t("stock.received", drug=self.drug_name, quantity=f"{typed['quantity']} {typed['unit']}"), done


class OutForm(LedgerForm):
    """What went back, or was destroyed: ``way`` returned or destroyed. Dismisses as ``InForm``."""

    names = ("quantity", "reason")

    def __init__(self, session: "Session", whose: str, line: "StockLine", way: str) -> None:
        title = t(f"stock.{way}_title", whose=whose, drug=named(line.name, line.spec), left=quantity(line))
        super().__init__(session, title, {"quantity": amount(max(line.quantity100, 0))})
        self.line, self.way = line, way

    @property
    def first_field(self) -> Any:
        """How much: all of it, unless another number is typed."""
        return self.query_one("#quantity")

    def act(self, typed: dict[str, str], second: "Second | None") -> UUID:
        """Given back or destroyed."""
        from care.medicines.stock import destroy, give_back

        out = give_back if self.way == "returned" else destroy
        store, by = self.session.store, self.session.staff.id
        return out(store, by, self.line, hundredths(typed["quantity"]), typed["reason"], second=second)

    def told(self, done: UUID) -> tuple[str, UUID]:
        """How much of what."""
        said = f"{self.typed['quantity']} {self.line.unit}"
        return t(f"stock.{self.way}", drug=self.line.name, quantity=said), done


@dataclass(frozen=True, slots=True)
class Counted:
    """That it was counted, in words, with the difference."""

    said: str


class CountForm(LedgerForm):
    """What was found of each lot of one medicine. Dismisses with ``Counted``."""

    def __init__(self, session: "Session", whose: str, lots: "Sequence[StockLine]") -> None:
        line = lots[0]
        super().__init__(session, t("stock.count_title", whose=whose, drug=named(line.name, line.spec)))
        self.lots = lots

    def rows(self) -> ComposeResult:
        """One row a lot: what should be there, what was found."""
        for n, line in enumerate(self.lots):
            with Horizontal(classes="row"):
                lot = " ".join(filter(None, (line.lot or t("stock.no_lot"), line.use_by)))
                yield Static(lot, classes="label wide", markup=False)
                yield Entry(kind="number", id=f"lot{n}", longest=8)
                yield Static(t("stock.should", quantity=quantity(line)), classes="note", markup=False)

    def act(self, typed: dict[str, str], second: "Second | None") -> Any:
        """Counted: a lot left empty was not there."""
        from care.medicines.stock import count

        line = self.lots[0]
        found = {lot.key: hundredths(typed[f"lot{n}"]) for n, lot in enumerate(self.lots)}
        store, by = self.session.store, self.session.staff.id
        return count(store, by, line.person_id, line.drug, line.name, found, second=second)

    def told(self, done: Any) -> Counted:
        """Whether it was as it should be."""
        line = self.lots[0]
        if not done:
            return Counted(t("stock.counted_same", drug=line.name))
        differs = t("list.comma").join(
            f"{key.lot or key.expires or ''} {'+' if by > 0 else '-'}{amount(abs(by))} {key.unit}".strip()
            for key, by in done.items()
        )
        return Counted(t("stock.counted_differs", drug=line.name, differs=differs))
