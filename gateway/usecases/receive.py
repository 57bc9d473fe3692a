"""An office answers: authenticate, map, match, decide, and commit the consequences with it."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256

from gateway import register
from gateway.audit.entry import EntryKind
from gateway.audit.exchange import (
    AnswerHeader,
    AnswerReceipt,
    make_acknowledgement,
    read_answer_header,
    verify_link_seal,
)
from gateway.domain.delivery import Link
from gateway.domain.errors import InConflict, NotAllowed, NotAuthentic, NotFound, Refused
from gateway.domain.finding import Finding, Refusal
from gateway.domain.message import Answer, Message
from gateway.domain.movement import Event, decide, fold
from gateway.domain.records import AnswerRecord, Lost, Principal
from gateway.packs.pack import PackSet
from gateway.pipeline.advance import Advanced, advance
from gateway.pipeline.intake import moved
from gateway.ports import Ports

TRIES_MAX = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Acknowledgement:
    """What we answer with: canonical JSON and our seal; the same bytes for a repeat."""

    content: bytes
    seal: str
    repeated: bool


@dataclass(frozen=True, slots=True)
class _Incoming:
    link: Link
    header: AnswerHeader
    issued: str  # as the link wrote it: with it the sealed header can be built again
    seal: str
    content: bytes


@dataclass(frozen=True, slots=True)
class _Consequence:
    answer: Answer
    about: Message | None
    loaded: register.Loaded
    events: tuple[Event, ...]
    advanced: Advanced


def receive(
    ports: Ports, caller: Principal, link: str, header: bytes, seal: str, content: bytes
) -> Acknowledgement:
    """Take an answer in: once, with everything it causes, or not at all.

    Raises:
        NotAllowed: the caller is not this link.
        NotAuthentic: header, seal and body do not belong together or are not this link's.
        Refused: no pack of the link can read the answer, or it contradicts what is known.
        NotFound: it belongs to no movement here.
        InConflict: the id was used for another body, or the movement kept changing under us.
    """
    incoming = _authentic(ports, caller, link, header, seal, content)
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


def _authentic(
    ports: Ports, caller: Principal, link_id: str, header: bytes, seal: str, content: bytes
) -> _Incoming:
    link = ports.store.link(link_id)
    if link is None or caller.link != link_id:
        raise NotAllowed(Finding(code="link.not-yours", value=link_id))
    try:
        verify_link_seal(header, seal, link.key)
        told = read_answer_header(header)
    except Refusal as refusal:
        raise NotAuthentic(*refusal.findings) from refusal
    if told.link != link.id or (told.office and told.office not in link.offices):
        raise NotAuthentic(Finding(code="answer.other-link", value=told.office or told.link))
    if told.digest != sha256(content).hexdigest():
        raise NotAuthentic(Finding(code="answer.wrong-digest", value=told.digest))
    issued = str(json.loads(header)["issued"])
    return _Incoming(link, told, issued, seal, content)


def _repeat(ports: Ports, incoming: _Incoming) -> Acknowledgement | None:
    known = ports.store.answer(incoming.link.id, incoming.header.id)
    if known is None:
        return None
    if known.body != incoming.header.digest:
        raise InConflict(Finding(code="answer.id-reused", value=incoming.header.id))
    body = ports.store.body(known.acknowledgement)
    if body is None:
        raise NotFound(Finding(code="movement.body-erased", value=known.movement))
    return Acknowledgement(content=body.content, seal=ports.keys.seal(body.content), repeated=True)


def _take_in(ports: Ports, incoming: _Incoming) -> Acknowledgement:
    with ports.packs.slot() as packs:
        consequence = _consequence(ports, incoming, packs)
    writing = register.Writing(ports, consequence.loaded.record.tenant, ports.clock.now())
    acknowledgement, links = _write(ports, writing, incoming, consequence)
    ports.store.commit(writing.change())
    ports.wakeup.knock(links)
    return acknowledgement


def _consequence(ports: Ports, incoming: _Incoming, packs: PackSet) -> _Consequence:
    pack = packs.by_administration(incoming.link.administration)
    if pack is None:
        raise Refusal(Finding(code="pack.none-for-office", value=incoming.link.administration))
    answer = pack.read_answer(incoming.content)
    reference, about = _match(ports, incoming, answer)
    loaded = register.load(ports, reference, tenant=incoming.link.tenant)
    office = incoming.header.office or (about.office if about else "")
    now = ports.clock.now()
    events = decide(loaded.subject.movement, answer, office, now)
    after = moved(loaded.subject, fold(loaded.subject.movement, events))
    advanced = advance(after, loaded.waiting, packs, now)
    return _Consequence(answer, about, loaded, (*events, *advanced.events), advanced)


def _match(ports: Ports, incoming: _Incoming, answer: Answer) -> tuple[str, Message | None]:
    """Find the movement: by the message id the answer quotes, else by an official number.

    A quoted message must have gone to this very link; anything else is a stranger's word.
    """
    if answer.correlation:
        message = ports.store.message(answer.correlation)
        if message is not None and message.link == incoming.link.id and message.wire:
            return message.movement, message
    for _, number in answer.numbers:
        record = ports.store.movement_by_number(incoming.link.administration, number)
        if record is not None and record.tenant == incoming.link.tenant:
            return record.reference, _latest(ports, record.reference, incoming, answer)
    raise NotFound(
        Finding(
            code="answer.no-movement",
            value=answer.correlation or ", ".join(number for _, number in answer.numbers),
        )
    )


def _latest(ports: Ports, movement: str, incoming: _Incoming, answer: Answer) -> Message | None:
    sent = [
        message
        for message in ports.store.messages(movement)
        if message.type == answer.about and message.link == incoming.link.id and message.wire
    ]
    return sent[-1] if sent else None


def _write(
    ports: Ports,
    writing: register.Writing,
    incoming: _Incoming,
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
    writing.entry(
        EntryKind.ANSWER,
        movement=record.reference,
        link=incoming.link.id,
        facts=_facts(incoming, consequence),
        bodies=[("answer", body), ("acknowledgement", acknowledged)],
        packs=record.packs,
    )
    links = _write_movement(ports, writing, consequence)
    sealed = Acknowledgement(
        content=acknowledgement, seal=ports.keys.seal(acknowledgement), repeated=False
    )
    return sealed, links


def _facts(incoming: _Incoming, consequence: _Consequence) -> Mapping[str, object]:
    answer = consequence.answer
    return {
        "answer": incoming.header.id,
        "type": answer.type,
        "kind": answer.kind.value,
        "about": answer.about,
        "office": incoming.header.office,
        "media_type": incoming.header.media_type,
        "issued": incoming.issued,
        "message": consequence.about.id if consequence.about else "",
        "numbers": dict(answer.numbers),
    }


def _write_movement(
    ports: Ports, writing: register.Writing, consequence: _Consequence
) -> tuple[str, ...]:
    loaded = consequence.loaded
    movement = consequence.advanced.movement
    register.write_movement(writing, loaded.record, movement)
    register.write_events(writing, movement, consequence.events)
    owing = register.Owing(
        declaration=loaded.declaration,
        trust=ports.store.trust(loaded.record.tenant),
        before={message.id: message for message in loaded.messages},
    )
    return register.owe(writing, consequence.advanced, owing)
