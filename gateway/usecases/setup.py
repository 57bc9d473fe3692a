"""Who and what the gateway knows: tenants, principals, certificates, mandates, offices, links."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from hashlib import sha256

from gateway import register
from gateway.audit.entry import EntryKind
from gateway.domain.act import check_reason
from gateway.domain.delivery import Link, LinkKind, receipt_on
from gateway.domain.errors import InConflict, NotFound, Refused
from gateway.domain.finding import Finding
from gateway.domain.itinerary import CustomsOffice
from gateway.domain.lane import Lane
from gateway.domain.message import ReceiptKind
from gateway.domain.records import Lost, Principal, Record, Tenant
from gateway.domain.trust import Mandate, PartyCertificate, Signatory
from gateway.markup.certificate import read_certificate
from gateway.ports import Ports

_LANE_NAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,39}")
_LANE_NUMBER_MAX = 100_000
"""Percent, or hours: above it nothing can be reckoned with in the end, and nobody means it."""

_LINK_ID = re.compile(r"[a-z0-9][a-z0-9_-]{0,39}")
"""One segment of a path, and with a suffix the name of the file that keeps a link's password."""

_MANDATED = tuple(one for one in Signatory if one not in (Signatory.GATEWAY, Signatory.NOBODY))
"""Whose name the gateway may sign in: its own it signs in anyway, and nobody signs nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewLink:
    """What is needed to connect a system: see :class:`~gateway.domain.delivery.Link`.

    ``receipt`` None: what receipts prove is what the administration's pack says.
    """

    id: str
    administration: str
    kind: LinkKind
    endpoint: str
    key: bytes
    offices: tuple[str, ...]
    login: str = ""
    receipt: ReceiptKind | None = None


def add_tenant(ports: Ports, tenant: Tenant) -> None:
    """Add an organisation.

    Raises:
        InConflict: the id is taken.
    """
    _add(ports, tenant.id, tenant, {"tenant": tenant.id})


def set_policy(ports: Ports, tenant: str, *, accepts_unsigned: bool) -> None:
    """Say whether a tenant's unsigned foreign declarations are accepted."""
    writing = register.Writing(ports, tenant, ports.clock.now())
    writing.update("tenants", tenant, {"accepts_unsigned": accepts_unsigned})
    writing.entry(EntryKind.SETUP, facts={"tenant": tenant, "accepts_unsigned": accepts_unsigned})
    _commit(ports, writing, tenant)


def note_restored(ports: Ports, tenant: str, made_at: str, *, entries: int, root: str) -> None:
    """Write down that the database is that of a backup; ``root`` (hex) is of its log then."""
    writing = register.Writing(ports, tenant, ports.clock.now())
    facts = {"restored": made_at, "entries": entries, "root": root}
    writing.entry(EntryKind.SETUP, facts=facts)
    _commit(ports, writing, made_at)


def note_older(ports: Ports, tenant: str, reason: str, *, seen: int, found: int) -> None:
    """Write down that a person goes on with a log of ``found`` entries where ``seen`` were.

    Raises:
        Refused: ``act.no-reason``.
    """
    check_reason(reason, "accept-older")
    writing = register.Writing(ports, tenant, ports.clock.now())
    writing.entry(EntryKind.SETUP, facts={"seen": seen, "found": found, "reason": reason})
    _commit(ports, writing, reason)


def add_principal(ports: Ports, principal: Principal) -> None:
    """Add somebody with an API key; only the digest of its secret half is kept.

    Raises:
        InConflict: the id is taken.
    """
    facts = {"principal": principal.id, "scopes": list(principal.scopes)}
    _add(ports, principal.tenant, principal, facts)


def new_principal(
    ports: Ports,
    tenant: str,
    name: str,
    scopes: tuple[str, ...],
    *,
    party: str = "",
    link: str = "",
) -> tuple[Principal, str]:
    """Add a principal with a fresh API key, and return both; the key is stored nowhere."""
    key = register.fresh_key(ports)
    principal = Principal(
        id=key.principal,
        tenant=tenant,
        name=name,
        scopes=scopes,
        secret_digest=key.digest,
        party=party,
        link=link,
    )
    add_principal(ports, principal)
    return principal, str(key)


def add_certificate(ports: Ports, tenant: str, party: str, certificate: bytes) -> PartyCertificate:
    """Register a party's certificate (PEM or DER); its own validity bounds its use.

    Raises:
        Refused: it cannot be read, or is of a kind we do not verify.
        InConflict: it is registered already.
    """
    read = read_certificate(certificate)
    record = PartyCertificate(
        fingerprint=sha256(read.der).hexdigest(),
        tenant=tenant,
        party=_party(party),
        certificate=read.der,
        valid_from=read.valid_from,
        valid_to=read.valid_to,
    )
    _add(ports, tenant, record, {"party": record.party, "certificate": record.fingerprint})
    return record


