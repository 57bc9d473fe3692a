"""Where a movement stands as a person reads it, and the steps that lead there.

The table is the rule: events fold over it, and the diagram of ``gateway/README.md`` is drawn from
it. An event that a state has no step for moves nothing, so late and repeated news never leads back.
"""

from collections.abc import Iterable, Mapping
from enum import StrEnum
from types import MappingProxyType

from gateway.domain.event import EventKind


class MovementState(StrEnum):
    """The movement as a person reads it."""

    PRELODGED = "pre-lodged"
    PRESENTED = "presented"  # pre-lodged goods that stand at the office now
    LODGED = "lodged"
    RELEASED = "released"
    UNDER_WAY = "under-way"
    TURNED_BACK = "turned-back"
    ENQUIRY = "enquiry"
    ARRIVED = "arrived"
    UNLOADING = "unloading"
    DISCREPANCIES = "discrepancies"
    COMPLETED = "completed"
    INVALIDATED = "invalidated"


OVER = frozenset({MovementState.COMPLETED, MovementState.INVALIDATED})
"""States that nothing leads out of."""

_Steps = Mapping[EventKind, MovementState]

_AT_DESTINATION: _Steps = {
    EventKind.UNLOADING: MovementState.UNLOADING,
    EventKind.DISCREPANCIES: MovementState.DISCREPANCIES,
}
_ON_THE_WAY: _Steps = {
    EventKind.TURNED_BACK: MovementState.TURNED_BACK,
    EventKind.ENQUIRY_STARTED: MovementState.ENQUIRY,
    EventKind.ARRIVED: MovementState.ARRIVED,
    **_AT_DESTINATION,
}
_OUT: _Steps = {
    EventKind.DEPARTED: MovementState.UNDER_WAY,
    EventKind.EXITED: MovementState.UNDER_WAY,
    **_ON_THE_WAY,
}
_ENDINGS: _Steps = {
    EventKind.COMPLETED: MovementState.COMPLETED,
    EventKind.INVALIDATED: MovementState.INVALIDATED,
}

MOVEMENT_STEPS: Mapping[MovementState, _Steps] = MappingProxyType(
    {
        MovementState.PRELODGED: {EventKind.PRESENTED: MovementState.PRESENTED},
        MovementState.PRESENTED: {EventKind.RELEASED: MovementState.RELEASED, **_OUT},
        MovementState.LODGED: {EventKind.RELEASED: MovementState.RELEASED, **_OUT},
        MovementState.RELEASED: _OUT,
        MovementState.UNDER_WAY: _ON_THE_WAY,
        # Only a new declaration lets goods that turned back set out again, or they come home.
        MovementState.TURNED_BACK: {
            EventKind.SUBSTITUTED: MovementState.UNDER_WAY,
            EventKind.DIVERTED: MovementState.UNDER_WAY,
            EventKind.ARRIVED: MovementState.ARRIVED,
        },
        # An office that sees the goods ends the enquiry.
        MovementState.ENQUIRY: {
            EventKind.EXITED: MovementState.UNDER_WAY,
            EventKind.ENTERED: MovementState.UNDER_WAY,
            EventKind.PASSED: MovementState.UNDER_WAY,
            EventKind.LEFT_AREA: MovementState.UNDER_WAY,
            EventKind.TURNED_BACK: MovementState.TURNED_BACK,
            EventKind.ARRIVED: MovementState.ARRIVED,
            **_AT_DESTINATION,
        },
        MovementState.ARRIVED: _AT_DESTINATION,
        MovementState.UNLOADING: {EventKind.DISCREPANCIES: MovementState.DISCREPANCIES},
        MovementState.DISCREPANCIES: {EventKind.DISCREPANCIES_SOLVED: MovementState.ARRIVED},
        MovementState.COMPLETED: {},
        MovementState.INVALIDATED: {},
    }
)
"""What leads from each state to another. Every state but the two ends also has the two endings:
the last procedure closed, or nothing that was opened living on."""


def steps_from(state: MovementState) -> _Steps:
    """Return every step out of a state, its endings included."""
    return MOVEMENT_STEPS[state] if state in OVER else {**MOVEMENT_STEPS[state], **_ENDINGS}


def reached(kinds: Iterable[EventKind], *, prelodged: bool) -> MovementState:
    """Return where events led that are not at an end, in the order we heard of them.

    Goods that were pre-lodged are taken as presented: whether they were is asked before.
    """
    state = MovementState.PRESENTED if prelodged else MovementState.LODGED
    for kind in kinds:
        state = MOVEMENT_STEPS[state].get(kind, state)
    return state
