"""Bringing a database to this program's version, and refusing one of another."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Connection, inspect, text
from sqlalchemy.engine import URL

from gateway.adapters.sql.engines import (
    database_url,
    is_sqlite,
    postgresql,
    spoken,
    sqlite_reader,
    sqlite_writer,
)
from gateway.adapters.sql.tables import VERSION
from gateway.domain.errors import Misconfigured
from gateway.domain.finding import Finding

_LOCK_KEY = 0x46554C4C  # any number, the same in every program of ours


def migrate(url: str) -> str:
    """Bring the database at ``url`` to this program's version and return that version.

    Two programs may start at once: the second waits and then finds nothing to do.

    Raises:
        Misconfigured: the database was made by a later version.
        Unavailable: it cannot be reached.
    """
    # Alembic takes a tenth of a second to import, and most programs only look at the version
    from gateway.adapters.sql import revisions  # noqa: PLC0415 - see above

    with _exclusive(url) as connection:
        found = _version(connection)
        if found and found not in revisions.known():
            raise Misconfigured(_other(found))
        revisions.upgrade(connection)
    return VERSION


def check_version(url: str) -> None:
    """Make sure that the database at ``url`` has exactly this program's version.

    Raises:
        Misconfigured: it has another one, or none.
        Unavailable: it cannot be reached.
    """
    where = database_url(url)
    missing = is_sqlite(where) and not Path(str(where.database)).exists()
    found = None if missing else _read_version(where)
    if found != VERSION:
        raise Misconfigured(_other(found or "none"))


def _read_version(where: URL) -> str | None:
    engine = sqlite_reader(where) if is_sqlite(where) else postgresql(where, pooled=False)
    try:
        with spoken(), engine.connect() as connection:
            return _version(connection)
    finally:
        engine.dispose()


def _version(connection: Connection) -> str | None:
    if not inspect(connection).has_table("alembic_version"):
        return None
    found: str | None = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
    return found


def _other(found: str) -> Finding:
    return Finding(code="database.other-version", args=(("found", found), ("expected", VERSION)))


@contextmanager
def _exclusive(url: str) -> Iterator[Connection]:
    """Open one transaction in which nobody else migrates."""
    where = database_url(url)
    engine = sqlite_writer(where) if is_sqlite(where) else postgresql(where, pooled=False)
    try:
        with spoken(), engine.connect() as connection:
            if is_sqlite(where):
                connection.exec_driver_sql("BEGIN IMMEDIATE")
                yield connection
                connection.exec_driver_sql("COMMIT")
            else:
                connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK_KEY})
                yield connection
                connection.commit()
    finally:
        engine.dispose()
