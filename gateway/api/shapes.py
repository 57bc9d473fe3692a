"""What the API answers with, as JSON shapes; times are RFC 3339, UTC with ``Z``."""

from collections.abc import Mapping
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from pydantic import BaseModel, Field

from gateway.api.problems import FindingShape, shape_finding
from gateway.domain.backlog import LinkLoad
from gateway.domain.deadline import Deadline
from gateway.domain.event import Event
from gateway.domain.finding import Catalogue
from gateway.domain.itinerary import CustomsOffice
from gateway.domain.message import Message
from gateway.domain.position import estimates
from gateway.domain.procedure import Procedure
from gateway.domain.records import MovementRecord
from gateway.domain.stop_state import stop_states
from gateway.domain.trip import Trip
from gateway.register import Erasure, Submission
from gateway.usecases.timeline import MovementView, TimelineLine


def utc(at: datetime) -> str:
    """Return UTC to the millisecond with ``Z``."""
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


class SubmissionShape(BaseModel):
    """An accepted declaration. ``awaiting_signature`` are ids for ``/v1/signatures``."""

    movement: str = Field(examples=["26CN4F7KQ2M8ZT1XJ3"])
    state: str = Field(examples=["lodged"])
    repeated: bool
    findings: tuple[FindingShape, ...]
    awaiting_signature: tuple[str, ...]


class StopShape(BaseModel):
    """One office on the way."""

    sequence: int
    office: str
    name: str
    role: str
    state: str
    expected_at: str | None
    expected_office_time: str | None
    estimated_at: str | None
    zone: str


class ProcedureShape(BaseModel):
    """One customs procedure with its official numbers by kind."""

    kind: str
    administration: str
    state: str
    numbers: dict[str, str]


class MessageShape(BaseModel):
    """One message to one office; ``refusal`` is what it said as it refused it, while parked."""

    id: str
    type: str
    office: str
    link: str
    procedure: str
    state: str
    waits_for: str
    refusal: str
    signatory: str
    suite: str
    signed_by: str | None
    place: int | None
    attempts: int
    receipt_kind: str | None
    acknowledged_at: str | None


class EventShape(BaseModel):
    """One thing that happened."""

    sequence: int
    kind: str
    at: str
    office: str
    procedure: str
    message: str
    facts: dict[str, str]


class DeadlineShape(BaseModel):
    """A date of the movement: when it is due, and where it stands."""

    kind: str = Field(examples=["expected"])
    subject: str
    office: str
    due_at: str
    remind_at: str
    state: str = Field(examples=["open"])
    ended_by: str


class TripShape(BaseModel):
    """One run of a vehicle or train. ``plates`` are by country of registration."""

    id: str
    batch: str
    plates: tuple[tuple[str, str], ...]
    seals: tuple[str, ...]
    movements: tuple[str, ...]


class MovementLineShape(BaseModel):
    """A movement in a list."""

    reference: str
    state: str
    lrn: str
    declarant: str
    created_at: str


class MovementListShape(BaseModel):
    """A page of movements, newest first."""

    data: tuple[MovementLineShape, ...]
    next_cursor: str
    has_more: bool


class ErasedShape(BaseModel):
    """When and why a movement was erased; ``kept`` bodies stay for another movement's sake."""

    at: str
    by: str
    reason: str
    bodies: int
    kept: int


class MovementShape(MovementLineShape):
    """A movement with everything one asks about it."""

    stops: tuple[StopShape, ...]
    procedures: tuple[ProcedureShape, ...]
    messages: tuple[MessageShape, ...]
    events: tuple[EventShape, ...]
    trips: tuple[TripShape, ...]
    findings: tuple[FindingShape, ...]
    deadlines: tuple[DeadlineShape, ...]
    erased: ErasedShape | None


class TimelineLineShape(BaseModel):
    """One line of a timeline; ``index`` is its place in the log."""

    index: int
    at: str
    office_time: str | None
    zone: str | None
    kind: str
    office: str
    message: str
    type: str
    number: str
    signed_by: str
    receipt: str
    outcome: str
    text: str
    facts: dict[str, object]


class TimelineShape(BaseModel):
    """Lines after the one asked for, oldest first; ``next`` is the ``after`` of the next call."""

    data: tuple[TimelineLineShape, ...]
    next: int


class LinkShape(BaseModel):
    """A link and what lies at it."""

    id: str
    administration: str
    kind: str
    offices: tuple[str, ...]
    paused: bool
    due: int
    waiting: int
    awaiting_signature: int
    parked: int
    oldest_due_at: str | None


class LinkListShape(BaseModel):
    """Links, by id."""

    data: tuple[LinkShape, ...]


def shape_submission(
    submission: Submission, catalogue: Catalogue, language: str
) -> SubmissionShape:
    """Return what a submission came to."""
    return SubmissionShape(
        movement=submission.movement,
        state=submission.state,
        repeated=submission.repeated,
        findings=tuple(shape_finding(one, catalogue, language) for one in submission.findings),
        awaiting_signature=submission.unsigned,
    )


def shape_record(record: MovementRecord) -> MovementLineShape:
    """Return a movement for a list."""
    return MovementLineShape(
        reference=record.reference,
        state=record.state,
        lrn=record.lrn,
        declarant=record.declarant,
        created_at=utc(record.created_at),
    )


