"""A movement: the life of a declaration under customs control, folded from its events.

``evolve`` folds one event in; which events there are is decided in ``gateway.domain.deciding``.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace

from gateway.domain.event import PASSING, REPLACING, Event, EventKind
from gateway.domain.message import Answer, AnswerKind
from gateway.domain.movement_state import MovementState, reached
from gateway.domain.parts import Shares, States, alone
from gateway.domain.procedure import OfficialNumber, Procedure, ProcedureState


@dataclass(frozen=True, slots=True, kw_only=True)
class Movement:
    """The folded state; ``left`` are the offices that a diversion left out.

    ``answered`` are ``TYPE:kind`` of answers, their events' numbers, and their procedures.
    ``shares`` and ``decided`` are filled where the movement is on several trips: then an answer to
    the message of one is also heard as ``TYPE:kind@trip``.
    """

    reference: str
    tenant: str
    prelodged: bool
    version: int = 0
    procedures: tuple[Procedure, ...] = ()
    happened: tuple[Event, ...] = ()
    answered: tuple[tuple[str, int, str], ...] = ()
    shares: Shares = ()
    decided: States = ()
    left: frozenset[str] = frozenset()

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
        return any(name == answer and number > since for name, number, _ in self.answered)

    def latest(self, kinds: Collection[EventKind]) -> int:
        """Return the number of the last event of one of ``kinds``, 0 for none."""
        return max((one.sequence for one in self.happened if one.kind in kinds), default=0)

    def passed(self, offices: Collection[str]) -> bool:
        """Tell whether the goods are past one of the offices of a place (NCTS rule G0171)."""
        return any(one.kind in PASSING and one.office in offices for one in self.happened)

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
            movement = replace(movement, happened=(*movement.happened, event))
            diverted = event.kind is EventKind.DIVERTED  # any report may bear facts of that name
            return _by_other_offices(movement, event) if diverted else movement


def fold(movement: Movement, events: Iterable[Event]) -> Movement:
    """Fold many events in."""
    for event in events:
        movement = evolve(movement, event)
    return movement


def _by_other_offices(movement: Movement, event: Event) -> Movement:
    """Begin anew what was lodged where others take the place of its offices.

    What those answered counts for the new ones as little as the numbers they gave.
    """
    anew = set(event.fact("anew").split())
    return replace(
        movement,
        procedures=tuple(
            replace(one, state=ProcedureState.PLANNED, numbers=()) if one.kind in anew else one
            for one in movement.procedures
        ),
        answered=tuple(one for one in movement.answered if one[2] not in anew),
        decided=tuple(one for one in movement.decided if one[0] not in anew),
        left=frozenset(event.fact("left").split()),
    )


def _with_answer(movement: Movement, event: Event) -> Movement:
    if event.office in movement.left:
        return movement
    name, trip = f"{event.message}:{event.fact('kind')}", event.fact("trip")
    names = (name, f"{name}@{trip}") if trip else (name,)
    heard = ((one, event.sequence, event.procedure) for one in names)
    answered = (*movement.answered, *heard)
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


def refused(answer: Answer) -> bool:
    """Tell whether an answer says no."""
    return answer.kind in (AnswerKind.REFUSED, AnswerKind.NOT_RELEASED)
