"""How a store speaks to a database, whichever it is: reading, writing, and one transaction."""

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future
from typing import Any, Protocol, TypeVar

from sqlalchemy import Executable

from gateway.domain.errors import Unavailable

T = TypeVar("T")
Row = dict[str, object]


class Held(Unavailable):
    """Somebody else holds what a unit wanted to lock, and for longer than it wanted to wait."""


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


class Transaction(Protocol):
    """One transaction under way.

    What a statement is expected to write is looked at when it is told, or at the latest before the
    transaction is committed: only one that asks for rows has to wait for the database.
    """

    dialect: str

    def rows(self, statement: Executable, parameters: Mapping[str, object]) -> Sequence[Any]:
        """Run one statement and return the rows it gives back."""
        ...

    def write(self, statement: Executable, rows: Sequence[Row], table: str) -> None:
        """Run a statement for every row, whatever it finds.

        Raises:
            Lost: a key of the table exists.
        """
        ...

    def write_each(self, statement: Executable, rows: Sequence[Row], table: str) -> None:
        """Run a statement that must write one row for every row.

        Raises:
            Lost: it did not, or a key of the table exists.
        """
        ...

    def require_each(self, statement: Executable, rows: Sequence[Row], table: str) -> None:
        """Run a statement that must select one row for every row.

        Raises:
            Lost: it did not.
        """
        ...


class Writer(Protocol):
    """Runs units of writing; each is one transaction."""

    def run(self, unit: Callable[[Transaction], T]) -> T:
        """Run ``unit`` and return its result when that is durable.

        Raises:
            Lost: from the unit itself; nothing was written.
            Held: a unit that waits for no lock for long did; nothing was written.
            Unavailable: the database cannot be reached or written.
        """
        ...

    def begin(self, unit: Callable[[Transaction], T]) -> "Future[T]":
        """Run ``unit`` soon, after those begun before by the same thread.

        The result is there when it is durable, or else why it is not, as :meth:`run` raises it.
        """
        ...

    def close(self) -> None:
        """Finish what was begun, then accept nothing more."""
