"""Certifying laptops: one-time codes, the devices of a pair, and the signed directory that tells each of the others."""

import contextlib
import secrets
import time
from collections.abc import Iterable
from typing import Any
from uuid import UUID

import pyrage
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from sqlalchemy import Connection, Row, func, insert, select, update

from sync import codes, jws
from sync.codes import CodeMistyped
from sync.county.errors import Denied, PairNameWrong
from sync.county.guesses import WRONG
from sync.county.keys import Keys
from sync.county.refused import split
from sync.county.settings import nameable
from sync.county.tables import CountyPair, Device, EnrolCode, core
from sync.directory import MAX_DEVICES, Directory, Listed
from sync.errors import CountyLies, SignatureWrong
from sync.protocol import MAX_NAME, EnrolAnswer, EnrolRequest

_PAIR, _DEVICE, _CODE = core(CountyPair), core(Device), core(EnrolCode)


def new_code(conn: Connection, keys: Keys, pair_name: str, now: int, days: int) -> str:
    """A code for one laptop of the pair of that name, new or known. Raises ``PairNameWrong``."""
    name = pair_name.strip()
    if not nameable(name):
        raise PairNameWrong(most=MAX_NAME)
    code = codes.new_code(keys.sign_public)
    expires = now + days * 86400
    conn.execute(insert(_CODE).values(hash=codes.digest(code), pair_name=name, made_at=now, expires_at=expires))
    return code


def enrol(conn: Connection, keys: Keys, county_name: str, request: EnrolRequest, now: int) -> EnrolAnswer:
    """Certify the laptop, or raise ``Denied``. A laptop we know may ask again, with the same code or a new one."""
    code = _code(conn, keys, request.code)
    known = _known(conn, request)
    if code.used_at is not None and (known is None or code.used_by != request.device_id):
        raise Denied("code_used", 403)
    if code.used_at is None and code.expires_at <= now:
        raise Denied("code_expired", 403)
    if known is None:
        _check_keys(request)
        pair_id = _pair(conn, code.pair_name, request.pair_id, now)
        _certify(conn, request, pair_id, now)
    else:
        pair_id = _again(conn, request, known, code.pair_name)
    conn.execute(update(_CODE).where(_CODE.c.hash == code.hash).values(used_at=now, used_by=request.device_id))
    return _answer(conn, keys, county_name, pair_id, now)


def _code(conn: Connection, keys: Keys, typed: str) -> Row[Any]:
    try:
        codes.check_county(typed, keys.sign_public)
        found = conn.execute(select(_CODE).where(_CODE.c.hash == codes.digest(typed)).with_for_update()).first()
    except (CodeMistyped, CountyLies):
        found = None
    if found is None:
        raise Denied(WRONG, 403)
    return found


def _known(conn: Connection, request: EnrolRequest) -> Row[Any] | None:
    """The certified device of that id, if there is one. ``Denied`` if it is another, or its keys are not its own."""
    found = conn.execute(select(_DEVICE).where(_DEVICE.c.device_id == request.device_id).with_for_update()).first()
    if found is None:
        return None
    if (bytes(found.sign_public), found.age_recipient) != (request.sign_public, request.age_recipient):
        raise Denied("device_known", 409)
    if found.revoked_at is not None:
        raise Denied("device_revoked", 403)
    if bytes(found.transport_public) != request.transport_public:
        try:
            jws.verify_detached(request.proof, request.claim(), request.sign_public)
        except SignatureWrong as error:
            raise Denied("device_known", 409) from error
    return found


def _again(conn: Connection, request: EnrolRequest, known: Row[Any], pair_name: str) -> UUID:
    """A laptop that lost its way here, or our answer, comes back with another transport key."""
    pair_id: UUID = known.pair_id
    name = conn.execute(select(_PAIR.c.name).where(_PAIR.c.pair_id == pair_id)).scalar_one()
    if name != pair_name or request.pair_id not in (None, pair_id):
        raise Denied("pair_differs", 409)
    _check_keys(request)
    conn.execute(
        update(_DEVICE)
        .where(_DEVICE.c.device_id == request.device_id)
        .values(transport_public=request.transport_public, name=request.name)
    )
    renumber(conn, pair_id)
    return pair_id


def _check_keys(request: EnrolRequest) -> None:
    try:
        Ed25519PublicKey.from_public_bytes(request.sign_public)
        Ed25519PublicKey.from_public_bytes(request.transport_public)
        pyrage.x25519.Recipient.from_str(request.age_recipient)
    except (ValueError, UnsupportedAlgorithm, pyrage.RecipientError) as error:
        raise Denied("keys_wrong", 400) from error


def _pair(conn: Connection, name: str, asked: UUID | None, now: int) -> UUID:
    """The pair the code is for. A laptop with a record of its own brings a new pair's id, and only to a new pair."""
    known: UUID | None = conn.execute(
        select(_PAIR.c.pair_id).where(_PAIR.c.name == name).with_for_update()
    ).scalar_one_or_none()
    if known is not None:
        if asked not in (None, known):
            raise Denied("pair_differs", 409)
        return known
    if asked is None:
        raise Denied("pair_unknown", 409)
    if conn.execute(select(_PAIR.c.name).where(_PAIR.c.pair_id == asked)).first() is not None:
        raise Denied("pair_differs", 409)
    conn.execute(insert(_PAIR).values(pair_id=asked, name=name, directory_version=0, enrolled_at=now))
    return asked


