"""A movement: the life of a declaration under customs control, folded from its events.

``decide`` turns an answer or a report into events (or findings), ``evolve`` folds one event in.
Late and repeated news never moves a procedure back (see ``procedure.advances``).
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from gateway.domain.finding import Finding, Refusal
from gateway.domain.message import Answer, AnswerKind
from gateway.domain.procedure import OfficialNumber, Procedure, ProcedureState, advances


class EventKind(StrEnum):
    """What can happen to a movement. Packs name these in ``on`` and in answer mappings."""

    SUBMITTED = "submitted"
    PRESENTED = "presented"
    ANSWERED = "answered"
    NUMBER_GIVEN = "number-given"
    PROCEDURE_MOVED = "procedure-moved"
    RELEASED = "released"
    DEPARTED = "departed"
    EXITED = "exited"
    ENTERED = "entered"
    TRANSIT_STARTED = "transit-started"
    ARRIVED = "arrived"
    CONTROLLED = "controlled"
    DUTIES_ASSESSED = "duties-assessed"
    CLEARED = "cleared"
    COMPLETED = "completed"


class MovementState(StrEnum):
    """The movement as a person reads it."""

    PRELODGED = "pre-lodged"
    LODGED = "lodged"
    RELEASED = "released"
    UNDER_WAY = "under-way"
    ARRIVED = "arrived"
    COMPLETED = "completed"


JOURNEY = (
    EventKind.SUBMITTED,
    EventKind.PRESENTED,
    EventKind.RELEASED,
    EventKind.DEPARTED,
    EventKind.EXITED,
    EventKind.ENTERED,
    EventKind.TRANSIT_STARTED,
    EventKind.ARRIVED,
    EventKind.CONTROLLED,
    EventKind.DUTIES_ASSESSED,
    EventKind.CLEARED,
)
"""Events that can trigger messages, in the order a movement meets them."""

REPORTABLE = frozenset({EventKind.PRESENTED, EventKind.DEPARTED, EventKind.ARRIVED})
"""What the enterprise itself reports."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One thing that happened. ``at`` is when it happened (UTC), not when we heard.

    ``procedure``, ``message`` (a message type), ``office`` and ``facts`` are filled as the kind
    needs; ``sequence`` counts from 1 within the movement.
    """

    sequence: int
    kind: EventKind
    at: datetime
    office: str = ""
    procedure: str = ""
    message: str = ""
    facts: tuple[tuple[str, str], ...] = ()

    def fact(self, name: str) -> str:
        """Return one fact, or the empty string."""
        return dict(self.facts).get(name, "")


@dataclass(frozen=True, slots=True, kw_only=True)
class Movement:
    """The folded state. ``answered`` holds ``TYPE:kind`` of every answer so far."""

    reference: str
    tenant: str
    prelodged: bool
    version: int = 0
    procedures: tuple[Procedure, ...] = ()
    happened: tuple[Event, ...] = ()
    answered: frozenset[str] = frozenset()

    def procedure(self, kind: str) -> Procedure | None:
        """Return the procedure of that kind."""
        return next((p for p in self.procedures if p.kind == kind), None)

    def has(self, kind: EventKind) -> bool:
        """Tell whether that has happened."""
        return any(event.kind is kind for event in self.happened)

    @property
    def presentation_missing(self) -> bool:
        """Whether the goods were pre-lodged and not presented yet."""
        return self.prelodged and not self.has(EventKind.PRESENTED)

    @property
    def all_closed(self) -> bool:
        """Whether every procedure is closed: full-route clearance."""
        return bool(self.procedures) and all(
            p.state is ProcedureState.CLOSED for p in self.procedures
        )

    @property
    def state(self) -> MovementState:
        """Return the state a person reads."""
        if self.has(EventKind.COMPLETED):
            return MovementState.COMPLETED
        if self.presentation_missing:
            return MovementState.PRELODGED
        if self.has(EventKind.ARRIVED):
            return MovementState.ARRIVED
        if self.has(EventKind.DEPARTED) or self.has(EventKind.EXITED):
            return MovementState.UNDER_WAY
        if self.has(EventKind.RELEASED):
            return MovementState.RELEASED
        return MovementState.LODGED


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What the enterprise tells: departure with seals and expected times, arrival, presentation."""

    kind: EventKind
    at: datetime
    office: str
    facts: tuple[tuple[str, str], ...] = ()


def evolve(movement: Movement, event: Event) -> Movement:
    """Fold one event in."""
    movement = replace(movement, version=event.sequence)
    match event.kind:
        case EventKind.ANSWERED:
            name = f"{event.message}:{event.fact('kind')}"
            return replace(movement, answered=movement.answered | {name})
        case EventKind.NUMBER_GIVEN:
            return _with_number(movement, event)
        case EventKind.PROCEDURE_MOVED:
            return _with_state(movement, event)
        case _:
            return replace(movement, happened=(*movement.happened, event))


def fold(movement: Movement, events: Iterable[Event]) -> Movement:
    """Fold many events in."""
    for event in events:
        movement = evolve(movement, event)
    return movement


def _with_number(movement: Movement, event: Event) -> Movement:
    number = OfficialNumber(event.fact("number-kind"), event.fact("number"))
    return _changed(movement, event.procedure, numbers=number)


