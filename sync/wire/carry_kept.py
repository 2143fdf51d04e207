"""What of a transfer under way lies in the transport folder, so that it goes on after the program has ended.

Two files at most: ``*.asked`` is the body of a request, ``*.answer`` what came of the answer to it, behind a head that
tells to which. Both begin with a mark of the county and the laptop: what was asked of another county is of no use.
"""

import hashlib
import os
import struct
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from io import FileIO
from pathlib import Path

from db.keys import write_whole
from sync.protocol import MAX_ANSWER, MAX_REQUEST
from sync.wire.carry import KEPT_S, Named

_HEAD = struct.Struct(">32s32sQ")


@dataclass(frozen=True, slots=True)
class Place:
    """Where the transfer of one laptop with one county is kept."""

    folder: Path
    mark: str

    @property
    def asked(self) -> Path:
        """The body of the request."""
        return self.folder / f"{self.mark}.asked"

    @property
    def answer(self) -> Path:
        """What came of the answer."""
        return self.folder / f"{self.mark}.answer"


def place_of(folder: Path, county_public: bytes, device: bytes) -> Place:
    """The place in a transport folder."""
    return Place(folder / "carry", hashlib.sha256(county_public + device).hexdigest()[:16])


def keep_request(place: Place, body: bytes) -> None:
    """Keep the body of a request until it is answered."""
    place.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    clear(place)
    write_whole(place.asked, body)


def request(place: Place) -> bytes | None:
    """The body of the request under way."""
    with suppress(OSError):
        if _fresh(place.asked) and 0 < place.asked.stat().st_size <= MAX_REQUEST:
            return place.asked.read_bytes()
    return None


def begin_answer(place: Place, asked: bytes, answer: Named) -> None:
    """An answer to the request named ``asked`` begins."""
    place.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    with open(place.answer, "wb", opener=_private) as file:
        file.write(_HEAD.pack(asked, answer.name, answer.total))


@contextmanager
def going_on(place: Place, at: int) -> Iterator[FileIO]:
    """The file of the answer, to be written on from its byte ``at``: each write is out of this program at once."""
    with FileIO(place.answer, "r+b") as file:
        file.truncate(_HEAD.size + at)
        file.seek(0, os.SEEK_END)
        yield file


def answered(place: Place) -> tuple[bytes, Named] | None:
    """The name of the request that is being answered, and of the answer with the bytes that are here in ``at``."""
    with suppress(OSError, struct.error):
        if _fresh(place.answer):
            with place.answer.open("rb") as file:
                asked, name, total = _HEAD.unpack(file.read(_HEAD.size))
            at = place.answer.stat().st_size - _HEAD.size
            if 0 < total <= MAX_ANSWER and at <= total:
                return asked, Named(name, total, at)
    return None


def whole_answer(place: Place) -> bytes | None:
    """The answer, if all of it is here and it is what its name says; what is not is dropped."""
    found = answered(place)
    if found is None or found[1].at < found[1].total:
        return None
    with suppress(OSError):
        body = place.answer.read_bytes()[_HEAD.size :]
        if hashlib.sha256(body).digest() == found[1].name:
            return body
    drop_answer(place)
    return None


def drop_answer(place: Place) -> None:
    """Begin the answer anew."""
    place.answer.unlink(missing_ok=True)


def clear(place: Place) -> None:
    """The transfer is over. Those of another county, or of another laptop before, go too."""
    with suppress(FileNotFoundError):
        for one in list(os.scandir(place.folder)):
            Path(one.path).unlink(missing_ok=True)


def _fresh(path: Path) -> bool:
    # A clock that jumped makes a file seem old: then the transfer begins anew, and nothing else is lost.
    return abs(time.time() - path.stat().st_mtime) < KEPT_S


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)
