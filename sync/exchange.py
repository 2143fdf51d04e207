"""Two sides bringing each other up to date, seen from the laptop: like git's fetch and push, over HTTPS.

One request tells our heads and brings the county's, with what we lack. If the county lacks something, further requests
carry it in causal order; their answers bring the receipts. What the county tells it has is believed over what
we remember having sent, so a county put back from its backup gets its losses again.
"""

import random
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace

import httpx

from db.errors import YiyangError
from sync import graph, parcel
from sync.directory import Directory
from sync.errors import CountyLies, CountyRefused, CountyUnreachable, SignatureWrong
from sync.link import Folder, Link, News, Run
from sync.protocol import (
    MAX_BATCHES,
    MEDIA_TYPE,
    ExchangeAnswer,
    ExchangeRequest,
    Problem,
    authorise,
)
from sync.receipt import Receipt, verify

Progress = Callable[[int, int], None]
"""Called with bytes carried so far and bytes to carry."""

PUSH_BYTES = 1 << 20
MOST_ASKS = 100
"""How often to ask a county that is still merging what it has stored."""
TAKE_BYTES = 4 << 20
ANSWER_LIMIT = 64 << 20
_TIMEOUT = httpx.Timeout(30.0, connect=10.0)


@dataclass(slots=True)
class Outcome:
    """What one exchange did."""

    sent: int = 0
    received: int = 0
    refused: list[tuple[bytes, str]] = field(default_factory=list)
    bytes_up: int = 0
    bytes_down: int = 0
    requests: int = 0
    receipt: Receipt | None = None
    lacking: int = 0  # batches the county lacks whose sealed copy only the opened vault can make


def run(folder: Folder, progress: Progress | None = None, *, clock: Callable[[], float] = time.time) -> Outcome:
    """One exchange with the county, without the vault; its outcome is kept in the folder's news.

    Raises ``NotEnrolled``, ``CountyUnreachable``, ``CountyRefused``, ``CountyLies``, ``SignatureWrong``; what was
    carried before stays valid.
    """
    link = folder.link()
    began = clock()
    outcome = Outcome()
    code = "done"
    try:
        with httpx.Client(base_url=link.url, timeout=_TIMEOUT, follow_redirects=False, trust_env=False) as http:
            _Talk(folder, link, http, outcome, progress or _quiet, clock).hold()
    except YiyangError as error:
        code = error.code
        raise
    finally:
        _remember(folder, outcome, code, began, clock())
    return outcome


def _quiet(_done: int, _total: int) -> None:
    """Nobody is watching."""


def _remember(folder: Folder, outcome: Outcome, code: str, began: float, ended: float) -> None:
    news = folder.news()
    entry = Run(
        at=int(ended),
        outcome=code,
        sent=outcome.sent,
        received=outcome.received,
        bytes_up=outcome.bytes_up,
        bytes_down=outcome.bytes_down,
        requests=outcome.requests,
        seconds=int(ended - began),
    )
    folder.save_news(replace(news, runs=(*news.runs, entry)))


