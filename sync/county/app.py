"""The county's HTTP server: four addresses, each body bounded while it is read, every refusal a small message."""

import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import TypeVar

from fastapi import FastAPI, Request, Response
from fastapi.concurrency import run_in_threadpool
from sqlalchemy import Engine
from starlette.exceptions import HTTPException

from db.errors import YiyangError
from sync import compare, trust
from sync.county import enrolment, keys, logs, reconcile
from sync.county.database import open_engine, plain_errors, writing
from sync.county.errors import Denied
from sync.county.exchange import exchange, who_asks
from sync.county.keys import Keys
from sync.county.settings import Settings
from sync.protocol import (
    AUTH_HEADER,
    MAX_REQUEST,
    MEDIA_TYPE,
    EnrolRequest,
    ExchangeRequest,
    Hello,
    Message,
    Problem,
)

M = TypeVar("M", bound=Message)


def make_county(settings: Settings) -> FastAPI:
    """The application of an initialised county whose database has this program's schema.

    Raises ``CountyMissing``, ``CountyDamaged``, ``CountyDatabase``.
    """
    own, engine = keys.load(settings.folder), open_engine(settings.database_url)
    guesses = enrolment.Guesses(settings.guesses_per_minute)

    @asynccontextmanager
    async def life(_app: FastAPI) -> AsyncIterator[None]:
        yield
        engine.dispose()

    app = FastAPI(title="yiyang county", docs_url=None, redoc_url=None, openapi_url=None, lifespan=life)
    app.add_exception_handler(Exception, _broken)
    app.add_exception_handler(HTTPException, _elsewhere)

    @app.post("/v1/enrol")
    async def enrol(request: Request) -> Response:
        def answer(body: bytes) -> Message:
            asked = _parsed(EnrolRequest, body)
            with writing(engine) as conn:
                return enrolment.enrol(conn, own, settings.name, asked, guesses, _now())

        return await _served(request, answer)

    @app.post("/v1/exchange")
    async def talk(request: Request) -> Response:
        def answer(body: bytes) -> Message:
            return _exchange(engine, own, request.headers.get(AUTH_HEADER, ""), body)

        return await _served(request, answer)

    @app.post(compare.PATH)
    async def tables(request: Request) -> Response:
        def answer(body: bytes) -> Message:
            return _compare(engine, own, request.headers.get(AUTH_HEADER, ""), body)

        return await _served(request, answer)

    authority = trust.sign(own.authority, own.sign, own.kid)

    @app.get("/v1/hello")
    async def hello() -> Response:
        return _message(Hello(name=settings.name, sign_public=own.sign_public, time=_now(), authority=authority))

    @app.get("/healthz")
    async def alive() -> Response:
        return Response("ok", media_type="text/plain")

    app.state.engine = engine
    return app


def _now() -> int:
    return int(time.time())


def _exchange(engine: Engine, own: Keys, header: str, body: bytes) -> Message:
    now = _now()
    asking = who_asks(engine, header, "POST", "/v1/exchange", body, now)
    logs.note(device=logs.short(asking.device_id), pair=logs.short(asking.pair_id))
    return exchange(engine, own, asking, _parsed(ExchangeRequest, body), now)


def _compare(engine: Engine, own: Keys, header: str, body: bytes) -> Message:
    asking = who_asks(engine, header, "POST", compare.PATH, body, _now())
    logs.note(device=logs.short(asking.device_id), pair=logs.short(asking.pair_id))
    return reconcile.compare(engine, own, asking, _parsed(compare.CompareRequest, body))


def _parsed(kind: type[M], body: bytes) -> M:
    try:
        return kind.parse(body)
    except ValueError as error:
        raise Denied("message_malformed", 400) from error


async def _served(request: Request, answer: Callable[[bytes], Message]) -> Response:
    """Read the body, answer it in a worker thread, and put every refusal into words a program reads."""

    def work(body: bytes) -> Message:
        with plain_errors():
            return answer(body)

    try:
        return _message(await run_in_threadpool(work, await _body(request)))
    except Denied as error:
        logs.note(code=error.reason)
        return _message(Problem(error.reason, error.facts), error.status)
    except YiyangError as error:
        logs.note(code=error.code)
        logs.LOG.error("request failed: %s %s", error.code, error.facts)
        return _message(Problem("county_troubled"), 503)


async def _body(request: Request) -> bytes:
    said = request.headers.get("content-length", "0")
    if not said.isdecimal() or len(said) > 15 or int(said) > MAX_REQUEST:
        raise Denied("too_long", 413, most=MAX_REQUEST)
    read = bytearray()
    async for part in request.stream():
        read += part
        if len(read) > MAX_REQUEST:
            raise Denied("too_long", 413, most=MAX_REQUEST)
    return bytes(read)


def _message(message: Message, status: int = 200) -> Response:
    return Response(message.encode(), status_code=status, media_type=MEDIA_TYPE)


async def _elsewhere(_request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    return _message(Problem("not_served"), error.status_code)


async def _broken(_request: Request, _error: Exception) -> Response:
    # The server logs what happened; whoever asked learns only that it did.
    return _message(Problem("county_troubled"), 500)
