"""Run by Alembic with the connection that ``run.upgrade`` hands over, inside its transaction."""

from alembic import context

from sync.county.tables import METADATA

connection = context.config.attributes["connection"]
context.configure(connection=connection, target_metadata=METADATA, render_as_batch=True)
context.run_migrations()
