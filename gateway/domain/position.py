"""Positions and temperatures on the way: what a reading says, what it means for offices ahead.

An estimate is pure arithmetic: the declared times, moved by how late (or early) the goods are where
they were read. A reading at an office of the way tells that exactly. One between offices tells only
that they have not reached the next one: so late, at least. Offices have no coordinates here, so
latitude and longitude are kept and shown, and prove no more than the time does.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal

from gateway.domain.declaration import Declaration
from gateway.domain.event import Event, EventKind
from gateway.domain.expecting import estimated_since, told_times
from gateway.domain.finding import Finding, Severity
from gateway.domain.itinerary import Itinerary, Stop
from gateway.domain.movement import Movement, of_trip
from gateway.domain.roles import OfficeRole, Status

LATITUDE_MAX, LONGITUDE_MAX = 90, 180
_DIGITS_BEFORE, _DIGITS_BEHIND = 9, 30

COLDEST, HOTTEST = Decimal(-100), Decimal(100)

News = tuple[tuple[EventKind, tuple[tuple[str, str], ...]], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """One reading. ``source`` names the terminal; ``place`` is an office on the way, or empty."""

    source: str
    at: datetime
    place: str = ""
    latitude: Decimal | None = None
    longitude: Decimal | None = None
    temperature_c: Decimal | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Position:
    """A reading as it is kept; ``body`` is the digest of its exact bytes.

    ``trip`` is filled where the movement is on several: the one that was read.
    """

    id: str
    tenant: str
    movement: str
    source: str
    at: datetime
    received_at: datetime
    place: str
    latitude: Decimal | None
    longitude: Decimal | None
    temperature_c: Decimal | None
    body: str
    trip: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PositionRules:
    """When what a reading means is told anew; minutes."""

    estimate_minutes: int
    estimate_every_minutes: int
    temperature_every_minutes: int
    clock_minutes: int
    status: Status
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Journey:
    """A movement with its way and its declaration: what a reading is held against.

    Where it is on several trips, ``trip`` is the one that was read, and ``beside`` says how late
    the others are.
    """

    movement: Movement
    itinerary: Itinerary
    declared: Declaration
    trip: str = ""
    beside: tuple[timedelta, ...] = ()

    @property
    def own(self) -> "Journey":
        """The journey of the trip that was read, as if it were the whole."""
        return self.of(self.trip) if self.trip else self

    def of(self, trip: str) -> "Journey":
        """Return the journey of one of several trips."""
        return replace(self, movement=of_trip(self.movement, trip), trip="", beside=())


# ------------------------------------------------------------------ is it one


def faults(
    reading: Reading, journey: Journey, now: datetime, rules: PositionRules
) -> Iterator[Finding]:
    """Yield what is silly about a reading; warnings leave it standing."""
    told = reading.at.isoformat()
    begun = [one.at for one in journey.movement.happened if one.kind is EventKind.SUBMITTED]
    degrees = reading.temperature_c
    nowhere = _beyond(reading.latitude, LATITUDE_MAX) or _beyond(reading.longitude, LONGITUDE_MAX)
    half = (reading.latitude is None) is not (reading.longitude is None)
    known = not reading.place or journey.itinerary.office(reading.place) is not None
    said = (reading.place, reading.latitude, degrees)
    checks = (
        (reading.at > now + timedelta(minutes=rules.clock_minutes), "position.in-future", told),
        (bool(begun) and reading.at < begun[0], "position.before-declaration", told),
        (nowhere or half, "position.nowhere", f"{reading.latitude} {reading.longitude}"),
        (not known, "position.not-on-the-way", reading.place),
        (said == ("", None, None), "position.empty", reading.source),
        (
            degrees is not None and not COLDEST <= degrees <= HOTTEST,
            "position.absurd-temperature",
            str(degrees),
        ),
        (journey.movement.invalidated, "position.movement-over", journey.movement.reference),
        (
            journey.movement.has(EventKind.COMPLETED),
            "position.movement-over",
            journey.movement.reference,
        ),
    )
    yield from (Finding(code=code, value=value) for wrong, code, value in checks if wrong)
    if degrees is not None and journey.declared.temperatures is None:
        value = str(degrees)
        yield Finding(code="position.no-range", severity=Severity.WARNING, value=value)


def ordinary(number: Decimal) -> bool:
    """Tell whether one can reckon with a measured number: ``1E+999999999`` is a decimal too."""
    if not number.is_finite():
        return False
    _, _, exponent = number.as_tuple()
    small_enough = number.adjusted() < _DIGITS_BEFORE
    return small_enough and isinstance(exponent, int) and exponent >= -_DIGITS_BEHIND


def _beyond(degrees: Decimal | None, most: int) -> bool:
    return degrees is not None and abs(degrees) > most


# ------------------------------------------------------------------ what it means


def ahead(journey: Journey) -> tuple[Stop, ...]:
    """Return the stops that the goods have not passed, in travel order."""
    movement, itinerary = journey.movement, journey.itinerary
    behind = [
        place
        for place, stop in enumerate(itinerary.stops)
        if movement.passed(itinerary.place(stop.office.code))
        or (stop.role is OfficeRole.DEPARTURE and movement.has(EventKind.DEPARTED))
    ]
    return itinerary.stops[max(behind, default=-1) + 1 :]


def delay(reading: Reading | Position, journey: Journey) -> timedelta | None:
    """Return how late the goods are (early: negative), as far as the reading tells.

    None: it tells nothing, because no time was declared or the goods may still be in time.
    """
    stops = ahead(journey)
    here = [one for one in stops if one.office.code == reading.place and one.expected_at]
    if here and here[0].expected_at is not None:
        return reading.at - here[0].expected_at
    expected = stops[0].expected_at if stops else None
    late = reading.at - expected if expected is not None else timedelta(0)
    return late if late > timedelta(0) else None


def news(reading: Reading, journey: Journey, before: Position | None, rules: PositionRules) -> News:
    """Return what a reading newer than all others brings; ``before`` had the last temperature.

    Goods on several trips are there when the last of them is, so that one's delay is told.
    """
    return (
        *_estimate(reading, journey, rules),
        *_temperature(reading, journey, before, rules),
    )


def _estimate(reading: Reading, journey: Journey, rules: PositionRules) -> News:
    late = delay(reading, journey.own)
    stops = ahead(journey)
    if late is None or not stops:
        return ()
    late = max(late, *journey.beside) if journey.beside else late
    last = estimated_since(journey.movement.happened)
    minutes = int(late.total_seconds() // 60)
    told = int(last.fact("delay")) if last is not None else 0
    recent = timedelta(minutes=rules.estimate_every_minutes)
    too_soon = last is not None and reading.at - last.at < recent
    if too_soon or abs(minutes - told) < rules.estimate_minutes:
        return ()
    times = " ".join(
        f"{one.office.code}={(one.expected_at + late).isoformat(timespec='seconds')}"
        for one in stops
        if one.expected_at is not None
    )
    facts = (("delay", str(minutes)), ("expected", times), ("source", reading.source))
    return ((EventKind.ESTIMATED, facts),)


def _temperature(
    reading: Reading, journey: Journey, before: Position | None, rules: PositionRules
) -> News:
    allowed, degrees = journey.declared.temperatures, reading.temperature_c
    if allowed is None or degrees is None or not _outside(degrees, allowed):
        return ()
    last = _last(journey.own.movement, EventKind.TEMPERATURE)
    known = before is not None and before.temperature_c is not None
    lasting = known and before is not None and _outside(before.temperature_c, allowed)
    recent = timedelta(minutes=rules.temperature_every_minutes)
    if lasting and last is not None and reading.at - last.at < recent:
        return ()
    facts = (
        ("temperature", str(degrees)),
        ("lowest", str(allowed[0])),
        ("highest", str(allowed[1])),
        ("source", reading.source),
        *((("trip", journey.trip),) if journey.trip else ()),
    )
    return ((EventKind.TEMPERATURE, facts),)


def _outside(degrees: Decimal | None, allowed: tuple[Decimal, Decimal]) -> bool:
    return degrees is not None and not allowed[0] <= degrees <= allowed[1]


def _last(movement: Movement, kind: EventKind) -> Event | None:
    found = [one for one in movement.happened if one.kind is kind]
    return found[-1] if found else None


def estimates(movement: Movement) -> dict[str, datetime]:
    """Return by office when the goods are expected there by the last estimate."""
    told = told_times(one for one in movement.happened if one.kind is not EventKind.DEPARTED)
    return dict(told)
