"""Recordings, and thousands of images of each, drawn from a seed: which of them are not what they must be."""

import hashlib
import json
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

from tests.powercut import trace
from tests.powercut.check import Broken, Checker
from tests.powercut.disk import Disk, Image, cut, everything
from tests.powercut.facts import Facts
from tests.powercut.trace import Step

_TOLD = 12


@dataclass(frozen=True, slots=True)
class Recording:
    """What a program did (``steps``), and what the laptop held after each of its acts (``said``)."""

    kind: str
    folder: Path
    steps: Sequence[Step]
    said: Sequence[Facts]
    acts: Sequence[str]


@dataclass(frozen=True, slots=True)
class Failure:
    """One image that is not what it must be: why, and how to see it again."""

    seed: int
    number: int
    cut: int
    acknowledged: int
    why: Broken
    story: str

    def __str__(self) -> str:
        return f"image {self.number} of seed {self.seed}, cut after step {self.cut}: {self.why}\n{self.story}"


@dataclass(slots=True)
class Played:
    """How many images were opened, how many of them were different, at how many places the power was cut."""

    images: int = 0
    marks: set[bytes] = field(default_factory=set)
    cuts: set[int] = field(default_factory=set)
    failures: list[Failure] = field(default_factory=list)


@contextmanager
def fast_place() -> Iterator[Path]:
    """A folder in memory where there is one: durability is recorded, not waited for."""
    memory = Path("/dev/shm")
    with tempfile.TemporaryDirectory(dir=memory if memory.is_dir() else None) as place:
        yield Path(place)


def record(kind: str, seed: int, place: Path, level: str = "FULL") -> Recording:
    """Let a laptop work, recorded, in a new folder below ``place``."""
    folder = Path(tempfile.mkdtemp(prefix=f"{kind}-{seed}-", dir=place))
    root = folder / "laptop"
    root.mkdir()
    library = trace.build(folder)
    words = ["-m", "tests.powercut.workload", kind, str(seed), str(root), str(folder / "facts"), level]
    trace.run(library, root, folder / "log", words)
    return load(folder)


def load(folder: Path) -> Recording:
    """A recording that lies in a folder."""
    root = folder / "laptop"
    lines = [json.loads(line) for line in (folder / "facts").read_text(encoding="utf-8").splitlines()]
    acts = [line.pop("act") for line in lines]
    steps = trace.read(folder / "log", root)
    recording = Recording(folder.name.partition("-")[0], folder, steps, [Facts.read(line) for line in lines], acts)
    if sum(step.op == "said" for step in steps) != len(acts):
        raise trace.NotRecorded("what was said and what was written down differ in number")
    return recording


def unlike(recording: Recording) -> list[str]:
    """The files that the steps, all done, do not make as the program left them: what the recorder missed."""
    disk = Disk()
    for step in recording.steps:
        disk.do(step)
    root = recording.folder / "laptop"
    made = everything(disk).files
    real = {str(path.relative_to(root)): path.read_bytes() for path in root.rglob("*") if path.is_file()}
    return sorted(path for path in made.keys() | real.keys() if made.get(path) != real.get(path))


def play(
    recording: Recording,
    images: int,
    seed: int,
    *,
    most_failures: int = 1,
    only: int | None = None,
    told: int = _TOLD,
) -> Played:
    """Open so many images, at cuts spread evenly over all steps, or ``only`` the one of that number.

    Stops after ``most_failures`` that are not what they must be; of each, ``told`` lost writes are told at most.
    """
    played = Played()
    disk, done, acknowledged = Disk(), 0, 0
    with fast_place() as place:
        checker = Checker(place, recording.said)
        for number in range(images):
            where = 1 + (2 * number + 1) * len(recording.steps) // (2 * images)
            for step in recording.steps[done:where]:
                disk.do(step)
                acknowledged += step.op == "said"
            done = max(done, where)
            if only not in (None, number):
                continue
            random = Random(f"{seed} {number}")
            image = cut(disk, random)
            played.images += 1
            played.cuts.add(where)
            played.marks.add(_mark(image, acknowledged))
            try:
                checker.check(image, acknowledged, random)
            except Broken as broken:
                story = _story(recording, image, where, acknowledged, told)
                played.failures.append(Failure(seed, number, where, acknowledged, broken, story))
                if len(played.failures) == most_failures:
                    break
    return played


def _mark(image: Image, acknowledged: int) -> bytes:
    mark = hashlib.blake2b(str(acknowledged).encode(), digest_size=16)
    for path, body in sorted(image.files.items()):
        mark.update(path.encode() + b"\0")
        mark.update(repr(image.whole[path]).encode() if path in image.whole else body)
    return mark.digest()


def _story(recording: Recording, image: Image, where: int, acknowledged: int, told: int) -> str:
    last = recording.acts[acknowledged - 1] if acknowledged else "nothing"
    under_way = recording.acts[acknowledged] if acknowledged < len(recording.acts) else "the end"
    lost = [f"{what} {step}" + (f": {at}+{size}" if size else "") for what, step, at, size in image.story[:told]]
    if len(image.story) > told:
        lost.append(f"… {len(image.story) - told} more")
    return "\n".join(
        [
            f"  saved last: {last} ({acknowledged} of {len(recording.acts)} acts); under way: {under_way}",
            f"  the last steps: {'; '.join(map(str, recording.steps[max(0, where - 4) : where]))}",
            *(f"  {line}" for line in lost),
        ]
    )


def keep(recording: Recording, at: Path) -> Path:
    """Keep a recording of which an image failed, so that it can be played again."""
    target = at / recording.folder.name
    shutil.copytree(recording.folder, target, dirs_exist_ok=True)
    return target
