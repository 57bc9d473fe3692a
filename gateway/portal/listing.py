"""Lists of the pages: narrowed by a plate, one page after another, the newest first."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends

ROWS_MAX = 50


@dataclass(frozen=True, slots=True)
class Wanted:
    """What of a list somebody wants to see: rows with a plate, after the last row they saw."""

    plate: str = ""
    after: str = ""


Listed = Annotated[Wanted, Depends()]
"""What the address of a list asks for."""
