"""By which key the exports of each pair name people: derived from a secret of the county, published to that pair alone.

The key is one row of the county's own batches, as its catalogues are, so it reaches every laptop of the pair by every
way, sealed to them, and the same people are called the same in every export of the pair. From the key of one pair
nothing can be learnt of another's. Whoever holds the secret could link all: it lies with the county's other keys.
"""

import json
from uuid import UUID

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from db.reserved import PSEUDONYM_KEY, PSEUDONYMS
from db.tables import CatalogueItem
from sync.county import keys
from sync.county.publish import Draft, Published, publish_to_all
from sync.county.settings import Settings
from sync.county.stored import Progress, quiet


def pair_key(secret: bytes, pair_id: UUID) -> bytes:
    """The key of one pair, 32 bytes."""
    return HKDF(SHA256(), 32, salt=None, info=b"yiyang-pseudonyms-1" + pair_id.bytes).derive(secret)


def publish_keys(own: Settings, now: int | None = None, progress: Progress = quiet) -> list[Published]:
    """Give every pair its key; again, it changes nothing. Raises ``CountyMissing``, ``CountyDamaged``."""
    secret = keys.load(own.folder).pseudonyms

    def write(draft: Draft) -> None:
        facts = json.dumps({PSEUDONYM_KEY: pair_key(secret, draft.pair_id).hex()})
        present = draft.present(CatalogueItem, "catalogue", PSEUDONYMS)
        if not present:
            draft.insert(CatalogueItem, catalogue=PSEUDONYMS, code=PSEUDONYM_KEY, name="", facts=facts, closed=False)
            draft.added += 1
        for row in present:
            # A laptop that wrote another into it made its pair's exports unlike all before.
            draft.changed += draft.edit(CatalogueItem, row, code=PSEUDONYM_KEY, name="", facts=facts, closed=False)

    return publish_to_all(own, write, now, progress)
