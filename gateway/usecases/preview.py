"""Show beforehand what an office would be told: exact bytes, fields, and what is withheld.

What is owed now is shown as it would be signed; what still waits is projected dry, with stand-ins
for what an authority gives later and expected times for what has not happened.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from hashlib import sha256

from gateway import register
from gateway.domain.errors import NotFound, Refused
from gateway.domain.finding import Finding
from gateway.domain.message import Message
from gateway.domain.trust import Trust
from gateway.packs.manifest import MessageSpec, WithheldSpec
from gateway.packs.pack import Pack, PackSet
from gateway.pipeline.fields import MessageField, fields
from gateway.pipeline.intake import Accepted, Basis, intake
from gateway.pipeline.project import Addressee, project
from gateway.ports import Ports


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One document of a message; ``content`` are the to-be-signed bytes."""

    content: bytes
    fields: tuple[MessageField, ...]

    @property
    def digest(self) -> str:
        """Hex SHA-256 of the content."""
        return sha256(self.content).hexdigest()


@dataclass(frozen=True, slots=True, kw_only=True)
class Previewed:
    """One message as it would stand; ``waits_for`` is empty if it is owed on submission.

    ``parts`` is empty where nothing is owed, and holds several where a pack splits.
    """

    message: Message
    pack: str
    waits_for: str
    parts: tuple[Part, ...]
    withheld: tuple[WithheldSpec, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """Every message one office would get, in the order of its pack, and what accompanies them."""

    office: str
    messages: tuple[Previewed, ...]
    findings: tuple[Finding, ...]


def preview(
    ports: Ports, raw: bytes, office: str, *, message: str = "", tenant: str | None = None
) -> Preview:
    """Return what ``office`` would be sent, of one type or of all; store and send nothing.

    The declaration need not be signed. Without a tenant no store is asked.

    Raises:
        Refused: it would not be accepted; with every finding.
        NotFound: ``preview.not-on-route`` or ``preview.not-owed``.
    """
    trust = ports.store.trust(tenant) if tenant is not None else Trust()
    with ports.packs.slot() as packs:
        basis = register.basis(ports, tenant or "", trust, packs, stored=tenant is not None)
        basis = replace(basis, unsigned=True)
        result = intake(raw, basis)
        if not isinstance(result, Accepted):
            raise Refused(*result.findings)
        going = _going(result, office, message)
        return Preview(
            office=office,
            messages=tuple(_previewed(one, result, packs, basis) for one in going),
            findings=tuple(one for one in result.findings if office in one.offices),
        )


def _going(accepted: Accepted, office: str, message: str) -> list[Message]:
    stops = {stop.office.code: None for stop in accepted.subject.itinerary.stops}
    if office not in stops:
        known = ", ".join(stops)
        raise NotFound(Finding(code="preview.not-on-route", value=office, args=(("route", known),)))
    owed = [one for one in accepted.planned if one.office == office]
    going = [one for one in owed if message in ("", one.type)]
    if message and not going:
        types = ", ".join(dict.fromkeys(one.type for one in owed)) or "-"
        args = (("office", office), ("types", types))
        raise NotFound(Finding(code="preview.not-owed", value=message, args=args))
    return going


def _previewed(message: Message, accepted: Accepted, packs: PackSet, basis: Basis) -> Previewed:
    pack = packs.by_digest(message.pack)
    if pack is None:
        raise NotFound(Finding(code="preview.not-owed", value=message.type))
    spec = pack.message(message.type)
    return Previewed(
        message=message,
        pack=pack.manifest.source_label,
        waits_for=message.waits_for,
        parts=tuple(
            Part(content=content, fields=fields(content, pack, spec))
            for content in _contents(message, accepted, pack, spec, basis)
        ),
        withheld=tuple(_withheld(message, pack, spec)),
    )


def _contents(
    message: Message, accepted: Accepted, pack: Pack, spec: MessageSpec, basis: Basis
) -> tuple[bytes, ...]:
    if not message.waits_for:
        fired = accepted.advanced.fired
        return tuple(
            one.unsigned for one in fired if one.message.id.partition(".")[0] == message.id
        )
    stop = next(
        stop
        for stop in accepted.subject.itinerary.stops
        if stop.office.code == message.office and spec.goes_to(stop.role)
    )
    addressee = Addressee(
        pack=pack, spec=spec, stop=stop, message=message.id, at=basis.at, dry_run=True
    )
    return project(accepted.subject.of_trip(message.trip or ""), addressee).contents


def _withheld(message: Message, pack: Pack, spec: MessageSpec) -> Iterator[WithheldSpec]:
    country = message.office[:2]
    for one in spec.withheld:
        exempt = [code for code, _ in pack.lists(one.unless)] if one.unless else []
        if country not in exempt:
            yield one
