"""Parts: what happens to one of several trips of a movement, and when that moves the whole.

A movement on several trips departs with the first of them; it has exited, entered, passed or
arrived when the parts add up to all its packages. A decision against one trip counts against the
whole at once, one for it when every trip has it: so nothing goes on half a word.
"""

from collections.abc import Collection, Iterable
from dataclasses import replace

from gateway.domain.event import PASSING, Event, EventKind
from gateway.domain.procedure import ProcedureState, advances

PARTIAL = PASSING | {EventKind.DEPARTED}
"""Events that can happen to one trip after the other."""

_ADVERSE = frozenset(
    {ProcedureState.UNDER_CONTROL, ProcedureState.NOT_RELEASED, ProcedureState.REFUSED}
)

Shares = tuple[tuple[str, int], ...]
"""Trips of one movement and the packages on each; empty where there is one trip only."""

States = tuple[tuple[str, str, ProcedureState], ...]
"""What offices decided of single trips, oldest first: procedure, trip, state."""


def moved(happened: Iterable[Event], kind: EventKind, office: str = "") -> dict[str, int]:
    """Return the packages by trip to which ``kind`` happened, at ``office`` where one is named."""
    return {
        one.fact("trip"): int(one.fact("packages"))
        for one in happened
        if one.kind is EventKind.PART_MOVED and one.fact("happened") == kind.value
        if not office or one.office == office
    }


def news(
    happened: Collection[Event], shares: Shares, kind: EventKind, office: str, trip: str
) -> tuple[Shares, bool]:
    """Return the trips to which ``kind`` happens now, and whether that makes it whole.

    What names no ``trip`` is about all of them. Trips it happened to already are no news, and none
    is where it happened to the movement before that was split.
    """
    known = moved(happened, kind, office)
    if not known and any((one.kind, one.office) == (kind, office) for one in happened):
        return (), False
    told = tuple(one for one in shares if one[0] not in known and trip in ("", one[0]))
    packages = sum(known.values()) + sum(number for _, number in told)
    whole = kind is EventKind.DEPARTED or packages >= sum(number for _, number in shares)
    return told, bool(told) and whole


def facts_of(
    kind: EventKind, part: tuple[str, int], said: Iterable[tuple[str, str]]
) -> tuple[tuple[str, str], ...]:
    """Return the facts that tell of a part; whatever else was said changes none of them."""
    told = {"trip": part[0], "happened": kind.value, "packages": str(part[1])}
    return (*told.items(), *(pair for pair in said if pair[0] not in told))


def has_for(happened: Collection[Event], kind: EventKind, trip: str) -> bool:
    """Tell whether something happened to one trip: by itself, or to a movement not split then."""
    parts = moved(happened, kind)
    if trip and parts:
        return trip in parts
    return any(one.kind is kind for one in happened)


def passed_by(happened: Collection[Event], offices: Collection[str], trip: str) -> bool:
    """Tell whether one trip is past one of the offices of a place."""
    here = [one for one in happened if one.office in offices]
    return any(has_for(here, kind, trip) for kind in PASSING)


def partly_passed(happened: Iterable[Event], office: str) -> bool:
    """Tell whether the goods, or one of their trips, are past an office."""
    return any(
        one.office == office
        and (one.fact("happened") if one.kind is EventKind.PART_MOVED else one.kind) in PASSING
        for one in happened
    )


def concerns(event: Event, trip: str) -> bool:
    """Tell whether an event is about a trip; one that names none is about all."""
    return not trip or event.fact("trip") in ("", trip)


def alone(happened: Collection[Event], trip: str) -> tuple[Event, ...]:
    """Return what happened to one trip, told as if it were the whole: a part's step as the step."""
    found = []
    for one in happened:
        if not concerns(one, trip):
            continue
        if one.kind is EventKind.PART_MOVED:
            found.append(replace(one, kind=EventKind(one.fact("happened"))))
        elif one.kind not in PARTIAL or not moved(happened, one.kind, one.office):
            found.append(one)
    return tuple(found)


def decided(states: States, shares: Shares, procedure: str, then: ProcedureState) -> bool:
    """Tell whether what was said of single trips moves their procedure to ``then``."""
    if then in _ADVERSE:
        return True
    reached = {
        trip
        for kind, trip, state in states
        if kind == procedure and (state is then or advances(then, state))
    }
    return all(trip in reached for trip, _ in shares)
