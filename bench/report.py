"""``docs/benchmarks.md``: for each part the figures of its last run, with the day and the machine."""

import os
import platform
import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from importlib import import_module
from importlib.metadata import version
from pathlib import Path

from bench.figure import HOLDS, Figure

PAGE = Path(__file__).parents[1] / "docs" / "benchmarks.md"

_HEAD = """# Benchmarks

Written by `python -m bench --write`, or part by part by `python -m bench PART --write`; `make bench` measures anew on
your machine. Every figure stands beside what it is compared with, measured in the same run; a ratio is one of medians
of runs that took turns. Bounds in milliseconds are for any machine, ratios are what matters on a weak one.

"""


def write(found: Mapping[str, Sequence[Figure]], order: Sequence[str]) -> None:
    """Put these figures into the page, in place of what it said of their parts; the parts stand in ``order``."""
    sections = _sections() | {
        part: f"## {part}\n\n{_about(part)}\n\n{_machine()}\n\n{_table(figures)}\n" for part, figures in found.items()
    }
    PAGE.write_text(_HEAD + "\n".join(sections[part] for part in order if part in sections), encoding="utf-8")


def _sections() -> dict[str, str]:
    """What the page says of each part."""
    if not PAGE.exists():
        return {}
    _, *parts = re.split(r"^## ", PAGE.read_text(encoding="utf-8"), flags=re.MULTILINE)
    return {part.partition("\n")[0]: f"## {part.rstrip()}\n" for part in parts}


def _machine() -> str:
    load = "" if not hasattr(os, "getloadavg") else f", {os.getloadavg()[0]:.1f} programs waiting for a core at the end"
    return (
        f"{datetime.now(UTC):%Y-%m-%d}: {_processor()}, {os.cpu_count()} cores{load}; {platform.system()},"
        f" Python {platform.python_version()}, Textual {version('textual')}, SQLAlchemy {version('sqlalchemy')}."
    )


def _processor() -> str:
    facts = Path("/proc/cpuinfo")
    lines = facts.read_text(encoding="utf-8").splitlines() if facts.exists() else []
    named = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(named, platform.processor() or platform.machine())


def _about(part: str) -> str:
    """The first words of the module that measures."""
    said = import_module(f"bench.{part}").__doc__ or ""
    return " ".join(said.strip().split())


def _table(figures: Sequence[Figure]) -> str:
    rows = [
        f"| {one.name} | {one.value:,.2f} {one.unit} | {one.beside} | {one.must} | {HOLDS[one.holds]} |"
        for one in figures
    ]
    return "\n".join(
        ["| figure | measured | beside, in the same run | must be | holds |", "|---|---|---|---|---|", *rows]
    )
