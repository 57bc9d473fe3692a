"""A passage through a smart lane: find the run, decide, keep what was said, tell the offices.

What the lane reads and what it is told are one change: the passage's row, its log entry, and on
every movement of the run the events that are news, with the messages those make owed.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from hashlib import sha256

from gateway import register
from gateway.audit.canonical import canonical
from gateway.audit.entry import EntryKind
from gateway.domain.errors import InConflict
from gateway.domain.event import Event, EventKind
from gateway.domain.finding import Finding
from gateway.domain.lane import Decision, Direction, Known, Lane, Read, Reading, Signal
from gateway.domain.lane_decision import decide
from gateway.domain.passage import Passage
from gateway.domain.records import Lost, Principal
from gateway.domain.trip import Trip
from gateway.ports import Ports

TRIPS_MAX = 64
"""Trips that one reading can be of; where there are more, nothing is told apart."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Acted:
    """What a lane that was cut off said by itself, and when the facts were taken it said it by."""

    says: Signal
    code: str
    facts_at: datetime
    decided_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Passing:
    """A passage as it is kept. ``decision`` is None for a repeat; ``events`` are what was news."""

    passage: Passage
    decision: Decision | None = None
    repeated: bool = False
    events: tuple[Event, ...] = ()


# ------------------------------------------------------------------ deciding


def look(ports: Ports, lane: Lane, reading: Reading, now: datetime | None = None) -> Decision:
    """Say what a lane should say to a reading, by the facts of now; nothing is kept.

    ``now`` is when it was decided, for a lane that was cut off: what happened later is left out.
    """
    rules = ports.packs.lane_rules()
    at = ports.clock.now()
    trips = _trips(ports, lane, reading)
    runs = register.candidates_of(ports, trips[:TRIPS_MAX], lane, reading, now)
    complete = len(trips) <= TRIPS_MAX and not ports.store.trips_keyed_otherwise(
        rules.confusions.version, 1
    )
    known = Known(runs=runs, at=now or at, complete=complete)
    return decide(lane, register.place_of(ports, lane), reading, known, now or at, rules)


def _trips(ports: Ports, lane: Lane, reading: Reading) -> tuple[Trip, ...]:
    """Return every open trip that shares a plate's fold or the number that was given."""
    keys = ports.packs.lane_rules().confusions.keys(one.text for one in reading.plates)
    found = list(ports.store.trips_keyed(lane.tenant, keys, TRIPS_MAX + 1))
    if reading.reference:
        found += _called(ports, lane, reading.reference)
    return tuple({trip.id: trip for trip in found if trip.tenant == lane.tenant}.values())


def _called(ports: Ports, lane: Lane, reference: str) -> Iterable[Trip]:
    by_batch = ports.store.trips_of_batch(lane.tenant, reference, TRIPS_MAX)
    record = ports.store.movement(reference) or ports.store.movement_by_number(
        register.place_of(ports, lane).administration, reference
    )
    by_movement = ports.store.trips_of(record.reference) if record is not None else ()
    return (*by_batch, *by_movement)


# ------------------------------------------------------------------ passing


def pass_lane(
    ports: Ports, caller: Principal, name: str, reading: Reading, acted: Acted | None = None
) -> Passing:
    """Answer a lane and keep the passage; the same reading again gets the same answer.

    ``acted`` is handed in afterwards, by a lane that was cut off: what it said stands, and where we
    would have said otherwise that is told (``Passage.differs``). A go that we would not have said
    stands only when two persons say so (``Passage.unentitled``).

    Raises:
        NotFound: ``lane.unknown``.
        NotAllowed: ``lane.not-yours``.
        InConflict: the lane used the id for another reading, or movements kept changing under us.
    """
    lane = register.lane_of(ports, caller, name)
    content = _spelled(reading, acted)
    digest = sha256(content).hexdigest()
    for _ in range(register.TRIES_MAX):
        known = ports.store.passage(register.passage_key(lane, reading.id))
        if known is not None:
            if known.reading != digest:
                raise InConflict(Finding(code="lane.passage-reused", value=reading.id))
            return Passing(passage=known, repeated=True)
        decision = look(ports, lane, reading, acted.decided_at if acted else None)
        writing = register.Writing(ports, lane.tenant, ports.clock.now())
        passage = _passage(lane, reading, decision, (caller.id, digest, writing.at))
        passage = _with_acted(passage, acted)
        body = writing.body(content, "application/json")
        writing.insert(passage)
        register.log_passage(writing, EntryKind.PASSAGE, passage, [("passage", body)])
        seen = _seen(lane, reading, passage, decision)
        # A lane whose clock is ahead: nothing it said later would be news until then.
        at = min(reading.at, writing.at)
        seen = (*seen, *register.went_on(ports, lane, passage, at))
        told = passage if decision.established else replace(passage, movements=())
        try:
            events, links = register.move_all(
                *(ports, writing, lane, told, (at, seen)),
                decided_on=_versions(decision) if acted is None else None,
            )
            ports.store.commit(writing.change())
        except Lost:
            continue
        ports.wakeup.knock(links)
        return Passing(passage=passage, decision=decision, events=events)
    raise InConflict(Finding(code="movement.busy", value=name))


