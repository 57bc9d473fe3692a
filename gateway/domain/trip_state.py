"""Where a vehicle or train stands, and the steps that lead there: the trip as a state machine.

A trip has no events of its own. Its news are those of the movements aboard, as far as they are
about it (:func:`news_of`). The table is the rule, and the diagram of ``gateway/README.md`` is drawn
from it. News of an office behind the vehicle are late, those that lead where it stands are repeats;
neither moves it. What a state has no step for is no step, and a finding.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType

from gateway.domain.event import REPLACING, Event, EventKind
from gateway.domain.finding import Finding
from gateway.domain.movement_state import MovementState
from gateway.domain.parts import alone


class TripState(StrEnum):
    """The trip as a person reads it."""

    PLANNED = "planned"
    IN_YARD = "in-yard"  # it stands at its departure
    UNDER_WAY = "under-way"
    AT_GATE = "at-gate"  # a gate read it, or weighed it
    REFUSED = "refused"  # an office at the border did not let it pass
    CROSSED = "crossed"  # it is past an office at a border
    TURNED_BACK = "turned-back"
    ARRIVED = "arrived"
    COMPLETED = "completed"  # every movement aboard is
    CANCELLED = "cancelled"  # every movement aboard was invalidated


_Steps = Mapping[EventKind, TripState]

_THERE: _Steps = {
    EventKind.AT_GATE: TripState.AT_GATE,
    EventKind.REWEIGHED: TripState.AT_GATE,
    EventKind.CROSSING_REFUSED: TripState.REFUSED,
    EventKind.EXITED: TripState.CROSSED,
    EventKind.ENTERED: TripState.CROSSED,
    EventKind.PASSED: TripState.CROSSED,
    EventKind.LEFT_AREA: TripState.CROSSED,
    EventKind.ARRIVED: TripState.ARRIVED,
}
_BEFORE: _Steps = {
    EventKind.PRESENTED: TripState.IN_YARD,
    EventKind.YARD_REACHED: TripState.IN_YARD,
    EventKind.DEPARTED: TripState.UNDER_WAY,
    **_THERE,
}
_OUT: _Steps = {EventKind.TURNED_BACK: TripState.TURNED_BACK, **_THERE}

TRIP_STEPS: Mapping[TripState, _Steps] = MappingProxyType(
    {
        TripState.PLANNED: _BEFORE,
        TripState.IN_YARD: _BEFORE,
        TripState.UNDER_WAY: {EventKind.INCIDENT: TripState.UNDER_WAY, **_OUT},
        TripState.AT_GATE: {
            EventKind.DEPARTED: TripState.UNDER_WAY,  # the gate was that of its departure
            EventKind.INCIDENT: TripState.AT_GATE,
            **_OUT,
        },
        TripState.REFUSED: {
            EventKind.INCIDENT: TripState.REFUSED,
            EventKind.SUBSTITUTED: TripState.UNDER_WAY,
            EventKind.DIVERTED: TripState.UNDER_WAY,
            **_OUT,
        },
        TripState.CROSSED: {EventKind.INCIDENT: TripState.CROSSED, **_OUT},
        # Only a new declaration lets it set out again, or it comes home.
        TripState.TURNED_BACK: {
            EventKind.SUBSTITUTED: TripState.UNDER_WAY,
            EventKind.DIVERTED: TripState.UNDER_WAY,
            EventKind.INCIDENT: TripState.TURNED_BACK,
            EventKind.TURNED_BACK: TripState.TURNED_BACK,
            EventKind.ARRIVED: TripState.ARRIVED,
        },
        TripState.ARRIVED: {EventKind.ARRIVED: TripState.ARRIVED},
        TripState.COMPLETED: {},
        TripState.CANCELLED: {},
    }
)
"""What leads from each state to another, of news from where the vehicle is or from further on."""

_ANYWHERE = frozenset({EventKind.TURNED_BACK, EventKind.INCIDENT, *REPLACING})
"""What can happen between offices, and is never late because of the office that hears of it."""

_PAST = frozenset({TripState.UNDER_WAY, TripState.CROSSED, TripState.ARRIVED, TripState.COMPLETED})
"""States in which the office where it was last seen is behind it, too."""

TELLING = frozenset(_BEFORE) | _ANYWHERE
"""What tells of a vehicle; the rest of a movement's life is about its goods."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TripNews:
    """One thing that happened to a vehicle; ``place`` counts the offices on its way from 0."""

    kind: EventKind
    at: datetime
    office: str
    place: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TripStanding:
    """Where a trip stands: since when, and at which office it was last seen."""

    state: TripState = TripState.PLANNED
    office: str = ""
    place: int = 0
    since: datetime | None = None


