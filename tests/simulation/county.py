"""The county's real program on its real database, asked in this process: one request after another."""

import asyncio
import shutil
from collections.abc import Callable, Iterator, Mapping, MutableMapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from unittest.mock import patch
from uuid import UUID

import httpx
from fastapi import FastAPI
from sqlalchemy import Engine
from starlette.requests import ClientDisconnect

from sync.county import settings, store
from sync.county.app import make_county
from sync.county.database import open_engine, reading
from sync.county.settings import Settings
from tests.simulation.disk import Disk, PowerFailed
from tests.simulation.hours import Hours

COUNTY = "county"
Headers = Sequence[tuple[bytes, bytes]]
Answer = tuple[int, Headers, bytes]


class Refused(httpx.RemoteProtocolError):
    """The county went away in the middle of a request."""

    def __init__(self) -> None:
        super().__init__("the county's power failed")


@contextmanager
def one_thread() -> Iterator[None]:
    """What the server would give to a thread of its own is done at once, so that it happens in the same order again."""

    async def now(work: Callable[..., Any], *args: Any, **_how: Any) -> Any:
        return work(*args)

    with patch("anyio.to_thread.run_sync", now):
        yield


class County:
    """Its power may fail at every durable step; the next request finds it running again."""

    def __init__(self, folder: Path, hours: Hours, disk: Disk, loop: asyncio.AbstractEventLoop) -> None:
        self.folder = folder
        self._hours = hours
        self._disk = disk
        self._loop = loop
        self._app: FastAPI | None = None
        self._engine: Engine | None = None

    @property
    def settings(self) -> Settings:
        """The county as its folder stands."""
        return settings.load(self.folder)

    @property
    def engine(self) -> Engine:
        """A look into its database from outside."""
        if self._engine is None:
            self._engine = open_engine(self.settings.database_url)
        return self._engine

    def serve(self, method: str, path: str, headers: Headers, body: bytes, *, cut: bool = False) -> Answer:
        """Answer one request. ``cut``: the body ends where it should not. Raises ``Refused`` when the power fails."""
        with self._hours.at(COUNTY):
            try:
                if self._app is None:
                    self._app = make_county(self.settings)
                return self._loop.run_until_complete(_ask(self._app, method, path, headers, body, cut))
            except ClientDisconnect:
                return 400, (), b""
            except PowerFailed as error:
                self.fail()
                raise Refused from error

    def fail(self) -> None:
        """The power fails; it comes back at once."""
        if self._app is not None:
            self._app.state.engine.dispose()
        self._app = None
        self._disk.repair(COUNTY)

    def stop(self) -> None:
        """End every program, and look no more."""
        self.fail()
        if self._engine is not None:
            self._engine.dispose()
            self._engine = None

    def keep(self, to: Path) -> None:
        """A backup of the county."""
        self.stop()
        shutil.rmtree(to, ignore_errors=True)
        shutil.copytree(self.folder, to)

    def put_back(self, copy: Path) -> None:
        """The backup takes the place of what is there."""
        self.stop()
        shutil.rmtree(self.folder)
        shutil.copytree(copy, self.folder)

    def nodes(self, pair: UUID) -> Mapping[bytes, tuple[bytes, ...]]:
        """The batches it holds, and what each stands on."""
        with reading(self.engine) as conn:
            return store.nodes(conn, pair)

    def body(self, pair: UUID, name: bytes) -> bytes:
        """One batch as it was signed."""
        with reading(self.engine) as conn:
            return store.body(conn, pair, name)


async def _ask(app: FastAPI, method: str, path: str, headers: Headers, body: bytes, cut: bool) -> Answer:
    said: list[Mapping[str, Any]] = []
    parts: list[dict[str, Any]] = [{"type": "http.request", "body": body, "more_body": cut}]

    async def receive() -> dict[str, Any]:
        return parts.pop() if parts else {"type": "http.disconnect"}

    async def send(message: MutableMapping[str, Any]) -> None:
        said.append(message)

    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": method,
        "scheme": "http",
        "path": path,
        "raw_path": path.encode(),
        "query_string": b"",
        "root_path": "",
        "headers": [(name.lower(), value) for name, value in headers],
        "client": ("laptop", 1),
        "server": ("county", 80),
    }
    await app(scope, receive, send)
    return said[0]["status"], said[0]["headers"], b"".join(each.get("body", b"") for each in said[1:])
