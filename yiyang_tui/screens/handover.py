"""F7, the handover: what the program drafts of the shift, completed and signed; the other side reads it and signs."""

from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar, Final
from uuid import UUID

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal
from textual.widgets import Static

from yiyang_tui.actions import WIDE_DIGITS
from yiyang_tui.drafts import Draft as Kept
from yiyang_tui.fields import fields, fill, values
from yiyang_tui.screens.base import Place
from yiyang_tui.screens.dialogs import Say
from yiyang_tui.screens.handover_read import Told, read
from yiyang_tui.screens.handover_rows import COLUMNS, Row, counted, past_cells, rows, signed
from yiyang_tui.widgets.cell_lines import CellLines
from yiyang_tui.widgets.digit_line import DigitLine
from yiyang_tui.widgets.entry import Entry
from yiyang_tui.widgets.form import Form
from yiyang_tui.widgets.virtual_list import Cell, Column, VirtualList
from yiyang_tui.words import language, sentence, t, times

if TYPE_CHECKING:
    from care.handover import Handover as Given
    from db.errors import YiyangError

PAGES: Final = ("draft", "sign", "past")
ITEMS: Final = ("keys", "medicines", "things", "safety", "other")
LONGEST: Final = 500
STALE_S: Final = 600
"""What is signed is what was read: a draft that is older is made anew first."""
FOLDED: Final = {False: 4, True: 10}
"""So many people of a section are shown before it is unfolded, without and with room."""


class ItemsForm(Form):
    """The fields; Up from the first leads back to the lines."""

    def step(self, field: Any, by: int) -> bool:
        """The field above the first is the list."""
        mine = [one for one in fields(self) if one.focusable]
        if by < 0 and mine and field is mine[0]:
            self.screen.query_one("#lines").focus()
            return True
        return super().step(field, by)