def _versions(decision: Decision) -> Mapping[str, int]:
    """Return the versions of the movements that a decision was read from."""
    run = decision.run
    return {one.reference: one.version for one in run.movements} if run else {}


def _spelled(reading: Reading, acted: Acted | None) -> bytes:
    """Spell what was handed in, in one way only: repeats are known by it."""
    told: dict[str, object] = {
        "id": reading.id,
        "at": reading.at.isoformat(),
        "direction": reading.direction.value if reading.direction else "",
        "plates": [[one.text, one.confidence] for one in reading.plates],
        "containers": [[one.text, one.confidence] for one in reading.containers],
        "seals": [[one.text, one.confidence] for one in reading.seals],
        "weight": None if reading.weight_kg is None else str(reading.weight_kg),
        "temperature": None if reading.temperature is None else str(reading.temperature),
        "reference": reading.reference,
        "photo": reading.photo,
    }
    if acted is not None:
        told["acted"] = [
            acted.says.value,
            acted.code,
            acted.facts_at.isoformat(),
            acted.decided_at.isoformat(),
        ]
    return canonical(told)


def looked_again(ports: Ports, lane: Lane, passage: Passage) -> Decision | None:
    """Say what a kept reading is by the facts of now, for a person who has to tell runs apart."""
    body = ports.store.body(passage.reading)
    if body is None:
        return None
    told = json.loads(body.content)

    def reads(name: str) -> tuple[Read, ...]:
        return tuple(Read(text, sure) for text, sure in told[name])

    def number(name: str) -> Decimal | None:
        return None if told[name] is None else Decimal(told[name])

    reading = Reading(
        id=told["id"],
        at=datetime.fromisoformat(told["at"]),
        direction=Direction(told["direction"]) if told["direction"] else None,
        plates=reads("plates"),
        containers=reads("containers"),
        seals=reads("seals"),
        weight_kg=number("weight"),
        temperature=number("temperature"),
        reference=told["reference"],
        photo=told["photo"],
    )
    return look(ports, lane, reading, passage.received_at)


def _passage(
    lane: Lane, reading: Reading, decision: Decision, kept: tuple[str, str, datetime]
) -> Passage:
    caller, digest, now = kept
    run = decision.run
    return Passage(
        id=register.passage_key(lane, reading.id),
        lane=lane.id,
        tenant=lane.tenant,
        at=reading.at,
        received_at=now,
        caller=caller,
        reading=digest,
        says=decision.says,
        code=decision.reason.code,
        value=decision.reason.value,
        wanted=dict(decision.reason.args).get("wanted", ""),
        confidence=decision.confidence,
        trips=run.trips if run else (),
        movements=tuple(one.reference for one in run.movements) if run else (),
        facts_at=decision.facts_at,
    )


def _with_acted(passage: Passage, acted: Acted | None) -> Passage:
    if acted is None:
        return passage
    return replace(
        passage, acted=acted.says.value, acted_code=acted.code, acted_facts_at=acted.facts_at
    )


def _seen(lane: Lane, reading: Reading, passage: Passage, decision: Decision) -> register.Seen:
    """Return what the lane saw: the vehicle at the gate, and its weight."""
    told = (
        ("lane", lane.id),
        ("passage", passage.id),
        ("decision", passage.stands.value),
        ("reason", (not passage.unentitled and passage.acted_code) or passage.code),
    )
    seen: list[tuple[EventKind, tuple[tuple[str, str], ...]]] = [(EventKind.AT_GATE, told)]
    if reading.weight_kg is not None:
        declared = decision.run.mass_kg if decision.run else None
        facts = [("passage", passage.id), ("weight", str(reading.weight_kg))]
        facts += [("declared", str(declared))] if declared is not None else []
        seen.append((EventKind.REWEIGHED, tuple(facts)))
    return tuple(seen)
