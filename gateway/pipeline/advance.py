"""What becomes owed when a movement moves: triggers, projection, and the procedures opened by it.

The same function serves submission, answers and reports: given the movement as it now stands and
the messages that still wait, it says which fire, with their to-be-signed bytes, and what the others
wait for.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from gateway.domain.deciding import lodge
from gateway.domain.event import FINDINGS, Event, EventKind
from gateway.domain.finding import Finding, Refusal
from gateway.domain.itinerary import Itinerary, Stop
from gateway.domain.message import Message, MessageState
from gateway.domain.movement import Movement, fold
from gateway.domain.parts import has_for
from gateway.domain.procedure import ProcedureState
from gateway.packs.manifest import MessageSpec, To
from gateway.packs.manifest import Subject as Speaks
from gateway.packs.pack import Pack, PackSet
from gateway.pipeline.disclosure import all_disclosed
from gateway.pipeline.project import Addressee, Subject, project
from gateway.pipeline.route import Planned


@dataclass(frozen=True, slots=True)
class Fired:
    """One message whose time has come: its row and the bytes to be signed."""

    message: Message
    unsigned: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Advanced:
    """What a step forward leads to.

    ``itinerary`` is the way as it now is; ``events`` are those that opening procedures adds;
    ``fired`` may hold several parts of one message; ``dropped`` yielded nothing; ``waiting`` are
    rows whose reason changed; ``findings`` are what the offices would remark on what fired.
    """

    movement: Movement
    itinerary: Itinerary
    events: tuple[Event, ...]
    fired: tuple[Fired, ...]
    dropped: tuple[Message, ...]
    waiting: tuple[Message, ...]
    findings: tuple[Finding, ...] = ()


def unmet(spec: MessageSpec, pack: Pack, movement: Movement, trip: str = "") -> tuple[str, ...]:
    """Return what a message still waits for: event kinds, or ``TYPE:answer`` of another message.

    While offices decide whether to invalidate the movement, only they are written to about it:
    first the office of departure, then, if it lets go, the others. What is about one of several
    trips waits for what happens to that ``trip``.
    """
    if movement.invalidating and not spec.occasional:
        return (EventKind.INVALIDATION_REFUSED.value,)
    if _for_others_first(spec, movement):
        return (EventKind.INVALIDATED.value,)
    events = [kind for kind in spec.on if not has_for(movement.happened, kind, trip)]
    if spec.occasional and len(events) < len(spec.on):
        events = []  # one occasion is enough
    awaited = [
        one
        for one in spec.after
        if (not one.switch or pack.switch(one.switch))
        and not _cannot_come(pack.message(one.message), movement)
    ]
    answers = [
        name
        for one in awaited
        for name in _names(f"{one.message}:{one.answer}", pack.message(one.message), movement, trip)
        if not movement.heard(name, _occasion(spec, pack.message(one.message), movement))
    ]
    return (*events, *answers)


def _names(name: str, awaited: MessageSpec, movement: Movement, trip: str) -> tuple[str, ...]:
    """Return the answers to hear: about one of several trips, that trip's; else those of all."""
    if awaited.subject is not Speaks.TRIP or not movement.shares:
        return (name,)
    return tuple(f"{name}@{one}" for one, _ in movement.shares if trip in ("", one))


def _for_others_first(spec: MessageSpec, movement: Movement) -> bool:
    """Tell whether it asks to invalidate what only shall be once the departure let go."""
    asks = spec.on == (EventKind.INVALIDATION_ASKED,)
    return asks and movement.departure_decides and spec.procedure != movement.procedures[0].kind


def _occasion(spec: MessageSpec, awaited: MessageSpec, movement: Movement) -> int:
    """Return the event since which an answer counts: where both come again, this time's counts."""
    return movement.latest(spec.on) if spec.occasional and awaited.occasional else 0


def _cannot_come(awaited: MessageSpec, movement: Movement) -> bool:
    """Tell whether the occasion brings no such answer: nothing was lodged, or all is taken back.

    An office may let go in other words, or never have taken in anything that it could let go.
    """
    procedure = movement.procedure(awaited.procedure)
    lives = procedure is not None and procedure.opened
    over = procedure is not None and procedure.state is ProcedureState.INVALIDATED
    return awaited.occasional and (over or not lives)


def _pointless(spec: MessageSpec, movement: Movement) -> bool:
    """Tell whether what the message serves was invalidated, or no longer shall be."""
    if spec.on == (EventKind.INVALIDATION_ASKED,):
        return movement.invalidated or _kept(movement)
    procedure = movement.procedure(spec.procedure)
    over = procedure is not None and procedure.state is ProcedureState.INVALIDATED
    tells_so = EventKind.INVALIDATED in spec.on
    return not tells_so and (over or movement.invalidated)


def _kept(movement: Movement) -> bool:
    """Tell whether the office of departure, which is asked first, said no since it was last asked.

    Where another keeps its own, the rest are asked all the same.
    """
    asked = movement.latest((EventKind.INVALIDATION_ASKED,))
    departure = movement.happened[0].office
    return any(
        one.office == departure
        for one in movement.happened
        if one.kind is EventKind.INVALIDATION_REFUSED and one.sequence > asked
    )


def per_trip(planned: Iterable[Planned], trips: Collection[str]) -> tuple[Planned, ...]:
    """Return one message a trip of those that are about a vehicle, where there are several."""
    return tuple(
        replace(one, trip=trip)
        for one in planned
        for trip in (
            trips if one.spec.subject is Speaks.TRIP and trips and not one.trip else [one.trip]
        )
    )


