"""A county served as its command serves it: processes of their own, its log read line by line."""

import json
import os
import queue
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx

from sync.county.settings import Settings

_PATIENCE_S = 60.0


@dataclass(slots=True)
class Served:
    """A server under way. ``log`` is every line so far, as far as somebody waited for one."""

    url: str
    process: subprocess.Popen[bytes]
    lines: "queue.Queue[dict[str, Any]]"
    log: list[dict[str, Any]] = field(default_factory=list)

    def until(self, wanted: Callable[[dict[str, Any]], bool], times: int = 1) -> dict[str, Any]:
        """Read the log until so many wanted lines have come; the last of them."""
        while True:
            line = self.lines.get(timeout=_PATIENCE_S)
            self.log.append(line)
            times -= wanted(line)
            if not times:
                return line

    def workers(self) -> list[int]:
        """The processes that were started, as far as the log is read."""
        return [line["process"] for line in self.log if line["message"].startswith("Started server process")]

    def get(self, path: str) -> httpx.Response:
        """Ask something short."""
        return httpx.get(self.url + path, trust_env=False, timeout=_PATIENCE_S)


def started(line: dict[str, Any]) -> bool:
    """A worker answers from here on."""
    return line["message"] == "Application startup complete."


@contextmanager
def served(county: Settings, *options: str, workers: int = 2) -> Iterator[Served]:
    """Serve until the block ends, all workers up."""
    port = free_port()
    words = ["county", "serve", "--folder", str(county.folder), "--port", str(port), "--plain", "--json-logs"]
    process = subprocess.Popen(
        [sys.executable, "-m", "yiyang_tui", *words, "--workers", str(workers), *options],
        env={**os.environ, "YIYANG_COUNTY_DATABASE_URL": county.database_url},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
    )
    server = Served(f"http://127.0.0.1:{port}", process, queue.Queue())
    reading = threading.Thread(target=_read, args=(process, server.lines))
    reading.start()
    try:
        server.until(started, workers)
        yield server
    finally:
        process.terminate()
        process.wait()
        reading.join()


def free_port() -> int:
    """A port where nobody listens."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port: int = probe.getsockname()[1]
    return port


def _read(process: "subprocess.Popen[bytes]", lines: "queue.Queue[dict[str, Any]]") -> None:
    assert process.stderr is not None
    with process.stderr as said:
        for line in said:
            if line.startswith(b"{"):  # the command's own sentences are for people
                lines.put(json.loads(line))
