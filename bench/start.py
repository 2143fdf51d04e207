"""How soon the program is there, and how soon it answers: each beside bare Python or a bare Textual window.

``python -m bench.start`` prints the table. Everything is seen from outside, through a real pseudo-terminal. The two
sides take turns, so that a slow moment of the machine meets both; ratios are of medians.
"""

import os
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median, quantiles

from bench.figure import Figure, show
from bench.terminal import Terminal
from bench.today import filled
from db.keys import envelope_path, read_envelope, unwrap

NUMBER, PASSPHRASE = "1001", "a bench needs no secret"
TURNS = 5
KEYS = 60
LINE = [sys.executable, "-c", "print('bare')"]
WINDOW = [sys.executable, "-m", "bench.bare_window"]
OURS = [sys.executable, "-m", "yiyang_tui"]
SIGN_IN, TODAY = "口令", "该巡视"
QUARTER_US = 25_000


def figures() -> list[Figure]:
    """Start, opening, keys and memory, on a whole core and on a quarter of one where the system lets us."""
    with tempfile.TemporaryDirectory() as place:
        store = filled(Path(place) / "record.db")
        store.close()
        env = {**os.environ, "YIYANG_VAULT": str(store.path), "XDG_CONFIG_HOME": place, "YIYANG_LANG": "zh"}
        found = _measured(env, store.path, None, "")
        with _quarter() as group:
            if group is not None:
                found += _measured(env, store.path, group, " at a quarter of a core")
        return found


def _measured(env: dict[str, str], vault: Path, group: Path | None, where: str) -> list[Figure]:
    line, our_line, window, sign_in, today, memory, bare_memory = ([] for _ in range(7))
    keys: list[float] = []
    for turn in range(TURNS):
        line.append(_once(LINE, env, group, lambda t: t.first_byte()))
        our_line.append(_once(OURS, env, group, lambda t: t.first_byte()))
        terminal = Terminal(WINDOW, env, group=group)
        window.append(terminal.wait("bare window"))
        terminal.settle(0.3)
        bare_memory.append(terminal.resident_kib())
        terminal.end()
        terminal = Terminal(OURS, env, group=group)
        sign_in.append(terminal.wait(SIGN_IN))
        terminal.settle(
            1.5 if group is None else 6.0
        )  # as long as a passphrase takes to type: the data layer loads meanwhile
        terminal.type(f"{NUMBER}\r")
        terminal.settle(0.4)
        terminal.type(PASSPHRASE)
        terminal.settle(0.4)
        terminal.type("\r")
        today.append(terminal.wait(TODAY) - _derive(vault))
        terminal.settle(1.0)
        if turn == 0:
            keys = [_press(terminal) for _ in range(KEYS)]
        memory.append(terminal.resident_kib())
        terminal.end()
    slowest = quantiles(keys, n=20)[18]
    limit = 16 if group is None else 50
    return [
        _ratio(f"first line{where}", our_line, line, "bare Python", 1.5),
        _ratio(f"first paint of sign-in{where}", sign_in, window, "bare Textual window", 1.2),
        _ratio(f"passphrase to Today, five years of data{where}", today, window, "bare Textual window", 2.0),
        Figure(
            f"key press to changed screen, p95{where}",
            slowest * 1e3,
            "ms",
            f"median {median(keys) * 1e3:.1f} ms, Down in Today",
            f"≤ {limit} ms",
            slowest * 1e3 <= limit,
        ),
        Figure(
            f"memory{where}",
            median(memory) / 1024,
            "MiB",
            f"bare Textual window {median(bare_memory) / 1024:.0f} MiB, {median(memory) / median(bare_memory):.2f} ×",
            "≤ 2.5 ×",
            median(memory) <= 2.5 * median(bare_memory),
        ),
    ]


def _once(command: list[str], env: dict[str, str], group: Path | None, read: Callable[[Terminal], float]) -> float:
    terminal = Terminal(command, env, group=group)
    took = read(terminal)
    terminal.end()
    return took


def _press(terminal: Terminal) -> float:
    terminal.type("\x1b[B")
    took = terminal.changed()
    terminal.settle(0.05)
    return took


def _ratio(name: str, ours: list[float], bare: list[float], beside: str, most: float) -> Figure:
    value, least = median(ours), median(bare)
    return Figure(
        name,
        value * 1e3,
        "ms",
        f"{beside} {least * 1e3:.0f} ms, {value / least:.2f} ×",
        f"≤ {most:g} ×",
        value <= most * least,
    )


def _derive(vault: Path) -> float:
    """What the key derivation of this record costs here, to be taken off."""
    envelope = read_envelope(envelope_path(vault))
    began = time.perf_counter()
    unwrap(envelope, NUMBER, PASSPHRASE)
    return time.perf_counter() - began


@contextmanager
def _quarter() -> Iterator[Path | None]:
    """A group of processes that gets a quarter of one core, or ``None`` where that cannot be had."""
    group = Path("/sys/fs/cgroup/cpu/yiyang-bench")
    try:
        group.mkdir(exist_ok=True)
        (group / "cpu.cfs_period_us").write_text("100000")
        (group / "cpu.cfs_quota_us").write_text(str(QUARTER_US))
    except OSError:
        yield None
        return
    try:
        yield group
    finally:
        group.rmdir()


if __name__ == "__main__":
    sys.exit(show(figures()))
