"""PostgreSQL, spoken to by its own driver: a question is one round trip, a whole change two.

Every wait for the database is a wait for another process to be scheduled, so what needs no answer
is sent on without one: the statements of a change go in a pipeline, and what they came to is
looked at once, before the commit. SQLAlchemy keeps the pool.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future
from contextlib import contextmanager
from typing import Any, TypeVar

import psycopg
from psycopg import Connection, Cursor
from sqlalchemy import Engine, Executable

from gateway.adapters.sql.engines import spoken, unavailable
from gateway.adapters.sql.session import Held, Row, Transaction
from gateway.adapters.sql.spelled import POSTGRESQL, spelled
from gateway.domain.errors import Unavailable
from gateway.domain.records import Lost

RETRIES_MAX = 5
"""How often PostgreSQL may choose our transaction as a deadlock's victim before we give up."""

_OURS = (
    psycopg.DataError,
    psycopg.IntegrityError,
    psycopg.InternalError,
    psycopg.NotSupportedError,
    psycopg.ProgrammingError,
)
"""What a statement of ours can do wrong; the rest is said of the database itself."""

_STATE_OF_IT = tuple(map(psycopg.errors.lookup, ("25006", "25P03", "25P04")))
"""Of the same class, but no fault of a statement: it takes no writing (a standby), or we were too
slow for it."""

_VICTIM = (psycopg.errors.SerializationFailure, psycopg.errors.DeadlockDetected)
_BEGIN = "BEGIN ISOLATION LEVEL READ COMMITTED"

T = TypeVar("T")


@contextmanager
def _lent(engine: Engine) -> Iterator[Connection[Any]]:
    """Lend a connection of the pool; one that broke is not given back to it."""
    with spoken(), _driver_spoken():
        lent = engine.raw_connection()
        try:
            below = lent.driver_connection
            if not isinstance(below, Connection):
                raise TypeError(f"not PostgreSQL: {below!r}")
            try:
                yield below
            finally:
                if below.broken:
                    lent.invalidate()
        finally:
            lent.close()


@contextmanager
def _driver_spoken() -> Iterator[None]:
    """Say of the driver's errors what ``engines.spoken`` says of SQLAlchemy's."""
    try:
        yield
    except _STATE_OF_IT as error:
        raise unavailable(str(error)) from error
    except _OURS:
        raise
    except psycopg.Error as error:
        raise unavailable(str(error)) from error


class PoolReaders:
    """Readers of PostgreSQL; outside a transaction every statement is one of its own."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def rows(self, statement: Executable, parameters: Mapping[str, object]) -> Sequence[Any]:
        """See :class:`~gateway.adapters.sql.session.Readers`."""
        if any(isinstance(one, str) and "\0" in one for one in parameters.values()):
            return ()  # PostgreSQL holds no such text and refuses to be asked for it
        sql, constants = spelled(statement, parameters, POSTGRESQL)
        with _lent(self._engine) as connection:
            return connection.execute(sql.encode(), {**constants, **parameters}).fetchall()

    def close(self) -> None:
        """See :class:`~gateway.adapters.sql.session.Readers`."""
        self._engine.dispose()


class PipelineTransaction:
    """A transaction inside a pipeline: what its statements wrote is looked at in the end."""

    dialect = POSTGRESQL

    def __init__(self, below: Connection[Any]) -> None:
        self._below = below
        self._expected: list[tuple[Cursor[Any], int, str]] = []

    def rows(self, statement: Executable, parameters: Mapping[str, object]) -> Sequence[Any]:
        """See :class:`~gateway.adapters.sql.session.Transaction`."""
        sql, constants = spelled(statement, parameters, POSTGRESQL)
        return self._below.execute(sql.encode(), {**constants, **parameters}).fetchall()

    def write(self, statement: Executable, rows: Sequence[Row], table: str) -> None:  # noqa: ARG002 - the server names it
        """See :class:`~gateway.adapters.sql.session.Transaction`."""
        self._told(statement, rows)

    def write_each(self, statement: Executable, rows: Sequence[Row], table: str) -> None:
        """See :class:`~gateway.adapters.sql.session.Transaction`."""
        self._expected.append((self._told(statement, rows), len(rows), table))

    def require_each(self, statement: Executable, rows: Sequence[Row], table: str) -> None:
        """See :class:`~gateway.adapters.sql.session.Transaction`."""
        self.write_each(statement, rows, table)

    def _told(self, statement: Executable, rows: Sequence[Row]) -> Cursor[Any]:
        sql, constants = spelled(statement, rows[0], POSTGRESQL)
        cursor = self._below.cursor()
        if len(rows) == 1:
            return cursor.execute(sql.encode(), {**constants, **rows[0]})
        cursor.executemany(sql.encode(), [{**constants, **row} for row in rows])
        return cursor

    def look(self) -> None:
        """Look at what is known of every statement that had to write so many rows.

        Raises:
            Lost: one did not; the first one.
        """
        for cursor, many, table in self._expected:
            if cursor.statusmessage is not None and cursor.rowcount != many:
                raise Lost(table)

    @property
    def expects(self) -> bool:
        """Tell whether there is anything to look at before the commit."""
        return bool(self._expected)


class PoolWriter:
    """Plain transactions on PostgreSQL; a deadlock's victim runs again."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def run(self, unit: Callable[[Transaction], T]) -> T:
        """See :class:`~gateway.adapters.sql.session.Writer`."""
        for _ in range(RETRIES_MAX):
            try:
                with _lent(self._engine) as connection:
                    return _transacted(connection, unit)
            except Unavailable as error:
                if isinstance(error.__cause__, psycopg.errors.LockNotAvailable):
                    raise Held(*error.findings) from error
                if not isinstance(error.__cause__, _VICTIM):
                    raise
        raise Lost("deadlock")

    def begin(self, unit: Callable[[Transaction], T]) -> "Future[T]":
        """See :class:`~gateway.adapters.sql.session.Writer`; it runs at once, beside others."""
        begun: Future[T] = Future()
        try:
            begun.set_result(self.run(unit))
        except (Lost, Unavailable) as failure:
            begun.set_exception(failure)
        return begun

    def close(self) -> None:
        """See :class:`~gateway.adapters.sql.session.Writer`."""
        self._engine.dispose()


def _transacted(below: Connection[Any], unit: Callable[[Transaction], T]) -> T:
    transaction = PipelineTransaction(below)
    try:
        with below.pipeline() as pipeline:
            below.execute(_BEGIN, prepare=False)
            result = unit(transaction)
            if transaction.expects:
                pipeline.sync()
                transaction.look()
            below.execute("COMMIT", prepare=False)  # whoever looks at the wire reads it
    except psycopg.errors.UniqueViolation as error:
        transaction.look()  # a statement before it may have been lost already
        raise Lost(error.diag.table_name or "") from error
    finally:
        if not below.closed:
            below.rollback()  # nothing, after a commit
    return result
