"""Step 6: what one office is told, from the declaration, the movement and the trip as they stand.

A projection reads *prepared* XML, not the declaration alone: XPath 1.0 counts in doubles and knows
no zones, so exact sums, official numbers and local times are put in here (design decision 9).
A *dry run* prepares the same document before anything has happened: numbers an authority gives
later are placeholders and events ahead stand at their expected times, marked ``planned``.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from gateway.domain.event import JOURNEY, Event, EventKind
from gateway.domain.expecting import told_times
from gateway.domain.finding import Finding, Refusal, refused
from gateway.domain.itinerary import Itinerary, OfficeRole, Stop
from gateway.domain.movement import Movement, of_trip
from gateway.domain.procedure import Procedure
from gateway.domain.seals import put_on
from gateway.domain.trip import Trip
from gateway.domain.vehicles import taken_over
from gateway.markup import tree
from gateway.packs.manifest import MessageSpec
from gateway.packs.pack import Pack, PackSet
from gateway.pipeline.alone import trip_alone
from gateway.pipeline.disclosure import all_disclosed

SENDER = "FULLROUTE"

_ITEM = "d:Consignment/d:HouseConsignment/d:GoodsItem"

_WHERE = {
    EventKind.SUBMITTED: OfficeRole.DEPARTURE,
    EventKind.PRESENTED: OfficeRole.DEPARTURE,
    EventKind.RELEASED: OfficeRole.DEPARTURE,
    EventKind.DEPARTED: OfficeRole.DEPARTURE,
    EventKind.EXITED: OfficeRole.EXIT,
    EventKind.ENTERED: OfficeRole.ENTRY,
    EventKind.TRANSIT_STARTED: OfficeRole.ENTRY,
    EventKind.ARRIVED: OfficeRole.DESTINATION,
    EventKind.CONTROLLED: OfficeRole.DESTINATION,
    EventKind.DUTIES_ASSESSED: OfficeRole.DESTINATION,
    EventKind.CLEARED: OfficeRole.DESTINATION,
}
"""Where an event that lies ahead is expected to happen."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """What is being told about: declaration element, totals, itinerary, movement, trip.

    ``root`` is a copy without signature that belongs to the subject alone: projecting puts one
    document after the other around it, because copying a long declaration for every message costs
    more than projecting it. ``totals`` are exact sums as decimal strings. ``trips`` are all
    of them where there are several; ``trip`` and ``batch`` are the first's. ``drawn`` holds parts
    of prepared documents that one message has in common with the next; a subject that differs in
    anything has its own.
    """

    root: tree.Element
    lrn: str
    totals: tuple[tuple[str, str], ...]
    itinerary: Itinerary
    movement: Movement
    trip: str
    batch: str
    trips: tuple[Trip, ...] = ()
    drawn: dict[tuple[object, ...], list[tree.Element]] = field(
        init=False, repr=False, compare=False, default_factory=dict
    )

    def of_trip(self, trip: str) -> "Subject":
        """Return what one of several trips carries: its vehicle, its share, its numbers."""
        one = next((one for one in self.trips if one.id == trip), None)
        if one is None:
            return self
        share = one.share(self.movement.reference)
        shared = {"packages": str(share.packages), "gross-mass": format(share.gross_mass_kg, "f")}
        return replace(
            self,
            root=trip_alone(self.root, one.batch),
            totals=tuple((name, shared.get(name, value)) for name, value in self.totals),
            movement=of_trip(self.movement, trip),
            trip=one.id,
            batch=one.batch,
            trips=(one,),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Addressee:
    """To whom, as what, when and under which id."""

    pack: Pack
    spec: MessageSpec
    stop: Stop
    message: str
    at: datetime
    dry_run: bool = False


def declared_totals(root: tree.Element) -> tuple[tuple[str, str], ...]:
    """Return exact sums over the goods items: packages, masses (kg), value, number of items."""
    return (
        ("packages", _sum(root, "d:Packaging/d:Quantity")),
        ("gross-mass", _sum(root, "d:GrossMassMeasure")),
        ("net-mass", _sum(root, "d:NetMassMeasure")),
        ("value", _sum(root, "d:ValueAmount")),
        ("items", str(len(tree.elements(root, _ITEM)))),
    )


def _sum(root: tree.Element, path: str) -> str:
    numbers = ((one.text or "").strip() for one in tree.elements(root, f"{_ITEM}/{path}"))
    return format(sum((Decimal(number) for number in numbers), Decimal(0)), "f")


@dataclass(frozen=True, slots=True, kw_only=True)
class Projected:
    """To-be-signed bytes, none, one or several, and what their office would remark on them."""

    contents: tuple[bytes, ...]
    findings: tuple[Finding, ...]


def project(subject: Subject, addressee: Addressee) -> Projected:
    """Return what is owed, and the findings that do not refuse it.

    Raises:
        Refusal: with the receiving pack's findings when a result fails its schema or rules.
    """
    document = _around(subject.root, _heads(subject, addressee))
    try:
        made = addressee.pack.make(addressee.spec.type, document)
    except Refusal as refusal:
        found = (_at_office(one, subject, addressee) for one in refusal.findings)
        raise Refusal(*found) from refusal
    findings = [
        _at_office(finding, subject, addressee, part)
        for part, one in enumerate(made)
        for finding in addressee.pack.judge(addressee.spec.type, one)
    ]
    if refused(findings):
        raise Refusal(*findings)
    return Projected(contents=tuple(one.content for one in made), findings=tuple(findings))


def judge(subject: Subject, packs: PackSet, at: datetime) -> tuple[Finding, ...]:
    """Return what the procedures on the way find in the declaration, office by office.

    Rules of procedures ask for documents, parties, vehicles and dates as they stand on the day the
    movement is expected there; they read the prepared document without a message, in which
    ``Office`` is the stop that asks.
    """
    document = _around(subject.root, _circumstances(subject, at))
    found: list[Finding] = []
    for stop in subject.itinerary.stops:
        pack = packs.by_administration(stop.office.administration)
        for name, value in _stop_attributes(stop, at):
            document[0].set(name, value)
        for spec in pack.manifest.procedures if pack else ():
            if pack and spec.rules and spec.met(stop):
                asked = pack.check_procedure(spec.kind, document)
                found += (replace(finding, offices=(stop.office.code,)) for finding in asked)
    return tuple(found)


def _circumstances(subject: Subject, at: datetime) -> list[tree.Element]:
    return [_node("Office"), *_drawn(subject, ("journey", at), lambda: _journey(subject, at))]


def _journey(subject: Subject, at: datetime) -> list[tree.Element]:
    return [
        *_stops(subject, at),
        _node("Totals", subject.totals),
        *_trips(subject),
    ]


def _trips(subject: Subject) -> Iterable[tree.Element]:
    """Yield every trip with the seals and vehicles it was given under way, the subject's first."""
    own = (subject.trip, subject.batch)
    several = ((one.id, one.batch) for one in subject.trips)
    for name, batch in dict.fromkeys((own, *several)):
        trip = _node("Trip", (("id", name), ("batch", batch)))
        for seal in put_on(subject.movement.happened, name):
            tree.add(trip, "Seal", (), seal)
        for one in taken_over(subject.movement.happened, name):
            kind = "trailer" if one.is_trailer else "tractor"
            about = (("kind", kind), ("country", one.country), ("office", one.office))
            tree.add(trip, "Plate", about, one.plate)
        yield trip


