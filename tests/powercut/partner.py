"""The county and the other laptop of the pair, as far as a recorded laptop meets them: keys, a signed list, parcels."""

from dataclasses import dataclass
from pathlib import Path

import pyrage
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from sqlalchemy import select

from db.keys import FLOOR
from db.local import BATCH
from db.store import Device
from db.tables import Person
from db.vault import create_vault, new_device
from sync import parcel
from sync.directory import Directory, Listed, recipients
from sync.link import Link
from sync.seal import seal

_PASSPHRASE = "correct horse battery"


@dataclass(frozen=True, slots=True)
class County:
    """Its keys."""

    sign: Ed25519PrivateKey
    age: pyrage.x25519.Identity
    recovery: X25519PrivateKey

    @property
    def public(self) -> bytes:
        """What its signatures are checked with."""
        return self.sign.public_key().public_bytes_raw()


def new_county() -> County:
    """A county of its own."""
    return County(Ed25519PrivateKey.generate(), pyrage.x25519.Identity.generate(), X25519PrivateKey.generate())


class Partner:
    """The other laptop, which works too; its batches come as parcels."""

    def __init__(self, folder: Path, first: Device, county: County) -> None:
        made = new_device(1_800_000_000)
        device = Device(made.device_id, first.pair_id, made.sign_key, made.age_key)
        self._store = create_vault(folder / "record.db", "2001", _PASSPHRASE, device=device, cost=FLOOR)
        self._county = county
        self._directory = Directory(
            pair_id=first.pair_id,
            version=1,
            devices=(_listed(first, "护理站"), _listed(device, "医生")),
            county_recipient=str(county.age.to_public()),
            county_recovery=county.recovery.public_key().public_bytes_raw(),
        ).sign(county.sign.private_bytes_raw(), "county")
        self._numbers = 0

    def link(self, device: Device) -> Link:
        """The way to the county, of one of the two."""
        return Link(
            url="http://127.0.0.1:9",
            pair_id=device.pair_id,
            device_id=device.device_id,
            county_name="青川县",
            county_public=self._county.public,
            county_recipient=str(self._county.age.to_public()),
            transport_key=Ed25519PrivateKey.generate().private_bytes_raw(),
            directory=self._directory,
        )

    def work(self) -> tuple[bytes, bytes]:
        """Register somebody and seal it: name and sealed bytes of the batch."""
        self._numbers += 1
        with self._store.act(None) as act:
            act.insert(Person, name=f"赵德福{self._numbers}", sex="1")
        (name,) = seal(self._store)
        with self._store.reading() as conn:
            body = conn.execute(select(BATCH.c.body).where(BATCH.c.hash == name)).scalar_one()
        return name, parcel.seal_parcel(bytes(body), recipients(self.link(self._store.device)))


def _listed(device: Device, name: str) -> Listed:
    key = Ed25519PrivateKey.from_private_bytes(device.sign_key).public_key().public_bytes_raw()
    return Listed(
        id=device.device_id,
        sign_public=key,
        transport_public=Ed25519PrivateKey.generate().public_key().public_bytes_raw(),
        age_recipient=str(pyrage.x25519.Identity.from_str(device.age_key).to_public()),
        name=name,
    )
