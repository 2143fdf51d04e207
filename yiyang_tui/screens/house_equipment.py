"""Things that are checked by a date: Space says one is in order, Enter says what else there is to say of it."""

from typing import TYPE_CHECKING, Any, Final

from textual.app import ComposeResult

from yiyang_tui.cells import narrow
from yiyang_tui.screens.dialogs import Choose
from yiyang_tui.screens.house_form import HouseForm, Typed
from yiyang_tui.screens.house_pages import HousePage
from yiyang_tui.screens.house_words import counted, day, options
from yiyang_tui.themes import Token
from yiyang_tui.widgets.cell_lines import CellLines
from yiyang_tui.widgets.choice import Choice
from yiyang_tui.widgets.entry import Entry
from yiyang_tui.widgets.facts import Facts
from yiyang_tui.widgets.virtual_list import Cell, Cells, Column, VirtualList
from yiyang_tui.words import language, t, times

if TYPE_CHECKING:
    from uuid import UUID

    from care.equipment import Thing

RESULTS: Final = ("ok", "mended", "broken", "gone")
RIGHT: Final = "certificate.change"
STATES: "Final[dict[str, Token]]" = {
    "broken": "urgent",
    "gone": "urgent",
    "expired": "late",
    "check": "due",
    "soon": "due",
    "ok": "quiet",
}


