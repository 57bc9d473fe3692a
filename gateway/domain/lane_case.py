"""One passage while it is being decided, and what a condition comes to."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from gateway.domain.lane import Lane, LaneRules, Place, Reading, Truth
from gateway.domain.lane_identity import Identity


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One passage as it is being decided, ``now``; ``age`` is that of the facts."""

    lane: Lane
    place: Place
    reading: Reading
    identity: Identity
    rules: LaneRules
    age: timedelta
    now: datetime

    @property
    def skew(self) -> timedelta:
        """How far clocks may differ."""
        return timedelta(minutes=self.rules.clock_minutes_max)

    @property
    def day(self) -> date:
        """The day of the passage where the lane stands."""
        return self.reading.at.astimezone(ZoneInfo(self.place.zone)).date()


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a condition came to; ``value`` is what offends, ``wanted`` what was expected of it."""

    truth: Truth
    value: str = ""
    wanted: str = ""


HOLDS = Outcome(Truth.HOLDS)
MISSING = Outcome(Truth.MISSING)


def fails(value: str, wanted: str = "") -> Outcome:
    """Return that a condition fails by ``value``, where ``wanted`` was expected."""
    return Outcome(Truth.FAILS, value, wanted)


def worst(outcomes: Iterable[Outcome]) -> Outcome:
    """Return the first that fails, else the first that is missing, else that all hold."""
    outcomes = tuple(outcomes)
    for truth in (Truth.FAILS, Truth.MISSING):
        for one in outcomes:
            if one.truth is truth:
                return one
    return HOLDS
