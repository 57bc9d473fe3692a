"""A reading of position or temperature comes in: kept exactly, and told ahead where it is news.

One reading is about one movement and every other movement on its trip, or about a vehicle or train
and everything aboard; of goods on several it is about that one alone. Repeated and older readings
change nothing.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta

from gateway import register
from gateway.audit.entry import EntryKind
from gateway.domain.errors import InConflict, Refused
from gateway.domain.event import Event
from gateway.domain.finding import Finding, Refusal, Severity
from gateway.domain.movement import evolve
from gateway.domain.movement_state import OVER
from gateway.domain.noticed import noticed
from gateway.domain.position import Journey, News, Position, Reading, delay, faults, news
from gateway.domain.records import Lost, Principal
from gateway.domain.trip import Trip, aboard, carrying
from gateway.pipeline.advance import Advanced
from gateway.pipeline.reading import read_reading
from gateway.ports import Ports

LOOKED_BACK = 50
"""How many of the newest readings are looked through for one with a temperature."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TakenReading:
    """What a reading came to. ``late``: a newer one was there, so it changed nothing."""

    repeated: bool
    late: bool
    findings: tuple[Finding, ...]
    events: tuple[Event, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class TakenRunReading:
    """What a reading of a vehicle came to, by movement aboard.

    ``refused`` pairs movements that it cannot be of with the code of the finding.
    """

    batch: str
    taken: tuple[tuple[str, TakenReading], ...]
    refused: tuple[tuple[str, str], ...]


def take_reading(ports: Ports, caller: Principal, movement: str, raw: bytes) -> TakenReading:
    """Take a reading in for a movement and those that travel with it, each in its own change.

    Raises:
        NotFound: no such movement for this tenant.
        Refused: ``position.*``: it is none, or cannot be.
        InConflict: the source told something else of the same moment, or a movement kept changing.
    """
    reading = _read(raw)
    first = _take(ports, caller, movement, reading, raw)
    _take_all(ports, caller, _companions(ports, caller.tenant, movement), (reading, raw))
    return first


def take_run_reading(ports: Ports, caller: Principal, name: str, raw: bytes) -> TakenRunReading:
    """Take a reading of a vehicle or train in for everything aboard, each in its own change.

    Handed in again after a program died, it reaches those that it had not reached.

    Raises:
        NotFound: ``trip.unknown``, ``trip.several-runs``.
        Refused: it is none, or can be of no movement aboard.
    """
    reading = _read(raw)
    trips = register.trips_named(ports, caller.tenant, name)
    taken, refused = _take_all(ports, caller, dict(aboard(trips)), (reading, raw))
    if not taken:
        codes = dict.fromkeys(code for _, code in refused) or ["position.movement-over"]
        raise Refused(*(Finding(code=code, value=trips[0].batch) for code in codes))
    return TakenRunReading(batch=trips[0].batch, taken=tuple(taken), refused=tuple(refused))


def _read(raw: bytes) -> Reading:
    try:
        return read_reading(raw)
    except Refusal as refusal:
        raise Refused(*refusal.findings) from refusal


def _take_all(
    ports: Ports, caller: Principal, movements: Mapping[str, Trip], read: tuple[Reading, bytes]
) -> tuple[list[tuple[str, TakenReading]], list[tuple[str, str]]]:
    """Take a reading in for each movement that is not over; one that it cannot be of stops none."""
    taken, refused = [], []
    for one, trip in movements.items():
        if _over(ports, one):
            continue
        try:
            taken.append((one, _take(ports, caller, one, *read, trip.id)))
        except (Refused, InConflict) as error:
            refused.append((one, error.findings[0].code))
    return taken, refused


def _companions(ports: Ports, tenant: str, movement: str) -> dict[str, Trip]:
    """Return the movements that travel on a run with this one, save itself, with their trips.

    Of goods on several nobody knows which was read, so it tells nothing of what is beside them.
    """
    trips = ports.store.trips_of(movement)
    if carrying(trips, movement):
        return {}
    batches = dict.fromkeys(trip.batch for trip in trips)
    run = (trip for one in batches for trip in register.trips_named(ports, tenant, one))
    return {one: trip for one, trip in aboard(run) if one != movement}


def _over(ports: Ports, movement: str) -> bool:
    record = ports.store.movement(movement)
    return record is None or record.state in OVER


def _take(
    ports: Ports, caller: Principal, movement: str, reading: Reading, raw: bytes, trip: str = ""
) -> TakenReading:
    for _ in range(register.TRIES_MAX):
        loaded = register.load(ports, movement, tenant=caller.tenant)
        writing = register.Writing(ports, caller.tenant, ports.clock.now())
        body = writing.body(raw, "application/json")
        row = _row(loaded, reading, body.digest, writing)
        row = replace(row, trip=trip if loaded.subject.trips else "")
        known = ports.store.position(row.id)
        if known is not None:
            return _known(known, row)
        taken, links = _written(ports, writing, loaded, reading, (row, caller, raw))
        try:
            ports.store.commit(writing.change())
        except Lost:
            continue
        ports.wakeup.knock(links)
        return taken
    raise InConflict(Finding(code="movement.busy", value=movement))


def _row(
    loaded: register.Loaded, reading: Reading, digest: str, writing: register.Writing
) -> Position:
    reference = loaded.record.reference
    return Position(
        id=f"{reference}/{reading.source}/{reading.at.isoformat()}",
        tenant=writing.tenant,
        movement=reference,
        source=reading.source,
        at=reading.at,
        received_at=writing.at,
        place=reading.place,
        latitude=reading.latitude,
        longitude=reading.longitude,
        temperature_c=reading.temperature_c,
        body=digest,
    )


def _known(known: Position, row: Position) -> TakenReading:
    if known.body != row.body:
        raise InConflict(Finding(code="position.reused", value=row.id))
    return TakenReading(repeated=True, late=False, findings=(), events=())


def _written(
    ports: Ports,
    writing: register.Writing,
    loaded: register.Loaded,
    reading: Reading,
    source: tuple[Position, Principal, bytes],
) -> tuple[TakenReading, tuple[str, ...]]:
    """Write the reading and, unless a newer one is there, what it means."""
    row, caller, raw = source
    rules = ports.packs.position_rules()
    earlier = ports.store.positions(row.movement, LOOKED_BACK)
    journey = _journey(loaded, row.trip, earlier)
    found = tuple(faults(reading, journey, writing.at, rules))
    if any(one.severity is Severity.ERROR for one in found):
        raise Refused(*found)
    writing.insert(row)
    own = [one for one in earlier if not row.trip or one.trip in ("", row.trip)]
    late = bool(own) and own[0].at > row.at
    before = next((one for one in own if one.temperature_c is not None), None)
    told = () if late else news(reading, journey, before, rules)
    if not told:
        return TakenReading(repeated=False, late=late, findings=found, events=()), ()
    events, advanced = _moved(ports, loaded, reading, told)
    facts = {"caller": caller.id, "report": "position", "terminal": row.source}
    body = writing.body(raw, "application/json")
    writing.entry(
        EntryKind.ACCEPTED, movement=row.movement, facts=facts, bodies=[("reading", body)]
    )
    links = register.write_step(writing, loaded, events, advanced)
    return TakenReading(repeated=False, late=False, findings=found, events=events), links


def _journey(loaded: register.Loaded, trip: str, earlier: Iterable[Position]) -> Journey:
    """Return what a reading of a trip is held against; others stand as they were last read."""
    subject = loaded.subject
    whole = Journey(
        movement=subject.movement, itinerary=subject.itinerary, declared=loaded.declaration
    )
    if not trip:
        return whole
    newest = {one.trip: one for one in sorted(earlier, key=lambda one: one.at)}
    others = (one.id for one in subject.trips if one.id != trip)
    beside = (delay(newest[one], whole.of(one)) if one in newest else None for one in others)
    return replace(whole, trip=trip, beside=tuple(one or timedelta(0) for one in beside))


def _moved(
    ports: Ports, loaded: register.Loaded, reading: Reading, told: News
) -> tuple[tuple[Event, ...], Advanced]:
    """Return the events of the news, told from behind the goods, and what they lead to."""
    movement = loaded.subject.movement
    office = loaded.subject.itinerary.departure.office.code
    events: list[Event] = []
    for kind, facts in told:
        events.append(noticed(movement, kind, reading.at, office, facts))
        movement = evolve(movement, events[-1])
    try:
        with ports.packs.slot() as packs:
            advanced = register.move(ports, loaded, events, packs)
    except Refusal as refusal:
        raise Refused(*refusal.findings) from refusal
    return (*events, *advanced.events), advanced
