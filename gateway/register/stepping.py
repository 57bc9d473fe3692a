"""How a movement's step is written: its next version, its events, what they make owed."""

from collections.abc import Iterable
from dataclasses import replace

from gateway.domain.event import Event, EventKind
from gateway.domain.vehicles import reported_by
from gateway.pipeline.advance import Advanced
from gateway.register.load import Loaded
from gateway.register.owing import Owing, owe
from gateway.register.standing import write_keys
from gateway.register.writing import Writing, write_events, write_movement


def write_step(
    writing: Writing, loaded: Loaded, events: Iterable[Event], advanced: Advanced
) -> tuple[str, ...]:
    """Write what ``events`` (with those that ``advanced`` adds) lead to; return links to knock."""
    movement = advanced.movement
    write_movement(writing, loaded.record, movement)
    events = tuple(events)
    write_events(writing, movement, events)
    _write_taken_over(writing, loaded, events)
    owing = Owing(
        declaration=loaded.declaration,
        trust=writing.ports.store.trust(loaded.record.tenant),
        before={message.id: message for message in loaded.messages},
    )
    return owe(writing, advanced, owing)


def _write_taken_over(writing: Writing, loaded: Loaded, events: Iterable[Event]) -> None:
    """Let trips be found by the plates of the vehicle that took their goods over."""
    trips = loaded.subject.trips
    for event in events:
        told = reported_by(event) if event.kind is EventKind.INCIDENT else ()
        names = [one.id for one in trips if event.fact("trip") in ("", one.id)]
        for name in (names or [loaded.subject.trip]) if told else ():
            trip = writing.ports.store.trip(name)
            if trip is not None:
                pairs = ((one.country, one.plate) for one in told)
                plates = tuple(dict.fromkeys((*trip.plates, *pairs)))
                writing.update("trips", name, {"plates": plates})
                write_keys(writing, replace(trip, plates=plates))
