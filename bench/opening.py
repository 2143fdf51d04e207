"""From the passphrase to the open record, five years of data, with argon2id at what this machine was calibrated to."""

import time
from statistics import median
from typing import Any

from bench.figure import Figure
from bench.record import HELD, PASSPHRASE, five_years
from db import keys
from db.cost import calibrate, measure
from db.vault import open_vault

TIMES = 7
MOST_S = 1.0
GUEST = "2002"
"""Somebody who is let in with a cost measured here, as ``yiyang init`` measures it."""


def figures() -> list[Figure]:
    """Seconds, the median of some openings; beside it what of them the key derivation takes alone."""
    path = five_years()
    store = open_vault(path, "1001", PASSPHRASE)
    store.add_passphrase(GUEST, PASSPHRASE, calibrate())
    store.close()
    cost = _cost_of(keys.read_envelope(keys.envelope_path(path)))
    opened, derived = [], []
    for _ in range(TIMES):
        derived.append(measure(cost))
        began = time.perf_counter()
        again = open_vault(path, GUEST, PASSPHRASE)
        opened.append(time.perf_counter() - began)
        again.close()
    value, alone = median(opened), median(derived)
    said = f"argon2id {cost.memory_kib // 1024} MiB, {cost.passes} passes: {alone * 1e3:.0f} ms; {HELD}"
    return [
        Figure("passphrase to open record", value, "s", said, f"≤ {MOST_S:g} s", value <= MOST_S),
        Figure("of it beside argon2id", (value - alone) * 1e3, "ms"),
    ]


def _cost_of(envelope: dict[str, Any]) -> keys.Cost:
    slot = next(one for one in envelope["slots"] if one.get("number") == GUEST)
    return keys.Cost(slot["memory_kib"], slot["passes"], slot["lanes"])
