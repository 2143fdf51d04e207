"""Wall time as evidence, never as order.

Laptops whose CMOS battery is dead wake up in 1970 or 2000; some believe in 2099. A record is never
refused for its time, and order comes from Lamport counters. But people read times, so an implausible clock
is noticed at the start, asked about once, and what was written under it is marked as suspect.
"""

import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal
from zoneinfo import ZoneInfo

LOCAL = ZoneInfo("Asia/Shanghai")
BUILD_AT = int(datetime(2026, 11, 1, tzinfo=UTC).timestamp())
# A year ahead of the newest record is no holiday: laptops meet the county more often than that.
FAR_AHEAD_S = 366 * 86400
# A new record has no entry to compare with; a program is not installed for the first time decades after it was built.
FIRST_START_S = 10 * FAR_AHEAD_S
# Two clocks of one pair may differ by minutes; the newest record may come from the faster one.
BEHIND_S = 3600
JUMP_S = 3600

Doubt = Literal["before_build", "before_newest", "far_ahead", "jumped"]


@dataclass(frozen=True, slots=True)
class Verdict:
    """What was found of the machine's clock: ``doubt`` is ``None`` when it is believed."""

    shown_at: int
    earliest_at: int
    doubt: Doubt | None


def judge(now: int, newest_at: int) -> Verdict:
    """Compare the machine's clock (seconds UTC) with the program's build and the newest entry known."""
    earliest = max(BUILD_AT, newest_at)
    doubt: Doubt | None = None
    if now < BUILD_AT:
        doubt = "before_build"
    elif now < newest_at - BEHIND_S:
        doubt = "before_newest"
    elif now > earliest + (FAR_AHEAD_S if newest_at else FIRST_START_S):
        doubt = "far_ahead"
    return Verdict(now, earliest, doubt)


def steady() -> float:
    """Seconds that no setting of the clock moves, counted on while the machine sleeps.

    Linux stops the ordinary monotonic clock during sleep: each closed lid would look like a jump.
    """
    if sys.platform == "linux":
        return time.clock_gettime(time.CLOCK_BOOTTIME)
    return time.monotonic()


def boot_id() -> str:
    """Names this boot of the machine where the system tells; empty elsewhere."""
    try:
        return Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()[:36]
    except OSError:
        return ""


class Clock:
    """The time this record goes by: the machine's clock plus what a person said when asked.

    ``suspect`` is true from the moment the clock is doubted until somebody has answered. A jump of the wall
    clock against the steady one by more than an hour raises the doubt again while the program runs.
    """

    def __init__(
        self,
        offset_s: int = 0,
        *,
        wall: Callable[[], float] = time.time,
        steady: Callable[[], float] = steady,
    ) -> None:
        self._wall = wall
        self._steady = steady
        self.offset_s = offset_s
        self.doubt: Doubt | None = None
        self._anchor = wall() - steady()

    def now(self) -> int:
        """Seconds UTC."""
        wall = self._wall()
        anchor = wall - self._steady()
        if abs(anchor - self._anchor) > JUMP_S:
            self.doubt = "jumped"
        return int(wall) + self.offset_s

    @property
    def suspect(self) -> bool:
        """Whether what is written now is to be marked."""
        return self.doubt is not None

    def check(self, newest_at: int) -> Verdict:
        """Judge the clock against the newest entry and remember the doubt."""
        verdict = judge(self.now(), newest_at)
        if verdict.doubt:
            self.doubt = verdict.doubt
        return Verdict(verdict.shown_at, verdict.earliest_at, self.doubt)

    def answer(self, told_at: int) -> None:
        """Somebody said what time it is (seconds UTC): go on from there, believed."""
        self.offset_s = told_at - int(self._wall())
        self._anchor = self._wall() - self._steady()
        self.doubt = None
