"""Syncs of a laptop that are killed at the n-th step: a program of its own, so that the kill is a real one.

Reads lines ``vault number passphrase step`` and answers ``killed`` or ``done``. A step is the commit of a change, a
file moved or removed, a request sent or answered: the program stops right before it.
"""

import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
from sqlalchemy import Engine, event

from db.vault import open_vault
from sync.session import sync


def before(step: int) -> Callable[[], None]:
    """What is called before every step."""
    left = [step]

    def count() -> None:
        left[0] -= 1
        if left[0] == 0:
            os.kill(os.getpid(), signal.SIGKILL)

    return count


def counted(act: Callable[..., Any], count: Callable[[], None]) -> Callable[..., Any]:
    """The same act, counted."""

    def counting(*args: Any, **named: Any) -> Any:
        count()
        return act(*args, **named)

    return counting


def watch(count: Callable[[], None]) -> None:
    """Count every step that leaves a trace in the world outside."""
    mark: Any = setattr
    event.listen(
        Engine, "commit", lambda conn: count() if conn.get_execution_options().get("yiyang_immediate") else None
    )
    mark(os, "replace", counted(os.replace, count))
    mark(Path, "unlink", counted(Path.unlink, count))
    send = httpx.Client.send

    def sending(*args: Any, **named: Any) -> httpx.Response:
        count()
        answered = send(*args, **named)
        count()
        return answered

    mark(httpx.Client, "send", sending)


def main() -> None:
    """Serve until there are no more lines. Each sync runs in a child, because it may end in the middle."""
    for line in sys.stdin:
        vault, number, passphrase, step = line.rstrip("\n").split("\t")
        child = os.fork()
        if not child:
            store = open_vault(Path(vault), number, passphrase)
            watch(before(int(step)))
            sync(store)
            os._exit(0)
        _, status = os.waitpid(child, 0)
        killed = os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL
        print("killed" if killed else "done" if status == 0 else f"failed {status}", flush=True)  # noqa: T201


if __name__ == "__main__":
    main()