def decide(standing: TripStanding, news: TripNews) -> tuple[Finding, ...]:
    """Return what speaks against news; nothing for a step, and for what is late or repeated.

    What replaces a declaration speaks against nothing: it need not be about the vehicle.
    """
    if news.kind in REPLACING or _late(standing, news):
        return ()
    if news.kind in TRIP_STEPS[standing.state]:
        return ()
    args = (("state", standing.state.value), ("office", news.office))
    return (Finding(code="trip.no-such-step", value=news.kind.value, args=args),)


def evolve(standing: TripStanding, news: TripNews) -> TripStanding:
    """Fold one piece of news in; what is late, repeated or no step moves nothing."""
    then = TRIP_STEPS[standing.state].get(news.kind)
    if then is None or _late(standing, news):
        return standing
    if news.kind in REPLACING:  # it sets out anew, and comes by gates that it knows
        return replace(standing, state=then, place=0, since=news.at)
    if news.kind is EventKind.INCIDENT:
        return standing  # the office that hears of it may lie ahead
    if then is standing.state and news.place == standing.place:
        return standing
    return TripStanding(state=then, office=news.office, place=news.place, since=news.at)


def _late(standing: TripStanding, news: TripNews) -> bool:
    """Tell whether news leads nowhere new; of a vehicle that no longer travels none is late."""
    if news.kind in _ANYWHERE or standing.state is TripState.CANCELLED:
        return False
    if standing.state is TripState.TURNED_BACK and news.kind is EventKind.DEPARTED:
        return True  # it had set out, or it could not have turned back
    return standing.state is TripState.COMPLETED or is_behind(standing, news.place)


def is_behind(standing: TripStanding, place: int) -> bool:
    """Tell whether the vehicle is past an office of its way."""
    return place < standing.place or (place == standing.place and standing.state in _PAST)


def follow(news: Iterable[TripNews]) -> tuple[TripStanding, tuple[Finding, ...]]:
    """Return where news lead in the order they happened, and which of them were no steps."""
    standing, findings = TripStanding(), []
    for one in sorted(news, key=lambda one: (one.at, one.place)):
        findings += [found for found in decide(standing, one) if found not in findings]
        standing = evolve(standing, one)
    return standing, tuple(findings)


def ended(standing: TripStanding, movements: Collection[str]) -> TripStanding:
    """Return a standing with its end, once all ``movements`` aboard (their states) are over."""
    states = set(movements)
    if states == {MovementState.INVALIDATED}:
        return replace(standing, state=TripState.CANCELLED)
    if states and states <= {MovementState.INVALIDATED, MovementState.COMPLETED}:
        return replace(standing, state=TripState.COMPLETED)
    return standing


def news_of(events: Sequence[Event], trip: str, places: Mapping[str, int]) -> Iterator[TripNews]:
    """Yield what a movement's events tell of one of its trips; ``places`` are its offices'."""
    for one in alone(events, trip):
        if one.kind in TELLING and one.office in places:
            yield TripNews(kind=one.kind, at=one.at, office=one.office, place=places[one.office])
