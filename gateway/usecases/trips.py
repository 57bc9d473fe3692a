"""A run as people see and move it: one vehicle or train, with every movement on it.

What is told of a run is accepted once, durably, in one small change; then every movement is told in
a change of its own. Who was not told when a program died is told by the sweep.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from hashlib import sha256

from gateway import register
from gateway.audit.entry import EntryKind
from gateway.domain.errors import GatewayError, Refused
from gateway.domain.event import Report
from gateway.domain.finding import Finding
from gateway.domain.message import Message, MessageState
from gateway.domain.records import Lost, MovementRecord, Principal
from gateway.domain.trip import TELLABLE, Trip, TripReport, aboard
from gateway.domain.trip_state import TripNews, TripStanding, decide, ended, follow, news_of
from gateway.ports import Ports


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
        """All packages aboard."""
        return sum(one.packages for one in self.aboard)

    @property
    def gross_mass_kg(self) -> Decimal:
        """All goods aboard."""
        return sum((one.gross_mass_kg for one in self.aboard), Decimal(0))


def describe_run(ports: Ports, tenant: str, name: str) -> RunView:
    """Return the run of a batch number, of a trip's id, or of a plate.

    Raises:
        NotFound: ``trip.unknown``, ``trip.several-runs``.
    """
    trips = register.trips_named(ports, tenant, name)
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
    ports: Ports, tenant: str, *, after: str = "", limit: int = 50
) -> tuple[tuple[Trip, TripStanding], ...]:
    """Return open trips, newest first, each with where it stands."""
    found = ports.store.open_trips(tenant, after=after, limit=limit)
    return tuple((trip, stand(ports, [trip])[0]) for trip in found)


def stand(ports: Ports, trips: Iterable[Trip]) -> tuple[TripStanding, tuple[Finding, ...]]:
    """Return where the trips of one run stand, and the news that do not follow from that."""
    news: list[TripNews] = []
    states = []
    for movement, trip in aboard(trips):
        record = ports.store.movement(movement)
        if record is not None:
            news += news_of(ports.store.events(movement), trip.id, way_of(record))
            states.append(record.state)
    standing, findings = follow(news)
    return ended(standing, states), findings


def way_of(record: MovementRecord) -> tuple[str, ...]:
    """Return the offices on a movement's way, those left out of it not."""
    return tuple(code for sequence, code, _, _ in record.stops if sequence)


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
    ways: list[tuple[str, ...]] = []
    for movement, trip in aboard(trips):
        try:
            loaded = register.load(ports, movement, tenant=tenant)
            ways.append(way_of(loaded.record))
            if not loaded.subject.movement.invalidated:
                register.reported(loaded, register.told_of(told, trip))
        except GatewayError as error:
            args = (("movement", movement), ("reason", error.findings[0].code))
            found.append(Finding(code="trip.not-all-can", value=movement, args=args))
    if found := found or _no_step(ports, trips, told, ways):
        raise Refused(*found)


def _no_step(
    ports: Ports, trips: tuple[Trip, ...], told: Report, ways: Sequence[tuple[str, ...]]
) -> list[Finding]:
    """Return what speaks against a report where the vehicle stands now."""
    standing, _ = stand(ports, trips)
    places = [way.index(told.office) for way in ways if told.office in way]
    news = TripNews(kind=told.kind, at=told.at, office=told.office, place=max(places, default=0))
    return list(decide(standing, news))


def _accept(ports: Ports, row: TripReport) -> None:
    writing = register.Writing(ports, row.tenant, row.created_at)
    body = writing.body(register.canonical(row.told), "application/json")
    writing.insert(row)
    facts = {
        "caller": row.caller,
        "report": row.kind.value,
        "office": row.office,
        "batch": row.batch,
    }
    writing.entry(EntryKind.ACCEPTED, facts=facts, bodies=[("report", body)])
    try:
        ports.store.commit(writing.change())
    except Lost:
        return  # the same was told at the same moment
