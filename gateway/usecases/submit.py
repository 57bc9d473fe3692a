"""Submit a declaration, or ask beforehand what every office would say to it."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from hashlib import sha256

from gateway import register
from gateway.audit.entry import EntryKind
from gateway.domain.errors import InConflict, Refused
from gateway.domain.finding import Finding
from gateway.domain.message import Message, MessageState
from gateway.domain.records import IdempotencyRecord, Lost, MovementRecord, Principal
from gateway.domain.route_offices import RouteOffices
from gateway.domain.trust import Trust
from gateway.pipeline.intake import Accepted, intake
from gateway.pipeline.verdict import OfficeVerdict, planned_stops, verdicts
from gateway.ports import Ports

ACCEPTED_STATUS = 202
FINDINGS_LOGGED_MAX = 50
TRIES_MAX = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Submission:
    """What a submission came to. ``unsigned`` are the ids of messages that await a signature."""

    movement: str
    state: str
    findings: tuple[Finding, ...] = ()
    repeated: bool = False
    unsigned: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class PreviewMessage:
    """One message that a declaration would lead to; ``waits_for`` is empty for those owed now."""

    type: str
    office: str
    procedure: str
    signatory: str
    waits_for: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What submission would say, and what each office on the way would, in travel order."""

    valid: bool
    findings: tuple[Finding, ...]
    messages: tuple[PreviewMessage, ...]
    offices: tuple[OfficeVerdict, ...]


def submit(
    ports: Ports,
    raw: bytes,
    caller: Principal,
    *,
    idempotency_key: str,
    along: RouteOffices | None = None,
) -> Submission:
    """Accept a declaration: one movement, everything it owes now, durably, or nothing at all.

    The same key with the same bytes, and the same signed content under another key, give the
    movement there is. ``along`` gives its offices to a declaration in a format that names none.

    Raises:
        Refused: with every finding of the phase that stopped it; the refusal is logged.
        InConflict: the key was used for other bytes, or the reference number for other content.
    """
    digest = _digest(raw, along)
    for _ in range(TRIES_MAX):
        if known := _by_key(ports, caller, idempotency_key, digest):
            return known
        taken = _take_in(ports, raw, caller, along)
        try:
            if known := _by_reference(ports, caller, idempotency_key, digest, taken):
                return known
            return _accept(ports, taken, caller, (idempotency_key, digest))
        except Lost:
            continue  # somebody submitted the same in between: look again
    raise InConflict(Finding(code="declaration.busy"))


def _digest(raw: bytes, along: RouteOffices | None) -> str:
    """Return what makes a request the same: its bytes, and the offices asked for."""
    return sha256(raw if along is None else raw + b"\0" + repr(along).encode()).hexdigest()


def _by_key(ports: Ports, caller: Principal, key: str, digest: str) -> Submission | None:
    known = ports.store.idempotency(caller.tenant, caller.id, key)
    if known is None:
        return None
    if known.body != digest:
        raise InConflict(Finding(code="idempotency.other-body", value=key))
    record = ports.store.movement(known.response.decode())
    if record is None:
        raise InConflict(Finding(code="movement.unknown", value=known.response.decode()))
    return _repeated(ports, record)


def _repeated(ports: Ports, record: MovementRecord) -> Submission:
    messages = ports.store.messages(record.reference)
    return Submission(
        movement=record.reference,
        state=record.state,
        repeated=True,
        unsigned=tuple(m.id for m in messages if m.state is MessageState.AWAITING_SIGNATURE),
    )


@dataclass(frozen=True, slots=True)
class _Taken:
    accepted: Accepted
    trust: Trust
    packs: tuple[tuple[str, str], ...]


def _take_in(ports: Ports, raw: bytes, caller: Principal, along: RouteOffices | None) -> _Taken:
    trust = ports.store.trust(caller.tenant)
    with ports.packs.slot() as packs:
        basis = register.basis(ports, caller.tenant, trust, packs)
        result = intake(raw, replace(basis, route=along))
        if isinstance(result, Accepted):
            return _Taken(result, trust, register.packs_of(basis.packs, result.subject.itinerary))
    _log_refusal(ports, raw, caller, result.findings)
    raise Refused(*result.findings)


def _log_refusal(ports: Ports, raw: bytes, caller: Principal, findings: Iterable[Finding]) -> None:
    writing = register.Writing(ports, caller.tenant, ports.clock.now())
    body = writing.body(raw, "application/xml")
    told = [
        {"code": one.code, "pointer": one.pointer, "offices": list(one.offices)} for one in findings
    ][:FINDINGS_LOGGED_MAX]
    writing.entry(
        EntryKind.REFUSED,
        facts={"caller": caller.id, "findings": told},
        bodies=[("declaration", body)],
    )
    ports.store.commit(writing.change())


def _by_reference(
    ports: Ports, caller: Principal, key: str, digest: str, taken: _Taken
) -> Submission | None:
    """Recognise a repeat by its signed content; refuse the same reference for other content."""
    declaration = taken.accepted.declaration
    declarant = declaration.declarant
    record = ports.store.movement_by_lrn(
        caller.tenant, declarant.key if declarant else "", declaration.lrn
    )
    if record is None:
        return None
    if record.content != taken.accepted.verified.content:
        raise InConflict(
            Finding(
                code="declaration.duplicate-reference",
                pointer="/Declaration/FunctionalReferenceID",
                value=declaration.lrn,
                args=(("movement", record.reference),),
            )
        )
    writing = register.Writing(ports, caller.tenant, ports.clock.now())
    writing.insert(_idempotency(writing, caller, (key, digest), record.reference))
    ports.store.commit(writing.change())
    return _repeated(ports, record)


