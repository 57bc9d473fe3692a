"""An answer that somebody vouches for: map, match, decide, and commit the consequences with it.

However it came (posted and sealed, found in a folder, collected as an output), an answer goes
through here: once, with everything it causes, or not at all. An answer in the office's own format
that quotes one of our messages is also that message's *native* receipt, where nothing stronger is
due. An answer that names a vehicle or train is owed to every other movement aboard as well: the
row of that is written with the first one's change.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from gateway.audit.entry import EntryKind
from gateway.audit.exchange import (
    AnswerReceipt,
    make_acknowledgement,
)
from gateway.domain.deciding import decide
from gateway.domain.delivery import Link
from gateway.domain.errors import Busy, InConflict, NotFound, Refused
from gateway.domain.event import Event, EventKind
from gateway.domain.finding import Finding, Refusal
from gateway.domain.message import Answer, Message, ReceiptKind
from gateway.domain.records import AnswerRecord, Change, Lost
from gateway.domain.trip import TripReport, aboard
from gateway.packs.pack import PackSet
from gateway.pipeline.advance import Advanced
from gateway.ports import Ports
from gateway.register.closing import propose_closures
from gateway.register.hearing import is_news, trip_of
from gateway.register.incoming import (
    Incoming,
    Understood,
    Vouched,
    check_theirs,
    speaker,
    understand,
)
from gateway.register.load import Loaded, load
from gateway.register.moving import move
from gateway.register.native import ask_again, ends, quotes_open
from gateway.register.receipts import Proof, acknowledge
from gateway.register.remarks import told_finding
from gateway.register.running import PATIENCE, tell_run
from gateway.register.stepping import write_step
from gateway.register.writing import TRIES_MAX, Writing, write_surely

TOLD_FINDINGS_MAX = 20
TOLD_VALUE_MAX = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Acknowledgement:
    """What we answer with: canonical JSON and our seal; the same bytes for a repeat."""

    content: bytes
    seal: str
    repeated: bool


@dataclass(frozen=True, slots=True)
class _Consequence:
    answer: Answer
    about: Message | None
    quoted: bool  # whether it quotes ``about``, which a native receipt ends
    receipt: bool  # whether it is that receipt
    loaded: Loaded
    events: tuple[Event, ...]
    advanced: Advanced
    findings: tuple[Finding, ...]  # what the office finds wrong, pointing into our declaration
    owed: TripReport | None  # what the others on the vehicle or train are to hear


def take_in(ports: Ports, incoming: Incoming) -> Acknowledgement:
    """Take an answer in: once, with everything it causes, or not at all.

    Raises:
        Refused: no pack of the link can read the answer, or it contradicts what is known.
        NotFound: it belongs to no movement here.
        InConflict: the id was used for another body.
        Busy: the movement kept changing under us; it can be taken in later.
        Elsewhere: only a program with the movement's packs can take it in.
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
    raise Busy(Finding(code="movement.busy", value=incoming.header.id))


def log_refusal(
    ports: Ports,
    link: Link,
    name: str,
    findings: Iterable[Finding],
    answers: Iterable[tuple[bytes, str]],
) -> None:
    """Keep what a link gave us and we could not take in, with the findings, for a person."""
    kept = tuple(answers)
    told = [{"code": finding.code, "value": finding.value[:TOLD_VALUE_MAX]} for finding in findings]
    facts = {"collected": name[:TOLD_VALUE_MAX], "findings": told[:TOLD_FINDINGS_MAX]}

    def draw() -> Change:
        writing = Writing(ports, link.tenant, ports.clock.now())
        bodies = [("refused", writing.body(content, media_type)) for content, media_type in kept]
        writing.entry(EntryKind.REFUSED, link=link.id, facts=facts, bodies=bodies)
        return writing.change()

    write_surely(ports, draw)


def _repeat(ports: Ports, incoming: Incoming) -> Acknowledgement | None:
    known = ports.store.answer(incoming.link.id, incoming.header.id)
    if known is None:
        return None
    wrapped_anew = incoming.vouched is Vouched.SIGNATURE  # its id says what was signed
    if known.body != incoming.header.digest and not wrapped_anew:
        raise InConflict(Finding(code="answer.id-reused", value=incoming.header.id))
    body = ports.store.body(known.acknowledgement)
    if body is None:
        raise NotFound(Finding(code="movement.body-erased", value=known.movement))
    return Acknowledgement(content=body.content, seal=ports.keys.seal(body.content), repeated=True)


