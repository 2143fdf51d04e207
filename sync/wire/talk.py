"""What a laptop says to its county and makes of the answers, from the first request of an exchange to the last.

Only what the county has signed is believed, and only what it has signed for leaves the outbox.
"""

import hashlib
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING

from db.journal import SCHEMA
from sync import graph, parcel
from sync.directory import Directory, forgets
from sync.errors import CountyLies, ParcelDamaged, SignatureWrong
from sync.link import Folder, Link, last_receipt
from sync.outcome import Outcome
from sync.proof.handed import handed_over
from sync.protocol import MAX_HEADS, ExchangeAnswer, ExchangeRequest, authorise
from sync.receipt import verify
from sync.revoked import KEPT_ASIDE
from sync.statements import keep, with_receipt
from sync.wire import carry_kept, portion
from sync.wire.budget import Budget
from sync.wire.carry_on import Line, carry, left_over, over
from sync.wire.meter import Meter

if TYPE_CHECKING:
    import httpx

MOST_ASKS = 100
"""How often to ask a county that is still merging what it has stored."""
ANSWER_LIMIT = 64 << 20
MOST_WAITING = MAX_HEADS // 2
"""Parcels in the inbox before the rest must wait for the record to be opened: each of them is named in a request."""


class Talk:
    """One exchange with the county under way. ``hold`` it once; ``account`` for it however that ended."""

    def __init__(
        self,
        folder: Folder,
        link: Link,
        http: "httpx.Client",
        outcome: Outcome,
        meter: Meter,
        budget: Budget,
        clock: Callable[[], float],
        sleep: Callable[[float], None],
    ) -> None:
        self.folder = folder
        self.link = link
        self.outcome = outcome
        self.meter = meter
        self.clock = clock
        self.nodes = folder.graph()
        self.shared: set[bytes] = set()
        self.forgetful = False  # the county's list of devices is older than ours, or lacks what ours says
        self.told = False  # it was given ours
        # By name (hex), what the county keeps aside of ours: a revoked laptop signed it, or what it stands on.
        self.aside = {name: code for name, code in folder.news().refused if code in KEPT_ASIDE}
        self.portion = portion.first(folder.news().portion)
        self.line = Line(
            http=http,
            place=carry_kept.place_of(folder.path, link.county_public, link.device_id.bytes),
            prove=self._prove,
            budget=budget,
            sleep=sleep,
            moved=meter.moved,
            limit=ANSWER_LIMIT,
        )

    def account(self) -> None:
        """Write down what the line carried, however it ended."""
        line = self.line
        self.outcome.requests, self.outcome.bytes_up, self.outcome.bytes_down = (
            line.requests,
            line.bytes_up,
            line.bytes_down,
        )
        self.outcome.left = self.meter.left

    def hold(self) -> None:
        """Fetch until nothing more is offered, then push until the county lacks nothing we can give."""
        outbox = sum(parcel.size(self.folder.outbox, name) for name in parcel.names(self.folder.outbox))
        # What is under way lies in the outbox, too.
        self.meter.expect(max(0, outbox - len(carry_kept.request(self.line.place) or b"")))
        self._finish()
        answer = self._push(self._fetch())
        for _ in range(MOST_ASKS):
            if not answer.merging:
                break
            answer = self._ask([])
        if self.forgetful:
            answer = self._ask([])
        there = graph.ancestors(self.nodes, (*answer.heads, *answer.shared))
        self._clear(there)
        self._keep_news(answer, there)

    def _finish(self) -> None:
        """Bring to its end what an earlier exchange left under way; what it brings counts as if it came now."""
        found = left_over(self.line)
        if found is None:
            return
        body, data = found
        answer = self._taken(data)
        if body is not None:
            brought = {hashlib.sha256(each).digest() for each in ExchangeRequest.parse(body).batches}
            handed = {}
            for name in parcel.names(self.folder.outbox):
                with suppress(ParcelDamaged):
                    handed[name] = parcel.get(self.folder.outbox, name)
            self._handed({name: one for name, one in handed.items() if hashlib.sha256(one).digest() in brought}, answer)

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
        self.outcome.refused += [(name, self.aside[name.hex()]) for name in lacks if name.hex() in self.aside]
        lacks = [name for name in lacks if name.hex() not in self.aside]
        known = [name for name in lacks if name in waiting]
        self.outcome.lacking = len(lacks) - len(known)
        # The outbox may be ahead of a graph that was lost, or of a record that was put back from a copy.
        loads = [*known, *parcel.oldest_first(outbox, waiting - self.nodes.keys())]
        sizes = {name: parcel.size(outbox, name) for name in loads}
        while loads:
            group, loads = portion.split(loads, sizes, self.line.budget.bytes_left(self.portion))
            self.meter.expect(sum(sizes[name] for name in loads))
            answer = self._send(group) or answer
        self.meter.expect(0)
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
        self._handed(sealed, answer)
        return answer

    def _handed(self, sealed: Mapping[bytes, bytes], answer: ExchangeAnswer) -> None:
        """The county has answered to these parcels."""
        handed_over(self.folder, sealed)
        # A parcel that did not open is named by its own bytes: the batch may be sound, its sealed copy is not.
        of_parcel = {hashlib.sha256(data).digest(): name for name, data in sealed.items()}
        for name, code in answer.refused:
            if name in of_parcel:
                self._spoiled(of_parcel[name])
            else:
                self.outcome.refused.append((name, code))
        self.outcome.sent += max(0, len(sealed) - len(answer.refused))

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
            take_bytes=self.line.budget.bytes_left(self.portion),
            directory_version=Directory.read(self.link.directory, self.link.county_public).version,
            waiting=tuple(sorted(inbox)[:MAX_HEADS]),
            schema=SCHEMA,
            passed_on=(self.link.directory,) if self.forgetful else (),
        )
        self.told |= self.forgetful
        cuts, carried = self.line.cuts, self.line.bytes_up + self.line.bytes_down
        answer = self._taken(carry(self.line, request.encode()))
        carried = self.line.bytes_up + self.line.bytes_down - carried
        self.portion = portion.after(self.portion, carried, self.line.cuts - cuts)
        return answer

    def _taken(self, data: bytes) -> ExchangeAnswer:
        """Take in an answer; then nothing of its transfer need be kept any more."""
        try:
            answer = ExchangeAnswer.decode(data)
            self._believe(answer)
            self.shared.update(answer.shared)
            inbox = set(parcel.names(self.folder.inbox))
            for name, sealed in answer.batches:
                if name not in inbox:
                    parcel.put(self.folder.inbox, name, sealed)
                    self.outcome.received += 1
        except (CountyLies, SignatureWrong):
            over(self.line)
            raise
        over(self.line)
        self.meter.over()
        return answer

    def _prove(self, path: str, body: bytes) -> str:
        now = max(0, int(self.clock()))
        return authorise(self.link.device_id, self.link.transport_key, "POST", path, now, body)

    def _believe(self, answer: ExchangeAnswer) -> None:
        """Take nothing from the answer that the county has not signed."""
        link = self.link
        if answer.directory is not None:
            fresh = Directory.read(answer.directory, link.county_public)
            if fresh.pair_id != link.pair_id:
                raise CountyLies(reason="directory")
            # Put back from its backup the county has forgotten whom it certified and revoked since: we tell it.
            # If it revoked nobody any more on purpose, it says so again.
            ours = Directory.read(link.directory, link.county_public)
            self.forgetful = fresh.at < ours.at or (not self.told and forgets(fresh, ours))
            if not self.forgetful:
                self.aside = {}
                self.link = replace(link, directory=answer.directory)
                self.folder.save_link(self.link)
        if answer.receipt:
            receipt = verify(answer.receipt, link.county_public)
            if receipt.pair != link.pair_id or receipt.device != link.device_id:
                raise CountyLies(reason="receipt")
            self.outcome.receipt = receipt
            news = with_receipt(self.folder.news(), link, answer.receipt, receipt)
            self.folder.save_news(replace(news, county_ahead_s=answer.time - int(self.clock())))
        if keep(self.folder, answer.passed_on):
            self.link = self.folder.link()

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
        self.folder.save_news(
            replace(
                news,
                refused=refused,
                county_heads=(*known, *unknown),
                county_program=answer.program,
                county_schema=answer.schema,
            )
        )
