"""Starts of the program that cost less: a process that has loaded other people's packages forks for each of them.

Of a command's second of processor three quarters go into loading packages that are the same every time, and a tenth
into the bottom floor, without which none opens a record. Each start is still a process of its own, with its own
channels, surroundings and exit code, and loads all else of this program anew: what a command forgets to load it lacks
here as it would there. Whatever runs beside a test or at a terminal starts from nothing.
"""

import atexit
import gc
import importlib
import json
import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path

ABOVE = ("care", "sync", "yiyang_tui")
FLOOR = ("db.backup", "db.store", "db.tables", "db.vault")
PACKAGES = (
    "alembic.command",
    "asyncio",
    "cryptography.hazmat.primitives.asymmetric.ed25519",
    "cryptography.hazmat.primitives.kdf.argon2",
    "cryptography.x509",
    "httpx",
    "importlib.metadata",
    "msgpack",
    "openpyxl",
    "platformdirs",
    "psycopg",
    "pyrage",
    "rich.console",
    "sqlalchemy.dialects.postgresql.psycopg",
    "sqlalchemy.dialects.sqlite",
    "sqlcipher3.dbapi2",
    "sqlmodel",
    "tempfile",
    "typer.main",
    "zstandard",
)
_MOST = 1 << 20


class Warm:
    """The process that forks. Answers one start at a time."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        self._ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs:
            self._process = subprocess.Popen(
                [sys.executable, str(Path(__file__)), str(theirs.fileno())],
                env=environment,
                pass_fds=(theirs.fileno(),),
                stdin=subprocess.DEVNULL,
            )

    def run(
        self, words: Sequence[str], environment: Mapping[str, str], typed: bytes, patience_s: float
    ) -> tuple[int, bytes, bytes]:
        """Run ``yiyang WORDS`` to its end: exit code, output, error output. ``TimeoutError`` if it does not end."""
        ways = [os.pipe() for _ in range(3)]
        (given, typing), (out, saying), (err, complaining) = ways
        said = json.dumps({"words": list(words), "environment": dict(environment), "place": os.getcwd()}).encode()
        socket.send_fds(self._ours, [said], [given, saying, complaining])
        for each in (given, saying, complaining):
            os.close(each)
        read: dict[int, bytes] = {}
        readers = [threading.Thread(target=_read, args=(each, read)) for each in (out, err)]
        for reader in readers:
            reader.start()
        _write(typing, typed)
        pid = int(self._ours.recv(_MOST))
        self._ours.settimeout(patience_s)
        try:
            code = int(self._ours.recv(_MOST))
        except TimeoutError:
            os.kill(pid, signal.SIGKILL)
            raise
        for reader in readers:
            reader.join()
        return code, read[out], read[err]

    def close(self) -> None:
        """End it."""
        self._ours.close()
        self._process.wait()


def _read(channel: int, into: dict[int, bytes]) -> None:
    with open(channel, "rb") as file:
        into[channel] = file.read()


def _write(channel: int, typed: bytes) -> None:
    try:
        with open(channel, "wb") as file:
            file.write(typed)
    except BrokenPipeError:
        return  # who has ended reads no more


def _serve(asked: socket.socket) -> bool:
    """Fork for each start until nobody asks any more: whether this is a fork."""
    while True:
        said, channels, _, _ = socket.recv_fds(asked, _MOST, 3)
        if not said:
            return False
        pid = os.fork()
        if not pid:
            asked.close()
            _become(json.loads(said), channels)
            return True
        for each in channels:
            os.close(each)
        asked.send(b"%d" % pid)
        asked.send(b"%d" % os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))


def _become(start: dict[str, object], channels: Sequence[int]) -> None:
    """What the operating system and the interpreter set up at a start."""
    for number, channel in enumerate(channels):
        os.dup2(channel, number)
        os.close(channel)
    os.environ.clear()
    os.environ.update(start["environment"])  # type: ignore[call-overload]
    os.chdir(str(start["place"]))
    sys.argv[:] = ["yiyang", *start["words"]]  # type: ignore[misc]
    for number, name in enumerate(("stdin", "stdout", "stderr")):
        was = getattr(sys, name)
        mode = "w" if number else "r"
        setattr(sys, name, open(number, mode, encoding=was.encoding, errors=was.errors, closefd=False))  # noqa: SIM115


def _begin() -> None:
    with socket.socket(fileno=int(sys.argv[1])) as asked:
        for each in (*PACKAGES, *FLOOR):
            importlib.import_module(each)
        loaded = [name for name in sys.modules if name.partition(".")[0] in ABOVE]
        if loaded:
            raise RuntimeError(f"loaded before the start: {loaded}")
        # What is loaded stays: no fork looks through it.
        gc.freeze()
        if not _serve(asked):
            return
    from yiyang_tui.__main__ import main

    code = main()
    # The end of an interpreter, but for taking apart what was loaded before the start.
    threading._shutdown()  # type: ignore[attr-defined]
    atexit._run_exitfuncs()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)


if __name__ == "__main__":
    _begin()
