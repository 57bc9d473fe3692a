"""Our revisions through Alembic, without an alembic.ini on disk."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import Connection


def settings(connection: Connection | None = None) -> Config:
    """Return Alembic's settings; commands work inside the transaction of ``connection``."""
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    config.attributes["connection"] = connection
    return config


def upgrade(connection: Connection) -> None:
    """Run every revision that the database has not seen."""
    command.upgrade(settings(connection), "head")


def known() -> set[str]:
    """Return the names of all revisions of this program."""
    scripts = ScriptDirectory.from_config(settings())
    return {script.revision for script in scripts.walk_revisions()}
