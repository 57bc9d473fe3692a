"""Offices and links in the data folder, behind the commands of :mod:`gateway.cli.setup`."""

import base64
import binascii
import re
import zoneinfo
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import SplitResult, urlsplit

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    PublicFormat,
    load_pem_public_key,
)

from gateway import register
from gateway.bootstrap import keep_password, new_principal
from gateway.cli.folder import open_folder, operator
from gateway.domain.act import check_reason
from gateway.domain.delivery import Link, LinkKind
from gateway.domain.errors import NotFound, Refused
from gateway.domain.finding import Finding
from gateway.domain.identifiers import is_office_code
from gateway.domain.itinerary import CustomsOffice, OfficeRole, Status
from gateway.domain.message import ReceiptKind
from gateway.markup.certificate import read_certificate
from gateway.ports import Ports
from gateway.usecases import link_key, setup

KEY_BYTES = 32
"""An Ed25519 public key, raw."""

Shape = dict[str, Any]


def new_office(
    code: str,
    *,
    name: str,
    zone: str,
    roles: Iterable[str],
    modes: Iterable[str],
    codes: tuple[str, str],
    source: str,
) -> CustomsOffice:
    """Build an office; ``codes`` are its national code and administration, both may be empty.

    Raises:
        Refused: the code, a role or the zone is none; all at once.
    """
    known = [role.value for role in OfficeRole]
    findings = [
        Finding(code="office.unknown-role", value=one, args=(("known", ", ".join(known)),))
        for one in roles
        if one not in known
    ]
    if not is_office_code(code):
        findings.append(Finding(code="office.malformed", value=code))
    if zone not in zoneinfo.available_timezones():
        findings.append(Finding(code="office.unknown-zone", value=zone))
    if findings:
        raise Refused(*findings)
    return CustomsOffice(
        code=code,
        national_code=codes[0] or code[2:],
        country=code[:2],
        administration=codes[1] or code[:2],
        zone=zone,
        names=(("en", name),),
        roles=frozenset(OfficeRole(one) for one in roles),
        modes=frozenset(modes),
        status=Status.CONFIRMED if source else Status.UNVERIFIED,
        source=source,
    )


def add(office: CustomsOffice, data: Path | None) -> None:
    """Add an office to the data folder."""
    with open_folder(data) as gateway:
        setup.add_office(gateway.ports, operator(gateway.ports).tenant, office)


def known_links(data: Path | None) -> list[Shape]:
    """Return the links of the data folder with what lies at each."""
    with open_folder(data) as gateway:
        links = gateway.ports.store.links()
        loads = {load.link: load for load in gateway.ports.store.link_loads()}
    shapes = []
    for link in links:
        load = loads.get(link.id)
        shapes.append(
            {
                "id": link.id,
                "administration": link.administration,
                "kind": link.kind.value,
                "offices": list(link.offices),
                "endpoint": link.endpoint,
                "user": link.login,
                "receipt": link.receipt.value,
                "paused": link.paused,
                "due": load.due if load else 0,
                "waiting": load.waiting if load else 0,
                "awaiting_signature": load.awaiting_signature if load else 0,
                "parked": load.parked if load else 0,
            }
        )
    return shapes


@dataclass(frozen=True, slots=True, kw_only=True)
class Connection:
    """A link as it was asked for on the command line."""

    link: str
    offices: tuple[str, ...]
    kind: str
    endpoint: str = ""
    key: bytes = b""
    user: str = ""
    password: bytes = b""
    receipt: str = ""


def connect(wanted: Connection, data: Path | None) -> tuple[Link, str]:
    """Add a link and a principal for its system; return the link and the new API key.

    Raises:
        Refused: the address, key, user, password or receipt does not fit the kind of link.
    """
    kind = _kind(wanted)
    with open_folder(data) as gateway:
        ports = gateway.ports
        new = setup.NewLink(
            id=wanted.link,
            administration=_administration(ports, wanted.offices),
            kind=kind,
            endpoint=wanted.endpoint,
            key=_key(kind, wanted.key),
            offices=wanted.offices,
            login=wanted.user,
            receipt=_receipt(wanted.receipt),
        )
        made = add_link(ports, operator(ports).tenant, new)
        if wanted.password:
            keep_password(gateway.settings, wanted.link, wanted.password)
        return made


def change_password(link: str, password: bytes, reason: str, data: Path | None) -> None:
    """Keep another password for a link that is there; the log tells of it, and why.

    Raises:
        NotFound: there is no such link.
        Refused: ``act.no-reason``.
    """
    check_reason(reason, link)
    with open_folder(data) as gateway:
        ports = gateway.ports
        caller = operator(ports)
        if ports.store.link(link) is None:
            raise NotFound(Finding(code="link.unknown", value=link))
        keep_password(gateway.settings, link, password)
        setup.note_key(ports, caller, "change-password", {"link": link, "reason": reason})


def move(link: str, endpoint: str, reason: str, data: Path | None) -> Link:
    """Give a link another address; the log tells of it, and why.

    Raises:
        NotFound: there is no such link.
        Refused: the address does not fit the link; ``act.no-reason``.
    """
    with open_folder(data) as gateway:
        known = gateway.ports.store.link(link)
        if known is not None:
            address = _fitting(known.kind, endpoint)
            if known.login:
                _check_covered(address)
        return setup.move_link(gateway.ports, operator(gateway.ports), link, endpoint, reason)


