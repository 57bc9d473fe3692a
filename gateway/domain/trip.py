"""One run of a vehicle or train, and the share of each movement on it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal

from gateway.domain.event import EventKind, Report


@dataclass(frozen=True, slots=True, kw_only=True)
class TripShare:
    """How much of a movement travels on one trip; the simple case is all of it on one."""

    movement: str
    packages: int
    gross_mass_kg: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Trip:
    """A run: ``batch`` is the transport batch number its vehicle messages carry.

    ``plates`` pairs the registering country with the plate as written there; ``keyed_by`` names
    the classes of confusable characters its :class:`TripKey` rows were made with.
    """

    id: str
    tenant: str
    batch: str
    plates: tuple[tuple[str, str], ...]
    seals: tuple[str, ...]
    shares: tuple[TripShare, ...]
    keyed_by: str = ""

    def share(self, movement: str) -> TripShare:
        """Return what of a movement is on it; nothing where it left the trip."""
        nothing = TripShare(movement=movement, packages=0, gross_mass_kg=Decimal(0))
        return next((one for one in self.shares if one.movement == movement), nothing)


@dataclass(frozen=True, slots=True, kw_only=True)
class TripKey:
    """A word by which lanes look a trip up: version and fold of one of its plates."""

    tenant: str
    key: str
    trip: str


TELLABLE = frozenset(
    {
        EventKind.PRESENTED,
        EventKind.YARD_REACHED,
        EventKind.DEPARTED,
        EventKind.INCIDENT,
        EventKind.TURNED_BACK,
        EventKind.ARRIVED,
    }
)
"""What can be told of a vehicle, once for every movement on it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TripReport:
    """What was told of a run, and is owed to every movement on it: the row is the obligation.

    The enterprise tells it, or an office: then ``caller`` is its link, and ``answer`` the id of the
    answer that names the run. ``next_at`` is when the sweep takes it up if nobody else did, None
    when every movement was told; ``refused`` pairs movements that could not take it with the code
    of the finding.
    """

    id: str
    tenant: str
    batch: str
    caller: str
    kind: EventKind
    at: datetime
    office: str
    facts: tuple[tuple[str, str], ...]
    created_at: datetime
    next_at: datetime | None
    refused: tuple[tuple[str, str], ...] = ()
    answer: str = ""

    @property
    def told(self) -> Report:
        """What each movement is told."""
        return Report(kind=self.kind, at=self.at, office=self.office, facts=self.facts)


def aboard(trips: Iterable[Trip]) -> tuple[tuple[str, Trip], ...]:
    """Return the movements that travel on trips, each with its trip."""
    return tuple(
        (share.movement, trip) for trip in trips for share in trip.shares if share.packages
    )


def carrying(trips: Iterable[Trip], movement: str) -> tuple[Trip, ...]:
    """Return the trips a movement is on now, where they are several; else none."""
    found = tuple(trip for trip in trips if trip.share(movement).packages)
    return found if len(found) > 1 else ()


def shares_of(trips: Iterable[Trip], movement: str) -> tuple[tuple[str, int], ...]:
    """Return trip and packages of every share of a movement."""
    return tuple((trip.id, trip.share(movement).packages) for trip in trips)


def planned_trips(known: Sequence[Trip], declared: Sequence[Trip]) -> tuple[Trip, ...]:
    """Return the trips of a movement as a new declaration has them, those it left at the end.

    A trip is known by its batch number; where there was one and is one, it is the same trip.
    """
    movement = declared[0].shares[0].movement
    before = {trip.batch: trip for trip in known}
    if len(declared) == 1 and len(known) == 1:
        before = {declared[0].batch: known[0]}
    now = tuple(_renewed(before.get(trip.batch), trip) for trip in declared)
    kept = {trip.id for trip in now}
    left = TripShare(movement=movement, packages=0, gross_mass_kg=Decimal(0))
    gone = (
        replace(trip, plates=(), seals=(), shares=_with(trip.shares, left))
        for trip in known
        if trip.id not in kept
    )
    return (*now, *gone)


def _renewed(known: Trip | None, told: Trip) -> Trip:
    if known is None:
        return told
    return replace(told, id=known.id, shares=_with(known.shares, *told.shares))


def _with(shares: tuple[TripShare, ...], *told: TripShare) -> tuple[TripShare, ...]:
    found = {share.movement: share for share in (*shares, *told)}
    return tuple(found.values())
