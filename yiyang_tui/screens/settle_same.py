"""Two registrations side by side: is it one person, and which of the two is shown from now on."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, ClassVar, Final
from uuid import UUID

from rich.cells import cell_len
from rich.text import Text
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.types import CSSPathType
from textual.widgets import Static

from yiyang_tui.cells import fit, wrap
from yiyang_tui.screens.chart_header import DIALOG_CSS
from yiyang_tui.screens.contest_sides import value_words
from yiyang_tui.screens.dialogs import Ask, Choose, Dialog
from yiyang_tui.screens.person_words import LISTS, word
from yiyang_tui.themes import token_style
from yiyang_tui.widgets.virtual_list import Cell, Column, VirtualList
from yiyang_tui.words import plural, t, times

if TYPE_CHECKING:
    from care.same_person import Registration
    from yiyang_tui.screens.base import Place
    from yiyang_tui.session import Session

BOTH_OWN: Final = "own"
"""They are two people."""

# In this order, what tells people apart and what can hurt first. The others are shown where the two differ.
_SHOWN = (
    "birth", "id_number", "allergies", "care_level", "no_resuscitation", "spo2_scale", "sex", "category", "phone",
    "village", "conditions",
)  # fmt: skip
_ALWAYS = ("birth", "id_number", "allergies", "care_level")
_LINES = {"allergies": 3, "conditions": 2}
_WIDEST_LABEL = 12


class SamePeople(Dialog[Any]):
    """Dismisses with the id of the registration that is kept, ``BOTH_OWN`` for two people, or ``None`` at Esc.

    ``merged``: they are one person already, and two laptops kept the other one each.
    """

    CSS_PATH: ClassVar[CSSPathType | None] = [*DIALOG_CSS]

    def __init__(self, session: "Session", both: "Sequence[Registration]", *, merged: bool = False) -> None:
        super().__init__()
        self.session, self.both, self.merged = session, both, merged

    def compose(self) -> ComposeResult:
        """Both, the ways, the keys."""
        names = [one.facts.name for one in self.both]
        ways: list[tuple[Any, str]] = [
            (one.person_id, t("settle.keep", n=n, who=_who(one))) for n, one in enumerate(self.both, 1)
        ]
        if not self.merged:
            ways.append((BOTH_OWN, t("settle.two_people")))
        title = t("settle.circle_title" if self.merged else "settle.same_title", one=names[0], other=names[1])
        with Vertical(classes="dialog wide", id="same"):
            yield Static(title, classes="title", markup=False)
            with Horizontal(id="both"):
                yield Static(id="one", classes="side", markup=False)
                yield Static(id="other", classes="side", markup=False)
            listed = VirtualList[tuple[Any, str]]([Column(0)], lambda way: [Cell(way[1])], titled=False, id="ways")
            listed.styles.height = len(ways)
            yield listed
            yield Static(t("dialog.choose_hint"), classes="hint", markup=False)
        self.ways = ways

    def on_mount(self) -> None:
        """The ways are where arrows go."""
        ways = self.query_one(VirtualList)
        ways.show_rows(self.ways)
        ways.focus()
        self.call_after_refresh(self._draw)

    def on_resize(self) -> None:
        """Lines are cut to the width there is."""
        self.call_after_refresh(self._draw)

    def _draw(self) -> None:
        width = max(self.query_one("#both").size.width // 2 - 2, 24)
        columns = [self._head(n, one, width) for n, one in enumerate(self.both, 1)]
        differs = {name: len({getattr(one.facts, name) for one in self.both}) > 1 for name in _SHOWN}
        shown = [name for name in _SHOWN if name in _ALWAYS or differs[name]]
        label = min(max(cell_len(t(f"field.{name}")) for name in shown) + 1, _WIDEST_LABEL)
        for name in shown:
            # What differs has a sign, not only a colour.
            sign = "*" if differs[name] else " "
            cells = [self._fact(one, name, (label, width), sign) for one in self.both]
            high = max(map(len, cells))
            for column, cell in zip(columns, cells, strict=True):
                column += [*cell, *[Text("")] * (high - len(cell))]
        for id, column in zip(("one", "other"), columns, strict=True):
            self.query_one(f"#{id}", Static).update(Text("\n").join(column))

    def _head(self, n: int, one: "Registration", width: int) -> list[Text]:
        last = "" if one.last_at is None else times.moment(one.last_at, self.session.now())
        looks = f"{plural('settle.looks', one.looks)} {last}"
        return [
            Text(fit(f"{n} {_who(one)}", width), token_style(self.app, "title")),
            Text(fit(looks, width), token_style(self.app, "quiet")),
        ]

    def _fact(self, one: "Registration", name: str, widths: tuple[int, int], sign: str) -> list[Text]:
        label_width, width = widths
        lines = wrap(_words(one, name), width - label_width - 1)[: _LINES.get(name, 1)] or [""]
        label = Text(f"{sign}{fit(t(f'field.{name}'), label_width)}", token_style(self.app, "quiet"))
        label.append(lines[0], token_style(self.app, "due" if sign == "*" else ""))
        return [label, *(Text(" " * (label_width + 1) + line) for line in lines[1:])]

    def on_virtual_list_chosen(self, event: VirtualList.Chosen) -> None:
        """Enter: once more in plain words."""
        event.stop()
        way = event.row[0]
        if way == BOTH_OWN:
            self.dismiss(way)
            return
        kept = next(one for one in self.both if one.person_id == way)
        question = Ask(t("settle.merge_ask", who=_who(kept)), t("settle.merge_more"))
        self.app.push_screen(question, lambda yes: self._sure(way, yes))

    def _sure(self, way: UUID, yes: bool | None) -> None:
        if yes:
            self.dismiss(way)


def part(place: "Place", person_id: UUID) -> None:
    """Of somebody registered twice: which registration is a person of its own again, then once more in plain words."""
    from care.same_person import hidden_of, part_people
    from care.taken_back import take_back

    store, by = place.session.store, place.session.staff.id

    def read(hidden: "list[Registration]") -> None:
        if len(hidden) == 1:
            chosen(hidden[0])
        elif hidden:
            ways = [(one, f"{_who(one)}  {plural('settle.looks', one.looks)}") for one in hidden]
            place.app.push_screen(Choose(t("settle.part_title"), ways), chosen)

    def chosen(one: "Registration | None") -> None:
        if one is not None:
            question = Ask(t("settle.part_ask", name=one.facts.name), t("settle.part_more"))
            place.app.push_screen(question, lambda yes: parted(one) if yes else None)

    def parted(one: "Registration") -> None:
        said = t("settle.parted", name=one.facts.name)

        def done(act: Any) -> None:
            place.saved(said, lambda: take_back(store, by, act), said)
            place.load()

        place.run_care(part_people, store, by, one.person_id, then=done)

    place.run_care(hidden_of, store, person_id, then=read)


def _who(one: "Registration") -> str:
    return f"{one.bed_label} {one.facts.name}".strip()


def _words(one: "Registration", name: str) -> str:
    from care.person_facts import to_columns

    value = getattr(one.facts, name)
    if name in LISTS:
        return word(LISTS[name], value) or t("person.empty")
    return t("list.comma").join(value_words(name, to_columns(one.facts, [name])[name]))
