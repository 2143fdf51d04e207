"""What is not here and is not lost: batches that the county or a partner still holds."""

from dataclasses import dataclass

from db.store import Store
from sync import graph
from sync.errors import LinkDamaged, NotEnrolled
from sync.link import Folder, last_receipt
from sync.proof import ledger
from sync.rescue.found import Found
from sync.seal import held


@dataclass(frozen=True, slots=True)
class Waited:
    """Entries that the next sync brings: of this laptop, and of others.

    ``elsewhere``: batches of this laptop that the county has and was not asked for.
    """

    own: int
    others: int
    elsewhere: frozenset[bytes] = frozenset()

    @property
    def entries(self) -> int:
        """Of anybody."""
        return self.own + self.others


def waited_for(store: Store, found: Found, old: Folder, *, asked: bool) -> Waited:
    """What the damaged record held, as far as anything names it, and others have.

    ``asked``: the county gave all that it has. What it does not have of ours then is gone; of others they have it.
    """
    with store.reading() as conn:
        here = set(held(conn))
    nodes = old.graph()
    parents = {parent for one in found.batches.values() for parent in one.header.parents}
    names = {*nodes, *found.named, *parents} - here - found.batches.keys()
    sizes = ledger.of_folder(old)
    at_county = graph.ancestors(nodes, _receipted(old))
    own = others = 0
    for name in names:
        known = found.named.get(name)
        device = known.device if known else sizes[name].device if name in sizes else None
        entries = known.last - known.first + 1 if known else sizes[name].entries if name in sizes else 0
        if device != store.device_id:
            others += entries
        elif not asked and name in at_county:
            own += entries
    return Waited(own, others, frozenset() if asked else frozenset(at_county))


def _receipted(folder: Folder) -> tuple[bytes, ...]:
    try:
        receipt = last_receipt(folder.news(), folder.link())
    except (NotEnrolled, LinkDamaged):
        return ()
    return receipt.heads if receipt is not None else ()
