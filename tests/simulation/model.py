"""What the laptops acknowledged, what each author had seen, and where in the world it is still written down."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import select

from db.journal import Entry, EntryRef, Value
from db.local import BATCH
from db.store import Store
from sync import batch, parcel
from sync.seal import tail
from tests.simulation.county import County
from tests.simulation.laptop import Laptop

# A new row is known by one value that no other row has.
TOKEN: Mapping[str, str] = {"round": "note", "person": "name", "stay": "begun_by", "leave": "companion"}


class Fact(NamedTuple):
    """One value that somebody wrote into one field: every one is written once only, so it names itself."""

    table: str
    field: str
    value: Value


@dataclass(frozen=True, slots=True)
class Written:
    """A fact as it was acknowledged. ``saw``: the facts of the same field that its author saw and wrote over."""

    fact: Fact
    row: UUID
    op: str
    saw: frozenset[Fact]
    step: int


@dataclass(frozen=True, slots=True)
class Stick:
    """A folder with bundles, and the batches that are in them."""

    place: Path
    names: frozenset[bytes]


@dataclass(frozen=True, slots=True)
class Known:
    """A batch: whose it is, what it stands on, its entries' number, names and facts."""

    device: UUID
    parents: tuple[bytes, ...]
    entries: int
    facts: frozenset[Fact]
    names: Mapping[EntryRef, tuple[Fact, ...]]


def facts(entry: Entry) -> tuple[Fact, ...]:
    """What an entry says."""
    if entry.op == "edit":
        return tuple(Fact(entry.table, name, value) for name, value in sorted(entry.values.items()))
    name = TOKEN.get(entry.table)
    return () if name is None else (Fact(entry.table, name, entry.values[name]),)


@dataclass(slots=True)
class Model:
    """``lost`` is what the history itself destroyed: it was written down nowhere else."""

    pair: UUID
    written: dict[Fact, Written] = field(default_factory=dict)
    lost: set[Fact] = field(default_factory=set)
    sticks: list[Stick] = field(default_factory=list)
    batches: dict[bytes, Known] = field(default_factory=dict)

    def learn(self, name: bytes, body: bytes) -> None:
        """Look into a batch."""
        one = batch.unseal(body)
        entries = one.entries()
        names = {EntryRef(one.header.epoch, entry.seq): facts(entry) for entry in entries}
        said = frozenset(fact for some in names.values() for fact in some)
        self.batches[name] = Known(one.header.device, one.header.parents, len(entries), said, names)

    def in_vault(self, store: Store) -> tuple[set[bytes], dict[EntryRef, tuple[Fact, ...]]]:
        """The batches a record holds, and its unsealed tail."""
        with store.reading() as conn:
            names = {bytes(name) for name in conn.execute(select(BATCH.c.hash).where(BATCH.c.body != b"")).scalars()}
            for name in names - self.batches.keys():
                self.learn(name, bytes(conn.execute(select(BATCH.c.body).where(BATCH.c.hash == name)).scalar_one()))
            unsealed = {EntryRef(epoch, entry.seq): facts(entry) for epoch, entry in tail(conn)}
        return names, unsealed

    def seen(self, store: Store) -> set[Fact]:
        """All that a record holds."""
        names, unsealed = self.in_vault(store)
        return self._of(names) | {fact for some in unsealed.values() for fact in some}

    def _of(self, names: Iterable[bytes]) -> set[Fact]:
        return {fact for name in names for fact in self.batches[name].facts}

    def at_county(self, county: County) -> set[bytes]:
        """The batches the county holds."""
        names = set(county.nodes(self.pair))
        for name in names - self.batches.keys():
            self.learn(name, county.body(self.pair, name))
        return names

    def heads(self, of: Iterable[Fact]) -> frozenset[Fact]:
        """Those of some facts that none of them wrote over."""
        some = set(of)
        return frozenset(some - {seen for fact in some if fact in self.written for seen in self.written[fact].saw})

    def anywhere(self, laptops: Iterable[Laptop], county: County) -> set[Fact]:
        """All facts that are still written down somewhere together with all that they stand on."""
        names, found = self.at_county(county), set()
        for laptop in laptops:
            with laptop.working() as store:
                held, unsealed = self.in_vault(store)
                names |= held | self._sealed(laptop, store)
                found |= {fact for some in unsealed.values() for fact in some}
        for stick in self.sticks:
            names |= stick.names
        return found | self._of(self._whole(names))

    def _sealed(self, laptop: Laptop, store: Store) -> set[bytes]:
        names = set()
        for place in (laptop.folder.outbox, laptop.folder.inbox):
            for name in parcel.names(place):
                if name not in self.batches:
                    self.learn(name, parcel.open_parcel(parcel.get(place, name), store.device.age_key))
                names.add(name)
        return names

    def _whole(self, names: set[bytes]) -> set[bytes]:
        """Those of the batches whose ancestors are there too: without them nobody can read a batch."""
        whole: set[bytes] = set()
        waiting = sorted(names)
        while True:
            later = [name for name in waiting if not whole.issuperset(self.batches[name].parents)]
            whole.update(set(waiting) - set(later))
            if len(later) == len(waiting):
                return whole
            waiting = later

    def doubled(self) -> set[Fact]:
        """Facts whose entries, or whose rows, got the name of another one: a machine was resumed twice in one epoch."""
        by_name: dict[EntryRef | UUID, set[tuple[Fact, ...]]] = {}
        for one in self.batches.values():
            for name, some in one.names.items():
                by_name.setdefault(name, set()).add(some)
        for each in self.written.values():
            if each.op == "insert":
                by_name.setdefault(each.row, set()).add((each.fact,))
        return {fact for many in by_name.values() if len(many) > 1 for some in many for fact in some}


def remembered(store: Store) -> Model:
    """The model of a record as it stands: all of it was acknowledged before the first step."""
    model = Model(store.pair_id)
    with store.reading() as conn:
        for body in conn.execute(select(BATCH.c.body)).scalars():
            for entry in batch.unseal(bytes(body)).entries():
                for fact in facts(entry):
                    model.written[fact] = Written(fact, entry.row, entry.op, frozenset(), 0)
    return model
