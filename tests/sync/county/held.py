"""What the county's database holds, asked for by table."""

from typing import Any

from sqlalchemy import select

from sync.county.database import open_engine, reading
from sync.county.settings import Settings


def rows(county: Settings, table: Any, *where: Any) -> list[Any]:
    """The rows of a table, those alone that fit ``where``."""
    engine = open_engine(county.database_url)
    try:
        with reading(engine) as conn:
            return list(conn.execute(select(table).where(*where)))
    finally:
        engine.dispose()
