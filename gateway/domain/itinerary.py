"""Customs offices and the order in which a movement meets them."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum


class OfficeRole(StrEnum):
    """What an office does for one movement."""

    DEPARTURE = "departure"
    EXIT = "exit"
    ENTRY = "entry"
    TRANSIT = "transit"
    DESTINATION = "destination"


class Status(StrEnum):
    """How far a fact can be trusted: read in a source, or not (then never a silent default)."""

    CONFIRMED = "confirmed"
    UNVERIFIED = "unverified"


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomsOffice:
    """A place with roles and hours.

    ``code`` is ours (two letters, six characters), ``national_code`` what its own administration
    writes, ``zone`` an IANA name. An X in the code marks one that nobody confirmed.
    """

    code: str
    national_code: str
    country: str
    administration: str
    zone: str
    names: tuple[tuple[str, str], ...]
    roles: frozenset[OfficeRole]
    modes: frozenset[str]
    status: Status
    source: str
    valid_from: date | None = None
    valid_to: date | None = None

    def name(self, language: str = "en") -> str:
        """Return the name in ``language``, else the first one there is."""
        names = dict(self.names)
        return names.get(language) or next(iter(names.values()), self.code)

    def serves(self, role: OfficeRole, on: date) -> bool:
        """Tell whether the office can play ``role`` on that day."""
        begun = self.valid_from is None or self.valid_from <= on
        ended = self.valid_to is not None and on > self.valid_to
        return role in self.roles and begun and not ended


@dataclass(frozen=True, slots=True, kw_only=True)
class Stop:
    """One office on the way. ``expected_at`` is aware UTC; None where nobody stated a time."""

    sequence: int
    office: CustomsOffice
    role: OfficeRole
    expected_at: datetime | None


@dataclass(frozen=True, slots=True)
class Itinerary:
    """The stops in travel order."""

    stops: tuple[Stop, ...]

    def playing(self, role: OfficeRole) -> tuple[Stop, ...]:
        """Return the stops with that role, in travel order."""
        return tuple(stop for stop in self.stops if stop.role is role)

    def office(self, code: str) -> CustomsOffice | None:
        """Return the office with that code if it is on the way."""
        return next((stop.office for stop in self.stops if stop.office.code == code), None)

    @property
    def departure(self) -> Stop:
        """The first stop; every itinerary has one (``pipeline.route`` refuses others)."""
        return self.stops[0]
