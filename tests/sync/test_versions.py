"""Programs of different ages understand each other: what an old one wrote is read, what a new one wrote is kept.

A schema grows by new columns with defaults and by new tables; nothing is renamed or dropped. The program of schema 6
here has both kinds of growth.
"""

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any
from uuid import UUID

import pyrage
import pytest
from sqlalchemy import Boolean, Column, Connection, Engine, Integer, MetaData, Table, Text, create_engine, select
from sqlalchemy.pool import StaticPool

from db.identity import new_epoch, row_id
from db.journal import SCHEMA, Entry, EntryRef, Value
from db.local import METADATA, ROW_VERSION, SET_ASIDE
from db.policy import APPEND, EDIT, Cautious, Policy
from db.rows import Shape
from db.store import Store
from db.tables import BY_NAME, Person, RowId
from db.versions import RowHeads
from sync import batch, exchange, jws, parcel, session
from sync.county import admin, attention
from sync.errors import CountyRefused
from sync.inbox import take_in
from sync.merging.merge import Merged, Tables, apply, laptop_tables
from sync.merging.retry import retry_aside
from sync.proof.rebuild import differences
from sync.proof.standing import standing
from sync.protocol import OLDEST_PROGRAM
from sync.seal import held
from tests.sync.county_tables import rows_of
from tests.sync.worlds import World, look, who

OLD = Path(__file__).with_name("fixtures") / "schema_1"
SAID: dict[str, Any] = json.loads((OLD / "said.json").read_text("utf-8"))


def old_batches() -> list[batch.Batch]:
    """The stored batches of schema 1, signatures checked."""
    keys = {UUID(hex=device): bytes.fromhex(key) for device, key in SAID["keys"].items()}
    return [batch.read(path.read_bytes(), keys.get) for path in sorted(OLD.glob("*.batch"))]


def value(said: Any) -> Value:
    """A value as it is written in ``said.json``."""
    return UUID(hex=said["id"]) if isinstance(said, dict) else said


# --- a program of schema 6 ------------------------------------------------------------------------


def grown(merged: Merged, policy: Policy, **columns: tuple[type[Any], Value]) -> Merged:
    """A table with more columns: their type in SQL, and their default."""
    shape = merged.shape
    more = [Column(name, kind, nullable=default is None) for name, (kind, default) in columns.items()]
    table = Table(shape.name, MetaData(), *(column._copy() for column in merged.table.columns), *more)
    python = {Text: str, Integer: int, Boolean: bool}
    kinds = {
        name: (python[kind],) if default is not None else (python[kind], type(None))
        for name, (kind, default) in columns.items()
    }
    wider = replace(
        shape,
        table=table,
        columns=(*shape.columns, *columns),
        kinds={**shape.kinds, **kinds},
        defaults={**shape.defaults, **{name: default for name, (_, default) in columns.items()}},
    )
    return Merged(wider, table, policy)


def new_table() -> Merged:
    """Doses: a table that schema 1 does not have."""
    table = Table(
        "infusion", MetaData(), Column("id", RowId, primary_key=True), Column("person_id", RowId), Column("drug", Text)
    )
    kinds: dict[str, tuple[type, ...]] = {"person_id": (UUID,), "drug": (str,)}
    return Merged(Shape("infusion", table, ("person_id", "drug"), kinds, {}, frozenset(), ""), table, APPEND)


def schema_6() -> Tables:
    """The tables five versions later: columns with a rule of their own, with and without a default, and a new table."""
    now = laptop_tables()
    known = dict(now.by_name)
    person = Policy("edit", {**BY_NAME["person"].merge.rules, "fall_risk": Cautious(("high", "low", ""))})
    known["person"] = grown(known["person"], person, fall_risk=(Text, ""), height_cm=(Integer, None))
    known["round"] = grown(known["round"], APPEND, by_voice=(Boolean, False))
    known["bed"] = grown(known["bed"], EDIT, air_mattress=(Boolean, False))
    known["infusion"] = new_table()
    return replace(now, by_name=known)


