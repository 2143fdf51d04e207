"""All figures, each beside its bound measured in the same run: ``make bench``.

``python -m bench NAME …`` measures only those named.
"""

import sys
from importlib import import_module

from bench.figure import Figure, show

PARTS = ("start", "save", "today", "wire", "requests", "merge")


def main(names: list[str]) -> int:
    """Measure part by part; 1 when a bound does not hold, 2 for a name that is none."""
    unknown = [name for name in names if name not in PARTS]
    if unknown:
        print(f"no such part: {', '.join(unknown)}; there are {', '.join(PARTS)}")
        return 2
    broken = 0
    for name in names or PARTS:
        found: list[Figure] = import_module(f"bench.{name}").figures()
        broken |= show(found, name)
    return broken


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