class EquipmentPage(HousePage):
    """One line a thing, by kind and label, so that the list is the way through the house."""

    def compose(self) -> ComposeResult:
        """How many want something, the list."""
        yield CellLines(id="things-told", classes="told")
        yield VirtualList["Thing"](
            [
                Column(10, t("house.column.state")),
                Column(0, t("house.column.thing")),
                Column(0, t("house.column.place")),
                Column(9, t("house.column.checked")),
                Column(8, t("house.column.next")),
                Column(10, t("house.column.until")),
            ],
            self._cells,
            key=lambda one: one.id,
            empty=f"{t('house.no_things')}\n{t('house.no_things_todo')}",
            id="things",
        )
        yield Facts(id="thing")

    def load(self) -> None:
        """Everything that is in use."""
        from care.equipment import equipment

        house = self.house
        now = house.session.now()
        house.run_care(equipment, house.session.store, now, then=self._show, group="page", exclusive=True)

    def _show(self, found: "list[Thing]") -> None:
        self.list.show_rows(found)
        states = [self._state(one) for one in found]
        told: list[tuple[str, int, Token]] = [
            (t(f"house.state.{state}"), states.count(state), token) for state, token in STATES.items() if state != "ok"
        ]
        self._tell()
        self.query_one(CellLines).show(counted(t("house.things", n=len(found)), told))
        self.house.query_one("FootLine").refresh()

    def _state(self, one: "Thing") -> str:
        if one.result in ("broken", "gone"):
            return one.result
        if one.expired:
            return "expired"
        if one.check_on <= times.local(self.house.session.now()).date():
            return "check"
        return "soon" if one.expires_soon else "ok"

    def _cells(self, one: "Thing") -> Cells:
        now, state = self.house.session.now(), self._state(one)
        token = STATES[state]
        checked = t("house.never") if one.checked_at is None else times.day(one.checked_at, now)
        sign = "! " if token in ("urgent", "late") else ""
        return [
            Cell(sign + t(f"house.state.{state}"), token),
            Cell(f"{one.words.of(language())} {one.label}", "title"),
            one.place,
            Cell(checked, "quiet"),
            Cell(day(one.check_on, now), "due" if state == "check" else "quiet"),
            Cell("" if one.until_on is None else one.until_on.isoformat(), "late" if one.expired else ""),
        ]

    def on_virtual_list_highlighted(self) -> None:
        """Another thing."""
        self._tell()

    def _tell(self) -> None:
        """All of the one under the cursor: its name and place may be longer than a column."""
        one, now = self.thing, self.house.session.now()
        facts = []
        if one is not None:
            last = "" if one.checked_at is None else f"{times.moment(one.checked_at, now)} {one.who}"
            facts = [f"{one.words.of(language())} {one.label}", one.place, last]
        self.query_one(Facts).facts = tuple(Cell(fact, "quiet") for fact in facts)

    @property
    def thing(self) -> "Thing | None":
        """What the cursor stands on."""
        found: Thing | None = self.list.current
        return found

    def why_not(self, action: str) -> str | None:
        """There must be a thing; entering one takes whoever manages the house."""
        yiyang = self.house.yiyang
        if action == "new":
            return yiyang.why_no_right(RIGHT)
        return yiyang.why_no_right("event.house") or (t("house.no_things") if self.thing is None else None)

    # --- acts -------------------------------------------------------------------------------------

    def action_tick(self) -> None:
        """Space: looked at, in order; on to the next."""
        one = self.thing
        if one is not None:
            self._check(one, "ok")
            self.list.action_step(1)

    def chosen(self, row: "Thing") -> None:
        """Enter: what was found, or what is changed."""
        ways = [(result, t(f"house.result.{result}")) for result in RESULTS]
        ways += [(way, t(f"house.way.{way}")) for way in ("change", "close")]
        title = f"{row.words.of(language())} {row.label}  {row.place}".strip()
        self.app.push_screen(Choose(title, ways), lambda way: self._begin(row, way))

    def _begin(self, one: "Thing", way: str | None) -> None:
        if way in RESULTS:
            self._check(one, way)
        elif way is not None and (why := self.house.yiyang.why_no_right(RIGHT)) is not None:
            self.house.say(why)
        elif way == "change":
            self._change(one)
        elif way == "close":
            self._close(one)

    def _check(self, one: "Thing", result: str) -> None:
        from care.equipment import check
        from care.events.record import undo

        house = self.house
        store, by = house.session.store, house.session.staff.id
        what = t("house.checked", what=f"{one.words.of(language())} {one.label}", result=t(f"house.result.{result}"))

        def done(id: "UUID") -> None:
            house.saved(what, lambda: undo(store, by, id), what)
            self.load()

        house.run_care(check, store, by, one.id, result, then=done)

    def action_new(self) -> None:
        """Ctrl+N: enter a thing."""
        from care.equipment import add, close, kinds

        store, by = self.house.session.store, self.house.session.staff.id
        listed = options(kinds(), language())
        rows = [
            Choice(listed, listed[0][0], id="kind"),
            Entry(id="label", longest=60),
            Entry(id="place", longest=60),
            Entry(id="until_on", longest=10),
        ]

        def act(typed: Typed) -> object:
            until = narrow(typed["until_on"]) or None
            return add(store, by, kind=typed["kind"], label=typed["label"], place=typed["place"], until_on=until)

        def told(found: "tuple[Any, Typed] | None") -> None:
            if found is not None:
                said = t("house.entered", what=found[1]["label"])
                self.house.saved(said, lambda: close(store, by, found[0]), said)
                self.load()

        self.app.push_screen(HouseForm(t("house.new_thing"), rows, act), told)

    def _change(self, one: "Thing") -> None:
        from care.equipment import change

        store, by = self.house.session.store, self.house.session.staff.id
        until = one.until_on.isoformat() if one.until_on else ""
        rows = [Entry(one.place, id="place", longest=60), Entry(until, id="until_on", longest=10)]

        def act(typed: Typed) -> object:
            change(store, by, one.id, place=typed["place"], until_on=narrow(typed["until_on"]) or None)
            return None

        def told(found: "tuple[Any, Typed] | None") -> None:
            if found is not None:
                said = t("house.changed", what=one.label)
                back = lambda: change(store, by, one.id, place=one.place, until_on=until or None)  # noqa: E731
                self.house.saved(said, back, said)
                self.load()

        self.app.push_screen(HouseForm(f"{one.words.of(language())} {one.label}", rows, act), told)

    def _close(self, one: "Thing") -> None:
        from care.equipment import close, reopen

        house = self.house
        store, by = house.session.store, house.session.staff.id
        said = t("house.closed", what=f"{one.words.of(language())} {one.label}")

        def done(_result: object) -> None:
            house.saved(said, lambda: reopen(store, by, one.id), said)
            self.load()

        house.run_care(close, store, by, one.id, then=done)
