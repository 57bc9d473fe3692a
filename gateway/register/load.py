"""A movement as it stands: its record, declaration, folded state, messages."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from gateway.domain.declaration import Declaration
from gateway.domain.errors import NotFound
from gateway.domain.finding import Finding
from gateway.domain.itinerary import CustomsOffice, Itinerary, OfficeRole, Stop
from gateway.domain.message import Message, MessageState
from gateway.domain.movement import Event, Movement, fold
from gateway.domain.procedure import Procedure
from gateway.domain.records import MovementRecord
from gateway.markup import safe, tree
from gateway.packs.pack import PackSet
from gateway.pipeline.project import Subject, declared_totals
from gateway.pipeline.read import read_declaration
from gateway.ports import Ports


@dataclass(frozen=True, slots=True, kw_only=True)
class Loaded:
    """A movement as it stands: fixed record, declaration, folded state, and all its messages."""

    record: MovementRecord
    declaration: Declaration
    subject: Subject
    messages: tuple[Message, ...]

    @property
    def waiting(self) -> tuple[Message, ...]:
        """Messages that wait for a trigger."""
        return tuple(one for one in self.messages if one.state is MessageState.WAITING)


def load(ports: Ports, reference: str, *, tenant: str | None = None) -> Loaded:
    """Read a movement back.

    Raises:
        NotFound: there is none, or it is another tenant's.
    """
    record = ports.store.movement(reference)
    if record is None or (tenant is not None and record.tenant != tenant):
        raise NotFound(Finding(code="movement.unknown", value=reference))
    body = ports.store.body(record.declaration)
    if body is None:
        raise NotFound(Finding(code="movement.body-erased", value=reference))
    root = safe.parse(body.content, safe.Limits())
    declaration = read_declaration(root)
    return Loaded(
        record=record,
        declaration=declaration,
        subject=_subject(ports, record, declaration, root),
        messages=ports.store.messages(reference),
    )


def folded(record: MovementRecord, events: Iterable[Event]) -> Movement:
    """Fold a movement's events over its planned procedures."""
    planned = tuple(
        Procedure(kind=kind, administration=administration)
        for administration, kind in record.procedures
    )
    begun = Movement(
        reference=record.reference,
        tenant=record.tenant,
        prelodged=record.prelodged,
        procedures=planned,
    )
    return fold(begun, events)


def _subject(
    ports: Ports, record: MovementRecord, declaration: Declaration, root: tree.Element
) -> Subject:
    return Subject(
        root=tree.without(root, tree.XMLDSIG, "Signature"),
        lrn=declaration.lrn,
        totals=declared_totals(root),
        itinerary=itinerary_of(ports, record),
        movement=folded(record, ports.store.events(record.reference)),
        trip=record.trip,
        batch=declaration.vehicle.batch or record.reference,
    )


def itinerary_of(ports: Ports, record: MovementRecord) -> Itinerary:
    """Rebuild the itinerary of a movement from its recorded stops."""
    offices = all_offices(ports)
    stops = []
    for sequence, code, role, expected in record.stops:
        office = offices.get(code)
        if office is None:
            raise NotFound(Finding(code="office.unknown", value=code))
        stops.append(
            Stop(
                sequence=sequence,
                office=office,
                role=OfficeRole(role),
                expected_at=datetime.fromisoformat(expected) if expected else None,
            )
        )
    return Itinerary(tuple(stops))


def all_offices(ports: Ports) -> dict[str, CustomsOffice]:
    """Return the offices of the shipped directory and those added to this gateway."""
    return {**ports.packs.offices(), **{office.code: office for office in ports.store.offices()}}


def packs_of(packs: PackSet, itinerary: Itinerary) -> tuple[tuple[str, str], ...]:
    """Return (administration, pack digest) for every administration on the way."""
    found = {}
    for stop in itinerary.stops:
        pack = packs.by_administration(stop.office.administration)
        if pack is not None:
            found[stop.office.administration] = pack.digest
    return tuple(found.items())
