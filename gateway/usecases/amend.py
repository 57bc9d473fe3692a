"""The enterprise replaces its declaration: amends it, changes the vehicle, or goes another way."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from gateway import register
from gateway.domain.closure import Closed
from gateway.domain.errors import InConflict, Refused
from gateway.domain.event import REPLACING, Event, Report
from gateway.domain.expecting import RETIMED, retimed
from gateway.domain.finding import Finding, Refusal
from gateway.domain.message import Message, MessageState
from gateway.domain.records import Lost, Principal, Update
from gateway.domain.replacing import replace_declaration
from gateway.domain.route_offices import RouteOffices
from gateway.domain.seals import RESEALED, resealed
from gateway.domain.trip import Trip, planned_trips
from gateway.markup import signature
from gateway.pipeline.advance import Advanced
from gateway.pipeline.amendment import other_offices, replaced
from gateway.pipeline.intake import Accepted, intake
from gateway.ports import Ports
from gateway.register import Request, Submission

PLACES_MAX = 100
"""How many changed places the event names; both declarations are kept and hold them all."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """Why: a code of the administrations (China: 001 to 015, 999) and words; both may be empty."""

    code: str = ""
    text: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Amendment:
    """What is handed in: the new declaration, why, and the offices for a format that names none.

    ``beside`` is written in the same change, or nothing is: what else the amendment settles.
    ``replacing`` is the digest of the declaration it was made from, where only that one may be
    replaced: what somebody else declared meanwhile would be undone unseen. Empty: whichever stands.
    """

    raw: bytes
    reason: Reason
    along: RouteOffices | None = None
    beside: tuple[Update, ...] = ()
    replacing: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Foreseen:
    """What an amendment would lead to: messages as ``OFFICE TYPE``.

    Those ``told`` go out at once, those of ``later`` when their time comes, ``dropped`` never.
    """

    told: tuple[str, ...]
    later: tuple[str, ...]
    dropped: tuple[str, ...]
    findings: tuple[Finding, ...]


def amend(
    ports: Ports, caller: Principal, movement: str, new: Amendment, *, idempotency_key: str
) -> Submission:
    """Replace a movement's declaration and owe the corrections, in one change.

    What waits is made from the new declaration when its time comes; what awaits a signature is
    made anew and awaits it again. The same content again changes nothing.

    Raises:
        NotFound: no such movement for this tenant.
        Refused: with every finding of the phase that stopped it; the refusal is logged.
        InConflict: the key was used for other content, the movement kept changing under us, or its
            declaration is not the one that this was made from any more.
    """
    asked = f"{movement}\0{new.reason!r}"
    request = Request(caller, idempotency_key, register.request_digest(new.raw, new.along, asked))
    for _ in range(register.TRIES_MAX):
        earlier = request.earlier(ports)
        if request.repeats(earlier):
            return register.submission_of(ports, earlier.response.decode(), repeated=True)
        loaded = register.load(ports, movement, tenant=caller.tenant)
        if new.replacing not in ("", loaded.record.declaration):
            break
        try:
            step = _decided(ports, loaded, new)
            accepted = step if isinstance(step, Accepted) else step.accepted
            register.check_own(caller, accepted)
        except Refusal as refusal:
            register.log_refused(ports, new.raw, caller, refusal.findings)
            raise Refused(*refusal.findings) from refusal
        writing = register.Writing(ports, caller.tenant, ports.clock.now())
        same = isinstance(step, Accepted)
        if earlier is not None:
            return request.again(ports, earlier, accepted.verified.content)
        links = () if isinstance(step, Accepted) else _write(ports, writing, loaded, step, caller)
        for one in new.beside:
            writing.update(one.table, one.key, one.values, one.expect)
        request.remember(writing, movement)
        try:
            ports.store.commit(writing.change())
        except Lost:
            continue
        ports.wakeup.knock(links)
        return register.submission_of(ports, movement, accepted.findings, repeated=same)
    raise InConflict(Finding(code="movement.busy", value=movement))


def foresee(ports: Ports, loaded: register.Loaded, new: Amendment) -> Foreseen:
    """Return what the amendment would lead to, signed or not; nothing is stored or sent.

    Raises:
        Refused: with every finding of the phase that would stop it.
    """
    try:
        step = _decided(ports, loaded, new, unsigned=True)
    except Refusal as refusal:
        raise Refused(*refusal.findings) from refusal
    if isinstance(step, Accepted):
        return Foreseen(told=(), later=(), dropped=(), findings=step.findings)
    known = {one.id for one in loaded.messages}
    advanced = step.advanced
    return Foreseen(
        told=_spelled(fired.message for fired in advanced.fired),
        later=_spelled(one for one in advanced.waiting if one.id not in known),
        dropped=_spelled(one for one in advanced.dropped if one.id in known),
        findings=step.accepted.findings,
    )


def _spelled(messages: Iterable[Message]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(f"{one.office} {one.type}" for one in messages))


@dataclass(frozen=True, slots=True)
class _Step:
    """What a replacement leads to: ``after`` is the movement as the new declaration tells it."""

    accepted: Accepted
    after: register.Loaded
    packs: tuple[tuple[str, str], ...]
    events: tuple[Event, ...]
    advanced: Advanced
    trips: tuple[Trip, ...]


def _decided(
    ports: Ports, loaded: register.Loaded, new: Amendment, *, unsigned: bool = False
) -> _Step | Accepted:
    """Return what the new declaration leads to, or only itself where its content is known.

    Raises:
        Refusal: the declaration is refused, may not change so, or comes too late.
    """
    record = loaded.record
    trust = ports.store.trust(record.tenant)
    with ports.packs.slot() as packs:
        basis = register.basis(ports, record.tenant, trust, packs)
        packs_kept = basis.packs.keeping(record.packs)
        basis = replace(basis, packs=packs_kept, route=new.along, closed=Closed())
        basis = replace(basis, unsigned=unsigned)
        accepted = intake(new.raw, basis)
        if not isinstance(accepted, Accepted):
            raise Refusal(*accepted.findings)
        if accepted.verified.content == record.content or _in_force(ports, loaded, accepted):
            return accepted
        known = ports.store.trips_of(record.reference)
        trips = _trips(known, record.reference, accepted)
        before = loaded.subject.itinerary
        found = replaced(loaded.declaration, loaded.subject, accepted, trips)
        told = Report(
            kind=found.kind,
            at=ports.clock.now(),
            office=found.subject.itinerary.departure.office.code,
            facts=(
                *_facts(loaded, found.places, new.reason),
                (RESEALED, resealed(known, trips)),
                (RETIMED, retimed(before, found.subject.itinerary)),
                *other_offices(before, found, packs),
            ),
        )
        events = replace_declaration(found.subject.movement, told)
        own = dict((*register.packs_of(basis.packs, found.subject.itinerary), *record.packs))
        after = replace(
            loaded,
            record=replace(record, packs=tuple(own.items())),
            declaration=accepted.declaration,
            subject=found.subject,
            messages=_anew(loaded.messages),
        )
        advanced = register.move(ports, after, events, packs, before=before)
    return _Step(accepted, after, after.record.packs, (*events, *advanced.events), advanced, trips)


def _in_force(ports: Ports, loaded: register.Loaded, accepted: Accepted) -> bool:
    """Tell whether a declaration is the one in force by its very signature, however it is spelled.

    One that was replaced is refused under the signature it had: it was taken back when the next one
    was signed, and whoever still has its bytes must not be able to put it in force again. Its
    declarant can, by signing it once more.

    Raises:
        Refusal: ``amend.signature-used``.
    """
    if accepted.verified.signer is None:
        return False
    ours = accepted.converted.content if accepted.converted else accepted.raw
    signed = signature.one_of_a_kind(ours)
    replaced_ones = [
        one.fact("replaced") for one in loaded.subject.movement.happened if one.kind in REPLACING
    ]
    for digest in (loaded.record.declaration, *replaced_ones):
        body = ports.store.body(digest)
        if body is not None and signature.one_of_a_kind(body.content) == signed:
            if digest == loaded.record.declaration:
                return True
            raise Refusal(Finding(code="amend.signature-used", value=loaded.declaration.lrn))
    return False


def _trips(known: Sequence[Trip], reference: str, accepted: Accepted) -> tuple[Trip, ...]:
    """Return the trips as the new declaration has them, under the movement's own reference."""
    declared = tuple(_own(trip, reference) for trip in accepted.trips)
    return planned_trips(known, declared)


