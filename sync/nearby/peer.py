"""Two laptops of a pair in one room: one asks, the other serves, and both prove who they are.

The messages are those of the county's exchange, over plain HTTP: what they carry is sealed and signed anyway. The
asking laptop signs its request with its transport key, the serving one its answer with its own; both keys stand in the
list that the county signed. A peer signs for nothing: only the county's receipts, which are passed on, tell what
is at the county.
"""

import hashlib
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import UUID

from sync import graph, jws, parcel, statements
from sync.directory import Directory, Listed
from sync.errors import (
    CountyLies,
    CountyRefused,
    CountyUnreachable,
    ParcelDamaged,
    PeerRefused,
    PeerStrange,
    PeerUnreachable,
    SignatureWrong,
)
from sync.link import Folder, Link
from sync.proof.handed import handed_over
from sync.protocol import (
    AUTH_HEADER,
    MAX_BATCHES,
    MAX_HEADS,
    ExchangeAnswer,
    ExchangeRequest,
    authorise,
)
from sync.wire import asking

if TYPE_CHECKING:
    import httpx

PATH = "/v1/exchange"
PROOF_HEADER = "Yiyang-Proof"
PART = 4 << 20
"""Bytes of parcels in one message, about: a wireless network of a house carries them in seconds."""
ANSWER_LIMIT = 80 << 20
NEWEST = 512
"""Batches that are named one by one in a request, 16 kB in all."""
MOST_WAITING = MAX_HEADS // 2
"""Parcels in the inbox before the rest must wait for the record to be opened: each of them is named in a request."""

Progress = Callable[[int, int], None]
Source = Callable[[bytes, Listed], bytes | None]
"""Gives the parcel of a batch for that laptop, or ``None`` where only the opened vault could."""


@dataclass(slots=True)
class Meeting:
    """What came of meeting another laptop. ``lacking``: what it lacks and only our opened vault could give.

    ``more``: it has more for us than the inbox should hold. ``statements``: news of the county that it passed on.
    """

    peer: Listed
    sent: int = 0
    received: int = 0
    refused: int = 0
    lacking: int = 0
    more: bool = False
    statements: int = 0
    requests: int = 0
    bytes_up: int = 0
    bytes_down: int = 0


def proof(device: UUID, key: bytes, auth: str, request: bytes, answer: bytes) -> str:
    """The value of ``Yiyang-Proof``: the device of the raw transport ``key`` gave this answer to this request."""
    return jws.sign_detached(_both(auth, request, answer), key, device.hex)


def _both(auth: str, request: bytes, answer: bytes) -> bytes:
    # The authorisation tells when it was asked: an old answer is none to a new question.
    asked = hashlib.sha256(auth.encode("ascii") + b"\n" + request).hexdigest()
    return f"yiyang-answer-1|{asked}|{hashlib.sha256(answer).hexdigest()}".encode()


def listed_in(link: Link, device: UUID) -> Listed | None:
    """The device as the county lists it for this pair."""
    devices = Directory.read(link.directory, link.county_public).devices
    return next((each for each in devices if each.id == device), None)


def from_outbox(folder: Folder) -> Source:
    """Parcels as they lie sealed: all that a closed vault can give."""

    def give(name: bytes, _peer: Listed) -> bytes | None:
        with suppress(ParcelDamaged):
            return parcel.get(folder.outbox, name)
        return None

    return give


def meet(
    folder: Folder,
    address: str,
    source: Source | None = None,
    progress: Progress | None = None,
    *,
    clock: Callable[[], float] = time.time,
) -> Meeting:
    """Fetch from the laptop that shares at ``address`` (``host:port``) what it has for us, give it what it lacks.

    Raises ``NotEnrolled``, ``LinkDamaged``, ``PeerUnreachable``, ``PeerStrange``, ``PeerRefused``; what was carried
    before stays valid.
    """
    folder.make()
    parcel.clean(folder.inbox)
    try:
        with asking.client(f"http://{address}") as http:
            return _Talk(folder, http, source or from_outbox(folder), progress or _quiet, clock).hold()
    except CountyRefused as error:
        raise PeerRefused(reason=str(error.facts["reason"])) from error
    except CountyUnreachable as error:
        raise PeerUnreachable(address=address) from error
    except CountyLies as error:
        raise PeerStrange(reason=str(error.facts["reason"])) from error


