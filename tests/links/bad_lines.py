"""What the tests over bad lines share: work to carry, and a line that is back at once."""

import secrets
import time
from functools import partial
from uuid import UUID

import httpx
from sqlalchemy import func, select

from db.store import Store
from sync.county.database import open_engine, reading
from sync.county.settings import Settings
from sync.county.tables import Carried, core
from sync.link import Folder
from tests.sync.worlds import look

HARD = 3000
"""Bytes between two cuts."""
WASTED = 16 << 10
"""Bytes that a cut may cost."""


def noted(store: Store, kilobytes: int) -> set[UUID]:
    """Rounds with notes that no compressor makes smaller: about so many kilobytes on the wire."""
    return {look(store, secrets.token_hex(1000)) for _ in range(kilobytes)}


def at_once(_seconds: float) -> None:
    """The line is back before anybody has waited."""


def impatient(url: str, _authority: str = "", *, seconds: float = 0.25) -> httpx.Client:
    """A connection that takes silence for a break after a moment."""
    return httpx.Client(base_url=url, timeout=seconds, trust_env=False)


unhurried = partial(impatient, seconds=2)
"""Long enough for a county on a busy machine to answer."""


class GoneHome(Exception):
    """The lid was closed."""


def go_home(_seconds: float) -> None:
    """Not again today."""
    raise GoneHome


def come_to_rest(county: Settings, least: int) -> None:
    """Wait until the county has written down at least so many bytes of what it was sent: it hears of a cut later."""
    engine = open_engine(county.database_url)
    given_up = time.monotonic() + 30
    try:
        while time.monotonic() < given_up:
            with reading(engine) as conn:
                if (conn.execute(select(func.max(core(Carried).c.come))).scalar() or 0) >= least:
                    return
        raise AssertionError("what came was not kept")
    finally:
        engine.dispose()


def kept(folder: Folder) -> int:
    """Bytes of transfers under way in a transport folder."""
    place = folder.path / "carry"
    return sum(each.stat().st_size for each in place.iterdir()) if place.exists() else 0
