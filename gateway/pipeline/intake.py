"""Intake: the whole way of a declaration in, one step after the other.

1. convert   a foreign format to our declaration         (``pipeline.convert``)
2. parse     in a closed parser, within limits           (``pipeline.parse``)
3. verify    the declarant's signature                   (``pipeline.verify``)
4. validate  schema, code lists, identifiers, rules      (``pipeline.validate``)
5. read      the typed declaration                       (``pipeline.read``)
6. route     itinerary, procedures, messages to come     (``pipeline.route``)
7. project   what every procedure asks of the declaration, then every message once, dry, against the
             schema and rules of the office that will get it
8. advance   the messages that are owed now, to be signed (``pipeline.advance``)

Submission, pre-flight and replay call this one function. It reads nothing but its arguments:
``Basis`` is everything the decision stands on.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from gateway.domain.closure import Closed, judge_closures
from gateway.domain.deciding import begin
from gateway.domain.declaration import Declaration, Vehicle
from gateway.domain.event import Event
from gateway.domain.finding import Finding, Refusal, refused
from gateway.domain.identifiers import MovementReference
from gateway.domain.itinerary import CustomsOffice, Itinerary
from gateway.domain.message import Message
from gateway.domain.movement import Movement, fold
from gateway.domain.procedure import Procedure
from gateway.domain.route_offices import RouteOffices
from gateway.domain.trip import Trip, TripShare, carrying, shares_of
from gateway.domain.trust import Trust
from gateway.markup import safe, tree
from gateway.packs.pack import PackSet
from gateway.pipeline.advance import Advanced, advance, per_trip, unmet, waiting_row
from gateway.pipeline.convert import Converted, to_ours
from gateway.pipeline.parse import parse_declaration
from gateway.pipeline.project import Addressee, Subject, declared_totals, judge, project
from gateway.pipeline.read import read_declaration
from gateway.pipeline.route import (
    Planned,
    judge_stops,
    plan_itinerary,
    plan_messages,
    plan_procedures,
)
from gateway.pipeline.stages import Verified
from gateway.pipeline.validate import validate
from gateway.pipeline.verdict import SeenStop, glance, planned_stops
from gateway.pipeline.verify import check_signer, verify_exporter


@dataclass(frozen=True, slots=True, kw_only=True)
class Basis:
    """What an intake stands on.

    ``links`` maps office codes to link ids; None leaves links out (pre-flight without a store).
    ``new_id`` gives ids by prefix, ``random`` the drawn part of the movement reference: recorded
    values in a replay. ``unsigned`` asks beforehand: the signature is left out. ``route`` is
    given to declarations in formats that name no offices; ``closed`` is what is closed to it.
    """

    at: datetime
    tenant: str
    trust: Trust
    packs: PackSet
    offices: Mapping[str, CustomsOffice]
    links: Mapping[str, str] | None
    new_id: Callable[[str], str]
    random: str
    unsigned: bool = False
    accepts_unsigned_foreign: bool = False
    route: RouteOffices | None = None
    closed: Closed = field(default_factory=Closed)
    limits: safe.Limits = field(default_factory=safe.Limits)


@dataclass(frozen=True, slots=True, kw_only=True)
class Accepted:
    """What an accepted declaration leads to; nothing is stored or signed yet."""

    raw: bytes
    converted: Converted | None
    verified: Verified
    declaration: Declaration
    subject: Subject
    events: tuple[Event, ...]
    trips: tuple[Trip, ...]
    planned: tuple[Message, ...]
    advanced: Advanced
    findings: tuple[Finding, ...]

    @property
    def movement(self) -> Movement:
        """The movement after its first events."""
        return self.advanced.movement


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """Why a declaration is not accepted: every finding of the phase that stopped it.

    ``stops`` are the offices it names, as far as they could be read; ``asked`` tells whether it
    got so far that every one of them was asked.
    """

    raw: bytes
    findings: tuple[Finding, ...]
    stops: tuple[SeenStop, ...] = ()
    asked: bool = False


@dataclass(slots=True)
class _Reached:
    """How far an intake has got: what is kept of it when a step refuses."""

    stops: tuple[SeenStop, ...] = ()
    asked: bool = False
    converted: Converted | None = None

    def located(self, findings: tuple[Finding, ...]) -> tuple[Finding, ...]:
        """Return findings with the cells of the workbook they come from, if it was one."""
        return self.converted.located(findings) if self.converted else findings


def intake(raw: bytes, basis: Basis) -> Accepted | Refused:
    """Take a declaration in, as far as it can go without storing, signing or sending anything."""
    reached = _Reached()
    try:
        return _accept(raw, basis, reached)
    except Refusal as refusal:
        found = reached.located(refusal.findings)
        return Refused(raw=raw, findings=found, stops=reached.stops, asked=reached.asked)


def _accept(raw: bytes, basis: Basis, reached: _Reached) -> Accepted:
    converted = to_ours(raw, basis.packs, basis.limits, basis.route)
    reached.converted = converted
    content = converted.content if converted else raw
    parsed = parse_declaration(content, basis.limits)
    reached.stops = glance(parsed.root, basis.offices)
    unsigned = converted is not None and basis.accepts_unsigned_foreign
    verified = verify_exporter(
        parsed, basis.trust, basis.at, accepts_unsigned=unsigned, left_out=basis.unsigned
    )
    told = converted.findings if converted else ()
    findings = (*told, *validate(verified, basis.packs.declaration))
    declaration = read_declaration(verified.root)
    if stranger := check_signer(verified, declaration):
        raise Refusal(*stranger)
    day, linked = basis.at.date(), basis.links or ()
    itinerary = plan_itinerary(declaration, basis.offices, basis.packs, day, linked)
    reached.stops = planned_stops(itinerary)
    subject, trips = _subject(verified, declaration, itinerary, basis)
    events = begin(subject.movement, basis.at, itinerary.departure.office.code)
    subject = replace(subject, movement=fold(subject.movement, events))
    planned = per_trip(
        plan_messages(itinerary, basis.packs, prelodged=declaration.prelodged),
        [trip.id for trip in subject.trips],
    )
    messages = tuple(_message(one, subject, basis) for one in planned)
    asked = [
        *_unlinked(planned, basis),
        *judge_stops(itinerary.stops, basis.packs),
        *judge_closures(itinerary.stops, basis.closed),
        *judge(subject, basis.packs, basis.at),
    ]
    reached.asked = True
    advanced, remarks = _owed_now(planned, messages, subject, basis, asked)
    return Accepted(
        raw=raw,
        converted=converted,
        verified=verified,
        declaration=declaration,
        subject=subject,
        events=(*events, *advanced.events),
        trips=trips,
        planned=messages,
        advanced=advanced,
        findings=reached.located((*findings, *remarks)),
    )


def _subject(
    verified: Verified, declaration: Declaration, itinerary: Itinerary, basis: Basis
) -> tuple[Subject, tuple[Trip, ...]]:
    country = itinerary.departure.office.country
    reference = MovementReference.make(basis.at.year, country, basis.random).value
    procedures = plan_procedures(itinerary, basis.packs)
    movement = Movement(
        reference=reference,
        tenant=basis.tenant,
        prelodged=declaration.prelodged,
        procedures=tuple(Procedure(kind=kind, administration=adm) for adm, kind in procedures),
    )
    trips = tuple(_trip(reference, one, basis) for one in declaration.vehicles)
    several = carrying(trips, reference)
    subject = Subject(
        root=tree.without(verified.root, tree.XMLDSIG, "Signature"),
        lrn=declaration.lrn,
        totals=declared_totals(verified.root),
        itinerary=itinerary,
        movement=replace(movement, shares=shares_of(several, reference)),
        trip=trips[0].id,
        batch=trips[0].batch,
        trips=several,
    )
    return subject, trips


def _trip(reference: str, vehicle: Vehicle, basis: Basis) -> Trip:
    """Put on a trip what was declared to be on it; in the simple case that is everything."""
    share = TripShare(
        movement=reference, packages=vehicle.packages, gross_mass_kg=vehicle.gross_mass_kg
    )
    return Trip(
        id=basis.new_id("trp"),
        tenant=basis.tenant,
        batch=vehicle.batch or reference,
        plates=vehicle.plates,
        seals=vehicle.seals,
        shares=(share,),
    )


def _unlinked(planned: tuple[Planned, ...], basis: Basis) -> list[Finding]:
    """Return the offices that no link reaches."""
    if basis.links is None:
        return []
    offices = {one.stop.office.code for one in planned}
    return [
        Finding(code="link.none-for-office", value=code, offices=(code,))
        for code in sorted(offices - basis.links.keys())
    ]


def _message(one: Planned, subject: Subject, basis: Basis) -> Message:
    link = (basis.links or {}).get(one.stop.office.code, "")
    row = waiting_row(one, subject, basis.new_id("msg"), link, basis.at)
    return replace(row, waits_for=", ".join(unmet(one.spec, one.pack, subject.movement, one.trip)))


def _owed_now(
    planned: tuple[Planned, ...],
    messages: tuple[Message, ...],
    subject: Subject,
    basis: Basis,
    asked: list[Finding],
) -> tuple[Advanced, tuple[Finding, ...]]:
    """Project what is owed now, and everything that waits once, dry: all findings together.

    ``asked`` are the findings of links and procedures; they and the projections' remarks
    accompany what is accepted, each once.

    Raises:
        Refusal: what any office on the route would refuse, with that office named.
    """
    findings = list(asked)
    for one, message in zip(planned, messages, strict=True):
        if not message.waits_for:
            continue  # projected for real below
        addressee = Addressee(
            pack=one.pack,
            spec=one.spec,
            stop=one.stop,
            message=message.id,
            at=basis.at,
            dry_run=True,
        )
        try:
            findings += project(subject.of_trip(one.trip), addressee).findings
        except Refusal as refusal:
            findings += refusal.findings
    try:
        advanced = advance(subject, messages, basis.packs, basis.at)
    except Refusal as refusal:
        raise Refusal(*findings, *refusal.findings) from None
    findings += advanced.findings
    if refused(findings):
        raise Refusal(*findings)
    return advanced, tuple(dict.fromkeys(findings))
