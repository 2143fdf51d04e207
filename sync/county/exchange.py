"""One exchange seen from the county: take in what the laptop brings, sign for what is held, give what it lacks."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import Connection, Engine, select, update

from db.errors import YiyangError
from db.vault import SCHEMA
from sync import batch, graph, parcel
from sync.county import enrolment, store
from sync.county import refused as aside
from sync.county.database import reading, writing
from sync.county.errors import Denied
from sync.county.keys import Keys
from sync.county.tables import CountyPair, Device, core
from sync.errors import BatchTooNew, SignatureWrong
from sync.protocol import (
    MAX_BATCHES,
    MAX_HEADS,
    MAX_TAKE,
    OLDEST_PROGRAM,
    ExchangeAnswer,
    ExchangeRequest,
    check_claim_of,
    claim_of,
)

_PAIR, _DEVICE = core(CountyPair), core(Device)


@dataclass(frozen=True, slots=True)
class Asking:
    """The certified device that asks, and how far its clock is ahead of ours (seconds)."""

    device_id: UUID
    pair_id: UUID
    age_recipient: str
    clock_skew_s: int


class Refusal(NamedTuple):
    """A batch, or a parcel that did not open, by name, and the code of the reason."""

    name: bytes
    code: str


def who_asks(engine: Engine, header: str, method: str, path: str, name: bytes, now: int) -> Asking:
    """The device that signed the request, whose body has the SHA-256 ``name``; the body itself may still be coming.

    Raises ``Denied``. A wrong clock is noted and refuses nothing.
    """
    try:
        claim = claim_of(header)
        with reading(engine) as conn:
            found = conn.execute(select(_DEVICE).where(_DEVICE.c.device_id == claim.device_id)).first()
        if found is None:
            raise Denied("device_unknown", 403)
        check_claim_of(claim, bytes(found.transport_public), method, path, name)
    except SignatureWrong as error:
        raise Denied("signature_wrong", 401) from error
    if found.revoked_at is not None:
        raise Denied("device_revoked", 403)
    return Asking(found.device_id, found.pair_id, found.age_recipient, claim.seconds - now)


def exchange(engine: Engine, keys: Keys, asking: Asking, request: ExchangeRequest, now: int) -> ExchangeAnswer:
    """Serve one request of a certified device. Raises ``Denied`` for one whose program is older than we serve."""
    _note(engine, asking, request, now)
    if request.program < OLDEST_PROGRAM:
        raise Denied("laptop_too_old", 426, program=request.program, oldest=OLDEST_PROGRAM)
    if request.passed_on:
        with writing(engine) as conn:
            enrolment.learn(conn, keys, asking.pair_id, request.passed_on)
    brought, refused = _take_in(engine, keys, asking, request.batches, now)
    merging = store.merge_waiting(engine, asking.pair_id, now)
    held = store.receipt(engine, asking.pair_id, asking.device_id, now)
    known = held.level == "merged" and held.digest == request.receipt_digest
    with reading(engine) as conn:
        heads = store.heads(conn, asking.pair_id)
        theirs = {*request.heads, *brought}
        given, more = _lacking(conn, asking, heads, theirs, request)
        shared = store.held(conn, asking.pair_id, sorted(theirs))
        version = conn.execute(select(_PAIR.c.directory_version).where(_PAIR.c.pair_id == asking.pair_id)).scalar_one()
        directory = None
        if version != request.directory_version:
            directory = enrolment.directory(conn, asking.pair_id, keys).sign(keys.sign, keys.kid)
        relayed = store.writers(conn, asking.pair_id, sorted(brought)) - {asking.device_id}
    # Whoever carries another laptop's batches carries the receipt back.
    others = [store.receipt(engine, asking.pair_id, device, now) for device in sorted(relayed)]
    return ExchangeAnswer(
        heads=tuple(heads[:MAX_HEADS]),
        receipt=None if known else held.sign(keys.sign, keys.kid),
        batches=given,
        more=more,
        refused=tuple(refused),
        directory=directory,
        time=now,
        shared=tuple(shared),
        merging=merging,
        passed_on=tuple(each.sign(keys.sign, keys.kid) for each in others),
        schema=SCHEMA,
    )


def _take_in(
    engine: Engine, keys: Keys, asking: Asking, parcels: tuple[bytes, ...], now: int
) -> tuple[set[bytes], list[Refusal]]:
    """Store what is sound. Returns the names that the device was shown to hold, and what was refused."""
    refused: list[Refusal] = []
    signed: list[bytes] = []
    for sealed in parcels:
        try:
            signed.append(parcel.open_parcel(sealed, keys.age))
        except YiyangError as error:
            refused.append(Refusal(hashlib.sha256(sealed).digest(), error.code))
    brought, unsound = take_batches(engine, asking.pair_id, signed, now, asking.device_id)
    return brought, refused + unsound


def take_batches(
    engine: Engine, pair_id: UUID, signed: Iterable[bytes], now: int, brought_by: UUID | None = None
) -> tuple[set[bytes], list[Refusal]]:
    """Store those of the signed batches that are sound, whoever brought them.

    Returns their names, and what was refused.
    """
    with reading(engine) as conn:
        public = store.keys_of(conn, pair_id)
    refused: list[Refusal] = []
    waiting: list[batch.Batch] = []
    brought: set[bytes] = set()
    for data in signed:
        try:
            one = batch.read(data, public.get)
            if one.header.pair != pair_id:
                refused.append(Refusal(one.name, "pair_foreign"))
                continue
            _look_inside(one)
        except YiyangError as error:
            refused.append(Refusal(batch.name(data), error.code))
            continue
        waiting.append(one)
    # They should come in causal order. If they do not, each pass stores what stands on what is here.
    while waiting:
        later: list[batch.Batch] = []
        for one in waiting:
            code = store.store(engine, one, now)
            if code is None:
                brought.add(one.name)
            elif code == "parents_missing":
                later.append(one)
            else:
                refused.append(Refusal(one.name, _kept_aside(engine, one, code, brought_by, now)))
        if len(later) == len(waiting):
            by_name = {one.name: one for one in later}
            order = graph.causal_order({name: one.header.parents for name, one in by_name.items()}, by_name)
            refused += [
                Refusal(name, _kept_aside(engine, by_name[name], "parents_missing", brought_by, now)) for name in order
            ]
            break
        waiting = later
    return brought, refused


def _kept_aside(engine: Engine, one: batch.Batch, code: str, brought_by: UUID | None, now: int) -> str:
    """Keep aside what a revoked device signed, and what stands on that. The code of the refusal."""
    if code not in (aside.SINCE, "parents_missing"):
        return code
    with writing(engine) as conn:
        if code == "parents_missing":
            if not aside.stands_on(conn, one.header):
                return code
            code = aside.STANDS_ON
        aside.keep(conn, one, code, brought_by, now)
    return code


def _look_inside(one: batch.Batch) -> None:
    """Raise ``BatchForged`` for contents that contradict the header: such a batch could never be merged by anybody."""
    try:
        one.entries()
    except BatchTooNew:
        # Kept and relayed all the same: the laptops of the pair, or this county after an upgrade, will read it.
        return


def _lacking(
    conn: Connection, asking: Asking, heads: list[bytes], theirs: set[bytes], request: ExchangeRequest
) -> tuple[tuple[tuple[bytes, bytes], ...], bool]:
    if theirs.issuperset(heads):
        return (), False
    waiting = set(request.waiting)
    missing = [name for name in graph.missing(store.nodes(conn, asking.pair_id), theirs) if name not in waiting]
    budget = min(request.take_bytes, MAX_TAKE)
    given: list[tuple[bytes, bytes]] = []
    for name in missing[:MAX_BATCHES]:
        sealed = parcel.seal_parcel(store.body(conn, asking.pair_id, name), [asking.age_recipient])
        # One at least: a batch larger than what the laptop asked for must still get there.
        if given and len(sealed) > budget:
            break
        budget -= len(sealed)
        given.append((name, sealed))
    return tuple(given), len(given) < len(missing)


def _note(engine: Engine, asking: Asking, request: ExchangeRequest, now: int) -> None:
    said = {"clock_skew_s": asking.clock_skew_s, "program": request.program, "schema_number": request.schema}
    with writing(engine) as conn:
        conn.execute(update(_DEVICE).where(_DEVICE.c.device_id == asking.device_id).values(last_seen_at=now, **said))
