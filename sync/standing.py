"""Where things stand, in numbers a person can trust: what is only here, what the county has signed for."""

from dataclasses import dataclass

from sqlalchemy import func, select

from db.local import BATCH, JOURNAL, ROW_VERSION, SET_ASIDE
from db.store import Store
from sync import parcel
from sync.link import Folder, Run, last_receipt
from sync.receipt import digest


@dataclass(frozen=True, slots=True)
class Standing:
    """Entries of this laptop: ``total``, of which ``at_county`` by signed receipt and ``unsent`` not yet.

    ``agrees`` compares the county's digest with ours: ``None`` without a receipt, or while something is under way.
    ``last`` is the last run, ``receipt_at`` the county's time on its last receipt.
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

    @property
    def unsent(self) -> int:
        """Entries the county has not signed for."""
        return max(0, self.total - self.at_county)


def standing(store: Store) -> Standing:
    """Where this laptop stands with its county."""
    folder = Folder(store.path)
    with store.reading() as conn:
        own = BATCH.c.device_id == store.device_id
        sealed = conn.execute(
            select(func.coalesce(func.sum(BATCH.c.last - BATCH.c.first + 1), 0)).where(own)
        ).scalar_one()
        names = [bytes(name) for name in conn.execute(select(BATCH.c.hash).where(own)).scalars()]
        unsealed = conn.execute(select(func.count()).select_from(JOURNAL)).scalar_one()
        set_aside = conn.execute(select(func.count()).select_from(SET_ASIDE)).scalar_one()
        contested = conn.execute(
            select(func.coalesce(func.sum(ROW_VERSION.c.contested), 0)).where(ROW_VERSION.c.contested > 0)
        ).scalar_one()
    news = folder.news()
    receipt = None
    county = ""
    if folder.enrolled:
        link = folder.link()
        county = link.county_name
        receipt = last_receipt(news, link)
    at_county = receipt.entries if receipt else 0
    agrees = None
    if receipt is not None and receipt.batches == len(names):
        agrees = receipt.digest == digest(names)
    return Standing(
        enrolled=folder.enrolled,
        county=county,
        total=sealed + unsealed,
        at_county=at_county,
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
    )