class _Talk:
    """One exchange under way."""

    def __init__(
        self,
        folder: Folder,
        link: Link,
        http: httpx.Client,
        outcome: Outcome,
        progress: Progress,
        clock: Callable[[], float],
    ) -> None:
        self.folder = folder
        self.link = link
        self.http = http
        self.outcome = outcome
        self.progress = progress
        self.clock = clock
        self.nodes = folder.graph()

    def hold(self) -> None:
        """Fetch until nothing more is offered, then push until the county lacks nothing we can give."""
        answer = self._ask([])
        while answer.more:
            answer = self._ask([])
        missing = graph.missing(self.nodes, (*answer.heads, *answer.shared))
        waiting = set(parcel.names(self.folder.outbox))
        if not missing:
            self._clear(waiting)
        loads = [name for name in missing if name in waiting]
        self.outcome.lacking = len(missing) - len(loads)
        sizes = {name: parcel.size(self.folder.outbox, name) for name in loads}
        total, done = sum(sizes.values()), 0
        for group in _groups(loads, sizes):
            self.progress(done, total)
            answer = self._ask([parcel.get(self.folder.outbox, name) for name in group])
            done += sum(sizes[name] for name in group)
            refused = {name for name, _ in answer.refused}
            self.outcome.refused += answer.refused
            self.outcome.sent += len(group) - len(refused)
        for _ in range(MOST_ASKS):
            if not answer.merging:
                break
            answer = self._ask([])
        if loads:
            self.progress(total, total)
            there = graph.ancestors(self.nodes, (*answer.heads, *answer.shared))
            self._clear(waiting & there)
        self._keep_news(answer)

    def _ask(self, parcels: list[bytes]) -> ExchangeAnswer:
        # What was sealed since is unknown to the county and tells it nothing: name also what it last held of ours.
        shared = self.nodes.keys() & set(self.folder.news().county_heads)
        mine = set(graph.heads(self.nodes)) | shared | set(parcel.names(self.folder.inbox))
        known = last_receipt(self.folder.news(), self.link)
        request = ExchangeRequest(
            heads=tuple(sorted(mine)),
            receipt_digest=known.digest if known is not None and known.level == "merged" else b"",
            batches=tuple(parcels),
            take_bytes=TAKE_BYTES,
            directory_version=Directory.read(self.link.directory, self.link.county_public).version,
        )
        answer = ExchangeAnswer.decode(self._post("/v1/exchange", request.encode()))
        self._believe(answer)
        for name, sealed in answer.batches:
            parcel.put(self.folder.inbox, name, sealed)
            self.outcome.received += 1
        return answer

    def _post(self, path: str, body: bytes) -> bytes:
        headers = {
            "Content-Type": MEDIA_TYPE,
            "Yiyang-Auth": authorise(
                self.link.device_id, self.link.transport_key, "POST", path, int(self.clock()), body
            ),
        }
        self.outcome.requests += 1
        self.outcome.bytes_up += len(body)
        return self._receive(path, body, headers)

    def _receive(self, path: str, body: bytes, headers: dict[str, str]) -> bytes:
        parts: list[bytes] = []
        size = 0
        try:
            with self.http.stream("POST", path, content=body, headers=headers) as response:
                for part in response.iter_raw():
                    size += len(part)
                    if size > ANSWER_LIMIT:
                        raise CountyLies(reason="too_long")
                    parts.append(part)
                status, kind = response.status_code, response.headers.get("Content-Type", "")
        except httpx.HTTPError as error:
            raise CountyUnreachable(url=self.link.url) from error
        self.outcome.bytes_down += size
        # The log-in page of a hotel's network answers 200 with a page of its own.
        if kind != MEDIA_TYPE:
            raise CountyUnreachable(url=self.link.url)
        answer = b"".join(parts)
        if status != 200:
            problem = Problem.decode(answer)
            raise CountyRefused(reason=problem.code)
        return answer

    def _believe(self, answer: ExchangeAnswer) -> None:
        """Take nothing from the answer that the county has not signed."""
        link = self.link
        if answer.directory is not None:
            fresh = Directory.read(answer.directory, link.county_public)
            if fresh.pair_id != link.pair_id:
                raise CountyLies(reason="directory")
            self.link = replace(link, directory=answer.directory)
            self.folder.save_link(self.link)
        if answer.receipt:
            receipt = verify(answer.receipt, link.county_public)
            if receipt.pair != link.pair_id or receipt.device != link.device_id:
                raise CountyLies(reason="receipt")
            self.outcome.receipt = receipt
            news = self.folder.news()
            self.folder.save_news(replace(news, receipt=answer.receipt, county_ahead_s=answer.time - int(self.clock())))

    def _clear(self, names: set[bytes]) -> None:
        for name in names:
            parcel.drop(self.folder.outbox, name)

    def _keep_news(self, answer: ExchangeAnswer) -> None:
        news = self.folder.news()
        refused = tuple((name.hex(), code) for name, code in self.outcome.refused)
        there = graph.ancestors(self.nodes, (*answer.heads, *answer.shared))
        known = graph.heads({name: self.nodes[name] for name in there})
        unknown = [name for name in answer.heads if name not in self.nodes]
        self.folder.save_news(replace(news, refused=refused, county_heads=(*known, *unknown)))


def _groups(names: list[bytes], sizes: dict[bytes, int]) -> Iterator[list[bytes]]:
    group: list[bytes] = []
    size = 0
    for name in names:
        if group and (size + sizes[name] > PUSH_BYTES or len(group) == MAX_BATCHES):
            yield group
            group, size = [], 0
        group.append(name)
        size += sizes[name]
    if group:
        yield group


def last_receipt(news: News, link: Link) -> Receipt | None:
    """The newest receipt, checked again: a file outside the vault proves nothing by itself."""
    try:
        return verify(news.receipt, link.county_public) if news.receipt else None
    except SignatureWrong:
        return None


def pause(seconds: float, *, jitter: float = 0.2) -> float:
    """How long to wait before the next exchange of ``--watch``: laptops must not all come at once."""
    return seconds * (1 + random.uniform(-jitter, jitter))
