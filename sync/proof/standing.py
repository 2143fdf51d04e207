"""Where things stand, in numbers a person can trust: what is only here, what the county has signed for."""

from collections.abc import Collection
from dataclasses import dataclass, replace
from uuid import UUID

from sqlalchemy import func, select

from db.journal import SCHEMA
from db.local import JOURNAL, ROW_VERSION, SET_ASIDE
from db.store import Store
from sync import graph, parcel
from sync.link import Compared, Folder, Run, best_receipt, last_receipt
from sync.proof import ledger
from sync.proof.ledger import Ledger
from sync.proof.whereabouts import counts, fates, link_of
from sync.receipt import Receipt, digest


@dataclass(frozen=True, slots=True)
class Standing:
    """Entries of this laptop: ``total``, of which ``at_county`` by signed receipt and ``unsent`` not yet.

    An entry is ``at_county`` if its batch is one that the receipt names, or one that such a batch stands on: counts
    alone prove nothing, because a copy of this laptop may have sent others. The unsent are ``unsealed``, ``sealed``
    and still here, ``sent`` without a receipt, or ``sent_back``. ``agrees`` compares the county's digest with ours:
    ``None`` without a receipt, or while the county holds batches of ours that are not here.
    ``county_lost``: entries it had signed for once and does not now; the next exchanges give them back.
    ``relayed``: entries of other laptops that are here and, as far as is known, not at the county.
    ``county_older``: the county's program knows less of the record than ours; it merges the rest after its upgrade.
    ``last`` is the last run, ``receipt_at`` the county's time on its last receipt, ``compared`` the last comparison of
    all tables. A damaged ``link.json`` proves nothing: then nothing is ``at_county``.

    ``inside``: told by the open vault. Beside a closed one nobody knows what of it is unsealed, set aside or contested.
    """

    enrolled: bool
    county: str
    total: int
    at_county: int
    unsealed: int
    agrees: bool | None
    receipt_at: int | None
    last: Run | None
    runs: tuple[Run, ...]
    refused: tuple[tuple[str, str], ...]
    waiting: int
    set_aside: int
    contested: int
    outbox_bytes: int
    county_lost: int = 0
    sealed: int = 0
    sent: int = 0
    sent_back: int = 0
    relayed: int = 0
    county_older: bool = False
    compared: Compared | None = None
    inside: bool = True

    @property
    def unsent(self) -> int:
        """Entries the county has not signed for."""
        return max(0, self.total - self.at_county)


def standing(store: Store) -> Standing:
    """Where this laptop stands with its county."""
    folder = Folder(store.path)
    with store.reading() as conn:
        unsealed = conn.execute(select(func.count()).select_from(JOURNAL)).scalar_one()
        set_aside = conn.execute(select(func.count()).select_from(SET_ASIDE)).scalar_one()
        contested = conn.execute(
            select(func.coalesce(func.sum(ROW_VERSION.c.contested), 0)).where(ROW_VERSION.c.contested > 0)
        ).scalar_one()
        nodes, known = ledger.of_vault(store, conn)
    found = _told(folder, nodes, known, store.device_id)
    return replace(found, total=found.total + unsealed, unsealed=unsealed, set_aside=set_aside, contested=contested)


def outside(folder: Folder) -> Standing:
    """The same, as far as it can be told while the vault is closed: what was sealed, not what is written since."""
    link, nodes = link_of(folder), folder.graph()
    known = {name: one for name, one in ledger.of_folder(folder).items() if name in nodes}
    return replace(_told(folder, nodes, known, link.device_id if link else None), inside=False)


def _told(folder: Folder, nodes: graph.Nodes, known: Ledger, device: UUID | None) -> Standing:
    news, link = folder.news(), link_of(folder)
    own = {name: one.entries for name, one in known.items() if one.device == device}
    receipt = last_receipt(news, link) if link else None
    most = best_receipt(news, link) if link else None
    fate = fates(nodes, own, news, receipt)
    where = counts(own, fate)
    others = {name: one.entries for name, one in known.items() if name not in own}
    return Standing(
        enrolled=folder.enrolled,
        county=link.county_name if link else "",
        total=sum(own.values()),
        at_county=where["at_county"],
        unsealed=0,
        agrees=_agrees(nodes, own, receipt, fate.at_county) if receipt else None,
        receipt_at=receipt.at if receipt else None,
        last=news.runs[-1] if news.runs else None,
        runs=news.runs,
        refused=news.refused,
        waiting=len(parcel.names(folder.inbox)),
        set_aside=0,
        contested=0,
        outbox_bytes=sum(parcel.size(folder.outbox, name) for name in parcel.names(folder.outbox)),
        county_lost=max(0, most.entries - receipt.entries) if most and receipt else 0,
        sealed=where["local"],
        sent=where["sent"],
        sent_back=where["refused"],
        relayed=sum(others.values()) - counts(others, fate)["at_county"] if link else 0,
        county_older=0 < news.county_schema < SCHEMA,
        compared=news.compared,
    )


def _agrees(nodes: graph.Nodes, own: Collection[bytes], receipt: Receipt, at_county: Collection[bytes]) -> bool | None:
    """Whether the county's digest is that of the batches which the receipt proves to be there."""
    if receipt.digest == digest(own):
        return True
    if not nodes.keys() >= set(receipt.heads):
        return None
    return receipt.digest == digest(name for name in own if name in at_county)