@pytest.fixture
def empty() -> Iterator[Callable[[Tables], Engine]]:
    """Empty databases with a program's tables."""
    engines: list[Engine] = []

    def make(tables: Tables) -> Engine:
        engine = create_engine("sqlite://", poolclass=StaticPool)
        METADATA.create_all(engine)
        with engine.begin() as conn:
            for merged in tables.by_name.values():
                conn.exec_driver_sql(f'DROP TABLE IF EXISTS "{merged.shape.name}"')
                merged.table.create(conn)
        engines.append(engine)
        return engine

    yield make
    for engine in engines:
        engine.dispose()


def merge_all(conn: Connection, tables: Tables, batches: list[batch.Batch]) -> list[str]:
    """Apply batches in their order; what was set aside, and why."""
    last: dict[bytes, int] = {}
    anew = replace(tables, seen=lambda _conn, epoch: last.get(epoch, 0), known=lambda *_: {})
    for one in batches:
        apply(conn, anew, one.entries(), one.header.epoch, one.name)
        last[one.header.epoch] = max(last.get(one.header.epoch, 0), one.header.last)
    return sorted(conn.execute(select(SET_ASIDE.c.reason)).scalars())


@pytest.mark.parametrize("program", [laptop_tables, schema_6], ids=["now", "schema 6"])
def test_what_an_old_laptop_wrote_is_read_and_merged_right(
    empty: Callable[[Tables], Engine], program: Callable[[], Tables]
) -> None:
    batches = old_batches()
    assert len(batches) > 3
    assert {one.header.schema for one in batches} == {1}
    assert {table for one in batches for table in one.header.counts} == SAID["rows"].keys() & {
        name for name, rows in SAID["rows"].items() if rows
    }
    tables = program()
    with empty(tables).begin() as conn:
        assert merge_all(conn, tables, batches) == []
        for name, rows in SAID["rows"].items():
            merged = tables.by_name[name]
            old = SAID["columns"][name]
            found = conn.execute(select(merged.table)).mappings().all()
            assert sorted(([row[column] for column in old] for row in found), key=repr) == sorted(
                ([value(cell) for cell in row] for row in rows), key=repr
            )
            # What schema 1 did not know is as if nobody had said anything.
            for row in found:
                for column in merged.shape.columns:
                    if column not in old:
                        assert row[column] == merged.shape.defaults[column]
        contested = [
            RowHeads.decode(bytes(heads)).contested
            for heads in conn.execute(select(ROW_VERSION.c.heads).where(ROW_VERSION.c.contested > 0)).scalars()
        ]
        assert contested == [("allergies",)]


def test_a_column_that_were_dropped_would_lose_nothing(empty: Callable[[Tables], Engine]) -> None:
    """Our rules allow none to be dropped. Should one be, its values are set aside, told, and the rows are there."""
    now = laptop_tables()
    person = now.by_name["person"]
    table = Table("person", MetaData(), *(c._copy() for c in person.table.columns if c.name != "village"))
    shape = replace(
        person.shape,
        table=table,
        columns=tuple(name for name in person.shape.columns if name != "village"),
        kinds={name: kinds for name, kinds in person.shape.kinds.items() if name != "village"},
    )
    tables = replace(now, by_name={**now.by_name, "person": Merged(shape, table, person.policy)})
    with empty(tables).begin() as conn:
        assert merge_all(conn, tables, old_batches()) == ["unknown_field:village"] * 2
        assert len(conn.execute(select(table)).all()) == len(SAID["rows"]["person"])


# --- a newer laptop beside older ones ---------------------------------------------------------------


