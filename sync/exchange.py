"""Two sides bringing each other up to date, seen from the laptop: like git's fetch and push, over HTTPS.

One request tells our heads and brings the county's, with what we lack. If the county lacks something, further requests
carry it in causal order; their answers bring the receipts. What the county tells it has is believed over what
we remember having sent, so a county put back from its backup gets its losses again. But only what it has signed
for leaves the outbox.
"""

import hashlib
import random
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from db.errors import YiyangError
from sync import asking, graph, parcel
from sync.directory import Directory
from sync.errors import CountyLies, ParcelDamaged
from sync.handed import handed_over
from sync.link import Folder, Link, Run, best_receipt, last_receipt
from sync.protocol import AUTH_HEADER, MAX_BATCHES, MAX_HEADS, ExchangeAnswer, ExchangeRequest, authorise
from sync.receipt import Receipt, verify

if TYPE_CHECKING:
    import httpx

Progress = Callable[[int, int], None]
"""Called with bytes carried so far and bytes to carry."""

PUSH_BYTES = 1 << 20
MOST_ASKS = 100
"""How often to ask a county that is still merging what it has stored."""
TAKE_BYTES = 4 << 20
ANSWER_LIMIT = 64 << 20
MOST_WAITING = MAX_HEADS // 2
"""Parcels in the inbox before the rest must wait for the record to be opened: each of them is named in a request."""


@dataclass(slots=True)
class Outcome:
    """What one exchange did.

    ``lacking``: batches the county lacks whose sealed copy only the opened vault can make. ``more``: the county has
    more for us than the inbox should hold.
    """

    sent: int = 0
    received: int = 0
    refused: list[tuple[bytes, str]] = field(default_factory=list)
    bytes_up: int = 0
    bytes_down: int = 0
    requests: int = 0
    receipt: Receipt | None = None
    lacking: int = 0
    more: bool = False

    def then(self, next_: "Outcome") -> "Outcome":
        """This exchange and the one after it, as one."""
        return replace(
            next_,
            sent=self.sent + next_.sent,
            received=self.received + next_.received,
            bytes_up=self.bytes_up + next_.bytes_up,
            bytes_down=self.bytes_down + next_.bytes_down,
            requests=self.requests + next_.requests,
            receipt=next_.receipt or self.receipt,
        )


def run(
    folder: Folder,
    progress: Progress | None = None,
    *,
    clock: Callable[[], float] = time.time,
    steady: asking.Steady = time.monotonic,
    sleep: Callable[[float], None] = time.sleep,
    connect: Callable[..., "httpx.Client"] = asking.client,
) -> Outcome:
    """One exchange with the county, without the vault; its outcome is kept in the folder's news.

    ``clock`` tells seconds UTC, ``steady`` seconds that never jump, ``sleep`` waits; ``connect`` gives the connection
    to an address.

    Raises ``NotEnrolled``, ``LinkDamaged``, ``CountyUnreachable``, ``CountyRefused``, ``CountyLies``,
    ``SignatureWrong``; what was carried before stays valid.
    """
    link = folder.link()
    parcel.clean(folder.inbox)
    began = clock()
    outcome = Outcome()
    code = "done"
    try:
        authority = Directory.read(link.directory, link.county_public).county_authority
        with connect(link.url, authority) as http:
            _Talk(folder, link, http, outcome, progress or _quiet, clock, steady, sleep).hold()
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
        seconds=max(0, int(ended - began)),
    )
    folder.save_news(replace(news, runs=(*news.runs, entry)))


