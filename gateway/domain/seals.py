"""Seals that were put on under way: those that count before the declared ones.

Offices, gates and lanes must be told the same seals, so what counts is worked out here alone.
"""

import re
from collections.abc import Collection, Iterable
from typing import Final

from gateway.domain.event import REPLACING, Event, EventKind, as_it_happened
from gateway.domain.parts import alone
from gateway.domain.trip import Trip

RESEALED: Final = "resealed"
"""The fact by which a new declaration says on which trips it names other seals than before."""

NONE_RESEALED: Final = "none"

_PUT_ON = (EventKind.DEPARTED, EventKind.INCIDENT)
_NAMES = ("seal", "seals")
_BETWEEN = re.compile(r"[\s,;]+")


def put_on(happened: Collection[Event], trip: str) -> tuple[str, ...]:
    """Return the seals a trip was given last, at departure or an incident, as they were reported.

    Nothing where the declared ones are on: none were reported since, or a newer declaration names
    others. One that only changes the driver or the way takes no seal off.
    """
    found: tuple[str, ...] = ()
    for event in as_it_happened(alone(happened, trip)):
        if event.kind in REPLACING:
            resealed = event.fact(RESEALED)
            found = () if not resealed or trip in resealed.split() else found
        elif event.kind in _PUT_ON:
            told = " ".join(value for name, value in event.facts if name in _NAMES)
            found = tuple(filter(None, _BETWEEN.split(told))) or found
    return found


def resealed(before: Iterable[Trip], after: Iterable[Trip]) -> str:
    """Return the trips on which a new declaration names other seals, as its event tells them."""
    known = {trip.id: trip.seals for trip in before}
    others = (trip.id for trip in after if trip.seals != known.get(trip.id))
    return " ".join(others) or NONE_RESEALED
