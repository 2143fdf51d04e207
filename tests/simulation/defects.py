"""The protections of the protocol, each taken out of the real code in turn: the simulator must see every one go.

Each entry of ``DEFECTS`` is a context in which the program lacks one of them, and the steps that put it to the test.
What each protects from: ``docs/simulation.md``.
"""

import os
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any
from unittest.mock import patch
from uuid import UUID

from sqlalchemy import Connection, Engine, select

from db.act import Act, Progress
from db.identity import new_epoch
from db.journal import Entry
from db.local import BATCH
from db.policy import FieldRule
from db.store import Store
from db.versions import Head
from sync import batch, parcel, seal
from sync.county import exchange as county_exchange
from sync.county import store as county_store
from sync.link import Folder
from sync.merging import merge
from sync.merging.edits import Edits
from sync.receipt import Receipt, digest
from sync.wire.talk import Talk
from tests.simulation.steps import Episode


@contextmanager
def number_per_device() -> Iterator[None]:
    """A program that starts goes on counting where the file says that the last one ended."""

    def take_over(_store: Store, raw: Any, last: list[Any], now: int) -> Progress:
        epoch, seq, rows = last
        if epoch is not None:
            return Progress(bytes(epoch), seq, rows)
        fresh = Progress(new_epoch(now, os.urandom))
        raw.execute("INSERT INTO epoch VALUES (?, ?, 0, 0, '')", (fresh.epoch, now))
        return fresh

    with patch.object(Store, "_take_over", take_over):
        yield


@contextmanager
def acknowledge_before_insert() -> Iterator[None]:
    """The county signs for batches that it will store a little later; what is in its memory goes with its power."""
    soon: list[tuple[Engine, batch.Batch, int]] = []
    store, receipt, answer = county_store.store, county_store.receipt, county_exchange.exchange

    def later(engine: Engine, one: batch.Batch, now: int) -> None:
        soon.append((engine, one, now))

    def promised(engine: Engine, pair_id: UUID, device_id: UUID, now: int) -> Receipt:
        held = receipt(engine, pair_id, device_id, now)
        more = [one for _, one, _ in soon if one.header.device == device_id]
        with engine.connect() as conn:
            names = set(county_store.nodes(conn, pair_id)) if more else set()
        entries = sum(one.header.last - one.header.first + 1 for one in more)
        if not more:
            return held
        return replace(
            held,
            batches=held.batches + len(more),
            entries=held.entries + entries,
            heads=(more[-1].name,),
            digest=digest({*names, *(one.name for one in more)}),
        )

    def answered(engine: Engine, *args: Any) -> Any:
        while soon:
            at, one, now = soon.pop(0)
            if at is engine:
                store(engine, one, now)
        return answer(engine, *args)

    with (
        patch.object(county_store, "store", later),
        patch.object(county_store, "receipt", promised),
        patch("sync.county.talk.exchange", answered),
    ):
        yield


@contextmanager
def no_dedupe() -> Iterator[None]:
    """What comes a second time, in another batch, is applied a second time."""
    apply = merge.apply

    def again(conn: Connection, tables: merge.Tables, *args: Any) -> merge.Applied:
        return apply(conn, replace(tables, seen=lambda _conn, _epoch: 0), *args)

    with (
        patch("sync.merging.merge.apply", again),
        patch("sync.inbox.apply", again),
        patch("sync.proof.rebuild.apply", again),
    ):
        yield


@contextmanager
def last_writer_by_wall_clock() -> Iterator[None]:
    """Of two values the one whose author's clock showed the later time stands, alone."""
    journal = Act._journal

    def edit(self: Edits, entry: Entry, name: str, epoch: bytes, _rule: FieldRule) -> None:
        row = self.rows[entry.table, entry.row]
        head = Head(epoch, entry.seq, entry.wall)
        if max((each.lamport, each.epoch, each.seq) for each in row.heads.of(name)) < (head[2], epoch, entry.seq):
            row.heads.fields[name] = (head,)
            row.moved = True
            row.values[name] = entry.values[name]
            row.changed.add(name)

    def timed(self: Act, *args: Any) -> Head:
        head = journal(self, *args)
        return head._replace(lamport=self.now) if args[2] == "edit" else head

    with patch.object(Edits, "edit", edit), patch.object(Act, "_journal", timed):
        yield


