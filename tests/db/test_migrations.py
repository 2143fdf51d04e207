"""The file's schema is what the tables say, and a start pays only for what it needs."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import inspect, text
from sqlalchemy.engine.reflection import Inspector

from db import keys, vault
from db.local import METADATA
from db.migrations.run import config
from db.store import Store
from db.tables import SYNCED
from db.vault import SCHEMA, create_vault
from tests.db.conftest import HOUSE, NUMBER, PASSPHRASE


def _affinity(kind: Any) -> str:
    return str(kind._type_affinity.__name__)


def columns(found: Inspector, table: str) -> dict[str, tuple[str, bool]]:
    """Name, kind and whether null is allowed, of every column in the file."""
    return {c["name"]: (_affinity(c["type"]), bool(c["nullable"])) for c in found.get_columns(table)}


def declared(table: str) -> dict[str, tuple[str, bool]]:
    """The same of the table as the program knows it."""
    kinds = {}
    for column in METADATA.tables[table].columns:
        kind: Any = getattr(column.type, "impl", column.type)
        kinds[column.name] = (_affinity(kind), bool(column.nullable))
    return kinds


def test_a_new_file_has_every_table_and_no_other(store: Store) -> None:
    with store.reading() as conn:
        assert set(inspect(conn).get_table_names()) == {*METADATA.tables, "alembic_version"}
    assert {str(table.__tablename__) for table in SYNCED} < set(METADATA.tables)


@pytest.mark.parametrize("table", sorted(METADATA.tables))
def test_a_new_file_has_the_columns_keys_and_indexes_that_the_tables_say(store: Store, table: str) -> None:
    core = METADATA.tables[table]
    with store.reading() as conn:
        found = inspect(conn)
        assert columns(found, table) == declared(table)
        assert found.get_pk_constraint(table)["constrained_columns"] == [c.name for c in core.primary_key]
        assert {(i["name"], tuple(i["column_names"]), bool(i["unique"])) for i in found.get_indexes(table)} == {
            (i.name, tuple(c.name for c in i.columns), bool(i.unique)) for i in core.indexes
        }
        assert found.get_foreign_keys(table) == []


def test_alembic_finds_nothing_to_do_on_a_new_file(store: Store) -> None:
    with store.reading() as conn:
        assert compare_metadata(MigrationContext.configure(conn), METADATA) == []


def test_partial_indexes_are_partial(store: Store) -> None:
    """Corrections are few: an ordinary round pays nothing for the index that finds them."""
    with store.reading() as conn:
        said = conn.execute(text("SELECT sql FROM sqlite_master WHERE name = 'ix_round_supersedes'")).scalar_one()
    assert said.endswith("WHERE supersedes IS NOT NULL")


def test_what_was_written_under_a_doubted_clock_is_found_without_reading_the_journal(store: Store) -> None:
    """Weeks of entries may wait to be sealed, and each chart asks."""
    asked = "EXPLAIN QUERY PLAN SELECT 1 FROM journal WHERE journal.suspect = 1 AND journal.row_id = x'00'"
    with store.reading() as conn:
        (plan,) = conn.execute(text(asked)).mappings().all()
    assert "ix_journal_suspect" in plan["detail"]


def test_the_newest_step_is_the_schema_that_the_program_says() -> None:
    assert ScriptDirectory.from_config(config()).get_heads() == [f"{SCHEMA:04d}"]


def test_a_file_says_its_schema(store: Store) -> None:
    with store.reading() as conn:
        assert conn.execute(text("SELECT version_num FROM alembic_version")).scalars().all() == [f"{SCHEMA:04d}"]


def test_before_a_step_the_file_is_copied(store: Store, record_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A program of the next version opens this file: the copy of before lies beside it, and opens alone."""
    store.close()
    monkeypatch.setattr(vault, "SCHEMA", SCHEMA + 1)
    vault.open_vault(record_path, NUMBER, PASSPHRASE).close()
    monkeypatch.undo()
    (copy,) = record_path.parent.glob(f"*before-{SCHEMA + 1:04d}.db")
    keys.envelope_path(record_path).unlink()
    vault.open_vault(copy, NUMBER, PASSPHRASE).close()


OPENER = """
import json, sys
from pathlib import Path
from db.vault import open_vault
store = open_vault(Path(sys.argv[1]), "0001", sys.argv[2])
with store.reading() as conn:
    conn.exec_driver_sql("SELECT count(*) FROM person_term").all()
store.drafts("")
store.close()
print(json.dumps(sorted(sys.modules)))
"""


def test_opening_a_file_of_today_loads_neither_alembic_nor_the_dictionaries(record_path: Path) -> None:
    """A quarter of a second each, at every start, for what most days do not need."""
    create_vault(record_path, NUMBER, PASSPHRASE, cost=keys.FLOOR).close()
    command = [sys.executable, "-c", OPENER, str(record_path), PASSPHRASE]
    ran = subprocess.run(command, cwd=HOUSE, capture_output=True, text=True, check=True)
    loaded = set(json.loads(ran.stdout))
    assert "db.vault" in loaded
    assert not loaded & {"alembic", "mako", "pypinyin", "pyrage", "textual", "httpx", "db.migrations.run"}
