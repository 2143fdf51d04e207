"""F5, Beds: the house at a glance, three kinds of bed on one map, and all that changes who lies where."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import UUID

from rich.cells import cell_len
from textual.app import ComposeResult
from textual.containers import Container, Vertical
from textual.widgets import Static

from yiyang_tui.actions import actions_of, keys_word
from yiyang_tui.cells import fit
from yiyang_tui.screens import bed_acts
from yiyang_tui.screens.base import Place
from yiyang_tui.screens.bed_facts import facts_of, figures
from yiyang_tui.screens.dialogs import Choose
from yiyang_tui.widgets.bed_map import BedMap
from yiyang_tui.widgets.columns import Cell
from yiyang_tui.widgets.facts import Facts
from yiyang_tui.widgets.lines import FootLine
from yiyang_tui.words import t

if TYPE_CHECKING:
    from care.alerts import Alert
    from care.bed_detail import BedDetail, Lying
    from care.beds import BedCell, Ward

WIDE = 110
# Acts on whoever lies on the bed; the others ask for a bed, or for nothing.
ON_SOMEBODY = ("beds.move", "beds.kind", "beds.leave", "beds.discharge", "beds.steps")
WHILE_PICKING = ("beds.open", "beds.go", "beds.decline")


@dataclass(frozen=True, slots=True)
class House:
    """What was read: the map, and what is known of each bed and of who waits for somebody."""

    wards: "list[Ward]"
    details: "Mapping[UUID, BedDetail]"
    alerts: "Mapping[UUID, Alert]"

    def cells(self) -> "list[BedCell]":
        """All beds in the order of the map."""
        return [cell for ward in self.wards for room in ward.rooms for cell in room.cells]

    def room_of(self, bed: UUID) -> tuple[str, int, list[str]]:
        """Name and floor of the room a bed stands in, and who else lies there."""
        for ward in self.wards:
            for room in ward.rooms:
                if any(cell.id == bed for cell in room.cells):
                    return room.name, room.floor, [cell.name for cell in room.cells if cell.name and cell.id != bed]
        return "", 0, []


@dataclass(frozen=True, slots=True)
class Picking:
    """A bed is being picked on the map for somebody."""

    one: "Lying"
    cell: "BedCell"
    kind: str


class Beds(Place):
    """The map with the facts of the bed under the cursor."""

    where = "beds"
    CSS_PATH = "beds.tcss"
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (WIDE, "-wide")]  # noqa: RUF012 - Textual declares it so

    house: House | None = None
    at: UUID | None = None
    wanted: UUID | None = None
    """A bed or a person that the cursor is to stand on as soon as the map has it."""
    picking: Picking | None = None

    def body(self) -> ComposeResult:
        """Figures, map, facts."""
        yield Static(id="figures", markup=False)
        with Container(id="house"):
            yield BedMap(id="map")
            with Vertical(id="side"):
                yield Facts(id="facts")
                yield Facts(id="can")
                yield Facts(id="legend")

    def on_mount(self) -> None:
        """The map is where arrows go; a minute changes who should be back."""
        super().on_mount()
        self.query_one(BedMap).focus()
        self.set_interval(30, self._again)

    def _again(self) -> None:
        if self.app.screen is self:
            self.load()

    def on_resize(self) -> None:
        """Facts stand in a column where there is room for one."""
        if self.house is not None:
            self._show(self.house)

    def load(self) -> None:
        """Ask who lies where."""
        self.run_care(self._read, then=self._show, group="beds", exclusive=True)

    def _read(self) -> House:
        from care.alerts import open_alerts
        from care.bed_detail import details
        from care.beds import bed_map

        store, now = self.session.store, self.session.now()
        alerts = {alert.person_id: alert for alert in open_alerts(store, now)}
        waiting = frozenset(person for person, alert in alerts.items() if not alert.answered)
        return House(bed_map(store, now, waiting), details(store, now), alerts)

    def _show(self, house: House) -> None:
        self.house = house
        self.query_one("#figures", Static).update(figures(house.wards, self.size.width - 2))
        beds = self.query_one(BedMap)
        at = self.at
        beds.show(house.wards, self.session.now())
        if self.wanted is not None and beds.goto(self.wanted):
            self.wanted = None
        else:
            beds.goto(at)
        self._offer()
        self._tell()

    def turn_to(self, person_id: UUID) -> None:
        """The bed of somebody, when the map has come."""
        self.wanted = person_id

    # --- the bed under the cursor -----------------------------------------------------------------

    @property
    def cell(self) -> "BedCell | None":
        """The bed under the cursor."""
        found = self.query(BedMap)
        return found.first().current if found else None

    @property
    def lying(self) -> "tuple[Lying, ...]":
        """Who lies on the bed under the cursor."""
        cell = self.cell
        found = self.house.details.get(cell.id) if self.house and cell else None
        return found.lying if found else ()

    def on_bed_map_moved(self, event: BedMap.Moved) -> None:
        """Tell about the bed."""
        event.stop()
        self.at = event.bed.id
        self._tell()

    def _tell(self) -> None:
        cell, house = self.cell, self.house
        if cell is None or house is None:
            return
        wide = self.size.width >= WIDE
        facts = self.query_one("#facts", Facts)
        detail = house.details.get(cell.id)
        told = facts_of(cell, detail, house.room_of(cell.id)[2], house.alerts, self.session.now()) if detail else []
        if self.picking is not None:
            told = [*bed_acts.question(self.picking, cell), *told]
        facts.column, facts.facts = wide, tuple(told)
        self.query_one("#can", Facts).facts = tuple(self._can()) if wide else ()
        self.query_one("#legend", Facts).facts = (
            tuple(Cell(line, "quiet") for line in t("beds.legend").split("\n")) if wide else ()
        )
        for each in self.query("#side > Facts").results(Facts):
            each.column = wide
        self.query_one(FootLine).refresh()

    def _can(self) -> list[Cell]:
        rows = [row for row in actions_of("beds") if row.name != "go" and self.yiyang.why_not(row.id, self) is None]
        keys = [keys_word(row, every=True) for row in rows]
        column = max(map(cell_len, keys), default=0)
        said = [Cell(f"{fit(key, column)}  {t(row.word)}") for key, row in zip(keys, rows, strict=True)]
        return [Cell(t("beds.can"), "title"), *said]

    # --- what can be done ---------------------------------------------------------------------------

    def why_not(self, action: str) -> str | None:
        """A bed says what it is good for."""
        if not action.startswith("beds."):
            return None
        cell = self.cell
        if self.picking is not None:
            return None if action in WHILE_PICKING else t("beds.pick_first")
        if action == "beds.decline":
            return t("beds.nothing_to_decline")
        if action == "beds.add":
            return self._why_no_bed(cell)
        if cell is None:
            return t("beds.none")
        if action in ON_SOMEBODY and cell.person_id is None:
            return t("beds.nobody_here", bed=cell.label)
        if action == "beds.open" and cell.state == "closed":
            return t("beds.closed_here", bed=cell.label)
        if action == "beds.admit" and cell.state != "free":
            return t("beds.closed_here" if cell.state == "closed" else "beds.somebody_here", bed=cell.label)
        if action == "beds.close" and cell.person_id is not None:
            return t("beds.in_use", bed=cell.label)
        return self._why_no_bed(cell) if action == "beds.close" else None

    def _why_no_bed(self, cell: "BedCell | None") -> str | None:
        from care.beds import right_to

        return self.yiyang.why_no_right(right_to("welfare" if cell is None else cell.kind))

    def _with_whom(self, act: "Callable[[Beds, BedCell, Lying], object]") -> None:
        """Do it with whoever lies here; where two do, ask with which of them."""
        cell, lying = self.cell, self.lying
        if cell is None or not lying:
            return
        if len(lying) == 1:
            act(self, cell, lying[0])
            return

        def chosen(one: "Lying | None") -> None:
            if one is not None:
                act(self, cell, one)

        self.app.push_screen(Choose(t("beds.whom"), [(one, one.name) for one in lying]), chosen)

    def on_bed_map_chosen(self, event: BedMap.Chosen) -> None:
        """Enter: the chart of whoever lies here, or admission; while a bed is picked, that bed."""
        event.stop()
        if self.picking is not None:
            bed_acts.picked(self, self.picking, event.bed)
        elif event.bed.state == "free":
            self.action_admit()
        elif event.bed.state == "closed":
            self.say(t("beds.closed_here", bed=event.bed.label))
        else:
            self._with_whom(bed_acts.chart)

    def on_bed_map_declined(self, event: BedMap.Declined) -> None:
        """Esc while a bed is picked: nothing is changed."""
        event.stop()
        if self.picking is not None:
            stays = self.picking.cell.id
            self.pick(None)
            self.query_one(BedMap).goto(stays)
            self.say(t("beds.declined"))

    def pick(self, picking: Picking | None) -> None:
        """Begin to pick a bed on the map, or end it."""
        self.picking = picking
        self._offer()
        self._tell()

    def _offer(self) -> None:
        picking, offered = self.picking, None
        if picking is not None and self.house is not None:
            offered = {cell.id for cell in self.house.cells() if cell.state == "free" and cell.kind == picking.kind}
        self.query_one(BedMap).offer(offered)

    def action_move(self) -> None:
        """To another bed of the same kind."""
        self._with_whom(bed_acts.move)

    def action_kind(self) -> None:
        """To a bed of another kind (三床合一)."""
        self._with_whom(bed_acts.switch)

    def action_leave(self) -> None:
        """Out for a while; back again."""
        self._with_whom(bed_acts.leave)

    def action_discharge(self) -> None:
        """Leaving for good."""
        self._with_whom(bed_acts.discharge)

    def action_steps(self) -> None:
        """Ctrl+S: from application to closed file."""
        self._with_whom(bed_acts.steps)

    def action_admit(self) -> None:
        """Somebody comes in."""
        if self.cell is not None:
            bed_acts.admit(self, self.cell)

    def action_close(self) -> None:
        """Out of use, or back into use."""
        if self.cell is not None:
            bed_acts.close(self, self.cell)

    def action_add(self) -> None:
        """One more bed."""
        bed_acts.add(self, self.cell)
