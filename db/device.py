"""This laptop as the record knows it: its ids and its private keys."""

from dataclasses import dataclass, field
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Device:
    """This laptop: its ids, its signing key (Ed25519, 32 bytes) and its age identity."""

    device_id: UUID
    pair_id: UUID
    sign_key: bytes = field(repr=False)
    age_key: str = field(repr=False)