def _idempotency(
    writing: register.Writing, caller: Principal, key: tuple[str, str], reference: str
) -> IdempotencyRecord:
    return IdempotencyRecord(
        tenant=caller.tenant,
        principal=caller.id,
        key=key[0],
        body=key[1],
        status=ACCEPTED_STATUS,
        response=reference.encode(),
        created_at=writing.at,
    )


def _accept(ports: Ports, taken: _Taken, caller: Principal, key: tuple[str, str]) -> Submission:
    accepted = taken.accepted
    writing = register.Writing(ports, caller.tenant, ports.clock.now())
    record = _record(writing, taken)
    writing.insert(record)
    writing.insert(accepted.trip)
    _log_acceptance(writing, taken, caller, record)
    register.write_events(writing, accepted.movement, accepted.events)
    owing = register.Owing(declaration=accepted.declaration, trust=taken.trust, before={})
    links = register.owe(writing, accepted.advanced, owing)
    waiting = _untouched(accepted)
    for message in waiting:
        writing.insert(message)
    writing.insert(_idempotency(writing, caller, key, record.reference))
    ports.store.commit(writing.change())
    ports.wakeup.knock(links)
    messages = ports.store.messages(record.reference)
    return Submission(
        movement=record.reference,
        state=record.state,
        findings=accepted.findings,
        unsigned=tuple(m.id for m in messages if m.state is MessageState.AWAITING_SIGNATURE),
    )


def _untouched(accepted: Accepted) -> tuple[Message, ...]:
    moved = {
        one.id
        for one in (
            *(fired.message for fired in accepted.advanced.fired),
            *accepted.advanced.dropped,
            *accepted.advanced.waiting,
        )
    }
    return tuple(message for message in accepted.planned if message.id not in moved)


def _record(writing: register.Writing, taken: _Taken) -> MovementRecord:
    accepted = taken.accepted
    declaration = accepted.declaration
    converted = accepted.converted
    original = writing.body(accepted.raw, "application/xml").digest if converted else ""
    ours = converted.content if converted else accepted.raw
    stops = tuple(
        (
            stop.sequence,
            stop.office.code,
            stop.role.value,
            stop.expected_at.isoformat() if stop.expected_at else "",
        )
        for stop in accepted.subject.itinerary.stops
    )
    movement = accepted.movement
    return MovementRecord(
        reference=movement.reference,
        tenant=movement.tenant,
        version=1,
        state=movement.state.value,
        declarant=declaration.declarant.key if declaration.declarant else "",
        lrn=declaration.lrn,
        prelodged=declaration.prelodged,
        declaration=writing.body(ours, "application/xml").digest,
        original=original,
        content=accepted.verified.content,
        trip=accepted.trip.id,
        stops=stops,
        procedures=tuple((p.administration, p.kind) for p in movement.procedures),
        packs=taken.packs,
        created_at=writing.at,
    )


def _log_acceptance(
    writing: register.Writing, taken: _Taken, caller: Principal, record: MovementRecord
) -> None:
    accepted = taken.accepted
    ours = accepted.converted.content if accepted.converted else accepted.raw
    bodies = [("declaration", writing.body(ours, "application/xml"))]
    facts: dict[str, object] = {
        "caller": caller.id,
        "lrn": record.lrn,
        "state": record.state,
        "random": record.reference[4:-2],
        "messages": [[m.id, m.type, m.office] for m in accepted.planned],
        "trip": record.trip,
    }
    if accepted.converted is not None:
        bodies.append(("original", writing.body(accepted.raw, "application/xml")))
        facts["converted"] = [accepted.converted.format_id, accepted.converted.digest]
    if accepted.verified.signer is not None:
        facts["signed_by"] = register.signed_by(
            accepted.verified.signer.party, accepted.verified.signer.certificate
        )
    writing.entry(
        EntryKind.ACCEPTED,
        movement=record.reference,
        facts=facts,
        bodies=bodies,
        packs=taken.packs,
    )


def preflight(
    ports: Ports,
    raw: bytes,
    tenant: str | None = None,
    *,
    unsigned: bool = False,
    along: RouteOffices | None = None,
) -> Verdict:
    """Run what submission runs; store and send nothing.

    Without a tenant no store is asked: offices, packs and rules decide, and the declarant's
    signature is left out. ``unsigned`` leaves the signature out for a tenant too.
    """
    stored = tenant is not None
    trust = ports.store.trust(tenant) if tenant is not None else Trust()
    with ports.packs.slot() as packs:
        basis = register.basis(ports, tenant or "", trust, packs, stored=stored)
        result = intake(raw, replace(basis, unsigned=unsigned or not stored, route=along))
    if isinstance(result, Accepted):
        return _verdict(result)
    return Verdict(
        valid=False,
        findings=result.findings,
        messages=(),
        offices=verdicts(result.stops, result.findings, asked=result.asked),
    )


def _verdict(accepted: Accepted) -> Verdict:
    stops = planned_stops(accepted.subject.itinerary)
    return Verdict(
        valid=True,
        findings=accepted.findings,
        messages=tuple(
            PreviewMessage(
                type=message.type,
                office=message.office,
                procedure=message.procedure,
                signatory=message.signatory.value,
                waits_for=message.waits_for,
            )
            for message in accepted.planned
        ),
        offices=verdicts(stops, accepted.findings, asked=True),
    )
