"""Bundles that come to the county on a stick, and the replies that go back the same way."""

import time
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

from sqlalchemy import Connection, Engine, select

from db.errors import YiyangError
from sync import graph
from sync.county import enrolment, store
from sync.county.database import reading, writing
from sync.county.exchange import Refusal, take_batches
from sync.county.keys import Keys
from sync.county.tables import CountyPair, StoredBatch, core
from sync.errors import BundleForeign, ParcelDamaged, ParcelNotForUs
from sync.parcel import open_parcel
from sync.receipt import Receipt
from sync.sticks import bundle, relay, stick
from sync.sticks.bundle import MAX_LOAD, Bundle

MOST_MERGES = 100
"""How often to go on merging; what is stored is safe, and the rest is merged by the next request."""
_PAIR, _BATCH = core(CountyPair), core(StoredBatch)


@dataclass(frozen=True, slots=True)
class StickTaken:
    """What a bundle brought: ``stored`` batches that were new, what was ``refused``, what is held of each laptop now.

    ``maker``: the laptop that made it, by its own word, at ``made_at`` of its clock; ``again``: batches known before.
    """

    pair: UUID
    pair_name: str
    maker: UUID | None
    made_at: int
    stored: int
    again: int
    refused: tuple[Refusal, ...]
    receipts: tuple[Receipt, ...]


def take_in(engine: Engine, keys: Keys, brought: Path | bytes, now: int) -> StickTaken:
    """Store and merge what a laptop's bundle holds, as its own requests would. Again and again: nothing changes.

    Raises ``BundleAbsent``, ``BundleCut``, ``BundleForeign`` (not for this county, or of no pair it knows),
    ``BundleDamaged``, ``BundleTooNew``, ``StickFailed``; then nothing was stored. Call it inside ``plain_errors``.
    """
    data = brought if isinstance(brought, bytes) else stick.read(brought)
    try:
        found = bundle.unpack(data, keys.age)
    except YiyangError as error:
        if isinstance(brought, Path):
            error.facts["file"] = brought.name
        raise
    with reading(engine) as conn:
        name = conn.execute(select(_PAIR.c.name).where(_PAIR.c.pair_id == found.pair)).scalar_one_or_none()
        known = store.nodes(conn, found.pair)
    if name is None:
        raise BundleForeign(file=brought.name if isinstance(brought, Path) else "")
    signed, unopened = _signed(found, keys)
    if found.statements:
        with writing(engine) as conn:
            enrolment.learn(conn, keys, found.pair, found.statements)
    taken, refused = take_batches(engine, found.pair, signed, now, found.maker)
    for _ in range(MOST_MERGES):
        if not store.merge_waiting(engine, found.pair, int(time.time())):
            break
    return StickTaken(
        pair=found.pair,
        pair_name=name,
        maker=found.maker,
        made_at=found.at,
        stored=len(taken - known.keys()),
        again=len(taken & known.keys()),
        refused=(*unopened, *refused),
        receipts=_receipts(engine, keys, found.pair, now),
    )


def _signed(found: Bundle, keys: Keys) -> tuple[list[bytes], list[Refusal]]:
    signed, unopened = [data for _, data in found.batches], []
    for name, sealed in found.sealed:
        try:
            signed.append(open_parcel(sealed, keys.age))
        except (ParcelDamaged, ParcelNotForUs) as error:
            unopened.append(Refusal(name, error.code))
    return signed, unopened


def reply(engine: Engine, keys: Keys, pair_id: UUID, now: int) -> bytes:
    """A bundle for the laptops of a pair: what is held of each, signed; the list of devices; and what they may lack.

    What a laptop has is told by its newest batch here. Where that leaves more than one bundle takes, the rest comes
    with the reply to their next one. Its file name: ``sync.sticks.stick.name_of(pair_id, None, now, data)``.
    """
    with reading(engine) as conn:
        directory = enrolment.directory(conn, pair_id, keys)
        readers = [each for each in directory.devices if not each.revoked]
        batches = _for_laptops(conn, pair_id, [each.id for each in readers])
    receipts = _receipts(engine, keys, pair_id, now)
    statements = (directory.sign(keys.sign, keys.kid), *(each.sign(keys.sign, keys.kid) for each in receipts))
    made = Bundle(pair_id, None, now, batches=batches, statements=statements)
    return bundle.pack(made, [keys.recipient, *(each.age_recipient for each in readers)])


def _receipts(engine: Engine, keys: Keys, pair_id: UUID, now: int) -> tuple[Receipt, ...]:
    """What is held of every laptop of the pair, all at one time: together they tell all that the county holds."""
    with reading(engine) as conn:
        devices = enrolment.directory(conn, pair_id, keys).devices
    return tuple(store.receipt(engine, pair_id, each.id, now) for each in devices)


def _for_laptops(conn: Connection, pair_id: UUID, readers: list[UUID]) -> tuple[tuple[bytes, bytes], ...]:
    nodes = store.nodes(conn, pair_id)
    rows = conn.execute(select(_BATCH.c.hash, _BATCH.c.device_id).where(_BATCH.c.pair_id == pair_id))
    writers = {bytes(name): device for name, device in rows}
    given: list[tuple[bytes, bytes]] = []
    room = MAX_LOAD
    for name in graph.causal_order(nodes, relay.lacking(nodes, writers, readers)):
        body = store.body(conn, pair_id, name)
        room -= len(body)
        if room < 0:
            break
        given.append((name, body))
    return tuple(given)
