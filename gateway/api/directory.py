"""The directory: customs offices, named routes, and a plan of one from a time of departure."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated, Any
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Depends, Path, Query, Request
from pydantic import BaseModel, Field

from gateway.api import problems
from gateway.api.problems import FindingShape, shape_finding
from gateway.api.request import Language, LocalMoment, Reach, Reader, require_accept
from gateway.api.shapes import utc
from gateway.domain.finding import Catalogue
from gateway.domain.hours import OpeningPeriod, Openness, clock
from gateway.domain.itinerary import CustomsOffice
from gateway.domain.page import page_of
from gateway.domain.routes import PlannedStop, Route, RoutePlan
from gateway.usecases import routes
from gateway.usecases.directory import Wanted, find_offices, show_office

router = APIRouter(tags=["directory"])

_STRANGE = problems.documented(problems.NOT_AUTHENTIC, problems.NOT_ALLOWED)
_UNFIT = problems.documented(problems.MALFORMED, problems.REFUSED)
_MISSING = problems.documented(problems.NOT_FOUND)

LIST_MAX = 500


class OfficeShape(BaseModel):
    """A customs office. ``open`` is filled only where a time was asked about."""

    code: str = Field(examples=["VN0015BB"])
    national_code: str
    name: str
    country: str
    administration: str
    roles: tuple[str, ...]
    modes: tuple[str, ...]
    zone: str
    status: str = Field(examples=["confirmed", "unverified"])
    source: str
    valid_from: date | None
    valid_to: date | None
    open: Openness | None = None


class OfficeListShape(BaseModel):
    """Offices by code; ``next_cursor`` is the ``cursor`` of the next call."""

    data: tuple[OfficeShape, ...]
    next_cursor: str
    has_more: bool


class PeriodShape(BaseModel):
    """An opening period: ISO weekdays, local times; empty roles or modes mean all."""

    days: tuple[int, ...]
    opens: str = Field(examples=["08:00"])
    closes: str = Field(examples=["24:00"])
    roles: tuple[str, ...]
    modes: tuple[str, ...]
    on_holidays: bool
    valid_from: date | None
    valid_to: date | None
    status: str
    source: str


class HolidayShape(BaseModel):
    """Days of a dated calendar, both ends included; ``kind`` is holiday or workday."""

    first: date
    last: date
    kind: str
    name: str
    status: str
    source: str


class WholeOfficeShape(OfficeShape):
    """Everything known of an office; no hours means that they are unknown."""

    names: dict[str, str]
    hours: tuple[PeriodShape, ...]
    holidays: tuple[HolidayShape, ...]


class RouteStopShape(BaseModel):
    """One office of a route; ``usual_hours`` count from departure."""

    sequence: int
    office: str
    role: str
    mode: str
    usual_hours: int
    status: str
    source: str


class RouteShape(BaseModel):
    """A named route."""

    id: str = Field(examples=["chongqing-haiduong-road"])
    name: str
    usual_hours: int
    distance_km: int | None
    status: str
    source: str
    stops: tuple[RouteStopShape, ...]


class RouteListShape(BaseModel):
    """The named routes, by id."""

    data: tuple[RouteShape, ...]


class PlannedStopShape(BaseModel):
    """One office of a plan; ``on_arrival`` is what is known of it then."""

    sequence: int
    office: str
    name: str
    role: str
    mode: str
    arrives_at: str
    passes_at: str
    arrives_office_time: str
    passes_office_time: str
    waits_minutes: int
    on_arrival: Openness
    holiday: str
    zone: str


class PlanShape(BaseModel):
    """A route at a time. ``findings`` say what was waited for and what is unknown."""

    route: str
    stops: tuple[PlannedStopShape, ...]
    findings: tuple[FindingShape, ...]


@dataclass(frozen=True, slots=True)
class _Asked:
    cursor: str
    limit: int


_TIME = Query(description="RFC 3339; without an offset local to the office.")


async def _wanted(
    role: Annotated[str, Query(description="departure, exit, entry, transit, destination")] = "",
    mode: Annotated[str, Query(description="road, rail, sea, air, water, mail, fixed")] = "",
    at: Annotated[LocalMoment | None, _TIME] = None,
    country: Annotated[str, Query(max_length=2)] = "",
) -> Wanted:
    return Wanted(role=role, mode=mode, at=at, country=country)


async def _page(
    cursor: Annotated[str, Query(description="`next_cursor` of the page before.")] = "",
    limit: Annotated[int, Query(ge=1, le=LIST_MAX)] = 100,
) -> _Asked:
    return _Asked(cursor, limit)


@router.get("/offices", responses={**_STRANGE, **_UNFIT})
def list_offices(
    request: Request,
    _caller: Reader,
    ports: Reach,
    language: Language,
    wanted: Annotated[Wanted, Depends(_wanted)],
    page: Annotated[_Asked, Depends(_page)],
) -> OfficeListShape:
    """List customs offices by role, mode, country and time.

    Offices known to be closed at the time are left out; those of which nobody knows stay.
    """
    require_accept(request, "application/json")
    found = [one for one in find_offices(ports, wanted) if one.office.code > page.cursor]
    shown = page_of(found, page.limit, lambda one: one.office.code)
    return OfficeListShape(
        data=tuple(
            OfficeShape(**_office(one.office, language), open=one.state) for one in shown.rows
        ),
        next_cursor=shown.cursor,
        has_more=bool(shown.cursor),
    )


@router.get("/offices/{code}", responses={**_STRANGE, **_MISSING})
def show(
    request: Request, _caller: Reader, ports: Reach, language: Language, code: str
) -> WholeOfficeShape:
    """Show one office with its hours and holidays."""
    require_accept(request, "application/json")
    office = show_office(ports, code)
    return WholeOfficeShape(
        **_office(office, language),
        names=dict(office.names),
        hours=tuple(_period(one) for one in office.hours),
        holidays=tuple(
            HolidayShape(
                first=one.first,
                last=one.last,
                kind=one.kind.value,
                name=one.name(language),
                status=one.status.value,
                source=one.source,
            )
            for one in office.holidays
        ),
    )


@router.get("/routes", responses=_STRANGE)
def list_routes(
    request: Request, _caller: Reader, ports: Reach, language: Language
) -> RouteListShape:
    """List the named routes."""
    require_accept(request, "application/json")
    return RouteListShape(data=tuple(_route(one, language) for one in routes.list_routes(ports)))


@router.get("/routes/{route}", responses={**_STRANGE, **_MISSING})
def show_route(
    request: Request, _caller: Reader, ports: Reach, language: Language, route: str
) -> RouteShape:
    """Show one route."""
    require_accept(request, "application/json")
    return _route(routes.show_route(ports, route), language)


@router.get("/routes/{route}/plan", responses={**_STRANGE, **_UNFIT, **_MISSING})
def plan_route(
    request: Request,
    _caller: Reader,
    ports: Reach,
    language: Language,
    route: Annotated[str, Path(examples=["chongqing-haiduong-road"])],
    depart: Annotated[LocalMoment, _TIME],
) -> PlanShape:
    """Propose an itinerary with times; opening hours and holidays are waited for."""
    require_accept(request, "application/json")
    return _plan(routes.plan_route(ports, route, depart), ports.packs.catalogue(), language)


def _office(office: CustomsOffice, language: str) -> dict[str, Any]:
    return {
        "code": office.code,
        "national_code": office.national_code,
        "name": office.name(language),
        "country": office.country,
        "administration": office.administration,
        "roles": tuple(sorted(role.value for role in office.roles)),
        "modes": tuple(sorted(office.modes)),
        "zone": office.zone,
        "status": office.status.value,
        "source": office.source,
        "valid_from": office.valid_from,
        "valid_to": office.valid_to,
    }


def _period(one: OpeningPeriod) -> PeriodShape:
    return PeriodShape(
        days=one.days,
        opens=clock(one.opens),
        closes=clock(one.closes),
        roles=tuple(sorted(role.value for role in one.roles)),
        modes=tuple(sorted(one.modes)),
        on_holidays=one.on_holidays,
        valid_from=one.valid_from,
        valid_to=one.valid_to,
        status=one.status.value,
        source=one.source,
    )


def _route(route: Route, language: str) -> RouteShape:
    return RouteShape(
        id=route.id,
        name=route.name(language),
        usual_hours=route.usual_hours,
        distance_km=route.distance_km,
        status=route.status.value,
        source=route.source,
        stops=tuple(
            RouteStopShape(
                sequence=place,
                office=stop.code,
                role=stop.role.value,
                mode=stop.mode,
                usual_hours=stop.usual_hours,
                status=stop.status.value,
                source=stop.source,
            )
            for place, stop in enumerate(route.stops, start=1)
        ),
    )


def _plan(plan: RoutePlan, catalogue: Catalogue, language: str) -> PlanShape:
    return PlanShape(
        route=plan.route.id,
        stops=tuple(_planned(one, language) for one in plan.stops),
        findings=tuple(shape_finding(one, catalogue, language) for one in plan.findings),
    )


def _planned(stop: PlannedStop, language: str) -> PlannedStopShape:
    holiday = stop.opening.holiday
    return PlannedStopShape(
        sequence=stop.sequence,
        office=stop.office.code,
        name=stop.office.name(language),
        role=stop.role.value,
        mode=stop.mode,
        arrives_at=utc(stop.arrives),
        passes_at=utc(stop.passes),
        arrives_office_time=_local(stop.arrives, stop.office),
        passes_office_time=_local(stop.passes, stop.office),
        waits_minutes=int(stop.waits.total_seconds() // 60),
        on_arrival=stop.opening.state,
        holiday=holiday.name(language) if holiday else "",
        zone=stop.office.zone,
    )


def _local(at: datetime, office: CustomsOffice) -> str:
    return at.astimezone(ZoneInfo(office.zone)).isoformat(timespec="seconds")
