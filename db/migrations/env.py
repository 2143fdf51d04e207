"""Run by Alembic with the connection that ``run.upgrade`` hands over."""

from alembic import context

from db.local import METADATA

connection = context.config.attributes["connection"]
context.configure(connection=connection, target_metadata=METADATA, transaction_per_migration=True, render_as_batch=True)
with context.begin_transaction():
    context.run_migrations()
