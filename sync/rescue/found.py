"""What the files of a laptop still hold: batches that prove themselves, entries that were not sealed, who it is.

A batch is right or it is nothing: its name is the hash of its bytes, and whoever made it signed them. An unsealed entry
is believed because the page that it lies on is what this laptop wrote.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final
from uuid import UUID

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from db.device import Device
from db.journal import Entry, EntryRef
from db.local import BATCH, CLOCK, DEVICE, EPOCH, JOURNAL, METADATA
from db.pack import unpack
from db.salvage import Row, Salvage
from db.tables import BY_NAME
from sync import batch
from sync.errors import BatchCut, BatchForged, BatchTooNew, BatchUnknownDevice

MADE_ANEW: Final = frozenset(
    ("device", "clock", "epoch", "journal", "batch", "set_aside", "retried", "row_version", "person_term", "mending")
)
"""Tables of this laptop that follow from the rest; all others are carried over as they are."""


@dataclass(frozen=True, slots=True)
class Named:
    """A batch that is known by name, of which the bytes cannot be read."""

    device: UUID
    epoch: bytes
    first: int
    last: int
    parents: tuple[bytes, ...]


@dataclass(slots=True)
class Found:
    """What was found, of all sources together.

    ``written``: how many entries each epoch of this laptop had at least; ``opened``: when it began (seconds UTC).
    ``told_end``: the file says how far it came. ``kept``: rows that are carried over. ``thrown``: batches that prove
    nothing. ``older``: entries that were unsealed when a backup was made.
    """

    device: Device | None = None
    batches: dict[bytes, batch.Batch] = field(default_factory=dict)
    named: dict[bytes, Named] = field(default_factory=dict)
    entries: dict[EntryRef, Entry] = field(default_factory=dict)
    written: dict[bytes, int] = field(default_factory=dict)
    opened: dict[bytes, int] = field(default_factory=dict)
    kept: dict[str, list[Row]] = field(default_factory=dict)
    newest_at: int = 0
    offset_s: int = 0
    thrown: int = 0
    older: dict[EntryRef, Entry] = field(default_factory=dict)
    told_end: bool = False

    def reached(self, epoch: bytes, entries: int) -> None:
        """An epoch of this laptop had at least so many entries."""
        self.written[epoch] = max(self.written.get(epoch, 0), entries)


def identify(found: Found, source: Salvage) -> None:
    """Learn from the file whose it is, unless that is known."""
    for row in source.rows(DEVICE):
        found.device = found.device or Device(row["device_id"], row["pair_id"], row["sign_key"], row["age_key"])


def read(found: Found, source: Salvage, keys: Mapping[UUID, bytes], *, backup: bool = False) -> None:
    """Add what a file holds. ``keys``: by which public key each known device signs; whose key is unknown, is believed.

    What this laptop kept was verified when it arrived, and the page that it lies on is what this laptop wrote.
    """
    assert found.device is not None
    own = found.device
    public = Ed25519PrivateKey.from_private_bytes(own.sign_key).public_key().public_bytes_raw()
    signers = {own.device_id: public, **keys}
    for row in source.rows(BATCH):
        _take(found, row, signers, own.device_id)
    for row in source.cut(BATCH):
        _name(found, row, own.device_id)
    for row in source.rows(JOURNAL):
        _enter(found, row, found.older if backup else found.entries)
    for row in source.rows(EPOCH):
        found.opened[row["epoch"]] = row["opened_at"]
        found.reached(row["epoch"], row["seq"])
    for row in source.rows(CLOCK):
        found.newest_at, found.offset_s = max(found.newest_at, row["newest_at"]), found.offset_s or row["offset_s"]
        if row["epoch"] is not None:
            found.reached(row["epoch"], row["seq"])


def carry(found: Found, source: Salvage) -> None:
    """Take over the rows that are this laptop's own business: what was being typed, PINs, who opens the record."""
    for name, table in METADATA.tables.items():
        if name not in BY_NAME and name not in MADE_ANEW:
            keys = [column.name for column in table.primary_key]
            rows = {tuple(row[key] for key in keys): row for row in reversed(list(source.rows(table)))}
            found.kept[name] = list(rows.values())


def _take(found: Found, row: Row, signers: Mapping[UUID, bytes], own: UUID) -> None:
    name, body = row["hash"], row["body"]
    if not body or name in found.batches:
        return
    try:
        if batch.name(body) != name:
            raise BatchForged(batch=name.hex()[:12])
        one = batch.read(body, signers.get) if row["device_id"] in signers else batch.unseal(body)
    except (BatchForged, BatchCut, BatchUnknownDevice, BatchTooNew):
        found.thrown += 1
        _name(found, row, own)
        return
    found.batches[name] = one
    found.named.pop(name, None)
    if one.header.device == own:
        found.reached(one.header.epoch, one.header.last)


def _name(found: Found, row: Row, own: UUID) -> None:
    """A batch whose bytes are gone: what can be said of it."""
    wanted = ("hash", "device_id", "epoch", "first", "last", "parents")
    if any(name not in row for name in wanted) or row["hash"] in found.batches or len(row["hash"]) != 32:
        return
    parents = row["parents"]
    found.named[row["hash"]] = Named(
        row["device_id"],
        row["epoch"],
        row["first"],
        row["last"],
        tuple(parents[at : at + 32] for at in range(0, len(parents), 32)),
    )
    if row["device_id"] == own:
        found.reached(row["epoch"], row["last"])


def _enter(found: Found, row: Row, among: dict[EntryRef, Entry]) -> None:
    ref = EntryRef(row["epoch"], row["seq"])
    try:
        values, replaces = unpack(row["fields"])
        named = {name: tuple(EntryRef(*each) for each in refs) for name, refs in replaces.items()}
    except (ValueError, TypeError, AttributeError):
        return
    if row["op"] not in ("insert", "edit"):
        return
    among[ref] = Entry(
        seq=row["seq"],
        lamport=row["lamport"],
        wall=row["wall"],
        staff=row["staff_id"],
        table=row["table_name"],
        row=row["row_id"],
        op=row["op"],
        values=values,
        replaces=named,
        suspect=row["suspect"],
    )
    found.reached(ref.epoch, ref.seq)
