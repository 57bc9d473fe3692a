"""What an intake stands on, gathered from the ports: time, trust, packs, offices, links, chance."""

from collections.abc import Sequence

from gateway.domain.closure import Closed
from gateway.domain.errors import NotFound, Refused
from gateway.domain.finding import Finding, Refusal
from gateway.domain.identifiers import REFERENCE_ALPHABET, REFERENCE_RANDOM_LENGTH
from gateway.domain.route_offices import RouteOffices, listed_offices
from gateway.domain.trust import Trust
from gateway.packs.pack import PackSet
from gateway.pipeline.intake import Basis
from gateway.ports import Ports
from gateway.register.closing import closed_of
from gateway.register.load import all_offices


def basis(ports: Ports, tenant: str, trust: Trust, packs: PackSet, *, stored: bool = True) -> Basis:
    """Return the basis of an intake now; without ``stored`` no store is asked.

    Packs are those in force today: the versions that a movement which begins now keeps.
    """
    at = ports.clock.now()
    known = ports.store.tenant(tenant) if stored else None
    return Basis(
        at=at,
        tenant=tenant,
        trust=trust,
        packs=packs.on(at.date()),
        offices=all_offices(ports) if stored else ports.packs.offices(),
        links=links_of(ports, tenant) if stored else None,
        new_id=ports.ids.new,
        random=ports.ids.draw(REFERENCE_ALPHABET, REFERENCE_RANDOM_LENGTH),
        accepts_unsigned_foreign=known is not None and known.accepts_unsigned,
        closed=closed_of(ports, tenant) if stored else Closed(),
    )


def route_offices(ports: Ports, name: str, listed: Sequence[str] = ()) -> RouteOffices | None:
    """Return the offices of a named route, or those listed as ``CODE:role``; None for neither.

    Raises:
        NotFound: ``route.unknown``.
        Refused: ``route.named-and-listed``, ``route.not-an-office``.
    """
    if name and listed:
        raise Refused(Finding(code="route.named-and-listed", value=name))
    if listed:
        try:
            return listed_offices(listed)
        except Refusal as refusal:
            raise Refused(*refusal.findings) from refusal
    if not name:
        return None
    routes = ports.packs.routes()
    if name not in routes:
        known = (("known", ", ".join(sorted(routes))),)
        raise NotFound(Finding(code="route.unknown", value=name, args=known))
    stops = tuple((stop.code, stop.role.value) for stop in routes[name].stops)
    return RouteOffices(name=name, stops=stops)


def links_of(ports: Ports, tenant: str) -> dict[str, str]:
    """Return the tenant's own link to every office that one serves, by office code."""
    own = (link for link in ports.store.links() if link.tenant == tenant)
    return {office: link.id for link in own for office in link.offices}
