"""An answer that somebody vouches for: map, match, decide, and commit the consequences with it.

However it came (posted and sealed, found in a folder, collected as an output), an answer goes
through here: once, with everything it causes, or not at all. An answer in the office's own format
that quotes one of our messages is also that message's *native* receipt, where nothing stronger is
due.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from hashlib import sha256

from gateway.audit.entry import EntryKind
from gateway.audit.exchange import (
    AnswerHeader,
    AnswerReceipt,
    make_acknowledgement,
    spell_time,
)
from gateway.domain.delivery import Link
from gateway.domain.errors import InConflict, NotAuthentic, NotFound, Refused, Unavailable
from gateway.domain.event import Event
from gateway.domain.finding import Finding, Refusal
from gateway.domain.message import Answer, Message, MessageState, ReceiptKind
from gateway.domain.movement import decide
from gateway.domain.records import AnswerRecord, Lost
from gateway.markup import signature, wire
from gateway.packs.pack import Pack, PackSet
from gateway.pipeline.advance import Advanced
from gateway.ports import Ports
from gateway.register.load import Loaded, load
from gateway.register.moving import move
from gateway.register.owing import Owing, owe
from gateway.register.receipts import Proof, acknowledge, proof
from gateway.register.remarks import told_finding
from gateway.register.writing import Writing, write_events, write_movement

TRIES_MAX = 8
TOLD_FINDINGS_MAX = 20
TOLD_VALUE_MAX = 200


class Vouched(StrEnum):
    """Why an answer is believed to be its link's."""

    SEAL = "seal"  # an Ed25519 seal of exchange v1
    SIGNATURE = "signature"  # the office's own, by the certificate registered for the link
    TRANSPORT = "transport"  # the link's login, or the ownership of its folder


@dataclass(frozen=True, slots=True, kw_only=True)
class Acknowledgement:
    """What we answer with: canonical JSON and our seal; the same bytes for a repeat."""

    content: bytes
    seal: str
    repeated: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Incoming:
    """An answer and who vouches for it. ``native`` is what the pack reads of ``content``.

    ``issued`` is the time as the link wrote it: with it a sealed header can be built again.
    """

    link: Link
    header: AnswerHeader
    issued: str
    seal: str
    vouched: Vouched
    content: bytes
    native: bytes


@dataclass(frozen=True, slots=True)
class _Consequence:
    answer: Answer
    about: Message | None
    receipt: bool  # whether it is the native receipt of ``about``
    loaded: Loaded
    events: tuple[Event, ...]
    advanced: Advanced
    findings: tuple[Finding, ...]  # what the office finds wrong, pointing into our declaration


@dataclass(frozen=True, slots=True)
class _Understood:
    """An answer as the pack reads it that its movement began with."""

    pack: Pack
    answer: Answer
    reference: str
    about: Message | None


def collected(link: Link, content: bytes, media_type: str, at: datetime) -> Incoming:
    """Return an answer that we fetched ourselves from a link; its id is taken from its bytes.

    Where a certificate is registered for the link, the answer must be signed by it.

    Raises:
        NotAuthentic: ``answer.unsigned``, ``signature.*`` or ``wire.malformed``.
    """
    try:
        native, vouched = _opened(link, content, media_type)
    except Refusal as refusal:
        raise NotAuthentic(*refusal.findings) from refusal
    digest = sha256(content).hexdigest()
    header = AnswerHeader(
        id=f"ans_{digest[:32]}",
        link=link.id,
        office=link.offices[0] if len(link.offices) == 1 else "",
        digest=digest,
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
    )


def _opened(link: Link, content: bytes, media_type: str) -> tuple[bytes, Vouched]:
    if media_type.partition(";")[0].strip().lower() == "multipart/signed":
        native, cms = wire.split_signed(content)
        if not link.key:
            return native, Vouched.TRANSPORT
        wire.verify_cms(native, cms, [link.key])
        return native, Vouched.SIGNATURE
    if not link.key:
        return content, Vouched.TRANSPORT
    if not content.lstrip().startswith(b"<"):
        raise Refusal(Finding(code="answer.unsigned", value=link.id))
    signature.verify(content, [link.key])
    return content, Vouched.SIGNATURE


