"""What a screen waits for, with five years of data: Today, the board, a page of a search, a page of a chart.

What is measured are the functions that screens call: the time on the clock, beside what of it the processor worked.
"""

import time
from collections.abc import Callable
from statistics import median

from bench.figure import Figure
from bench.record import HELD, NUMBER, PASSPHRASE, five_years
from care import people
from care.chart import timeline, trend
from care.rounds import board, last_vitals
from care.today import today
from db.store import Store
from db.vault import open_vault

TIMES = 25


def figures() -> list[Figure]:
    """All figures, in milliseconds: the median of some calls on a warm record, and the first call after opening."""
    store = open_vault(five_years(), NUMBER, PASSPHRASE)
    try:
        return _measured(store)
    finally:
        store.close()


def _measured(store: Store) -> list[Figure]:
    now = store.now()
    who = people.page(store, "", 0, 1)[0].id

    def figure(name: str, most: float | None, call: Callable[[], object]) -> Figure:
        first, _ = _milliseconds(call)
        taken = [_milliseconds(call) for _ in range(TIMES)]
        value, work = (median(column) for column in zip(*taken, strict=True))
        beside = f"processor {work:.1f} ms, first call {first:.0f} ms; {HELD}"
        return Figure(
            name, value, "ms", beside, "" if most is None else f"≤ {most:g}", None if most is None else value <= most
        )

    return [
        figure("Today's lists", 100, lambda: today(store, now)),
        figure("rounds board", 50, lambda: board(store, now)),
        figure("search by initials, a page", 30, lambda: people.page(store, "wxy", 0, 40)),
        figure("search by one letter, a page", 30, lambda: people.page(store, "w", 0, 40)),
        figure("all people, a page", None, lambda: people.page(store, "", 0, 40)),
        figure("all people, the last page", None, lambda: people.page(store, "", people.count(store) - 40, 40)),
        figure("timeline, a page", 16, lambda: timeline(store, who)),
        figure("trend of 14 days", 16, lambda: trend(store, who, ("sbp",), now - 14 * 86400, now)),
        figure("last and usual vitals", 16, lambda: last_vitals(store, who, now)),
    ]


def _milliseconds(call: Callable[[], object]) -> tuple[float, float]:
    """On the clock, and of the processor."""
    began, worked = time.perf_counter(), time.thread_time()
    call()
    return (time.perf_counter() - began) * 1000, (time.thread_time() - worked) * 1000
