"""SQLite, spoken to by its own driver: many read, one writes, in groups.

SQLite has one writer and a commit costs a disk flush, so one thread per program takes what waits,
runs each unit inside its own savepoint and commits them together: a unit that is lost undoes
itself alone, and nobody hears of success before the group is on disk. While one group is being
flushed the next one gathers, so groups grow with load and a lone change waits for nobody.
"""

import sqlite3
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import dataclass, field
from queue import Empty, SimpleQueue
from threading import Lock, Thread
from typing import Any, TypeVar

from sqlalchemy import Connection, Engine, Executable

from gateway.adapters.sql.engines import BUSY_SECONDS, spoken
from gateway.adapters.sql.session import Row, Transaction
from gateway.adapters.sql.spelled import SQLITE, spelled
from gateway.domain.errors import Unavailable
from gateway.domain.finding import Finding
from gateway.domain.records import Lost

GROUP_MAX = 64
_UNIQUE = ("SQLITE_CONSTRAINT_PRIMARYKEY", "SQLITE_CONSTRAINT_UNIQUE")

T = TypeVar("T")


class FileReaders:
    """Readers of one SQLite file, which cannot write."""

    def __init__(self, path: str) -> None:
        self._path = path
        self._free: deque[sqlite3.Connection] = deque()

    def rows(self, statement: Executable, parameters: Mapping[str, object]) -> Sequence[Any]:
        """See :class:`~gateway.adapters.sql.session.Readers`."""
        sql, constants = spelled(statement, parameters, SQLITE)
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
        """See :class:`~gateway.adapters.sql.session.Readers`."""
        while self._free:
            self._free.pop().close()


class FileTransaction:
    """A transaction, or a savepoint in one; every statement is looked at when it is told."""

    dialect = SQLITE

    def __init__(self, below: sqlite3.Connection) -> None:
        self._below = below

    def rows(self, statement: Executable, parameters: Mapping[str, object]) -> Sequence[Any]:
        """See :class:`~gateway.adapters.sql.session.Transaction`."""
        sql, constants = spelled(statement, parameters, SQLITE)
        return self._below.execute(sql, {**constants, **parameters}).fetchall()

    def write(self, statement: Executable, rows: Sequence[Row], table: str) -> None:
        """See :class:`~gateway.adapters.sql.session.Transaction`."""
        self._written(statement, rows, table)

    def write_each(self, statement: Executable, rows: Sequence[Row], table: str) -> None:
        """See :class:`~gateway.adapters.sql.session.Transaction`."""
        if self._written(statement, rows, table) != len(rows):
            raise Lost(table)

    def require_each(self, statement: Executable, rows: Sequence[Row], table: str) -> None:
        """See :class:`~gateway.adapters.sql.session.Transaction`."""
        if not all(self.rows(statement, row) for row in rows):
            raise Lost(table)

    def _written(self, statement: Executable, rows: Sequence[Row], table: str) -> int:
        sql, constants = spelled(statement, rows[0], SQLITE)
        given = [{**constants, **row} for row in rows] if constants else rows
        try:
            return self._below.executemany(sql, given).rowcount
        except sqlite3.IntegrityError as error:
            if error.sqlite_errorname in _UNIQUE:
                raise Lost(table) from error
            raise  # any other broken constraint is our own mistake


@dataclass(frozen=True, slots=True)
class _Turn:
    """One unit waiting for its turn, and where its caller waits."""

    unit: Callable[[Transaction], Any]
    outcome: "Future[Any]" = field(default_factory=Future)


class GroupWriter:
    """The one writer of a SQLite file in this program."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._queue: SimpleQueue[_Turn | None] = SimpleQueue()
        self._closing = Lock()
        self._closed = False
        self._connection: Connection | None = None
        """Opened by the writing thread, which alone uses it, and kept until something fails."""
        self._thread = Thread(target=self._work, name="store-writer", daemon=True)
        self._thread.start()

    def run(self, unit: Callable[[Transaction], T]) -> T:
        """See :class:`~gateway.adapters.sql.session.Writer`."""
        return self.begin(unit).result()

    def begin(self, unit: Callable[[Transaction], T]) -> "Future[T]":
        """See :class:`~gateway.adapters.sql.session.Writer`."""
        turn = _Turn(unit)
        with self._closing:
            if self._closed:
                raise Unavailable(Finding(code="database.closed"))
            self._queue.put(turn)
        return turn.outcome

    def close(self) -> None:
        """See :class:`~gateway.adapters.sql.session.Writer`."""
        with self._closing:
            if self._closed:
                return
            self._closed = True
            self._queue.put(None)
        self._thread.join()
        self._engine.dispose()

    def _work(self) -> None:
        more = True
        while more and (first := self._queue.get()) is not None:
            group, more = self._gather(first)
            self._settle(group)
        self._disconnect()

    def _disconnect(self) -> None:
        """Give the connection up, and with it what it did not commit."""
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.invalidate()
            connection.close()

    def _gather(self, first: _Turn) -> tuple[list[_Turn], bool]:
        group = [first]
        while len(group) < GROUP_MAX:
            try:
                turn = self._queue.get_nowait()
            except Empty:
                break
            if turn is None:
                return group, False
            group.append(turn)
        return group, True

    def _settle(self, group: list[_Turn]) -> None:
        """Run and commit one group, then tell every caller."""
        try:
            with spoken():
                connection = self._connection = self._connection or self._engine.connect()
                below = _driver(connection)
                below.execute("BEGIN IMMEDIATE")
                outcomes = [_tried(below, turn.unit) for turn in group]
                below.execute("COMMIT")
        except Exception as error:  # noqa: BLE001 - whoever waits must hear, whatever it was
            self._disconnect()
            for turn in group:
                turn.outcome.set_exception(_own(error))
            return
        for turn, (result, failure) in zip(group, outcomes, strict=True):
            if failure is None:
                turn.outcome.set_result(result)
            else:
                turn.outcome.set_exception(failure)


def _tried(
    below: sqlite3.Connection, unit: Callable[[Transaction], Any]
) -> tuple[object, Exception | None]:
    below.execute("SAVEPOINT unit")
    try:
        with spoken():
            result = unit(FileTransaction(below))
    except Exception as error:  # noqa: BLE001 - whatever a unit raises belongs to its caller alone
        below.execute("ROLLBACK TO unit")
        below.execute("RELEASE unit")
        return None, error
    below.execute("RELEASE unit")
    return result, None


def _own(error: Exception) -> Exception:
    """Return an error for one caller: several threads must not raise one and the same object."""
    return Unavailable(*error.findings) if isinstance(error, Unavailable) else error


def _driver(connection: Connection) -> sqlite3.Connection:
    """Return SQLite's own connection below SQLAlchemy's."""
    below = connection.connection.driver_connection
    if not isinstance(below, sqlite3.Connection):
        raise TypeError(f"not SQLite: {below!r}")
    return below
