"""Lists that are read a page at a time: rows, and where to go on."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

NUMBER_MAX = 2**63 - 2
"""The largest place in the log or number of a feed that has a next one in a database."""

DIGITS_MAX = len(str(NUMBER_MAX))

Row = TypeVar("Row")
Row_co = TypeVar("Row_co", covariant=True)
Other = TypeVar("Other")


@dataclass(frozen=True, slots=True)
class Page(Generic[Row_co]):
    """Rows of a list, and the name of the last of them where more follow; else the empty string."""

    rows: tuple[Row_co, ...]
    cursor: str = ""

    def of(self, shape: Callable[[Row_co], Other]) -> "Page[Other]":
        """Return the same page with its rows in another shape."""
        return Page(tuple(shape(one) for one in self.rows), self.cursor)


def page_of(found: Sequence[Row], limit: int, name: Callable[[Row], str]) -> Page[Row]:
    """Return a page of at most ``limit`` rows of what was found, which was asked for one more."""
    rows = tuple(found[:limit])
    return Page(rows, name(rows[-1]) if len(found) > limit else "")
