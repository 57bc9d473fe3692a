"""Offices, routes and plans as a person or a program reads them."""

from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from gateway.cli import output
from gateway.domain.finding import Catalogue
from gateway.domain.hours import DayKind, OpeningPeriod, Openness, clock
from gateway.domain.itinerary import CustomsOffice
from gateway.domain.routes import PlannedStop, Route, RoutePlan

Shape = dict[str, Any]

DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
HOLIDAYS_SHOWN = 12


def office_shape(office: CustomsOffice, lang: str, state: Openness | None = None) -> Shape:
    """Return what a list shows of an office; ``open`` only where a time was asked about."""
    shape: Shape = {
        "code": office.code,
        "national_code": office.national_code,
        "name": office.name(lang),
        "country": office.country,
        "administration": office.administration,
        "roles": sorted(role.value for role in office.roles),
        "modes": sorted(office.modes),
        "zone": office.zone,
        "status": office.status.value,
        "source": office.source,
        "valid_from": office.valid_from,
        "valid_to": office.valid_to,
    }
    return {**shape, "open": state.value} if state is not None else shape


def whole_office_shape(office: CustomsOffice, lang: str) -> Shape:
    """Return everything known of an office."""
    return {
        **office_shape(office, lang),
        "names": dict(office.names),
        "competences": [
            {"role": role.value, "mode": mode} for role, mode in sorted(office.competences)
        ],
        "hours": [_period(one) for one in office.hours],
        "holidays": [
            {
                "first": one.first,
                "last": one.last,
                "kind": one.kind.value,
                "name": one.name(lang),
                "status": one.status.value,
                "source": one.source,
            }
            for one in office.holidays
        ],
    }


def _period(one: OpeningPeriod) -> Shape:
    return {
        "days": list(one.days),
        "opens": clock(one.opens),
        "closes": clock(one.closes),
        "roles": sorted(role.value for role in one.roles),
        "modes": sorted(one.modes),
        "on_holidays": one.on_holidays,
        "valid_from": one.valid_from,
        "valid_to": one.valid_to,
        "status": one.status.value,
        "source": one.source,
    }


def hours_lines(office: CustomsOffice) -> list[str]:
    """Return one line an opening period."""
    return [
        f"{_days(one)} {clock(one.opens)}-{clock(one.closes)}"
        f"{_whom(one)}{', also on holidays' if one.on_holidays else ''}"
        f" ({one.status.value}: {one.source})"
        for one in office.hours
    ]


def _days(one: OpeningPeriod) -> str:
    first, last = DAYS[one.days[0] - 1], DAYS[one.days[-1] - 1]
    return first if first == last else f"{first}-{last}"


def _whom(one: OpeningPeriod) -> str:
    parts = [*sorted(role.value for role in one.roles), *sorted(one.modes)]
    return f" for {' '.join(parts)}" if parts else ""


def holiday_lines(office: CustomsOffice, lang: str, today: date) -> list[str]:
    """Return one line a holiday from ``today`` on, the nearest first."""
    coming = sorted(
        (one for one in office.holidays if one.last >= today and one.kind is DayKind.HOLIDAY),
        key=lambda one: one.first,
    )
    return [
        f"{one.first}{f' to {one.last}' if one.last != one.first else ''}"
        f" {one.name(lang)} ({one.status.value})"
        for one in coming[:HOLIDAYS_SHOWN]
    ]


# ------------------------------------------------------------------ routes


def route_shape(route: Route, lang: str) -> Shape:
    """Return what a list shows of a route."""
    return {
        "id": route.id,
        "name": route.name(lang),
        "offices": [stop.code for stop in route.stops],
        "modes": list(dict.fromkeys(stop.mode for stop in route.stops)),
        "usual_hours": route.usual_hours,
        "distance_km": route.distance_km,
        "status": route.status.value,
        "source": route.source,
    }


def whole_route_shape(route: Route, offices: Mapping[str, CustomsOffice], lang: str) -> Shape:
    """Return a route with its stops."""
    return {
        **route_shape(route, lang),
        "stops": [
            {
                "sequence": place,
                "office": stop.code,
                "name": offices[stop.code].name(lang) if stop.code in offices else "",
                "role": stop.role.value,
                "mode": stop.mode,
                "usual_hours": stop.usual_hours,
                "status": stop.status.value,
                "source": stop.source,
            }
            for place, stop in enumerate(route.stops, start=1)
        ],
    }


def plan_shape(plan: RoutePlan, catalogue: Catalogue, lang: str) -> Shape:
    """Return a plan with its findings in words."""
    return {
        "route": plan.route.id,
        "name": plan.route.name(lang),
        "departs": _utc(plan.stops[0].passes),
        "arrives": _utc(plan.stops[-1].arrives),
        "hours": round((plan.stops[-1].arrives - plan.stops[0].passes).total_seconds() / 3600, 2),
        "stops": [_planned(one, lang) for one in plan.stops],
        "findings": [output.shown(one, catalogue, lang) for one in plan.findings],
    }


def _planned(stop: PlannedStop, lang: str) -> Shape:
    return {
        "sequence": stop.sequence,
        "office": stop.office.code,
        "name": stop.office.name(lang),
        "role": stop.role.value,
        "mode": stop.mode,
        "arrives_at": _utc(stop.arrives),
        "passes_at": _utc(stop.passes),
        "arrives_office_time": _local(stop.arrives, stop.office),
        "passes_office_time": _local(stop.passes, stop.office),
        "waits_minutes": int(stop.waits.total_seconds() // 60),
        "on_arrival": stop.opening.state.value,
        "holiday": stop.opening.holiday.name(lang) if stop.opening.holiday else "",
        "zone": stop.office.zone,
    }


def plan_rows(stops: Iterable[Shape]) -> list[list[object]]:
    """Return the rows of a plan's table, in local times."""
    return [
        [
            one["sequence"],
            one["office"],
            one["name"],
            one["role"],
            one["mode"],
            _short(one["arrives_office_time"]),
            _short(one["passes_office_time"]),
            f"{one['waits_minutes'] // 60}:{one['waits_minutes'] % 60:02d}",
            one["holiday"] or one["on_arrival"],
        ]
        for one in stops
    ]


def _short(text: str) -> str:
    return text[:16].replace("T", " ") + " " + text[19:]


def _utc(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def _local(at: datetime, office: CustomsOffice) -> str:
    return at.astimezone(ZoneInfo(office.zone)).isoformat(timespec="seconds")
