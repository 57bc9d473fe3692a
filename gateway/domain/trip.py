"""One run of a vehicle or train, and the share of each movement on it."""

from dataclasses import dataclass
from decimal import Decimal


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


def complete(total_packages: int, shares: tuple[TripShare, ...]) -> bool:
    """Tell whether the shares of one movement over all its trips add up to all its packages."""
    return sum(share.packages for share in shares) == total_packages
