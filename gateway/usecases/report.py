"""The enterprise reports what it did, what befell it, or that it takes its declaration back."""

from gateway import register
from gateway.domain.event import Event, Report
from gateway.domain.records import Principal
from gateway.ports import Ports


def report(ports: Ports, caller: Principal, movement: str, told: Report) -> tuple[Event, ...]:
    """Take a report in, with everything it makes owed, in one change. Repeating it changes nothing.

    Raises:
        NotFound: no such movement for this tenant.
        Refused: the report comes before its time, is not one an enterprise makes, or names an
            office that is not on the way or where this cannot happen.
        InConflict: the movement kept changing under us.
    """
    return register.tell_movement(ports, (caller.tenant, caller.id), movement, told)
