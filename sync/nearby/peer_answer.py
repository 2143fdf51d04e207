"""What a laptop with its vault open answers to another one of its pair: what that one brought, and what it lacks."""

import hashlib
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from sqlalchemy import Connection, select

from db.disk import disk_errors
from db.errors import YiyangError
from db.local import BATCH
from db.store import Store
from sync import batch, graph, parcel, statements
from sync.directory import Directory, Listed, signers
from sync.errors import (
    BatchCut,
    BatchForged,
    BatchUnknownDevice,
    ParcelDamaged,
    ParcelNotForUs,
    SignatureWrong,
)
from sync.inbox import take_in
from sync.link import Folder, Link
from sync.nearby.peer import PATH, listed_in, proof
from sync.protocol import MAX_BATCHES, MAX_HEADS, MAX_TAKE, ExchangeAnswer, ExchangeRequest, check_claim, claim_of
from sync.seal import held, post
from sync.session import settle

STRANGER_LIMIT: Final = 1 << 20
"""Bytes of a request that are read before it is known who asks."""
Gate = Callable[[], AbstractContextManager[None]]
_UNSOUND: Final = (BatchCut, BatchForged, BatchUnknownDevice, ParcelDamaged, ParcelNotForUs, SignatureWrong)


class Unserved(YiyangError):
    """A request that is not served: ``code`` for whoever asks, ``status`` for HTTP."""

    def __init__(self, reason: str, status: int) -> None:
        super().__init__()
        self.reason = reason
        self.status = status


@dataclass(frozen=True, slots=True)
class Visit:
    """One answered request: who asked, batches that were given and that came."""

    peer: UUID
    name: str
    given: int
    brought: int


@dataclass(frozen=True, slots=True)
class Answered:
    """An answer as it goes out, with the proof of who gave it."""

    body: bytes
    proof: str
    visit: Visit


def answer(store: Store, auth: str, body: bytes, now: int, gate: Gate) -> Answered:
    """Serve one request to ``PATH``. Raises ``Unserved``; whatever the store raises ends the sharing."""
    folder = Folder(store.path)
    asking, request = _who(folder, auth, body)
    statements.keep(folder, request.passed_on)
    with disk_errors(folder.path):
        brought, refused = _take(store, folder, request, gate)
        with gate():
            settle(store)
        with gate(), store.reading() as conn:
            nodes = held(conn)
            given, more = _lacking(conn, nodes, asking, {*request.heads, *brought}, request)
    said = ExchangeAnswer(
        heads=tuple(graph.heads(nodes)[:MAX_HEADS]),
        receipt=None,
        batches=given,
        more=more,
        refused=tuple(refused),
        directory=None,
        time=max(0, now),
        shared=tuple(sorted(nodes.keys() & {*request.heads, *brought})),
        passed_on=statements.known(folder),
    ).encode()
    link = folder.link()
    signed = proof(link.device_id, link.transport_key, auth, body, said)
    return Answered(said, signed, Visit(asking.id, asking.name, len(given), len(brought)))


def _who(folder: Folder, auth: str, body: bytes) -> tuple[Listed, ExchangeRequest]:
    """Another laptop of this pair that signed this request. It may bring the list of devices on which it stands."""
    try:
        claim = claim_of(auth)
        link = folder.link()
        found = listed_in(link, claim.device_id)
        if found is None and len(body) <= STRANGER_LIMIT:
            statements.keep(folder, _parsed(body).passed_on)
            found = listed_in(folder.link(), claim.device_id)
        if found is None or found.id == link.device_id:
            raise Unserved("device_unknown", 403)
        check_claim(claim, found.transport_public, "POST", PATH, body)
    except SignatureWrong as error:
        raise Unserved("signature_wrong", 401) from error
    if found.revoked:
        raise Unserved("device_revoked", 403)
    return found, _parsed(body)


def _parsed(body: bytes) -> ExchangeRequest:
    try:
        return ExchangeRequest.parse(body)
    except ValueError as error:
        raise Unserved("message_malformed", 400) from error


def _take(
    store: Store, folder: Folder, request: ExchangeRequest, gate: Gate
) -> tuple[set[bytes], list[tuple[bytes, str]]]:
    """Put what is sound into the inbox and merge it. Returns the names that came, and what was refused."""
    link = folder.link()
    keys = signers(Directory.read(link.directory, link.county_public), link.county_public)
    brought: set[bytes] = set()
    refused: list[tuple[bytes, str]] = []
    for sealed in request.batches:
        name = hashlib.sha256(sealed).digest()
        try:
            data = parcel.open_parcel(sealed, store.device.age_key)
            name = batch.name(data)
            _check(batch.read(data, keys.get), link)
        except _UNSOUND as error:
            refused.append((name, error.code))
            continue
        parcel.put(folder.inbox, name, sealed)
        brought.add(name)
    if brought:
        take_in(store, folder, gate=gate)
        with gate():
            post(store, folder)
    return brought, refused


def _check(one: batch.Batch, link: Link) -> None:
    if one.header.pair != link.pair_id:
        raise BatchForged(batch=one.name.hex()[:12])


def _lacking(
    conn: Connection, nodes: graph.Nodes, asking: Listed, theirs: set[bytes], request: ExchangeRequest
) -> tuple[tuple[tuple[bytes, bytes], ...], bool]:
    waiting = set(request.waiting)
    missing = [name for name in graph.missing(nodes, theirs) if name not in waiting]
    budget = min(request.take_bytes, MAX_TAKE)
    given: list[tuple[bytes, bytes]] = []
    for name in missing[:MAX_BATCHES]:
        signed = bytes(conn.execute(select(BATCH.c.body).where(BATCH.c.hash == name)).scalar_one())
        sealed = parcel.seal_parcel(signed, [asking.age_recipient])
        # One at least: a batch larger than what was asked for must still get there.
        if given and len(sealed) > budget:
            break
        budget -= len(sealed)
        given.append((name, sealed))
    return tuple(given), len(given) < len(missing)