def newer_batch(store: Store, person: UUID, parents: tuple[bytes, ...]) -> bytes:
    """What the program of schema 6 on this laptop seals: new fields, a new table, and ordinary work."""
    epoch = new_epoch(store.now())
    with store.reading() as conn:
        query = select(ROW_VERSION.c.heads).where(ROW_VERSION.c.row_id == person)
        heads = RowHeads.decode(bytes(conn.execute(query).scalar_one()))
    low = 1 + max((one.lamport for one in (heads.born, *heads.of("phone"))), default=0) + 1000
    edit: dict[str, Value] = {"fall_risk": "high", "height_cm": 151, "phone": "139"}
    look_: dict[str, Value] = {"person_id": person, "staff_id": person, "at": 5, "kind": "day", "by_voice": True}
    entries = [
        Entry(1, low, 5, None, "person", person, "edit", edit, heads.refs(edit)),
        Entry(2, low + 1, 5, None, "infusion", row_id(epoch, 1), "insert", {"person_id": person, "drug": "氨氯地平"}),
        Entry(3, low + 2, 5, None, "round", row_id(epoch, 2), "insert", look_),
        Entry(
            4, low + 3, 5, None, "person", person, "edit", {"fall_risk": "low"}, {"fall_risk": (EntryRef(epoch, 1),)}
        ),
    ]
    header = batch.Header(
        pair=store.pair_id,
        device=store.device_id,
        epoch=epoch,
        first=1,
        last=4,
        lamport_first=low,
        lamport_last=low + 3,
        schema=6,
        codec=batch.CODEC,
        counts={"person": 2, "infusion": 1, "round": 1},
        parents=parents,
    )
    return batch.seal(header, entries, store.device.sign_key)


def test_what_a_newer_laptop_writes_is_kept_passed_on_and_merged_after_the_upgrade(world: World) -> None:
    with world.serving():
        home, clinic = world.start(), world.start("clinic")
        person = who(home)
        with home.reading() as conn:
            parents = tuple(sorted(held(conn)))[-1:]
        sent = newer_batch(home, person, parents)
        name = batch.name(sent)
        # The laptop upgraded itself; here only what it sealed is needed.
        [mine] = [each for each in (home.device.age_key,) if each]
        recipients = [world.folder().link().county_recipient]
        parcel.put(world.folder().outbox, name, parcel.seal_parcel(sent, [*recipients, *_public(mine)]))
        session.sync(home)
        session.sync(clinic)
        for store in (home, clinic):
            with store.reading() as conn:
                assert name in held(conn)
                asides = sorted(conn.execute(select(SET_ASIDE.c.reason)).scalars())
            assert asides == [
                "unknown_field:by_voice",
                "unknown_field:fall_risk",
                "unknown_field:fall_risk unknown_field:height_cm",
                "unknown_table",
            ]
            assert differences(store) == {}
        # The ordinary part is there, on both and at the county.
        assert {row[10] for row in rows_of(clinic, None, Person)} == {"139"}
        assert rows_of(clinic, None, Person) == rows_of(world.county, clinic.pair_id, Person)
        [pair] = admin.status(world.county)
        assert (pair.unmerged, pair.set_aside) == (0, 4)
        told = {each.detail for each in attention.attention(world.county) if each.kind == "set_aside"}
        assert told == set(asides)
        look(clinic)
        # The clinic's laptop is upgraded: its file gets the columns and the table, then what waited finds its place.
        upgrade(clinic)
        assert retry_aside(clinic, schema_6(), schema=6) == 4
        with clinic.reading() as conn:
            table = schema_6().by_name["person"].table
            row = conn.execute(select(table).where(table.c.id == person)).one()
            assert (row.fall_risk, row.height_cm, row.phone) == ("low", 151, "139")
            assert conn.exec_driver_sql("SELECT drug FROM infusion").scalars().all() == ["氨氯地平"]
            assert conn.exec_driver_sql("SELECT count(*) FROM round WHERE by_voice").scalar_one() == 1
        assert standing(clinic).set_aside == 0


