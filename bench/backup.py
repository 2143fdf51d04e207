"""A verified backup of five years, beside a plain copy of the same bytes that is made durable; and one on a stick."""

import os
import shutil
import time
from collections.abc import Callable
from pathlib import Path

from bench.figure import Figure
from bench.record import HELD, NUMBER, PASSPHRASE, five_years
from db.backups import copied, folder_of, make
from db.vault import open_vault

MB = 1_000_000


def figures() -> list[Figure]:
    """Seconds of one backup: copied, read back from the disk, every page checked, every table counted."""
    path = five_years()
    size = path.stat().st_size
    plain = path.with_name("plain copy")
    stick = path.with_name("stick")
    stick.mkdir(exist_ok=True)
    store = open_vault(path, NUMBER, PASSPHRASE)
    try:
        copying = _seconds(lambda: _copy(path, plain))
        plain.unlink()
        made = []
        backing_up = _seconds(lambda: made.append(make(store)))
        carrying = _seconds(lambda: copied(made[0], stick))
    finally:
        store.close()
        shutil.rmtree(folder_of(path))
        shutil.rmtree(stick)
    beside = f"plain copy and fsync of {size / MB:,.0f} MB {copying:.1f} s"
    return [
        Figure("verified backup of five years", backing_up, "s", f"{beside}, {backing_up / copying:.1f} ×; {HELD}"),
        Figure("the same onto a stick, read back", carrying, "s", f"{beside}, {carrying / copying:.1f} ×"),
    ]


def _copy(source: Path, target: Path) -> None:
    shutil.copyfile(source, target)
    handle = os.open(target, os.O_RDWR)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _seconds(act: Callable[[], object]) -> float:
    began = time.perf_counter()
    act()
    return time.perf_counter() - began