def add_mandate(ports: Ports, mandate: Mandate) -> Mandate:
    """Record that the gateway may sign for a party with a key it holds.

    The key's certificate is registered for the party where it is not yet.

    Raises:
        NotFound: there is no such key.
        InConflict: the id is taken.
    """
    mandate = replace(mandate, party=_party(mandate.party))
    der = ports.keys.signer(mandate.key).certificate
    known = ports.store.trust(mandate.tenant).certificates
    fingerprint = sha256(der).hexdigest()
    if fingerprint not in {one.fingerprint for one in known}:
        add_certificate(ports, mandate.tenant, mandate.party, der)
    facts = {
        "mandate": mandate.id,
        "party": mandate.party,
        "signatory": mandate.signatory.value,
        "basis": mandate.basis,
    }
    _add(ports, mandate.tenant, mandate, facts)
    return mandate


def new_mandate(
    ports: Ports, tenant: str, party: str, signatory: str, key: str, *, basis: str
) -> Mandate:
    """Record a mandate from now on, without an end.

    Raises:
        Refused: ``signatory`` is none that can be mandated; ``basis`` is empty.
        NotFound: as :func:`add_mandate`.
        InConflict: the same mandate is recorded and counts.
    """
    if signatory not in _MANDATED:
        args = (("known", ", ".join(_MANDATED)),)
        raise Refused(Finding(code="mandate.unknown-signatory", value=signatory, args=args))
    if not basis.strip():
        raise Refused(Finding(code="mandate.no-basis", value=party))
    mandate = Mandate(
        id=ports.ids.new("mnd"),
        tenant=tenant,
        party=_party(party),
        signatory=Signatory(signatory),
        key=key,
        basis=basis.strip(),
        valid_from=ports.clock.now(),
        valid_to=None,
    )
    for one in ports.store.trust(tenant).mandates:
        counts = one.valid_to is None or mandate.valid_from < one.valid_to
        if counts and _terms(one) == _terms(mandate):
            raise InConflict(Finding(code="setup.exists", value=one.id))
    return add_mandate(ports, mandate)


def _terms(mandate: Mandate) -> tuple[str, Signatory, str, str]:
    return mandate.party, mandate.signatory, mandate.key, mandate.basis


def add_office(ports: Ports, tenant: str, office: CustomsOffice) -> None:
    """Add a customs office beside the shipped directory.

    Raises:
        InConflict: the code is known already.
    """
    if office.code in ports.packs.offices():
        raise InConflict(Finding(code="setup.exists", value=office.code))
    _add(ports, tenant, office, {"office": office.code, "status": office.status.value})


def add_lane(ports: Ports, lane: Lane) -> Lane:
    """Add a smart lane of an office.

    Raises:
        NotFound: ``office.unknown``.
        Refused: ``lane.not-a-role``, ``lane.name-malformed``, ``lane.no-such-number``.
        InConflict: the id is taken.
    """
    office = register.all_offices(ports).get(lane.office)
    if office is None:
        raise NotFound(Finding(code="office.unknown", value=lane.office))
    if lane.role not in office.roles:
        args = (("known", ", ".join(sorted(office.roles))), ("office", office.code))
        raise Refused(Finding(code="lane.not-a-role", value=lane.role.value, args=args))
    if not _LANE_NAME.fullmatch(lane.id):
        raise Refused(Finding(code="lane.name-malformed", value=lane.id))
    _add(ports, lane.tenant, lane, _lane_facts(lane))
    return lane


def set_lane(ports: Ports, tenant: str, name: str, changed: Mapping[str, object]) -> Lane:
    """Set a lane's ``tolerance_percent`` or ``declaration_hours``; what is not named stays.

    Raises:
        NotFound: ``lane.unknown``.
        Refused: ``lane.no-such-number``.
    """
    known = ports.store.lane(name)
    if known is None or known.tenant != tenant:
        raise NotFound(Finding(code="lane.unknown", value=name))
    lane = replace(known, **changed)  # type: ignore[arg-type]  # the two fields named above
    facts = _lane_facts(lane)
    writing = register.Writing(ports, tenant, ports.clock.now())
    writing.update("lanes", name, changed)
    writing.entry(EntryKind.SETUP, facts=facts)
    _commit(ports, writing, name)
    return lane


