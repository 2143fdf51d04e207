"""The fixed lines of every screen: head, places, sync, what was said, footer."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final

from rich.cells import cell_len
from rich.text import Text
from textual.reactive import reactive
from textual.widget import Widget

from yiyang_tui import actions
from yiyang_tui.cells import fit, whole_parts
from yiyang_tui.themes import Token, token_style
from yiyang_tui.words import t, times

if TYPE_CHECKING:
    from yiyang_tui.session import Session

PLACE_KEYS: Final = ("today", "people", "rounds", "beds", "medicines", "handover", "events", "sync", "switch")
"""The last one is left out first where there is no room for all."""


class Line(Widget):
    """One row of the screen, one cell from the left edge."""

    DEFAULT_CSS = "Line { height: 1; width: 1fr; padding: 0 1; }"

    def style_of(self, token: Token) -> Any:
        """The Rich style of a token under the theme in use."""
        return token_style(self.app, token)


class HeadLine(Line):
    """Whose record, who is signed in, what time it is. The clock moves by itself."""

    def __init__(self, session: "Session") -> None:
        super().__init__()
        self.session = session

    def on_mount(self) -> None:
        """Look at the clock often enough that a minute is never late by much."""
        self.set_interval(10, self.refresh)

    def render(self) -> Text:
        """Pair on the left, person in the middle, time on the right."""
        session, width = self.session, self.size.width
        now = session.now()
        right = f"{times.clock(now)} {times.weekday(now)}"
        if session.store.read_only:
            right = f"{t('app.read_only')}  {right}"
        middle = f"{session.staff.name} {t(f'role.{session.staff.role}')}"
        if session.shift:
            middle += f"  {session.shift}"
        room = width - cell_len(middle) - cell_len(right) - 4
        text = Text(fit(session.pair_name, max(room, 0)), self.style_of("quiet"), end="")
        text.append("  ").append(middle, self.style_of("title")).append("  ").append(right, self.style_of("quiet"))
        return text


class PlaceLine(Line):
    """``[F2今日] F3老人  F4巡视 …``: where one is stands in brackets. They close up where there is little room."""

    def __init__(self, place: str) -> None:
        super().__init__()
        self.place = place

    def render(self) -> Text:
        """The places, and help at the right edge."""
        width, help = self.size.width, _item("help")
        room = width - cell_len(help) - 1
        laid = (self._loose(PLACE_KEYS), self._tight(PLACE_KEYS), self._tight(PLACE_KEYS[:-1]))
        text = next((text for text in laid if text.cell_len <= room), laid[-1])
        gap = width - text.cell_len - cell_len(help)
        return text.append(" " * max(gap, 1)).append(help, self.style_of("quiet"))

    def _loose(self, places: Sequence[str]) -> Text:
        text = Text(end="")
        for id in places:
            here = id == self.place
            text.append(f"[{_item(id)}]" if here else f" {_item(id)} ", self.style_of("title" if here else "quiet"))
        return text

    def _tight(self, places: Sequence[str]) -> Text:
        """The brackets stand in the only blank between two places."""
        text = Text(end="", no_wrap=True, overflow="crop")
        before = False
        for id in places:
            here = id == self.place
            text.append("[" if here else "]" if before else " ", self.style_of("title" if here or before else "quiet"))
            text.append(_item(id).replace(" ", ""), self.style_of("title" if here else "quiet"))
            before = here
        return text.append("]" if before else " ", self.style_of("title"))


def _item(id: str) -> str:
    return t("place.item", key=actions.keys_word(actions.action(id)), word=t(f"place.{id}"))


class SyncLine(Line):
    """One quiet line: where the record of this laptop has got to. What does not fit is left out whole."""

    text = reactive("")

    def render(self) -> Text:
        """As many parts of the line as there is room for."""
        return Text(whole_parts(self.text, self.size.width), self.style_of("quiet"), no_wrap=True, overflow="crop")


SIGNS: dict[str, str] = {"urgent": "! ", "late": "! "}


class SaidLine(Line):
    """The answer to the last act, in words, always at the same place."""

    text = reactive("")
    token: reactive[Token] = reactive("")

    def say(self, text: str, token: Token = "") -> None:
        """Show ``text`` until the next act."""
        self.token, self.text = token, text

    def fits(self, text: str) -> bool:
        """Whether the sentence can be read in one row here."""
        return cell_len(text) + 4 <= self.app.size.width

    def render(self) -> Text:
        """The sentence, with its sign before it."""
        sign = SIGNS.get(self.token, "")
        return Text(sign + self.text, self.style_of(self.token), no_wrap=True, overflow="crop")


class FootLine(Line):
    """What can be done here now, as much as fits; F1 has the rest."""

    def __init__(self, where: str, *, everywhere: bool = True) -> None:
        super().__init__()
        self.where, self.everywhere = where, everywhere

    def render(self) -> Text:
        """Keys in ink, words quiet."""
        rows = actions.actions_of(self.where)
        taken = {key for row in rows for key in row.keys}
        if self.everywhere:
            rows += [row for row in actions.actions_of(actions.EVERYWHERE) if not taken.intersection(row.keys)]
        app: Any = self.app
        free = [row for row in rows if app.why_not(row.id, self.screen) is None]
        text = Text(end="")
        for row in actions.footer(free, self.size.width):
            if text:
                text.append("  ")
            text.append(actions.keys_word(row), self.style_of("title"))
            text.append(f" {t(row.word)}", self.style_of("quiet"))
        return text