def landmarks(nodes: graph.Nodes) -> list[bytes]:
    """What to name of all that is held: the heads, the newest, and ever fewer of the older.

    The other may not know the newest: then it tells by an older one, and all that stands on, what it has of ours.
    """
    order = graph.causal_order(nodes, nodes)[::-1]
    older = [order[NEWEST + (1 << power)] for power in range(32) if NEWEST + (1 << power) < len(order)]
    return sorted({*graph.heads(nodes)[: MAX_HEADS // 2], *order[:NEWEST], *older})


def _quiet(_done: int, _total: int) -> None:
    """Nobody is watching."""


class _Talk:
    """One meeting under way."""

    def __init__(
        self, folder: Folder, http: "httpx.Client", source: Source, progress: Progress, clock: Callable[[], float]
    ) -> None:
        self.folder = folder
        self.http = http
        self.source = source
        self.progress = progress
        self.clock = clock
        self.nodes = folder.graph()
        self.heads = tuple(landmarks(self.nodes))
        self.meeting: Meeting | None = None

    def hold(self) -> Meeting:
        """Fetch until nothing more is offered, then give until the other lacks nothing we can give."""
        answer, meeting = self._ask(())
        while answer.more and len(parcel.names(self.folder.inbox)) < MOST_WAITING:
            had = meeting.received
            answer, meeting = self._ask(())
            if answer.more and meeting.received == had:
                raise PeerStrange(reason="nothing_more")
        meeting.more = answer.more
        self._give(answer, meeting)
        return meeting

    def _give(self, answer: ExchangeAnswer, meeting: Meeting) -> None:
        lacks = graph.missing(self.nodes, (*answer.heads, *answer.shared))
        group: list[tuple[bytes, bytes]] = []
        for done, name in enumerate(lacks):
            sealed = self.source(name, meeting.peer)
            if sealed is None:
                meeting.lacking += 1
                continue
            if group and (sum(len(data) for _, data in group) + len(sealed) > PART or len(group) == MAX_BATCHES):
                self._send(group, meeting)
                self.progress(done, len(lacks))
                group = []
            group.append((name, sealed))
        if group:
            self._send(group, meeting)
            self.progress(len(lacks), len(lacks))

    def _send(self, group: Sequence[tuple[bytes, bytes]], meeting: Meeting) -> None:
        answer, _ = self._ask(tuple(data for _, data in group))
        refused = {name for name, _ in answer.refused}
        taken = [name for name, data in group if not refused & {name, hashlib.sha256(data).digest()}]
        handed_over(self.folder, taken)
        meeting.sent += len(taken)
        meeting.refused += len(group) - len(taken)

    def _ask(self, parcels: tuple[bytes, ...]) -> tuple[ExchangeAnswer, Meeting]:
        link = self.folder.link()
        inbox = set(parcel.names(self.folder.inbox))
        body = ExchangeRequest(
            heads=self.heads,
            batches=parcels,
            take_bytes=PART,
            waiting=tuple(sorted(inbox)[:MAX_HEADS]),
            passed_on=statements.known(self.folder),
        ).encode()
        auth = authorise(link.device_id, link.transport_key, "POST", PATH, max(0, int(self.clock())), body)
        with asking.asked(self.http, PATH, body, {AUTH_HEADER: auth}) as response:
            said = response.headers.get(PROOF_HEADER, "")
            data = asking.whole(response, ANSWER_LIMIT)
        answer = ExchangeAnswer.decode(data)
        news = statements.keep(self.folder, answer.passed_on)
        peer = _proven(self.folder.link(), said, auth, body, data)
        meeting = self.meeting = self.meeting or Meeting(peer)
        if meeting.peer.id != peer.id:
            raise PeerStrange(reason="another_laptop")
        meeting.requests += 1
        meeting.bytes_up += len(body)
        meeting.bytes_down += len(data)
        meeting.statements += news
        for name, sealed in answer.batches:
            if name not in inbox and name not in self.nodes:
                parcel.put(self.folder.inbox, name, sealed)
                meeting.received += 1
        return answer, meeting


def _proven(link: Link, said: str, auth: str, request: bytes, answer: bytes) -> Listed:
    """The laptop that signed the answer: another one of this pair, and not a lost one. Raises ``PeerStrange``."""
    try:
        device = UUID(hex=jws.kid_of(said))
        peer = listed_in(link, device)
        if peer is None or peer.revoked or device == link.device_id:
            raise PeerStrange(reason="device_revoked" if peer is not None and peer.revoked else "device_unknown")
        jws.verify_detached(said, _both(auth, request, answer), peer.transport_public)
    except (SignatureWrong, ValueError) as error:
        raise PeerStrange(reason="signature_wrong") from error
    return peer
