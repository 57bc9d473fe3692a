"""A run as people see and move it: one vehicle or train, with every movement on it.

What is told of a run is accepted once, durably, in one small change; then every movement is told in
a change of its own. Who was not told when a program died is told by the sweep.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from hashlib import sha256

from gateway import register
from gateway.audit.entry import EntryKind
from gateway.domain.errors import GatewayError, Refused, Unavailable
from gateway.domain.event import Event, EventKind, Report
from gateway.domain.finding import Finding
from gateway.domain.itinerary import CustomsOffice
from gateway.domain.lane import Lane, Signal
from gateway.domain.lane_decision import wanting
from gateway.domain.message import Message, MessageState
from gateway.domain.movement_state import MovementState
from gateway.domain.page import Page, page_of
from gateway.domain.position import Position
from gateway.domain.records import Change, Lost, MovementRecord, Principal
from gateway.domain.trip import TELLABLE, Trip, TripReport, aboard
from gateway.domain.trip_state import (
    TripNews,
    TripStanding,
    decide,
    ended,
    follow,
    is_behind,
    news_of,
)
from gateway.ports import Ports

GATES_MAX, READ_MAX, LANES_MAX = 10, 5, 3
"""What is looked at of a run: readings a movement, lanes of an office."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Aboard:
    """One movement's share of a run, where it stands, and what its vehicle messages wait for."""

    movement: str
    lrn: str
    state: str
    trip: str
    packages: int
    gross_mass_kg: Decimal
    waits_for: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class RunView:
    """A run; masses in kilograms. ``reports`` is what was told of it, oldest first.

    ``findings`` are news of it that do not follow from where it stood.
    """

    batch: str
    standing: TripStanding
    findings: tuple[Finding, ...]
    trips: tuple[str, ...]
    plates: tuple[tuple[str, str], ...]
    seals: tuple[str, ...]
    aboard: tuple[Aboard, ...]
    reports: tuple[TripReport, ...]

    @property
    def packages(self) -> int:
        """All packages aboard; goods that were taken back do not travel."""
        return sum(one.packages for one in self._going)

    @property
    def gross_mass_kg(self) -> Decimal:
        """All goods aboard."""
        return sum((one.gross_mass_kg for one in self._going), Decimal(0))

    @property
    def _going(self) -> tuple[Aboard, ...]:
        return tuple(one for one in self.aboard if one.state != MovementState.INVALIDATED)


