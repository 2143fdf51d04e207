"""What a command tells: sentences, tables and JSON on standard output."""

import json
import sys
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from yiyang_tui.words import times


def say(text: str = "") -> None:
    """One line of text."""
    encoding = sys.stdout.encoding or "ascii"
    sys.stdout.write(text.encode(encoding, "replace").decode(encoding) + "\n")
    sys.stdout.flush()


def note(text: str) -> None:
    """One line beside the result: on the error channel, so that a job reads only what it asked for."""
    encoding = sys.stderr.encoding or "ascii"
    sys.stderr.write(text.encode(encoding, "replace").decode(encoding) + "\n")
    sys.stderr.flush()


def as_json(found: Mapping[str, Any] | Sequence[Any]) -> None:
    """One JSON document on one line; times are seconds UTC, ids and hashes are hex."""
    sys.stdout.write(json.dumps(found, ensure_ascii=True, sort_keys=True) + "\n")
    sys.stdout.flush()


def table(
    headings: Sequence[str], rows: Sequence[Sequence[str]], *, right: Sequence[int] = (), whole: Sequence[int] = ()
) -> None:
    """A table without lines: boxes are drawn two cells wide in some consoles.

    ``right``: columns of numbers; ``whole``: columns of what people type, which is never broken.
    """
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    drawn = Table(box=None, pad_edge=False, header_style="bold", show_header=any(headings))
    for at, heading in enumerate(headings):
        drawn.add_column(heading, justify="right" if at in right else "left", overflow="fold", no_wrap=at in whole)
    for row in rows:
        drawn.add_row(*(Text(cell) for cell in row))
    # Into a file or a pipe there is no width to keep to.
    console = Console(width=None if sys.stdout.isatty() else 200, highlight=False)
    with console.capture() as page:
        console.print(drawn)
    for line in page.get().splitlines():
        say(line.rstrip())


def size(count: int) -> str:
    """Bytes as people read them: ``812 B``, ``12.3 kB``, ``4.1 MB``."""
    if count < 1000:
        return f"{count} B"
    for unit, each in (("kB", 1e3), ("MB", 1e6)):
        if count < each * 1000:
            return f"{count / each:.1f} {unit}"
    return f"{count / 1e9:.1f} GB"


def moment(at: int | None) -> str:
    """A time on the wall of the house, with its year; a dash where there is none."""
    return "-" if at is None else times.local(at).strftime("%Y-%m-%d %H:%M")


def stamp() -> str:
    """Now, for a line of a log."""
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
