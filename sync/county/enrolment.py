"""Certifying laptops: one-time codes, the devices of a pair, and the signed directory that tells each of the others."""

import secrets
import time
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
    """Give the changed list a number of its own.

    Drawn, not counted: a county put back from its backup would give a number out twice, for two lists.
    """
    drawn = 1 + secrets.randbelow((1 << 40) - 1)
    conn.execute(update(_PAIR).where(_PAIR.c.pair_id == pair_id).values(directory_version=drawn))


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
    version = conn.execute(select(_PAIR.c.directory_version).where(_PAIR.c.pair_id == pair_id)).scalar_one()
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
        at=int(time.time()),
    )