def _take_in(ports: Ports, incoming: Incoming) -> Acknowledgement:
    with ports.packs.slot() as packs:
        consequence = _consequence(ports, incoming, packs)
    writing = Writing(ports, consequence.loaded.record.tenant, ports.clock.now())
    link = incoming.link
    writing.update("links", link.id, {}, {"key": link.key})  # it may have been changed meanwhile
    acknowledgement, links = _write(ports, writing, incoming, consequence)
    ports.store.commit(writing.change())
    ports.wakeup.knock(links)
    if consequence.owed is not None:
        tell_run(ports, consequence.owed)
    return acknowledgement


def _consequence(ports: Ports, incoming: Incoming, packs: PackSet) -> _Consequence:
    understood = understand(ports, incoming, packs)
    answer, reference, about = understood.answer, understood.reference, understood.about
    quoted = about is not None and quotes_open(packs, incoming.link, answer, about)
    receipt = quoted and about is not None and ends(ports, incoming, about)
    loaded = load(ports, reference, tenant=incoming.link.tenant)
    way, administration = loaded.subject.itinerary, incoming.link.administration
    check_theirs(understood.pack, answer, administration, way)
    office = speaker(ports, incoming, answer, about)
    at = answer.occurred_at or ports.clock.now()
    trip = _trip(understood, loaded)
    events = decide(loaded.subject.movement, answer, office, at, trip)
    owed = _owed(understood, incoming, office, (ports.clock.now(), at)) if is_news(events) else None
    advanced = move(ports, loaded, events, packs)
    findings = understood.pack.findings_of(answer, loaded.subject.root)
    events = (*events, *advanced.events)
    return _Consequence(answer, about, quoted, receipt, loaded, events, advanced, findings, owed)


def _trip(understood: Understood, loaded: Loaded) -> str:
    """Return the trip that an answer is about: of the message it quotes, or of the run it names."""
    if understood.about is not None and understood.about.trip:
        return understood.about.trip
    own = (trip for name, trip in aboard(understood.run) if name == understood.reference)
    return trip_of(loaded, next(own, None))


def _owed(
    understood: Understood, incoming: Incoming, office: str, times: tuple[datetime, datetime]
) -> TripReport | None:
    """Return what is owed to the others aboard where an answer names a vehicle or train."""
    if not any(name != understood.reference for name, _ in aboard(understood.run)):
        return None
    now, at = times
    words = f"{incoming.link.id}/{incoming.header.id}".encode()
    return TripReport(
        id=f"rep_{sha256(words).hexdigest()[:32]}",
        tenant=incoming.link.tenant,
        batch=understood.run[0].batch,
        caller=incoming.link.id,
        kind=EventKind(understood.answer.event or EventKind.ANSWERED),
        at=at,
        office=office,
        facts=(),
        created_at=now,
        next_at=now + PATIENCE,
        answer=incoming.header.id,
    )


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
    if consequence.owed is not None:
        writing.insert(consequence.owed)
    writing.entry(
        EntryKind.ANSWER,
        movement=record.reference,
        link=incoming.link.id,
        facts=_facts(incoming, consequence),
        bodies=[("answer", body), ("acknowledgement", acknowledged)],
        packs=record.packs,
    )
    propose_closures(writing, consequence.events)
    links = write_step(writing, consequence.loaded, consequence.events, consequence.advanced)
    if consequence.quoted:  # the next message of its stream may go, or this one again
        links = tuple(dict.fromkeys((*links, incoming.link.id)))
    sealed = Acknowledgement(
        content=acknowledgement, seal=ports.keys.seal(acknowledgement), repeated=False
    )
    return sealed, links


def _write_receipt(writing: Writing, incoming: Incoming, consequence: _Consequence) -> None:
    if consequence.about is None or not consequence.quoted:
        return
    if not consequence.receipt:
        ask_again(writing, consequence.about)
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
