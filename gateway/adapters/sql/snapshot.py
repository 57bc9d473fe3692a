"""A consistent copy of a SQLite database while programs write to it."""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from urllib.parse import quote

from gateway.adapters.sql.engines import (
    damaged,
    database_url,
    is_sqlite,
    sqlite_trouble,
    unavailable,
    verdict_on,
)
from gateway.domain.errors import Misconfigured
from gateway.domain.finding import Finding

BUSY_SECONDS = 15.0
PAGES_AT_ONCE = -1
"""All of them: one read transaction, so that a busy writer cannot make the copy begin again."""


def database_file(url: str) -> Path:
    """Return the file of a SQLite database.

    Raises:
        Misconfigured: ``backup.not-sqlite``: its own tools know better.
    """
    where = database_url(url)
    if not is_sqlite(where):
        # Without a password: pg_dump asks for one, but would take asterisks for it.
        told = where.set(drivername="postgresql")._replace(password=None)
        raise Misconfigured(Finding(code="backup.not-sqlite", value=told.render_as_string()))
    return Path(str(where.database))


def place_of(url: str) -> str:
    """Return where a database lies, for people: its file, or its URL without the password."""
    where = database_url(url)
    if is_sqlite(where):
        return str(Path(str(where.database)).absolute())
    return where.render_as_string(hide_password=True)


def copy_database(url: str, target: Path) -> None:
    """Copy the database at ``url`` to a new file as it stands at one moment, and check the copy.

    Raises:
        Misconfigured: ``backup.not-sqlite``.
        Unavailable: it cannot be read or written, or the copy is damaged.
    """
    source = database_file(url)
    try:
        os.close(os.open(target, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
        with (
            closing(sqlite3.connect(_reading(source), uri=True, timeout=BUSY_SECONDS)) as ours,
            closing(sqlite3.connect(target)) as copied,
        ):
            ours.backup(copied, pages=PAGES_AT_ONCE)
            verdict = verdict_on(copied)
            copied.execute("PRAGMA journal_mode = DELETE")  # one file, without a log beside it
    except sqlite3.Error as error:
        raise sqlite_trouble(error) from error
    except OSError as error:
        raise unavailable(str(error)) from error
    if verdict:
        raise damaged(verdict)


def _reading(file: Path) -> str:
    return f"file:{quote(str(file.absolute()))}?mode=ro"


def leaves_of(file: Path) -> Iterator[bytes]:
    """Yield the leaf hashes of the log in a copied database, in their order.

    Raises:
        Unavailable: it cannot be read.
    """
    try:
        with closing(sqlite3.connect(_reading(file), uri=True)) as copied:
            wanted = 'SELECT leaf FROM log WHERE "index" IS NOT NULL ORDER BY "index"'
            for (leaf,) in copied.execute(wanted):
                yield bytes(leaf)
    except sqlite3.Error as error:
        raise sqlite_trouble(error) from error