def shape_movement(view: MovementView, language: str, texts: Catalogue) -> MovementShape:
    """Return a movement with everything."""
    line = shape_record(view.record)
    return MovementShape(
        reference=line.reference,
        state=view.movement.state.value,
        lrn=line.lrn,
        declarant=line.declarant,
        created_at=line.created_at,
        stops=_stops(view, language),
        procedures=tuple(_procedure(one) for one in view.movement.procedures),
        messages=tuple(shape_message(one, view.refusals.get(one.id, "")) for one in view.messages),
        events=tuple(shape_event(one) for one in view.movement.happened),
        trips=tuple(shape_trip(one) for one in view.trips),
        findings=tuple(shape_finding(one, texts, language) for one in view.findings),
        deadlines=tuple(_deadline(one) for one in view.deadlines),
        erased=_erased(view.erased) if view.erased else None,
    )


def _erased(one: Erasure) -> ErasedShape:
    return ErasedShape(
        at=utc(one.at), by=one.by, reason=one.reason, bodies=one.bodies, kept=one.kept
    )


def _deadline(one: Deadline) -> DeadlineShape:
    return DeadlineShape(
        kind=one.kind.value,
        subject=one.subject,
        office=one.office,
        due_at=utc(one.due_at),
        remind_at=utc(one.remind_at),
        state=one.state.value,
        ended_by=one.ended_by,
    )


def _stops(view: MovementView, language: str) -> tuple[StopShape, ...]:
    estimated = estimates(view.movement)
    return tuple(
        StopShape(
            sequence=stop.sequence,
            office=stop.office.code,
            name=stop.office.name(language),
            role=stop.role.value,
            state=state.value,
            expected_at=utc(stop.expected_at) if stop.expected_at else None,
            expected_office_time=local(stop.expected_at, stop.office),
            estimated_at=utc(at) if (at := estimated.get(stop.office.code)) else None,
            zone=stop.office.zone,
        )
        for stop, state in stop_states(view.movement, view.itinerary)
    )


def local(at: datetime | None, office: CustomsOffice) -> str | None:
    """Return the time as the office's clock shows it, with offset."""
    if at is None:
        return None
    return at.astimezone(ZoneInfo(office.zone)).isoformat(timespec="seconds")


def _procedure(procedure: Procedure) -> ProcedureShape:
    return ProcedureShape(
        kind=procedure.kind,
        administration=procedure.administration,
        state=procedure.state.value,
        numbers={number.kind: number.value for number in procedure.numbers},
    )


def shape_message(message: Message, refusal: str = "") -> MessageShape:
    """Return a message; ``refusal`` is what its office said as it refused it."""
    return MessageShape(
        id=message.id,
        type=message.type,
        office=message.office,
        link=message.link,
        procedure=message.procedure,
        state=message.state.value,
        waits_for=message.waits_for,
        refusal=refusal,
        signatory=message.signatory.value,
        suite=message.suite.value,
        signed_by=message.signed_by,
        place=message.place,
        attempts=message.attempts,
        receipt_kind=message.receipt_kind.value if message.receipt_kind else None,
        acknowledged_at=utc(message.acknowledged_at) if message.acknowledged_at else None,
    )


def shape_event(event: Event) -> EventShape:
    """Return an event."""
    return EventShape(
        sequence=event.sequence,
        kind=event.kind.value,
        at=utc(event.at),
        office=event.office,
        procedure=event.procedure,
        message=event.message,
        facts=dict(event.facts),
    )


def shape_trip(trip: Trip) -> TripShape:
    """Return a trip."""
    return TripShape(
        id=trip.id,
        batch=trip.batch,
        plates=trip.plates,
        seals=trip.seals,
        movements=tuple(share.movement for share in trip.shares),
    )


def shape_line(line: TimelineLine, offices: Mapping[str, CustomsOffice]) -> TimelineLineShape:
    """Return a timeline line, with the time as its office's clock shows it."""
    office = offices.get(line.office)
    return TimelineLineShape(
        index=line.index,
        at=utc(line.at),
        office_time=local(line.at, office) if office else None,
        zone=office.zone if office else None,
        kind=line.kind,
        office=line.office,
        message=line.message,
        type=line.type,
        number=line.number,
        signed_by=line.signed_by,
        receipt=line.receipt,
        outcome=line.outcome,
        text=line.text,
        facts=dict(line.facts),
    )


def shape_link(
    link_id: str, administration: str, kind: str, offices: tuple[str, ...], *, paused: bool
) -> LinkShape:
    """Return a link at which nothing lies."""
    return LinkShape(
        id=link_id,
        administration=administration,
        kind=kind,
        offices=offices,
        paused=paused,
        due=0,
        waiting=0,
        awaiting_signature=0,
        parked=0,
        oldest_due_at=None,
    )


def with_load(shape: LinkShape, load: LinkLoad) -> LinkShape:
    """Return a link with what lies at it."""
    return shape.model_copy(
        update={
            "due": load.due,
            "waiting": load.waiting,
            "awaiting_signature": load.awaiting_signature,
            "parked": load.parked,
            "oldest_due_at": utc(load.oldest_due_at) if load.oldest_due_at else None,
        }
    )
