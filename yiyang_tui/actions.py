"""The one registry of what a person can do, and by which key.

Bindings, footer, F1 help, command palette and the printed key sheet are all made from ``ACTIONS``.
To add one: a row here with the id ``<screen>.<name>``; ``name`` in the tables ``[act.<screen>]`` (two or three words)
and ``[help.<screen>]`` (a sentence) of both catalogues; and a method ``action_<name>`` on that screen.

Frequent acts sit on Space, Enter, arrows, digits, F- and Ctrl-keys: an input method in Chinese mode swallows letters.
A letter is only ever a second key, and works where no text is typed.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from typing import Final

from rich.cells import cell_len
from textual.binding import Binding

from yiyang_tui.cells import wrap
from yiyang_tui.words import catalogue, t

EVERYWHERE: Final = "everywhere"


@dataclass(frozen=True, slots=True)
class Action:
    """One thing a person can do on one screen, or everywhere.

    ``keys`` are Textual key names, the one to show first. ``rank`` says how dear it is to the footer: 0 stays
    longest, ``None`` is never shown there. ``shown`` names the keys in words (``key.<shown>``) where they are
    many. ``bound=False``: a widget handles the keys itself; the row is for the help and the footer alone. ``right``:
    one of ``care/data/rules/rights``; without it the key says who has it.
    """

    id: str
    keys: tuple[str, ...]
    where: str
    rank: int | None = None
    shown: str = ""
    bound: bool = True
    right: str = ""

    @property
    def name(self) -> str:
        """The id without its screen."""
        return self.id.rpartition(".")[2]

    @property
    def word(self) -> str:
        """Catalogue key of its two or three words."""
        return f"act.{self.where}.{self.name}"

    @property
    def help(self) -> str:
        """Catalogue key of its sentence."""
        return f"help.{self.where}.{self.name}"

    @property
    def method(self) -> str:
        """The method of the screen (or of the application) that does it."""
        return f"action_{self.name}"


# The full-width space and the Chinese comma are what Space and "/" give while an input method is on.
SPACE: Final = ("space", "ideographic_space")
FIND: Final = ("slash", "ctrl+f", "ideographic_comma")
ARROWS: Final = ("up", "down", "left", "right")
UP_DOWN: Final = ("up", "down")
PAGES: Final = ("pageup", "pagedown", "home", "end")
DIGITS: Final = tuple("123456789")
WIDE_DIGITS: Final = tuple("１２３４５６７８９")
# A field would delete a word or a line with them, which nobody knows; they are no keys of a dialog either.
OVER_FIELDS: Final = ("ctrl+w", "ctrl+u")

ACTIONS: Final[tuple[Action, ...]] = (
    # --- everywhere -------------------------------------------------------------------------
    Action("today", ("f2",), EVERYWHERE),
    Action("people", ("f3",), EVERYWHERE),
    Action("rounds", ("f4",), EVERYWHERE),
    Action("beds", ("f5",), EVERYWHERE),
    Action("medicines", ("f6",), EVERYWHERE),
    Action("handover", ("f7",), EVERYWHERE),
    Action("events", ("f8",), EVERYWHERE),
    Action("sync", ("f9",), EVERYWHERE),
    Action("unsettled", ("ctrl+g",), EVERYWHERE),
    Action("safety", ("ctrl+y",), EVERYWHERE),
    Action("switch", ("f10",), EVERYWHERE),
    Action("staff", ("ctrl+w",), EVERYWHERE, right="staff.change"),
    Action("house", ("ctrl+u",), EVERYWHERE),
    Action("help", ("f1",), EVERYWHERE),
    Action("find", FIND, EVERYWHERE, rank=4),
    Action("undo", ("ctrl+z",), EVERYWHERE, rank=3),
    Action("palette", ("ctrl+p",), EVERYWHERE, rank=5),
    Action("keys", ("f11",), EVERYWHERE),
    Action("theme", ("f12",), EVERYWHERE),
    Action("language", ("ctrl+l",), EVERYWHERE),
    Action("quit", ("ctrl+q",), EVERYWHERE, rank=8),
    # --- who works here ------------------------------------------------------------------------
    Action("staff.open", ("enter",), "staff", rank=0, bound=False),
    Action("staff.add", ("ctrl+n", "n"), "staff", rank=1),
    Action("staff.move", UP_DOWN, "staff", rank=3, shown="arrows", bound=False),
    Action("staff.back", ("escape",), "staff", rank=2),
    # --- before the record is open -----------------------------------------------------------
    Action("unlock.next", ("enter",), "unlock", rank=0, bound=False),
    Action("unlock.back", ("escape",), "unlock", rank=1),
    # --- change person, lock -------------------------------------------------------------------
    Action("switch.choose", ("enter",), "switch", rank=0, bound=False),
    Action("switch.move", UP_DOWN, "switch", rank=2, shown="arrows", bound=False),
    Action("switch.lock", ("f10",), "switch", rank=1),
    Action("switch.account", ("ctrl+o",), "switch", rank=2),
    Action("switch.back", ("escape",), "switch", rank=3),
    # --- today ------------------------------------------------------------------------------------
    Action("today.open", ("enter",), "today", rank=0, bound=False),
    Action("today.unremarkable", SPACE, "today", rank=1, right="round.record"),
    Action("today.print", ("ctrl+o", "o"), "today", rank=6, right="care.print"),
    Action("today.event", ("ctrl+n", "n"), "today", rank=2, right="event.record"),
    # --- what is done about an alert --------------------------------------------------------------
    Action("answer.next", ("enter",), "answer", rank=1, bound=False),
    Action("answer.save", ("ctrl+s",), "answer", rank=0),
    Action("answer.measure", ("ctrl+r",), "answer", rank=1, right="round.record"),
    Action("answer.chart", ("ctrl+o",), "answer", rank=2, right="chart.open"),
    Action("answer.back", ("escape",), "answer", rank=3),
    # --- rounds -----------------------------------------------------------------------------------
    Action("rounds.unremarkable", SPACE, "rounds", rank=0, right="round.record"),
    Action("rounds.fill", ("enter",), "rounds", rank=0, bound=False, right="round.record"),
    Action("rounds.save", ("ctrl+s",), "rounds", rank=1, right="round.record"),
    Action("rounds.leave", ("escape",), "rounds", rank=2),
    Action("rounds.correct", ("ctrl+r", "r"), "rounds", rank=3, right="record.correct"),
    Action("rounds.answer", ("ctrl+n", "n"), "rounds", rank=4, right="event.record"),
    Action("rounds.discard", ("delete",), "rounds", rank=6),
    Action("rounds.chart", ("ctrl+o", "o"), "rounds", rank=7, right="chart.open"),
    Action("rounds.event", ("ctrl+e", "e"), "rounds", rank=8, right="event.record"),
    # --- the dose round ---------------------------------------------------------------------------
    Action("medicines.give", SPACE, "medicines", rank=0, right="dose.give"),
    Action("medicines.other", ("enter",), "medicines", rank=0, bound=False, right="dose.give"),
    Action("medicines.needed", ("ctrl+n", "n"), "medicines", rank=1, right="dose.give"),
    Action("medicines.chart", ("ctrl+e", "e"), "medicines", rank=2, right="chart.open"),
    Action("medicines.stock", ("ctrl+k", "k"), "medicines", rank=2),
    Action("medicines.print", ("ctrl+o", "o"), "medicines", rank=6, right="care.print"),
    Action("medicines.prepare", ("ctrl+a", "a"), "medicines", rank=6, right="dose.give"),
    Action("medicines.move", UP_DOWN, "medicines", rank=7, shown="arrows", bound=False),
    # --- what is left of the medicines ------------------------------------------------------------
    Action("stock.open", ("enter",), "stock", rank=0, bound=False),
    Action("stock.receive", ("ctrl+n", "n"), "stock", rank=0, right="stock.change"),
    Action("stock.only", ("ctrl+t", "t"), "stock", rank=1),
    Action("stock.back", ("escape",), "stock", rank=2),
    Action("stock.move", UP_DOWN, "stock", rank=7, shown="arrows", bound=False),
    # --- a new order ------------------------------------------------------------------------------
    Action("order.next", ("enter",), "order", rank=1, bound=False),
    Action("order.list", SPACE, "order", rank=2, bound=False),
    Action("order.save", ("ctrl+s",), "order", rank=0, right="order.write"),
    Action("order.drug", ("ctrl+t",), "order", rank=1),
    Action("order.back", ("escape",), "order", rank=3),
    # --- sync -------------------------------------------------------------------------------------
    Action("sync.now", ("ctrl+s", "s"), "sync", rank=0),
    Action("sync.enrol", ("ctrl+e", "e"), "sync", rank=1, right="sync.enrol"),
    Action("sync.open", ("enter",), "sync", rank=2, bound=False),
    Action("sync.put", ("ctrl+o", "o"), "sync", rank=3),
    Action("sync.take", ("ctrl+r", "r"), "sync", rank=3),
    Action("sync.share", ("ctrl+t", "t"), "sync", rank=6),
    Action("sync.meet", ("ctrl+n", "n"), "sync", rank=6),
    # --- what wants a person ------------------------------------------------------------------------
    Action("unsettled.open", ("enter",), "unsettled", rank=0, bound=False),
    # --- what keeps the record safe -------------------------------------------------------------------
    Action("safety.do", ("enter",), "safety", rank=0, bound=False),
    # --- beds -------------------------------------------------------------------------------------
    Action("beds.open", ("enter",), "beds", rank=0, bound=False),
    Action("beds.decline", ("escape",), "beds", rank=0, bound=False),
    Action("beds.move", ("ctrl+n", "m"), "beds", rank=1, right="stay.change"),
    Action("beds.kind", ("ctrl+t", "b"), "beds", rank=1, right="stay.change"),
    Action("beds.leave", ("ctrl+o", "l"), "beds", rank=1, right="leave.change"),
    Action("beds.discharge", ("ctrl+d", "d"), "beds", rank=2, right="stay.change"),
    Action("beds.admit", ("ctrl+a", "a"), "beds", rank=1, right="stay.change"),
    Action("beds.steps", ("ctrl+s", "s"), "beds", rank=7, right="chart.open"),
    Action("beds.close", ("ctrl+k", "k"), "beds", rank=5),
    Action("beds.add", ("ctrl+e", "e"), "beds", rank=6),
    Action("beds.go", ARROWS, "beds", rank=6, shown="arrows", bound=False),
    # --- people -----------------------------------------------------------------------------------
    Action("people.open", ("enter",), "people", rank=0, bound=False, right="chart.open"),
    Action("people.choose", UP_DOWN, "people", rank=2, shown="arrows", bound=False),
    Action("people.new", ("ctrl+n", "n"), "people", rank=1, right="person.write"),
    Action("people.steps", ("ctrl+s",), "people", rank=3, right="chart.open"),
    Action("people.same", ("ctrl+t",), "people", right="person.same"),
    # --- the chart --------------------------------------------------------------------------------
    Action("lifecycle.open", ("enter",), "lifecycle", rank=0, bound=False),
    Action("lifecycle.new", ("ctrl+n", "n"), "lifecycle", rank=1),
    Action("lifecycle.chart", ("ctrl+o", "o"), "lifecycle", rank=2, right="chart.open"),
    Action("lifecycle.back", ("escape",), "lifecycle", rank=3),
    Action("chart.back", ("escape",), "chart", rank=5),
    Action("chart.pages", ("tab", *DIGITS[:8]), "chart", rank=0, shown="digits", bound=False),
    Action("chart.measure", ("left", "right"), "chart", rank=3, shown="sideways", bound=False),
    Action("chart.span", ("ctrl+t", "t"), "chart", rank=3),
    Action("chart.look", ("enter",), "chart", rank=3, bound=False),
    Action("chart.new", ("ctrl+n", "n"), "chart", rank=0),
    Action("chart.tick", SPACE, "chart", rank=0),
    Action("chart.drop", ("ctrl+d", "delete"), "chart", rank=2),
    Action("chart.custody", ("ctrl+x", "x"), "chart", rank=4, right="stock.change"),
    Action("chart.steps", ("ctrl+s", "s"), "chart", rank=4),
    Action("chart.settle", ("ctrl+b", "c"), "chart", rank=1, right="dispute.settle"),
    Action("chart.round", ("ctrl+r", "r"), "chart", rank=1, right="round.record"),
    Action("chart.edit", ("ctrl+e", "e"), "chart", rank=2, right="person.write"),
    Action("chart.part", ("ctrl+k",), "chart", right="person.same"),
    Action("chart.consents", ("ctrl+a", "a"), "chart", rank=6),
    Action("chart.print", ("ctrl+o", "o"), "chart", rank=1),
    # --- filling in a scale -------------------------------------------------------------------------
    Action("assess.answer", DIGITS, "assess", rank=0, shown="digits", bound=False),
    Action("assess.same", SPACE, "assess", rank=1),
    Action("assess.next", ("enter",), "assess", rank=2, bound=False),
    Action("assess.save", ("ctrl+s",), "assess", rank=0, right="assess.record"),
    Action("assess.move", UP_DOWN, "assess", rank=3, shown="arrows", bound=False),
    Action("assess.note", ("ctrl+n",), "assess", rank=4),
    Action("assess.discard", ("ctrl+d",), "assess"),
    Action("assess.back", ("escape",), "assess", rank=3),
    # --- an assessment in full -----------------------------------------------------------------------
    Action("assessed.back", ("escape",), "assessed", rank=2),
    Action("assessed.turn", ("left", "right"), "assessed", rank=2, shown="sideways", bound=False),
    Action("assessed.accept", SPACE, "assessed", rank=0),
    Action("assessed.decline", ("ctrl+d", "delete"), "assessed", rank=1),
    Action("assessed.again", ("ctrl+n", "n"), "assessed", rank=1, right="assess.record"),
    Action("assessed.print", ("ctrl+o", "o"), "assessed", rank=4, right="care.print"),
    Action("assessed.correct", ("ctrl+r", "r"), "assessed", rank=3, right="record.correct"),
    Action("assessed.void", ("ctrl+k", "k"), "assessed", rank=4, right="record.correct"),
    # --- events, and the form of one ------------------------------------------------------------------
    Action("events.open", ("enter",), "events", rank=0, bound=False),
    Action("events.new", ("ctrl+n", "n"), "events", rank=0),
    Action("events.print", ("ctrl+o", "o"), "events", rank=4, right="care.print"),
    Action("events.group", ("left", "right"), "events", rank=1, shown="sideways", bound=False),
    Action("events.span", ("ctrl+t", "t"), "events", rank=2),
    Action("event.next", ("enter",), "event", rank=1, bound=False),
    Action("event.list", SPACE, "event", rank=2, bound=False),
    Action("event.save", ("ctrl+s",), "event", rank=0),
    Action("event.back", ("escape",), "event", rank=3),
    # --- the handover -----------------------------------------------------------------------------
    Action("handover.sign", ("ctrl+s",), "handover", rank=0, right="handover.sign"),
    Action("handover.fill", ("ctrl+e", "e"), "handover", rank=1, right="handover.sign"),
    Action("handover.print", ("ctrl+o", "o"), "handover", rank=2, right="care.print"),
    Action("handover.open", ("enter",), "handover", rank=2, bound=False),
    Action("handover.pages", ("tab", *DIGITS[:3]), "handover", rank=1, shown="digits", bound=False),
    Action("handover.move", UP_DOWN, "handover", rank=7, shown="arrows", bound=False),
    Action("handover.back", ("escape",), "handover", rank=3),
    # --- the house --------------------------------------------------------------------------------
    Action("house.do", ("enter",), "house", rank=0, bound=False),
    Action("house.tick", SPACE, "house", rank=0),
    Action("house.new", ("ctrl+n", "n"), "house", rank=1),
    Action("house.training", ("ctrl+t", "t"), "house", rank=1),
    Action("house.copy", ("ctrl+k", "k"), "house", rank=1),
    Action("house.week", ("ctrl+e", "e"), "house", rank=2),
    Action("house.day", ("left", "right"), "house", rank=2, shown="sideways", bound=False),
    Action("house.pages", ("tab", *DIGITS[:6]), "house", rank=1, shown="digits", bound=False),
    Action("house.move", UP_DOWN, "house", rank=7, shown="arrows", bound=False),
    # --- a person's facts -------------------------------------------------------------------------
    Action("person.next", ("enter",), "person", rank=1, bound=False),
    Action("person.list", SPACE, "person", rank=2, bound=False),
    Action("person.save", ("ctrl+s",), "person", rank=0, right="person.write"),
    Action("person.twin", ("ctrl+o",), "person", rank=3),
    Action("person.back", ("escape",), "person", rank=4),
    # --- today, people, rounds, chart, beds, sync: their screens add rows here -------------------
)


def actions_of(where: str) -> list[Action]:
    """The actions of one screen, in the order of the registry."""
    return [action for action in ACTIONS if action.where == where]


def action(id: str) -> Action:
    """The action of that id. Raises ``KeyError``."""
    for row in ACTIONS:
        if row.id == id:
            return row
    raise KeyError(id)


def bindings(where: str) -> list[Binding]:
    """Textual bindings of one screen: every key leads to ``app.act``, which says why when it may not."""
    return [
        Binding(key, f"app.act({row.id!r})", show=False, priority=key in OVER_FIELDS)
        for row in actions_of(where)
        if row.bound
        for key in row.keys
    ]


def key_word(key: str, lang: str | None = None) -> str:
    """A key as it is printed on the keyboard: ``F2``, ``Ctrl+Z``, ``空格``, ``/``."""
    words = catalogue(lang) if lang else None
    special = {"slash": "/", "question_mark": "?", "plus": "+", "minus": "-"}
    parts = []
    for part in key.split("+"):
        name = f"key.{part}"
        if part in special:
            parts.append(special[part])
        elif (words or catalogue("zh")).get(name):
            parts.append(words[name] if words else t(name))
        else:
            parts.append(part.capitalize())
    return "+".join(parts)


def keys_word(row: Action, lang: str | None = None, *, every: bool = False) -> str:
    """The keys of an action in words; ``every`` also names the second keys, as the letter twins."""
    if row.shown:
        name = f"key.{row.shown}"
        return catalogue(lang)[name] if lang else t(name)
    typed = [key for key in row.keys if not key.startswith("ideographic_")]
    return " ".join(key_word(key, lang) for key in (typed if every else typed[:1]))


def footer(rows: Iterable[Action], width: int) -> list[Action]:
    """The actions that fit in ``width`` cells, in their own order; the least important are left out first."""
    shown = [row for row in rows if row.rank is not None]
    while shown and sum(cell_len(footer_word(row)) + 2 for row in shown) - 2 > width:
        shown.remove(max(shown, key=lambda row: (row.rank or 0, shown.index(row))))
    return shown


def footer_word(row: Action) -> str:
    """``Ctrl+Z 撤销``."""
    return f"{keys_word(row)} {t(row.word)}"


def key_sheet(lang: str, width: int = 0) -> str:
    """All keys of all screens as plain text, to print and lay beside the laptop. ``width``: cells, 0 for any."""
    words = catalogue(lang)
    places = dict.fromkeys(row.where for row in ACTIONS)
    lines = [words["keys.title"], ""]
    for where in places:
        rows = actions_of(where)
        lines.append(words[f"place.{where}"])
        column = max(cell_len(keys_word(row, lang, every=True)) for row in rows)
        for row in rows:
            said = wrap(words[row.help], width - column - 4) if width else [words[row.help]]
            for keys, line in zip_longest([keys_word(row, lang, every=True)], said, fillvalue=""):
                lines.append(f"  {keys}{' ' * (column - cell_len(keys))}  {line}")
        lines.append("")
    lines.append(words["keys.foot"])
    return "\n".join(lines) + "\n"


def colliding(rows: Sequence[Action]) -> set[str]:
    """Keys that two of these actions claim."""
    seen: set[str] = set()
    twice: set[str] = set()
    for row in rows:
        for key in row.keys:
            (twice if key in seen else seen).add(key)
    return twice
