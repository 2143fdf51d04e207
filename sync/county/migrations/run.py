"""Bring a county's database to the newest schema."""

from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Engine

if TYPE_CHECKING:
    from alembic.config import Config

HERE = Path(__file__).parent
# Any number that nothing else of ours locks: two workers that start at once upgrade one after the other.
_LOCK = 0x596979616E67


def config() -> "Config":
    """Alembic's settings, without an ini file to ship."""
    from alembic.config import Config

    settings = Config()
    settings.set_main_option("script_location", str(HERE))
    return settings


def upgrade(engine: Engine) -> None:
    """Run every step the database has not seen, all in one transaction; then retry what was set aside before."""
    # A quarter of the start of every command that changes no schema.
    from alembic import command

    from sync.county.retrying import retry_pairs

    settings = config()
    with engine.connect().execution_options(yiyang_write=True) as conn, conn.begin():
        if conn.dialect.name == "postgresql":
            conn.exec_driver_sql("SELECT pg_advisory_xact_lock(%s)", (_LOCK,))
        settings.attributes["connection"] = conn
        command.upgrade(settings, "head")
    retry_pairs(engine)
