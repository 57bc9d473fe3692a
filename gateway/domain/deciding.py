"""What an answer or a report means for a movement: events, or findings. Pure, like the movement.

Late and repeated news never moves a procedure back (see ``procedure.advances``).
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from gateway.domain.event import OCCASIONAL, PASSING, REPORTABLE, Event, EventKind, Report
from gateway.domain.finding import Finding, Refusal
from gateway.domain.message import Answer
from gateway.domain.movement import Movement, fold
from gateway.domain.parts import PARTIAL, decided, facts_of, news
from gateway.domain.procedure import Procedure, ProcedureState, advances


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


def end(movement: Movement, procedure: str, at: datetime, office: str) -> tuple[Event, ...]:
    """Return the event that ends a procedure of which no office took anything in."""
    facts = (("state", ProcedureState.INVALIDATED.value),)
    draft = _Draft(EventKind.PROCEDURE_MOVED, at, office, procedure, facts=facts)
    return _numbered(movement, [draft])


def decide(
    movement: Movement, answer: Answer, office: str, at: datetime, trip: str = ""
) -> tuple[Event, ...]:
    """Return what an office's answer means for the movement.

    ``trip`` is that of the message it answers; it counts where the movement is on several. What an
    office says that a diversion left out is taken note of, and believed if it saw the goods pass.

    Raises:
        Refusal: the answer speaks of a procedure this movement does not pass through.
    """
    procedure = movement.procedure(answer.procedure)
    if procedure is None:
        raise Refusal(Finding(code="answer.unknown-procedure", value=answer.procedure))
    when = answer.occurred_at or at
    trip = trip if movement.shares else ""
    drafts = [_answered(answer, office, when, trip)]
    if office in movement.left and answer.event not in PASSING:
        return _numbered(movement, drafts)
    drafts += _new_numbers(procedure, answer, drafts[0], trip)
    drafts += _moved(_with_part(movement, procedure, answer, trip), answer, office, when)
    if event := answer.event or _implied(movement, procedure, answer):
        draft = _Draft(EventKind(event), when, office, facts=answer.facts)
        drafts += _new(movement, draft, trip)
    return _numbered(movement, drafts)


def _implied(movement: Movement, procedure: Procedure, answer: Answer) -> str:
    """Return the release of the goods, in whatever words the office of departure let them go."""
    released = answer.procedure_state == ProcedureState.RELEASED
    forward = released and advances(procedure.state, ProcedureState.RELEASED)
    return EventKind.RELEASED.value if forward and procedure is movement.procedures[0] else ""


def _new(movement: Movement, draft: _Draft, trip: str) -> list[_Draft]:
    """Return what is news: the parts of a movement on several trips, and what they add up to."""
    if draft.kind not in PARTIAL or not movement.shares:
        facts = (*draft.facts, *((("trip", trip),) if trip else ()))
        draft = replace(draft, facts=tuple(dict.fromkeys(facts)))
        return [] if _known(movement, draft) else [draft]
    told, whole = news(movement.happened, movement.shares, draft.kind, draft.office, trip)
    own = tuple(pair for pair in draft.facts if pair[0] != "trip")
    parts = [
        replace(draft, kind=EventKind.PART_MOVED, facts=facts_of(draft.kind, part, own))
        for part in told
    ]
    if not whole or _known(movement, draft):
        return parts
    return [*parts, replace(draft, facts=own)]


def _with_part(
    movement: Movement, procedure: Procedure, answer: Answer, trip: str
) -> Procedure | None:
    """Return the procedure if the answer moves it; what is said of one trip may not."""
    if not trip or not answer.procedure_state:
        return procedure
    then = ProcedureState(answer.procedure_state)
    states = (*movement.decided, (procedure.kind, trip, then))
    return procedure if decided(states, movement.shares, procedure.kind, then) else None


def _answered(answer: Answer, office: str, at: datetime, trip: str) -> _Draft:
    part = (("trip", trip), ("trip-state", answer.procedure_state)) if trip else ()
    facts = (("kind", answer.kind.value), ("type", answer.type), *part, *answer.facts)
    return _Draft(EventKind.ANSWERED, at, office, answer.procedure, answer.about, facts)


def _new_numbers(procedure: Procedure, answer: Answer, heard: _Draft, trip: str) -> list[_Draft]:
    drafts = []
    for kind, value in answer.numbers:
        known = procedure.number(kind, trip)
        if known is not None and known != value:
            raise Refusal(
                Finding(code="answer.number-changed", value=value, args=(("known", known),))
            )
        if known is None:
            facts = (("number-kind", kind), ("number", value), *((("trip", trip),) if trip else ()))
            drafts.append(
                replace(
                    heard,
                    kind=EventKind.NUMBER_GIVEN,
                    procedure=procedure.kind,
                    message="",
                    facts=facts,
                )
            )
    return drafts


def _moved(procedure: Procedure | None, answer: Answer, office: str, at: datetime) -> list[_Draft]:
    if procedure is None or not answer.procedure_state:
        return []
    then = ProcedureState(answer.procedure_state)
    if not advances(procedure.state, then):
        return []
    facts = (("state", then.value),)
    return [_Draft(EventKind.PROCEDURE_MOVED, at, office, procedure.kind, facts=facts)]


def _known(movement: Movement, draft: _Draft) -> bool:
    """Tell whether this is no news; what can come again is known by its time and facts."""
    return any(
        event.kind is draft.kind
        and event.office == draft.office
        and (draft.kind not in OCCASIONAL or (event.at, event.facts) == (draft.at, draft.facts))
        for event in movement.happened
    )


def report(movement: Movement, told: Report) -> tuple[Event, ...]:
    """Return what an enterprise's report means.

    Raises:
        Refusal: the report is not one an enterprise makes, or does not come at its time.
    """
    if told.kind not in REPORTABLE:
        raise Refusal(Finding(code="report.not-yours", value=told.kind.value))
    draft = _Draft(told.kind, told.at, told.office, facts=told.facts)
    drafts = _new(movement, draft, dict(told.facts).get("trip", "") if movement.shares else "")
    if not drafts:
        return ()
    if code := _untimely(movement, told.kind):
        raise Refusal(Finding(code=code, value=told.kind.value))
    return _numbered(movement, drafts)


def _untimely(movement: Movement, kind: EventKind) -> str:
    """Return the code of what speaks against a report now, or the empty string."""
    under_way, arrived = (movement.has(one) for one in (EventKind.DEPARTED, EventKind.ARRIVED))
    over = movement.invalidating or movement.invalidated
    on_the_way = (
        (not under_way, "report.not-departed"),
        (arrived, "report.already-arrived"),
    )
    objections = {
        EventKind.PRESENTED: ((not movement.prelodged, "report.not-prelodged"),),
        EventKind.ARRIVED: ((not movement.set_out, "report.not-departed"),),
        EventKind.YARD_REACHED: ((under_way, "report.already-departed"),),
        EventKind.INVALIDATION_ASKED: ((under_way, "report.already-departed"),),
        EventKind.INCIDENT: on_the_way,
        EventKind.TURNED_BACK: on_the_way,
    }
    not_released = ((not movement.has(EventKind.RELEASED), "report.not-released"),)
    half = kind not in objections and movement.half_invalidated
    unpresented = kind is EventKind.DEPARTED and movement.presentation_missing
    against = (
        (over, "report.invalidating"),
        (half, "report.half-invalidated"),
        *objections.get(kind, not_released),
        (unpresented, "report.not-presented"),
    )
    return next((code for holds, code in against if holds), "")
