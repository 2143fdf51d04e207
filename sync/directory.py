"""Who belongs to a pair: the county's signed list of its devices and their keys.

Laptops check each other's batches against it and seal their parcels to it. A revoked device stays in
the list, because the batches it signed stay; nothing is sealed to it any more.
"""

import hashlib
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
    """One device: its raw Ed25519 public keys (32 bytes), where parcels for it are sealed to, its name.

    ``sign_public`` checks its batches, ``transport_public`` its requests. Of a ``revoked`` device only the batches
    ``until`` and those that they stand on are taken; whatever else it signs was signed after it was lost.
    """

    id: UUID
    sign_public: bytes
    transport_public: bytes
    age_recipient: str
    name: str
    revoked: bool = False
    until: tuple[bytes, ...] = ()


@dataclass(frozen=True, slots=True)
class Directory:
    """The devices of one pair. ``version`` is another number after every change of the list, ``at`` the county's time.

    Whoever passes a list on cannot tell by its drawn number which of two is newer: ``at`` does.

    The county's own public keys stand in it too, so that nobody between can put others in their place: where
    parcels for it are sealed to (``age1…``), what a vault's key is wrapped to for recovery (raw X25519), and the
    certificate (PEM) of the authority that vouches for its servers.
    """

    pair_id: UUID
    version: int
    devices: tuple[Listed, ...]
    county_recipient: str
    county_recovery: bytes
    county_authority: str = ""
    at: int = 0

    def sign(self, key: bytes, kid: str) -> str:
        """The list as a compact JWS of the county's raw ``key``."""
        said = {
            "kind": KIND,
            "pair": self.pair_id.hex,
            "version": self.version,
            "at": self.at,
            "county": {
                "age": self.county_recipient,
                "recovery": self.county_recovery.hex(),
                "authority": self.county_authority,
            },
            "devices": [
                {
                    "id": each.id.hex,
                    "sign": each.sign_public.hex(),
                    "transport": each.transport_public.hex(),
                    "age": each.age_recipient,
                    "name": each.name,
                    "revoked": each.revoked,
                    "until": [name.hex() for name in each.until],
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
                str(said["county"]["authority"]),
                int(said["at"]),
            )
        except (ValueError, KeyError, TypeError, RecursionError) as error:
            raise SignatureWrong from error


def forgets(later: Directory, earlier: Directory) -> bool:
    """Whether a list does not know what an earlier one said: a device, or that one was revoked."""
    now = {each.id: each.revoked for each in later.devices}
    return any(each.id not in now or (each.revoked and not now[each.id]) for each in earlier.devices)


def _listed(said: dict[str, Any]) -> Listed:
    sign, transport = bytes.fromhex(said["sign"]), bytes.fromhex(said["transport"])
    if len(sign) != 32 or len(transport) != 32:
        raise ValueError("not a key")
    return Listed(
        id=UUID(hex=said["id"]),
        sign_public=sign,
        transport_public=transport,
        age_recipient=str(said["age"]),
        name=str(said["name"]),
        revoked=bool(said["revoked"]),
        until=tuple(bytes.fromhex(name) for name in said["until"]),
    )


def county_device(public: bytes) -> UUID:
    """The id under which a county signs batches of its own: made from its raw signing key, so nobody need tell it."""
    drawn = hashlib.sha256(b"yiyang county device 1\0" + public).digest()[:16]
    bits = int.from_bytes(drawn, "big") & ~(0xF << 76) & ~(0x3 << 62)
    return UUID(int=bits | 8 << 76 | 2 << 62)


def signers(directory: Directory, county_public: bytes) -> dict[UUID, bytes]:
    """Whose batches belong to the pair, and by which raw key: its devices, and the county itself."""
    devices = {each.id: each.sign_public for each in directory.devices}
    return {**devices, county_device(county_public): county_public}


def recipients(link: "Link") -> list[str]:
    """Whom a parcel of this laptop is sealed to: the county and every device of the pair that is not revoked."""
    devices = Directory.read(link.directory, link.county_public).devices
    return [link.county_recipient, *(each.age_recipient for each in devices if not each.revoked)]
