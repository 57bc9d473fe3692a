"""How far the goods are with each office on their way: movement and itinerary in, states out.

Only what happened *at* an office moves its stop; past a system beside another are the goods with
that. The table is the rule, as in ``movement_state``.
"""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType

from gateway.domain.event import Event, EventKind
from gateway.domain.itinerary import Itinerary, Stop
from gateway.domain.movement import Movement


class StopState(StrEnum):
    """Where one office on the way stands."""

    EXPECTED = "expected"
    ARRIVED = "arrived"  # the goods are there, or its gate read the vehicle
    CONTROLLED = "controlled"
    CROSSED = "crossed"  # they are past it: departed, left, entered, passed
    REFUSED = "refused"  # it did not let them pass


_Steps = Mapping[EventKind, StopState]

_PAST: _Steps = {
    EventKind.DEPARTED: StopState.CROSSED,
    EventKind.EXITED: StopState.CROSSED,
    EventKind.ENTERED: StopState.CROSSED,
    EventKind.PASSED: StopState.CROSSED,
    EventKind.LEFT_AREA: StopState.CROSSED,
}
_DECIDED: _Steps = {EventKind.CROSSING_REFUSED: StopState.REFUSED, **_PAST}
_THERE: _Steps = {EventKind.CONTROLLED: StopState.CONTROLLED, **_DECIDED}

STOP_STEPS: Mapping[StopState, _Steps] = MappingProxyType(
    {
        StopState.EXPECTED: {
            EventKind.PRESENTED: StopState.ARRIVED,
            EventKind.YARD_REACHED: StopState.ARRIVED,
            EventKind.AT_GATE: StopState.ARRIVED,
            EventKind.REWEIGHED: StopState.ARRIVED,
            EventKind.ARRIVED: StopState.ARRIVED,
            EventKind.UNLOADING: StopState.ARRIVED,
            **_THERE,
        },
        StopState.ARRIVED: _THERE,
        StopState.CONTROLLED: _DECIDED,
        StopState.CROSSED: {},
        StopState.REFUSED: _PAST,  # it let them pass after all
    }
)
"""What leads from each state of a stop to another; anything else moves nothing."""


def evolve_stop(state: StopState, event: Event) -> StopState:
    """Return the state of a stop after something that happened at its office."""
    return STOP_STEPS[state].get(event.kind, state)


def stop_states(movement: Movement, itinerary: Itinerary) -> tuple[tuple[Stop, StopState], ...]:
    """Return every stop on the way with its state, in travel order.

    An office that refused the goods and that a newer declaration goes by again is expected again
    only if that declaration came later: what it refused then is not what comes now.
    """
    return tuple((stop, _state(movement, stop, itinerary)) for stop in itinerary.stops)


def _state(movement: Movement, stop: Stop, itinerary: Itinerary) -> StopState:
    state, place = StopState.EXPECTED, itinerary.place(stop.office.code)
    for event in movement.happened:
        if event.kind in _ANEW and state is StopState.REFUSED:
            state = StopState.EXPECTED
        elif event.office == stop.office.code or (event.kind in _PAST and event.office in place):
            state = evolve_stop(state, event)
    return state


_ANEW = (EventKind.AMENDED, EventKind.SUBSTITUTED, EventKind.DIVERTED)
