"""Carrying a message to the county and its answer back, over as many cuts as it takes while something gets through."""

import hashlib
import random
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tenacity import RetryCallState, Retrying, retry_if_exception

from sync.errors import CountyLies, CountyRefused, CountyUnreachable
from sync.protocol import AUTH_HEADER
from sync.wire import asking, carry_kept
from sync.wire.asking import ComeBack, Cut
from sync.wire.budget import HEADS_BYTES, LEAST_PART, Budget, Spent
from sync.wire.carry import (
    BODY_HEADER,
    EXCHANGE_PATH,
    MOST_HEADER,
    RESUME_PATH,
    WHOLE_BYTES,
    Come,
    Named,
    Resume,
    in_pieces,
    named_of,
)
from sync.wire.carry_kept import Place

if TYPE_CHECKING:
    import httpx

PROGRESS_BYTES = 512
"""So much more than at the last cut is worth another try at once."""
FIRST_TRIES, MOST_TRIES = 3, 6
"""Tries in a row that bring nothing: of a county that has not answered yet, and of one that has."""
LONGEST_PAUSE_S = 30.0

Moved = Callable[[int, int, int, int], None]
"""Called with bytes that have gone of a request and all of it, bytes that have come of its answer and all of it."""


class Gone(Exception):
    """The county knows nothing any more of a transfer that an earlier run left: it is better asked anew."""


@dataclass(slots=True)
class Line:
    """The line to the county, and what went over it. ``prove`` signs a body for a path.

    ``cuts`` counts breaks, ``heard`` tells that the county has answered at all.
    """

    http: "httpx.Client"
    place: Place
    prove: Callable[[str, bytes], str]
    budget: Budget
    sleep: Callable[[float], None]
    moved: Moved
    limit: int
    requests: int = 0
    bytes_up: int = 0
    bytes_down: int = 0
    cuts: int = 0
    heard: bool = False
    fruitless: int = 0

    def open(self) -> None:
        """Before a request."""
        self.budget.check()
        self.requests += 1
        self.budget.spend(HEADS_BYTES)

    def up(self, octets: int) -> None:
        """Bytes of a body have gone; fewer than none when some had not."""
        self.bytes_up += octets
        self.budget.spend(octets)

    def down(self, octets: int) -> None:
        """Bytes of a body have come."""
        self.bytes_down += octets
        self.budget.spend(octets)


def carry(line: Line, body: bytes) -> bytes:
    """The county's answer to an exchange message.

    Raises ``Spent`` when the budget is; ``CountyUnreachable`` when nothing gets through any more: both leave what
    was carried in its place. ``CountyRefused`` and ``CountyLies`` end the transfer.
    """
    name = hashlib.sha256(body).digest()
    if len(body) > WHOLE_BYTES:
        carry_kept.keep_request(line.place, body)
    else:
        carry_kept.clear(line.place)
    return _over_cuts(_Transfer(line, name, body))


def left_over(line: Line) -> tuple[bytes | None, bytes] | None:
    """What an earlier run left under way, carried to its end: the request, if it is still here, and the answer."""
    body, begun = carry_kept.request(line.place), carry_kept.answered(line.place)
    if body is None and begun is None:
        return None
    name = begun[0] if begun is not None else hashlib.sha256(body or b"").digest()
    if body is not None and hashlib.sha256(body).digest() != name:
        body = None
    try:
        return body, _over_cuts(_Transfer(line, name, body, resumed=True))
    except Gone:
        carry_kept.clear(line.place)
        return None


def over(line: Line) -> None:
    """What was carried has been dealt with, and need not be kept."""
    carry_kept.clear(line.place)


def _over_cuts(transfer: "_Transfer") -> bytes:
    line = transfer.line
    line.fruitless = 0
    try:
        for attempt in _tries(line):
            with attempt:
                line.fruitless += 1
                return transfer.attempt()
    except ComeBack:
        raise
    except (CountyRefused, CountyLies):
        # Nothing of it may stand in the way of the next exchange.
        carry_kept.clear(line.place)
        raise
    raise AssertionError("tries end with an answer or an error")


def _tries(line: Line) -> Retrying:
    """As long as something gets through, again; and some times more when nothing does."""

    def may_help(error: BaseException) -> bool:
        line.cuts += isinstance(error, Cut)
        line.heard |= isinstance(error, ComeBack)
        return isinstance(error, (Cut, ComeBack)) or (line.heard and isinstance(error, CountyUnreachable))

    def enough(_state: RetryCallState) -> bool:
        return line.fruitless >= (MOST_TRIES if line.heard else FIRST_TRIES)

    def pause(state: RetryCallState) -> float:
        error = state.outcome.exception() if state.outcome else None
        if isinstance(error, ComeBack):
            return error.wait_s * random.uniform(1, 1.5)
        # Laptops whose network came back at the same moment must not come back together.
        return min(LONGEST_PAUSE_S, 0.25 * (1 << line.fruitless)) * random.uniform(0.5, 1)

    def rest(seconds: float) -> None:
        line.sleep(min(seconds, max(0.0, line.budget.seconds_left())))
        line.budget.check()

    return Retrying(retry=retry_if_exception(may_help), stop=enough, wait=pause, sleep=rest, reraise=True)


