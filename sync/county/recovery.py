"""The county's half of a recovery: it opens the slot that a laptop sent, and seals the key to whoever asked.

The database key is in this process's memory for a moment and nowhere else. What was answered is written down first, so
that no answer leaves that nobody can be asked about: which laptop, whose number, when, by whom at the county.
"""

import time
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import Connection, insert, select

from db import grouped, recovery, slots
from db.errors import Refused, VaultDamaged, WrongPassphrase
from db.identity import new_epoch, row_id
from db.keys import key_id
from sync.county import keys
from sync.county.database import open_engine, plain_errors, writing
from sync.county.settings import Settings
from sync.county.tables import RECORD, CountyPair, Device, Recovery, core

_PAIR, _DEVICE, _RECOVERY, _STAFF = core(CountyPair), core(Device), core(Recovery), RECORD["staff"]
MOST_NAME = 64


@dataclass(frozen=True, slots=True)
class Answered:
    """The answer as text in groups and in one piece, and what was asked for. ``staff_known``: the county has met them.

    ``spoken``: the number that the laptop shows as well.
    """

    text: str
    joined: str
    spoken: str
    pair_name: str
    device_id: UUID
    laptop: str
    number: str
    staff_known: bool


def answer(own: Settings, text: str, by: str, now: int | None = None) -> Answered:
    """Answer a laptop's request. ``by``: who at the county does so.

    Raises ``Refused``: text_* and request_not_one for what was mistyped; recovery_foreign (another county's),
    recovery_unknown, recovery_revoked (laptop), recovery_closed (number), recovery_altered where the slot is not that
    laptop's.
    """
    at = int(time.time()) if now is None else now
    request = recovery.read_request(text)
    county = keys.load(own.folder)
    if request.county != recovery.mark(county.recovery_public):
        raise Refused("recovery_foreign")
    engine = open_engine(own.database_url)
    try:
        with plain_errors(), writing(engine) as conn:
            pair_id, pair_name, laptop = _laptop(conn, request.device_id)
            known = _check_staff(conn, pair_id, request.number)
            body = recovery.answer_text(request, _key(request, county))
            conn.execute(
                insert(_RECOVERY).values(
                    id=row_id(new_epoch(at), 1),
                    pair_id=pair_id,
                    device_id=request.device_id,
                    number=request.number,
                    ref=recovery.ref(request),
                    answered_at=at,
                    answered_by="".join(char for char in by if char.isprintable())[:MOST_NAME],
                )
            )
    finally:
        engine.dispose()
    return Answered(
        grouped.write(body),
        grouped.write_joined(body),
        recovery.spoken(request),
        pair_name,
        request.device_id,
        laptop,
        request.number,
        known,
    )


def _laptop(conn: Connection, device_id: UUID) -> tuple[UUID, str, str]:
    asked = select(_DEVICE.c.pair_id, _PAIR.c.name, _DEVICE.c.name.label("laptop"), _DEVICE.c.revoked_at)
    joined = asked.join(_PAIR, _PAIR.c.pair_id == _DEVICE.c.pair_id).where(_DEVICE.c.device_id == device_id)
    one = conn.execute(joined).first()
    if one is None:
        raise Refused("recovery_unknown")
    if one.revoked_at is not None:
        raise Refused("recovery_revoked", laptop=one.laptop)
    return one.pair_id, one.name, one.laptop


def _check_staff(conn: Connection, pair_id: UUID, number: str) -> bool:
    """Whether the county has met the number; its tables may be days behind the laptop's."""
    mine = (_STAFF.c.pair_id == pair_id) & (_STAFF.c.number == number)
    closed = conn.execute(select(_STAFF.c.closed).where(mine)).scalars().all()
    if closed and all(closed):
        raise Refused("recovery_closed", number=number)
    return bool(closed)


def _key(request: recovery.Request, county: keys.Keys) -> bytes:
    try:
        key = slots.open_county_slot(request.wrapped, request.device_id, county.recovery)
    except (WrongPassphrase, VaultDamaged):
        raise Refused("recovery_altered") from None
    if key_id(key) != request.key:
        raise Refused("recovery_altered")
    return key
