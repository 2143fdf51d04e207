"""The form of a round: this time, last time and what is usual, side by side; the score as it is typed."""

from collections.abc import Callable, Mapping
from typing import Any

from rich.cells import cell_len
from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.widgets import Static

from care.bedside import Bedside
from care.codes import codes, short
from care.observations import observations, say
from care.vitals import change, show
from yiyang_tui.cells import fit
from yiyang_tui.fields import Value, fields, fill
from yiyang_tui.screens.rounds_values import (
    BLANK,
    CHOSEN,
    MEASURES,
    Doubt,
    Values,
    doubt,
    measure_of,
    news_so_far,
    number,
    typed,
    word,
)
from yiyang_tui.themes import Token
from yiyang_tui.widgets.cell_lines import CellLines
from yiyang_tui.widgets.choice import Choice
from yiyang_tui.widgets.columns import Cell
from yiyang_tui.widgets.entry import Entry
from yiyang_tui.widgets.form import Form
from yiyang_tui.widgets.tick import Tick
from yiyang_tui.words import has, language, t, times

LAST, DELTA, USUAL = 4, 4, 5
"""Cells of what stands beside a number field."""

SHORT = 8
"""Cells of a chosen word that the frame of a choice holds; a longer word gets a longer frame."""

PRESSURES_SHOWN = 6


