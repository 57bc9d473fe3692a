"""An answer as it came: who vouches for it, what it says, and which movement it speaks of."""

from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from hashlib import sha256

from gateway.audit.exchange import AnswerHeader, spell_time
from gateway.domain.delivery import Link
from gateway.domain.errors import NotAuthentic, NotFound, Unavailable
from gateway.domain.event import PASSING, EventKind
from gateway.domain.finding import Finding, Refusal
from gateway.domain.itinerary import Itinerary
from gateway.domain.message import Answer, Message
from gateway.domain.records import Body
from gateway.domain.trip import Trip, aboard
from gateway.markup import signature, wire
from gateway.markup.certificate import read_certificate
from gateway.packs.pack import Pack, PackSet
from gateway.ports import Ports
from gateway.register.load import all_offices, pack_for, pack_gone
from gateway.register.runs import trips_named

CROSSING = PASSING - {EventKind.ARRIVED}
"""What any office may see of goods that nobody announced to it."""


class Vouched(StrEnum):
    """Why an answer is believed to be its link's."""

    SEAL = "seal"  # an Ed25519 seal of exchange v1
    SIGNATURE = "signature"  # the office's own, by the certificate registered for the link
    TRANSPORT = "transport"  # the link's login, or the ownership of its folder
    RUN = "run"  # it was taken in for another movement on the same vehicle or train


@dataclass(frozen=True, slots=True, kw_only=True)
class Incoming:
    """An answer and who vouches for it. ``native`` is what the pack reads of ``content``.

    ``issued`` is the time as the link wrote it: with it a sealed header can be built again.
    ``at_once`` tells that it came back in the response to the request itself.
    """

    link: Link
    header: AnswerHeader
    issued: str
    seal: str
    vouched: Vouched
    content: bytes
    native: bytes
    at_once: bool = False


@dataclass(frozen=True, slots=True)
class Understood:
    """An answer as the pack reads it that its movement began with.

    ``run`` are the trips of the vehicle or train that it names, with everything aboard.
    """

    pack: Pack
    answer: Answer
    reference: str
    about: Message | None
    run: tuple[Trip, ...] = ()


def collected(
    ports: Ports,
    link: Link,
    content: bytes,
    media_type: str,
    at: datetime,
    *,
    at_once: bool = False,
) -> Incoming:
    """Return an answer that we fetched ourselves from a link; its id is taken from its bytes.

    Where a certificate is registered for the link, the answer must be signed by it, and what was
    signed makes the id: whoever wraps the same anew hands in no other answer. What one certificate
    signed that counts no more is the repeat of what was taken in while it did, or nothing.

    Raises:
        NotAuthentic: ``answer.unsigned``, ``link.certificate-ended``, ``signature.*`` or
            ``wire.malformed``.
    """
    try:
        if link.key:
            check_not_ended(link.id, link.key, at)
        native, vouched, known_by = _opened(link, link.key, content, media_type)
    except Refusal as refusal:
        earlier = _opened_before(ports, link, content, media_type)
        if earlier is None:
            raise NotAuthentic(*refusal.findings) from refusal
        native, vouched, known_by = earlier
    header = AnswerHeader(
        id=_id(known_by),
        link=link.id,
        office=link.offices[0] if len(link.offices) == 1 else "",
        digest=sha256(content).hexdigest(),
        media_type=media_type.partition(";")[0].strip().lower() or "application/octet-stream",
        issued=at,
    )
    return Incoming(
        link=link,
        header=header,
        issued=spell_time(at),
        seal="",
        vouched=vouched,
        content=content,
        native=native,
        at_once=at_once,
    )


def check_not_ended(link: str, certificate: bytes, at: datetime) -> None:
    """Refuse what comes after the certificate for it ended.

    Raises:
        Refusal: ``link.certificate-ended``.
    """
    ends = read_certificate(certificate).valid_to
    if ends <= at:
        args = (("until", f"{ends:%Y-%m-%d}"),)
        raise Refusal(Finding(code="link.certificate-ended", value=link, args=args))


def _id(known_by: bytes) -> str:
    return f"ans_{sha256(known_by).hexdigest()[:32]}"


