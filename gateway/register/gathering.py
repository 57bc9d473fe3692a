"""What an intake stands on, gathered from the ports: time, trust, packs, offices, links, chance."""

from gateway.domain.identifiers import REFERENCE_ALPHABET, REFERENCE_RANDOM_LENGTH
from gateway.domain.trust import Trust
from gateway.packs.pack import PackSet
from gateway.pipeline.intake import Basis
from gateway.ports import Ports
from gateway.register.load import all_offices


def basis(ports: Ports, tenant: str, trust: Trust, packs: PackSet, *, stored: bool = True) -> Basis:
    """Return the basis of an intake now; without ``stored`` no store is asked."""
    known = ports.store.tenant(tenant) if stored else None
    return Basis(
        at=ports.clock.now(),
        tenant=tenant,
        trust=trust,
        packs=packs,
        offices=all_offices(ports) if stored else ports.packs.offices(),
        links=_links(ports) if stored else None,
        new_id=ports.ids.new,
        random=ports.ids.draw(REFERENCE_ALPHABET, REFERENCE_RANDOM_LENGTH),
        accepts_unsigned_foreign=known is not None and known.accepts_unsigned,
    )


def _links(ports: Ports) -> dict[str, str]:
    return {office: link.id for link in ports.store.links() for office in link.offices}
