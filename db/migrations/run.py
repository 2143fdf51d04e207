"""Bring a file to the newest schema."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import Engine

HERE = Path(__file__).parent


def config() -> Config:
    """Alembic's settings, without an ini file to ship."""
    settings = Config()
    settings.set_main_option("script_location", str(HERE))
    return settings


def upgrade(engine: Engine) -> None:
    """Run every step the file has not seen, each in its own transaction."""
    settings = config()
    with engine.connect() as conn:
        settings.attributes["connection"] = conn
        command.upgrade(settings, "head")
