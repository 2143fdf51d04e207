"""Two sides bringing each other up to date, seen from the laptop: like git's fetch and push, over HTTPS.

One request tells our heads and brings the county's, with what we lack. If the county lacks something, further requests
carry it in causal order; their answers bring the receipts. What the county tells it has is believed over what
we remember having sent, so a county put back from its backup gets its losses again. But only what it has signed
for leaves the outbox. A cut undoes nothing (``sync.wire.carry``), and where a budget ends the next exchange goes on.
"""

import random
import time
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from db.errors import YiyangError
from sync import parcel
from sync.directory import Directory
from sync.link import Folder, Run
from sync.outcome import Outcome as Outcome
from sync.wire import asking
from sync.wire.budget import Budget, Spent
from sync.wire.meter import Meter
from sync.wire.meter import Progress as Progress
from sync.wire.talk import Talk

if TYPE_CHECKING:
    import httpx

STOPPED = "budget_spent"
"""The outcome of a run that a budget ended."""


def run(
    folder: Folder,
    progress: Progress | None = None,
    *,
    clock: Callable[[], float] = time.time,
    steady: asking.Steady = time.monotonic,
    sleep: Callable[[float], None] = time.sleep,
    connect: Callable[..., "httpx.Client"] = asking.client,
    max_bytes: int | None = None,
    max_seconds: float | None = None,
) -> Outcome:
    """One exchange with the county, without the vault; its outcome is kept in the folder's news.

    ``clock`` tells seconds UTC, ``steady`` seconds that never jump, ``sleep`` waits; ``connect`` gives the connection
    to an address. ``max_bytes``, both ways together, and ``max_seconds`` end it in good order: ``Outcome.stopped``.

    Raises ``NotEnrolled``, ``LinkDamaged``, ``CountyUnreachable``, ``CountyRefused``, ``CountyLies``,
    ``SignatureWrong``; what was carried before stays valid.
    """
    link = folder.link()
    parcel.clean(folder.inbox)
    began = clock()
    outcome = Outcome()
    code = "done"
    talk: Talk | None = None
    budget = Budget(steady, max_bytes, max_seconds)
    try:
        authority = Directory.read(link.directory, link.county_public).county_authority
        with connect(link.url, authority) as http:
            talk = Talk(folder, link, http, outcome, Meter(progress or _quiet), budget, clock, sleep)
            talk.hold()
    except Spent as spent:
        outcome.stopped, code = spent.what, STOPPED
    except YiyangError as error:
        code = error.code
        raise
    finally:
        if talk is not None:
            talk.account()
        _remember(folder, outcome, code, began, clock(), talk.portion if talk is not None else 0)
    return outcome


def _quiet(_done: int, _total: int) -> None:
    """Nobody is watching."""


def _remember(folder: Folder, outcome: Outcome, code: str, began: float, ended: float, size: int) -> None:
    news = folder.news()
    entry = Run(
        at=int(ended),
        outcome=code,
        sent=outcome.sent,
        received=outcome.received,
        bytes_up=outcome.bytes_up,
        bytes_down=outcome.bytes_down,
        requests=outcome.requests,
        seconds=max(0, int(ended - began)),
    )
    folder.save_news(replace(news, runs=(*news.runs, entry), portion=size or news.portion))


def pause(seconds: float, *, jitter: float = 0.2) -> float:
    """How long to wait before the next exchange of ``--watch``: laptops must not all come at once."""
    return seconds * (1 + random.uniform(-jitter, jitter))
