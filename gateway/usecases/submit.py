"""Submit a declaration, or ask beforehand what every office would say to it."""

from dataclasses import dataclass, replace

from gateway import register
from gateway.domain.errors import InConflict, Refused
from gateway.domain.finding import Finding, Refusal
from gateway.domain.message import Message, MessageState
from gateway.domain.records import Change, Insert, Lost, MovementRecord, Principal
from gateway.domain.route_offices import RouteOffices
from gateway.domain.trust import Trust
from gateway.pipeline.intake import Accepted, intake
from gateway.pipeline.intake import Refused as NotAccepted
from gateway.pipeline.verdict import OfficeVerdict, planned_stops, verdicts
from gateway.ports import Ports
from gateway.register import Request, Submission


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
    """What submission would say, and what each office on the way would, in travel order.

    ``reference`` is whose declaration it is (the declarant's key) and its own number, ``content``
    the digest of its signed content; both are empty where it is not valid.
    """

    valid: bool
    findings: tuple[Finding, ...]
    messages: tuple[PreviewMessage, ...]
    offices: tuple[OfficeVerdict, ...]
    reference: tuple[str, str] = ("", "")
    content: str = ""


def submit(
    ports: Ports,
    raw: bytes,
    caller: Principal,
    *,
    idempotency_key: str,
    along: RouteOffices | None = None,
) -> Submission:
    """Accept a declaration: one movement, everything it owes now, durably, or nothing at all.

    The same signed content gives the movement there is, under the same key or another. ``along``
    gives its offices to a declaration in a format that names none.

    Raises:
        Refused: with every finding of the phase that stopped it; the refusal is logged.
        InConflict: the key, or the reference number, was used for other content.
    """
    request = Request(caller, idempotency_key, register.request_digest(raw, along))
    for _ in range(register.TRIES_MAX):
        earlier = request.earlier(ports)
        if request.repeats(earlier):
            return register.submission_of(ports, earlier.response.decode(), repeated=True)
        taken = _take_in(ports, raw, caller, along)
        if earlier is not None:
            return request.again(ports, earlier, taken.accepted.verified.content)
        try:
            if known := _by_reference(ports, request, taken):
                return known
            return _accept(ports, taken, request)
        except Lost:
            continue  # somebody submitted the same in between: look again
    raise InConflict(Finding(code="declaration.busy"))


@dataclass(frozen=True, slots=True)
class _Taken:
    accepted: Accepted
    trust: Trust
    packs: tuple[tuple[str, str], ...]


def _take_in(ports: Ports, raw: bytes, caller: Principal, along: RouteOffices | None) -> _Taken:
    trust = ports.store.trust(caller.tenant)
    try:
        with ports.packs.slot() as packs:
            basis = register.basis(ports, caller.tenant, trust, packs)
            accepted = _accepted(intake(raw, replace(basis, route=along)), caller)
            used = register.packs_of(basis.packs, accepted.subject.itinerary)
            return _Taken(accepted, trust, used)
    except Refusal as refusal:
        register.log_refused(ports, raw, caller, refusal.findings)
        raise Refused(*refusal.findings) from refusal


def _accepted(result: Accepted | NotAccepted, caller: Principal) -> Accepted:
    if not isinstance(result, Accepted):
        raise Refusal(*result.findings)
    register.check_own(caller, result)
    return result