def _own(trip: Trip, reference: str) -> Trip:
    """Return a trip of an intake that gave the movement another reference."""
    shares = tuple(replace(share, movement=reference) for share in trip.shares)
    given = {share.movement for share in trip.shares}
    return replace(trip, batch=reference if trip.batch in given else trip.batch, shares=shares)


def _anew(messages: Iterable[Message]) -> tuple[Message, ...]:
    """Return the messages, those that await a signature as if nothing had been made of them yet.

    Parts of a message that was split are left out; its first part makes them again.
    """
    messages = tuple(messages)
    fresh = {one.id for one in messages if one.state is MessageState.AWAITING_SIGNATURE}
    return tuple(
        replace(one, state=MessageState.WAITING, waits_for="", unsigned=None)
        if one.id in fresh
        else one
        for one in messages
        if one.id not in fresh or one.id.partition(".")[0] not in fresh - {one.id}
    )


def _facts(
    loaded: register.Loaded, places: tuple[str, ...], reason: Reason
) -> tuple[tuple[str, str], ...]:
    facts = {
        "version": str(loaded.subject.movement.declarations + 1),
        "reason": reason.code,
        "text": reason.text,
        "changed": " ".join(places[:PLACES_MAX]),
        "replaced": loaded.record.declaration,
        "replaced-original": loaded.record.original,
    }
    return tuple((name, value) for name, value in facts.items() if value)


