"""Saving in the background, in the order of the acts: nobody waits, and nothing overtakes."""

from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Generic, Protocol, TypeVar
from uuid import UUID

from care.rounds import Saved
from yiyang_tui.fields import Value
from yiyang_tui.screens.base import Sheet

if TYPE_CHECKING:
    from db.errors import YiyangError

GROUP: Final = "saving"


@dataclass(frozen=True, slots=True)
class Job:
    """One act to be saved. ``values``: the form it was made of; ``None`` where there was none.

    ``also``: what else it says was done, in words.
    """

    person_id: UUID
    bed: str
    name: str
    act: Callable[[], Saved]
    values: Mapping[str, Value] | None = None
    also: str = ""


class Task(Protocol):
    """Something to be saved: ``act`` does it, and blocks."""

    @property
    def act(self) -> Callable[[], Any]: ...


OneTask = TypeVar("OneTask", bound=Task)
Kept = TypeVar("Kept")


class Saving(Generic[OneTask, Kept]):
    """A queue of acts. ``done`` and ``failed`` follow on the screen's own thread, one for each act."""

    def __init__(
        self,
        sheet: Sheet[None],
        done: Callable[[OneTask, Kept], None],
        failed: "Callable[[OneTask, YiyangError | None], None]",
    ) -> None:
        self._sheet, self._done, self._failed = sheet, done, failed
        self._jobs: deque[OneTask] = deque()

    @property
    def busy(self) -> bool:
        """Whether anything is not on the disk yet."""
        return bool(self._jobs)

    def add(self, job: OneTask) -> None:
        """Save it once all before it are saved."""
        self._jobs.append(job)
        if len(self._jobs) == 1:
            self._save()

    def broke(self) -> None:
        """The act under way ended in a defect that the application has told."""
        self._lost(None)

    def _save(self) -> None:
        self._sheet.run_care(self._jobs[0].act, then=self._kept, failed=self._lost, group=GROUP)

    def _kept(self, saved: Kept) -> None:
        job = self._next()
        self._done(job, saved)

    def _lost(self, error: "YiyangError | None") -> None:
        job = self._next()
        self._failed(job, error)

    def _next(self) -> OneTask:
        job = self._jobs.popleft()
        if self._jobs:
            self._save()
        return job
