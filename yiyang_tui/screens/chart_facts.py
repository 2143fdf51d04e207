"""The facts of a person as rows to read; Enter leads to where one is changed."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from textual.app import ComposeResult

from yiyang_tui.cells import wrap
from yiyang_tui.screens.chart_pages import ChartPage
from yiyang_tui.screens.person_words import LISTS, allergy, condition, contact, mask
from yiyang_tui.themes import Token
from yiyang_tui.widgets.virtual_list import Cell, Column, VirtualList
from yiyang_tui.words import has, language, t

if TYPE_CHECKING:
    from care.person_facts import PersonFacts
    from yiyang_tui.screens.chart import Chart

ORDER = (
    "name", "sex", "birth", "id_number", "id_reason", "ethnic", "category", "care_level", "phone", "village", "address",
    "contacts", "allergies", "conditions", "no_resuscitation", "spo2_scale", "blood_abo", "insurance", "insurance_no",
    "record_no", "consents", "note",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class FactRow:
    """One line: a fact, or how it goes on. ``field`` is where the form opens."""

    key: str
    field: str
    label: str
    text: str
    token: Token = ""


def fact_rows(facts: "PersonFacts", width: int, bed_kind: str = "") -> list[FactRow]:
    """Every fact in lines of at most ``width`` cells; what is not known says so, and what is yet to be asked."""
    rows = []
    for field in ORDER:
        if field == "consents":
            rows += _consent_rows(facts, width, bed_kind)
            continue
        said = list(_said(facts, field)) or [t("person.empty")]
        token: Token = "quiet" if said == [t("person.empty")] else ""
        if field == "allergies" and not facts.allergies:
            said = [t("chart.allergies_none" if facts.allergies_known else "chart.allergies_unasked")]
            token = "" if facts.allergies_known else "urgent"
        lines = [line for one in said for line in wrap(one, width)]
        rows += [
            FactRow(f"{field}{n}", field, t(f"field.{field}") if n == 0 else "", line, token)
            for n, line in enumerate(lines)
        ]
    return rows


def _consent_rows(facts: "PersonFacts", width: int, bed_kind: str) -> list[FactRow]:
    """How each thing to agree to stands: what was answered, then what should be asked."""
    from care.consents import standing
    from yiyang_tui.screens.consents import kind_word, stands_word

    shown = [one for one in standing(facts.consents, bed_kind) if one.last is not None or one.work]
    shown.sort(key=lambda one: not one.work)
    said: list[tuple[str, Token]] = [
        (f"{'! ' if one.work else ''}{kind_word(one.kind)}: {stands_word(one)}", "due" if one.work else "")
        for one in shown
    ] or [(t("person.empty"), "quiet")]
    lines = [(line, token) for words, token in said for line in wrap(words, width)]
    return [
        FactRow(f"consents{n}", "consents", t("field.consents") if n == 0 else "", line, token)
        for n, (line, token) in enumerate(lines)
    ]


def _said(facts: "PersonFacts", field: str) -> Iterator[str]:
    value = getattr(facts, field)
    items: Mapping[str, Callable[[Any], str]] = {
        "contacts": contact,
        "allergies": allergy,
        "conditions": condition,
    }
    if field in items:
        yield from (items[field](one) for one in value)
    elif value not in ("", None):
        yield fact_word(field, value)


def fact_word(field: str, value: object) -> str:
    """One plain fact in words: a code by its full label, an ID number with its middle hidden."""
    from care.codes import label

    if field in LISTS:
        return label(LISTS[field], str(value), language())
    if field in ("id_number", "insurance_no"):
        return mask(str(value), 6, 4)
    if isinstance(value, bool):
        return t("dialog.yes" if value else "dialog.no")
    named = f"person.{field}.{value}"
    return t(named) if has(named) else str(value)


class FactsPage(ChartPage):
    """Every fact, and how each thing to agree to stands."""

    first = "#facts-list"

    def compose(self) -> ComposeResult:
        """The list."""
        yield VirtualList[FactRow](
            [Column(14), Column(0)],
            lambda row: [Cell(row.label, "quiet"), Cell(row.text, row.token)],
            key=lambda row: row.key,
            titled=False,
            id="facts-list",
        )

    def load(self, chart: "Chart") -> None:
        """All of them."""
        from care.people import facts

        chart.run_care(facts, chart.session.store, chart.person_id, then=self._show, group="page", exclusive=True)

    def _show(self, found: "PersonFacts") -> None:
        width = max(self.app.size.width - 24, 30)
        lies_on = self.chart.header.bed_kind if self.chart.header else ""
        self.query_one(VirtualList).show_rows(fact_rows(found, width, lies_on))

    def on_virtual_list_chosen(self, event: VirtualList.Chosen) -> None:
        """Enter: a fact to be changed."""
        event.stop()
        chart, row = self.chart, event.row
        if row.field == "consents":
            chart.action_consents()
        else:
            chart.yiyang.call_later(chart.yiyang.open, "person", person_id=chart.person_id, field=row.field)