@contextmanager
def client_trusts_its_acknowledgements() -> Iterator[None]:
    """What the county once said it has is not sent again, whatever it says now."""
    push = Talk._push

    def remembering(self: Talk, answer: Any) -> Any:
        known = (name for name in self.folder.news().county_heads if name in self.nodes)
        return push(self, replace(answer, heads=tuple({*answer.heads, *known})))

    with patch.object(Talk, "_push", remembering):
        yield


@contextmanager
def partners_do_not_relay() -> Iterator[None]:
    """A laptop sends what it wrote itself, and nothing else."""
    post = seal.post

    def own(store: Store, folder: Folder) -> None:
        post(store, folder)
        with store.reading() as conn:
            others = conn.execute(select(BATCH.c.hash).where(BATCH.c.device_id != store.device_id)).scalars().all()
        for name in others:
            parcel.drop(folder.outbox, bytes(name))

    places = ("sync.seal.post", "sync.session.post", "tests.simulation.carrying.post")
    with patch(places[0], own), patch(places[1], own), patch(places[2], own):
        yield


@contextmanager
def no_parents() -> Iterator[None]:
    """A batch stands on nothing: each is applied as it comes."""
    with patch("sync.seal._parents", lambda _conn, _device: ()):
        yield


@contextmanager
def position_alone() -> Iterator[None]:
    """What has the name of a known entry is taken for that entry, whatever it says."""

    def none(_entries: Collection[Entry], _known: Mapping[int, Entry]) -> set[int]:
        return set()

    with patch("sync.merging.again.strangers", none), patch("sync.merging.merge._differing", lambda *_: []):
        yield


@contextmanager
def views_instead_of_batches() -> Iterator[None]:
    """What others wrote is kept in the tables only; of its signed bytes no more than the header."""
    keep = seal.keep

    def seen(conn: Connection, name: bytes, header: batch.Header, body: bytes) -> None:
        start = len(batch.MAGIC)
        length = int.from_bytes(body[start : start + 4], "big")
        keep(conn, name, header, body[: start + 4 + length])

    with patch("sync.inbox.keep", seen):
        yield


@contextmanager
def no_rewind_rule() -> Iterator[None]:
    """Whoever learns that others hold entries of its current epoch that it lacks goes on as before."""
    with patch.object(Store, "step_over", lambda _self, _epoch: None):
        yield


@dataclass(frozen=True, slots=True)
class Defect:
    """``without`` one protection. One of ``episodes`` is a part of every history in the search for what shows it."""

    without: Callable[[], AbstractContextManager[None]]
    episodes: tuple[Episode, ...] = ()


DEFECTS: Mapping[str, Defect] = MappingProxyType(
    {
        "number per device": Defect(number_per_device, (("keep", "look", "sync", "put back", "look"),)),
        "acknowledge before insert": Defect(acknowledge_before_insert),
        "no dedupe": Defect(no_dedupe, (("edit", "keep", "sync", "edit", "sync", "put back", "sync"),)),
        "last writer by wall clock": Defect(last_writer_by_wall_clock),
        "client trusts its acknowledgements": Defect(
            client_trusts_its_acknowledgements, (("county kept", "look", "sync", "county put back"),)
        ),
        "partners do not relay": Defect(partners_do_not_relay, (("keep", "look", "relay", "put back"),)),
        "no parents": Defect(no_parents, (("edit", "relay", "sync", "edit", "relay"),)),
        "position alone": Defect(position_alone, (("look", "freeze", "edit", "sync", "resume", "edit"),)),
        "views instead of batches": Defect(views_instead_of_batches),
        "no rewind rule": Defect(no_rewind_rule, (("look", "freeze", "look", "sync", "resume", "sync", "look"),)),
    }
)
