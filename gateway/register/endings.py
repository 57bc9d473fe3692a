"""What ends by a date: certificates and mandates; papers are deadlines of their movements."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from gateway.domain.delivery import Link
from gateway.domain.errors import Refused
from gateway.domain.trust import Trust
from gateway.markup.certificate import read_certificate


@dataclass(frozen=True, slots=True, kw_only=True)
class Ending:
    """Something that counts until ``at``. ``kind`` is ``certificate``, ``link`` or ``mandate``.

    ``owner`` is a party (``SCHEME:identifier``) or the id of a link, whose certificate it is;
    ``name`` the certificate's fingerprint or the mandate's id.
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
        yield Ending(kind="link", owner=link.id, name=link.id, at=ends)
