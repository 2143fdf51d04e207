"""From application to closed file, step by step: the cursor stands on the next one, Enter does it."""

from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

from textual.app import ComposeResult
from textual.containers import Horizontal

from yiyang_tui.screens.base import Place
from yiyang_tui.screens.event_acts import show_event
from yiyang_tui.screens.lifecycle_rows import Line, beside, cells, headline, lines
from yiyang_tui.widgets.facts import Facts
from yiyang_tui.widgets.virtual_list import Cells, Column, VirtualList
from yiyang_tui.words import t, times

if TYPE_CHECKING:
    from care.lifecycle import Lifecycle as Found
    from care.lifecycle import Step

WIDE: Final = 110


class Lifecycle(Place):
    """``person_id`` among the facts: whose steps they are."""

    where = "lifecycle"
    CSS_PATH = "lifecycle.tcss"
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (WIDE, "-wide")]  # noqa: RUF012 - Textual declares it so

    found: "Found | None" = None
    last_next = ""
    """The step that was asked for when it was last looked at: the cursor goes on as soon as that is another."""

    @property
    def person_id(self) -> UUID:
        """Whose they are."""
        one: UUID = self.facts["person_id"]
        return one

    def body(self) -> ComposeResult:
        """Who and how they stand, the steps, more of the one under the cursor."""
        yield Facts(id="who")
        with Horizontal(id="house"):
            yield VirtualList[Line](
                [Column(6), Column(6), Column(16), Column(14), Column(8), Column(0)],
                self._cells,
                key=lambda line: line.step.code,
                titled=False,
                id="steps",
            )
            yield Facts(column=True, id="beside")
        yield Facts(id="below")

    def _cells(self, line: Line) -> Cells:
        missing = sum(one.missing for one in self.found.papers) if self.found else 0
        return cells(line, self.session.now(), missing)

    def on_mount(self) -> None:
        """The steps take the keys."""
        super().on_mount()
        self.query_one(VirtualList).focus()

    def load(self) -> None:
        """Ask how they stand."""
        from care.lifecycle import lifecycle

        self.run_care(lifecycle, self.session.store, self.person_id, then=self._show, group="steps", exclusive=True)

    def _show(self, found: "Found") -> None:
        self.found = found
        steps = self.query_one(VirtualList)
        listed = lines(found)
        steps.show_rows(listed)
        self.query_one("#who", Facts).facts = tuple(headline(found))
        following = found.next_code
        if following and following != self.last_next:
            steps.goto(next(n for n, line in enumerate(listed) if line.step.code == following))
        self.last_next = following
        self._turn()

    def _turn(self) -> None:
        more = () if self.found is None else tuple(beside(self.found, self.step))
        self.query_one("#beside", Facts).facts = more
        self.query_one("#below", Facts).facts = more
        self.query_one("FootLine").refresh()

    def on_virtual_list_highlighted(self, event: VirtualList.Highlighted) -> None:
        """Another step, other words beside it."""
        event.stop()
        self._turn()

    @property
    def step(self) -> "Step | None":
        """The step under the cursor."""
        line: Line | None = self.query_one(VirtualList).current
        return None if line is None else line.step

    def why_not(self, action: str) -> str | None:
        """What is not written down by itself cannot be written down anew."""
        step = self.step
        if action == "lifecycle.new" and (step is None or not step.opens.startswith("event:")):
            return t("lifecycle.no_form")
        return None

    # --- acts -------------------------------------------------------------------------------------

    def on_virtual_list_chosen(self, event: VirtualList.Chosen) -> None:
        """Enter: do it; what is done is shown."""
        event.stop()
        step: Step = event.row.step
        if step.state == "done" and step.event_id is not None:
            show_event(self, step.event_id)
        else:
            self._do(step)

    def action_new(self) -> None:
        """Ctrl+N: the same once more: further papers, the next agreement, another level."""
        if self.step is not None:
            self._do(self.step)

    async def action_chart(self) -> None:
        """Ctrl+O: the chart."""
        await self.yiyang.open("chart", person_id=self.person_id)

    async def action_back(self) -> None:
        """Esc: to where it was opened from."""
        await self.app.pop_screen()

    def _do(self, step: "Step") -> None:
        what, _, kind_id = step.opens.partition(":")
        go: Any = self.yiyang
        if what == "event":
            self._form(kind_id)
        elif what == "beds":
            go.call_later(go.go_to_person, "beds", self.person_id)
        elif what == "stock":
            go.call_later(go.open, "stock", person_id=self.person_id)
        else:
            go.call_later(go.open, "chart", person_id=self.person_id, page="medicine" if what == "orders" else "care")

    def _form(self, kind_id: str) -> None:
        from care.events.kinds import kind

        # Before the form opens: nobody types for nothing.
        if (why := self.yiyang.why_no_right(kind(kind_id).right)) is not None:
            self.say(why)
            return
        self.yiyang.call_later(self._open_form, kind_id)

    async def _open_form(self, kind_id: str) -> None:
        await self.yiyang.open("event", kind=kind_id, person_id=self.person_id, facts=self._known(kind_id))

    def _known(self, kind_id: str) -> dict[str, Any]:
        """What the form need not ask: today, the present level, where somebody comes back from."""
        found = self.found
        if found is None:
            return {}
        today = times.local(self.session.now()).date().isoformat()
        known: dict[str, dict[str, Any]] = {
            "level_change": {"from": found.care_level, "from_on": today},
            "contract": {"from_on": today, "level": found.care_level},
            "pre_entry": {"level": found.care_level},
            "trial": {"from_on": today},
            "settlement": {"until_on": today},
            "funeral": {"on": today},
            "return_check": {"from": "hospital" if found.state == "hospital" else "home"},
        }
        return known.get(kind_id, {})
