"""What is trusted here (API keys, certificates, mandates), how it is taken back or put anew.

Both count from now on: what was done or signed before stands, also where it still lies due.
"""

from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType

from gateway import register
from gateway.audit.entry import EntryKind
from gateway.domain.act import check_reason
from gateway.domain.errors import InConflict, NotFound
from gateway.domain.finding import Finding
from gateway.domain.records import Lost, Principal
from gateway.ports import Ports

SHORT = 8
"""How much of a certificate's fingerprint names it."""


class GrantKind(StrEnum):
    """What trust is put in."""

    API_KEY = "api-key"
    CERTIFICATE = "certificate"
    MANDATE = "mandate"


_ENDED_BY: Mapping[GrantKind, tuple[str, str]] = MappingProxyType(
    {
        GrantKind.API_KEY: ("principals", "revoked_at"),
        GrantKind.CERTIFICATE: ("certificates", "revoked_at"),
        GrantKind.MANDATE: ("mandates", "valid_to"),
    }
)
"""The table and the column that say until when it counts."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Grant:
    """Trust in one key. ``name`` is an id or a fingerprint, ``owner`` who has it.

    ``about`` says what it allows: scopes, a signatory and the key that signs, or nothing more.
    ``until`` None: without an end.
    """

    kind: GrantKind
    name: str
    owner: str
    about: str
    until: datetime | None

    def counts(self, at: datetime) -> bool:
        """Tell whether it is trusted at that time."""
        return self.until is None or at < self.until


def grants(ports: Ports, tenant: str) -> tuple[Grant, ...]:
    """Return everything that was ever trusted, ended or not: keys, certificates, mandates."""
    return tuple(_grants(ports, tenant))


def _grants(ports: Ports, tenant: str) -> Iterator[Grant]:
    for key in ports.store.principals(tenant):
        owner = " ".join(filter(None, (key.name, key.party or key.link)))
        about, kind = ", ".join(key.scopes), GrantKind.API_KEY
        yield Grant(kind=kind, name=key.id, owner=owner, about=about, until=key.revoked_at)
    trust = ports.store.trust(tenant)
    for one in trust.certificates:
        until, kind = min(one.valid_to, one.revoked_at or one.valid_to), GrantKind.CERTIFICATE
        yield Grant(kind=kind, name=one.fingerprint, owner=one.party, about="", until=until)
    for mandate in trust.mandates:
        about, kind = f"{mandate.signatory.value} by key {mandate.key}", GrantKind.MANDATE
        name, end = mandate.id, mandate.valid_to
        yield Grant(kind=kind, name=name, owner=mandate.party, about=about, until=end)


def revoke(ports: Ports, caller: Principal, name: str, reason: str) -> Grant:
    """End what ``name`` names: an id, or at least eight characters of a fingerprint.

    Raises:
        NotFound: ``grant.unknown``.
        Refused: ``act.no-reason``.
        InConflict: ``grant.ended``; ``grant.last-operator``: nobody could act any more.
    """
    check_reason(reason, name)
    while True:
        with suppress(Lost):  # somebody else ended something, which can be so often only
            return _revoke(ports, caller, name, reason)


def _revoke(ports: Ports, caller: Principal, name: str, reason: str) -> Grant:
    now, every = ports.clock.now(), grants(ports, caller.tenant)
    grant = _named(every, name)
    if not grant.counts(now):
        args = (("at", grant.until.isoformat() if grant.until else ""),)
        raise InConflict(Finding(code="grant.ended", value=grant.name, args=args))
    operators = {one.id for one in ports.store.principals(caller.tenant) if "operate" in one.scopes}
    remaining = operators & {one.name for one in every if one.counts(now)} - {grant.name}
    if not remaining:
        raise InConflict(Finding(code="grant.last-operator", value=grant.name))
    table, column = _ENDED_BY[grant.kind]
    before = grant.until if grant.kind is GrantKind.MANDATE else None
    writing = register.Writing(ports, caller.tenant, now)
    writing.update(table, grant.name, {column: now}, {"tenant": caller.tenant, column: before})
    # Two who revoke each other: for the second, nobody would remain.
    writing.update("principals", min(remaining), {}, {"revoked_at": None})
    facts = {"revoked": grant.name, "kind": grant.kind.value, "by": caller.id, "reason": reason}
    writing.entry(EntryKind.SETUP, facts=facts)
    ports.store.commit(writing.change())
    return replace(grant, until=now)


def renew(ports: Ports, caller: Principal, name: str, reason: str) -> tuple[Principal, str]:
    """Put a new API key in the place of the one that ``name`` names; return its holder and itself.

    Name, scopes, party and link stay. The old key counts no more, and may have been revoked before;
    the new one is stored nowhere.

    Raises:
        NotFound: ``grant.unknown``: there is no such API key.
        Refused: ``act.no-reason``.
    """
    check_reason(reason, name)
    while True:
        with suppress(Lost):  # somebody else ended it, which can be once only
            return _renew(ports, caller, name, reason)


def _renew(ports: Ports, caller: Principal, name: str, reason: str) -> tuple[Principal, str]:
    known = {one.id: one for one in ports.store.principals(caller.tenant)}
    if name not in known:
        raise NotFound(Finding(code="grant.unknown", value=name))
    old, key, now = known[name], register.fresh_key(ports), ports.clock.now()
    new = replace(old, id=key.principal, secret_digest=key.digest, revoked_at=None)
    writing = register.Writing(ports, caller.tenant, now)
    writing.insert(new)
    if old.revoked_at is None:
        writing.update("principals", old.id, {"revoked_at": now}, {"revoked_at": None})
    facts = {"renewed": old.id, "principal": new.id, "by": caller.id, "reason": reason}
    writing.entry(EntryKind.SETUP, facts=facts)
    ports.store.commit(writing.change())
    return new, str(key)


def _named(every: tuple[Grant, ...], name: str) -> Grant:
    found = [
        one
        for one in every
        if one.name == name
        or (one.kind is GrantKind.CERTIFICATE and len(name) >= SHORT and one.name.startswith(name))
    ]
    if len(found) != 1:
        raise NotFound(Finding(code="grant.unknown", value=name))
    return found[0]
