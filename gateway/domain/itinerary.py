"""Customs offices and the order in which a movement meets them."""

from dataclasses import dataclass
from datetime import date, datetime

from gateway.domain.hours import Holiday, OpeningPeriod, Timetable, selected
from gateway.domain.roles import OfficeRole, Status

__all__ = ["CustomsOffice", "Itinerary", "OfficeRole", "Status", "Stop"]


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomsOffice:
    """A place with roles and hours.

    ``code`` is ours (two letters, six characters), ``national_code`` what its own administration
    writes, ``zone`` an IANA name. An X in the code marks one that nobody confirmed.
    ``competences`` pairs role and mode where a source states them so; empty means every role in
    every mode. ``hours`` and ``holidays`` may be empty: then they are unknown.
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
    competences: frozenset[tuple[OfficeRole, str]] = frozenset()
    hours: tuple[OpeningPeriod, ...] = ()
    holidays: tuple[Holiday, ...] = ()

    def name(self, language: str = "en") -> str:
        """Return the name in ``language``, else the first one there is."""
        names = dict(self.names)
        return names.get(language) or next(iter(names.values()), self.code)

    def serves(self, role: OfficeRole, on: date) -> bool:
        """Tell whether the office can play ``role`` on that day."""
        begun = self.valid_from is None or self.valid_from <= on
        ended = self.valid_to is not None and on > self.valid_to
        return role in self.roles and begun and not ended

    def carries(self, role: OfficeRole, modes: frozenset[str]) -> bool:
        """Tell whether it plays ``role`` for goods that come by one of the modes.

        Unknown modes on either side contradict nothing.
        """
        known = {mode for one, mode in self.competences if one is role} or self.modes
        return not modes or not known or bool(known & modes)

    def timetable(self, role: OfficeRole, modes: frozenset[str] = frozenset()) -> Timetable:
        """Return its hours in that role for goods that come by one of the modes."""
        periods = selected(self.hours, role, modes)
        return Timetable(zone=self.zone, periods=periods, holidays=self.holidays)


@dataclass(frozen=True, slots=True, kw_only=True)
class Stop:
    """One office on the way. ``expected_at`` is aware UTC; None where nobody stated a time.

    ``modes`` are those in which the goods come to or leave the office, as far as declared.
    """

    sequence: int
    office: CustomsOffice
    role: OfficeRole
    expected_at: datetime | None
    modes: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Itinerary:
    """The stops in travel order; ``dropped`` are those that a diversion took off the way."""

    stops: tuple[Stop, ...]
    dropped: tuple[Stop, ...] = ()

    @property
    def declared(self) -> tuple[Stop, ...]:
        """The stops as they were declared: without the systems beside an office."""
        first: dict[tuple[int, OfficeRole], Stop] = {}
        for stop in self.stops:
            first.setdefault((stop.sequence, stop.role), stop)
        return tuple(first.values())

    def playing(self, role: OfficeRole) -> tuple[Stop, ...]:
        """Return the stops with that role, in travel order."""
        return tuple(stop for stop in self.stops if stop.role is role)

    def office(self, code: str) -> CustomsOffice | None:
        """Return the office with that code if it is on the way."""
        return next((stop.office for stop in self.stops if stop.office.code == code), None)

    def place(self, code: str) -> tuple[str, ...]:
        """Return the offices at the place of the one with that code, itself among them.

        A system beside a customs office has its number on the way: what is past one is past both.
        """
        here = {(stop.sequence, stop.role) for stop in self.stops if stop.office.code == code}
        beside = (one.office.code for one in self.stops if (one.sequence, one.role) in here)
        return tuple(dict.fromkeys((code, *beside)))

    def administration(self, code: str) -> str:
        """Return whose the office with that code is, on the way or left out; empty if neither."""
        known = (stop.office for stop in (*self.stops, *self.dropped) if stop.office.code == code)
        return next((office.administration for office in known), "")

    @property
    def departure(self) -> Stop:
        """The first stop; every itinerary has one (``pipeline.route`` refuses others)."""
        return self.stops[0]