@dataclass(frozen=True, slots=True, kw_only=True)
class TripStop:
    """One office on the way of a run, and how far the vehicle is with it."""

    office: CustomsOffice
    role: str
    expected_at: datetime | None
    behind: bool
    here: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanting:
    """A lane ahead, and what would keep it from *go* if it read everything as declared."""

    lane: Lane
    office: CustomsOffice
    lacks: tuple[tuple[Signal, Finding], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class WayAhead:
    """Stops in travel order; what was read last; what gates saw, newest first; lanes ahead.

    ``readings`` are the latest position and, where that is another, the latest temperature.
    """

    stops: tuple[TripStop, ...]
    readings: tuple[Position, ...]
    gates: tuple[Event, ...]
    lanes: tuple[Wanting, ...]


def describe_run(ports: Ports, tenant: str, name: str) -> RunView:
    """Return the run of a batch number, of a trip's id, or of a plate.

    Raises:
        NotFound: ``trip.unknown``, ``trip.several-runs``.
    """
    trips = [register.as_borne(ports, one) for one in register.trips_named(ports, tenant, name)]
    batch = trips[0].batch
    standing, findings = stand(ports, trips)
    return RunView(
        batch=batch,
        standing=standing,
        findings=findings,
        trips=tuple(trip.id for trip in trips),
        plates=tuple(dict.fromkeys(plate for trip in trips for plate in trip.plates)),
        seals=tuple(dict.fromkeys(seal for trip in trips for seal in trip.seals)),
        aboard=tuple(one for trip in trips for one in _aboard(ports, trip)),
        reports=ports.store.trip_reports(tenant, batch),
    )


def list_trips(
    ports: Ports, tenant: str, *, after: str = "", limit: int = 50, plate: str = ""
) -> Page[tuple[Trip, TripStanding]]:
    """Return a page of open trips, newest first, each with where it stands."""
    found = ports.store.open_trips(tenant, after=after, limit=limit + 1, plate=plate)
    page = page_of(found, limit, lambda trip: trip.id)
    return page.of(lambda trip: (register.as_borne(ports, trip), stand(ports, [trip])[0]))


def stand(ports: Ports, trips: Iterable[Trip]) -> tuple[TripStanding, tuple[Finding, ...]]:
    """Return where the trips of one run stand, and the news that do not follow from that."""
    news: list[TripNews] = []
    states = []
    for movement, trip in aboard(trips):
        record = ports.store.movement(movement)
        if record is not None:
            news += news_of(ports.store.events(movement), trip.id, places_of(record))
            states.append(record.state)
    standing, findings = follow(news)
    return ended(standing, states), findings


def places_of(record: MovementRecord) -> dict[str, int]:
    """Return by office its place on a movement's way, from 0; one beside another shares it.

    Offices that are left out of the way have none.
    """
    numbers = sorted({sequence for sequence, _, _, _ in record.stops if sequence})
    places: dict[str, int] = {}
    for sequence, code, _, _ in record.stops:
        if sequence:
            places.setdefault(code, numbers.index(sequence))
    return places


def _aboard(ports: Ports, trip: Trip) -> list[Aboard]:
    found = []
    for share in trip.shares:
        if not share.packages:
            continue  # it left the trip
        record = ports.store.movement(share.movement)
        if record is None:
            continue
        messages = ports.store.messages(share.movement)
        found.append(
            Aboard(
                movement=share.movement,
                lrn=record.lrn,
                state=record.state,
                trip=trip.id,
                packages=share.packages,
                gross_mass_kg=share.gross_mass_kg,
                waits_for=tuple(_wait(one) for one in messages if _waits(one, trip)),
            )
        )
    return found


def _waits(message: Message, trip: Trip) -> bool:
    held = (MessageState.WAITING, MessageState.AWAITING_SIGNATURE)
    return message.trip == trip.id and message.state in held


def _wait(message: Message) -> str:
    return f"{message.office} {message.type}: {message.waits_for}"


def look_ahead(ports: Ports, tenant: str, view: RunView) -> WayAhead:
    """Return what lies before a run, and what was seen of it."""
    stops = _stops(ports, view)
    events = [one for load in view.aboard for one in ports.store.events(load.movement)]
    seen = {
        (one.at, one.office, one.fact("lane")): one
        for one in events
        if one.kind is EventKind.AT_GATE
    }
    gates = sorted(seen.values(), key=lambda one: one.at, reverse=True)
    return WayAhead(
        stops=stops,
        readings=_readings(ports, view),
        gates=tuple(gates[:GATES_MAX]),
        lanes=tuple(_lanes(ports, tenant, view, stops)),
    )


def _stops(ports: Ports, view: RunView) -> tuple[TripStop, ...]:
    """Return the stops of the movement aboard that goes by most offices."""
    records = (ports.store.movement(one.movement) for one in view.aboard)
    longest = max(
        (one for one in records if one), key=lambda one: len(places_of(one)), default=None
    )
    if longest is None:
        return ()
    at, standing, places = view.standing.office, view.standing, places_of(longest)
    return tuple(
        TripStop(
            office=stop.office,
            role=stop.role.value,
            expected_at=stop.expected_at,
            behind=is_behind(standing, places[stop.office.code]),
            here=stop.office.code == at and not is_behind(standing, places[stop.office.code]),
        )
        for stop in register.itinerary_of(ports, longest).stops
    )


def _readings(ports: Ports, view: RunView) -> tuple[Position, ...]:
    found = [
        one
        for load in view.aboard
        for one in ports.store.positions(load.movement, READ_MAX)
        if one.trip in ("", load.trip)
    ]
    found.sort(key=lambda one: one.at, reverse=True)
    placed = next((one for one in found if one.place or one.latitude is not None), None)
    warm = next((one for one in found if one.temperature_c is not None), None)
    return tuple(dict.fromkeys(one for one in (placed, warm) if one is not None))


def _lanes(
    ports: Ports, tenant: str, view: RunView, stops: tuple[TripStop, ...]
) -> Iterator[Wanting]:
    """Yield what the lanes of the next office that has any would say."""
    lanes = ports.store.lanes(tenant)
    trips = register.trips_named(ports, tenant, view.batch) if view.aboard else ()
    for stop in stops:
        own = [one for one in lanes if one.office == stop.office.code and not stop.behind]
        for lane in own[:LANES_MAX]:
            place, now = register.place_of(ports, lane), ports.clock.now()
            lacks = [
                found
                for run in register.runs_of(ports, trips, lane)
                for found in wanting(lane, place, run, now, ports.packs.lane_rules())
            ]
            yield Wanting(lane=lane, office=stop.office, lacks=tuple(dict.fromkeys(lacks)))
        if own:
            return


def report_trip(ports: Ports, caller: Principal, name: str, told: Report) -> TripReport:
    """Tell something once of a vehicle and every movement on it; repeating it changes nothing.

    The report comes back as it stands: done, or still owed to movements that could not be told now.

    Raises:
        NotFound: ``trip.unknown``, ``trip.several-runs``.
        Refused: it is nothing that is told of a vehicle or that follows from where it stands, or
            some movement on it cannot take it; each is named, and nobody is told anything.
    """
    if told.kind not in TELLABLE:
        raise Refused(Finding(code="report.not-yours", value=told.kind.value))
    trips = register.trips_named(ports, caller.tenant, name)
    row = _row(ports, caller, trips[0].batch, told)
    if ports.store.trip_report(row.id) is None:
        _check(ports, caller.tenant, trips, told)
        _accept(ports, row)
    return register.tell_run(ports, ports.store.trip_report(row.id) or row)


def _row(ports: Ports, caller: Principal, batch: str, told: Report) -> TripReport:
    """Return the row of a report; the same report of the same run has the same id."""
    words = f"{caller.tenant}\0{batch}\0".encode() + register.canonical(told)
    now = ports.clock.now()
    return TripReport(
        id=f"rep_{sha256(words).hexdigest()[:32]}",
        tenant=caller.tenant,
        batch=batch,
        caller=caller.id,
        kind=told.kind,
        at=told.at,
        office=told.office,
        facts=told.facts,
        created_at=now,
        next_at=now + register.PATIENCE,
    )


def _check(ports: Ports, tenant: str, trips: tuple[Trip, ...], told: Report) -> None:
    """Ask every movement whether it can take the report, then the vehicle itself.

    A truck leaves whole or not at all.
    """
    found: list[Finding] = []
    ways: list[dict[str, int]] = []
    for movement, trip in register.hearers(ports, trips) or aboard(trips):
        try:
            loaded = register.load(ports, movement, tenant=tenant)
            ways.append(places_of(loaded.record))
            if not loaded.subject.movement.invalidated:
                register.reported(loaded, register.told_of(told, trip), ports.clock.now())
        except Unavailable:
            raise
        except GatewayError as error:
            args = (("movement", movement), ("reason", error.findings[0].code))
            found.append(Finding(code="trip.not-all-can", value=movement, args=args))
    if found := found or _no_step(ports, trips, told, ways):
        raise Refused(*found)


def _no_step(
    ports: Ports, trips: tuple[Trip, ...], told: Report, ways: Sequence[Mapping[str, int]]
) -> list[Finding]:
    """Return what speaks against a report where the vehicle stands now."""
    standing, _ = stand(ports, trips)
    places = [way[told.office] for way in ways if told.office in way]
    news = TripNews(kind=told.kind, at=told.at, office=told.office, place=max(places, default=0))
    return list(decide(standing, news))


def _accept(ports: Ports, row: TripReport) -> None:
    facts = {
        "caller": row.caller,
        "report": row.kind.value,
        "office": row.office,
        "batch": row.batch,
    }

    def draw() -> Change:
        writing = register.Writing(ports, row.tenant, row.created_at)
        body = writing.body(register.canonical(row.told), "application/json")
        writing.insert(row)
        writing.entry(EntryKind.ACCEPTED, facts=facts, bodies=[("report", body)])
        return writing.change()

    try:
        register.write_surely(ports, draw)
    except Lost:
        return  # the same was told at the same moment
