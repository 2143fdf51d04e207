"""How soon the program is there, and how soon it answers: each beside bare Python or a bare Textual window.

Everything is seen from outside, through a real pseudo-terminal. The two sides take turns, so that a slow moment of the
machine meets both; ratios are of medians. The passphrase is typed as fast as a quick typist does: meanwhile the data
layer loads.
"""

import os
import re
import sys
import tempfile
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from statistics import median, quantiles

from bench.figure import Figure, times
from bench.quarter import quarter
from bench.record import HELD, NUMBER, PASSPHRASE, five_years
from bench.terminal import Terminal

TURNS = 7
LINES = 3  # a turn
KEYS = 60
BETWEEN_KEYS_S = 0.15
PYTHON = sys.executable
LINE = [PYTHON, "-c", "print('bare')"]
WINDOW = [PYTHON, "-m", "bench.bare_window"]
OURS = [PYTHON, "-m", "yiyang_tui"]
INSTALLED = [str(Path(PYTHON).with_name("yiyang"))]
SIGN_IN, HIDDEN, DAY, PEOPLE = "口令", "•", "该巡视", "过敏"
PEOPLE_KEY, DOWN, UP = "\x1bOR", "\x1b[B", "\x1b[A"
WRAPPER = "the script that the installer writes loads more of Python than the line needs"


@dataclass(slots=True)
class Seen:
    """Seconds and KiB, a value a turn."""

    line: list[float] = field(default_factory=list)
    our_line: list[float] = field(default_factory=list)
    installed_line: list[float] = field(default_factory=list)
    window: list[float] = field(default_factory=list)
    sign_in: list[float] = field(default_factory=list)
    opened: list[float] = field(default_factory=list)
    derived: list[float] = field(default_factory=list)
    bare_memory: list[int] = field(default_factory=list)
    memory: list[int] = field(default_factory=list)
    bare_keys: list[float] = field(default_factory=list)
    keys: list[float] = field(default_factory=list)
    people_keys: list[float] = field(default_factory=list)


def figures() -> list[Figure]:
    """Start, opening, keys and memory: on a whole core, and on a quarter of one where the system lets us."""
    vault = five_years()
    with tempfile.TemporaryDirectory() as place:
        env = {**os.environ, "YIYANG_VAULT": str(vault), "XDG_CONFIG_HOME": place, "YIYANG_LANG": "zh"}
        found = _told(_measure(env, vault, None), "", 16)
        with quarter() as group:
            if group is not None:
                found += _told(_measure(env, vault, group), ", a quarter of a core", 50)
    return found


def _measure(env: Mapping[str, str], vault: Path, group: Path | None) -> Seen:
    seen = Seen()
    start = partial(Terminal, env=env, group=group)
    for turn in range(TURNS):
        for _ in range(LINES):
            for command, first in ((LINE, seen.line), (OURS, seen.our_line), (INSTALLED, seen.installed_line)):
                with start(command) as one:
                    first.append(one.first_byte())
        with start(WINDOW) as bare:
            seen.window.append(bare.wait("bare window"))
            bare.settle()
            seen.bare_memory.append(bare.resident_kib())
            if turn == 0:
                seen.bare_keys = _press(bare, ("x",))
        with start([PYTHON, "-m", "bench.derive", str(vault)]) as derive:
            derive.wait(" s.")
            seen.derived.append(float(re.findall(r"in ([0-9.]+) s", derive.shown())[0]))
        with start(OURS) as ours:
            seen.sign_in.append(ours.wait(SIGN_IN))
            _sign_in(ours)
            seen.opened.append(ours.wait(DAY))
            ours.settle(1.0)
            seen.memory.append(ours.resident_kib())
            if turn == 0:
                seen.keys = _press(ours, (DOWN, UP))
                ours.type(PEOPLE_KEY)
                ours.wait(PEOPLE)
                ours.settle(1.0)
                ours.type(DOWN)
                ours.settle(0.5)
                seen.people_keys = _press(ours, (DOWN,))
    return seen


def _sign_in(ours: Terminal) -> None:
    """Type number and passphrase; the Enter that opens the record is the last key."""
    ours.settle()
    if NUMBER not in ours.shown():
        for at, key in enumerate(NUMBER, 1):
            ours.type(key)
            ours.wait(NUMBER[:at])
        row = ours.row()
        ours.type("\r")
        ours.until(lambda: ours.row() != row, "the next field")
    hidden = ours.shown().count(HIDDEN)
    for at, key in enumerate(PASSPHRASE, 1):
        ours.type(key)
        ours.until(partial(_has, ours, HIDDEN, hidden + at), "what is typed")
        time.sleep(max(0.0, ours.began + BETWEEN_KEYS_S - time.perf_counter()))
    ours.type("\r")


def _has(terminal: Terminal, sign: str, count: int) -> bool:
    return terminal.shown().count(sign) >= count


def _press(terminal: Terminal, keys: tuple[str, ...]) -> list[float]:
    taken = []
    for press in range(KEYS):
        terminal.settle(0.1)
        terminal.type(keys[press % len(keys)])
        taken.append(terminal.changed())
    return taken


def _told(seen: Seen, where: str, limit_ms: int) -> list[Figure]:
    opened = [whole - median(seen.derived) for whole in seen.opened]
    bare = median(seen.bare_keys) * 1e3

    def keys(where_pressed: str, taken: list[float]) -> Figure:
        slow = quantiles(taken, n=20)[18] * 1e3
        said = (
            f"median {median(taken) * 1e3:.1f} ms; a bare Textual window: median {bare:.1f},"
            f" p95 {quantiles(seen.bare_keys, n=20)[18] * 1e3:.1f} ms; {HELD}"
        )
        name = f"key press to changed screen, p95, {where_pressed}{where}"
        return Figure(name, slow, "ms", said, f"≤ {limit_ms}", slow <= limit_ms)

    held, least = median(seen.memory), median(seen.bare_memory)
    return [
        times(f"first line{where}", seen.our_line, seen.line, "bare Python", 1.5),
        Figure(f"first line of the installed command{where}", median(seen.installed_line) * 1e3, "ms", WRAPPER),
        times(f"first paint of sign-in{where}", seen.sign_in, seen.window, "bare Textual window", 1.2),
        times(f"passphrase to Today, without argon2id{where}", opened, seen.window, "bare Textual window", 2.0),
        Figure(f"argon2id{where}", median(seen.derived) * 1e3, "ms", "taken off the line above"),
        keys("Today", seen.keys),
        keys("People", seen.people_keys),
        Figure(
            f"memory{where}",
            held / 1024,
            "MiB",
            f"bare Textual window {least / 1024:.0f} MiB, {held / least:.2f} ×; {HELD}",
            "≤ 2.5 ×",
            held <= 2.5 * least,
        ),
    ]
