"""Making a downtime pack: facts out of the record, words, seal, places."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

from care.pack.card import card_to_pack_with, note_packed
from care.pack.facts import pack_facts
from db.identity import short
from db.store import Store
from sync.link import Folder
from sync.proof.fellows import fellows, names
from sync.proof.standing import standing
from yiyang_tui.pack import document, places
from yiyang_tui.pack.errors import PackNowhere
from yiyang_tui.pack.locked import lock
from yiyang_tui.pack.places import Written
from yiyang_tui.pack.write import pack_of, stamp
from yiyang_tui.words import plural, t, times


@dataclass(frozen=True, slots=True)
class Made:
    """A pack that was made. ``at``: seconds UTC; ``card``: the number of the card that opens it; ``size`` in bytes."""

    at: int
    name: str
    card: str
    people: int
    size: int
    written: tuple[Written, ...]

    @property
    def missed(self) -> tuple[Written, ...]:
        """The places where it could not be put."""
        return tuple(one for one in self.written if one.error)


def make_pack(store: Store, by: UUID | None, more: Sequence[Path] = ()) -> Made:
    """Make a pack in the language spoken now and put it beside the record and into ``more`` folders.

    ``by``: ``None`` is the program itself, each hour. Raises ``Refused`` as ``care.rights.require``, ``PackNowhere`` if
    no place took it.
    """
    card = card_to_pack_with(store, by)
    facts = pack_facts(store, store.now())
    laptop = short(store.device_id)
    pages = pack_of(facts, card, _called(store), carried(store))
    body = lock(document.to_json(pages), card, stamp(facts.made_at)).encode("utf-8")
    own = places.beside(store.path)
    name = places.file_name(laptop, times.local(facts.made_at).strftime("%Y%m%d-%H%M"))
    # A record that can only be read, on the worst of days, still gives its pack away; nothing is written beside it.
    written = places.put(body, name, more if store.read_only else (own, *more), own=own)
    reached = sum(not one.error for one in written)
    if not reached:
        raise PackNowhere(path=str(own))
    if not store.read_only:
        note_packed(store, by, card, len(facts.people), reached)
    return Made(facts.made_at, name, card.number, len(facts.people), len(body), written)


def carried(store: Store) -> list[str]:
    """What the county and the other laptops of the pair have, in words for the first page."""
    stands = standing(store)
    if not stands.enrolled:
        return [t("pack.doc.no_county")]
    receipt = t("pack.doc.no_receipt") if stands.receipt_at is None else stamp(stands.receipt_at)
    lines = [t("pack.doc.county", county=stands.county, have=stands.at_county, total=stands.total, receipt=receipt)]
    others = [one for one in fellows(store) if not one.here and not one.revoked]
    return lines + [plural("pack.doc.fellow", one.entries, name=one.name) for one in others]


def _called(store: Store) -> str:
    known = names(Folder(store.path))
    return known.get(store.device_id) or short(store.device_id)