def _public(key: str) -> list[str]:
    return [str(pyrage.x25519.Identity.from_str(key).to_public())]


def upgrade(store: Store) -> None:
    """What the migrations from schema 1 to 6 would do to the file."""
    with store.writing() as conn:
        for statement in (
            "ALTER TABLE person ADD COLUMN fall_risk TEXT NOT NULL DEFAULT ''",
            "ALTER TABLE person ADD COLUMN height_cm INTEGER",
            "ALTER TABLE round ADD COLUMN by_voice BOOLEAN NOT NULL DEFAULT 0",
            "ALTER TABLE bed ADD COLUMN air_mattress BOOLEAN NOT NULL DEFAULT 0",
        ):
            conn.exec_driver_sql(statement)
        new_table().table.create(conn)


# --- the window ---------------------------------------------------------------------------------------


def test_a_laptop_too_old_is_told_what_happened_and_loses_nothing(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = world.start()
    done = look(home)
    with world.serving():
        # The county has been upgraded meanwhile to a program that does not serve ours any more.
        monkeypatch.setattr("sync.county.exchange.OLDEST_PROGRAM", OLDEST_PROGRAM + 1)
        monkeypatch.setattr("sync.county.attention.OLDEST_PROGRAM", OLDEST_PROGRAM + 1)
        with pytest.raises(CountyRefused) as said:
            session.sync(home)
        assert said.value.facts["reason"] == "laptop_too_old"
        assert standing(home).unsent == 1
        assert ("too_old", "护理站") in [(each.kind, each.laptop) for each in attention.attention(world.county)]
        monkeypatch.undo()
        session.sync(home)
    assert world.at_county(home) == {done}


def test_a_laptop_knows_what_its_county_understands(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    home = world.start()
    with world.serving():
        session.sync(home)
    news = world.folder().news()
    assert (news.county_program, news.county_schema) == (OLDEST_PROGRAM, SCHEMA)
    assert not standing(home).county_older
    # The laptop is upgraded before its county.
    monkeypatch.setattr("sync.proof.standing.SCHEMA", SCHEMA + 1)
    assert standing(home).county_older


def test_a_newer_laptop_with_an_older_county_goes_on_and_is_told_that_it_is_not_merged(world: World) -> None:
    """A layout the county cannot read: it stores the batch, passes it on, and signs for no more than that."""
    home, clinic = world.start(), world.start("clinic")
    with world.serving():
        with home.reading() as conn:
            parents = tuple(sorted(held(conn)))[-1:]
        sound = batch.unseal(newer_batch(home, who(home), parents))
        data = relaid(home, sound.header)
        to = [world.folder().link().county_recipient, *_public(home.device.age_key)]
        parcel.put(world.folder().outbox, batch.name(data), parcel.seal_parcel(data, to))
        outcome = exchange.run(world.folder())
        assert outcome.receipt is not None
        assert outcome.receipt.level == "received"
        [pair] = admin.status(world.county)
        assert pair.unmerged == 1
        came = session.sync(clinic)
        assert came.arrived.waiting == 1
        # It waits where it came, and is read by the program that can.
        assert parcel.names(world.folder("clinic").inbox) == [batch.name(data)]
        assert take_in(clinic, world.folder("clinic")).refused == [(batch.name(data).hex(), "batch_too_new")]
        look(clinic)
        session.sync(clinic)
        assert standing(clinic).unsent == 0


def relaid(store: Store, header: batch.Header) -> bytes:
    """The same header over a layout of the future, soundly signed."""
    head = batch._pack_header(replace(header, codec="columns-9"))
    body = b"laid out otherwise"
    signed = b"".join((batch.MAGIC, len(head).to_bytes(4, "big"), head, len(body).to_bytes(4, "big"), body))
    return signed + jws.sign_detached(signed, store.device.sign_key, store.device_id.hex).encode()
