"""What the recorder wrote down, step by step; building the recorder, and running a program under it."""

import os
import shutil
import struct
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

HOUSE = Path(__file__).parent.parent.parent
_SOURCE = Path(__file__).with_name("recorder.c")
_HEAD = struct.Struct("<BBHHxxQQQ")
# The index of a write-ahead log is shared memory: SQLite makes it anew from the log whenever nobody has it open.
_REMADE = "-shm"


class NotRecorded(Exception):
    """The program did something to a file that these images cannot follow."""


@dataclass(frozen=True, slots=True)
class Step:
    """One thing done: ``op`` is write, size, durable, create, rename, remove, link, folder or said.

    ``at`` is the path below the recorded folder, ``to`` where a rename leads, ``inode`` the file itself, ``offset``
    where was written or the new size, ``data`` what was written or said.
    """

    op: str
    at: str = ""
    to: str = ""
    inode: int = 0
    offset: int = 0
    data: bytes = b""
    is_folder: bool = False

    def __str__(self) -> str:
        if self.op == "said":
            return f"said {self.data.decode().strip()!r}"
        if self.op == "write":
            return f"write {self.at} {self.offset}+{len(self.data)}"
        if self.op == "size":
            return f"size {self.at} {self.offset}"
        return " ".join(word for word in (self.op, self.at, self.to) if word)


_OPS = {
    "W": "write",
    "T": "size",
    "F": "durable",
    "C": "create",
    "R": "rename",
    "U": "remove",
    "M": "folder",
    "L": "link",
    "S": "said",
}


def build(folder: Path) -> Path:
    """The recorder, compiled into ``folder``."""
    compiler = shutil.which("gcc") or shutil.which("cc")
    if compiler is None:
        raise RuntimeError("The power-cut tests record a program with a small library in C: install gcc.")
    library = folder / "recorder.so"
    command = [compiler, "-O1", "-Wall", "-shared", "-fPIC", "-o", str(library), str(_SOURCE), "-ldl", "-lpthread"]
    built = subprocess.run(command, capture_output=True, text=True, check=False)
    if built.returncode:
        raise RuntimeError(f"gcc could not compile the recorder:\n{built.stderr}")
    return library


def run(library: Path, root: Path, log: Path, words: Sequence[str]) -> None:
    """Run ``python WORDS … DESCRIPTOR`` to its end, recorded: whatever it does below ``root`` is in ``log``.

    What it writes to the descriptor is an acknowledgement.
    """
    heard, said = os.pipe()
    environment = os.environ | {
        "LD_PRELOAD": str(library),
        "YIYANG_RECORD_ROOT": str(root),
        "YIYANG_RECORD_LOG": str(log),
        "YIYANG_RECORD_SAID": str(said),
    }
    command = [sys.executable, *words, str(said)]
    with subprocess.Popen(
        command, cwd=HOUSE, env=environment, pass_fds=(said,), stderr=subprocess.PIPE, text=True
    ) as child:
        os.close(said)
        with os.fdopen(heard, "rb") as told:
            told.read()
        _, complaint = child.communicate()
    if child.returncode:
        raise RuntimeError(f"the recorded program ended with {child.returncode}:\n{complaint}")


def read(log: Path, root: Path) -> list[Step]:
    """The steps in order. Raises ``NotRecorded`` for what cannot be followed."""
    return list(_steps(log.read_bytes(), str(root.resolve())))


def _steps(raw: bytes, root: str) -> Iterator[Step]:
    at = 0
    while at < len(raw):
        op, is_folder, path, second, inode, offset, length = _HEAD.unpack_from(raw, at)
        at += _HEAD.size
        names = []
        for size in (path, second):
            names.append(_below(raw[at : at + size].decode(), root))
            at += size
        carries = chr(op) in "WS"
        data = raw[at : at + length] if carries else b""
        at += len(data)
        if names[0].endswith(_REMADE):
            continue
        if chr(op) not in _OPS or (op == ord("R") and is_folder):
            raise NotRecorded(f"{chr(op)} {names[0]} {names[1]}")
        yield Step(_OPS[chr(op)], names[0], names[1], inode, offset, data, bool(is_folder))


def _below(path: str, root: str) -> str:
    if not path:
        return ""
    return str(PurePosixPath(path.removesuffix(" (deleted)")).relative_to(root))
