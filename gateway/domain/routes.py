"""Named routes, and when goods that leave at a given time would pass their offices.

A plan says what is known and what is not: an office without known hours is passed on arrival, and
a finding names it. Planned times never go backwards.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from gateway.domain.finding import Finding, Refusal, Severity
from gateway.domain.hours import Opening, Openness
from gateway.domain.itinerary import CustomsOffice
from gateway.domain.roles import OfficeRole, Status


@dataclass(frozen=True, slots=True, kw_only=True)
class RouteStop:
    """One office of a route. ``mode`` is how goods come here (to the first: how they leave).

    ``usual_hours`` count from departure to arrival here, waiting at earlier offices left out.
    """

    code: str
    role: OfficeRole
    mode: str
    usual_hours: int
    status: Status
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """A named corridor; ``names`` by language, ``distance_km`` None where nobody stated it."""

    id: str
    names: tuple[tuple[str, str], ...]
    usual_hours: int
    status: Status
    source: str
    stops: tuple[RouteStop, ...]
    distance_km: int | None = None

    def name(self, language: str = "en") -> str:
        """Return the name in ``language``, else the first one there is."""
        names = dict(self.names)
        return names.get(language) or next(iter(names.values()), self.id)

    def modes_at(self, place: int) -> frozenset[str]:
        """Return the modes in which goods come to and leave the stop at ``place`` (from 0)."""
        return frozenset(stop.mode for stop in self.stops[place : place + 2])


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedStop:
    """One office of a plan: both times aware UTC, ``passes`` never before ``arrives``.

    ``opening`` is what is known of the office on arrival, ``hours_stated`` whether anybody stated
    hours of it that are in force then.
    """

    sequence: int
    office: CustomsOffice
    role: OfficeRole
    mode: str
    arrives: datetime
    passes: datetime
    opening: Opening
    hours_stated: bool

    @property
    def waits(self) -> timedelta:
        """How long the goods stand before the office opens."""
        return self.passes - self.arrives


@dataclass(frozen=True, slots=True, kw_only=True)
class RoutePlan:
    """A route at a time: its stops, and what is unknown or in the way."""

    route: Route
    stops: tuple[PlannedStop, ...]
    findings: tuple[Finding, ...]


def plan_route(route: Route, offices: Mapping[str, CustomsOffice], depart: datetime) -> RoutePlan:
    """Plan ``route`` for goods that are ready at its first office at ``depart``.

    A time without offset is local to that office. Waiting for an opening moves everything that
    comes after it.

    Raises:
        Refusal: ``office.unknown``, ``office.wrong-role``, ``office.mode-not-served``: all at once.
    """
    _check_known(route, offices)
    ready = departure_time(offices[route.stops[0].code], depart)
    now, elapsed = ready, 0
    stops: list[PlannedStop] = []
    for place, stop in enumerate(route.stops):
        arrives = now + timedelta(hours=stop.usual_hours - elapsed)
        stops.append(_planned(route, place, offices[stop.code], arrives))
        now, elapsed = stops[-1].passes, stop.usual_hours
    unfit = [finding for one in stops for finding in _unfit(route, one)]
    if unfit:
        raise Refusal(*unfit)
    return RoutePlan(route=route, stops=tuple(stops), findings=tuple(_findings(route, stops)))


def departure_time(office: CustomsOffice, depart: datetime) -> datetime:
    """Return ``depart`` as UTC; without an offset it is read as local to the office."""
    if depart.tzinfo is None:
        depart = depart.replace(tzinfo=ZoneInfo(office.zone))
    return depart.astimezone(UTC)


def _check_known(route: Route, offices: Mapping[str, CustomsOffice]) -> None:
    unknown = [stop.code for stop in route.stops if stop.code not in offices]
    if unknown:
        raise Refusal(*(Finding(code="office.unknown", value=code) for code in unknown))


def _planned(route: Route, place: int, office: CustomsOffice, arrives: datetime) -> PlannedStop:
    stop = route.stops[place]
    timetable = office.timetable(stop.role, route.modes_at(place))
    day = arrives.astimezone(ZoneInfo(office.zone)).date()
    return PlannedStop(
        sequence=place + 1,
        office=office,
        role=stop.role,
        mode=stop.mode,
        arrives=arrives,
        passes=timetable.next_open(arrives) or arrives,
        opening=timetable.at(arrives),
        hours_stated=any(one.in_force(day) for one in timetable.periods),
    )


def _unfit(route: Route, stop: PlannedStop) -> Iterable[Finding]:
    office = stop.office
    day = stop.passes.astimezone(ZoneInfo(office.zone)).date()
    if not office.serves(stop.role, day):
        args = (("role", stop.role.value), ("day", day.isoformat()))
        yield Finding(
            code="office.wrong-role", value=office.code, offices=(office.code,), args=args
        )
    modes = route.modes_at(stop.sequence - 1)
    if not office.carries(stop.role, modes):
        yield Finding(
            code="office.mode-not-served",
            value=", ".join(sorted(modes)),
            offices=(office.code,),
            args=(("role", stop.role.value), ("office", office.code)),
        )


def _findings(route: Route, stops: list[PlannedStop]) -> Iterable[Finding]:
    for stop in stops:
        if stop.waits:
            yield _wait(stop)
        elif stop.opening.state in (Openness.CLOSED, Openness.HOLIDAY):
            yield _noted("route.no-opening", [stop])
    stated = [one for one in stops if one.hours_stated]
    tables = {
        "office.unconfirmed": [one for one in stops if one.office.status is Status.UNVERIFIED],
        "office.hours-unstated": [one for one in stops if not one.hours_stated],
        "office.hours-unverified": [
            one for one in stated if one.opening.status is Status.UNVERIFIED
        ],
        "office.holidays-unstated": [one for one in stated if not one.opening.calendar_known],
    }
    for code, found in tables.items():
        if found:
            yield _noted(code, found)
    if any(stop.status is Status.UNVERIFIED for stop in route.stops):
        yield Finding(code="route.times-unverified", severity=Severity.INFORMATION, value=route.id)


def _noted(code: str, stops: list[PlannedStop]) -> Finding:
    codes = tuple(dict.fromkeys(one.office.code for one in stops))
    return Finding(code=code, severity=Severity.INFORMATION, value=", ".join(codes), offices=codes)


def _wait(stop: PlannedStop) -> Finding:
    zone = ZoneInfo(stop.office.zone)
    code = "route.waits"
    args = [("office", stop.office.code)]
    args += [
        (name, at.astimezone(zone).strftime("%Y-%m-%d %H:%M"))
        for name, at in (("at", stop.arrives), ("opens", stop.passes))
    ]
    if stop.opening.holiday is not None:
        code = "route.waits-for-holiday"
        args.append(("holiday", stop.opening.holiday.name()))
    return Finding(
        code=code,
        severity=Severity.INFORMATION,
        value=stop.office.code,
        offices=(stop.office.code,),
        args=tuple(args),
    )
