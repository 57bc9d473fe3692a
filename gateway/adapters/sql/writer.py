"""Writing: one at a time in groups on SQLite, side by side on PostgreSQL.

SQLite has one writer and a commit costs a disk flush, so one thread per program takes what waits,
runs each unit inside its own savepoint and commits them together: a unit that is lost undoes
itself alone, and nobody hears of success before the group is on disk. While one group is being
flushed the next one gathers, so groups grow with load and a lone change waits for nobody.
"""

import sqlite3
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass, field
from queue import Empty, SimpleQueue
from threading import Lock, Thread
from typing import Any, Protocol, TypeVar

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DBAPIError

from gateway.adapters.sql.engines import spoken
from gateway.adapters.sql.spelled import driver
from gateway.domain.errors import Unavailable
from gateway.domain.finding import Finding
from gateway.domain.records import Lost

GROUP_MAX = 64
RETRIES_MAX = 5
"""How often PostgreSQL may choose our transaction as a deadlock's victim before we give up."""

_VICTIM = ("40001", "40P01")  # serialization_failure, deadlock_detected

T = TypeVar("T")


class Writer(Protocol):
    """Runs units of writing; each is one transaction."""

    def run(self, unit: Callable[[Connection], T]) -> T:
        """Run ``unit`` and return its result when that is durable.

        Raises:
            Lost: from the unit itself; nothing was written.
            Unavailable: the database cannot be reached or written.
        """
        ...

    def begin(self, unit: Callable[[Connection], T]) -> "Future[T]":
        """Run ``unit`` soon, after those begun before by the same thread.

        The result is there when it is durable, or else why it is not, as :meth:`run` raises it.
        """
        ...

    def close(self) -> None:
        """Finish what was begun, then accept nothing more."""


@dataclass(frozen=True, slots=True)
class _Turn:
    """One unit waiting for its turn, and where its caller waits."""

    unit: Callable[[Connection], Any]
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

    def run(self, unit: Callable[[Connection], T]) -> T:
        """See :class:`Writer`."""
        return self.begin(unit).result()

    def begin(self, unit: Callable[[Connection], T]) -> "Future[T]":
        """See :class:`Writer`."""
        turn = _Turn(unit)
        with self._closing:
            if self._closed:
                raise Unavailable(Finding(code="database.closed"))
            self._queue.put(turn)
        return turn.outcome

    def close(self) -> None:
        """See :class:`Writer`."""
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
                below = driver(connection)
                below.execute("BEGIN IMMEDIATE")
                outcomes = [_tried(connection, below, turn.unit) for turn in group]
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
    connection: Connection, below: sqlite3.Connection, unit: Callable[[Connection], Any]
) -> tuple[object, Exception | None]:
    below.execute("SAVEPOINT unit")
    try:
        with spoken():
            result = unit(connection)
    except Exception as error:  # noqa: BLE001 - whatever a unit raises belongs to its caller alone
        below.execute("ROLLBACK TO unit")
        below.execute("RELEASE unit")
        return None, error
    below.execute("RELEASE unit")
    return result, None


def _own(error: Exception) -> Exception:
    """Return an error for one caller: several threads must not raise one and the same object."""
    return Unavailable(*error.findings) if isinstance(error, Unavailable) else error


class PoolWriter:
    """Plain transactions on PostgreSQL; a deadlock's victim runs again."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def run(self, unit: Callable[[Connection], T]) -> T:
        """See :class:`Writer`."""
        for _ in range(RETRIES_MAX):
            try:
                with spoken(), self._engine.begin() as connection:
                    return unit(connection)
            except Unavailable as error:
                if not _is_victim(error.__cause__):
                    raise
        raise Lost("deadlock")

    def begin(self, unit: Callable[[Connection], T]) -> "Future[T]":
        """See :class:`Writer`; here it runs at once, side by side with other threads'."""
        begun: Future[T] = Future()
        try:
            begun.set_result(self.run(unit))
        except (Lost, Unavailable) as failure:
            begun.set_exception(failure)
        return begun

    def close(self) -> None:
        """See :class:`Writer`."""
        self._engine.dispose()


def _is_victim(error: BaseException | None) -> bool:
    return isinstance(error, DBAPIError) and getattr(error.orig, "sqlstate", "") in _VICTIM
