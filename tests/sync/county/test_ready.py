"""Whether a county is ready, and how its database comes to its schema when several start at once."""

from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

from alembic.migration import MigrationContext
from sqlalchemy import inspect

from sync.county.database import open_engine
from sync.county.health import why_not_ready
from sync.county.serving import prepare
from sync.county.settings import Settings
from sync.county.tables import RECORD


def test_a_database_that_is_empty_current_or_away(empty_url: str) -> None:
    engine = open_engine(empty_url)
    assert why_not_ready(engine) == "schema"
    prepare(Settings(Path(), "青川县", empty_url))
    assert why_not_ready(engine) == ""
    engine.dispose()
    away = open_engine("postgresql://nobody@127.0.0.1:1/nothing")
    assert why_not_ready(away) == "database"
    away.dispose()


def test_two_servers_that_start_at_once_make_the_tables_once(empty_url: str) -> None:
    county = Settings(Path(), "青川县", empty_url)
    with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as pool:
        assert list(pool.map(prepare, [county] * 2)) == [None, None]
    engine = open_engine(empty_url)
    with engine.connect() as conn:
        assert MigrationContext.configure(conn).get_current_heads() == ("0001",)
        assert {*RECORD} <= {*inspect(conn).get_table_names()}
    engine.dispose()