def _drawn(
    subject: Subject, part: tuple[object, ...], draw: Callable[[], list[tree.Element]]
) -> list[tree.Element]:
    """Return a part that is drawn once and moves from one prepared document to the next."""
    if part not in subject.drawn:
        subject.drawn[part] = draw()
    return subject.drawn[part]


def _at_office(finding: Finding, subject: Subject, addressee: Addressee, part: int = 0) -> Finding:
    """Name the office, and lead its pointer into the declaration: nobody has seen the message.

    Parts of a split message after the first count their lines anew; there theirs is kept.
    """
    pack = addressee.pack
    if part == 0:
        finding = pack.led_back(addressee.spec.type, finding, subject.root)
    return replace(
        finding,
        line=finding.line if part == 0 else None,
        offices=(addressee.stop.office.code,),
        source=finding.source or pack.manifest.source_label,
    )


def prepare(subject: Subject, addressee: Addressee) -> tree.Element:
    """Build the prepared document of one projection (namespace ``tree.PREPARED``), for keeps."""
    heads = [tree.copied(one) for one in _heads(subject, addressee)]
    return _around(tree.copied(subject.root), heads)


def _around(root: tree.Element, heads: Iterable[tree.Element]) -> tree.Element:
    """Return the prepared document with ``heads`` before the declaration, in place of earlier ones.

    It stands until the next one is put around the same declaration.
    """
    document = root.getparent()
    if document is None:
        document = _node("Prepared")
        document.append(root)
    for one in document[:-1]:
        document.remove(one)
    for one in heads:
        root.addprevious(one)
    return document


def _heads(subject: Subject, addressee: Addressee) -> list[tree.Element]:
    at, pack, named = addressee.at, addressee.pack, addressee.stop.office.zone
    zone = ZoneInfo(named)
    whose, spec = addressee.stop.office.administration, addressee.spec
    movement = ("movement", pack.digest, named, at, addressee.dry_run, whose, spec.of, spec.facts)
    return [
        _message(addressee, zone),
        *_drawn(subject, movement, lambda: [_movement(subject, addressee, zone)]),
        *_drawn(subject, ("journey", at), lambda: _journey(subject, at)),
        *(one for name in addressee.spec.maps for one in _list(subject, pack, name)),
    ]


