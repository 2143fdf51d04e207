"""The rota: a week of everybody who works here; Space turns the shift of the day under the cursor."""

from datetime import date, timedelta
from typing import TYPE_CHECKING, Final

from rich.cells import cell_len
from textual.app import ComposeResult

from yiyang_tui.cells import fit
from yiyang_tui.screens.house_pages import HousePage
from yiyang_tui.widgets.cell_lines import CellLines
from yiyang_tui.widgets.virtual_list import Cell, Cells, Column, VirtualList
from yiyang_tui.words import language, t, times

if TYPE_CHECKING:
    from uuid import UUID

    from care.rota import OnDuty, Plan, Turn
    from db.store import Store

WEEK: Final = 7
NAME, ROLE, DAY = 10, 8, 7
RIGHT: Final = "rota.change"


class RotaPage(HousePage):
    """Colleagues down, days across; the day under the cursor stands in brackets."""

    found: "Plan | None" = None
    duty: "tuple[OnDuty, ...]" = ()

    def compose(self) -> ComposeResult:
        """Which week and who is on duty now, the grid, how many are on duty each day."""
        yield CellLines(id="week", classes="told")
        yield VirtualList["Turn"](self._columns(None), self._cells, key=lambda one: one.who.staff_id, id="rota-list")
        yield CellLines(id="counts")

    def on_mount(self) -> None:
        """This week, today."""
        today = self._today()
        self.day = today.weekday()
        self.first = today - timedelta(days=self.day)

    def _today(self) -> date:
        return times.local(self.house.session.now()).date()

    def load(self) -> None:
        """The week that is shown."""
        house, first = self.house, self.first
        now = house.session.now()
        house.run_care(_read, house.session.store, first, now, then=self._show, group="page", exclusive=True)

    def _show(self, found: "tuple[Plan, tuple[OnDuty, ...]]") -> None:
        self.found, self.duty = found
        grid = self.list
        grid.columns = tuple(self._columns(self.found))
        grid.show_rows(self.found.turns)
        self._tell()
        self.house.query_one("FootLine").refresh()

    def _columns(self, plan: "Plan | None") -> list[Column]:
        days = [f"{t(f'weekday.{one.isoweekday()}')} {one.day}" for one in plan.days] if plan else [""] * WEEK
        return [Column(NAME), Column(ROLE), *(Column(DAY, word) for word in days)]

    def _cells(self, one: "Turn") -> Cells:
        current: Turn | None = self.list.current
        here = current is not None and current.who.staff_id == one.who.staff_id
        past = {n for n in range(WEEK) if self.first + timedelta(days=n) < self._today()}
        cells = []
        for n, codes in enumerate(one.shifts):
            word = " ".join(_short(code) for code in codes) or "-"
            shown = f"[{word}]" if here and n == self.day else f" {word}"
            cells.append(Cell(shown, "title" if codes and n not in past else "quiet"))
        return [Cell(one.who.name, "title"), Cell(t(f"role.{one.who.role}"), "quiet"), *cells]

    def _tell(self) -> None:
        from care.shifts import pattern, shift

        plan, now = self.found, self.house.session.now()
        if plan is None:
            return
        days = f"{plan.days[0]:%m-%d} - {plan.days[-1]:%m-%d}"
        on = shift(now)
        names = t("list.comma").join(one.name for one in self.duty) or t("house.nobody_on_duty")
        now_on = t("house.on_duty", shift=on.zh if language() == "zh" else on.en, names=names)
        self.query_one("#week", CellLines).show([Cell(days, "title"), Cell(f"   {now_on}", "quiet")])
        lines = []
        for one in pattern():
            word = one.zh if language() == "zh" else one.en
            # Below the columns of the grid, which begin behind the mark of the cursor.
            line = "  " + fit(t("house.how_many", shift=word), NAME + ROLE + 1)
            line += "".join(f" {fit(f' {plan.count(n, one.id)}', DAY)}" for n in range(WEEK))
            lines.append([Cell(line, "quiet")])
        counts = self.query_one("#counts", CellLines)
        counts.styles.height = len(lines)
        counts.show(*lines)

    # --- acts -------------------------------------------------------------------------------------

    def why_not(self, action: str) -> str | None:
        """Looking is free; changing it takes the right."""
        return None if action in ("day", "week") else self.house.yiyang.why_no_right(RIGHT)

    def action_day(self, by: int) -> None:
        """Left and Right: another day, over the edge another week."""
        self.day += by
        if 0 <= self.day < WEEK:
            self.list.refresh()
            return
        self.day %= WEEK
        self._turn(by)

    def action_week(self) -> None:
        """Ctrl+E: the next week; from there back to this one."""
        monday = self._today() - timedelta(days=self._today().weekday())
        self._turn(1 if self.first == monday else (monday - self.first).days // WEEK)

    def _turn(self, weeks: int) -> None:
        self.first += timedelta(days=WEEK * weeks)
        self.load()

    def action_tick(self) -> None:
        """Space: the next shift of the pattern, after the last none."""
        from care.rota import put
        from care.shifts import pattern

        one: Turn | None = self.list.current
        if one is None:
            return
        ways: list[tuple[str, ...]] = [(), *((each.id,) for each in pattern())]
        before = one.shifts[self.day]
        after = ways[(ways.index(before) + 1) % len(ways)] if before in ways else ()
        house, on = self.house, self.first + timedelta(days=self.day)
        store, by, who = house.session.store, house.session.staff.id, one.who.staff_id
        words = " ".join(_long(code) for code in after) or t("house.free")
        said = t("house.planned", name=one.who.name, day=f"{on:%m-%d}", shift=words)

        def done(_result: object) -> None:
            house.saved(said, lambda: put(store, by, who, on, before), said)
            self.load()

        house.run_care(put, store, by, who, on, after, then=done, group="rota")

    def action_copy(self) -> None:
        """Ctrl+K: as the week before, where nobody is planned yet."""
        from care.rota import cancel, copy_week

        house, first = self.house, self.first
        store, by = house.session.store, house.session.staff.id

        def done(written: "tuple[UUID, ...]") -> None:
            if written:
                said = t("house.copied", n=len(written))
                house.saved(said, lambda: cancel(store, by, written), said)
            else:
                house.say(t("house.copied_none"))
            self.load()

        house.run_care(copy_week, store, by, first - timedelta(days=WEEK), first, then=done)


def _read(store: "Store", first: date, now: int) -> "tuple[Plan, tuple[OnDuty, ...]]":
    from care.rota import on_duty, plan

    with store.reading() as conn:
        duty = on_duty(conn, now)
    return plan(store, first), duty


def _long(code: str) -> str:
    from care.shifts import pattern

    return next((one.zh if language() == "zh" else one.en for one in pattern() if one.id == code), code)


def _short(code: str) -> str:
    """``白`` of ``白班``; English words as they are."""
    word = _long(code)
    return word.removesuffix("班") if cell_len(word) > 2 else word
