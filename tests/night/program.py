"""``python -m tests.night.program …``: the program as it is, in a process whose clocks are those of the story.

The steady clock goes with the wall clock: a night passes, nobody has set the time.
"""

import os
import sys
import time
from pathlib import Path

from tests.night.clock import NightClock

VARIABLE = "NIGHT_CLOCK"


def _go_by(clock: NightClock) -> None:
    wall, counted = time.time, time.clock_gettime
    began = clock.read()

    def told() -> float:
        return wall() + clock.read()

    def steady(which: int) -> float:
        return counted(which) + clock.read() - began

    time.time, time.clock_gettime = told, steady


if __name__ == "__main__":
    _go_by(NightClock(Path(os.environ[VARIABLE])))
    # What the program loads binds the clock at once.
    for name in [one for one in sys.modules if one == "db" or one.startswith("db.")]:
        del sys.modules[name]
    from yiyang_tui.__main__ import main

    sys.exit(main())