def _opened_before(
    ports: Ports, link: Link, content: bytes, media_type: str
) -> tuple[bytes, Vouched, bytes] | None:
    """Return what :func:`_opened` returned when these very bytes were taken in, if they were."""
    for key in dict.fromkeys((link.key, *(one.key for one in link.former_keys))):
        with suppress(Refusal):
            opened = _opened(link, key, content, media_type)
            known = ports.store.answer(link.id, _id(opened[2]))
            same = known is not None and known.body == sha256(content).hexdigest()
            if known is not None and same and key in link.keys_at(known.received_at):
                return opened
    return None


def native_of(content: bytes, media_type: str) -> bytes:
    """Return what the pack reads of an answer that was taken in before: what was signed in it."""
    if media_type.partition(";")[0].strip().lower() == "multipart/signed":
        return wire.split_signed(content)[0]
    return signature.canonical_unsigned(content) if content.lstrip().startswith(b"<") else content


def _opened(
    link: Link, key: bytes, content: bytes, media_type: str
) -> tuple[bytes, Vouched, bytes]:
    """Return what the pack reads, who vouches for it, and by what the answer is known again."""
    if media_type.partition(";")[0].strip().lower() == "multipart/signed":
        native, cms = wire.split_signed(content)
        if not key:
            return native, Vouched.TRANSPORT, content
        wire.verify_cms(native, cms, [key])
        return native, Vouched.SIGNATURE, native
    if not key:
        return content, Vouched.TRANSPORT, content
    if not content.lstrip().startswith(b"<"):
        raise Refusal(Finding(code="answer.unsigned", value=link.id))
    signed = signature.verify(content, [key])
    return signed.content, Vouched.SIGNATURE, signed.stated


def check_signed(link: Link, body: Body, received_at: datetime) -> None:
    """Check a kept answer again that was believed for its office's own signature.

    Raises:
        Refusal: ``signature.*``, ``wire.malformed`` or ``answer.unsigned``: it bears none by the
            certificate that counted when it was received.
    """
    refused = Refusal(Finding(code="answer.unsigned", value=link.id))
    for key in filter(None, link.keys_at(received_at)):
        try:
            _opened(link, key, body.content, body.media_type)
        except Refusal as refusal:
            refused = refusal
        else:
            return
    raise refused


def speaker(ports: Ports, incoming: Incoming, answer: Answer, about: Message | None) -> str:
    """Return the office that speaks: what the answer says, else its header, else whom it answers.

    What was told to one office for its whole administration another of its offices may answer, and
    an office that was told nothing may ask; over the link of its own administration.

    Raises:
        Refusal: ``answer.other-link``: it is an office of another administration, or of none.
    """
    if not answer.office:
        return incoming.header.office or (about.office if about else "")
    known = all_offices(ports).get(answer.office)
    if known is None or known.administration != incoming.link.administration:
        raise Refusal(Finding(code="answer.other-link", value=answer.office))
    return answer.office


def check_theirs(pack: Pack, answer: Answer, administration: str, way: Itinerary) -> None:
    """Refuse what is another administration's to say, though it knows the number as well.

    Where several share a pack they share its numbers too. A procedure is decided on by whoever has
    the role of the offices that get what is answered, else the role that opens it. That goods
    crossed whoever saw them tells, expected or not.

    Raises:
        Refusal: ``answer.not-theirs``.
    """
    if answer.event in CROSSING and not answer.procedure_state:
        return
    asked = [pack.message(answer.about)] if answer.about else []
    specs = [one for one in pack.manifest.procedures if one.kind == answer.procedure]
    roles = {
        stop.role
        for stop in (*way.stops, *way.dropped)
        if stop.office.administration == administration
    }
    theirs = any(one.goes_to(role) for one in asked for role in roles)
    if not asked:
        theirs = not answer.procedure_state or any(one.role in roles for one in specs)
    if not theirs:
        args = (("administration", administration),)
        raise Refusal(Finding(code="answer.not-theirs", value=answer.type, args=args))


def understand(ports: Ports, incoming: Incoming, packs: PackSet) -> Understood:
    """Read an answer with the version its movement began with.

    Which movement that is only the answer tells, so every version of the link's administration is
    tried, newest first, until one finds it; then the movement's own version reads it again.
    """
    administration = incoming.link.administration
    absent = Finding(code=packs.absence(administration), value=administration)
    if not packs.versions_of(administration):
        raise Unavailable(absent)  # ours to mend: the office's answer is not at fault
    missing: Refusal | NotFound = Refusal(absent)
    for place, pack in enumerate(packs.versions_of(administration)):
        try:
            understood = _read(ports, incoming, pack)
        except (Refusal, NotFound) as error:
            missing = error if place == 0 else missing
            continue
        own = _own_version(ports, packs, understood, administration)
        if own is None:
            raise pack_gone(pack.manifest.pack, understood.reference)
        return understood if own is pack else _read(ports, incoming, own)
    raise missing


