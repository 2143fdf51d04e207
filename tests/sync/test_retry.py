"""What an older program set aside finds its place when a newer one opens the record, and nothing is told wrongly."""

from collections.abc import Mapping
from dataclasses import replace

import pytest
from sqlalchemy import MetaData, Table, func, select
from sqlmodel import col

from db.errors import VaultDamaged
from db.local import PERSON_TERM, RETRIED, SET_ASIDE
from db.rows import shape_of
from db.store import Store
from db.tables import BY_NAME, SYNCED, AuditEvent, Leave, Person, Round
from sync import inbox, session
from sync.merging.merge import Merged, Tables, laptop_tables
from sync.merging.retry import retry_aside
from sync.proof.rebuild import differences
from tests.sync.county_tables import rows_of
from tests.sync.worlds import World, look, who

UNKNOWN: Mapping[str, tuple[str, ...]] = {"person": ("birth", "agreement"), "round": ("water_ml",)}


def older() -> Tables:
    """The tables of a program that knows no births, no water and no leaves."""
    whole = laptop_tables()
    known = {name: _without(merged) for name, merged in whole.by_name.items() if name != "leave"}
    return replace(whole, by_name=known)


def _without(merged: Merged) -> Merged:
    lacking = UNKNOWN.get(merged.shape.name, ())
    table = Table(merged.shape.name, MetaData(), *(c._copy() for c in merged.table.columns if c.name not in lacking))
    shape = replace(
        merged.shape,
        table=table,
        columns=tuple(name for name in merged.shape.columns if name not in lacking),
        kinds={name: kinds for name, kinds in merged.shape.kinds.items() if name not in lacking},
    )
    return Merged(shape, table, merged.policy)


def asides(store: Store) -> list[str]:
    """Why entries are aside."""
    with store.reading() as conn:
        return sorted(conn.execute(select(SET_ASIDE.c.reason)).scalars())


@pytest.fixture
def behind(world: World, monkeypatch: pytest.MonkeyPatch) -> tuple[Store, Store]:
    """The laptop of the home runs an older program than the clinic's, and took in what that one wrote."""
    with world.serving():
        home, clinic = world.start(), world.start("clinic")
        session.sync(home)
        person = who(clinic)
        with clinic.act(None) as act:
            later = act.insert(Person, name="赵明", sex="1", birth="1940-02-03")
            act.insert(Round, person_id=later, staff_id=later, at=act.now, kind="caregiver", water_ml=200)
            act.insert(Leave, person_id=later, stay_id=later, left_at=act.now)
            act.edit(Person, person, birth="1938-01-01", phone="1")
        with clinic.act(None) as act:
            act.edit(Person, person, birth="1939-01-01")
            act.edit(Person, later, birth="1941-02-03")
        look(clinic)
        monkeypatch.setattr(inbox, "laptop_tables", older)
        session.sync(clinic)
        session.sync(home)
        with home.act(None) as act:
            act.edit(Person, person, phone="2", note="只在这里")
        session.settle(home)
        with home.act(None) as act:
            act.edit(Person, person, note="还没有封")
        monkeypatch.undo()
    return home, clinic


def test_a_newer_program_gives_every_entry_its_place(behind: tuple[Store, Store]) -> None:
    home, clinic = behind
    assert asides(home) == [
        "unknown_field:birth",
        "unknown_field:birth",
        "unknown_field:birth",
        "unknown_field:birth",
        "unknown_field:water_ml",
        "unknown_field:water_ml",
        "unknown_table",
    ]
    assert retry_aside(home) == 0  # the same program as it was
    assert retry_aside(home, schema=2) == 7
    assert asides(home) == []
    assert differences(home) == {}
    for table in (Round, Leave):
        assert rows_of(home, None, table) == rows_of(clinic, None, table)
    with home.reading() as conn:
        shown = shape_of(Person).table
        found = {row.name: (row.birth, row.phone, row.note) for row in conn.execute(select(shown))}
    # What was written here meanwhile stands, sealed or not.
    assert found == {"李秀英": ("1939-01-01", "2", "还没有封"), "赵明": ("1941-02-03", "", "")}


def test_it_is_done_once_a_schema_and_whole_or_not_at_all(behind: tuple[Store, Store]) -> None:
    home, _ = behind
    before = {name: rows_of(home, None, BY_NAME[name]) for name in ("person", "round", "leave")}
    whole = laptop_tables()
    # It ends in the middle: the heads cannot be written.
    broken = replace(whole, row_version=Table("gone", MetaData(), *(c._copy() for c in whole.row_version.columns)))
    with pytest.raises(VaultDamaged):
        retry_aside(home, broken, schema=2)
    assert {name: rows_of(home, None, BY_NAME[name]) for name in before} == before
    assert len(asides(home)) == 7
    assert retry_aside(home, schema=2) == 7
    assert retry_aside(home, schema=2) == 0


def test_people_are_found_by_what_the_newer_program_knows(behind: tuple[Store, Store]) -> None:
    home, _ = behind
    with home.reading() as conn:
        before = set(conn.execute(select(PERSON_TERM)).all())
    retry_aside(home, schema=2)
    with home.reading() as conn:
        assert set(conn.execute(select(PERSON_TERM)).all()) == before


def test_a_program_that_still_does_not_know_leaves_all_as_it_is(behind: tuple[Store, Store]) -> None:
    home, _ = behind
    before = {model: rows_of(home, None, model) for model in SYNCED if model not in (Leave, AuditEvent)}
    said = asides(home)
    assert retry_aside(home, older(), schema=2) == 0
    assert set(asides(home)) == set(said)
    assert {model: rows_of(home, None, model) for model in before} == before
    with home.reading() as conn:
        assert conn.execute(select(func.max(RETRIED.c.schema))).scalar_one() == 2
        # The door for rows that are made anew was open: whoever reads the audit trail sees it.
        assert conn.execute(select(col(AuditEvent.what), col(AuditEvent.facts))).all() == [
            ("mended", '{"why": "upgrade"}')
        ]
