"""Rows, and changes of them: one transaction as a value.

A :class:`Change` lists rows to insert, rows to update and what must still hold. A store applies it
whole or raises :class:`Lost`, so work happens outside the transaction and nothing but the writing
inside (design decision 2).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from gateway.domain.closure import Closure, Diversion
from gateway.domain.deadline import Deadline
from gateway.domain.delivery import Attempt, Link
from gateway.domain.event import Event
from gateway.domain.group import Group, Member
from gateway.domain.itinerary import CustomsOffice
from gateway.domain.lane import Lane
from gateway.domain.message import Message
from gateway.domain.passage import Passage
from gateway.domain.position import Position
from gateway.domain.trip import Trip, TripKey, TripReport
from gateway.domain.trust import Mandate, PartyCertificate


@dataclass(frozen=True, slots=True, kw_only=True)
class Tenant:
    """An organisation that shares nothing with the others.

    ``accepts_unsigned`` is its policy for declarations in a foreign format, which nobody can have
    signed in ours.
    """

    id: str
    name: str
    accepts_unsigned: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Principal:
    """Somebody with an API key. ``secret_digest`` is hex SHA-256 of the key's secret half."""

    id: str
    tenant: str
    name: str
    scopes: tuple[str, ...]
    secret_digest: str
    party: str = ""  # SCHEME:identifier, for exporters and other parties
    link: str = ""  # for offices
    revoked_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Body:
    """Bytes exactly as received or sent. ``digest`` is hex SHA-256; ``salt`` blinds log leaves."""

    digest: str
    tenant: str
    media_type: str
    content: bytes
    salt: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class MovementRecord:
    """What stays fixed of a movement, plus ``version`` and ``state`` (kept for lists).

    ``procedures`` pairs administration and procedure kind; ``packs`` pairs administration and pack
    digest; ``stops`` are (sequence, office code, role, expected UTC ISO time or "").
    ``declaration`` is the body we work from, ``original`` the foreign bytes it was converted from
    (or ""), ``content`` the digest of its canonical form, by which repeats are recognised.
    """

    reference: str
    tenant: str
    version: int
    state: str
    declarant: str
    lrn: str
    prelodged: bool
    declaration: str
    original: str
    content: str
    trip: str
    stops: tuple[tuple[int, str, str, str], ...]
    procedures: tuple[tuple[str, str], ...]
    packs: tuple[tuple[str, str], ...]
    created_at: datetime

    @property
    def erased(self) -> bool:
        """Whether it was lawfully erased: its own reference number makes room for that word."""
        return self.lrn == erased_lrn(self.reference)


def erased_lrn(reference: str) -> str:
    """Return what stands in the place of the reference number of a movement that was erased."""
    return f"{ERASED}{reference}"


ERASED = "erased/"
"""With the reference behind it longer than a declaration's own reference number may be."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MovementEvent:
    """One event of one movement."""

    movement: str
    tenant: str
    event: Event


@dataclass(frozen=True, slots=True, kw_only=True)
class NumberRecord:
    """An official number, searchable, pointing at its movement."""

    number: str
    kind: str
    administration: str
    movement: str
    procedure: str
    tenant: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerRecord:
    """One answer of one link; ``id`` is the link's own, unique per link.

    ``acknowledgement`` is the digest of the signed bytes we answered with: a repeat gets the same.
    """

    id: str
    link: str
    tenant: str
    movement: str
    message: str
    type: str
    kind: str
    body: str
    seal: str
    acknowledgement: str
    received_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class IdempotencyRecord:
    """The outcome of one request under one key, for the same principal and body."""

    tenant: str
    principal: str
    key: str
    body: str  # digest of the request body
    status: int
    response: bytes
    created_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class LogRecord:
    """One entry of the log. ``entry`` is canonical JSON; ``index`` is None until sequenced."""

    id: str
    tenant: str
    at: datetime
    kind: str
    movement: str
    link: str
    entry: bytes
    leaf: bytes  # RFC 6962 leaf hash of ``entry``
    index: int | None = None


Record = (
    Tenant
    | Principal
    | Body
    | MovementRecord
    | MovementEvent
    | NumberRecord
    | AnswerRecord
    | IdempotencyRecord
    | LogRecord
    | Message
    | Trip
    | TripKey
    | TripReport
    | Lane
    | Passage
    | Group
    | Member
    | Deadline
    | Position
    | Closure
    | Diversion
    | Attempt
    | Link
    | PartyCertificate
    | Mandate
    | CustomsOffice
)
"""Everything a :class:`Change` can insert. A body or trip key that is known is left as it is."""


# ------------------------------------------------------------------ changes


@dataclass(frozen=True, slots=True)
class Insert:
    """Write a new row; an existing key loses the change (trip keys and known bodies excepted).

    A body under another salt than it is kept with loses it too: its log entry could not be opened.
    """

    record: Record


@dataclass(frozen=True, slots=True, kw_only=True)
class Update:
    """Set ``values`` on the one row of ``table`` with that ``key``, if ``expect`` still holds.

    ``table`` is one of ``movements messages links principals certificates mandates tenants``
    ``offices trips lanes passages deadlines trip_reports closures diversions``; names of values
    are the record's field names (the shares of a trip stay those of the same movements). With no
    values it is a check.
    """

    table: str
    key: str
    values: Mapping[str, object] = field(default_factory=dict)
    expect: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Erase:
    """Take away for good what bodies and rows of one movement hold in clear.

    ``bodies`` are digests; ``told`` those commitments among theirs that only log entries point at.
    The change is lost where one is gone already, or where another movement (that was not erased
    itself), a passage not in ``passages`` or a staged declaration points at it by then. ``facts``
    are what stays of events, by their number; ``trips`` are looked up by no lane any more. Readings
    on the way, the dates of papers, receipts of single tries and the requests that came to the
    movement go whole.
    """

    movement: str
    bodies: tuple[str, ...]
    told: tuple[str, ...] = ()
    passages: tuple[str, ...] = ()
    facts: Mapping[int, tuple[tuple[str, str], ...]] = field(default_factory=dict)
    trips: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Change:
    """One transaction."""

    steps: tuple[Insert | Update | Erase, ...]


class Lost(Exception):
    """The change was not applied: somebody was faster. ``what`` names the table that said so."""

    def __init__(self, what: str) -> None:
        super().__init__(what)
        self.what = what