def _read(ports: Ports, incoming: Incoming, pack: Pack) -> Understood:
    answer = pack.read_answer(incoming.native)
    reference, about = _match(ports, incoming, answer, pack.manifest.administrations)
    run = _run(ports, incoming, answer, (reference, about)) if answer.run else ()
    if about is not None and not answer.about:
        answer = replace(answer, about=about.type, procedure=answer.procedure or about.procedure)
    return Understood(pack, answer, reference, about, run)


def _run(
    ports: Ports, incoming: Incoming, answer: Answer, matched: tuple[str, Message | None]
) -> tuple[Trip, ...]:
    """Return the trips of the run an answer names; a quoted message about a trip says which it is.

    A name that we do not know, or of a vehicle that the movement it was matched with is not on,
    makes it an answer about what it quotes, and no more.
    """
    reference, about = matched
    name = (about.trip if about is not None else None) or answer.run
    try:
        run = trips_named(ports, incoming.link.tenant, name)
    except NotFound:
        return ()
    return run if reference in {movement for movement, _ in aboard(run)} else ()


def _own_version(
    ports: Ports, packs: PackSet, understood: Understood, administration: str
) -> Pack | None:
    """Return the pack the movement uses with an administration, if it is still here."""
    if understood.about is not None:
        return packs.by_digest(understood.about.pack)
    record = ports.store.movement(understood.reference)
    return pack_for(packs, record, administration) if record is not None else None


def _match(
    ports: Ports, incoming: Incoming, answer: Answer, administrations: tuple[str, ...]
) -> tuple[str, Message | None]:
    """Find the movement: by the message id the answer quotes, else by an official number.

    A quoted message must have gone to this very link; anything else is a stranger's word.
    Administrations that share a pack share its numbers: an MRN holds in all of common transit.
    """
    if answer.correlation:
        message = ports.store.message(answer.correlation)
        if message is not None and message.link == incoming.link.id and message.wire:
            erased = answer.run and _erased(ports, message.movement)
            beside = _first_aboard(ports, incoming, answer, message.movement) if erased else None
            return beside or (message.movement, message)
    asked = [(adm, number) for _, number in answer.numbers for adm in administrations]
    for administration, number in asked:
        record = ports.store.movement_by_number(administration, number)
        if record is not None and record.tenant == incoming.link.tenant:
            return record.reference, _latest(ports, record.reference, incoming, answer)
    if answer.run and not answer.correlation:
        if (found := _first_aboard(ports, incoming, answer)) is not None:
            return found
        raise NotFound(Finding(code="answer.no-movement", value=answer.run))
    raise NotFound(
        Finding(
            code="answer.no-movement",
            value=answer.correlation or ", ".join(number for _, number in answer.numbers),
        )
    )


def _erased(ports: Ports, movement: str) -> bool:
    record = ports.store.movement(movement)
    return record is not None and record.erased


def _first_aboard(
    ports: Ports, incoming: Incoming, answer: Answer, beside: str = ""
) -> tuple[str, Message | None] | None:
    """Return the first movement of a run that this link was told of, and the last it was told.

    ``beside`` is one that must be aboard: an erased one takes nothing in, the others do.
    """
    run = aboard(trips_named(ports, incoming.link.tenant, answer.run))
    for movement, _ in run if beside in {"", *(name for name, _ in run)} else ():
        record = ports.store.movement(movement)
        about = last_told(ports, movement, incoming.link.id, answer.about)
        if record is None or record.erased or record.state == "invalidated":
            continue
        if about is not None:
            return movement, about
    return None


def _latest(ports: Ports, movement: str, incoming: Incoming, answer: Answer) -> Message | None:
    return last_told(ports, movement, incoming.link.id, answer.about) if answer.about else None


def last_told(ports: Ports, movement: str, link: str, about: str) -> Message | None:
    """Return the last message that went over a link about a movement, of one type or of any."""
    sent = [
        message
        for message in ports.store.messages(movement)
        if about in ("", message.type) and message.link == link and message.wire
    ]
    return sent[-1] if sent else None
