"""Named routes: list them, look one up, plan one from a time of departure."""

from datetime import datetime

from gateway import register
from gateway.domain.errors import NotFound, Refused
from gateway.domain.finding import Finding, Refusal
from gateway.domain.itinerary import CustomsOffice
from gateway.domain.routes import Route, RoutePlan
from gateway.domain.routes import plan_route as planned
from gateway.ports import Ports


def list_routes(ports: Ports) -> tuple[Route, ...]:
    """Return the named routes, by id."""
    return tuple(route for _, route in sorted(ports.packs.routes().items()))


def show_route(ports: Ports, route: str) -> Route:
    """Return one route.

    Raises:
        NotFound: ``route.unknown``.
    """
    known = ports.packs.routes()
    if route not in known:
        args = (("known", ", ".join(sorted(known))),)
        raise NotFound(Finding(code="route.unknown", value=route, args=args))
    return known[route]


def offices_of(ports: Ports, route: Route, *, stored: bool = True) -> dict[str, CustomsOffice]:
    """Return the offices of a route by code, as far as they are known."""
    offices = register.all_offices(ports, stored=stored)
    codes = dict.fromkeys(stop.code for stop in route.stops)
    return {code: offices[code] for code in codes if code in offices}


def plan_route(ports: Ports, route: str, depart: datetime, *, stored: bool = True) -> RoutePlan:
    """Propose an itinerary with times for goods ready at the first office at ``depart``.

    A time without offset is local to that office; ``stored=False`` asks no store.

    Raises:
        NotFound: ``route.unknown``.
        Refused: an office of the route is unknown, or cannot play its part.
    """
    found = show_route(ports, route)
    try:
        return planned(found, offices_of(ports, found, stored=stored), depart)
    except Refusal as refusal:
        raise Refused(*refusal.findings) from refusal
