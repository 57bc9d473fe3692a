"""An office seals or signs with another key: new papers are believed by it alone."""

from datetime import datetime
from hashlib import sha256

from gateway import register
from gateway.audit.entry import EntryKind
from gateway.domain.act import check_reason
from gateway.domain.delivery import FormerKey, Link
from gateway.domain.errors import InConflict, NotFound, Refused
from gateway.domain.finding import Finding, Refusal
from gateway.domain.records import Lost, Principal
from gateway.ports import Ports


def change_key(ports: Ports, caller: Principal, name: str, key: bytes, reason: str) -> Link:
    """Believe a link's receipts and answers by ``key`` from now on, and by no other.

    What was taken in before is verified by the key that counted then, which is kept with the time.
    The key that counts already changes nothing. The fence grows: a reply that a worker judged by
    the former key is lost, and its message goes again.

    Raises:
        NotFound: ``link.unknown``.
        Refused: ``act.no-reason``; ``link.certificate-ended``.
        InConflict: ``act.link-busy``: the link kept changing.
    """
    check_reason(reason, name)
    for _ in range(register.TRIES_MAX):
        link = ports.store.link(name)
        if link is None or link.tenant != caller.tenant:
            raise NotFound(Finding(code="link.unknown", value=name))
        if key == link.key:
            return link
        at = ports.clock.now()
        if not link.sealed:
            _check_counts(name, key, at)
        values = {
            "key": key,
            "former_keys": (*link.former_keys, FormerKey(key=link.key, until=at)),
            "fence": link.fence + 1,
        }
        writing = register.Writing(ports, caller.tenant, at)
        writing.update("links", name, values, {"key": link.key, "fence": link.fence})
        digests = {"key": key_digest(key), "former": key_digest(link.key)}
        facts = {"act": "change-link-key", "link": name, "by": caller.id, "reason": reason}
        writing.entry(EntryKind.SETUP, facts={**facts, **digests})
        try:
            ports.store.commit(writing.change())
        except Lost:
            continue
        return ports.store.link(name) or link
    raise InConflict(Finding(code="act.link-busy", value=name))


def key_digest(key: bytes) -> str:
    """Return by what people compare a link's key: hex SHA-256, nothing where it has none."""
    return sha256(key).hexdigest() if key else ""


def _check_counts(name: str, certificate: bytes, at: datetime) -> None:
    try:
        register.check_not_ended(name, certificate, at)
    except Refusal as refusal:
        raise Refused(*refusal.findings) from refusal
