"""What an export calls somebody: the same in every export of a pair, and nothing that another pair's names link to.

The county gives each pair a key of its own in its signed batches. Until it has arrived a laptop goes by one of its own.
"""

import base64
import hmac
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal
from uuid import UUID

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from sqlalchemy import Connection, select
from sqlmodel import col

from db.reserved import PSEUDONYM_KEY, PSEUDONYMS
from db.store import Store
from db.tables import CatalogueItem

_KEY_BYTES = 32
# 80 bits: among a hundred million people no two are ever called the same.
_NAME_BYTES = 10


@dataclass(frozen=True, slots=True)
class Keyed:
    """The key in force, and whose it is."""

    key: bytes = field(repr=False)
    source: Literal["county", "laptop"]


def keyed(store: Store, conn: Connection) -> Keyed:
    """The pair's key of the county if it is here, else one of this laptop."""
    asked = (
        select(col(CatalogueItem.facts))
        .where(
            col(CatalogueItem.catalogue) == PSEUDONYMS,
            col(CatalogueItem.code) == PSEUDONYM_KEY,
            col(CatalogueItem.closed).is_(False),
        )
        # A county put back from its backup may have published it twice: it is the same, and the first stays.
        .order_by(col(CatalogueItem.id))
    )
    for facts in conn.execute(asked).scalars():
        key = _read(facts)
        if key is not None:
            return Keyed(key, "county")
    own = HKDF(SHA256(), _KEY_BYTES, salt=None, info=b"yiyang-pseudonyms-laptop-1" + store.pair_id.bytes)
    return Keyed(own.derive(store.device.sign_key), "laptop")


def pseudonym(key: bytes, registrations: Sequence[UUID]) -> str:
    """Sixteen letters and digits for the person of these registrations.

    The oldest one names them, so that who is found to be registered twice keeps the name of before.
    """
    first = min(registrations, key=lambda one: one.bytes)
    whole = hmac.digest(key, b"yiyang-person-1" + first.bytes, "sha256")
    return base64.b32encode(whole[:_NAME_BYTES]).decode("ascii")


def _read(facts: str) -> bytes | None:
    try:
        key = bytes.fromhex(json.loads(facts)[PSEUDONYM_KEY])
    except (ValueError, KeyError, TypeError):
        return None
    return key if len(key) == _KEY_BYTES else None
