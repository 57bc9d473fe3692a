"""A movement: the life of a declaration under customs control, folded from its events.

``decide`` turns an answer or a report into events (or findings), ``evolve`` folds one event in.
Late and repeated news never moves a procedure back (see ``procedure.advances``).
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from gateway.domain.event import (
    OCCASIONAL,
    PASSING,
    REPLACING,
    REPORTABLE,
    Event,
    EventKind,
    Report,
)
from gateway.domain.finding import Finding, Refusal
from gateway.domain.message import Answer, AnswerKind
from gateway.domain.movement_state import MovementState, reached
from gateway.domain.parts import PARTIAL, Shares, States, alone, decided, facts_of, news
from gateway.domain.procedure import OfficialNumber, Procedure, ProcedureState, advances


@dataclass(frozen=True, slots=True, kw_only=True)
class Movement:
    """The folded state. ``answered`` pairs ``TYPE:kind`` of answers with their events' numbers.

    ``shares`` and ``decided`` are filled where the movement is on several trips: then an answer to
    the message of one is also heard as ``TYPE:kind@trip``.
    """

    reference: str
    tenant: str
    prelodged: bool
    version: int = 0
    procedures: tuple[Procedure, ...] = ()
    happened: tuple[Event, ...] = ()
    answered: tuple[tuple[str, int], ...] = ()
    shares: Shares = ()
    decided: States = ()

    def procedure(self, kind: str) -> Procedure | None:
        """Return the procedure of that kind."""
        return next((p for p in self.procedures if p.kind == kind), None)

    def has(self, kind: EventKind) -> bool:
        """Tell whether that has happened."""
        return any(event.kind is kind for event in self.happened)

    @property
    def declarations(self) -> int:
        """How many versions of its declaration there were."""
        return 1 + sum(one.kind in REPLACING for one in self.happened)

    def heard(self, answer: str, since: int = 0) -> bool:
        """Tell whether ``TYPE:kind`` was answered after event number ``since``."""
        return any(name == answer and number > since for name, number in self.answered)

    def latest(self, kinds: Collection[EventKind]) -> int:
        """Return the number of the last event of one of ``kinds``, 0 for none."""
        return max((one.sequence for one in self.happened if one.kind in kinds), default=0)

    def passed(self, office: str) -> bool:
        """Tell whether the goods are past that office (NCTS rule G0171)."""
        return any(one.kind in PASSING and one.office == office for one in self.happened)

    @property
    def set_out(self) -> bool:
        """Whether the goods left: the enterprise said so, or an office on the way saw them."""
        return self.has(EventKind.DEPARTED) or any(one.kind in PASSING for one in self.happened)

    @property
    def invalidating(self) -> bool:
        """Whether the enterprise asked to invalidate, and not every office decided yet."""
        decided = {EventKind.INVALIDATION_ASKED: True, EventKind.INVALIDATION_REFUSED: False}
        asked = [decided[one.kind] for one in self.happened if one.kind in decided]
        return bool(asked) and asked[-1] and not self.invalidated

    @property
    def invalidated(self) -> bool:
        """Whether nothing that was opened lives on, and something was invalidated."""
        states = {one.state for one in self.procedures if one.opened}
        over = {ProcedureState.INVALIDATED, ProcedureState.CLOSED, ProcedureState.REFUSED}
        return ProcedureState.INVALIDATED in states and states <= over

    @property
    def presentation_missing(self) -> bool:
        """Whether the goods were pre-lodged and not presented yet."""
        return self.prelodged and not self.has(EventKind.PRESENTED)

    @property
    def all_closed(self) -> bool:
        """Whether every procedure is closed: full-route clearance.

        One that an office invalidated because the goods were diverted is not asked any more; where
        the enterprise asked for it and offices disagree, nothing is complete.
        """
        states = {one.state for one in self.procedures}
        asked = self.has(EventKind.INVALIDATION_ASKED)
        ended = {ProcedureState.CLOSED} | (set() if asked else {ProcedureState.INVALIDATED})
        return ProcedureState.CLOSED in states and states <= ended

    @property
    def half_invalidated(self) -> bool:
        """Whether the enterprise took it back, and some offices let go while others did not."""
        states = {one.state for one in self.procedures}
        asked = self.has(EventKind.INVALIDATION_ASKED)
        return asked and ProcedureState.INVALIDATED in states and not self.invalidated

    @property
    def departure_decides(self) -> bool:
        """Whether the office of departure has not let go yet of what it was lodged.

        It is asked first: goods that leave after all must not be strangers to the offices ahead.
        """
        first = self.procedures[0] if self.procedures else None
        return first is not None and first.opened and first.state is not ProcedureState.INVALIDATED

    @property
    def state(self) -> MovementState:
        """Return the state a person reads; the steps are ``movement_state.MOVEMENT_STEPS``."""
        if self.has(EventKind.COMPLETED):
            return MovementState.COMPLETED
        if self.invalidated:
            return MovementState.INVALIDATED
        if self.presentation_missing:
            return MovementState.PRELODGED
        kinds = (one.kind for one in self.happened)
        return reached(kinds, prelodged=self.prelodged)


def of_trip(movement: Movement, trip: str) -> Movement:
    """Return a movement as one of its trips knows it: its own numbers, and what happened to it."""
    procedures = (replace(one, numbers=one.numbers_of(trip)) for one in movement.procedures)
    happened = alone(movement.happened, trip)
    return replace(movement, procedures=tuple(procedures), happened=happened)


def evolve(movement: Movement, event: Event) -> Movement:
    """Fold one event in."""
    movement = replace(movement, version=event.sequence)
    match event.kind:
        case EventKind.ANSWERED:
            return _with_answer(movement, event)
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


def _with_answer(movement: Movement, event: Event) -> Movement:
    name, trip = f"{event.message}:{event.fact('kind')}", event.fact("trip")
    names = (name, f"{name}@{trip}") if trip else (name,)
    answered = (*movement.answered, *((one, event.sequence) for one in names))
    if not (trip and (state := event.fact("trip-state"))):
        return replace(movement, answered=answered)
    told = (event.procedure, trip, ProcedureState(state))
    return replace(movement, answered=answered, decided=(*movement.decided, told))


def _with_number(movement: Movement, event: Event) -> Movement:
    number = OfficialNumber(event.fact("number-kind"), event.fact("number"), event.fact("trip"))
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


def decide(
    movement: Movement, answer: Answer, office: str, at: datetime, trip: str = ""
) -> tuple[Event, ...]:
    """Return what an office's answer means for the movement.

    ``trip`` is that of the message it answers; it counts where the movement is on several.

    Raises:
        Refusal: the answer speaks of a procedure this movement does not pass through.
    """
    procedure = movement.procedure(answer.procedure)
    if procedure is None:
        raise Refusal(Finding(code="answer.unknown-procedure", value=answer.procedure))
    when = answer.occurred_at or at
    trip = trip if movement.shares else ""
    drafts = [_answered(answer, office, when, trip)]
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
        replace(draft, kind=EventKind.PART_MOVED, facts=(*facts_of(draft.kind, part), *own))
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
    against = (
        (over, "report.invalidating"),
        (half, "report.half-invalidated"),
        *objections.get(kind, not_released),
    )
    return next((code for holds, code in against if holds), "")


def refused(answer: Answer) -> bool:
    """Tell whether an answer says no."""
    return answer.kind in (AnswerKind.REFUSED, AnswerKind.NOT_RELEASED)
