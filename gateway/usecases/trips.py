"""A run as people see and move it: one vehicle or train, with every movement on it.

What is told of a run is accepted once, durably, in one small change; then every movement is told in
a change of its own. Who was not told when a program died is told by the sweep.
"""

from dataclasses import dataclass
from decimal import Decimal
from hashlib import sha256

from gateway import register
from gateway.audit.entry import EntryKind
from gateway.domain.errors import GatewayError, Refused
from gateway.domain.event import Report
from gateway.domain.finding import Finding
from gateway.domain.message import Message, MessageState
from gateway.domain.records import Lost, Principal
from gateway.domain.trip import TELLABLE, Trip, TripReport, aboard
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
    """A run; masses in kilograms. ``reports`` is what was told of it, oldest first."""

    batch: str
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
    return RunView(
        batch=batch,
        trips=tuple(trip.id for trip in trips),
        plates=tuple(dict.fromkeys(plate for trip in trips for plate in trip.plates)),
        seals=tuple(dict.fromkeys(seal for trip in trips for seal in trip.seals)),
        aboard=tuple(one for trip in trips for one in _aboard(ports, trip)),
        reports=ports.store.trip_reports(tenant, batch),
    )


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
        Refused: it is nothing that is told of a vehicle, or some movement on it cannot take it;
            each is named, and nobody is told anything.
    """
    if told.kind not in TELLABLE:
        raise Refused(Finding(code="report.not-yours", value=told.kind.value))
    trips = register.trips_named(ports, caller.tenant, name)
    row = _row(ports, caller, trips[0].batch, told)
    if ports.store.trip_report(row.id) is None:
        _check(ports, caller.tenant, aboard(trips), told)
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


def _check(ports: Ports, tenant: str, aboard: tuple[tuple[str, Trip], ...], told: Report) -> None:
    """Ask every movement whether it can take the report: a truck leaves whole or not at all."""
    found = []
    for movement, trip in aboard:
        try:
            loaded = register.load(ports, movement, tenant=tenant)
            if not loaded.subject.movement.invalidated:
                register.reported(loaded, register.told_of(told, trip))
        except GatewayError as error:
            args = (("movement", movement), ("reason", error.findings[0].code))
            found.append(Finding(code="trip.not-all-can", value=movement, args=args))
    if found:
        raise Refused(*found)


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
