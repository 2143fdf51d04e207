"""How many images of a power cut are laid out, opened and compared in a second, beside opening the same record plainly.

*Plainly* is ``open_vault`` and ``close`` of the record that the recorded day left, argon2id asked once for all times.
An image is more: it is drawn and written, every row of every table is compared, every page is checked by the cipher and
by SQLite, and of one in ten work goes on. Processor time of one core, in turns.
"""

import time
from pathlib import Path
from statistics import median

from bench.figure import Figure
from db.vault import open_vault
from tests.powercut.facts import NUMBER, PASSPHRASE, record_in
from tests.powercut.once import computed_once
from tests.powercut.play import Recording, fast_place, play, record

TURNS, IMAGES = 5, 60
MOST = 5.0


def figures() -> list[Figure]:
    """Images a second, and what one costs beside an opening."""
    with fast_place() as place:
        return [_measured(record("record", 1, place))]


def _measured(recording: Recording) -> Figure:
    ours, plain = [], []
    for turn in range(TURNS):
        began = time.process_time()
        played = play(recording, IMAGES, turn)
        ours.append((time.process_time() - began) / played.images)
        plain.append(_opened(recording.folder / "laptop") / IMAGES)
        if played.failures:
            raise RuntimeError(str(played.failures[0]))
    cost, least = median(ours), median(plain)
    beside = f"opened and closed plainly {1 / least:,.0f} times a second; an image costs {cost / least:.2f} × that"
    return Figure("images of a power cut", 1 / cost, "a second", beside, f"≤ {MOST:g} ×", cost <= MOST * least)


def _opened(laptop: Path) -> float:
    with computed_once():
        began = time.process_time()
        for _ in range(IMAGES):
            open_vault(record_in(laptop), NUMBER, PASSPHRASE).close()
        return time.process_time() - began
