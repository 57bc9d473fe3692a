"""One run of a vehicle or train, and the share of each movement on it."""

from dataclasses import dataclass
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

    ``next_at`` is when the sweep takes it up if nobody else did, None when every movement was
    told; ``refused`` pairs movements that could not take it with the code of the finding.
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

    @property
    def told(self) -> Report:
        """What each movement is told."""
        return Report(kind=self.kind, at=self.at, office=self.office, facts=self.facts)


def complete(total_packages: int, shares: tuple[TripShare, ...]) -> bool:
    """Tell whether the shares of one movement over all its trips add up to all its packages."""
    return sum(share.packages for share in shares) == total_packages
