"""``python -m tests.simulation``: play many histories, and tell the story of the first that goes wrong.

--seeds N   how many (200)            --from M      the first one (0)
--seed S    this one only             --jobs J      on so many cores (2)
--defects   instead: which histories show that a protection of the protocol was taken out
--without X of these the one of that name only, with its story
"""

import argparse
import os
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor, as_completed
from multiprocessing import get_context

from tests.once import keep_loaded
from tests.simulation.defects import DEFECTS
from tests.simulation.play import run
from tests.simulation.search import caught, first_broken
from tests.simulation.steps import draw
from tests.simulation.world import forget

_CHUNK = 25


def main() -> int:
    """0: every history kept every promise, or every defect was caught. 1: one did not, and its story is told."""
    asked = _arguments()
    keep_loaded()
    if asked.without or asked.defects:
        return _defects([asked.without] if asked.without else list(DEFECTS), asked.seeds, tell=bool(asked.without))
    if asked.seed is not None:
        return _one(asked.seed)
    seeds = range(asked.first, asked.first + asked.seeds)
    chunks = [tuple(seeds[at : at + _CHUNK]) for at in range(0, len(seeds), _CHUNK)]
    began, done = time.monotonic(), 0
    for count, found in _played(chunks, asked.jobs):
        done += count
        _say(f"{done} of {len(seeds)} histories, {time.monotonic() - began:.0f} s\n")
        if found:
            _say(found)
            return 1
    return 0


def _arguments() -> argparse.Namespace:
    said = argparse.ArgumentParser(
        prog="python -m tests.simulation", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    said.add_argument("--seeds", type=int, default=200)
    said.add_argument("--from", dest="first", type=int, default=0)
    said.add_argument("--seed", type=int)
    said.add_argument("--jobs", type=int, default=2)
    said.add_argument("--defects", action="store_true")
    said.add_argument("--without", choices=list(DEFECTS))
    return said.parse_args()


def _one(seed: int) -> int:
    found = first_broken([seed])
    if found:
        _say(found)
        return 1
    history = draw(seed)
    _say(f"{history.story()}\n\nAll promises kept; mark {run(history)}\n")
    forget()
    return 0


def _played(chunks: list[tuple[int, ...]], jobs: int) -> Iterator[tuple[int, str]]:
    if jobs == 1 or len(chunks) == 1:
        yield from ((len(chunk), first_broken(chunk)) for chunk in chunks)
        return
    with ProcessPoolExecutor(jobs, mp_context=get_context("spawn")) as pool:
        waiting = {pool.submit(first_broken, chunk): len(chunk) for chunk in chunks}
        for one in as_completed(waiting):
            if found := one.result():
                pool.shutdown(cancel_futures=True)
            yield waiting[one], found


def _defects(names: list[str], most: int, *, tell: bool) -> int:
    missed = 0
    for name in names:
        found = caught(name, most, tell=tell)
        missed += found is None
        _say(f"{name}\t{'not caught' if found is None else f'caught by seed {found[0]}'}\n")
        if found is not None and tell:
            _say(found[1])
    forget()
    return 1 if missed else 0


def _say(text: str) -> None:
    sys.stdout.write(text)
    sys.stdout.flush()


if __name__ == "__main__":
    if os.environ.get("PYTHONHASHSEED") != "0":
        # The order of a set of names must be the same each time, or power fails at another step.
        os.environ["PYTHONHASHSEED"] = "0"
        os.execv(sys.executable, [sys.executable, "-m", "tests.simulation", *sys.argv[1:]])
    sys.exit(main())
