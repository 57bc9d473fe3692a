"""What goes to links and what comes back, as bytes: parcels, replies, collected answers."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from gateway.domain.finding import Finding


def plain(text: str) -> str:
    """Return a name or header that can be kept: what is no text in it becomes question marks."""
    return text.encode("utf-8", "replace").decode().replace("\0", "?")


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

    A folder that took a parcel says 202: written, and nothing more is known. With a status *and* an
    ``error`` the system lives, but what it said of this parcel makes no sense; ``cut`` says that
    ``content`` is not all that came. Not ``tried`` says that nothing was sent, and nothing is known
    of the system; ``mistake`` that the failure is one of our own, which says nothing of it either.
    """

    message: str
    at: datetime
    status: int
    content: bytes = b""
    media_type: str = ""
    retry_after_seconds: float | None = None
    error: str = ""
    cut: bool = False
    tried: bool = True
    mistake: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Collected:
    """What lay ready at a link under its own ``name``: answers as (native bytes, media type).

    With ``findings`` it could not be read, and there are no answers; what ``stays`` is not put away
    then, for we do not have it whole. ``name`` is as the link has it, which may be no text.
    """

    name: str
    answers: tuple[tuple[bytes, str], ...] = ()
    findings: tuple[Finding, ...] = ()
    stays: bool = False

    @property
    def told_name(self) -> str:
        """The name as it can be told and kept."""
        return plain(self.name)


More = Callable[[], Sequence[Parcel]]
"""Asked by a courier what is to join the parcels under way."""


def nothing() -> Sequence[Parcel]:
    """Say that no parcel joins."""
    return ()
