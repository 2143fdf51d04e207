"""Whether this county can serve: asked by proxies and service managers, told in one word."""

from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine

from sync.county.database import plain_errors, reading
from sync.county.errors import CountyDatabase
from sync.county.migrations.run import config


def why_not_ready(engine: Engine) -> str:
    """``database`` when it does not answer, ``schema`` when it is not this program's, empty when all is well."""
    try:
        with plain_errors(), reading(engine) as conn:
            there = MigrationContext.configure(conn).get_current_heads()
    except CountyDatabase:
        return "database"
    return "" if set(there) == set(ScriptDirectory.from_config(config()).get_heads()) else "schema"
