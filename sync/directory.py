"""Who belongs to a pair: the county's signed list of its devices and their keys.

Laptops check each other's batches against it and seal their parcels to it. A revoked device stays in
the list, because the batches it signed stay; nothing is sealed to it any more.
"""

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from uuid import UUID

from sync import jws
from sync.errors import SignatureWrong

if TYPE_CHECKING:
    from sync.link import Link

MAX_DEVICES = 256
KIND = "yiyang-directory-1"


@dataclass(frozen=True, slots=True)
class Listed:
    """One device: its raw Ed25519 public key (32 bytes), where parcels for it are sealed to, its name."""

    id: UUID
    sign_public: bytes
    age_recipient: str
    name: str
    revoked: bool = False


@dataclass(frozen=True, slots=True)
class Directory:
    """The devices of one pair. ``version`` is another number after every change of the list.

    The county's own public keys stand in it too, so that nobody between can put others in their place: where
    parcels for it are sealed to (``age1…``), and what a vault's key is wrapped to for recovery (raw X25519).
    """

    pair_id: UUID
    version: int
    devices: tuple[Listed, ...]
    county_recipient: str
    county_recovery: bytes

    def sign(self, key: bytes, kid: str) -> str:
        """The list as a compact JWS of the county's raw ``key``."""
        said = {
            "kind": KIND,
            "pair": self.pair_id.hex,
            "version": self.version,
            "county": {"age": self.county_recipient, "recovery": self.county_recovery.hex()},
            "devices": [
                {
                    "id": each.id.hex,
                    "sign": each.sign_public.hex(),
                    "age": each.age_recipient,
                    "name": each.name,
                    "revoked": each.revoked,
                }
                for each in self.devices
            ],
        }
        return jws.sign_compact(json.dumps(said, ensure_ascii=False, separators=(",", ":")).encode(), key, kid)

    @classmethod
    def read(cls, statement: str, county_public: bytes) -> "Directory":
        """The list that the county of this key signed. Raises ``SignatureWrong`` for any other."""
        payload = jws.verify_compact(statement, county_public)
        try:
            said = json.loads(payload)
            # A receipt is signed by the same key: it must not pass for a list.
            if said["kind"] != KIND or len(said["devices"]) > MAX_DEVICES:
                raise ValueError("not a directory")
            devices = tuple(_listed(each) for each in said["devices"])
            return cls(
                UUID(hex=said["pair"]),
                int(said["version"]),
                devices,
                str(said["county"]["age"]),
                bytes.fromhex(said["county"]["recovery"]),
            )
        except (ValueError, KeyError, TypeError, RecursionError) as error:
            raise SignatureWrong from error


def _listed(said: dict[str, Any]) -> Listed:
    key = bytes.fromhex(said["sign"])
    if len(key) != 32:
        raise ValueError("not a key")
    return Listed(UUID(hex=said["id"]), key, str(said["age"]), str(said["name"]), bool(said["revoked"]))


def recipients(link: "Link") -> list[str]:
    """Whom a parcel of this laptop is sealed to: the county and every device of the pair that is not revoked."""
    devices = Directory.read(link.directory, link.county_public).devices
    return [link.county_recipient, *(each.age_recipient for each in devices if not each.revoked)]
