"""A reading of position or temperature comes in: kept exactly, and told ahead where it is news.

One reading is about one movement and every other movement on its trips. Repeated and older
readings change nothing.
"""

from dataclasses import dataclass

from gateway import register
from gateway.audit.entry import EntryKind
from gateway.domain.errors import InConflict, Refused
from gateway.domain.event import Event
from gateway.domain.finding import Finding, Refusal, Severity
from gateway.domain.movement import evolve
from gateway.domain.noticed import noticed
from gateway.domain.position import Journey, News, Position, Reading, faults, news
from gateway.domain.records import Lost, Principal
from gateway.pipeline.advance import Advanced
from gateway.pipeline.reading import read_reading
from gateway.ports import Ports

TRIES_MAX = 8
LOOKED_BACK = 50
"""How many of the newest readings are looked through for one with a temperature."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TakenReading:
    """What a reading came to. ``late``: a newer one was there, so it changed nothing."""

    repeated: bool
    late: bool
    findings: tuple[Finding, ...]
    events: tuple[Event, ...]


def take_reading(ports: Ports, caller: Principal, movement: str, raw: bytes) -> TakenReading:
    """Take a reading in for a movement and those that travel with it, each in its own change.

    Raises:
        NotFound: no such movement for this tenant.
        Refused: ``position.*``: it is none, or cannot be.
        InConflict: the source told something else of the same moment, or a movement kept changing.
    """
    try:
        reading = read_reading(raw)
    except Refusal as refusal:
        raise Refused(*refusal.findings) from refusal
    first = _take(ports, caller, movement, reading, raw)
    for other in _companions(ports, movement):
        if not _over(ports, other):
            _take(ports, caller, other, reading, raw)
    return first


def _companions(ports: Ports, movement: str) -> tuple[str, ...]:
    """Return the movements that travel on a trip with this one, save itself."""
    shares = (share for trip in ports.store.trips_of(movement) for share in trip.shares)
    return tuple(dict.fromkeys(one.movement for one in shares if one.movement != movement))


def _over(ports: Ports, movement: str) -> bool:
    record = ports.store.movement(movement)
    return record is None or record.state in ("completed", "invalidated")


def _take(
    ports: Ports, caller: Principal, movement: str, reading: Reading, raw: bytes
) -> TakenReading:
    for _ in range(TRIES_MAX):
        loaded = register.load(ports, movement, tenant=caller.tenant)
        writing = register.Writing(ports, caller.tenant, ports.clock.now())
        body = writing.body(raw, "application/json")
        row = _row(loaded, reading, body.digest, writing)
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
    subject, rules = loaded.subject, ports.packs.position_rules()
    journey = Journey(
        movement=subject.movement, itinerary=subject.itinerary, declared=loaded.declaration
    )
    found = tuple(faults(reading, journey, writing.at, rules))
    if any(one.severity is Severity.ERROR for one in found):
        raise Refused(*found)
    writing.insert(row)
    earlier = ports.store.positions(row.movement, LOOKED_BACK)
    late = bool(earlier) and earlier[0].at > row.at
    before = next((one for one in earlier if one.temperature_c is not None), None)
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
