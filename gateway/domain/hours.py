"""When an office is open: weekly periods, seasons, public holidays, in its own local time.

Unknown is unknown (design decision 11): an office without stated hours, or whose stated hours are
no longer in force, is neither open nor closed.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from gateway.domain.roles import OfficeRole, Status, weakest

DAY_MINUTES = 24 * 60
HORIZON_DAYS = 60
"""How far ahead the next opening is looked for; no public holiday lasts longer."""

_MONDAY = 1


class Openness(StrEnum):
    """What is known of an office at one moment."""

    OPEN = "open"
    CLOSED = "closed"
    HOLIDAY = "holiday"
    UNKNOWN = "unknown"


class DayKind(StrEnum):
    """A public holiday, or a weekend day that is worked in exchange for one."""

    HOLIDAY = "holiday"
    WORKDAY = "workday"


@dataclass(frozen=True, slots=True, kw_only=True)
class OpeningPeriod:
    """One stretch of the local day on some days of the week.

    ``days`` are ISO (1 Monday to 7 Sunday), ``opens`` and ``closes`` minutes of the local day, the
    latter up to 1440 and not included. Empty ``roles`` or ``modes`` mean all of the office's. A
    period after midnight is a period of the next day.
    """

    days: tuple[int, ...]
    opens: int
    closes: int
    roles: frozenset[OfficeRole] = frozenset()
    modes: frozenset[str] = frozenset()
    on_holidays: bool = False
    status: Status
    source: str
    valid_from: date | None = None
    valid_to: date | None = None

    def covers(self, role: OfficeRole, modes: frozenset[str]) -> bool:
        """Tell whether it speaks of that role and one of the modes; no modes means any."""
        mode_fits = not self.modes or not modes or bool(self.modes & modes)
        return mode_fits and (not self.roles or role in self.roles)

    def in_force(self, day: date) -> bool:
        """Tell whether its season holds on that day."""
        begun = self.valid_from is None or self.valid_from <= day
        return begun and (self.valid_to is None or day <= self.valid_to)


@dataclass(frozen=True, slots=True, kw_only=True)
class Holiday:
    """Days of a dated calendar, ``first`` to ``last``, both included; ``names`` by language."""

    first: date
    last: date
    kind: DayKind
    names: tuple[tuple[str, str], ...]
    status: Status
    source: str

    def name(self, language: str = "en") -> str:
        """Return the name in ``language``, else the first one there is."""
        names = dict(self.names)
        return names.get(language) or next(iter(names.values()), self.kind.value)


@dataclass(frozen=True, slots=True, kw_only=True)
class Opening:
    """What is known at one moment. ``status`` is that of the facts that decided.

    ``calendar_known`` tells whether any holiday of that year is stated: without one an *open* may
    overlook a holiday.
    """

    state: Openness
    status: Status
    calendar_known: bool
    holiday: Holiday | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Timetable:
    """The hours of one office in one role and mode. ``zone`` is an IANA name."""

    zone: str
    periods: tuple[OpeningPeriod, ...]
    holidays: tuple[Holiday, ...]

    def at(self, moment: datetime) -> Opening:
        """Tell what is known at an aware ``moment``."""
        local = moment.astimezone(ZoneInfo(self.zone))
        day, minute = local.date(), local.hour * 60 + local.minute
        periods = [one for one in self.periods if one.in_force(day)]
        known = self._calendar_known(day.year)
        holiday = self._day(day, DayKind.HOLIDAY)
        if not periods:  # a holiday is still worth telling
            return Opening(
                state=Openness.HOLIDAY if holiday else Openness.UNKNOWN,
                status=Status.UNVERIFIED,
                calendar_known=known,
                holiday=holiday,
            )
        running = self._running(day)
        inside = [one for one in running if one.opens <= minute < one.closes]
        if inside:
            sure = any(one.status is Status.CONFIRMED for one in inside)
            status = Status.CONFIRMED if sure else Status.UNVERIFIED
            return Opening(state=Openness.OPEN, status=status, calendar_known=known)
        statuses = [one.status for one in periods]
        if holiday is None or running:
            state, holiday = Openness.CLOSED, None
        else:
            state = Openness.HOLIDAY
            statuses.append(holiday.status)
        return Opening(
            state=state, status=weakest(*statuses), calendar_known=known, holiday=holiday
        )

    def next_open(self, moment: datetime) -> datetime | None:
        """Return the first moment from ``moment`` on (aware UTC) at which it is open.

        None where that is unknown, or lies beyond ``HORIZON_DAYS``.
        """
        now = self.at(moment).state
        if now is Openness.OPEN:
            return moment.astimezone(UTC)
        first = moment.astimezone(ZoneInfo(self.zone)).date()
        for ahead in range(HORIZON_DAYS):
            day = first + timedelta(days=ahead)
            if not any(one.in_force(day) for one in self.periods):
                return None
            for period in sorted(self._running(day), key=lambda one: one.opens):
                opens = self._instant(day, period.opens)
                if opens >= moment:
                    return opens
        return None

    def _running(self, day: date) -> list[OpeningPeriod]:
        """Return the periods of that day, its holidays and exchanged days considered."""
        holiday = self._day(day, DayKind.HOLIDAY)
        worked = self._day(day, DayKind.WORKDAY)
        weekday = _MONDAY if worked is not None else day.isoweekday()
        return [
            one
            for one in self.periods
            if one.in_force(day) and weekday in one.days and (holiday is None or one.on_holidays)
        ]

    def _day(self, day: date, kind: DayKind) -> Holiday | None:
        return next(
            (one for one in self.holidays if one.kind is kind and one.first <= day <= one.last),
            None,
        )

    def _calendar_known(self, year: int) -> bool:
        return any(one.first.year <= year <= one.last.year for one in self.holidays)

    def _instant(self, day: date, minute: int) -> datetime:
        local = datetime.combine(day, time(), ZoneInfo(self.zone)) + timedelta(minutes=minute)
        return local.astimezone(UTC)


def selected(
    periods: Iterable[OpeningPeriod], role: OfficeRole, modes: frozenset[str]
) -> tuple[OpeningPeriod, ...]:
    """Return the periods that speak of that role and one of the modes."""
    return tuple(one for one in periods if one.covers(role, modes))


def clock(minute: int) -> str:
    """Write minutes of a day as ``HH:MM``."""
    return f"{minute // 60:02d}:{minute % 60:02d}"
