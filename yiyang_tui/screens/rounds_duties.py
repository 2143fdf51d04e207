"""The duties of a care plan at the bed: which are to be done now; the line of the form that says what was not."""

from collections.abc import Sequence

from rich.cells import cell_len
from rich.text import Text
from textual import events

from care.duties import causes, said_by, words_of
from care.duties import duties as duties_listed
from care.duties_done import Done
from care.duties_due import DutyDue
from care.words import Words
from yiyang_tui.cells import fit
from yiyang_tui.screens.dialogs import Choose
from yiyang_tui.themes import Token, token_style
from yiyang_tui.widgets.choice import Choice
from yiyang_tui.widgets.tick import SIGNS
from yiyang_tui.words import language, t

BETWEEN = "  "


def done_of(duties: Sequence[DutyDue], role: str, left: str | None = None) -> Done:
    """What whoever looks at somebody says to have done: all that is due and needs no record of its own, but ``left``.

    Nothing of a role that does none of it: a doctor's visit turns nobody.
    """
    if not said_by(role):
        return Done()
    not_done = read_left(left)
    codes = [one.duty for one in duties if one.by_key]
    left_out = {code: cause for code, cause in not_done.items() if code in codes}
    return Done(tuple(code for code in codes if code not in left_out), left_out)


def read_left(value: str | None) -> dict[str, str]:
    """What stands in the field, ``turning:asleep``: the duties that were not done, each with its cause."""
    pairs = (one.partition(":") for one in (value or "").split())
    return {duty: cause for duty, _, cause in pairs if duty and cause in causes()}


def signs(duties: Sequence[DutyDue]) -> str:
    """A character each, for a narrow list: ``翻肤``."""
    known = duties_listed()
    return "".join(known[one.duty].sign.of(language()) for one in duties if one.duty in known)


def said(duties: Sequence[DutyDue]) -> str:
    """In words: ``翻身  查皮肤``."""
    return BETWEEN.join(one.words.of(language()) for one in duties)


def done_words(done: Done) -> str:
    """What is said to be done, in words."""
    return " ".join(words_of(code).of(language()) for code in done.done)


class DutyField(Choice):
    """``[x] 1 翻身  [ ] 2 拉好床栏 睡着了``: a digit says that one was not done, and why; again, that it was.

    ``value`` holds only what was not done: somebody who says nothing has done what is due. What has a record of its own
    (measurements, a bath) is named and cannot be ticked.
    """

    def __init__(self, *, id: str) -> None:
        super().__init__((), folded=True, id=id)
        self._due: tuple[DutyDue, ...] = ()
        self._ticked = True

    def show(self, duties: Sequence[DutyDue], role: str) -> None:
        """The duties of somebody else, or the same later."""
        self._due, self._ticked = tuple(duties), said_by(role)
        self.can_focus = bool(self._ticks)
        self.refresh()

    @property
    def _ticks(self) -> list[DutyDue]:
        return [one for one in self._due if one.by_key] if self._ticked else []

    @property
    def said_options(self) -> str:
        """What its keys do."""
        return t("rounds.duties_keys", n=len(self._ticks))

    def render(self) -> Text:
        """The duties, each with its box; the ones without at the end. What does not fit is left out whole."""
        left, lang, ticks = read_left(self.value), language(), self._ticks
        parts: list[tuple[str, Token]] = [(f"{t('rounds.duties')} ", "quiet")]
        for nth, one in enumerate(ticks, 1):
            why = left.get(one.duty)
            digit = f"{nth} " if self.has_focus else ""
            word = words_of(one.duty).of(lang) + ("" if why is None else f" {_cause(why).of(lang)}")
            token: Token = "entry" if self.has_focus else "late" if why is not None else "due"
            parts.append((f"{SIGNS[why is None]} {digit}{word}{BETWEEN}", token))
        parts += [(one.words.of(lang) + BETWEEN, "due") for one in self._due if one not in ticks]
        shown, room = Text(no_wrap=True, overflow="crop"), self.size.width
        for at, (word, token) in enumerate(parts):
            more = "" if at == len(parts) - 1 else " .."
            if cell_len(shown.plain) + cell_len(word.rstrip()) + cell_len(more) > room:
                shown.append(fit(f"..+{len(parts) - at}", room - cell_len(shown.plain)), token_style(self.app, "due"))
                break
            shown.append(word, token_style(self.app, token))
        return shown

    def on_key(self, event: events.Key) -> None:
        """A digit, Delete, Enter; everything else goes on."""
        if event.key == "enter":
            event.stop()
            self.post_message(self.Submitted(self))
        elif event.key in ("delete", "backspace"):
            event.stop()
            self._leave({})
        elif event.character and event.character.isdecimal():
            event.stop()
            nth = int(event.character)
            if 1 <= nth <= len(self._ticks):
                self._toggle(self._ticks[nth - 1].duty)

    def _toggle(self, duty: str) -> None:
        left = read_left(self.value)
        if duty in left:
            del left[duty]
            self._leave(left)
            return
        title = t("rounds.not_done_why", duty=words_of(duty).of(language()))
        options = [(code, words.of(language())) for code, words in causes().items()]
        self.app.push_screen(Choose(title, options), lambda why: self._leave({**left, duty: why}) if why else None)

    def _leave(self, left: dict[str, str]) -> None:
        value = " ".join(f"{duty}:{cause}" for duty, cause in left.items()) or None
        if value != self.value:
            self.value = value
            self.post_message(self.Changed(self, value))


def _cause(code: str) -> Words:
    return causes()[code]
