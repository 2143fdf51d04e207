"""What every screen has: a place to answer in, blocking work in a thread, its actions, its fixed lines."""

import inspect
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, TypeVar

from textual import on
from textual.app import ComposeResult
from textual.containers import Container
from textual.message import Message
from textual.screen import Screen
from textual.worker import Worker, get_current_worker

from yiyang_tui.actions import bindings
from yiyang_tui.themes import Token
from yiyang_tui.widgets.lines import FootLine, HeadLine, PlaceLine, SaidLine, SyncLine
from yiyang_tui.words import sentence

if TYPE_CHECKING:
    from uuid import UUID

    from db.errors import YiyangError
    from yiyang_tui.app import YiyangApp
    from yiyang_tui.carrier import Carrying
    from yiyang_tui.drafts import Draft
    from yiyang_tui.session import Session

Result = TypeVar("Result")
Dismissed = TypeVar("Dismissed")


@dataclass
class CareDone(Message, bubble=False):
    """A blocking function has returned."""

    result: Any
    then: Callable[[Any], object] | None


@dataclass
class CareFailed(Message, bubble=False):
    """A blocking function was refused or could not do its work, in a way that has a sentence."""

    error: "YiyangError"
    failed: "Callable[[YiyangError], object] | None"


class Sheet(Screen[Dismissed]):
    """A screen that can do blocking work and answer in words. Places and dialogs are sheets."""

    where: ClassVar[str] = ""
    """The screen's id in the registry of actions and in the catalogue (``place.<id>``, ``about.<id>``)."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.half_typed: list[Draft] = []

    def __init_subclass__(cls, **kwargs: Any) -> None:
        if "where" in cls.__dict__:
            cls.BINDINGS = [*cls.__dict__.get("BINDINGS", []), *bindings(cls.where)]
        super().__init_subclass__(**kwargs)

    @property
    def yiyang(self) -> "YiyangApp":
        """The application, typed."""
        from yiyang_tui.app import YiyangApp

        assert isinstance(self.app, YiyangApp)
        return self.app

    def run_care(
        self,
        fn: Callable[..., Result],
        *args: Any,
        then: Callable[[Result], object] | None = None,
        failed: "Callable[[YiyangError], object] | None" = None,
        group: str = "care",
        exclusive: bool = False,
        **kwargs: Any,
    ) -> Worker[None]:
        """Call ``fn(*args, **kwargs)`` in a thread; ``then(result)`` follows on the screen's own thread.

        A ``YiyangError`` goes to ``failed``, or is told as its sentence. Any other error is a defect: the application
        notes it and says so calmly. ``exclusive``: a later call in the ``group`` makes the answer of an earlier one
        worthless (searching while typing); never for something that saves.
        """

        def work() -> None:
            from db.errors import YiyangError

            outcome: Message
            try:
                outcome = CareDone(fn(*args, **kwargs), then)
            except YiyangError as error:
                outcome = CareFailed(error, failed)
            if not get_current_worker().is_cancelled:
                self.post_message(outcome)

        return self.run_worker(work, thread=True, group=group, exclusive=exclusive)

    @on(CareDone)
    async def _care_done(self, event: CareDone) -> None:
        # A screen that is being closed has no widgets left to answer in.
        if event.then is not None and self.display:
            done = event.then(event.result)
            if inspect.isawaitable(done):
                await done

    @on(CareFailed)
    def _care_failed(self, event: CareFailed) -> None:
        if event.error.code in ("disk_full", "disk_failed"):
            self.yiyang.sync_looked()
        front: Any = self if self.display else self.app.screen
        if front is self and event.failed is not None:
            event.failed(event.error)
        elif isinstance(front, Sheet):
            front.say(sentence(event.error), "urgent")

    def say(self, text: str, token: Token = "") -> None:
        """Answer in words: at the message line where it fits, else in a small dialog."""
        line = next(iter(self.query(SaidLine)), None)
        if line is not None and line.fits(text):
            line.say(text, token)
            return
        from yiyang_tui.screens.dialogs import Say

        front = self.app.screen
        # A full disk refuses a draft and what is saved from it: once is enough to read.
        if not (isinstance(front, Say) and front.text == text):
            self.app.push_screen(Say(text))

    def why_not(self, action: str) -> str | None:  # noqa: ARG002 - the hook's contract
        """Why the action of that id cannot be done now, as a sentence; ``None`` when it can. Override."""
        return None

    def doer(self, method: str) -> object:  # noqa: ARG002 - the hook's contract
        """Who has that ``action_<name>``: the screen itself, or the part of it that is in front. Override."""
        return self

    def load(self) -> None:
        """Ask for what is shown. Called whenever the screen comes to the front. Override."""

    def on_screen_resume(self) -> None:
        """Back in front: what is shown may be old."""
        self.load()


class Place(Sheet[None]):
    """One of the places F2 to F9, or a chart: head, places, body, sync line, message line, footer.

    A subclass sets ``where`` and gives its widgets in ``body()``. ``load()`` asks for the data. Fields never stand on
    the last three rows: an input method draws over them there.
    """

    def __init__(self, session: "Session", **facts: Any) -> None:
        super().__init__()
        self.session = session
        self.facts = facts

    def body(self) -> ComposeResult:
        """The widgets of this place. Override."""
        yield from ()

    def compose(self) -> ComposeResult:
        """The fixed lines around the body."""
        yield HeadLine(self.session)
        yield PlaceLine(self.where)
        with Container(id="body"):
            yield from self.body()
        yield SyncLine()
        yield SaidLine()
        yield FootLine(self.where)

    def on_mount(self) -> None:
        """Show where the record stands."""
        self.query_one(SyncLine).text = self.session.sync_line

    def turn_to(self, person_id: "UUID") -> None:
        """Put the cursor on somebody. Override where there is one."""

    def carried(self, state: "Carrying") -> None:
        """The sync beside the work has news. Override to show more than the line."""

    def chores_changed(self) -> None:
        """Something that is done beside the work begins or is done. Override where it is shown."""

    def saved(
        self, what: str, undo: Callable[[], object] | None, said: str, *, urgent: bool = False, undone: str = ""
    ) -> None:
        """An act is durable: say so, and remember how to take it back (``what`` names it in words).

        With no ``undo`` Ctrl+Z has nothing to do: it must never take back the act before. ``urgent``: the county must
        know at once, as of a red alert (``care.alerts.alerting``). ``undone``: what to say once it is taken back, where
        that it was is not enough.
        """
        if undo is None:
            self.session.acts.clear()
        else:
            self.session.acted(what, undo, undone)
        self.yiyang.sync_looked()
        if urgent:
            self.yiyang.sync_now(urgent=True)
        self.say(said, "saved")
        self.query_one(FootLine).refresh()