class _Transfer:
    """One request and its answer. ``sure``: it is known how much of the request is there (``at``)."""

    def __init__(self, line: Line, name: bytes, body: bytes | None, *, resumed: bool = False) -> None:
        self.line = line
        self.name = name
        self.body = body
        self.resumed = resumed
        self.sure = not resumed
        self.at = self.gone = self.reached = 0

    def attempt(self) -> bytes:
        """One try: ask how far it came, unless that is known, send the rest, read the answer."""
        there = carry_kept.whole_answer(self.line.place)
        if there is not None:
            return there
        begun = carry_kept.answered(self.line.place)
        if begun is not None or not self.sure:
            found = self._resume(begun[1] if begun is not None else None)
            if found is not None:
                return found
        return self._send()

    def _resume(self, begun: Named | None) -> bytes | None:
        line = self.line
        if line.budget.bytes_left(LEAST_PART) < LEAST_PART:
            raise Spent("bytes")
        asked = Resume(self.name, begun.name, begun.at) if begun is not None else Resume(self.name)
        try:
            with self._asked(RESUME_PATH, asked.encode()) as response:
                if BODY_HEADER in response.headers:
                    return self._take(response)
                self.at = self._come(response)
        except CountyRefused as error:
            if error.facts["reason"] != "not_served":
                raise
            # Whoever serves us keeps nothing.
            self.at = 0
        carry_kept.drop_answer(line.place)
        if self.body is None or (self.resumed and not self.at):
            raise Gone
        # What was told as gone and has not come had not left this machine, but for little.
        line.up(min(0, self.at - self.gone))
        self.gone = self.at
        self._gained(self.at)
        self.sure = True
        return None

    def _send(self) -> bytes:
        line, body = self.line, self.body
        assert body is not None
        rest = len(body) - self.at
        now = line.budget.bytes_left(rest)
        named = len(body) > WHOLE_BYTES
        if now < rest and (not named or now < LEAST_PART):
            raise Spent("bytes")
        self.sure = not named
        headers = {BODY_HEADER: Named(self.name, len(body), self.at).header()} if named else {}
        try:
            with self._asked(EXCHANGE_PATH, body, self.at, now, headers) as response:
                if now == rest:
                    return self._take(response)
                self.at = self._come(response)
        except CountyRefused as error:
            if not named or error.facts["reason"] not in ("not_so_far", "body_wrong"):
                raise
            # What had come was dropped, or was not what we sent: it is asked again how far it is.
            raise Cut(url=str(line.http.base_url)) from error
        raise Spent("bytes")

    def _asked(
        self, path: str, body: bytes, at: int = 0, size: int | None = None, headers: dict[str, str] | None = None
    ) -> "AbstractContextManager[httpx.Response]":
        line = self.line
        line.open()
        part = body[at:] if size is None else body[at : at + size]
        said = {AUTH_HEADER: line.prove(path, body), "Content-Length": str(len(part)), **(headers or {})}
        if line.budget.most_bytes is not None:
            said[MOST_HEADER] = str(max(LEAST_PART, line.budget.most_bytes - line.budget.spent - len(part)))
        return asking.asked(line.http, path, self._going(part, at), said)

    def _going(self, part: bytes, at: int) -> Iterator[bytes]:
        line, gone = self.line, at
        for piece in in_pieces(part):
            yield piece
            line.up(len(piece))
            line.budget.check_time()
            gone += len(piece)
            if len(part) + at > WHOLE_BYTES and self.body is not None:
                self.gone = gone
                line.moved(self.gone, len(self.body), 0, 0)

    def _take(self, response: "httpx.Response") -> bytes:
        line = self.line
        if BODY_HEADER not in response.headers:
            answer = asking.whole(response, line.limit, line.budget.steady)
            line.heard = True
            line.down(len(answer))
            return answer
        named = self._named(response.headers[BODY_HEADER])
        gone = len(self.body) if self.body is not None else 0
        at = named.at
        with carry_kept.going_on(line.place, at) as file:
            for part in asking.paced(response, line.budget.steady):
                at += len(part)
                if at > named.total:
                    raise CountyLies(reason="too_long")
                file.write(part)
                self._gained(gone + at)
                line.moved(gone, gone, at, named.total)
                line.down(len(part))
                if at < named.total:
                    line.budget.check()
        if at < named.total:
            raise Cut(url=str(line.http.base_url))
        whole = carry_kept.whole_answer(line.place)
        if whole is None:
            raise CountyLies(reason="answer_changed")
        line.heard = True
        return whole

    def _named(self, header: str) -> Named:
        """What the county says it sends: what we have the beginning of, or something from its beginning."""
        place = self.line.place
        try:
            named = named_of(header, self.line.limit)
        except ValueError as error:
            raise CountyLies(reason="body_name") from error
        begun = carry_kept.answered(place)
        if named.at:
            if begun is None or (begun[1].name, begun[1].total) != (named.name, named.total) or named.at > begun[1].at:
                raise CountyLies(reason="body_name")
        else:
            carry_kept.begin_answer(place, self.name, named)
        return named

    def _gained(self, reached: int) -> None:
        if reached >= self.reached + PROGRESS_BYTES:
            self.reached = reached
            self.line.fruitless = 0

    def _come(self, response: "httpx.Response") -> int:
        """How far the county says the request came."""
        try:
            come = Come.parse(asking.whole(response, WHOLE_BYTES, self.line.budget.steady)).come
        except ValueError as error:
            raise CountyLies(reason="message") from error
        if self.body is not None and come > len(self.body):
            raise CountyLies(reason="come")
        self.line.heard = True
        return come