def _write(
    ports: Ports, writing: register.Writing, loaded: register.Loaded, step: _Step, caller: Principal
) -> tuple[str, ...]:
    record, accepted, movement = loaded.record, step.accepted, step.advanced.movement
    told = {"caller": caller.id, "lrn": record.lrn, "state": movement.state.value}
    version = register.write_declaration(writing, accepted, record.reference, told, step.packs)
    values = {
        "declaration": version.declaration,
        "original": version.original,
        "content": accepted.verified.content,
        "trip": step.trips[0].id,
        "stops": register.recorded_stops(step.after.subject.itinerary),
        "procedures": tuple((one.administration, one.kind) for one in movement.procedures),
        "packs": step.packs,
    }
    register.write_movement(writing, record, movement, values)
    _write_trips(ports, writing, step.trips)
    register.write_events(writing, movement, step.events)
    owing = register.Owing(
        declaration=accepted.declaration,
        trust=ports.store.trust(record.tenant),
        before={message.id: message for message in loaded.messages},
    )
    _drop_parts(writing, loaded.messages, step.advanced)
    return register.owe(writing, step.advanced, owing)


def _write_trips(ports: Ports, writing: register.Writing, trips: Iterable[Trip]) -> None:
    """Put the new vehicles, seals and quantities on the trips; those that are left bear nothing."""
    version = ports.packs.lane_rules().confusions.version
    for trip in trips:
        if ports.store.trip(trip.id) is None:
            trip = replace(trip, keyed_by=version)  # noqa: PLW2901 - the same trip, keyed
            writing.insert(trip)
        else:
            names = ("batch", "plates", "seals", "shares")
            writing.update("trips", trip.id, {name: getattr(trip, name) for name in names})
        register.write_keys(writing, trip)


def _drop_parts(writing: register.Writing, messages: Iterable[Message], advanced: Advanced) -> None:
    """Drop the parts that the new declaration does not make any more."""
    made = {fired.message.id for fired in advanced.fired}
    base = {name.partition(".")[0] for name in made}
    for one in messages:
        again = one.state is MessageState.AWAITING_SIGNATURE and one.id.partition(".")[0] in base
        if again and one.id not in made:
            dropped = replace(one, state=MessageState.DROPPED, waits_for="")
            register.write_message(writing, one, dropped)