def _lane_facts(lane: Lane) -> dict[str, object]:
    """Return what the log tells of a lane; a number out of all bounds is refused."""
    for number in (lane.tolerance_percent, lane.declaration_hours):
        if number is not None and not 0 <= number <= _LANE_NUMBER_MAX:
            raise Refused(Finding(code="lane.no-such-number", value=str(number)))
    return {
        "lane": lane.id,
        "office": lane.office,
        "role": lane.role.value,
        "tolerance_percent": str(lane.tolerance_percent),
        "declaration_hours": str(lane.declaration_hours),
    }


def add_link(ports: Ports, tenant: str, new: NewLink) -> Link:
    """Connect an administration's system for one or more of its offices.

    Raises:
        NotFound: an office is unknown.
        Refused: ``link.id-malformed``; an office belongs to another administration, or is served
            by another link.
        InConflict: the id is taken.
    """
    if not _LINK_ID.fullmatch(new.id):
        raise Refused(Finding(code="link.id-malformed", value=new.id))
    offices = register.all_offices(ports)
    own = (link for link in ports.store.links() if link.tenant == tenant)
    served = {code: link.id for link in own for code in link.offices}
    for code in new.offices:
        office = offices.get(code)
        if office is None:
            raise NotFound(Finding(code="office.unknown", value=code))
        if office.administration != new.administration:
            raise Refused(Finding(code="link.other-administration", value=code))
        if code in served:
            raise Refused(
                Finding(code="link.office-served", value=code, args=(("link", served[code]),))
            )
    link = Link(
        id=new.id,
        tenant=tenant,
        administration=new.administration,
        kind=new.kind,
        endpoint=new.endpoint.rstrip("/"),
        key=new.key,
        offices=new.offices,
        login=new.login,
        receipt=receipt_on(new.kind, _usual_receipt(ports, new.administration), new.receipt),
    )
    facts = {
        "link": link.id,
        "offices": list(link.offices),
        "kind": link.kind.value,
        "receipt": link.receipt.value,
    }
    _add(ports, tenant, link, facts)
    return link


def move_link(ports: Ports, caller: Principal, name: str, endpoint: str, reason: str) -> Link:
    """Send what is owed over a link to another address, from the next request on.

    Raises:
        NotFound: ``link.unknown``.
        Refused: ``act.no-reason``.
    """
    check_reason(reason, name)
    link = ports.store.link(name)
    if link is None or link.tenant != caller.tenant:
        raise NotFound(Finding(code="link.unknown", value=name))
    moved = replace(link, endpoint=endpoint.rstrip("/"))
    facts = {"act": "move-link", "link": name, "by": caller.id, "reason": reason}
    writing = register.Writing(ports, caller.tenant, ports.clock.now())
    writing.update("links", name, {"endpoint": moved.endpoint})
    writing.entry(EntryKind.SETUP, facts={**facts, "endpoint": moved.endpoint})
    _commit(ports, writing, name)
    return moved


def _usual_receipt(ports: Ports, administration: str) -> ReceiptKind:
    with ports.packs.slot() as packs:
        pack = packs.by_administration(administration)
        return pack.manifest.receipt if pack else ReceiptKind.SIGNED


def note_key(ports: Ports, caller: Principal, act: str, facts: Mapping[str, str]) -> None:
    """Write down that a key or password in the key folder was made, taken over or changed.

    ``facts`` name it and hold digests of public halves; whoever wrote a secret into them would
    publish it. A ``reason`` among them that is empty is left out.
    """
    told = {name: one for name, one in facts.items() if one}
    writing = register.Writing(ports, caller.tenant, ports.clock.now())
    writing.entry(EntryKind.SETUP, facts={"act": act, "by": caller.id, **told})
    _commit(ports, writing, act)


def _party(party: str) -> str:
    scheme, separator, identifier = party.partition(":")
    if not (scheme and separator and identifier):
        raise Refused(Finding(code="party.malformed", value=party))
    return f"{scheme.upper()}:{identifier}"


def _add(ports: Ports, tenant: str, record: Record, facts: Mapping[str, object]) -> None:
    writing = register.Writing(ports, tenant, ports.clock.now())
    writing.insert(record)
    writing.entry(EntryKind.SETUP, facts=facts)
    _commit(ports, writing, str(next(iter(facts.values()))))


def _commit(ports: Ports, writing: register.Writing, name: str) -> None:
    try:
        ports.store.commit(writing.change())
    except Lost as lost:
        raise InConflict(Finding(code="setup.exists", value=name)) from lost
