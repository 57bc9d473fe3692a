"""A new declaration in the place of the one before: when it may come, and the event it is."""

from gateway.domain.event import Event, EventKind, Report
from gateway.domain.finding import Finding, Refusal
from gateway.domain.movement import Movement


def replace_declaration(movement: Movement, told: Report) -> tuple[Event, ...]:
    """Return the event of a new declaration in the place of the one before.

    ``told.kind`` says what it changes (see ``pipeline.amendment``).

    Raises:
        Refusal: ``amend.already-released``, ``amend.already-arrived``, ``report.invalidating``.
    """
    released, arrived = (movement.has(one) for one in (EventKind.RELEASED, EventKind.ARRIVED))
    objections = (
        (movement.invalidating or movement.invalidated, "report.invalidating"),
        (released and told.kind is EventKind.AMENDED, "amend.already-released"),
        (arrived, "amend.already-arrived"),
    )
    if code := next((code for holds, code in objections if holds), ""):
        raise Refusal(Finding(code=code, value=told.kind.value))
    return (
        Event(
            sequence=movement.version + 1,
            kind=told.kind,
            at=told.at,
            office=told.office,
            facts=told.facts,
        ),
    )