class _Talk:
    """One exchange under way."""

    def __init__(
        self,
        folder: Folder,
        link: Link,
        http: "httpx.Client",
        outcome: Outcome,
        progress: Progress,
        clock: Callable[[], float],
        steady: asking.Steady,
        sleep: Callable[[float], None],
    ) -> None:
        self.folder = folder
        self.link = link
        self.http = http
        self.outcome = outcome
        self.progress = progress
        self.clock = clock
        self.steady = steady
        self.sleep = sleep
        self.nodes = folder.graph()
        self.shared: set[bytes] = set()

    def hold(self) -> None:
        """Fetch until nothing more is offered, then push until the county lacks nothing we can give."""
        answer = self._push(self._fetch())
        for _ in range(MOST_ASKS):
            if not answer.merging:
                break
            answer = self._ask([])
        there = graph.ancestors(self.nodes, (*answer.heads, *answer.shared))
        self._clear(there)
        self._keep_news(answer, there)

    def _fetch(self) -> ExchangeAnswer:
        answer = self._ask([])
        while answer.more and len(parcel.names(self.folder.inbox)) < MOST_WAITING:
            had = self.outcome.received
            answer = self._ask([])
            if answer.more and self.outcome.received == had:
                raise CountyLies(reason="nothing_more")
        self.outcome.more = answer.more
        return answer

    def _push(self, answer: ExchangeAnswer) -> ExchangeAnswer:
        """Send what the county lacks, as far as it lies sealed. Returns the last answer."""
        outbox = self.folder.outbox
        waiting = set(parcel.names(outbox))
        lacks = graph.missing(self.nodes, (*answer.heads, *answer.shared))
        known = [name for name in lacks if name in waiting]
        self.outcome.lacking = len(lacks) - len(known)
        # The outbox may be ahead of a graph that was lost, or of a record that was put back from a copy.
        loads = [*known, *parcel.oldest_first(outbox, waiting - self.nodes.keys())]
        sizes = {name: parcel.size(outbox, name) for name in loads}
        total, done = sum(sizes.values()), 0
        for group in _groups(loads, sizes):
            self.progress(done, total)
            answer = self._send(group) or answer
            done += sum(sizes[name] for name in group)
        if loads:
            self.progress(total, total)
        return answer

    def _send(self, group: list[bytes]) -> ExchangeAnswer | None:
        sealed: dict[bytes, bytes] = {}
        for name in group:
            try:
                sealed[name] = parcel.get(self.folder.outbox, name)
            except ParcelDamaged:
                self._spoiled(name)
        if not sealed:
            return None
        answer = self._ask(list(sealed.values()))
        handed_over(self.folder, sealed)
        # A parcel that did not open is named by its own bytes: the batch may be sound, its sealed copy is not.
        of_parcel = {hashlib.sha256(data).digest(): name for name, data in sealed.items()}
        for name, code in answer.refused:
            if name in of_parcel:
                self._spoiled(of_parcel[name])
            else:
                self.outcome.refused.append((name, code))
        self.outcome.sent += max(0, len(sealed) - len(answer.refused))
        return answer

    def _spoiled(self, name: bytes) -> None:
        """Let go of a sealed copy that is no good: the open record makes another one, if it holds the batch."""
        if name in self.nodes:
            parcel.drop(self.folder.outbox, name)
        else:
            parcel.move(self.folder.outbox, self.folder.refused, name)
        self.outcome.lacking += 1

    def _ask(self, parcels: list[bytes]) -> ExchangeAnswer:
        # What was sealed since is unknown to the county and tells it nothing: name also what it last held of ours.
        shared = self.nodes.keys() & set(self.folder.news().county_heads)
        inbox = set(parcel.names(self.folder.inbox))
        known = last_receipt(self.folder.news(), self.link)
        request = ExchangeRequest(
            heads=tuple(sorted({*graph.heads(self.nodes), *shared})[:MAX_HEADS]),
            receipt_digest=known.digest if known is not None and known.level == "merged" else b"",
            batches=tuple(parcels),
            take_bytes=TAKE_BYTES,
            directory_version=Directory.read(self.link.directory, self.link.county_public).version,
            waiting=tuple(sorted(inbox)[:MAX_HEADS]),
        )
        answer = ExchangeAnswer.decode(self._post("/v1/exchange", request.encode()))
        self._believe(answer)
        self.shared.update(answer.shared)
        for name, sealed in answer.batches:
            if name not in inbox:
                parcel.put(self.folder.inbox, name, sealed)
                self.outcome.received += 1
        return answer

    def _post(self, path: str, body: bytes) -> bytes:
        now = max(0, int(self.clock()))
        proof = authorise(self.link.device_id, self.link.transport_key, "POST", path, now, body)
        self.outcome.requests += 1
        self.outcome.bytes_up += len(body)
        answer = asking.ask(self.http, path, body, {AUTH_HEADER: proof}, limit=ANSWER_LIMIT, steady=self.steady)
        self.outcome.bytes_down += len(answer)
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
            best = best_receipt(news, link)
            self.folder.save_news(
                replace(
                    news,
                    receipt=answer.receipt,
                    best=news.best if best is not None and best.entries > receipt.entries else answer.receipt,
                    county_ahead_s=answer.time - int(self.clock()),
                )
            )

    def _clear(self, there: set[bytes]) -> None:
        """Let go of sealed copies of what the county has and has signed for.

        What the vault may not hold waits to be taken in.
        """
        waiting = set(parcel.names(self.folder.outbox))
        receipt = last_receipt(self.folder.news(), self.link)
        proven = graph.ancestors(self.nodes, receipt.heads if receipt else ())
        for name in waiting & there & proven:
            parcel.drop(self.folder.outbox, name)
        for name in (waiting & self.shared) - self.nodes.keys():
            parcel.move(self.folder.outbox, self.folder.inbox, name)

    def _keep_news(self, answer: ExchangeAnswer, there: set[bytes]) -> None:
        news = self.folder.news()
        refused = tuple((name.hex(), code) for name, code in self.outcome.refused)
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


def pause(seconds: float, *, jitter: float = 0.2) -> float:
    """How long to wait before the next exchange of ``--watch``: laptops must not all come at once."""
    return seconds * (1 + random.uniform(-jitter, jitter))
