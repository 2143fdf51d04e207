"""An exchange as it comes over a link that is cut: in one request or many, and its answer likewise."""

import hashlib
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass

from fastapi import Request, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import StreamingResponse
from sqlalchemy import Engine

from sync.county import carried, logs, spool
from sync.county.database import plain_errors
from sync.county.errors import Denied
from sync.county.exchange import Asking, exchange, who_asks
from sync.county.keys import Keys
from sync.protocol import AUTH_HEADER, MAX_ANSWER, MAX_REQUEST, MEDIA_TYPE, ExchangeRequest
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
    most_of,
    named_of,
)

UNNAMED_BYTES = 512 << 10
"""A body without a name is read whole before it is known whose it is. Laptops name all but short ones."""

Answer = tuple[bytes, Named | None]
"""What is answered, and what it is called if it is long."""


@dataclass(frozen=True, slots=True)
class Desk:
    """Who serves: the county's database and its keys."""

    engine: Engine
    own: Keys


async def talk(desk: Desk, request: Request) -> Response:
    """An exchange request, or a part of one. Raises ``Denied``, ``ClientDisconnect``."""
    header = request.headers.get(AUTH_HEADER, "")
    named, most = _named(request), _most(request)
    if named is None:
        body = await carried.read(request, UNNAMED_BYTES, _nothing, _lost)
        return _said(*await run_in_threadpool(_in_one, desk, header, body), most)
    asking: list[Asking] = []

    def check() -> None:
        with plain_errors():
            asking.append(who(desk, header, EXCHANGE_PATH, named.name))
            if named.at and spool.come(desk.engine, asking[0].device_id, named.name) < named.at:
                raise Denied("not_so_far", 409)

    def keep(part: bytes) -> None:
        with plain_errors():
            spool.keep(desk.engine, asking[0].device_id, named, part, _now())

    part = await carried.read(request, named.total - named.at, check, keep)
    return _said(*await run_in_threadpool(_in_parts, desk, asking[0], named, part), most)


async def resume(desk: Desk, request: Request) -> Response:
    """How far a request came, or the rest of its answer."""
    header, most = request.headers.get(AUTH_HEADER, ""), _most(request)
    body = await carried.read(request, WHOLE_BYTES, _nothing, _lost)
    return _said(*await run_in_threadpool(_go_on, desk, header, body), most)


def _in_one(desk: Desk, header: str, body: bytes) -> Answer:
    with plain_errors():
        name = hashlib.sha256(body).digest()
        return _answer(desk, who(desk, header, EXCHANGE_PATH, name), name, body)


def _in_parts(desk: Desk, asking: Asking, named: Named, part: bytes) -> Answer:
    with plain_errors():
        if named.at + len(part) < named.total:
            come = spool.keep(desk.engine, asking.device_id, named, part, _now())
            return Come(come).encode(), None
        body = spool.before(desk.engine, asking.device_id, named) + part
        if hashlib.sha256(body).digest() != named.name:
            spool.drop(desk.engine, asking.device_id, named.name)
            raise Denied("body_wrong", 400)
        return _answer(desk, asking, named.name, body)


def _answer(desk: Desk, asking: Asking, name: bytes, body: bytes) -> Answer:
    now = _now()
    try:
        asked = ExchangeRequest.parse(body)
    except ValueError as error:
        raise Denied("message_malformed", 400) from error
    answer = exchange(desk.engine, desk.own, asking, asked, now).encode()
    # A short answer to a short request is lost at little cost; any other is kept before it is sent.
    if max(len(body), len(answer)) <= WHOLE_BYTES:
        return answer, None
    return answer, spool.answered(desk.engine, asking.device_id, name, answer, now)


def _go_on(desk: Desk, header: str, body: bytes) -> Answer:
    with plain_errors():
        asking = who(desk, header, RESUME_PATH, hashlib.sha256(body).digest())
        try:
            asked = Resume.parse(body)
        except ValueError as error:
            raise Denied("message_malformed", 400) from error
        found = spool.rest(desk.engine, asking.device_id, asked)
    if isinstance(found, int):
        return Come(found).encode(), None
    named, rest = found
    return rest, named


def who(desk: Desk, header: str, path: str, name: bytes) -> Asking:
    """The certified device that signed a request of that body, noted for the log. Raises ``Denied``."""
    asking = who_asks(desk.engine, header, "POST", path, name, _now())
    logs.note(device=logs.short(asking.device_id), pair=logs.short(asking.pair_id))
    return asking


def _named(request: Request) -> Named | None:
    header = request.headers.get(BODY_HEADER)
    if header is None:
        return None
    try:
        return named_of(header, MAX_REQUEST)
    except ValueError as error:
        raise Denied("message_malformed", 400) from error


def _most(request: Request) -> int:
    try:
        return most_of(request.headers.get(MOST_HEADER, str(MAX_ANSWER)))
    except ValueError as error:
        raise Denied("message_malformed", 400) from error


def _said(body: bytes, named: Named | None, most: int) -> Response:
    if named is None:
        return Response(body, media_type=MEDIA_TYPE)
    part = body[:most]
    headers = {BODY_HEADER: named.header(), "Content-Length": str(len(part))}
    return StreamingResponse(_going(part), media_type=MEDIA_TYPE, headers=headers)


async def _going(part: bytes) -> AsyncIterator[bytes]:
    # No thread of the few that answer is taken for each piece of a download.
    for piece in in_pieces(part):
        yield piece


def _nothing() -> None:
    """Who signed a body without a name is found out when all of it is here."""


def _lost(_part: bytes) -> None:
    """A body without a name is sent again."""


def _now() -> int:
    return int(time.time())