def take_in(ports: Ports, incoming: Incoming) -> Acknowledgement:
    """Take an answer in: once, with everything it causes, or not at all.

    Raises:
        Refused: no pack of the link can read the answer, or it contradicts what is known.
        NotFound: it belongs to no movement here.
        InConflict: the id was used for another body, or the movement kept changing under us.
    """
    for _ in range(TRIES_MAX):
        if known := _repeat(ports, incoming):
            return known
        try:
            return _take_in(ports, incoming)
        except Lost:
            continue
        except Refusal as refusal:
            raise Refused(*refusal.findings) from refusal
    raise InConflict(Finding(code="movement.busy", value=incoming.header.id))


def log_refusal(
    ports: Ports,
    link: Link,
    name: str,
    findings: Iterable[Finding],
    answers: Iterable[tuple[bytes, str]],
) -> None:
    """Keep what a link gave us and we could not take in, with the findings, for a person."""
    writing = Writing(ports, link.tenant, ports.clock.now())
    bodies = [("refused", writing.body(content, media_type)) for content, media_type in answers]
    told = [{"code": finding.code, "value": finding.value[:TOLD_VALUE_MAX]} for finding in findings]
    facts = {"collected": name[:TOLD_VALUE_MAX], "findings": told[:TOLD_FINDINGS_MAX]}
    writing.entry(EntryKind.REFUSED, link=link.id, facts=facts, bodies=bodies)
    ports.store.commit(writing.change())


def _repeat(ports: Ports, incoming: Incoming) -> Acknowledgement | None:
    known = ports.store.answer(incoming.link.id, incoming.header.id)
    if known is None:
        return None
    if known.body != incoming.header.digest:
        raise InConflict(Finding(code="answer.id-reused", value=incoming.header.id))
    body = ports.store.body(known.acknowledgement)
    if body is None:
        raise NotFound(Finding(code="movement.body-erased", value=known.movement))
    return Acknowledgement(content=body.content, seal=ports.keys.seal(body.content), repeated=True)


def _take_in(ports: Ports, incoming: Incoming) -> Acknowledgement:
    with ports.packs.slot() as packs:
        consequence = _consequence(ports, incoming, packs)
    writing = Writing(ports, consequence.loaded.record.tenant, ports.clock.now())
    acknowledgement, links = _write(ports, writing, incoming, consequence)
    ports.store.commit(writing.change())
    ports.wakeup.knock(links)
    return acknowledgement


def _consequence(ports: Ports, incoming: Incoming, packs: PackSet) -> _Consequence:
    understood = _understood(ports, incoming, packs)
    answer, reference, about = understood.answer, understood.reference, understood.about
    receipt = about is not None and _is_receipt(packs, incoming, answer, about)
    loaded = load(ports, reference, tenant=incoming.link.tenant)
    office = _speaker(incoming, answer, about)
    events = decide(loaded.subject.movement, answer, office, ports.clock.now())
    advanced = move(ports, loaded, events, packs)
    findings = understood.pack.findings_of(answer, loaded.subject.root)
    events = (*events, *advanced.events)
    return _Consequence(answer, about, receipt, loaded, events, advanced, findings)


def _speaker(incoming: Incoming, answer: Answer, about: Message | None) -> str:
    """Return the office that speaks: what the answer says, else its header, else whom it answers.

    One link serves many offices, and a message to one of them may be answered by another.

    Raises:
        Refusal: ``answer.other-link``: it is not an office of this link.
    """
    if answer.office and answer.office not in incoming.link.offices:
        raise Refusal(Finding(code="answer.other-link", value=answer.office))
    return answer.office or incoming.header.office or (about.office if about else "")


def _understood(ports: Ports, incoming: Incoming, packs: PackSet) -> _Understood:
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
        own = _own_version(ports, understood, administration)
        if pack.digest in own:
            return understood
        kept = next((found for one in own if (found := packs.by_digest(one))), None)
        if kept is None:
            args = (("pack", pack.manifest.pack),)
            raise Refusal(Finding(code="pack.version-gone", value=understood.reference, args=args))
        return _read(ports, incoming, kept)
    raise missing


def _read(ports: Ports, incoming: Incoming, pack: Pack) -> _Understood:
    answer = pack.read_answer(incoming.native)
    reference, about = _match(ports, incoming, answer, pack.manifest.administrations)
    if about is not None and not answer.about:
        answer = replace(answer, about=about.type)
    return _Understood(pack, answer, reference, about)