def _by_reference(ports: Ports, request: Request, taken: _Taken) -> Submission | None:
    """Recognise a repeat by its signed content; refuse the same reference for other content."""
    declaration = taken.accepted.declaration
    declarant = declaration.declarant
    tenant = request.caller.tenant
    record = ports.store.movement_by_lrn(
        tenant, declarant.key if declarant else "", declaration.lrn
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
    writing = register.Writing(ports, tenant, ports.clock.now())
    writing.update("movements", record.reference, {}, {"lrn": record.lrn})  # not erased meanwhile
    request.remember(writing, record.reference)
    ports.store.commit(writing.change())
    return register.submission_of(ports, record.reference, repeated=True)


def _accept(ports: Ports, taken: _Taken, request: Request) -> Submission:
    accepted = taken.accepted
    writing = register.Writing(ports, request.caller.tenant, ports.clock.now())
    record = _record(writing, taken, request.caller)
    writing.insert(record)
    rules = ports.packs.lane_rules()
    for one in accepted.trips:
        trip = replace(one, keyed_by=rules.confusions.version)
        writing.insert(trip)
        register.write_keys(writing, trip)
    register.write_events(writing, accepted.movement, accepted.events)
    owing = register.Owing(declaration=accepted.declaration, trust=taken.trust, before={})
    links = register.owe(writing, accepted.advanced, owing)
    for message in _untouched(accepted):
        writing.insert(message)
    request.remember(writing, record.reference)
    change = writing.change()
    ports.store.commit(change)
    ports.wakeup.knock(links)
    return Submission(
        movement=record.reference,
        state=record.state,
        findings=accepted.findings,
        unsigned=_unsigned(change),
    )


def _unsigned(change: Change) -> tuple[str, ...]:
    """Return the messages of a change that await a signature, as the store would list them."""
    written = (step.record for step in change.steps if isinstance(step, Insert))
    waiting = MessageState.AWAITING_SIGNATURE
    return tuple(
        sorted(one.id for one in written if isinstance(one, Message) and one.state is waiting)
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


def _record(writing: register.Writing, taken: _Taken, caller: Principal) -> MovementRecord:
    """Log the acceptance and return the movement's row."""
    accepted = taken.accepted
    declaration, movement = accepted.declaration, accepted.movement
    facts = {
        "caller": caller.id,
        "lrn": declaration.lrn,
        "state": movement.state.value,
        "random": movement.reference[4:-2],
        "messages": [[m.id, m.type, m.office] for m in accepted.planned],
        "trip": accepted.trips[0].id,
    }
    version = register.write_declaration(writing, accepted, movement.reference, facts, taken.packs)
    return MovementRecord(
        reference=movement.reference,
        tenant=movement.tenant,
        version=1,
        state=movement.state.value,
        declarant=declaration.declarant.key if declaration.declarant else "",
        lrn=declaration.lrn,
        prelodged=declaration.prelodged,
        declaration=version.declaration,
        original=version.original,
        content=accepted.verified.content,
        trip=accepted.trips[0].id,
        stops=register.recorded_stops(accepted.subject.itinerary),
        procedures=tuple((p.administration, p.kind) for p in movement.procedures),
        packs=taken.packs,
        created_at=writing.at,
    )


def preflight(
    ports: Ports,
    raw: bytes,
    tenant: str | None = None,
    *,
    unsigned: bool = False,
    along: RouteOffices | None = None,
    caller: Principal | None = None,
) -> Verdict:
    """Run what submission runs; store and send nothing.

    Without a tenant no store is asked: offices, packs and rules decide, and the declarant's
    signature is left out. ``unsigned`` leaves the signature out for a tenant too. ``caller`` is who
    would hand it in, where that is known: not everybody may without a signature.
    """
    stored = tenant is not None
    trust = ports.store.trust(tenant) if tenant is not None else Trust()
    with ports.packs.slot() as packs:
        basis = register.basis(ports, tenant or "", trust, packs, stored=stored)
        result = intake(raw, replace(basis, unsigned=unsigned or not stored, route=along))
    if isinstance(result, Accepted):
        return _verdict_for(caller, result)
    return Verdict(
        valid=False,
        findings=result.findings,
        messages=(),
        offices=verdicts(result.stops, result.findings, asked=result.asked),
    )


def _verdict_for(caller: Principal | None, accepted: Accepted) -> Verdict:
    verdict = _verdict(accepted)
    try:
        if caller is not None:
            register.check_own(caller, accepted)
    except Refusal as refusal:
        return replace(verdict, valid=False, findings=(*verdict.findings, *refusal.findings))
    return verdict


def _verdict(accepted: Accepted) -> Verdict:
    stops = planned_stops(accepted.subject.itinerary)
    declarant = accepted.declaration.declarant
    return Verdict(
        valid=True,
        reference=(declarant.key if declarant else "", accepted.declaration.lrn),
        content=accepted.verified.content,
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
