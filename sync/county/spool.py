"""What came of a request before a cut, and answers a laptop may not have heard to the end: rows of the database.

Any worker goes on where another one stopped. Bounded for each device in number and bytes, and in age: whoever is
certified can fill no more than that, and what is dropped is asked for anew.
"""

import hashlib
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Connection, Engine, Row, delete, insert, select, tuple_, update

from sync.county.database import reading, writing
from sync.county.tables import Carried, CarriedPart, Device, core
from sync.wire.carry import KEPT_S, Named, Resume

_HEAD, _PART, _DEVICE = core(Carried), core(CarriedPart), core(Device)

PIECE = 32 << 10
"""Bytes a row: what is added to one writes it anew."""
_SOME = 20
KEPT_EACH = 2
"""Transfers kept for a device: the one under way, and the one of its twin (a cloned disk)."""


def come(engine: Engine, device: UUID, request: bytes) -> int:
    """How many bytes of the request have come and are kept; 0 if it was answered."""
    with reading(engine) as conn:
        head = _head(conn, device, request)
        return 0 if head is None or head.answer else int(head.come)


def keep(engine: Engine, device: UUID, named: Named, part: bytes, now: int) -> int:
    """Keep what came of a request from its byte ``named.at`` on. Returns how many bytes of it there are now.

    Two connections may bring the same: a laptop came back while the broken one was not noticed yet.
    """
    with writing(engine) as conn:
        _hold(conn, device)
        head = _head(conn, device, named.name)
        had = 0 if head is None else int(head.come)
        if head is not None and head.answer:
            return 0
        fresh = part[max(0, had - named.at) :] if named.at <= had else b""
        if had + len(fresh) > named.total or not fresh:
            return had
        if head is None:
            _room(conn, device, now)
            conn.execute(insert(_HEAD).values(_new(device, named.name, b"", named.total, now)))
        _add(conn, device, named.name, had, fresh)
        conn.execute(update(_HEAD).where(*_of(device, named.name)).values(come=had + len(fresh), touched_at=now))
        return had + len(fresh)


def before(engine: Engine, device: UUID, named: Named) -> bytes:
    """What came of the request before its byte ``named.at``."""
    if not named.at:
        return b""
    with reading(engine) as conn:
        return _read(conn, device, named.name, 0)[: named.at]


def answered(engine: Engine, device: UUID, request: bytes, answer: bytes, now: int) -> Named:
    """Keep the answer to a request in place of the request; it is on the disk before it is sent."""
    name = hashlib.sha256(answer).digest()
    with writing(engine) as conn:
        _hold(conn, device)
        _forget(conn, *_of(device, request))
        _room(conn, device, now)
        conn.execute(insert(_HEAD).values(_new(device, request, name, len(answer), now, come=len(answer))))
        _add(conn, device, request, 0, answer)
    return Named(name, len(answer))


def rest(engine: Engine, device: UUID, asked: Resume) -> tuple[Named, bytes] | int:
    """The answer to the request, from where the device has it; or how many bytes of the request have come."""
    with reading(engine) as conn:
        head = _head(conn, device, asked.request)
        if head is None:
            return 0
        if not head.answer:
            return int(head.come)
        at = asked.at if asked.answer == bytes(head.answer) and asked.at <= head.total else 0
        return Named(bytes(head.answer), head.total, at), _read(conn, device, asked.request, at)


def drop(engine: Engine, device: UUID, request: bytes) -> None:
    """What came is not what its name says."""
    with writing(engine) as conn:
        _forget(conn, *_of(device, request))


def _head(conn: Connection, device: UUID, request: bytes) -> Row[Any] | None:
    return conn.execute(select(_HEAD).where(*_of(device, request))).first()


def _hold(conn: Connection, device: UUID) -> None:
    conn.execute(select(_DEVICE.c.device_id).where(_DEVICE.c.device_id == device).with_for_update()).one()


def _new(device: UUID, request: bytes, answer: bytes, total: int, now: int, come: int = 0) -> dict[str, object]:
    return {
        "device_id": device,
        "request": request,
        "answer": answer,
        "total": total,
        "come": come,
        "touched_at": now,
    }


def _of(device: UUID, request: bytes) -> tuple[ColumnElement[bool], ...]:
    return _HEAD.c.device_id == device, _HEAD.c.request == request


def _add(conn: Connection, device: UUID, request: bytes, at: int, data: bytes) -> None:
    first = at - at % PIECE
    mine = (_PART.c.device_id == device, _PART.c.request == request)
    begun = conn.execute(select(_PART.c.body).where(*mine, _PART.c.at == first)).scalar()
    if begun is not None:
        conn.execute(delete(_PART).where(*mine, _PART.c.at == first))
        data = bytes(begun) + data
    conn.execute(
        insert(_PART),
        [
            {"device_id": device, "request": request, "at": first + start, "body": data[start : start + PIECE]}
            for start in range(0, len(data), PIECE)
        ],
    )


def _read(conn: Connection, device: UUID, request: bytes, at: int) -> bytes:
    first = at - at % PIECE
    query = (
        select(_PART.c.body)
        .where(_PART.c.device_id == device, _PART.c.request == request, _PART.c.at >= first)
        .order_by(_PART.c.at)
    )
    return b"".join(bytes(body) for body in conn.execute(query).scalars())[at - first :]


def _room(conn: Connection, device: UUID, now: int) -> None:
    """Make room for one more of the device, and let go of what is too old, whoever's it is."""
    mine = _HEAD.c.device_id == device
    newest = conn.execute(
        select(_HEAD.c.request).where(mine).order_by(_HEAD.c.touched_at.desc(), _HEAD.c.request).limit(KEPT_EACH - 1)
    ).scalars()
    _forget(conn, mine, _HEAD.c.request.not_in(list(newest)))
    old = select(_HEAD.c.device_id, _HEAD.c.request).where(_HEAD.c.touched_at < now - KEPT_S).limit(_SOME)
    for other, request in conn.execute(old.with_for_update(skip_locked=True)).all():
        _forget(conn, *_of(other, request))


def _forget(conn: Connection, *which: ColumnElement[bool]) -> None:
    gone = select(_HEAD.c.device_id, _HEAD.c.request).where(*which)
    conn.execute(delete(_PART).where(tuple_(_PART.c.device_id, _PART.c.request).in_(gone)))
    conn.execute(delete(_HEAD).where(*which))
