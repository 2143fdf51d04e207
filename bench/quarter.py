"""A quarter of one processor core, about what the laptops have: a control group of the system, where it lets us."""

import os
import signal
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

# Short periods, so that a program is slow throughout and not stopped after a burst.
PERIOD_US, QUOTA_US = 10_000, 2_500
GROUPS = Path("/sys/fs/cgroup")


@contextmanager
def quarter() -> Iterator[Path | None]:
    """A group for processes to enter, or ``None`` where that cannot be had; whoever is in it at the end is killed."""
    one_of_all = (GROUPS / "cgroup.controllers").exists()
    name_of_run = f"yiyang-bench-{os.getpid()}"
    group = GROUPS / name_of_run if one_of_all else GROUPS / "cpu" / name_of_run
    limits = (
        {"cpu.max": f"{QUOTA_US} {PERIOD_US}"}
        if one_of_all
        else {"cpu.cfs_period_us": str(PERIOD_US), "cpu.cfs_quota_us": str(QUOTA_US)}
    )
    if not _made(group, limits):
        yield None
        return
    try:
        yield group
    finally:
        _empty(group)
        group.rmdir()


def _made(group: Path, limits: Mapping[str, str]) -> bool:
    try:
        group.mkdir()
    except OSError:
        return False
    try:
        for name, limit in limits.items():
            (group / name).write_text(limit)
    except OSError:
        group.rmdir()
        return False
    return True


def enter(group: Path) -> None:
    """This process and what it starts from now on belong to the group."""
    (group / "cgroup.procs").write_text(str(os.getpid()))


def _empty(group: Path) -> None:
    while left := (group / "cgroup.procs").read_text().split():
        for process in left:
            with suppress(ProcessLookupError):
                os.kill(int(process), signal.SIGKILL)
        time.sleep(0.05)
