"""What a gate saw of a vehicle, as events of a movement on it: only what is news."""

from collections.abc import Iterable
from datetime import datetime

from gateway.domain.event import Event, EventKind
from gateway.domain.movement import Movement


def gate_news(
    movement: Movement,
    office: str,
    at: datetime,
    seen: Iterable[tuple[EventKind, tuple[tuple[str, str], ...]]],
) -> tuple[Event, ...]:
    """Return what a gate saw that is news: not what it saw the last time, and not too late.

    The fact ``passage`` names a reading and is no news by itself. An older reading than the last
    one that counted never speaks after it.
    """
    told = [one for one in seen if not _seen(movement, office, at, *one)]
    events = (
        Event(sequence=movement.version + place, kind=kind, at=at, office=office, facts=facts)
        for place, (kind, facts) in enumerate(told, start=1)
    )
    return () if movement.invalidated else tuple(events)


def _seen(
    movement: Movement,
    office: str,
    at: datetime,
    kind: EventKind,
    facts: tuple[tuple[str, str], ...],
) -> bool:
    trip = dict(facts).get("trip", "")
    before = [
        one
        for one in movement.happened
        if (one.kind, one.office, one.fact("trip")) == (kind, office, trip)
    ]
    if not before:
        return False
    last = before[-1]
    return at <= last.at or _telling(last.facts) == _telling(facts)


def _telling(facts: Iterable[tuple[str, str]]) -> dict[str, str]:
    return {name: value for name, value in facts if name != "passage"}
