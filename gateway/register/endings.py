"""What ends by a date: certificates, mandates, and the permits that declarations name."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time

from gateway.domain.delivery import Link
from gateway.domain.errors import Refused
from gateway.domain.movement_state import OVER
from gateway.domain.records import MovementRecord
from gateway.domain.trust import Trust
from gateway.markup import safe, tree
from gateway.markup.certificate import read_certificate
from gateway.ports import Ports

MOVEMENTS_MAX = 200
_DATED = "//d:*[d:ExpiryDate][d:TypeCode]"


@dataclass(frozen=True, slots=True, kw_only=True)
class Ending:
    """Something that counts until ``at``. ``kind`` is ``certificate``, ``mandate`` or ``permit``.

    ``owner`` is a party (``SCHEME:identifier``), a link's id or a movement's reference; ``name``
    the certificate's fingerprint, the mandate's id, or the permit's type.
    """

    kind: str
    owner: str
    name: str
    at: datetime


def endings_of_trust(trust: Trust, now: datetime) -> Iterator[Ending]:
    """Yield for every party the end of the certificate that counts longest, and mandates' ends."""
    last: dict[str, Ending] = {}
    for one in trust.certificates:
        if one.revoked_at is not None and one.revoked_at <= now:
            continue
        known = last.get(one.party)
        if known is None or known.at < one.valid_to:
            last[one.party] = Ending(
                kind="certificate", owner=one.party, name=one.fingerprint, at=one.valid_to
            )
    yield from last.values()
    for mandate in trust.mandates:
        if mandate.valid_to is not None:
            yield Ending(kind="mandate", owner=mandate.party, name=mandate.id, at=mandate.valid_to)


def endings_of_links(links: Iterable[Link]) -> Iterator[Ending]:
    """Yield the ends of the certificates by which links sign their answers."""
    for link in links:
        if link.sealed or not link.key:
            continue
        try:
            ends = read_certificate(link.key).valid_to
        except Refused:
            continue  # not a certificate: nothing that ends
        yield Ending(kind="certificate", owner=link.id, name=link.id, at=ends)


def endings_of_permits(ports: Ports, tenant: str) -> Iterator[Ending]:
    """Yield the ends of dated documents and permits of the newest movements that are under way."""
    for record in ports.store.movements(tenant, limit=MOVEMENTS_MAX):
        if record.state not in OVER:
            yield from _permits(ports, record)


def _permits(ports: Ports, record: MovementRecord) -> Iterator[Ending]:
    body = ports.store.body(record.declaration)
    if body is None:
        return
    for one in tree.elements(safe.parse(body.content, safe.Limits()), _DATED):
        day = date.fromisoformat(tree.text(one, "d:ExpiryDate")[:10])
        yield Ending(
            kind="permit",
            owner=record.reference,
            name=tree.text(one, "d:TypeCode"),
            at=datetime.combine(day, time.max, UTC),
        )