def _list(subject: Subject, pack: Pack, name: str) -> list[tree.Element]:
    return _drawn(subject, ("list", pack.digest, name), lambda: [pack.drawn_list(name)])


def _node(tag: str, attributes: Iterable[tuple[str, str]] = ()) -> tree.Element:
    return tree.build(tree.PREPARED, tag, attributes)


def _message(addressee: Addressee, zone: ZoneInfo) -> tree.Element:
    local = addressee.at.astimezone(zone)
    office = addressee.stop.office
    return _node(
        "Message",
        (
            ("id", addressee.message),
            ("type", addressee.spec.type),
            ("office", office.code),
            ("national-office", office.national_code),
            ("administration", office.administration),
            ("role", addressee.stop.role.value),
            ("sender", SENDER),
            ("at", local.isoformat(timespec="seconds")),
            ("at-utc", _utc(addressee.at)),
            ("compact", local.strftime("%Y%m%d%H%M%S") + f"{local.microsecond // 1000:03d}"),
            ("dry-run", _flag(addressee.dry_run)),
        ),
    )


def _utc(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="seconds").removesuffix("+00:00") + "Z"


def _flag(value: bool) -> str:  # noqa: FBT001 - it is the value being spelled
    return "true" if value else "false"


def _movement(subject: Subject, addressee: Addressee, zone: ZoneInfo) -> tree.Element:
    movement = subject.movement
    told = _node("Movement", (("reference", movement.reference), ("lrn", subject.lrn)))
    for one in movement.procedures:
        _add_procedure(told, one, addressee)
    known = all_disclosed(movement.happened, addressee.spec, addressee.stop, subject.itinerary)
    for event in known:
        _add_happened(told, event, zone, planned=False)
    if addressee.dry_run:
        for event in _ahead(movement, subject.itinerary, addressee.at):
            _add_happened(told, event, zone, planned=True)
    return told


def _add_procedure(movement: tree.Element, procedure: Procedure, addressee: Addressee) -> None:
    attributes = (
        ("kind", procedure.kind),
        ("administration", procedure.administration),
        ("state", procedure.state.value),
    )
    told = tree.add(movement, "Procedure", attributes)
    for one in procedure.numbers:
        tree.add(told, "Number", (("kind", one.kind), ("placeholder", "false")), one.value)
    if addressee.dry_run:
        for kind, value in _placeholders(procedure, addressee.pack):
            tree.add(told, "Number", (("kind", kind), ("placeholder", "true")), value)


def _placeholders(procedure: Procedure, pack: Pack) -> list[tuple[str, str]]:
    return [
        (number.kind, number.placeholder)
        for spec in pack.manifest.procedures
        if spec.kind == procedure.kind
        for number in spec.numbers
        if procedure.number(number.kind) is None
    ]


def _ahead(movement: Movement, itinerary: Itinerary, at: datetime) -> list[Event]:
    """Return the journey's events that have not happened, at their expected place and time."""
    events = []
    for kind in JOURNEY:
        if movement.has(kind):
            continue
        stops = itinerary.playing(_WHERE[kind]) or itinerary.stops[:1]
        when = max(stops[0].expected_at or at, at)
        events.append(Event(sequence=0, kind=kind, at=when, office=stops[0].office.code))
    return events


def _add_happened(movement: tree.Element, event: Event, zone: ZoneInfo, *, planned: bool) -> None:
    attributes = (
        ("kind", event.kind.value),
        ("office", event.office),
        ("at", event.at.astimezone(zone).isoformat(timespec="seconds")),
        ("at-utc", _utc(event.at)),
        ("planned", _flag(planned)),
    )
    told = tree.add(movement, "Happened", attributes)
    for name, value in event.facts:
        tree.add(told, "Fact", (("name", name),), value)


def _stops(subject: Subject, at: datetime) -> Iterable[tree.Element]:
    """Yield every stop; ``expected`` where it is known better than declared when the goods come."""
    told = told_times(subject.movement.happened)
    for stop in subject.itinerary.stops:
        made = _node("Stop", _stop_attributes(stop, at))
        if expected := told.get(stop.office.code):
            zone = ZoneInfo(stop.office.zone)
            made.set("expected", expected.astimezone(zone).isoformat(timespec="seconds"))
        yield made


def _stop_attributes(stop: Stop, at: datetime) -> tuple[tuple[str, str], ...]:
    office = stop.office
    local = (stop.expected_at or at).astimezone(ZoneInfo(office.zone))
    return (
        ("sequence", str(stop.sequence)),
        ("office", office.code),
        ("national-office", office.national_code),
        ("role", stop.role.value),
        ("country", office.country),
        ("administration", office.administration),
        ("zone", office.zone),
        ("name", office.name()),
        ("at", local.isoformat(timespec="seconds")),
        ("at-utc", _utc(local)),
    )
