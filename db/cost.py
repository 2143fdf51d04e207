"""What a guess of a passphrase shall cost on this machine: argon2id, measured, never below the floor.

An old laptop and a new one differ tenfold. The cost stands in each slot, so that a record which is carried to another
machine opens there as well; it is measured anew whenever a passphrase is set, not when one is typed.
"""

import os
import sys
import time

from db.keys import CEILING, FLOOR, Cost, derive

LEAST_MS, USUAL_MS, MOST_MS = 1, 700, 5_000
"""How long opening may take, in milliseconds: 0.5 to 1 s is what people bear once a day."""

_PASSES, _LANES = 3, 4
_MOST_KIB = 512 * 1024
_UNKNOWN_RAM_KIB = 1024 * 1024
_PROBE_KIB = 64 * 1024


def calibrate(target_ms: int = USUAL_MS, ram_kib: int | None = None) -> Cost:
    """The cost that takes about ``target_ms`` here. Memory first, which is what a thief's hardware has least of.

    Never more than a quarter of the machine's memory, nor less than the floor. Takes up to twice the target.
    """
    ram = ram_kib if ram_kib is not None else machine_ram_kib()
    most = max(FLOOR.memory_kib, min(ram // 4, _MOST_KIB, CEILING.memory_kib))
    floor_s = measure(FLOOR)
    if floor_s * 1000 >= target_ms:
        return FLOOR
    probe = Cost(min(_PROBE_KIB, most), FLOOR.passes, _LANES)
    for _ in range(2):
        # Memory that is touched for the first time costs more: what was guessed is measured once, and corrected.
        probe = _scaled(probe, target_ms / 1000 / max(measure(probe), 1e-4), most)
    return probe


def measure(cost: Cost) -> float:
    """Seconds that one derivation takes here."""
    began = time.perf_counter()
    derive("calibrate", bytes(16), cost)
    return time.perf_counter() - began


def _scaled(cost: Cost, by: float, most_kib: int) -> Cost:
    work = cost.memory_kib * cost.passes * by
    memory = int(min(max(work / _PASSES, FLOOR.memory_kib), most_kib))
    passes = int(min(max(round(work / memory), FLOOR.passes), CEILING.passes))
    return Cost(memory, passes, _LANES)


def machine_ram_kib() -> int:
    """The machine's memory in KiB; a gigabyte where the system does not say."""
    try:
        if sys.platform == "win32":
            return _windows_ram_kib()
        return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") // 1024
    except (OSError, ValueError, AttributeError):
        return _UNKNOWN_RAM_KIB


def _windows_ram_kib() -> int:
    """``GlobalMemoryStatusEx``: a structure of 64 bytes, its own size first, the physical memory at byte 8."""
    import ctypes

    status = (ctypes.c_ubyte * 64)()
    ctypes.memmove(status, (64).to_bytes(4, "little"), 4)
    windows = getattr(ctypes, "windll")  # noqa: B009 - exists on Windows alone
    if not windows.kernel32.GlobalMemoryStatusEx(ctypes.byref(status)):
        return _UNKNOWN_RAM_KIB
    return int.from_bytes(bytes(status[8:16]), "little") // 1024