def waiting_row(
    planned: Planned, subject: Subject, name: str, link: str, at: datetime, stream: str = ""
) -> Message:
    """Return the row of a planned message under the id ``name``; nothing has looked at it yet.

    ``stream`` is the one in which its office hears of its trip already, if it does.
    """
    office, spec = planned.stop.office.code, planned.spec
    own = [planned.trip] if planned.trip else []
    return Message(
        id=name,
        tenant=subject.movement.tenant,
        movement=subject.movement.reference,
        trip=(planned.trip or subject.trip) if spec.subject is Speaks.TRIP else None,
        link=link,
        office=office,
        pack=planned.pack.digest,
        type=spec.type,
        procedure=spec.procedure,
        signatory=spec.signatory,
        suite=spec.suite,
        media_type=spec.media_type,
        state=MessageState.WAITING,
        waits_for="",
        created_at=at,
        stream=stream or "/".join([subject.movement.reference, office, *own]),
    )


def advance(subject: Subject, waiting: Iterable[Message], packs: PackSet, at: datetime) -> Advanced:
    """Fire what is due now. ``subject.movement`` already holds the events that caused it.

    Raises:
        Refusal: a projection fails its office's schema or rules; all of them at once.
    """
    step = _Step(subject, at)
    for message in waiting:
        pack = packs.by_digest(message.pack)
        if pack is not None:  # else an older pack not loaded here: another worker's to fire
            step.look_at(message, pack)
    if step.refused:
        raise Refusal(*step.refused)
    step.strand()
    events = lodge(subject.movement, (one.message.procedure for one in step.fired), at)
    return Advanced(
        movement=fold(subject.movement, events),
        itinerary=subject.itinerary,
        events=events,
        fired=tuple(step.fired),
        dropped=tuple(step.dropped),
        waiting=tuple(step.waiting),
        findings=tuple(step.remarks),
    )


class _Step:
    """Gathers what becomes of each waiting message."""

    def __init__(self, subject: Subject, at: datetime) -> None:
        self._subject = subject
        self._at = at
        self.fired: list[Fired] = []
        self.dropped: list[Message] = []
        self.waiting: list[Message] = []
        self.refused: list[Finding] = []
        self.remarks: list[Finding] = []
        self._held: list[tuple[Message, MessageSpec]] = []
        self._emptied: list[Message] = []

    def look_at(self, message: Message, pack: Pack) -> None:
        """Fire it, drop it, or say anew what it waits for."""
        spec = pack.message(message.type)
        if _pointless(spec, self._subject.movement) or self._off_the_way(message, spec):
            self._drop(message)
        elif missing := unmet(spec, pack, self._known(message, spec), self._trip(message)):
            reason = ", ".join(missing)
            self._held.append((message, spec))
            if reason != message.waits_for:
                self.waiting.append(replace(message, waits_for=reason))
        else:
            self._fire(message, pack, spec)

    def strand(self) -> None:
        """Drop what waits for an answer to a message that there was nothing to say in."""
        gone = {(one.pack, one.type, one.office, one.trip) for one in self._emptied}
        for message, spec in self._held:
            own = (message.office, message.trip)
            if any((message.pack, one.message, *own) in gone for one in spec.after):
                gone.add((message.pack, message.type, *own))
                self.waiting = [one for one in self.waiting if one.id != message.id]
                self._drop(message)

    def _trip(self, message: Message) -> str:
        """Return the trip a message is about, where there are several."""
        return (message.trip or "") if self._subject.trips else ""

    def _known(self, message: Message, spec: MessageSpec) -> Movement:
        """Return the movement as the office may know it: what others found triggers nothing."""
        movement = self._subject.movement
        if FINDINGS.isdisjoint(spec.on):
            return movement
        itinerary = self._subject.itinerary
        stop = _stop(message, spec, itinerary)
        return replace(movement, happened=all_disclosed(movement.happened, spec, stop, itinerary))

    def _off_the_way(self, message: Message, spec: MessageSpec) -> bool:
        """Tell whether office or trip are left out by now, before anything was said about it."""
        stops = self._subject.itinerary.stops
        on_it = any(one.office.code == message.office and spec.goes_to(one.role) for one in stops)
        trips = {one.id for one in self._subject.trips} or {self._subject.trip}
        left = message.trip is not None and message.trip not in trips
        return left or not (on_it or spec.to is To.DROPPED)

    def _fire(self, message: Message, pack: Pack, spec: MessageSpec) -> None:
        try:
            parts, remarked = _project(self._subject, message, pack, spec, self._at)
        except Refusal as refusal:
            self.refused += refusal.findings
            return
        self.fired += parts
        self.remarks += remarked
        if not parts:
            self._emptied.append(message)
            self._drop(message)

    def _drop(self, message: Message) -> None:
        self.dropped.append(replace(message, state=MessageState.DROPPED, waits_for=""))


def _stop(message: Message, spec: MessageSpec, itinerary: Itinerary) -> Stop:
    return next(
        stop
        for stop in (*itinerary.stops, *itinerary.dropped)
        if stop.office.code == message.office and spec.goes_to(stop.role)
    )


def _project(
    subject: Subject, message: Message, pack: Pack, spec: MessageSpec, at: datetime
) -> tuple[list[Fired], tuple[Finding, ...]]:
    stop = _stop(message, spec, subject.itinerary)
    addressee = Addressee(pack=pack, spec=spec, stop=stop, message=message.id, at=at)
    deadline = at + timedelta(hours=spec.deadline_hours) if spec.deadline_hours else None
    projected = project(subject.of_trip(message.trip or ""), addressee)
    parts = [
        Fired(
            replace(
                message,
                id=message.id if part == 1 else f"{message.id}.{part}",
                waits_for="",
                deadline=deadline,
            ),
            content,
        )
        for part, content in enumerate(projected.contents, start=1)
    ]
    return parts, projected.findings