class RoundForm(Form):
    """The fields, always of one person. ``say`` puts a sentence where the screen answers."""

    def __init__(self, say: Callable[[str, Token], None], *, id: str) -> None:
        super().__init__(id=id)
        self._say = say
        self._fields: list[Entry | Tick | Choice] = []
        self._asked: dict[str, int] = {}
        self._beside: Bedside | None = None
        self._now = 0
        self._title = ""
        self._note = ""

    def compose(self) -> ComposeResult:
        """One row a field, but water beside what was eaten and oxygen beside consciousness."""
        yield CellLines(id="form-title")
        for name in MEASURES:
            with Horizontal():
                yield Static(word(measure_of(name)), classes="label", markup=False)
                yield Entry(kind="number", id=name)
                yield CellLines(id=f"beside-{name}")
        with Horizontal():
            yield Static(t("rounds.field.acvpu"), classes="label", markup=False)
            states = [(one.code, _consciousness(one.code)) for one in codes("consciousness").values]
            yield Choice(states, folded=True, id="acvpu")
            yield CellLines(id="beside-acvpu")
            yield Tick(t("rounds.field.oxygen"), id="oxygen")
        for name in CHOSEN:
            with Horizontal():
                label = t("rounds.field.intake") if name == "intake" else _choice_label(name)
                yield Static(label, classes="label", markup=False)
                words = [(one.code, one.zh if language() == "zh" else one.en) for one in observations()[name].choices]
                yield Choice(words, folded=True, id=name)
                yield CellLines(id=f"beside-{name}")
                if name == "intake":
                    yield Entry(kind="number", id="water_ml")
                    yield Static(measure_of("water_ml").unit, classes="unit", markup=False)
        for name in ("abnormal", "note", "reason"):
            with Horizontal(id=f"row-{name}"):
                yield Static(t(f"rounds.field.{name}"), classes="label", markup=False)
                yield Entry(id=name)
        yield CellLines(id="news")
        yield CellLines(id="pressure")

    def on_mount(self) -> None:
        """Nobody's form yet; no reason is asked for."""
        self.correcting(False)

    # --- what it holds ---------------------------------------------------------------------------

    @property
    def held(self) -> dict[str, Value]:
        """What the fields hold."""
        # Asked for at every key: the fields are looked up once.
        if not self._fields:
            self._fields = fields(self)
        return {field.id: field.value for field in self._fields if field.id}

    def put(self, found: Mapping[str, Value]) -> None:
        """Hold these values, of another person or of a draft; ``show_beside`` follows. Nothing counts as confirmed."""
        self._asked.clear()
        new = {**BLANK, **found}
        if self.held != new:
            fill(self, new)

    def correcting(self, on: bool) -> None:
        """Ask for a reason, or do not."""
        self.query_one("#row-reason").display = on
        self.query_one("#reason", Entry).disabled = not on
        self.query_one("#pressure").display = not on

    def begin_at(self, *, empty: bool) -> Any:
        """Where typing goes on: the last field that was filled, which may be half typed, or the ``empty`` one behind.

        A digit typed on the list goes into an empty field, as it would replace what stands in the other.
        """
        row = [one for one in fields(self) if one.focusable]
        filled = [at for at, one in enumerate(row) if one.value != BLANK.get(one.id or "")]
        if not filled or self.query_one("#reason", Entry) in row:
            return row[0]
        return row[min(filled[-1] + empty, len(row) - 1)]

    # --- what stands beside it ---------------------------------------------------------------------

    def show_beside(self, beside: Bedside | None, now: int, title: str, note: str) -> None:
        """Last time, what is usual, the course of the pressure; ``note`` takes the place of the course."""
        self._beside, self._now, self._title, self._note = beside, now, title, note
        self.retell()

    def retell(self) -> None:
        """Draw what follows from the values: changes since last time, the score."""
        held = self.held
        head = fit(t("rounds.this"), 8, "right") + " " + fit(t("rounds.before"), LAST, "right") + " " * (DELTA + 1)
        title = Cell(fit(self._title, 11), "entry")
        self.query_one("#form-title", CellLines).show(
            [title, Cell(head + fit(t("rounds.usual"), USUAL, "right"), "quiet")]
        )
        for name in MEASURES:
            self.query_one(f"#beside-{name}", CellLines).show(self._beside_of(name, held))
        for name in ("acvpu", *CHOSEN):
            choice, beside = self.query_one(f"#{name}", Choice), self.query_one(f"#beside-{name}", CellLines)
            choice.set_class(
                any(cell_len(said) > SHORT for value, said in choice.options if value == choice.value), "-long"
            )
            beside.display = not choice.has_focus
            beside.show(self._noted(name, beside.size.width))
        self.query_one("#news", CellLines).show(self._news(held))
        self.query_one("#pressure", CellLines).show(
            [Cell(self._note, "entry")] if self._note else [Cell(self._pressure(), "quiet")]
        )

    def _beside_of(self, name: str, held: Values) -> list[Cell]:
        of, last = measure_of(name), None if self._beside is None else self._beside.last
        before = None if last is None else last.values.get(name)
        usual = None if last is None else last.usual.get(name)
        kept = before if isinstance(before, int) else None
        now = number(name, held)
        since = None if now is None else change(of, now, kept)
        delta = "" if since is None or not since.delta else f"{'+' if since.delta > 0 else ''}{show(of, since.delta)}"
        return [
            Cell(" " + fit(show(of, kept), LAST, "right"), "quiet"),
            Cell(" " + fit(delta, DELTA), "late" if since is not None and since.big else ""),
            Cell(fit(show(of, usual), USUAL, "right"), "quiet"),
        ]

    def _noted(self, name: str, room: int) -> list[Cell]:
        """The last word of a choice, as much of it as there is room for."""
        said, ago, remarkable = "", "", False
        if self._beside is not None and name == "acvpu":
            code = None if self._beside.last is None else self._beside.last.values.get("acvpu")
            said, remarkable = _consciousness(str(code)) if code else "", code not in (None, "A")
        elif self._beside is not None and (noted := self._beside.noted.get(name)) is not None:
            said, remarkable = say(noted.finding, language()), noted.finding.remarkable
            ago = f"{said} {times.ago(self._now - noted.at)}" if name == "position" else ""
        shown = next((text for text in (ago, said, "!" if remarkable else "") if text and cell_len(text) <= room), "")
        return [Cell(shown, "late" if remarkable else "quiet")]

    def _news(self, held: Values) -> list[Cell]:
        scale = 1 if self._beside is None else self._beside.header.spo2_scale
        news = news_so_far(held, scale)
        if news is None:
            return [Cell(t("rounds.no_news"), "quiet")]
        grave = news.response in ("medium", "high", "red")
        # A lower bound of nothing is no good news.
        level = t(f"news.{news.response}") if news.complete or news.total else ""
        key = "rounds.score" if news.complete else "rounds.score_least"
        said = t(key, total=news.total, level=level).rstrip()
        cells = [Cell(("! " if grave else "") + said, "urgent" if grave else "title")]
        if news.red and news.response != "red":
            cells.append(Cell("  " + t("rounds.single"), "urgent"))
        if news.missing:
            parts = " ".join(t(f"rounds.part.{name}") for name in news.missing)
            few = len(news.missing) < 3
            lacking = t("rounds.missing", parts=parts) if few else t("rounds.missing_some", n=len(news.missing))
            cells.append(Cell(f"  {lacking}", "quiet"))
        # What is lacking is left out whole before it is cut; the score says "at least" all the same.
        room = self.query_one("#news", CellLines).size.width
        while len(cells) > 1 and sum(cell_len(cell.text) for cell in cells) > room:
            cells.pop()
        return cells

    def _pressure(self) -> str:
        if self._beside is None:
            return ""
        course = [point.values["sbp"] for point in self._beside.trend if "sbp" in point.values]
        if not course:
            return ""
        return f"{word(measure_of('sbp'))}  {' '.join(str(value) for value in course[-PRESSURES_SHOWN:])}"

    # --- leaving a field ---------------------------------------------------------------------------

    def check(self, field: Any) -> bool:
        """Refuse what cannot be, ask once about what is odd."""
        held = self.held
        found = self._standing(str(field.id), held)
        if found is not None:
            self._tell(found)
            return False
        if field.id in MEASURES:
            # 365 was read as 36.5: it stands there as it will be kept.
            field.value = show(measure_of(field.id), number(field.id, held))
        return True

    def all_clear(self) -> bool:
        """Whether everything can be saved as it stands; else the cursor goes to what stands against it."""
        held = self.held
        for name in (*MEASURES, "water_ml"):
            found = self._standing(name, held)
            if found is not None:
                self.screen.set_focus(self.query_one(f"#{name}"))
                self._tell(found)
                return False
        return True

    def _standing(self, name: str, held: Values) -> Doubt | None:
        last = None if self._beside is None else self._beside.last
        found = doubt(name, held, last)
        return None if found is None or (found.value is not None and self._asked.get(name) == found.value) else found

    def _tell(self, found: Doubt) -> None:
        if found.value is not None:
            self._asked[found.field] = found.value
        # What is typed now replaces it.
        self.query_one(f"#{found.field}", Entry).select_all()
        self._say(found.said, "" if found.value is not None else "urgent")

    @property
    def typed(self) -> bool:
        """Whether anything was typed."""
        return typed(self.held)


def options_said(choice: Choice) -> str:
    """The words of a choice with the digits that choose them."""
    return "  ".join(f"{nth} {said}" for nth, (_, said) in enumerate(choice.options, 1))


def _consciousness(code: str) -> str:
    return short("consciousness", code, language())


def _choice_label(name: str) -> str:
    own = f"rounds.field.{name}"
    of = observations()[name]
    return t(own) if has(own) else of.zh if language() == "zh" else of.en