def _certify(conn: Connection, request: EnrolRequest, pair_id: UUID, now: int) -> None:
    mine = _DEVICE.c.pair_id == pair_id
    if conn.execute(select(func.count()).select_from(_DEVICE).where(mine)).scalar_one() >= MAX_DEVICES:
        raise Denied("too_many_devices", 409, most=MAX_DEVICES)
    conn.execute(
        insert(_DEVICE).values(
            device_id=request.device_id,
            pair_id=pair_id,
            sign_public=request.sign_public,
            transport_public=request.transport_public,
            age_recipient=request.age_recipient,
            name=request.name,
            certified_at=now,
        )
    )
    renumber(conn, pair_id)


def renumber(conn: Connection, pair_id: UUID) -> None:
    """Give the changed list a number of its own, and a time after that of the list before it.

    Drawn, not counted: a county put back from its backup would give a number out twice, for two lists.
    """
    drawn = 1 + secrets.randbelow((1 << 40) - 1)
    mine = _PAIR.c.pair_id == pair_id
    before = conn.execute(select(_PAIR.c.directory_at).where(mine)).scalar_one()
    at = max(int(time.time()), (before or 0) + 1)
    conn.execute(update(_PAIR).where(mine).values(directory_version=drawn, directory_at=at))


def learn(conn: Connection, keys: Keys, pair_id: UUID, statements: Iterable[str]) -> bool:
    """Take from a list that this county signed, newer than its own, whom it had certified and revoked; whether it did.

    A county put back from its backup has forgotten that. Its laptops have not, and its own signature proves it. Where
    it has made a later list since, an earlier one still tells of devices and revocations that it never heard of.
    """
    mine = _PAIR.c.pair_id == pair_id
    at = conn.execute(select(_PAIR.c.directory_at).where(mine).with_for_update()).scalar_one() or 0
    newest = None
    unheard: dict[UUID, Listed] = {}
    for statement in statements:
        with contextlib.suppress(SignatureWrong):
            found = Directory.read(statement, keys.sign_public)
            if found.pair_id == pair_id:
                unheard |= {each.id: each for each in found.devices if _unheard(conn, each)}
                if found.at > at:
                    newest, at = found, found.at
    for each in () if newest is None else newest.devices:
        _remember(conn, pair_id, each, at)
        unheard.pop(each.id, None)
    for each in unheard.values():
        _remember(conn, pair_id, each, at, later=False)
    if newest is None and not unheard:
        return False
    conn.execute(update(_PAIR).where(mine).values(directory_at=at))
    renumber(conn, pair_id)
    return True


def _unheard(conn: Connection, each: Listed) -> bool:
    """Whether nothing is known of the device, or nothing of its ever being revoked: what was undone is remembered."""
    known = conn.execute(select(_DEVICE.c.revoked_at, _DEVICE.c.until).where(_DEVICE.c.device_id == each.id)).first()
    return known is None or (each.revoked and known.revoked_at is None and known.until is None)


def _remember(conn: Connection, pair_id: UUID, each: Listed, at: int, *, later: bool = True) -> None:
    one = _DEVICE.c.device_id == each.id
    columns = (_DEVICE.c.pair_id, _DEVICE.c.revoked_at, _DEVICE.c.until)
    known = conn.execute(select(*columns).where(one).with_for_update()).first()
    undone = None if known is None or known.until is None else b""
    stands = {
        "revoked_at": (known.revoked_at if known and known.revoked_at else at) if each.revoked else None,
        "until": b"".join(each.until) if each.revoked else undone,
    }
    if known is None:
        keys = {"sign_public": each.sign_public, "transport_public": each.transport_public}
        said = {"age_recipient": each.age_recipient, "name": each.name, "certified_at": at}
        conn.execute(insert(_DEVICE).values(pair_id=pair_id, device_id=each.id, **keys, **said, **stands))
    elif known.pair_id == pair_id:
        key = {"transport_public": each.transport_public} if later else {}
        conn.execute(update(_DEVICE).where(one).values(**key, **stands))


def _answer(conn: Connection, keys: Keys, county_name: str, pair_id: UUID, now: int) -> EnrolAnswer:
    name = conn.execute(select(_PAIR.c.name).where(_PAIR.c.pair_id == pair_id)).scalar_one()
    return EnrolAnswer(
        pair_id=pair_id,
        pair_name=name,
        county_name=county_name,
        county_sign_public=keys.sign_public,
        county_age_recipient=keys.recipient,
        county_recovery_public=keys.recovery_public,
        directory=directory(conn, pair_id, keys).sign(keys.sign, keys.kid),
        time=now,
    )


def directory(conn: Connection, pair_id: UUID, keys: Keys) -> Directory:
    """The devices of a pair as the county knows them."""
    version, at = conn.execute(
        select(_PAIR.c.directory_version, _PAIR.c.directory_at).where(_PAIR.c.pair_id == pair_id)
    ).one()
    rows = conn.execute(
        select(_DEVICE).where(_DEVICE.c.pair_id == pair_id).order_by(_DEVICE.c.certified_at, _DEVICE.c.device_id)
    )
    return Directory(
        pair_id,
        version,
        tuple(
            Listed(
                id=row.device_id,
                sign_public=bytes(row.sign_public),
                transport_public=bytes(row.transport_public),
                age_recipient=row.age_recipient,
                name=row.name,
                revoked=row.revoked_at is not None,
                until=tuple(split(bytes(row.until or b""))),
            )
            for row in rows
        ),
        keys.recipient,
        keys.recovery_public,
        county_authority=keys.authority,
        at=at or 0,
    )
