"""Which county the record itself knows: written into the encrypted file at its enrolment, held against the folder.

The transport folder lies in the clear, so that sealed files travel while the vault is closed. Whoever can write there
can put another county in the place of ours, with other laptops, to which everything would be sealed from then on and
whose batches would be believed. So whatever is sealed or believed with the vault open is held against the record.
"""

from sqlalchemy import Connection, delete, insert, select

from db.local import COUNTY
from db.store import Store
from sync.errors import LinkForeign
from sync.link import Folder, Link


def remember(store: Store, public: bytes) -> None:
    """From now on this is our county, by its signing key (raw Ed25519, 32 bytes)."""
    with store.writing() as conn:
        conn.execute(delete(COUNTY))
        conn.execute(insert(COUNTY).values(one=1, public=public))


def known(conn: Connection) -> bytes | None:
    """The signing key of our county; ``None`` where the record was never enrolled."""
    public: bytes | None = conn.execute(select(COUNTY.c.public)).scalar()
    return public


def our_link(store: Store, folder: Folder) -> Link:
    """The way to the county that the record knows.

    Raises ``NotEnrolled``, ``LinkDamaged``; ``LinkForeign`` if it leads to another county, or is another laptop's.
    """
    link = folder.link()
    with store.reading() as conn:
        ours = known(conn)
    if (link.county_public, link.pair_id, link.device_id) != (ours, store.pair_id, store.device_id):
        raise LinkForeign
    return link
