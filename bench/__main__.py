"""All figures, each beside its bound measured in the same run: ``make bench``.

``python -m bench NAME …`` measures only those named; ``--write`` puts their tables into ``docs/benchmarks.md``.
"""

import argparse
import sys
import time
from importlib import import_module

from bench.figure import Figure, show
from bench.report import write

PARTS = (
    "start",
    "opening",
    "save",
    "backup",
    "audit",
    "powercut",
    "today",
    "wire",
    "peers",
    "requests",
    "link",
    "merge",
    "storm",
    "pull",
)


def main(words: list[str]) -> int:
    """Measure part by part; 1 when a bound does not hold."""
    asked = argparse.ArgumentParser(prog="python -m bench", description="Figures beside their bounds.")
    asked.add_argument("parts", nargs="*", metavar="PART", help=f"which of {', '.join(PARTS)}; all by default")
    asked.add_argument("--write", action="store_true", help="put what was measured into docs/benchmarks.md")
    chosen = asked.parse_args(words)
    if unknown := [name for name in chosen.parts if name not in PARTS]:
        asked.error(f"no such part: {', '.join(unknown)}; there are {', '.join(PARTS)}")
    found: dict[str, list[Figure]] = {}
    broken = 0
    for name in chosen.parts or PARTS:
        began = time.monotonic()
        found[name] = import_module(f"bench.{name}").figures()
        broken |= show(found[name], f"{name}, measured in {time.monotonic() - began:.0f} s")
    if chosen.write:
        write(found, PARTS)
    return broken


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
