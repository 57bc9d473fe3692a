"""What goes to links and what comes back, as bytes: parcels, replies, collected answers."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from gateway.domain.finding import Finding


@dataclass(frozen=True, slots=True, kw_only=True)
class Blank:
    """A place in a parcel's content that is filled with a link's ``user`` or ``password``.

    Filled at transport and nowhere else (design decision 5); ``start`` and ``length`` in bytes.
    """

    name: str
    start: int
    length: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Parcel:
    """What goes to a link for one message; identical at every attempt."""

    message: str
    media_type: str
    content: bytes
    envelope: bytes
    seal: str
    blanks: tuple[Blank, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """What one try brought. ``status`` is the HTTP status, or 0 with ``error`` filled.

    A folder that took a parcel says 202: written, and nothing more is known.
    """

    message: str
    at: datetime
    status: int
    content: bytes = b""
    media_type: str = ""
    retry_after_seconds: float | None = None
    error: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Collected:
    """What lay ready at a link under its own ``name``: answers as (native bytes, media type).

    With ``findings`` it could not be read, and there are no answers.
    """

    name: str
    answers: tuple[tuple[bytes, str], ...] = ()
    findings: tuple[Finding, ...] = ()


More = Callable[[], Sequence[Parcel]]
"""Asked by a courier what is to join the parcels under way."""


def nothing() -> Sequence[Parcel]:
    """Say that no parcel joins."""
    return ()
