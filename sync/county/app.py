"""The county's HTTP server: few addresses, each body bounded while it is read, every refusal a small message."""

import hashlib
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import TypeVar

from fastapi import FastAPI, Request, Response
from fastapi.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect

from db.errors import YiyangError
from sync import trust
from sync.county import carried, enrolment, keys, logs, reconcile
from sync.county.database import open_engine, plain_errors, writing
from sync.county.errors import Denied
from sync.county.guesses import counted
from sync.county.settings import Settings
from sync.county.talk import Desk, resume, talk, who
from sync.proof import compare
from sync.protocol import AUTH_HEADER, MAX_REQUEST, MEDIA_TYPE, EnrolRequest, Hello, Message, Problem
from sync.wire.carry import EXCHANGE_PATH, RESUME_PATH

M = TypeVar("M", bound=Message)


def make_county(settings: Settings) -> FastAPI:
    """The application of an initialised county whose database has this program's schema.

    Raises ``CountyMissing``, ``CountyDamaged``, ``CountyDatabase``.
    """
    own, engine = keys.load(settings.folder), open_engine(settings.database_url)

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
            now = _now()
            with counted(engine, settings.guesses_per_minute, now), writing(engine) as conn:
                return enrolment.enrol(conn, own, settings.name, asked, now)

        return await _answered(_served(request, answer))

    desk = Desk(engine, own)

    @app.post(EXCHANGE_PATH)
    async def exchange(request: Request) -> Response:
        return await _answered(talk(desk, request))

    @app.post(RESUME_PATH)
    async def go_on(request: Request) -> Response:
        return await _answered(resume(desk, request))

    @app.post(compare.PATH)
    async def tables(request: Request) -> Response:
        def answer(body: bytes) -> Message:
            asking = who(desk, request.headers.get(AUTH_HEADER, ""), compare.PATH, hashlib.sha256(body).digest())
            return reconcile.compare(engine, own, asking, _parsed(compare.CompareRequest, body))

        return await _answered(_served(request, answer))

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


def _parsed(kind: type[M], body: bytes) -> M:
    try:
        return kind.parse(body)
    except ValueError as error:
        raise Denied("message_malformed", 400) from error


async def _served(request: Request, answer: Callable[[bytes], Message]) -> Response:
    """Read a short body and answer it in a worker thread."""

    def work(body: bytes) -> Message:
        with plain_errors():
            return answer(body)

    return _message(await run_in_threadpool(work, await carried.read(request, MAX_REQUEST, _anybody, _let_go)))


async def _answered(answering: Awaitable[Response]) -> Response:
    """The answer, or in words that a program reads, why there is none."""
    try:
        return await answering
    except Denied as error:
        logs.note(code=error.reason)
        return _message(Problem(error.reason, error.facts), error.status)
    except ClientDisconnect:
        # Nobody hears it; it stands in the log.
        logs.note(code="cut_off")
        return _message(Problem("cut_off"), 400)
    except YiyangError as error:
        logs.note(code=error.code)
        logs.LOG.error("request failed: %s %s", error.code, error.facts)
        return _message(Problem("county_troubled"), 503)


def _anybody() -> None:
    """Whoever has a code may ask."""


def _let_go(_part: bytes) -> None:
    """What is short is sent again."""


def _message(message: Message, status: int = 200) -> Response:
    return Response(message.encode(), status_code=status, media_type=MEDIA_TYPE)


async def _elsewhere(_request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    return _message(Problem("not_served"), error.status_code)


async def _broken(_request: Request, _error: Exception) -> Response:
    # The server logs what happened; whoever asked learns only that it did.
    return _message(Problem("county_troubled"), 500)
