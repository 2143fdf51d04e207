"""The application in real terminals of 80 by 24, each a process and a process group of its own.

A process that has loaded other people's packages forks for each start, as ``tests.cli.warm`` does for commands: a kill
costs a third of what it would. What is started loads all of this program anew.
"""

import fcntl
import gc
import importlib
import json
import os
import pty
import select
import signal
import socket
import struct
import subprocess
import sys
import termios
from collections.abc import Callable, Mapping
from pathlib import Path

import pyte

ROWS, COLUMNS = 24, 80
SILENT_S = 30
_MOST = 1 << 16
_PACKAGES = (
    "asyncio",
    "cryptography.hazmat.primitives.asymmetric.ed25519",
    "cryptography.hazmat.primitives.hpke",
    "cryptography.hazmat.primitives.kdf.argon2",
    "msgpack",
    "platformdirs",
    "pyrage",
    "sqlalchemy.dialects.sqlite",
    "sqlcipher3.dbapi2",
    "sqlmodel",
    "textual.app",
    "textual.drivers.linux_driver",
    "textual.widgets",
)


class Terminals:
    """Where the application is started, time and again."""

    def __init__(self) -> None:
        self._ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "tests.powercut.terminals", str(theirs.fileno())],
                cwd=Path(__file__).parent.parent.parent,
                env={**os.environ, "LANG": "C.UTF-8"},
                pass_fds=(theirs.fileno(),),
                stdin=subprocess.DEVNULL,
            )

    def start(self, environment: Mapping[str, str]) -> "Terminal":
        """The application, started with these variables besides the usual ones."""
        self._ours.send(json.dumps(dict(environment)).encode())
        said, (screen,), _, _ = socket.recv_fds(self._ours, _MOST, 1)
        return Terminal(int(said), screen)

    def close(self) -> None:
        """No more starts."""
        self._ours.close()
        self._process.wait()


class Terminal:
    """One of them, as somebody sees it."""

    def __init__(self, process: int, screen: int) -> None:
        self.read_bytes = 0
        self._process = process
        self._fd = screen
        self._screen = pyte.Screen(COLUMNS, ROWS)
        self._stream = pyte.ByteStream(self._screen)

    @property
    def lines(self) -> list[str]:
        """What stands there, without blanks, also in the midst of a painting."""
        rows = self._screen.buffer
        return ["".join("".join(rows[y][x].data for x in range(COLUMNS)).split()) for y in range(ROWS)]

    def type(self, keys: str) -> None:
        """All at once."""
        os.write(self._fd, keys.encode())

    def watch(self, most: int = _MOST) -> bool:
        """Read what comes next, ``most`` bytes of it. False when nothing comes any more for long."""
        ready, _, _ = select.select([self._fd], [], [], SILENT_S)
        if not ready:
            return False
        try:
            data = os.read(self._fd, most)
        except OSError:
            return False  # the other end is gone
        self.read_bytes += len(data)
        self._stream.feed(data)
        return bool(data)

    def until(self, seen: Callable[[], bool]) -> None:
        """Watch until that holds."""
        while not seen():
            assert self.watch(), "\n".join(self.lines)

    def shows(self, *texts: str) -> None:
        """Watch until all of this stands there."""
        self.until(lambda: all("".join(text.split()) in "".join(self.lines) for text in texts))

    def kill(self) -> None:
        """Kill the whole group at once, then read what the terminal still had."""
        os.killpg(self._process, signal.SIGKILL)
        while self.watch():
            pass
        os.close(self._fd)


def _begin(asked: socket.socket) -> None:
    for name in _PACKAGES:
        importlib.import_module(name)
    gc.freeze()
    # Whoever was killed is forgotten by the system, and not by us.
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    while said := asked.recv(_MOST):
        process, screen = pty.fork()
        if not process:
            asked.close()
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            _become(json.loads(said))
        socket.send_fds(asked, [b"%d" % process], [screen])
        os.close(screen)


def _become(environment: Mapping[str, str]) -> None:
    fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", ROWS, COLUMNS, 0, 0))
    os.environ.update(environment)
    sys.argv[:] = ["yiyang"]
    from yiyang_tui.__main__ import main

    os._exit(main())


if __name__ == "__main__":
    with socket.socket(fileno=int(sys.argv[1])) as asked_by:
        _begin(asked_by)
