"""Making a county, its schema, its settings and its keys."""

import base64
import stat
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from sqlalchemy import Connection, inspect, select

from db import slots
from sync.county import admin, keys, settings
from sync.county.database import open_engine, reading, writing
from sync.county.errors import CountyDamaged, CountyDatabase, CountyExists, CountyMissing, CountyNameWrong
from sync.county.migrations.run import upgrade
from sync.county.tables import METADATA, RECORD, ROW_VERSION, County, CountyPair, core


def test_the_steps_make_exactly_the_tables_the_program_uses(empty_url: str) -> None:
    engine = open_engine(empty_url)
    upgrade(engine)
    upgrade(engine)
    with engine.connect() as conn:
        partitions = _partitions(conn) if conn.dialect.name == "postgresql" else set()
        there = MigrationContext.configure(conn, opts={"include_name": lambda name, *_: name not in partitions})
        assert compare_metadata(there, METADATA) == []
    engine.dispose()


def _partitions(conn: Connection) -> set[str]:
    found = conn.exec_driver_sql("SELECT relname FROM pg_class WHERE relispartition AND relkind = 'r'")
    return set(found.scalars())


def test_on_postgresql_every_table_of_the_record_is_parted_by_pair(postgres_with_tables: str) -> None:
    engine = open_engine(postgres_with_tables)
    with engine.connect() as conn:
        parted = conn.exec_driver_sql(
            "SELECT relname, pg_get_partkeydef(pg_class.oid), count(*) FROM pg_class"
            " JOIN pg_inherits ON inhparent = pg_class.oid WHERE relkind = 'p' GROUP BY 1, 2"
        ).all()
    engine.dispose()
    assert {name for name, *_ in parted} >= {*RECORD, ROW_VERSION.name, "set_aside", "stored_batch"}
    assert {(by, parts) for _, by, parts in parted} == {("HASH (pair_id)", 16)}


def test_every_table_of_the_record_leads_with_the_pair(empty_url: str) -> None:
    engine = open_engine(empty_url)
    upgrade(engine)
    found = inspect(engine)
    for name in (*RECORD, ROW_VERSION.name, "set_aside", "stored_batch"):
        assert found.get_pk_constraint(name)["constrained_columns"][0] == "pair_id"
        assert all(index["column_names"][0] == "pair_id" for index in found.get_indexes(name))
    engine.dispose()


def test_a_county_is_one_call_and_its_secrets_are_private(tmp_path: Path) -> None:
    folder = tmp_path / "new" / "county"
    made = admin.init(folder, "青川县")
    own = keys.load(folder)
    for name in (keys.FILE, settings.FILE, "county.db"):
        assert stat.S_IMODE((folder / name).stat().st_mode) == 0o600
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    engine = open_engine(made.database_url)
    with reading(engine) as conn:
        row = conn.execute(select(core(County))).one()
    engine.dispose()
    assert (row.name, bytes(row.sign_public), row.age_recipient) == ("青川县", own.sign_public, own.recipient)
    for secret in (own.sign.hex(), own.age, own.recovery.hex()):
        assert secret not in repr(own)
        assert secret not in repr(row)
    assert admin.status(made) == []
    assert admin.devices(made) == []


def test_the_recovery_key_opens_a_vault_whose_passphrase_is_lost(tmp_path: Path) -> None:
    admin.init(tmp_path / "c", "青川县")
    own = keys.load(tmp_path / "c")
    X25519PrivateKey.from_private_bytes(own.recovery)
    laptop = uuid4()
    slot = slots.county_slot(b"k" * 32, own.recovery_public, laptop)
    assert slots.open_county_slot(base64.b64decode(slot["wrapped"]), laptop, own.recovery) == b"k" * 32


def test_a_county_is_never_made_over_another(tmp_path: Path) -> None:
    made = admin.init(tmp_path / "c", "青川县")
    before = (tmp_path / "c" / keys.FILE).read_bytes()
    with pytest.raises(CountyExists):
        admin.init(tmp_path / "c", "别县")
    with pytest.raises(CountyExists):
        admin.init(tmp_path / "d", "别县", made.database_url)
    assert (tmp_path / "c" / keys.FILE).read_bytes() == before
    assert not (tmp_path / "d" / keys.FILE).exists()


@pytest.mark.parametrize("name", ["", " ", "县" * 81, "青\x7f川", "青\n川"])
def test_a_county_needs_a_name_that_prints(tmp_path: Path, name: str) -> None:
    with pytest.raises(CountyNameWrong):
        admin.init(tmp_path / "c", name)
    assert not (tmp_path / "c").exists()


def test_a_county_that_is_not_there_or_does_not_read_says_so(tmp_path: Path) -> None:
    with pytest.raises(CountyMissing):
        settings.load(tmp_path)
    with pytest.raises(CountyMissing):
        keys.load(tmp_path)
    for body in (b"", b"name = 3\ncode_days = 'x'", b"\xff", b"name='x'\ncode_days=0"):
        (tmp_path / settings.FILE).write_bytes(body)
        with pytest.raises(CountyDamaged):
            settings.load(tmp_path)
    for body in (b"", b"{}", b"[]", b'{"format":"yiyang-county-keys-1","sign":"00","age":"x","recovery":"00"}'):
        (tmp_path / keys.FILE).write_bytes(body)
        with pytest.raises(CountyDamaged):
            keys.load(tmp_path)


def test_the_environment_overrules_the_file(tmp_path: Path) -> None:
    name = '青川"县"\\'
    settings.save(tmp_path, name, "sqlite:////x/y.db")
    assert settings.load(tmp_path, {}).name == name
    ruled = settings.load(tmp_path, {"YIYANG_COUNTY_DATABASE_URL": "postgresql://u:geheim@h/d"})
    assert ruled.database_url == "postgresql://u:geheim@h/d"
    assert "geheim" not in repr(ruled)


@pytest.mark.parametrize("url", ["mysql://x/y", "nonsense", "sqlite://", "oracle+what://x"])
def test_a_database_we_do_not_know_is_refused(url: str) -> None:
    with pytest.raises(CountyDatabase):
        open_engine(url)


def test_a_database_that_does_not_answer_says_so_without_the_password(tmp_path: Path) -> None:
    with pytest.raises(CountyDatabase) as caught:
        admin.init(tmp_path / "c", "青川县", "postgresql://u:geheim@127.0.0.1:1/x")
    assert "geheim" not in repr(caught.value.facts)
    assert not (tmp_path / "c" / keys.FILE).exists()


def test_a_write_that_fails_leaves_nothing(empty_url: str) -> None:
    engine = open_engine(empty_url)
    upgrade(engine)
    pair = core(CountyPair)

    def half_done() -> None:
        with writing(engine) as conn:
            conn.execute(pair.insert().values(pair_id=UUID(int=1), name="x", directory_version=0, enrolled_at=0))
            raise InterruptedError

    with pytest.raises(InterruptedError):
        half_done()
    with reading(engine) as conn:
        assert conn.execute(select(pair)).all() == []
    engine.dispose()
