"""The log beside the record, read without its key: does all of it still hang together?

SQLite takes the first frame whose checksum is wrong for the end of the log, says nothing, and writes over what lies
behind. After a power cut that is right. After damage it would be the loss of acts that were called saved.
The format: https://www.sqlite.org/fileformat2.html#walformat.
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final, NamedTuple

from db.disk import side_files
from db.errors import LogDamaged

PAGE: Final = 4096
_LOG_MAGIC: Final = {0x377F0682: "<", 0x377F0683: ">"}
"""The byte order that the checksums of a log are computed in."""
_LOG_HEADER, _FRAME_HEADER = 32, 24
FRAME: Final = _FRAME_HEADER + PAGE


class Frame(NamedTuple):
    """One page in the log: where its bytes begin, which page, how many pages the file has if it ends a commit."""

    at: int
    page: int
    commits: int
    salts: bytes
    sums: bytes


@dataclass(frozen=True, slots=True)
class LogState:
    """What the log says of itself, without the key.

    ``lost``: commits that lie behind a place where the log is broken: they were on the disk for good, and SQLite would
    silently write over them. ``torn``: what was written last has no sound end, as a power cut leaves it.
    """

    commits: int = 0
    lost: int = 0
    torn: bool = False


def log_state(path: Path) -> LogState:
    """Whether the log beside the record at ``path`` reads to its end; nothing is changed."""
    log, _ = side_files(path)
    try:
        with log.open("rb") as file:
            data = file.read()
    except OSError:
        return LogState()
    return _judge(data)


def check_log(path: Path) -> None:
    """Raise ``LogDamaged`` if opening the record at ``path`` would lose commits that were on the disk for good."""
    lost = log_state(path).lost
    if lost:
        raise LogDamaged(path=str(path), acts=lost)


def _judge(data: bytes) -> LogState:
    frames = list(frames_of(data))
    order = _LOG_MAGIC.get(int.from_bytes(data[:4], "big"))
    if not frames:
        return LogState()
    salts, sums = data[16:24], (0, 0)
    sound = order is not None
    if order is not None:
        sums = _sums(data[:24], order, sums)
        sound = struct.pack(">II", *sums) == data[24:32]
    if not sound:
        # The header is written and synced before anything else is: with commits behind it, it was damaged later.
        alike = [frame for frame in frames if frame.salts == frames[0].salts]
        return LogState(lost=sum(frame.commits > 0 for frame in alike))
    assert order is not None
    commits, reached = 0, 0
    for place, frame in enumerate(frames):
        if frame.salts != salts:
            break
        sums = _sums(data[frame.at - _FRAME_HEADER : frame.at - 16] + data[frame.at : frame.at + PAGE], order, sums)
        if struct.pack(">II", *sums) != frame.sums:
            break
        reached = place + 1
        commits += frame.commits > 0
    rest = frames[reached:]
    if rest and int.from_bytes(rest[0].salts[:4], "big") == (int.from_bytes(salts[:4], "big") + 1) & 0xFFFFFFFF:
        return LogState(commits)  # begun anew when the power went, and all of it was in the file before
    after = [frame for frame in rest if frame.salts == salts]
    # Each commit is synced before the next begins: only the first of those behind the break may never have been whole.
    ends = sum(frame.commits > 0 for frame in after)
    return LogState(commits, lost=max(0, ends - 1), torn=bool(after))


def _sums(data: bytes, order: str, sums: tuple[int, int]) -> tuple[int, int]:
    one, two = sums
    words = iter(struct.unpack(f"{order}{len(data) // 4}I", data))
    for first in words:
        one = (one + first + two) & 0xFFFFFFFF
        two = (two + next(words) + one) & 0xFFFFFFFF
    return one, two


def frames_of(data: bytes) -> Iterator[Frame]:
    """The frames of a log in their order, of whatever commit and however old."""
    for at in range(_LOG_HEADER, len(data) - FRAME + 1, FRAME):
        page, commits = struct.unpack_from(">II", data, at)
        yield Frame(at + _FRAME_HEADER, page, commits, data[at + 8 : at + 16], data[at + 16 : at + 24])
