"""Is the program whole, and the machine fit for it: parts, cipher, clock, disk."""

import sys
import time
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Final

from yiyang_tui.cli.finding import Finding

PARTS: Final = (
    "alembic",
    "cryptography",
    "httpx",
    "msgpack",
    "openpyxl",
    "pypinyin",
    "pyrage",
    "sqlalchemy",
    "sqlcipher3",
    "sqlmodel",
    "textual",
    "zstandard",
)
COUNTY_PARTS: Final = ("fastapi", "prometheus_client", "psycopg", "pythonjsonlogger", "uvicorn")
OLDEST: Final = (3, 11)
MB: Final = 1_000_000
SKEW_S = 600


def check_program() -> Iterator[Finding]:
    """The parts that were installed, and the cipher among them, which must be the real one."""
    found = ".".join(str(part) for part in sys.version_info[:3])
    good = sys.version_info >= OLDEST
    yield Finding("program", "good" if good else "bad", "python" if good else "python_old", {"version": found})
    missing = [name for name in PARTS if find_spec(name) is None]
    if missing:
        yield Finding("program", "bad", "parts_missing", {"parts": ", ".join(missing)})
    else:
        yield Finding("program", "good", "parts", {"n": len(PARTS)})
    version = cipher_version()
    if version:
        yield Finding("program", "good", "cipher", {"version": version})
    else:
        yield Finding("program", "bad", "cipher_missing")
    county = all(find_spec(name) is not None for name in COUNTY_PARTS)
    yield Finding("program", "good", "county_extra" if county else "county_extra_absent")


def cipher_version() -> str:
    """What the encrypting database calls itself; empty if it is absent, or is one that does not encrypt."""
    try:
        import sqlcipher3.dbapi2 as driver
    except ImportError:
        return ""
    raw = driver.connect(":memory:")
    try:
        row = raw.execute("PRAGMA cipher_version").fetchone()
    finally:
        raw.close()
    return str(row[0]) if row and row[0] else ""


def check_clock(vault: Path, ahead_s: int | None) -> Iterator[Finding]:
    """The machine's clock against the program's age, the record's last change and the county (``ahead_s`` seconds)."""
    from db.clock import BEHIND_S, judge
    from yiyang_tui.cli.show import moment

    now = int(time.time())
    changed = int(vault.stat().st_mtime) if vault.exists() else 0
    doubt = judge(now, 0).doubt
    shown = moment(now)
    if doubt:
        yield Finding("clock", "bad", f"clock_{doubt}", {"shown": shown})
    elif changed > now + BEHIND_S:
        yield Finding("clock", "bad", "clock_before_newest", {"shown": shown})
    elif ahead_s is not None and abs(ahead_s) > SKEW_S:
        yield Finding("clock", "attention", "clock_skew", {"shown": shown, "minutes": abs(ahead_s) // 60})
    else:
        yield Finding("clock", "good", "clock", {"shown": shown})


def check_disk(folder: Path) -> Iterator[Finding]:
    """Room for the record and its backup where it lies."""
    from db.reserve import free_room
    from yiyang_tui.cli.show import size
    from yiyang_tui.settings import read_settings, settings_path

    while not folder.exists() and folder != folder.parent:
        folder = folder.parent
    free, chosen = free_room(folder), read_settings(settings_path())
    if free < chosen.room_urgent_mb * MB:
        yield Finding("disk", "bad", "disk_full", {"free": size(free)})
    elif free < chosen.room_low_mb * MB:
        yield Finding("disk", "attention", "disk_tight", {"free": size(free)})
    else:
        yield Finding("disk", "good", "disk", {"free": size(free)})
