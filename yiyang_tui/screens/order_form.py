"""A new order: the drug by its pinyin initials, how much, how often, at which hours, and what speaks against it.

Warnings stand beside the fields as soon as there is something to check. None of them is hidden: each one that needs a
reason gets its own, typed, before the order is written.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Final
from uuid import UUID

from textual import events
from textual.app import ComposeResult
from textual.containers import Container, VerticalScroll

from yiyang_tui.drafts import Draft
from yiyang_tui.fields import Value, fill, values
from yiyang_tui.screens.base import Place
from yiyang_tui.screens.dialogs import Choose, list_choices
from yiyang_tui.screens.medicine_drug import FindDrug, Sought
from yiyang_tui.screens.order_begun import Begun, begin, drug_line, drug_of_code, warning_lines, whose
from yiyang_tui.screens.order_fields import NEEDED, OrderFields
from yiyang_tui.screens.order_values import DRUG, FIELD_OF, NAME, REASON, new_order, of_drug
from yiyang_tui.screens.order_warnings import Overrides
from yiyang_tui.widgets.cell_lines import CellLines
from yiyang_tui.widgets.facts import Facts
from yiyang_tui.widgets.form import Form
from yiyang_tui.widgets.lines import FootLine
from yiyang_tui.words import sentence, t, times

if TYPE_CHECKING:
    from care.medicines.catalogue import Drug
    from care.medicines.checks import Warning
    from db.errors import YiyangError

WIDE: Final = 104


class OrderForm(Place):
    """``person_id`` among the facts: whose order it is."""

    where = "order"
    CSS_PATH = "order_form.tcss"

    begun: Begun | None = None
    drug: "Drug | None" = None
    name = ""
    days = 1
    filled: Mapping[str, Value] = {}
    warnings: "Sequence[Warning]" = ()
    hours_of = ""
    saving = left = False

    @property
    def person_id(self) -> UUID:
        """Whose order it is."""
        found: UUID = self.facts["person_id"]
        return found

    @property
    def form(self) -> OrderFields:
        """The fields."""
        return self.query_one(OrderFields)

    def body(self) -> ComposeResult:
        """Whose, which drug, the fields, what speaks against it."""
        yield CellLines(id="who")
        with Container(id="order"):
            with VerticalScroll(can_focus=False, id="rows"):
                yield OrderFields(id="form")
            yield Facts(column=True, id="warnings")

    def on_mount(self) -> None:
        """What was half typed, or the search for a drug."""
        super().on_mount()
        self._arrange()
        self.reasons: dict[str, str] = {}
        self.draft = Draft(self, self.session, f"order:{self.person_id.hex}")
        self._fit()
        self.query_one("#spec").focus()
        store, staff = self.session.store, self.session.staff
        self.run_care(begin, store, staff, self.person_id, self.session.now(), then=self._begin, group="begin")

    def on_resize(self) -> None:
        """Warnings stand beside where there is room."""
        self._arrange()
        self.call_after_refresh(self._tell)

    def _arrange(self) -> None:
        self.set_class(self.app.size.width >= WIDE, "-wide")

    def _begin(self, begun: Begun) -> None:
        self.begun = begun
        self.form.put({"from_on": begun.today, "prescriber": begun.me, "route": "1"})
        self.filled = values(self)
        self._tell()
        self.draft.restore(self._restored)

    def _restored(self, kept: Mapping[str, Value] | None) -> None:
        if not kept:
            self.action_drug()
            return
        fill(self, kept)
        self.name = str(kept.get(NAME) or "")
        self.reasons = {key.removeprefix(REASON): str(said) for key, said in kept.items() if key.startswith(REASON)}
        self.say(t("said.draft_back"))
        self.run_care(drug_of_code, self.session.store, str(kept.get(DRUG) or ""), then=self._known)

    def _known(self, drug: "Drug | None") -> None:
        self.drug = drug
        self._frequency_chosen(again=True)
        self.load()

    # --- the drug ---------------------------------------------------------------------------------

    def action_drug(self) -> None:
        """Ctrl+T: which drug."""
        self.app.push_screen(FindDrug(self.session, t("order.which"), self.name), self._sought)

    def _sought(self, found: Sought | None) -> None:
        if found is None:
            if not self.name:
                self._leave(forget=True)
            return
        self.drug, self.name, self.reasons = found.drug, found.name, {}
        if found.drug is not None:
            self.form.put(of_drug(found.drug))
        self.form.query_one("#dose").focus()
        self._keep()
        self.load()

    # --- what is typed ----------------------------------------------------------------------------

    @property
    def typed(self) -> dict[str, Value]:
        """Everything that the form holds, with the drug and the reasons."""
        reasons = {f"{REASON}{code}": said for code, said in self.reasons.items()}
        return {**values(self.form), DRUG: self.drug.code if self.drug else "", NAME: self.name, **reasons}

    def on_form_touched(self, event: Form.Touched) -> None:
        """Keep what was typed."""
        event.stop()
        self._keep()

    def on_form_passed(self, event: Form.Passed) -> None:
        """Enter has left a field: another frequency has other hours."""
        event.stop()
        if event.field.id == "frequency":
            self._frequency_chosen()
        self.load()

    def on_descendant_blur(self, event: events.DescendantBlur) -> None:
        """So has an arrow."""
        if event.widget.id == "frequency":
            self._frequency_chosen()

    def on_key(self, event: events.Key) -> None:
        """Space lists what can be chosen."""
        list_choices(self, event, lambda id: t(f"order.field.{id}"))

    def _keep(self) -> None:
        if self.begun is not None and not self.left and self.name:
            self.draft.touch(self.typed)

    def _frequency_chosen(self, *, again: bool = False) -> None:
        """Its usual hours, once another frequency is chosen; ``again``: what was typed of it stays."""
        chosen, weekdays = self._fit()
        before, self.hours_of = self.hours_of, chosen
        if not again and chosen != before:
            self.form.put({"weekdays": weekdays})
            self.run_care(self._usual, chosen, then=lambda hours: self.form.put({"times": hours}), group="hours")

    def _fit(self) -> tuple[str, str]:
        """Show the rows that belong to the frequency; which it is, and on which days of the week it usually is."""
        from care.medicines.hours import AS_NEEDED, usual_days

        chosen = self.form.text("frequency")
        self.days, weekdays = usual_days(chosen) if chosen else (1, "")
        needed = chosen == AS_NEEDED
        self.form.fit_to({"times": not needed, "weekdays": bool(weekdays), **dict.fromkeys(NEEDED, needed)})
        return chosen, weekdays

    def _usual(self, frequency: str) -> str:
        from care.medicines.hours import AT_ONCE, usual_times

        if frequency == AT_ONCE:
            return times.clock(self.session.now())
        return usual_times(self.session.store, frequency)

    # --- what speaks against it -------------------------------------------------------------------

    def load(self) -> None:
        """Check what is typed."""
        self._fit()
        self._tell()
        if self.begun is not None and self.name:
            from care.medicines.checks import check

            new = new_order(self.typed, self.days, self.begun.doctors)
            self.run_care(
                check, self.session.store, self.person_id, new, then=self._warn, group="check", exclusive=True
            )

    def _warn(self, found: "Sequence[Warning]") -> None:
        self.warnings = found
        self._tell()

    def _tell(self) -> None:
        if self.begun is not None:
            self.query_one("#who", CellLines).show(whose(self.begun.header), drug_line(self.name, self.drug))
            against = warning_lines(self.warnings, self.reasons) if self.name else []
            self.query_one(Facts).facts = tuple(against)
            self.query_one(FootLine).refresh()

    # --- saving -----------------------------------------------------------------------------------

    def why_not(self, action: str) -> str | None:
        """Nothing is saved without a drug."""
        return t("order.no_drug") if action == "order.save" and not self.name else None

    def on_form_filled(self, event: Form.Filled) -> None:
        """Enter in the last field."""
        event.stop()
        if self.name:
            self.action_save()
        else:
            self.action_drug()

    def action_save(self) -> None:
        """Ctrl+S: check once more, ask for the reasons, write it."""
        if self.begun is None or self.saving or self.left:
            return
        from care.medicines.checks import check

        self.saving = True
        self.draft.flush(self.typed)
        new = new_order(self.typed, self.days, self.begun.doctors)
        self.run_care(
            check, self.session.store, self.person_id, new, then=self._judge, failed=self._refused, group="save"
        )

    def _judge(self, found: "Sequence[Warning]") -> None:
        self._warn(found)
        if not found:
            self._write({})
            return
        if any(one.blocks for one in found) and not self.session.may("order.override"):
            # Before anybody types a reason for nothing.
            self.saving = False
            self.say(t("refused.order_blocked"), "urgent")
            return

        def told(reasons: Mapping[str, str] | None) -> None:
            if reasons is None:
                self.saving = False
                return
            self.reasons = dict(reasons)
            self.draft.flush(self.typed)
            self._tell()
            self._write(self.reasons)

        self.app.push_screen(Overrides(self.name, found, self.reasons), told)

    def _write(self, reasons: Mapping[str, str]) -> None:
        from care.medicines.orders import prescribe

        assert self.begun is not None
        new = new_order(self.typed, self.days, self.begun.doctors)
        store, by = self.session.store, self.session.staff.id
        said = {code: reason for code, reason in reasons.items() if reason}
        self.run_care(
            prescribe, store, by, self.person_id, new, said, then=self._written, failed=self._refused, group="save"
        )

    def _refused(self, error: "YiyangError") -> None:
        self.saving = False
        field = FIELD_OF.get(str(error.facts.get("rule")))
        if field is not None:
            self.form.query_one(f"#{field}").focus()
        self.say(sentence(error), "urgent")

    def _written(self, order_id: UUID) -> None:
        from care.medicines.orders import stop

        store, by, why = self.session.store, self.session.staff.id, t("order.taken_back")
        who = self.begun.header.name if self.begun else ""
        what = t("order.act", name=who, drug=self.name)
        self._leave(
            forget=True,
            said=t("order.saved", name=who, drug=self.name),
            undo=(what, lambda: stop(store, by, order_id, why)),
        )

    # --- leaving ----------------------------------------------------------------------------------

    def action_back(self) -> None:
        """Esc: what is half typed is kept, or thrown away, as they say."""
        if not self.name:
            self._leave(forget=True)
            return
        ways = [(way, t(f"person.leave.{way}")) for way in ("keep", "stay", "drop")]
        self.app.push_screen(
            Choose(t("person.unsaved"), ways),
            lambda way: self._leave(forget=way == "drop") if way in ("keep", "drop") else None,
        )

    def _leave(self, *, forget: bool, said: str = "", undo: "tuple[str, Callable[[], object]] | None" = None) -> None:
        self.left = True
        if forget:
            self.draft.forget()
        else:
            self.draft.flush(self.typed)
        self.yiyang.call_later(self._go, said, undo)

    async def _go(self, said: str, undo: "tuple[str, Callable[[], object]] | None") -> None:
        await self.draft.settled()
        await self.app.pop_screen()
        front = self.app.screen
        if said and undo and isinstance(front, Place):
            front.saved(undo[0], undo[1], said)
