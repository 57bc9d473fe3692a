"""Statements spelled out once for SQLite's own driver, and connections to read with.

SQLAlchemy says what a statement is; working out at every use how it is written, bound and read
costs it ten times what SQLite needs to run it. Here a statement is written once; its parameters
are plain values already (see :mod:`gateway.adapters.sql.rows`).
"""

import sqlite3
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import lru_cache
from typing import Any, Protocol

from sqlalchemy import Connection, Engine, Executable
from sqlalchemy.dialects.sqlite.pysqlite import SQLiteDialect_pysqlite
from sqlalchemy.exc import IntegrityError
from sqlalchemy.sql import ClauseElement

from gateway.adapters.sql.engines import BUSY_SECONDS, spoken
from gateway.domain.records import Lost

_DIALECT = SQLiteDialect_pysqlite(paramstyle="named")
STATEMENTS_KEPT = 512
_UNIQUE_VIOLATION = "23505"
_SQLITE_UNIQUE = ("SQLITE_CONSTRAINT_PRIMARYKEY", "SQLITE_CONSTRAINT_UNIQUE")


class Readers(Protocol):
    """Connections that only read; each is lent to one thread at a time."""

    def rows(self, statement: Executable, parameters: Mapping[str, object]) -> Sequence[Any]:
        """Return every row that a statement selects.

        Raises:
            Unavailable: the database cannot be read.
        """
        ...

    def close(self) -> None:
        """Close those that are not lent."""


@lru_cache(STATEMENTS_KEPT)
def _spelled(statement: Executable, given: tuple[str, ...]) -> tuple[str, Mapping[str, object]]:
    """Return a statement as SQLite reads it, and the constants in it; ``given`` are parameters."""
    if not isinstance(statement, ClauseElement):
        raise TypeError(f"not a statement: {statement!r}")
    compiled = statement.compile(dialect=_DIALECT, column_keys=list(given))
    constants = {name: value for name, value in compiled.params.items() if value is not None}
    return str(compiled), constants


def run_many(
    connection: Connection, statement: Executable, rows: Sequence[dict[str, object]], table: str
) -> int:
    """Run a statement for every row inside a transaction; return how many it wrote.

    Raises:
        Lost: a key of the table exists.
    """
    try:
        if connection.dialect.name != "sqlite":
            return connection.execute(statement, rows).rowcount
        sql, constants = _spelled(statement, tuple(rows[0]))
        given = [{**constants, **row} for row in rows] if constants else rows
        return driver(connection).executemany(sql, given).rowcount
    except (IntegrityError, sqlite3.IntegrityError) as error:
        raise _lost(error, table) from error


def run(
    connection: Connection, statement: Executable, parameters: Mapping[str, object]
) -> Sequence[Any]:
    """Run one statement inside a transaction; return the rows it gives back."""
    if connection.dialect.name != "sqlite":
        cursor = connection.execute(statement, parameters)
        return cursor.all() if cursor.returns_rows else ()
    sql, constants = _spelled(statement, tuple(parameters))
    return driver(connection).execute(sql, {**constants, **parameters}).fetchall()


def _lost(error: IntegrityError | sqlite3.IntegrityError, table: str) -> Exception:
    """Return ``Lost`` for a key that exists; any other broken constraint is our own mistake."""
    told = error.orig if isinstance(error, IntegrityError) else error
    code = getattr(told, "sqlstate", None) or getattr(told, "sqlite_errorname", None)
    return Lost(table) if code in (_UNIQUE_VIOLATION, *_SQLITE_UNIQUE) else error


def driver(connection: Connection) -> sqlite3.Connection:
    """Return SQLite's own connection below SQLAlchemy's."""
    below = connection.connection.driver_connection
    if not isinstance(below, sqlite3.Connection):
        raise TypeError(f"not SQLite: {below!r}")
    return below


class PoolReaders:
    """Readers of PostgreSQL, out of SQLAlchemy's pool and in autocommit."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine.execution_options(isolation_level="AUTOCOMMIT")

    def rows(self, statement: Executable, parameters: Mapping[str, object]) -> Sequence[Any]:
        """See :class:`Readers`."""
        if any(isinstance(one, str) and "\0" in one for one in parameters.values()):
            return ()  # PostgreSQL holds no such text and refuses to be asked for it
        with spoken(), self._engine.connect() as connection:
            return connection.execute(statement, parameters).all()

    def close(self) -> None:
        """See :class:`Readers`."""
        self._engine.dispose()


class FileReaders:
    """Readers of one SQLite file, which cannot write."""

    def __init__(self, path: str) -> None:
        self._path = path
        self._free: deque[sqlite3.Connection] = deque()

    def rows(self, statement: Executable, parameters: Mapping[str, object]) -> Sequence[Any]:
        """See :class:`Readers`."""
        sql, constants = _spelled(statement, tuple(parameters))
        with spoken(), self._lent() as connection:
            return connection.execute(sql, {**constants, **parameters}).fetchall()

    @contextmanager
    def _lent(self) -> Iterator[sqlite3.Connection]:
        try:
            connection = self._free.pop()
        except IndexError:
            connection = self._connected()
        try:
            yield connection
        except sqlite3.Error:
            connection.close()
            raise
        self._free.append(connection)

    def _connected(self) -> sqlite3.Connection:
        connection = sqlite3.connect(
            self._path,
            timeout=BUSY_SECONDS,
            isolation_level=None,
            check_same_thread=False,
            cached_statements=256,
        )
        connection.execute("PRAGMA query_only = ON")
        return connection

    def close(self) -> None:
        """See :class:`Readers`."""
        while self._free:
            self._free.pop().close()
