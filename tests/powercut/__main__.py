"""``python -m tests.powercut``: open many images of what a power cut leaves; tell of each that is not what it must be.

--images N   how many (2000), shared among recordings of some 1,000 images each
--kind K     only recordings of that kind (record, beside, long, short)   --from M   seed of the first (100)
--jobs J     on so many cores (2)                                         --level L  synchronous = L, as a control
--kept F     where a recording is kept of which an image failed (build/powercut)
--kills N    instead of images: kill the application so often in a real terminal
--again F    instead: the recording kept in folder F, with --images, --seed and --number of the image as they were told
"""

import argparse
import sys
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path

from tests.powercut.play import fast_place, keep, load, play, record, unlike

KINDS = ("record", "beside", "long")
_CHUNK = 1000


@dataclass(frozen=True, slots=True)
class Chunk:
    """Some images of one recording."""

    kind: str
    seed: int
    images: int
    level: str
    kept: Path


@dataclass(frozen=True, slots=True)
class Done:
    """What came of a chunk: images, different ones, failures in words, processor seconds."""

    images: int
    different: int
    failures: tuple[str, ...]
    cpu_s: float


def main() -> int:
    """0: every image was what it must be. 1: not so, and the stories of those that were not are told."""
    asked = _arguments()
    if asked.again:
        return _again(asked)
    if asked.kills:
        from tests.powercut.kills import run

        return run(asked.kills, asked.first)
    began, images, different, cpu, failed = time.monotonic(), 0, 0, 0.0, 0
    for done in _played(_chunks(asked), asked.jobs):
        images += done.images
        different += done.different
        cpu += done.cpu_s
        failed += len(done.failures)
        _say("".join(f"{each}\n" for each in done.failures))
        _say(f"{images} images, {different} of them different, {failed} failed, {time.monotonic() - began:.0f} s\n")
    _say(f"{1000 * cpu / max(images, 1):.1f} ms of a processor an image, recordings not counted\n")
    return 1 if failed else 0


def _arguments() -> argparse.Namespace:
    said = argparse.ArgumentParser(
        prog="python -m tests.powercut", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    said.add_argument("--images", type=int, default=2000)
    said.add_argument("--kind", choices=[*KINDS, "short"])
    said.add_argument("--from", dest="first", type=int, default=100)
    said.add_argument("--jobs", type=int, default=2)
    said.add_argument("--level", choices=["FULL", "NORMAL", "OFF"], default="FULL")
    said.add_argument("--kept", type=Path, default=Path("build/powercut"))
    said.add_argument("--kills", type=int, default=0)
    said.add_argument("--again", type=Path)
    said.add_argument("--seed", type=int, default=1)
    said.add_argument("--number", type=int)
    return said.parse_args()


def _chunks(asked: argparse.Namespace) -> Iterator[Chunk]:
    kinds = (asked.kind,) if asked.kind else KINDS
    left, turn = asked.images, 0
    while left > 0:
        # Of the log that is folded in beside the work there is less to see, and each image is larger.
        kind = kinds[turn % len(kinds)]
        images = min(left, _CHUNK // 2 if kind == "long" else _CHUNK)
        yield Chunk(kind, asked.first + turn, images, asked.level, asked.kept)
        left -= images
        turn += 1


def _play(chunk: Chunk) -> Done:
    with fast_place() as place:
        recording = record(chunk.kind, chunk.seed, place, chunk.level)
        if missed := unlike(recording):
            return Done(0, 0, (f"the recorder missed {', '.join(missed)}",), 0)
        began = time.process_time()
        played = play(recording, chunk.images, chunk.seed, most_failures=3)
        cpu = time.process_time() - began
        told = []
        for failure in played.failures:
            again = f"--again {keep(recording, chunk.kept)} --images {chunk.images}"
            again += f" --seed {failure.seed} --number {failure.number}"
            told.append(f"{failure}\n  again: python -m tests.powercut {again}")
    return Done(played.images, len(played.marks), tuple(told), cpu)


def _played(chunks: Iterator[Chunk], jobs: int) -> Iterator[Done]:
    given: Sequence[Chunk] = list(chunks)
    if jobs == 1 or len(given) == 1:
        yield from map(_play, given)
        return
    with ProcessPoolExecutor(jobs, mp_context=get_context("spawn")) as pool:
        for one in as_completed([pool.submit(_play, chunk) for chunk in given]):
            yield one.result()


def _again(asked: argparse.Namespace) -> int:
    played = play(load(asked.again), asked.images, asked.seed, only=asked.number, told=10**6)
    _say("".join(f"{failure}\n" for failure in played.failures) or "This image is what it must be.\n")
    return 1 if played.failures else 0


def _say(text: str) -> None:
    sys.stdout.write(text)
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