def _with_state(movement: Movement, event: Event) -> Movement:
    return _changed(movement, event.procedure, state=ProcedureState(event.fact("state")))


def _changed(
    movement: Movement,
    kind: str,
    *,
    state: ProcedureState | None = None,
    numbers: OfficialNumber | None = None,
) -> Movement:
    procedures = tuple(
        replace(
            procedure,
            state=state or procedure.state,
            numbers=(*procedure.numbers, numbers) if numbers else procedure.numbers,
        )
        if procedure.kind == kind
        else procedure
        for procedure in movement.procedures
    )
    return replace(movement, procedures=procedures)


@dataclass(frozen=True, slots=True)
class _Draft:
    kind: EventKind
    at: datetime
    office: str = ""
    procedure: str = ""
    message: str = ""
    facts: tuple[tuple[str, str], ...] = ()


def _numbered(movement: Movement, drafts: Iterable[_Draft]) -> tuple[Event, ...]:
    """Give drafts their sequence numbers and add completion when the last procedure closes."""
    events = tuple(
        Event(
            sequence=movement.version + place,
            kind=draft.kind,
            at=draft.at,
            office=draft.office,
            procedure=draft.procedure,
            message=draft.message,
            facts=draft.facts,
        )
        for place, draft in enumerate(drafts, start=1)
    )
    after = fold(movement, events)
    if events and after.all_closed and not after.has(EventKind.COMPLETED):
        last = events[-1]
        events += (Event(sequence=last.sequence + 1, kind=EventKind.COMPLETED, at=last.at),)
    return events


def begin(movement: Movement, at: datetime, office: str) -> tuple[Event, ...]:
    """Return the first event of an accepted declaration."""
    return _numbered(movement, [_Draft(EventKind.SUBMITTED, at, office)])


def lodge(movement: Movement, procedures: Iterable[str], at: datetime) -> tuple[Event, ...]:
    """Return the events that open ``procedures`` whose first message is owed now."""
    drafts = [
        _Draft(EventKind.PROCEDURE_MOVED, at, procedure=kind, facts=(("state", "lodged"),))
        for kind in dict.fromkeys(procedures)
        if (procedure := movement.procedure(kind)) is not None and not procedure.opened
    ]
    return _numbered(movement, drafts)


def decide(movement: Movement, answer: Answer, office: str, at: datetime) -> tuple[Event, ...]:
    """Return what an office's answer means for the movement.

    Raises:
        Refusal: the answer speaks of a procedure this movement does not pass through.
    """
    procedure = movement.procedure(answer.procedure)
    if procedure is None:
        raise Refusal(Finding(code="answer.unknown-procedure", value=answer.procedure))
    when = answer.occurred_at or at
    drafts = [_answered(answer, office, when)]
    drafts += _new_numbers(procedure, answer, office, when)
    drafts += _moved(procedure, answer, office, when)
    if answer.event and not _known(movement, EventKind(answer.event), office):
        drafts.append(_Draft(EventKind(answer.event), when, office, facts=answer.facts))
    return _numbered(movement, drafts)


def _answered(answer: Answer, office: str, at: datetime) -> _Draft:
    facts = (("kind", answer.kind.value), ("type", answer.type), *answer.facts)
    return _Draft(EventKind.ANSWERED, at, office, answer.procedure, answer.about, facts)


def _new_numbers(procedure: Procedure, answer: Answer, office: str, at: datetime) -> list[_Draft]:
    drafts = []
    for kind, value in answer.numbers:
        known = procedure.number(kind)
        if known is not None and known != value:
            raise Refusal(
                Finding(code="answer.number-changed", value=value, args=(("known", known),))
            )
        if known is None:
            facts = (("number-kind", kind), ("number", value))
            drafts.append(_Draft(EventKind.NUMBER_GIVEN, at, office, procedure.kind, facts=facts))
    return drafts


def _moved(procedure: Procedure, answer: Answer, office: str, at: datetime) -> list[_Draft]:
    if not answer.procedure_state:
        return []
    then = ProcedureState(answer.procedure_state)
    if not advances(procedure.state, then):
        return []
    facts = (("state", then.value),)
    return [_Draft(EventKind.PROCEDURE_MOVED, at, office, procedure.kind, facts=facts)]


def _known(movement: Movement, kind: EventKind, office: str) -> bool:
    return any(event.kind is kind and event.office == office for event in movement.happened)


def report(movement: Movement, told: Report) -> tuple[Event, ...]:
    """Return what an enterprise's report means.

    Raises:
        Refusal: the report is not one an enterprise makes, or comes before its time.
    """
    if told.kind not in REPORTABLE:
        raise Refusal(Finding(code="report.not-yours", value=told.kind.value))
    if _known(movement, told.kind, told.office):
        return ()
    if told.kind is EventKind.PRESENTED:
        if not movement.prelodged:
            raise Refusal(Finding(code="report.not-prelodged"))
    elif not movement.has(EventKind.RELEASED):
        raise Refusal(Finding(code="report.not-released", value=told.kind.value))
    draft = _Draft(told.kind, told.at, told.office, facts=told.facts)
    return _numbered(movement, [draft])


def refused(answer: Answer) -> bool:
    """Tell whether an answer says no."""
    return answer.kind in (AnswerKind.REFUSED, AnswerKind.NOT_RELEASED)
