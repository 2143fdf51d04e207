"""The county's signed word that it holds a device's batches: nothing else turns "sent" into "the county has it"."""

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal
from uuid import UUID

from sync import jws
from sync.errors import SignatureWrong

KIND = "yiyang-receipt-1"

Level = Literal["received", "merged"]
"""``received``: stored durably. ``merged``: also in the county's tables."""


@dataclass(frozen=True, slots=True)
class Receipt:
    """What the county holds of one device at its time ``at`` (seconds UTC).

    ``entries`` and ``batches`` are running counts, ``digest`` is that of all their names, ``heads`` the batches
    of the device on which no other of its own stands (two or more: a copy of the laptop is at work), ``last``
    and ``last_seq`` the one received last.
    """

    pair: UUID
    device: UUID
    entries: int
    batches: int
    digest: bytes
    heads: tuple[bytes, ...]
    last: bytes
    last_seq: int
    at: int
    level: Level

    def sign(self, key: bytes, kid: str) -> str:
        """The receipt as a compact JWS of the county's raw ``key``."""
        said = {
            "kind": KIND,
            "pair": self.pair.hex,
            "device": self.device.hex,
            "entries": self.entries,
            "batches": self.batches,
            "digest": self.digest.hex(),
            "heads": [head.hex() for head in self.heads],
            "last": {"hash": self.last.hex(), "seq": self.last_seq},
            "at": self.at,
            "level": self.level,
        }
        return jws.sign_compact(json.dumps(said, separators=(",", ":")).encode(), key, kid)


def digest(names: Iterable[bytes]) -> bytes:
    """One SHA-256 for all batches of a device, whatever their order: equal only if all names are."""
    return hashlib.sha256(b"".join(sorted(names))).digest()


def verify(statement: str, county_public: bytes) -> Receipt:
    """The receipt that the county of this key signed. Raises ``SignatureWrong`` for anything else."""
    payload = jws.verify_compact(statement, county_public)
    try:
        said = json.loads(payload)
        level: Level = "merged" if said["level"] == "merged" else "received"
        if said["kind"] != KIND:
            raise ValueError("not a receipt")
        return Receipt(
            pair=UUID(hex=said["pair"]),
            device=UUID(hex=said["device"]),
            entries=int(said["entries"]),
            batches=int(said["batches"]),
            digest=bytes.fromhex(said["digest"]),
            heads=tuple(bytes.fromhex(head) for head in said["heads"]),
            last=bytes.fromhex(said["last"]["hash"]),
            last_seq=int(said["last"]["seq"]),
            at=int(said["at"]),
            level=level,
        )
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise SignatureWrong from error
