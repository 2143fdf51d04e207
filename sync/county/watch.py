"""Each request in one line and in the figures: what was asked, how it went, how long it took."""

import secrets
import time

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from sync.county import logs, metrics

_PATHS = frozenset({"/v1/enrol", "/v1/exchange", "/v1/resume", "/v1/reconcile", "/v1/hello", "/healthz", "/readyz"})
_QUIET = frozenset({"/healthz", "/readyz"})


def watched(app: ASGIApp) -> ASGIApp:
    """``app`` with every request logged and counted."""

    async def watch(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return await app(scope, receive, send)
        came, went, status = 0, 0, 500

        async def reading() -> Message:
            nonlocal came
            message = await receive()
            came += len(message.get("body", b""))
            return message

        async def sending(message: Message) -> None:
            nonlocal went, status
            status = message.get("status", status)
            went += len(message.get("body", b""))
            await send(message)

        began = time.perf_counter()
        path = scope["path"] if scope["path"] in _PATHS else "other"
        with logs.noting(request=secrets.token_hex(6)) as notes:
            try:
                await app(scope, reading, sending)
            finally:
                took = time.perf_counter() - began
                metrics.count(path, status, took, came, went, notes)
                if path not in _QUIET:
                    said = {**notes, "path": path, "status": status, "ms": round(took * 1000)}
                    logs.LOG.info("answered", extra={**said, "bytes_in": came, "bytes_out": went})
        return None

    return watch