def _own_version(ports: Ports, understood: _Understood, administration: str) -> tuple[str, ...]:
    """Return the digests of the packs the movement uses with an administration."""
    if understood.about is not None:
        return (understood.about.pack,)
    record = ports.store.movement(understood.reference)
    pairs = record.packs if record is not None else ()
    return tuple(digest for served, digest in pairs if served == administration)


def _is_receipt(packs: PackSet, incoming: Incoming, answer: Answer, about: Message) -> bool:
    """Tell whether the answer quotes a message that is done with a native receipt."""
    if answer.correlation != about.id or about.state is not MessageState.DUE:
        return False
    return proof(packs, incoming.link, about) is ReceiptKind.NATIVE


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
            return message.movement, message
    asked = [(adm, number) for _, number in answer.numbers for adm in administrations]
    for administration, number in asked:
        record = ports.store.movement_by_number(administration, number)
        if record is not None and record.tenant == incoming.link.tenant:
            return record.reference, _latest(ports, record.reference, incoming, answer)
    raise NotFound(
        Finding(
            code="answer.no-movement",
            value=answer.correlation or ", ".join(number for _, number in answer.numbers),
        )
    )


def _latest(ports: Ports, movement: str, incoming: Incoming, answer: Answer) -> Message | None:
    sent = [
        message
        for message in ports.store.messages(movement)
        if message.type == answer.about and message.link == incoming.link.id and message.wire
    ]
    return sent[-1] if sent else None


def _write(
    ports: Ports,
    writing: Writing,
    incoming: Incoming,
    consequence: _Consequence,
) -> tuple[Acknowledgement, tuple[str, ...]]:
    record = consequence.loaded.record
    acknowledgement = make_acknowledgement(
        AnswerReceipt(
            answer=incoming.header.id,
            digest=incoming.header.digest,
            link=incoming.link.id,
            received=writing.at,
        )
    )
    body = writing.body(incoming.content, incoming.header.media_type)
    acknowledged = writing.body(acknowledgement, "application/json")
    writing.insert(
        AnswerRecord(
            id=incoming.header.id,
            link=incoming.link.id,
            tenant=record.tenant,
            movement=record.reference,
            message=consequence.about.id if consequence.about else "",
            type=consequence.answer.type,
            kind=consequence.answer.kind.value,
            body=body.digest,
            seal=incoming.seal,
            acknowledgement=acknowledged.digest,
            received_at=writing.at,
        )
    )
    _write_receipt(writing, incoming, consequence)
    writing.entry(
        EntryKind.ANSWER,
        movement=record.reference,
        link=incoming.link.id,
        facts=_facts(incoming, consequence),
        bodies=[("answer", body), ("acknowledgement", acknowledged)],
        packs=record.packs,
    )
    links = _write_movement(ports, writing, consequence)
    if consequence.receipt:  # the next message of its stream may go
        links = tuple(dict.fromkeys((*links, incoming.link.id)))
    sealed = Acknowledgement(
        content=acknowledgement, seal=ports.keys.seal(acknowledgement), repeated=False
    )
    return sealed, links


def _write_receipt(writing: Writing, incoming: Incoming, consequence: _Consequence) -> None:
    if consequence.about is None or not consequence.receipt:
        return
    receipt = Proof(
        kind=ReceiptKind.NATIVE,
        content=incoming.content,
        media_type=incoming.header.media_type,
        tried=False,
    )
    acknowledge(writing, consequence.about, receipt)


def _facts(incoming: Incoming, consequence: _Consequence) -> Mapping[str, object]:
    answer = consequence.answer
    told = [told_finding(one) for one in consequence.findings[:TOLD_FINDINGS_MAX]]
    return {
        **({"findings": told} if told else {}),
        "answer": incoming.header.id,
        "type": answer.type,
        "kind": answer.kind.value,
        "about": answer.about,
        "office": incoming.header.office,
        "media_type": incoming.header.media_type,
        "issued": incoming.issued,
        "vouched": incoming.vouched.value,
        "message": consequence.about.id if consequence.about else "",
        "numbers": dict(answer.numbers),
    }


def _write_movement(ports: Ports, writing: Writing, consequence: _Consequence) -> tuple[str, ...]:
    loaded = consequence.loaded
    movement = consequence.advanced.movement
    write_movement(writing, loaded.record, movement)
    write_events(writing, movement, consequence.events)
    owing = Owing(
        declaration=loaded.declaration,
        trust=ports.store.trust(loaded.record.tenant),
        before={message.id: message for message in loaded.messages},
    )
    return owe(writing, consequence.advanced, owing)
