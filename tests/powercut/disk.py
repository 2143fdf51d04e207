"""A disk that keeps what was made durable, and of the rest whatever a seed says.

What was written to a file and not yet made durable reached the disk sector by sector (512 bytes, each whole), in any
order, or not at all. A sector holds one of the states it was in since it was durable; the size of a file is one of
those it had, whether or not the bytes before it came; but a file is cut off at once, and what was written after that is
not there without it. Names are kept by one of two rules (``docs/durability.md``):

- ``ordered``, as ext4 does: changes of names reach the disk in their order, and what makes a file or a folder durable
  takes all earlier changes up to its own along;
- ``loose``, the least that POSIX lets one rely on: only making a folder durable keeps the names in it; before that,
  each change may be on the disk or not, whatever came after it. A rename inside one folder is one change. Between two
  folders the old name may outlive it; a file never has neither.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from random import Random

from tests.powercut.trace import Step

SECTOR = 512


@dataclass(eq=False, slots=True)
class File:
    """One file, under whatever names: what is durable of it, and what was done since."""

    number: int
    durable: bytearray = field(default_factory=bytearray)
    since: list[Step] = field(default_factory=list)
    version: int = 0

    def make_durable(self) -> None:
        """All that was done is on the disk."""
        for step in self.since:
            _apply(self.durable, step)
        self.version += len(self.since)
        self.since.clear()

    def now(self) -> bytearray:
        """What the running program sees."""
        whole = bytearray(self.durable)
        for step in self.since:
            _apply(whole, step)
        return whole


def _apply(into: bytearray, step: Step) -> None:
    if step.op == "size":
        if step.offset <= len(into):
            del into[step.offset :]
        else:
            into.extend(bytes(step.offset - len(into)))
        return
    end = step.offset + len(step.data)
    if end > len(into):
        into.extend(bytes(end - len(into)))
    into[step.offset : end] = step.data


@dataclass(frozen=True, slots=True)
class Change:
    """Names that changed in one step: path and the file it leads to from then on, ``None`` if to none."""

    step: Step
    names: tuple[tuple[str, "File | None"], ...]
    number: int

    def touches(self, folder: str) -> bool:
        """Whether it changed a name in that folder."""
        return any(_folder(path) == folder for path, _ in self.names)


def _folder(path: str) -> str:
    return str(PurePosixPath(path).parent)


FOLDER = File(0)


class Disk:
    """The files below the recorded folder, as the program sees them and as they would survive."""

    def __init__(self) -> None:
        self.live: dict[str, File] = {}
        self.ordered: dict[str, File] = {}
        self.ordered_since: list[Change] = []
        self.loose: dict[str, File] = {}
        self.loose_since: list[Change] = []
        self._by_inode: dict[int, File] = {}
        self._count = 0

    def do(self, step: Step) -> None:
        """Go one step on."""
        match step.op:
            case "write" | "size":
                self._by_inode[step.inode].since.append(step)
            case "create":
                made = self._by_inode[step.inode] = File(self._count + 1)
                self._change(step, (step.at, made))
            case "link":
                self._change(step, (step.at, self._by_inode[step.inode]))
            case "folder":
                self._change(step, (step.at, FOLDER))
            case "rename":
                # The new name first: between two folders it may be all that is kept of the change.
                self._change(step, (step.to, self.live[step.at]), (step.at, None))
            case "remove":
                self._change(step, (step.at, None))
            case "durable":
                self._durable(step)

    def _change(self, step: Step, *names: tuple[str, File | None]) -> None:
        self._count += 1
        change = Change(step, names, self._count)
        _rename(self.live, change)
        self.ordered_since.append(change)
        self.loose_since.append(change)

    def _durable(self, step: Step) -> None:
        file = FOLDER if step.is_folder else self._by_inode[step.inode]
        if step.is_folder:
            kept = [change for change in self.loose_since if change.touches(step.at)]
            for change in kept:
                _rename(self.loose, change)
            self.loose_since = [change for change in self.loose_since if change not in kept]
            last = max((n for n, c in enumerate(self.ordered_since, 1) if c.touches(step.at)), default=0)
        else:
            file.make_durable()
            mine = (n for n, c in enumerate(self.ordered_since, 1) if any(one is file for _, one in c.names))
            last = max(mine, default=0)
        for change in self.ordered_since[:last]:
            _rename(self.ordered, change)
        del self.ordered_since[:last]


def _rename(names: dict[str, File], change: Change) -> None:
    for path, file in change.names:
        if file is None:
            names.pop(path, None)
        else:
            names[path] = file


@dataclass(frozen=True, slots=True)
class Image:
    """What lies on the disk after the cut: path and bytes; folders by themselves; what was lost.

    ``whole`` names the files of which nothing was pending, with a mark that changes when they do.
    """

    files: Mapping[str, bytes | bytearray]
    folders: tuple[str, ...]
    whole: Mapping[str, tuple[int, int]]
    story: "Story"


Story = list[tuple[str, Step, int, int]]
"""What was lost of which step, from which byte, how many (0: all of it): thousands, and nearly none is ever told."""


def everything(disk: Disk) -> Image:
    """What lies there if all of it came: the image of a program that was killed while the power stayed on."""
    files = {path: file.now() for path, file in disk.live.items() if file is not FOLDER}
    return Image(files, tuple(path for path, file in disk.live.items() if file is FOLDER), {}, [])


def cut(disk: Disk, random: Random) -> Image:
    """What lies there after the power failed now."""
    names, story = _names(disk, random)
    folders = tuple(sorted(path for path, file in names.items() if file is FOLDER))
    there = {".", *folders}
    files: dict[str, bytes | bytearray] = {}
    whole: dict[str, tuple[int, int]] = {}
    fate = _fate(random)
    for path, file in names.items():
        if file is FOLDER or _folder(path) not in there:
            continue
        if file.since:
            files[path] = _survivor(file, fate, random, story)
        else:
            files[path] = file.durable
            whole[path] = (file.number, file.version)
    return Image(files, tuple(f for f in folders if _folder(f) in there), whole, story)


def _names(disk: Disk, random: Random) -> tuple[dict[str, File], Story]:
    if random.random() < 0.5:
        names, since = dict(disk.ordered), disk.ordered_since
        kept = random.choice((0, len(since), random.randint(0, len(since))))
        for change in since[:kept]:
            _rename(names, change)
        return names, [("names (ordered): lost", change.step, 0, 0) for change in since[kept:]]
    names = dict(disk.loose)
    story: Story = []
    chance = random.choice((0.0, 0.2, 0.5, 0.8, 1.0))
    for change in disk.loose_since:
        if random.random() >= chance:
            story.append(("names (loose): lost", change.step, 0, 0))
            continue
        crosses = len({_folder(path) for path, _ in change.names}) > 1
        half = Change(change.step, change.names[:1], change.number) if crosses and random.random() < 0.5 else change
        if half is not change:
            story.append(("names (loose): the old name stayed at", change.step, 0, 0))
        _rename(names, half)
    return names, story


@dataclass(frozen=True, slots=True)
class Fate:
    """How writes are lost: ``chance`` that one comes, for each ``unit`` anew; what fills the room of those lost."""

    unit: str
    chance: float
    stale: bool


def _fate(random: Random) -> Fate:
    unit = random.choice(("sector", "sector", "write", "prefix", "file", "all but one"))
    return Fate(unit, random.choice((0.0, 0.1, 0.5, 0.9, 1.0)), random.random() < 0.2)


def _survivor(file: File, fate: Fate, random: Random, story: Story) -> bytearray:
    steps = _sized(file.since, fate, random, story)
    count = len(steps)
    kept: Iterable[int]
    torn = None
    match fate.unit:
        case "prefix":
            until = random.randint(0, count)
            kept, torn = range(until), until if random.random() < 0.7 else None
        case "file":
            kept = range(count) if random.random() < fate.chance else ()
        case "all but one":
            torn = random.randrange(max(count, 1))
            kept = [number for number in range(count) if number != torn]
        case "write":
            kept = [number for number in range(count) if random.random() < fate.chance]
        case _:
            return _sectors(file.durable, steps, fate, random, story)
    return _some(file.durable, steps, set(kept), torn, fate, random, story)


def _sized(steps: Sequence[Step], fate: Fate, random: Random, story: Story) -> Sequence[Step]:
    """Those before the first new size that did not come: a file is cut off at once, and not written on before."""
    for number, step in enumerate(steps):
        if step.op == "size" and random.random() >= max(fate.chance, 0.2):
            story.append(("lost", step, 0, 0))
            return steps[:number]
    return steps


def _some(
    durable: bytearray,
    steps: Sequence[Step],
    kept: set[int],
    torn: int | None,
    fate: Fate,
    random: Random,
    story: Story,
) -> bytearray:
    """Whole writes, and of one at most some sectors."""
    whole = bytearray(durable)
    for number, step in enumerate(steps):
        if number in kept or step.op == "size":
            _apply(whole, step)
        elif number == torn:
            for start, piece in _pieces(step):
                if random.random() < 0.5:
                    _apply(whole, Step("write", offset=start, data=piece))
                else:
                    story.append(("lost of", step, start, len(piece)))
        else:
            _lost(whole, step, fate, random, story)
    return whole


def _lost(whole: bytearray, step: Step, fate: Fate, random: Random, story: Story) -> None:
    story.append(("lost", step, 0, 0))
    # The file may have grown though what it grew by did not come: zeros, or what lay on the disk before.
    end = step.offset + len(step.data)
    if end > len(whole) and random.random() < 0.25:
        whole.extend(random.randbytes(end - len(whole)) if fate.stale else bytes(end - len(whole)))


def _pieces(step: Step) -> Iterable[tuple[int, bytes]]:
    at, end = step.offset, step.offset + len(step.data)
    while at < end:
        until = min(end, (at // SECTOR + 1) * SECTOR)
        yield at, step.data[at - step.offset : until - step.offset]
        at = until


def _sectors(durable: bytearray, steps: Sequence[Step], fate: Fate, random: Random, story: Story) -> bytearray:
    """Each sector in one of the states it was in: so the later of two writes may be there and the earlier not."""
    whole = bytearray(durable)
    sizes = [len(whole)]
    stopped: set[int] = set()
    for step in steps:
        if step.op == "size":
            _apply(whole, step)
            sizes = [len(whole)]
            stopped.clear()
            continue
        end = step.offset + len(step.data)
        if end > len(whole):
            whole.extend(random.randbytes(end - len(whole)) if fate.stale else bytes(end - len(whole)))
        sizes.append(max(sizes[-1], end))
        for start, piece in _pieces(step):
            number = start // SECTOR
            if number not in stopped and random.random() < fate.chance:
                whole[start : start + len(piece)] = piece
            else:
                stopped.add(number)
                story.append(("lost of", step, start, len(piece)))
    del whole[random.choice((sizes[-1], random.choice(sizes))) :]
    return whole