class Handover(Place):
    """Three pages by digit: this shift, what waits to be signed for, those past."""

    where = "handover"
    CSS_PATH = "handover.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        *((f"{n},{WIDE_DIGITS[n - 1]}", f"page({n - 1})", "") for n in range(1, len(PAGES) + 1)),
        ("tab", "turn(1)", ""),
        ("shift+tab", "turn(-1)", ""),
    ]

    page = ""
    told: Told | None = None
    reading: "Given | None" = None
    kept: Kept | None = None
    busy = False

    def body(self) -> ComposeResult:
        """The pages, whose shift it is, how many people, the lines; what people add."""
        yield DigitLine(self._pages(), 0, id="pages")
        yield CellLines(id="title")
        yield CellLines(id="counts")
        yield VirtualList[Row](
            COLUMNS,
            lambda row: row.cells,
            key=lambda row: row.id,
            selectable=lambda row: bool(row.section or row.whole),
            titled=False,
            empty=t("handover.nothing"),
            id="lines",
        )
        yield VirtualList["Given"](
            [
                Column(15, t("handover.column.at")),
                Column(8, t("handover.column.shift")),
                Column(10, t("handover.column.giver")),
                Column(12, t("handover.column.taker")),
                Column(0, t("handover.column.remarks")),
            ],
            lambda one: past_cells(one, self.session.now()),
            key=lambda one: one.id,
            empty=f"{t('handover.none')}\n{t('handover.none_todo')}",
            id="past",
        )
        for form, lines in (("items", (ITEMS[:2], ITEMS[2:4], ITEMS[4:])), ("sign", (("remarks",),))):
            with ItemsForm(id=form):
                for names in lines:
                    with Horizontal(classes="row"):
                        for name in names:
                            yield Static(t(f"handover.item.{name}"), classes="label", markup=False)
                            yield Entry(id=name, longest=LONGEST)

    def on_mount(self) -> None:
        """Nothing can be typed before it is known into what."""
        super().on_mount()
        self.unfolded: set[str] = set()
        self.query_one("#lines").focus()

    def on_resize(self) -> None:
        """More room, more lines."""
        self.call_after_refresh(self._draw)

    def load(self) -> None:
        """Draft it from the record as it is now."""
        store, by = self.session.store, self.session.staff.id
        self.run_care(read, store, by, self.session.now(), then=self._show, group="handover", exclusive=True)

    def _show(self, told: Told) -> None:
        self.told = told
        if not self.page:
            mine = self.session.staff.id
            waits = any(one.giver_id != mine for one in told.waiting)
            self.page = "sign" if waits else "draft"
        self._draw()
        self._restore()

    # --- what is shown --------------------------------------------------------------------------

    def _pages(self) -> list[str]:
        waiting = len(self.told.waiting) if self.told else 0
        return [f"{t(f'handover.page.{page}')}{f' {waiting}' if waiting and page == 'sign' else ''}" for page in PAGES]

    @property
    def shown(self) -> "Given | None":
        """The handover that is shown as it was signed; ``None``: the draft, or a list."""
        if self.told is None:
            return None
        own = {"draft": self.told.given, "sign": self.told.to_sign(self.session.staff.id), "past": self.reading}
        return own.get(self.page)

    @property
    def writes(self) -> str:
        """Which fields are to be filled in: of a draft, or of whoever signs for one; else none."""
        if self.told is None or self.page == "past":
            return ""
        if self.page == "draft":
            return "" if self.told.given else "items"
        one = self.shown
        return "sign" if one is not None and one.giver_id != self.session.staff.id else ""

    def _draw(self) -> None:
        told = self.told
        if told is None:
            return
        self.query_one(DigitLine).turn(PAGES.index(self.page), self._pages())
        listing = self.page == "past" and self.reading is None
        self.set_class(self.writes == "items", "-draft")
        self.set_class(self.writes == "sign", "-sign")
        self.set_class(listing, "-past")
        one, now = self.shown, self.session.now()
        lines = self.query_one("#lines", VirtualList)
        lines.empty = t("handover.nothing" if self.page == "draft" else "handover.none_waits")
        most = FOLDED[self.app.size.height > 30]
        draft = one.draft if one else told.draft if self.page == "draft" else None
        self.query_one("#past", VirtualList).show_rows(told.past)
        if draft is None:
            self.query_one("#title", CellLines).show([Cell(t("handover.past_title") if listing else "", "title")])
            self.query_one("#counts", CellLines).show([])
            lines.show_rows([])
        else:
            self._entitle(draft.words.of(language()), draft.from_at, one)
            self.query_one("#counts", CellLines).show(counted(draft.counts))
            news = told.news if self.page == "sign" else ()
            items = one.items if one else None
            lines.show_rows(rows(draft.sections, now, self.unfolded, most=most, items=items, news=news))
        self.query_one("FootLine").refresh()

    def _entitle(self, shift: str, from_at: int, one: "Given | None") -> None:
        now = self.session.now()
        title = t("handover.of", shift=shift, at=times.moment(from_at, now))
        told = t("handover.drafted") if one is None else signed(one, now)
        waits = one is not None and one.taken_at is None
        self.query_one("#title", CellLines).show(
            [Cell(title, "title"), Cell(f"   {told}", "late" if waits else "quiet")]
        )

    # --- what is typed ----------------------------------------------------------------------------

    def _restore(self) -> None:
        key = self._key()
        if not key or (self.kept is not None and self.kept.key == key):
            return
        form = self.query_one(f"#{self.writes}", Form)
        fill(form, dict.fromkeys(values(form), ""))
        self.kept = kept = Kept(self, self.session, key)

        def found(typed: Any) -> None:
            if self.kept is kept and typed:
                fill(form, typed)

        kept.restore(then=found)

    def _key(self) -> str:
        one = self.shown
        if self.writes == "sign" and one is not None:
            return f"handover_taken:{one.id.hex}"
        told = self.told
        return f"handover:{told.draft.shift}:{told.draft.from_at}" if self.writes and told else ""

    def on_form_touched(self, event: Form.Touched) -> None:
        """Half typed it is kept."""
        event.stop()
        if self.kept is not None and event.form.id == self.writes:
            self.kept.touch(event.values)

    def on_form_passed(self, event: Form.Passed) -> None:
        """Enter in a field."""
        event.stop()
        if self.kept is not None and event.form.id == self.writes:
            self.kept.flush(event.values)

    def on_form_filled(self, event: Form.Filled) -> None:
        """Enter in the last field: signing takes a key of its own."""
        event.stop()
        self.say(t("handover.sign_hint"))

    # --- keys -------------------------------------------------------------------------------------

    def why_not(self, action: str) -> str | None:
        """Nothing is signed twice, nor by who gave it."""
        if action == "handover.sign" and not self.writes:
            waits = self.shown is not None and self.shown.taken_at is None
            return t("handover.other_signs" if waits else "handover.nothing_to_sign")
        if action == "handover.fill" and not self.writes:
            return t("handover.nothing_to_sign")
        if action == "handover.print" and self.shown is None and self.page != "draft":
            return t("handover.none_waits")
        if action == "handover.back" and self.reading is None and self.focused in (None, self._list):
            return t("handover.nowhere")
        return None

    @property
    def _list(self) -> VirtualList[Any]:
        return self.query_one("#past" if self.has_class("-past") else "#lines", VirtualList)

    def action_page(self, page: int) -> None:
        """A digit: this shift, what waits, those past."""
        self.page, self.reading = PAGES[page], None
        self.unfolded.clear()
        self._draw()
        self._restore()
        self._list.focus()

    def action_turn(self, by: int) -> None:
        """Tab: the next page."""
        self.action_page((PAGES.index(self.page or "draft") + by) % len(PAGES))

    def action_fill(self) -> None:
        """Ctrl+E: into the fields."""
        self.query_one(f"#{self.writes}").query(Entry).first().focus()

    def action_back(self) -> None:
        """Esc: from the fields to the lines, from one that is past to the list."""
        if self.reading is not None:
            self.reading = None
            self._draw()
        self._list.focus()

    def on_virtual_list_chosen(self, event: VirtualList.Chosen) -> None:
        """Enter: one of those past in full; a section folds or unfolds; a line is read in full."""
        event.stop()
        if event.list.id == "past":
            self.reading = event.row
            self.unfolded.clear()
            self._draw()
            self._list.focus()
            return
        row: Row = event.row
        if row.section:
            self.unfolded ^= {row.section}
            self._draw()
        elif row.whole:
            title, _, more = row.whole.partition("\n")
            self.app.push_screen(Say(more or title, title if more else ""))

    def action_print(self) -> None:
        """Ctrl+O: the handover that is shown, or the draft of this shift."""
        from yiyang_tui.print.from_screen import print_sheet

        one = self.shown
        if one is None:
            print_sheet(self, "handover", blank=True)
        else:
            print_sheet(self, "handover", record_id=one.id)

    # --- signing ----------------------------------------------------------------------------------

    def action_sign(self) -> None:
        """Ctrl+S: this shift is handed over, or taken over."""
        told = self.told
        if told is None or self.busy:
            return
        from care import handover

        store, by, typed = self.session.store, self.session.staff.id, values(self)
        if self.writes == "sign" and self.shown is not None:
            self.busy = True
            self.run_care(
                handover.take,
                store,
                by,
                self.shown.id,
                str(typed["remarks"] or ""),
                then=partial(self._signed, t("handover.taken")),
                failed=self._failed,
            )
        elif self.session.now() - told.draft.until_at > STALE_S:
            self.say(t("handover.anew"), "due")
            self.load()
        else:
            self.busy = True
            items = {name: str(typed[name] or "") for name in ITEMS}
            self.run_care(
                handover.give,
                store,
                by,
                told.draft,
                items,
                then=partial(self._signed, t("handover.given")),
                failed=self._failed,
            )

    def _signed(self, said: str, id: UUID) -> None:
        from care.handover import undo

        self.busy = False
        if self.kept is not None:
            self.kept.forget()
            self.kept = None
        mine = self.session.staff.id
        if self.page == "sign" and (self.told is None or sum(one.giver_id != mine for one in self.told.waiting) < 2):
            self.page = "draft"  # else the next one that waits
        self._list.focus()
        store, by = self.session.store, self.session.staff.id
        self.saved(t("handover.act"), lambda: undo(store, by, id), said)
        self.load()

    def _failed(self, error: "YiyangError") -> None:
        self.busy = False
        self.say(sentence(error), "urgent")
        self.load()
