"""Connections: opening them, and saying in our words what went wrong with them.

SQLite: write-ahead log, ``synchronous=FULL`` (a commit that returned survives a power cut), one
engine for the writer and one for readers, whose connections cannot write. PostgreSQL: one pool
for both.
"""

import os
import select
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from sqlite3 import SQLITE_CORRUPT, SQLITE_NOTADB
from sqlite3 import Connection as SqliteConnection
from sqlite3 import DataError as SqliteDataError
from sqlite3 import Error as SqliteError
from sqlite3 import IntegrityError as SqliteIntegrityError
from sqlite3 import InternalError as SqliteInternalError
from sqlite3 import NotSupportedError as SqliteNotSupportedError
from sqlite3 import OperationalError as BusyError
from sqlite3 import ProgrammingError as SqliteProgrammingError
from time import sleep
from typing import Protocol

from sqlalchemy import Engine, NullPool, QueuePool, create_engine, event
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import (
    ArgumentError,
    DataError,
    DBAPIError,
    IntegrityError,
    InternalError,
    InvalidatePoolError,
    NotSupportedError,
    ProgrammingError,
)
from sqlalchemy.exc import InvalidRequestError as PoolGaveUp
from sqlalchemy.exc import TimeoutError as PoolTimeout

from gateway.domain.errors import Misconfigured, Unavailable
from gateway.domain.finding import Finding

BUSY_SECONDS = 15.0
"""How long a SQLite writer waits for another program's write."""

POOL_SIZE = 8
POOL_OVERFLOW = 56
POOL_SECONDS = 15.0
CONNECT_SECONDS = 5
TRANSACTION_SECONDS = 15
"""How long PostgreSQL lets a transaction of ours last: each takes milliseconds, but a program that
is stopped in the middle of one (a paused machine) would hold its locks until it goes on.
"""

_TRANSACTION_TIMEOUT_SINCE = 170_000
"""Older ones end only who was idle, which nobody is whose statements they wait for."""

_REACHED = {
    "connect_timeout": CONNECT_SECONDS,
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 2,
    "tcp_user_timeout": 20_000,
}
"""A server whose machine vanished says nothing any more: noticed after 20 seconds."""

WAL_TRIES_MAX = 200
WAL_SECONDS_BETWEEN = 0.02
CACHE_KIBIBYTES = 16_384
WAL_BYTES_KEPT = 64 * 1024 * 1024

_DRIVERS = {
    "sqlite": "sqlite+pysqlite",
    "postgres": "postgresql+psycopg",
    "postgresql": "postgresql+psycopg",
}

_OURS = (DataError, IntegrityError, InternalError, NotSupportedError, ProgrammingError)
_OURS_SQLITE = (
    SqliteDataError,
    SqliteIntegrityError,
    SqliteInternalError,
    SqliteNotSupportedError,
    SqliteProgrammingError,
)
"""What a statement of ours can do wrong; the rest is said of the database itself."""

_DAMAGED = (SQLITE_CORRUPT, SQLITE_NOTADB)


def database_url(text: str) -> URL:
    """Read a database URL and choose our driver for it.

    Raises:
        Misconfigured: neither SQLite on a file nor PostgreSQL.
    """
    try:
        url = make_url(text)
    except (ArgumentError, ValueError):  # the latter: a port that is no number
        scheme = text.partition(":")[0]  # no more of it: it may hold a password, so may the error
        raise Misconfigured(Finding(code="database.unknown-url", value=scheme)) from None
    name = url.drivername.partition("+")[0]
    on_file = url.database not in (None, "", ":memory:")
    if name not in _DRIVERS or (name == "sqlite" and not on_file) or not _options_known(name, url):
        value = url.render_as_string(hide_password=True)
        raise Misconfigured(Finding(code="database.unknown-url", value=value))
    return url.set(drivername=_DRIVERS[name])


def _options_known(name: str, url: URL) -> bool:
    """Tell whether a driver knows what stands behind the question mark."""
    if name == "sqlite" or not url.query:
        return not url.query
    from psycopg import ProgrammingError as UnknownOption  # noqa: PLC0415 - loads a driver
    from psycopg.conninfo import make_conninfo  # noqa: PLC0415 - as above

    try:
        make_conninfo(**{option: str(value) for option, value in url.query.items()})
    except UnknownOption:
        return False
    return True


def is_sqlite(url: URL) -> bool:
    """Tell SQLite from PostgreSQL."""
    return url.drivername == _DRIVERS["sqlite"]


def sqlite_writer(url: URL) -> Engine:
    """Open the engine of the one writer; transactions are begun and ended by hand."""
    _private_file(url)
    engine = create_engine(
        url,
        isolation_level="AUTOCOMMIT",
        poolclass=QueuePool,
        pool_size=1,
        max_overflow=0,
        connect_args={"timeout": BUSY_SECONDS, "check_same_thread": False},
    )

    @event.listens_for(engine, "connect")
    def _prepare(connection: SqliteConnection, _record: object) -> None:
        _write_ahead(connection)
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute(f"PRAGMA cache_size = -{CACHE_KIBIBYTES}")
        connection.execute(f"PRAGMA journal_size_limit = {WAL_BYTES_KEPT}")

    return engine


