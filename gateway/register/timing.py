"""Deadlines as rows, written with the change that causes, moves or ends them; readings back."""

from collections.abc import Iterable
from datetime import datetime

from gateway.domain.deadline import Deadline, DeadlineKind, DeadlineState, kept, wanted
from gateway.domain.declaration import Declaration
from gateway.domain.errors import NotFound
from gateway.domain.finding import Finding
from gateway.domain.message import Message, MessageState
from gateway.domain.position import Position
from gateway.pipeline.advance import Advanced
from gateway.ports import Ports
from gateway.register.writing import Writing

_MOVING = ("office", "due_at", "remind_at", "state", "next_at", "ended_by")


def write_deadlines(writing: Writing, advanced: Advanced, declared: Declaration) -> None:
    """Write the rows that the movement as it now stands has, lacks or has ended."""
    rules = writing.ports.packs.deadline_rules()
    movement = advanced.movement
    known = {one.id: one for one in writing.ports.store.deadlines(movement.reference)}
    found = wanted(movement, advanced.itinerary, declared, rules)
    for row in kept(movement, found, known, rules, writing.at):
        if row.id in known:
            values = {name: getattr(row, name) for name in _MOVING}
            writing.update("deadlines", row.id, values, {"state": known[row.id].state})
        else:
            writing.insert(row)


def deadlines_of(ports: Ports, movement: str, messages: Iterable[Message]) -> tuple[Deadline, ...]:
    """Return a movement's deadlines, those of its unsent messages too, the earliest first."""
    now = ports.clock.now()
    sending = (_of_message(one, one.deadline, now) for one in messages if one.deadline)
    found = (*ports.store.deadlines(movement), *(one for one in sending if one is not None))
    return tuple(sorted(found, key=lambda one: (one.due_at, one.id)))


def _of_message(message: Message, at: datetime, now: datetime) -> Deadline | None:
    """Return until when a message has to be sent, while it is not."""
    if message.state not in (MessageState.DUE, MessageState.PARKED):
        return None
    return Deadline(
        id=f"{message.movement}/message/{message.id}",
        tenant=message.tenant,
        movement=message.movement,
        kind=DeadlineKind.MESSAGE,
        subject=message.type,
        office=message.office,
        due_at=at,
        remind_at=at,
        state=DeadlineState.PASSED if at <= now else DeadlineState.OPEN,
        next_at=None,
    )


def readings_of(ports: Ports, tenant: str, movement: str, limit: int) -> tuple[Position, ...]:
    """Return a movement's readings, those of the latest moment first.

    Raises:
        NotFound: no such movement for this tenant.
    """
    record = ports.store.movement(movement)
    if record is None or record.tenant != tenant:
        raise NotFound(Finding(code="movement.unknown", value=movement))
    return ports.store.positions(movement, limit)
