"""A day of one laptop, as a program of its own that is recorded: acts of the real functions, one after the other.

``python -m tests.powercut.workload KIND SEED ROOT FACTS SYNCHRONOUS DESCRIPTOR``: after each act it says to the
descriptor which one it was (that is what a screen calls saved), then writes what the laptop holds now to FACTS.
"""

import json
import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from db import backup, cipher
from tests.powercut.beside import Beside
from tests.powercut.day import Act
from tests.powercut.facts import facts


def weaken(level: str) -> None:
    """Let every connection of this process promise less: what the product itself cannot be told."""
    strong = cipher.connector

    def connector(path: Path, key: bytes) -> Callable[[], Any]:
        connect = strong(path, key)

        def weaker() -> Any:
            raw = connect()
            raw.execute(f"PRAGMA synchronous = {level}")
            return raw

        return weaker

    for module in (cipher, backup):
        module.connector = connector  # type: ignore[attr-defined]


KINDS: dict[str, Callable[[Beside], Iterator[tuple[str, Act]]]] = {
    "record": lambda day: day.work(130),
    "beside": lambda day: day.beside(9),
    "long": lambda day: day.long(30),
    "short": lambda day: day.work(30),
}


def main() -> None:
    """Play the day."""
    kind, seed, root, told, level, said = sys.argv[1:]
    if level != "FULL":
        weaken(level)
    day = Beside(Path(root), int(seed))
    with open(told, "w", encoding="utf-8") as file:
        for acts in (day.found(), KINDS[kind](day)):
            for number, (name, act) in enumerate(acts):
                act()
                os.write(int(said), f"{number} {name}\n".encode())
                file.write(json.dumps({"act": name, **facts(day.root, day.store, day.backups).said()}) + "\n")
    day.store.close()


if __name__ == "__main__":
    main()