def _write_ahead(connection: SqliteConnection) -> None:
    """Switch to the write-ahead log; SQLite does not wait by itself where two switch at once."""
    for remaining in reversed(range(WAL_TRIES_MAX)):
        try:
            connection.execute("PRAGMA journal_mode = WAL")
        except BusyError as error:
            if error.sqlite_errorname != "SQLITE_BUSY" or not remaining:
                raise
            sleep(WAL_SECONDS_BETWEEN)
        else:
            return


def sqlite_reader(url: URL) -> Engine:
    """Open the engine of the readers: many connections, none of which can write."""
    engine = create_engine(
        url,
        isolation_level="AUTOCOMMIT",
        poolclass=QueuePool,
        pool_size=POOL_SIZE,
        max_overflow=POOL_OVERFLOW,
        pool_timeout=POOL_SECONDS,
        connect_args={"timeout": BUSY_SECONDS, "check_same_thread": False},
    )

    @event.listens_for(engine, "connect")
    def _prepare(connection: SqliteConnection, _record: object) -> None:
        connection.execute("PRAGMA query_only = ON")

    return engine


def postgresql(url: URL, *, pooled: bool = True) -> Engine:
    """Open PostgreSQL; a connection that died in the pool is noticed before it is used.

    A pooled connection is in autocommit: transactions are begun and ended by hand.
    """
    if not pooled:
        return create_engine(
            url, poolclass=NullPool, connect_args={"connect_timeout": CONNECT_SECONDS}
        )
    engine = create_engine(
        url,
        isolation_level="AUTOCOMMIT",
        pool_size=POOL_SIZE,
        max_overflow=POOL_OVERFLOW,
        pool_timeout=POOL_SECONDS,
        connect_args={"application_name": "fullroute", **_REACHED},
    )

    @event.listens_for(engine, "connect")
    def _limit(connection: Limited, _record: object) -> None:
        knows_it = connection.info.server_version >= _TRANSACTION_TIMEOUT_SINCE
        named = "transaction_timeout" if knows_it else "idle_in_transaction_session_timeout"
        connection.execute(f"SET {named} = '{TRANSACTION_SECONDS}s'")

    @event.listens_for(engine, "checkout")
    def _look(connection: Idle, _record: object, _lent: object) -> None:
        if connection.closed or _has_word(connection.fileno()):
            raise InvalidatePoolError

    return engine


class Version(Protocol):
    """As much as is asked of a driver about the server."""

    server_version: int


class Limited(Protocol):
    """As much of a driver's connection as is needed to limit its transactions."""

    info: Version

    def execute(self, query: str) -> object:
        """Run a statement."""
        ...


class Idle(Protocol):
    """As much of a driver's connection as is looked at before it is lent."""

    closed: bool

    def fileno(self) -> int:
        """Return its socket."""
        ...


def _has_word(socket: int) -> bool:
    """Tell whether a server sent something that nobody asked for.

    To somebody idle it says little but farewell. Asking whether it still answers would cost every
    use a round trip, and it could die right after that just the same.
    """
    looked = select.poll()
    looked.register(socket, select.POLLIN)
    return bool(looked.poll(0))


def _private_file(url: URL) -> None:
    """Create the database file so that only its owner reads it; SQLite's side files follow it."""
    path = Path(str(url.database))
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
    except OSError as error:
        raise Misconfigured(_finding(str(error.strerror))) from error


def _finding(reason: str) -> Finding:
    """Say why, in the driver's own first line; it holds no statement and no password."""
    return Finding(code="database.unavailable", args=(("reason", reason.partition("\n")[0]),))


def unavailable(reason: str) -> Unavailable:
    """Return the error that says that the database cannot be had."""
    return Unavailable(_finding(reason))


def damaged(reason: str) -> Unavailable:
    """Return the error that says that the database's file is not what was written to it."""
    return Unavailable(Finding(code="database.damaged", args=(("reason", reason),)))


def sqlite_trouble(error: SqliteError) -> Unavailable:
    """Return what an error of SQLite says of its database: damaged, or not to be had."""
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF  # the rest of it tells what was being done
    return damaged(str(error)) if code in _DAMAGED else unavailable(str(error))


def verdict_on(connection: SqliteConnection) -> str:
    """Return the first damage that is found in all of a database; empty where there is none."""
    verdict = str(connection.execute("PRAGMA quick_check(1)").fetchone()[0])
    return "" if verdict == "ok" else verdict.replace("\n", " ")


@contextmanager
def spoken() -> Iterator[None]:
    """Turn a database that cannot be reached, is full or stays locked into ``Unavailable``."""
    try:
        yield
    except (*_OURS, *_OURS_SQLITE):
        raise
    except DBAPIError as error:
        if isinstance(error.orig, SqliteError):
            raise sqlite_trouble(error.orig) from error
        raise unavailable(str(error.orig)) from error
    except SqliteError as error:
        raise sqlite_trouble(error) from error
    except PoolTimeout as error:
        raise unavailable("all connections are in use") from error
    except PoolGaveUp as error:
        raise unavailable("connections are closed as soon as they are open") from error
