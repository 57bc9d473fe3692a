"""Messages that await their signatory: show them, hand out the exact bytes, take signatures in."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import islice

from gateway import register
from gateway.domain.errors import InConflict, NotAllowed, NotFound, Refused
from gateway.domain.finding import Finding, Refusal
from gateway.domain.message import Message, MessageState, Suite
from gateway.domain.records import Lost, Principal
from gateway.domain.trust import PartyCertificate, Signatory, Trust
from gateway.markup import signature, wire
from gateway.pipeline.sign import carry_cms
from gateway.ports import Ports

LISTED_MAX = 200
"""Messages in one list of what awaits a signature; those that are signed make room for others."""


def pending_signatures(ports: Ports, caller: Principal, movement: str = "") -> tuple[Message, ...]:
    """Return the messages of a movement, or of the caller's tenant, that await a signature.

    The oldest come first; of a tenant's only so many. A principal that is a party sees those that
    wait for this party only, whatever waits for others.
    """
    if movement:
        found = (one for one in ports.store.messages(movement) if _awaits(one, caller))
        return tuple(_theirs(ports, caller, found))
    return tuple(islice(_theirs(ports, caller, _awaiting(ports, caller)), LISTED_MAX))


def _awaits(message: Message, caller: Principal) -> bool:
    return message.tenant == caller.tenant and message.state is MessageState.AWAITING_SIGNATURE


def _awaiting(ports: Ports, caller: Principal) -> Iterator[Message]:
    state, behind = MessageState.AWAITING_SIGNATURE.value, None
    while page := ports.store.messages_in_state(state, tenant=caller.tenant, behind=behind):
        yield from page
        behind = page[-1]


def _theirs(ports: Ports, caller: Principal, found: Iterable[Message]) -> Iterator[Message]:
    ids: dict[tuple[str, Signatory], frozenset[str]] = {}
    for message in found:
        asked = (message.movement, message.signatory)
        if caller.party and asked not in ids:
            ids[asked] = _party_ids(ports, message)
        if not caller.party or caller.party in ids[asked]:
            yield message


def to_be_signed(ports: Ports, caller: Principal, message_id: str) -> tuple[Message, bytes]:
    """Return a waiting message with its exact to-be-signed bytes.

    Raises:
        NotFound: no such message for this tenant, or it does not await a signature.
        NotAllowed: the caller is another party than the signatory.
    """
    message = _waiting(ports, caller, message_id)
    return message, _unsigned(ports, message)


def attach_signature(ports: Ports, caller: Principal, message_id: str, signed: bytes) -> Message:
    """Take in a signature over exactly the bytes that were handed out; the message becomes due.

    ``signed`` is the signed XML document, or a detached CMS (DER), as the message's suite says.

    Raises:
        NotFound, NotAllowed: as :func:`to_be_signed`.
        Refused: it does not verify, signs other content, or the certificate is not the
            signatory's.
        InConflict: the movement kept changing under us.
    """
    for _ in range(register.TRIES_MAX):
        movement = _waiting(ports, caller, message_id).movement
        loaded = register.load(ports, movement, tenant=caller.tenant)
        # As it stood under the version that the change expects: it may just have been made anew.
        message = next(one for one in loaded.messages if one.id == message_id)
        if message.state is not MessageState.AWAITING_SIGNATURE:
            continue
        unsigned, trust = _unsigned(ports, message), ports.store.trust(caller.tenant)
        try:
            content, media_type, by = _checked(ports, loaded, message, unsigned, signed, trust)
        except Refusal as refusal:
            raise Refused(*refusal.findings) from refusal
        writing = register.Writing(ports, message.tenant, ports.clock.now())
        places = register.Places(loaded.messages)
        due = replace(message, signed_by=by)
        due = register.make_due(writing, due, content, media_type, places)
        register.write_message(writing, message, due)
        register.write_movement(writing, loaded.record, loaded.subject.movement)
        try:
            ports.store.commit(writing.change())
        except Lost:
            continue
        ports.wakeup.knock([due.link])
        return due
    raise InConflict(Finding(code="movement.busy", value=message_id))


def _waiting(ports: Ports, caller: Principal, message_id: str) -> Message:
    message = ports.store.message(message_id)
    if message is None or message.tenant != caller.tenant:
        raise NotFound(Finding(code="message.unknown", value=message_id))
    if message.state is not MessageState.AWAITING_SIGNATURE:
        raise NotFound(Finding(code="message.not-awaiting-signature", value=message_id))
    if caller.party and caller.party not in _party_ids(ports, message):
        raise NotAllowed(
            Finding(
                code="signature.not-your-message",
                value=message_id,
                args=(("signatory", message.signatory.value),),
            )
        )
    return message


def _unsigned(ports: Ports, message: Message) -> bytes:
    body = ports.store.body(message.unsigned or "")
    if body is None:
        raise NotFound(Finding(code="movement.body-erased", value=message.id))
    return body.content


def _party_ids(ports: Ports, message: Message) -> frozenset[str]:
    loaded = register.load(ports, message.movement)
    return _ids(loaded, message)


def _ids(loaded: register.Loaded, message: Message) -> frozenset[str]:
    party = loaded.declaration.party(message.signatory.value)
    return frozenset(":".join(one) for one in party.ids) if party else frozenset()


def _checked(
    ports: Ports,
    loaded: register.Loaded,
    message: Message,
    unsigned: bytes,
    signed: bytes,
    trust: Trust,
) -> tuple[bytes, str, str]:
    """Return wire bytes, media type and who signed."""
    ids = _ids(loaded, message)
    now = ports.clock.now()
    standing = {c.certificate: c for c in trust.certificates if c.party in ids and c.stands(now)}
    if message.suite is Suite.CMS:
        certificate = wire.verify_cms(unsigned, signed, tuple(standing))
        content, media_type = carry_cms(unsigned, signed, message.media_type)
    else:
        result = signature.verify(signed, tuple(standing))
        if result.content != signature.canonical_unsigned(unsigned):
            raise Refusal(Finding(code="signature.other-content", value=message.id))
        certificate, content, media_type = result.certificate, signed, message.media_type
    return content, media_type, _by(standing[certificate])


def _by(certificate: PartyCertificate) -> str:
    return register.signed_by(certificate.party, certificate.certificate)
