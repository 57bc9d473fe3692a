"""What happens to a movement: the kinds of events, which of them bring messages, who tells them."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum


class EventKind(StrEnum):
    """What can happen to a movement. Packs name these in ``on`` and in answer mappings."""

    SUBMITTED = "submitted"
    PRESENTED = "presented"
    ANSWERED = "answered"
    NUMBER_GIVEN = "number-given"
    PROCEDURE_MOVED = "procedure-moved"
    RELEASED = "released"
    DEPARTED = "departed"
    EXITED = "exited"
    ENTERED = "entered"
    TRANSIT_STARTED = "transit-started"
    ARRIVED = "arrived"
    CONTROLLED = "controlled"
    DUTIES_ASSESSED = "duties-assessed"
    CLEARED = "cleared"
    COMPLETED = "completed"
    PART_MOVED = "part-moved"  # something happened to one of several trips (domain/parts)
    # what may happen, once, often or never
    YARD_REACHED = "yard-reached"  # the goods stand in the yard of departure
    AT_GATE = "at-gate"  # a gate read the vehicle
    REWEIGHED = "re-weighed"  # it was weighed on the way
    PASSED = "passed"  # a transit office saw the goods cross its frontier
    LEFT_AREA = "left-area"  # an office of exit saw them leave the security area
    INCIDENT = "incident"
    RECORD_ASKED = "record-asked"  # an office that was told nothing asks for the record
    AMENDED = "amended"  # a new declaration in the place of the one before
    SUBSTITUTED = "substituted"  # a new one with another vehicle, driver or seal
    DIVERTED = "diverted"  # a new one by other offices
    CROSSING_REFUSED = "crossing-refused"  # an office at the border did not let the goods pass
    TURNED_BACK = "turned-back"
    ESTIMATED = "estimated"  # the goods are expected at other times than declared
    TEMPERATURE = "temperature-out"  # it was read outside the declared range
    CONTROL_ORDERED = "control-ordered"  # papers, a scan or the goods themselves are looked at
    NOT_RELEASED = "not-released"
    SEALS_CHECKED = "seals-checked"
    QUARANTINE = "quarantine"  # the fact of that name says whether goods are held or it is done
    INCIDENT_ENDORSED = "incident-endorsed"
    UNLOADING = "unloading"  # the office of destination lets the goods be unloaded
    DISCREPANCIES = "discrepancies"  # what was unloaded is not what was declared
    DISCREPANCIES_SOLVED = "discrepancies-solved"
    CLOSURE_PLANNED = "closure-planned"  # an office says when it will be closed
    DEADLINE_REMINDED = "deadline-reminded"  # a date comes near
    DEADLINE_PASSED = "deadline-passed"  # a date went by: somebody has to look
    ENQUIRY_STARTED = "enquiry-started"  # goods that left are asked after
    INVALIDATION_ASKED = "invalidation-asked"
    INVALIDATION_REFUSED = "invalidation-refused"
    INVALIDATED = "invalidated"


JOURNEY = (
    EventKind.SUBMITTED,
    EventKind.PRESENTED,
    EventKind.RELEASED,
    EventKind.DEPARTED,
    EventKind.EXITED,
    EventKind.ENTERED,
    EventKind.TRANSIT_STARTED,
    EventKind.ARRIVED,
    EventKind.CONTROLLED,
    EventKind.DUTIES_ASSESSED,
    EventKind.CLEARED,
)
"""Events that can trigger messages, in the order a movement meets them."""

OCCASIONAL = frozenset(
    {
        EventKind.YARD_REACHED,
        EventKind.AT_GATE,
        EventKind.REWEIGHED,
        EventKind.PASSED,
        EventKind.LEFT_AREA,
        EventKind.INCIDENT,
        EventKind.RECORD_ASKED,
        EventKind.AMENDED,
        EventKind.SUBSTITUTED,
        EventKind.DIVERTED,
        EventKind.CROSSING_REFUSED,
        EventKind.TURNED_BACK,
        EventKind.ESTIMATED,
        EventKind.TEMPERATURE,
        EventKind.CONTROL_ORDERED,
        EventKind.NOT_RELEASED,
        EventKind.SEALS_CHECKED,
        EventKind.QUARANTINE,
        EventKind.INCIDENT_ENDORSED,
        EventKind.UNLOADING,
        EventKind.DISCREPANCIES,
        EventKind.DISCREPANCIES_SOLVED,
        EventKind.CLOSURE_PLANNED,
        EventKind.DEADLINE_REMINDED,
        EventKind.DEADLINE_PASSED,
        EventKind.ENQUIRY_STARTED,
        EventKind.INVALIDATION_ASKED,
        EventKind.INVALIDATED,
    }
)
"""Events that no movement must meet and that can come again: each brings messages of its own."""

PASSING = frozenset(
    {
        EventKind.EXITED,
        EventKind.ENTERED,
        EventKind.PASSED,
        EventKind.LEFT_AREA,
        EventKind.ARRIVED,
    }
)
"""Events that put the office they happened at behind the goods."""

FINDINGS = frozenset(
    {
        EventKind.CONTROL_ORDERED,
        EventKind.CONTROLLED,
        EventKind.NOT_RELEASED,
        EventKind.SEALS_CHECKED,
        EventKind.QUARANTINE,
        EventKind.UNLOADING,
        EventKind.DISCREPANCIES,
        EventKind.DISCREPANCIES_SOLVED,
    }
)
"""Events that say what a control orders, finds or decides.

They stay inside the administration whose office says so, unless a disclosure names its legal basis.
"""

COMING_BACK = (EventKind.CROSSING_REFUSED, EventKind.TURNED_BACK)
"""Events after which the goods are on their way back, until something else is said."""

REPLACING = (EventKind.AMENDED, EventKind.SUBSTITUTED, EventKind.DIVERTED)
"""Events that put a new declaration in the place of the one before."""

REPORTABLE = frozenset(
    {
        EventKind.PRESENTED,
        EventKind.YARD_REACHED,
        EventKind.DEPARTED,
        EventKind.INCIDENT,
        EventKind.TURNED_BACK,
        EventKind.ARRIVED,
        EventKind.INVALIDATION_ASKED,
    }
)
"""What the enterprise itself reports."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One thing that happened. ``at`` is when it happened (UTC), not when we heard.

    ``procedure``, ``message`` (a message type), ``office`` and ``facts`` are filled as the kind
    needs; ``sequence`` counts from 1 within the movement.
    """

    sequence: int
    kind: EventKind
    at: datetime
    office: str = ""
    procedure: str = ""
    message: str = ""
    facts: tuple[tuple[str, str], ...] = ()

    def fact(self, name: str) -> str:
        """Return one fact, or the empty string."""
        return dict(self.facts).get(name, "")


def as_it_happened(events: Iterable[Event]) -> list[Event]:
    """Return events in the order they happened: we may hear late of what came before.

    Of one moment they stay as they were heard. Clocks differ a little: what was heard before a new
    declaration did not happen after it.
    """
    timed: list[tuple[datetime, Event]] = []
    latest = datetime.max.replace(tzinfo=UTC)
    for event in reversed(tuple(events)):
        timed.append((min(event.at, latest), event))
        latest = timed[-1][0] if event.kind in REPLACING else latest
    timed.reverse()  # of one moment they stay as they were
    return [event for _, event in sorted(timed, key=lambda one: one[0])]


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What the enterprise tells: presented, departed with seals and expected times, an incident."""

    kind: EventKind
    at: datetime
    office: str
    facts: tuple[tuple[str, str], ...] = ()