def change_key(link: str, raw: bytes, reason: str, data: Path | None) -> tuple[Link, bool]:
    """Believe a link by another key or certificate; return it, and whether that is new.

    Raises:
        NotFound: there is no such link.
        Refused: the key does not fit the link, or ended; ``act.no-reason``.
    """
    check_reason(reason, link)
    with open_folder(data) as gateway:
        known = gateway.ports.store.link(link)
        if known is None:
            raise NotFound(Finding(code="link.unknown", value=link))
        key = public_key(raw) if known.sealed else read_certificate(raw).der
        made = link_key.change_key(gateway.ports, operator(gateway.ports), link, key, reason)
        return made, made.former_keys != known.former_keys


def add_link(ports: Ports, tenant: str, new: setup.NewLink) -> tuple[Link, str]:
    """Add a link and the principal under which its system fetches and answers.

    A system that neither fetches nor posts (folder, request-response) gets no API key.
    """
    made = setup.add_link(ports, tenant, new)
    if not made.sealed:
        return made, ""
    _, api_key = new_principal(ports, tenant, f"link {made.id}", ("link",), link=made.id)
    return made, api_key


def _administration(ports: Ports, offices: Iterable[str]) -> str:
    """Return the administration of the first office known; add_link checks the others."""
    known = register.all_offices(ports)
    return next((known[code].administration for code in offices if code in known), "")


_SCHEMES = {
    LinkKind.PUSH: ("http", "https"),
    LinkKind.FEED: ("", "http", "https"),
    LinkKind.FOLDER: ("file",),
    LinkKind.REQUEST: ("http", "https"),
}
_LOOPBACK = ("127.0.0.1", "::1", "localhost")
_NOT_IN_HOSTS = re.compile(r"[\s\x00-\x20\"<>\\^`{|}]")


def _kind(wanted: Connection) -> LinkKind:
    """Return the kind of link, if the address and the login fit it."""
    known = ", ".join(one.value for one in LinkKind)
    if wanted.kind not in set(LinkKind):
        raise Refused(
            Finding(code="link.unknown-kind", value=wanted.kind, args=(("known", known),))
        )
    kind = LinkKind(wanted.kind)
    address = _fitting(kind, wanted.endpoint)
    if kind is LinkKind.REQUEST and not (wanted.user and wanted.password):
        raise Refused(Finding(code="link.no-login", value=wanted.link))
    if wanted.password:
        _check_covered(address)
    return kind


def _fitting(kind: LinkKind, endpoint: str) -> SplitResult:
    address = _address(endpoint)
    if address is None or (kind is LinkKind.PUSH and address.scheme not in _SCHEMES[kind]):
        raise Refused(Finding(code="link.endpoint-malformed", value=endpoint))
    if address.scheme not in _SCHEMES[kind] or "@" in address.netloc:
        raise Refused(Finding(code="link.endpoint-unfit", value=kind.value))
    return address


def _check_covered(address: SplitResult) -> None:
    """Refuse an address to which a password would go in clear."""
    if address.scheme != "https" and address.hostname not in _LOOPBACK:
        raise Refused(Finding(code="link.password-in-clear", value=address.geturl()))


def _address(endpoint: str) -> SplitResult | None:
    """Take an endpoint apart; None if no host, or no port, can be what it names."""
    try:
        address = urlsplit(endpoint)
        host, port = address.hostname or "", address.port
        host.encode("idna")
    except ValueError:  # a port beyond 65535, a broken IPv6 address, a label that is too long
        return None
    by_network = address.scheme in ("http", "https")
    if by_network and (port == 0 or not host or _NOT_IN_HOSTS.search(host)):
        return None
    return address


def _receipt(text: str) -> ReceiptKind | None:
    known = ", ".join(one.value for one in ReceiptKind)
    if text and text not in set(ReceiptKind):
        raise Refused(Finding(code="link.unknown-receipt", value=text, args=(("known", known),)))
    return ReceiptKind(text) if text else None


def _key(kind: LinkKind, raw: bytes) -> bytes:
    """Read what vouches for answers: a seal key, or (if anything) a certificate."""
    if kind in (LinkKind.PUSH, LinkKind.FEED):
        return public_key(raw)
    return read_certificate(raw).der if raw else b""


def public_key(raw: bytes) -> bytes:
    """Read an Ed25519 public key: PEM, base64 or 32 raw bytes; return it raw.

    Raises:
        Refused: ``link.key-unreadable``.
    """
    try:
        if len(raw) == KEY_BYTES:
            return raw
        if raw.lstrip().startswith(b"-----BEGIN"):
            found = load_pem_public_key(raw)
            if isinstance(found, Ed25519PublicKey):
                return found.public_bytes(Encoding.Raw, PublicFormat.Raw)
        elif len(plain := base64.b64decode(raw.strip(), validate=True)) == KEY_BYTES:
            return plain
    except (ValueError, binascii.Error) as error:
        raise Refused(Finding(code="link.key-unreadable")) from error
    raise Refused(Finding(code="link.key-unreadable"))
