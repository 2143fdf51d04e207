"""Where things stand, in numbers a person can trust: what is only here, what the county has signed for."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass

from sqlalchemy import Connection, func, select

from db.local import BATCH, JOURNAL, ROW_VERSION, SET_ASIDE
from db.store import Store
from sync import graph, parcel
from sync.errors import LinkDamaged, NotEnrolled
from sync.link import Folder, Link, Run, best_receipt, last_receipt
from sync.receipt import Receipt, digest
from sync.seal import held


@dataclass(frozen=True, slots=True)
class Standing:
    """Entries of this laptop: ``total``, of which ``at_county`` by signed receipt and ``unsent`` not yet.

    An entry is ``at_county`` if its batch is one that the receipt names, or one that such a batch stands on: counts
    alone prove nothing, because a copy of this laptop may have sent others. ``agrees`` compares the county's digest
    with ours: ``None`` without a receipt, or while the county holds batches of ours that are not here.
    ``county_lost``: entries it had signed for once and does not now; the next exchanges give them back.
    ``last`` is the last run, ``receipt_at`` the county's time on its last receipt. A damaged ``link.json`` proves
    nothing: then nothing is ``at_county``.
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

    @property
    def unsent(self) -> int:
        """Entries the county has not signed for."""
        return max(0, self.total - self.at_county)


def standing(store: Store) -> Standing:
    """Where this laptop stands with its county."""
    folder = Folder(store.path)
    with store.reading() as conn:
        own = dict(_own(conn, store))
        unsealed = conn.execute(select(func.count()).select_from(JOURNAL)).scalar_one()
        set_aside = conn.execute(select(func.count()).select_from(SET_ASIDE)).scalar_one()
        contested = conn.execute(
            select(func.coalesce(func.sum(ROW_VERSION.c.contested), 0)).where(ROW_VERSION.c.contested > 0)
        ).scalar_one()
        news = folder.news()
        link = _link(folder)
        receipt = last_receipt(news, link) if link else None
        proven, agrees = _compare(conn, own.keys(), receipt) if receipt else (set(), None)
    most = best_receipt(news, link) if link else None
    return Standing(
        enrolled=folder.enrolled,
        county=link.county_name if link else "",
        total=sum(own.values()) + unsealed,
        at_county=sum(own[name] for name in proven),
        unsealed=unsealed,
        agrees=agrees,
        receipt_at=receipt.at if receipt else None,
        last=news.runs[-1] if news.runs else None,
        runs=news.runs,
        refused=news.refused,
        waiting=len(parcel.names(folder.inbox)),
        set_aside=set_aside,
        contested=contested,
        outbox_bytes=sum(parcel.size(folder.outbox, name) for name in parcel.names(folder.outbox)),
        county_lost=max(0, most.entries - receipt.entries) if most and receipt else 0,
    )


def _own(conn: Connection, store: Store) -> Iterator[tuple[bytes, int]]:
    """This laptop's batches and how many entries each has."""
    size = BATCH.c.last - BATCH.c.first + 1
    for name, entries in conn.execute(select(BATCH.c.hash, size).where(BATCH.c.device_id == store.device_id)):
        yield bytes(name), entries


def _link(folder: Folder) -> Link | None:
    try:
        return folder.link()
    except (NotEnrolled, LinkDamaged):
        return None


def _compare(conn: Connection, own: Collection[bytes], receipt: Receipt) -> tuple[Collection[bytes], bool | None]:
    """Which of our batches the receipt proves to be at the county, and whether its digest is theirs."""
    if receipt.digest == digest(own):
        return own, True
    nodes = held(conn)
    there = graph.ancestors(nodes, receipt.heads) & set(own)
    if not nodes.keys() >= set(receipt.heads):
        return there, None
    return there, receipt.digest == digest(there)
