"""Going out for a while: why, until when, with whom."""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.widgets import Static

from yiyang_tui.cells import narrow
from yiyang_tui.drafts import Draft
from yiyang_tui.fields import Value, fill, values
from yiyang_tui.screens.dialogs import Dialog
from yiyang_tui.widgets.choice import Choice
from yiyang_tui.widgets.entry import Entry
from yiyang_tui.widgets.form import Form
from yiyang_tui.words import t, times

if TYPE_CHECKING:
    from yiyang_tui.session import Session

SOON: Final = {"tonight": 0, "tomorrow": 1, "three_days": 3}
EVENING_H, SUPPER_H = 20, 18
_TYPED = re.compile(r"(?:(\d{4})[-./年])?(\d{1,2})[-./月](\d{1,2})日?(?:\s+(\d{1,2}):(\d{2}))?")


@dataclass(frozen=True, slots=True)
class Leaving:
    """What was answered. ``expected_at`` in seconds UTC, ``None``: nobody knows."""

    kind: str
    expected_at: int | None
    companion: str
    note: str


def expected(soon: str | None, typed: str, now: int) -> int | None:
    """When somebody is to be back: a typed date (``11-25``, ``11-25 15:00``, ``2027-01-03``) or one of ``SOON``.

    Without a time of day it is supper time; tonight is eight in the evening, or the end of the day when that is over. A
    date without a year that has passed is one of next year. Raises ``ValueError`` for what is no date.
    """
    today = times.local(now)
    if typed.strip():
        found = _TYPED.fullmatch(narrow(typed).strip())
        if found is None:
            raise ValueError("no date")
        year, month, day, hour, minute = (int(part) if part else None for part in found.groups())
        then = datetime(
            year or today.year,
            month or 0,
            day or 0,
            SUPPER_H if hour is None else hour,
            minute or 0,
            tzinfo=times.HOUSE,
        )
        if year is None and then.date() < today.date():
            then = then.replace(year=today.year + 1)
        return int(then.timestamp())
    if soon not in SOON:
        return None
    days = SOON[soon]
    then = today + timedelta(days=days)
    hour = SUPPER_H if days else EVENING_H
    if not days and today.hour >= EVENING_H:
        return int(then.replace(hour=23, minute=59, second=59).timestamp())
    return int(then.replace(hour=hour, minute=0, second=0).timestamp())


class AskLeave(Dialog[Leaving]):
    """Dismisses with the answer, or ``None`` at Esc; what was typed then waits in ``draft`` for the next time."""

    def __init__(self, session: "Session", draft: Draft, name: str, kinds: tuple[str, ...]) -> None:
        super().__init__()
        self.session, self.draft, self.name_text, self.kinds = session, draft, name, kinds

    def compose(self) -> ComposeResult:
        """Five lines; each has an answer already but the last two, which may stay empty."""
        kinds = [(kind, t(f"beds.leave.{kind}")) for kind in self.kinds]
        soon = [(name, t(f"beds.soon.{name}")) for name in (*SOON, "unknown")]
        rows = [
            ("kind", Choice(kinds, self.kinds[0], id="kind")),
            ("until", Choice(soon, "tonight", id="soon")),
            ("date", Entry(id="date", longest=20)),
            ("companion", Entry(id="companion", longest=40)),
            ("note", Entry(id="note", longest=100)),
        ]
        with Vertical(classes="dialog leave"):
            yield Static(t("beds.leave_title", name=self.name_text), classes="title", markup=False)
            with Form(id="leave"):
                for name, field in rows:
                    with Horizontal(classes="row"):
                        yield Static(t(f"beds.ask_{name}"), classes="label", markup=False)
                        yield field
            yield Static("", id="told", markup=False)
            yield Static(t("beds.form_hint"), classes="hint", markup=False)

    def on_mount(self) -> None:
        """The first question, and what was half typed."""
        self.query_one("#kind").focus()
        self.draft.restore(self._restored)

    def _restored(self, kept: Any) -> None:
        # Esc may have been faster than the disk.
        if self.is_attached:
            fill(self, kept or {})
            self._tell(values(self))

    def on_form_touched(self, event: Form.Touched) -> None:
        """Keep it, and say when that is."""
        self.draft.touch(event.values)
        self._tell(event.values)

    def on_form_passed(self, event: Form.Passed) -> None:
        """Keep it now."""
        self.draft.flush(event.values)

    def _tell(self, found: dict[str, Value], *, urgent: bool = False) -> None:
        now, told = self.session.now(), self.query_one("#told", Static)
        try:
            at = _until(found, now)
        except ValueError:
            told.update(("! " if urgent else "") + t("beds.bad_date"))
        else:
            told.update(t("beds.back_unknown") if at is None else t("beds.back_at", when=times.moment(at, now)))
            urgent = False
        told.set_class(urgent, "urgent")

    def on_form_filled(self, event: Form.Filled) -> None:
        """Enter in the last field."""
        event.stop()
        found, now = event.values, self.session.now()
        try:
            at = _until(found, now)
        except ValueError:
            self._tell(found, urgent=True)
            self.query_one("#date").focus()
            return
        kind = str(found["kind"]) if found["kind"] else self.kinds[0]
        self.dismiss(Leaving(kind, at, str(found["companion"]).strip(), str(found["note"]).strip()))


def _until(found: dict[str, Value], now: int) -> int | None:
    soon = found["soon"]
    at = expected(str(soon) if soon else None, str(found["date"]), now)
    if at is not None and at < now:
        raise ValueError("has passed")
    return at
