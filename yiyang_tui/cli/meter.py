"""Progress of long work for whoever watches: how much, how fast, how long still. Silent where nobody does.

Drawn with plain ASCII: consoles disagree about the width of bars and boxes.
"""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from yiyang_tui.words import t

_BAR = 24
Step = Callable[[int, int], None]


@contextmanager
def carried(word: str) -> Iterator[Step]:
    """A bar in bytes; the block calls it with bytes done and bytes to do."""
    with _drawn(word, in_bytes=True) as step:
        yield step


@contextmanager
def counted(word: str) -> Iterator[Step]:
    """A bar in pieces."""
    with _drawn(word, in_bytes=False) as step:
        yield step


@contextmanager
def _drawn(word: str, *, in_bytes: bool) -> Iterator[Step]:
    if not sys.stderr.isatty():
        yield lambda _done, _total: None
        return
    from rich.console import Console
    from rich.progress import (
        DownloadColumn,
        MofNCompleteColumn,
        Progress,
        ProgressColumn,
        Task,
        TextColumn,
        TimeRemainingColumn,
        TransferSpeedColumn,
    )
    from rich.text import Text

    class Bar(ProgressColumn):
        """``[######------]``."""

        def render(self, task: Task) -> Text:
            full = round(_BAR * task.completed / task.total) if task.total else 0
            return Text(f"[{'#' * full}{'-' * (_BAR - full)}]")

    amount = (DownloadColumn(), TransferSpeedColumn()) if in_bytes else (MofNCompleteColumn(),)
    columns = (TextColumn("{task.description}"), Bar(), *amount, TextColumn(t("cli.said.left")), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task(word, total=None)
        yield lambda done, total: progress.update(task, completed=done, total=total)
