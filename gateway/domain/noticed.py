"""What the gateway itself notices about a movement, as events: nobody said it."""

from datetime import datetime

from gateway.domain.event import Event, EventKind
from gateway.domain.movement import Movement


def noticed(
    movement: Movement,
    kind: EventKind,
    at: datetime,
    office: str,
    facts: tuple[tuple[str, str], ...],
) -> Event:
    """Return the movement's next event."""
    number = movement.version + 1
    return Event(sequence=number, kind=kind, at=at, office=office, facts=facts)
