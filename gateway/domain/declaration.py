"""What the core reads from an enterprise declaration.

Goods, values and documents stay in the signed XML, which projections and rules read directly; this
is only what decides identity, itinerary, trip and signatories.
"""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from gateway.domain.itinerary import OfficeRole


@dataclass(frozen=True, slots=True, kw_only=True)
class Party:
    """A party in one role; ``ids`` pairs scheme and identifier, first the one it signs under."""

    role: str
    ids: tuple[tuple[str, str], ...]
    name: str

    @property
    def key(self) -> str:
        """``SCHEME:identifier``: how trust and mandates name this party."""
        return ":".join(self.ids[0]) if self.ids else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class DeclaredStop:
    """An office as declared: code, role, expected time (aware) or None."""

    sequence: int
    office: str
    role: OfficeRole
    expected_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Leg:
    """A part of the way in one mode, from one declared office to another.

    ``modes`` are words (``gateway.domain.roles.MODES``); empty where the code names none.
    ``permits`` are the kinds of transport permits of its vehicles.
    """

    from_office: str
    to_office: str
    modes: frozenset[str]
    permits: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Vehicle:
    """The plates, container and seals of one declared trip, and its share of the goods.

    ``packages`` and ``gross_mass_kg`` are those of the whole declaration where it has one trip.
    """

    batch: str
    plates: tuple[tuple[str, str], ...]
    seals: tuple[str, ...]
    packages: int = 0
    gross_mass_kg: Decimal = Decimal(0)


@dataclass(frozen=True, slots=True, kw_only=True)
class DatedPaper:
    """A permit or document that counts until the end of a day."""

    type: str
    id: str
    until: date


@dataclass(frozen=True, slots=True, kw_only=True)
class Declaration:
    """The typed declaration. Masses are exact decimals in kilograms.

    ``presentation_at`` is when pre-lodged goods shall be presented, ``limit_on`` the limit date of
    transit; ``temperatures`` are the lowest and highest allowed, in degrees Celsius. ``headings``
    are those of the goods' HS codes, with an empty one where an item has no code.
    """

    lrn: str
    prelodged: bool
    issued_at: datetime | None
    parties: tuple[Party, ...]
    stops: tuple[DeclaredStop, ...]
    vehicles: tuple[Vehicle, ...]
    packages: int
    gross_mass_kg: Decimal
    items: int
    legs: tuple[Leg, ...] = ()
    presentation_at: datetime | None = None
    limit_on: date | None = None
    papers: tuple[DatedPaper, ...] = ()
    temperatures: tuple[Decimal, Decimal] | None = None
    headings: frozenset[str] = frozenset()

    @property
    def vehicle(self) -> Vehicle:
        """The first trip's; most declarations have one only."""
        return self.vehicles[0]

    def party(self, role: str) -> Party | None:
        """Return the party with that role, if one is declared."""
        return next((party for party in self.parties if party.role == role), None)

    @property
    def declarant(self) -> Party | None:
        """Who speaks: exporter, else declarant, else holder of the procedure, else consignor.

        A party without an identifier (the foreign exporter of an import) speaks only if nobody
        else can.
        """
        roles = ("exporter", "declarant", "holder", "consignor")
        parties = [party for role in roles if (party := self.party(role)) is not None]
        return next((party for party in parties if party.ids), parties[0] if parties else None)
