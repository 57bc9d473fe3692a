"""Lists of the pages: narrowed by a plate, one page after another, the newest first."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Annotated, TypeVar

from fastapi import Depends

ROWS_MAX = 50

Row = TypeVar("Row")


@dataclass(frozen=True, slots=True)
class Wanted:
    """What of a list somebody wants to see: rows with a plate, after the last row they saw."""

    plate: str = ""
    after: str = ""


Listed = Annotated[Wanted, Depends()]
"""What the address of a list asks for."""


def page_of(found: Sequence[Row], name: Callable[[Row], str]) -> tuple[Sequence[Row], str]:
    """Return a page of what was found, one row more at most, and the name to go on after."""
    page = found[:ROWS_MAX]
    return page, name(page[-1]) if len(found) > ROWS_MAX else ""
