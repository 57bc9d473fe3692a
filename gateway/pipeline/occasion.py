"""Who hears of what happens besides what was planned from the start: messages on an occasion."""

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass

from gateway.domain.event import COMING_BACK, Event, EventKind
from gateway.domain.itinerary import Itinerary, Stop
from gateway.domain.movement import Movement
from gateway.packs.manifest import MessageSpec, Per, To
from gateway.packs.manifest import Subject as Speaks
from gateway.packs.pack import Pack
from gateway.pipeline.disclosure import disclosed
from gateway.pipeline.route import Planned, once_each


@dataclass(frozen=True, slots=True)
class Told:
    """An office that was sent something, by which message, and about which trip."""

    office: str
    administration: str
    spec: MessageSpec
    trip: str = ""

    def reached(self, stop: Stop, spec: MessageSpec) -> bool:
        """Tell whether ``stop`` was told by it, as one that ``spec`` goes to sees it.

        Where one message goes to an administration (NCTS rules G0130, G0170), it told all of its
        offices.
        """
        if self.office == stop.office.code and self.spec.goes_to(stop.role):
            return True
        once = self.spec.per is Per.ADMINISTRATION and spec.per is Per.ADMINISTRATION
        return once and self.administration == stop.office.administration


def plan_occasions(
    events: Iterable[Event],
    movement: Movement,
    itinerary: Itinerary,
    pack_of: Callable[[str], Pack | None],
    told: Collection[Told],
) -> tuple[Planned, ...]:
    """Return the messages that ``events`` bring besides those that were planned from the start.

    ``movement`` already holds the events; ``pack_of`` gives the pack an administration's messages
    are made with, ``told`` says who was sent what. Nothing is said under a procedure that was
    never opened, and nothing twice: what is told of one event is told as things stand after all.
    """
    planned: dict[tuple[str, str, str], Planned] = {}
    events = tuple(events)
    spoke = {one.office for one in events if one.kind is EventKind.ANSWERED}
    for event in events:
        brought = once_each(
            Planned(pack, spec, stop, event.fact("trip") if spec.subject is Speaks.TRIP else "")
            for stop in (*itinerary.stops, *itinerary.dropped)
            if (pack := pack_of(stop.office.administration)) is not None
            for spec in pack.messages
            if spec.occasional and spec.goes_to(stop.role)
            if event.kind in spec.on and _opened(spec, movement, told)
            if disclosed(event, spec, stop, itinerary) is not None
            if (spec.to is To.DROPPED) is (stop in itinerary.dropped)
            if _concerned(stop, spec, event, movement, itinerary, told, spoke)
        )
        for one in brought:
            planned.setdefault((one.spec.type, one.stop.office.code, one.trip), one)
    return tuple(planned.values())


def _opened(spec: MessageSpec, movement: Movement, told: Collection[Told]) -> bool:
    """Tell whether something was lodged, also where it begins anew with another office."""
    procedure = movement.procedure(spec.procedure)
    if procedure is None:
        return False
    return procedure.opened or any(one.spec.procedure == spec.procedure for one in told)


def _concerned(
    stop: Stop,
    spec: MessageSpec,
    event: Event,
    movement: Movement,
    itinerary: Itinerary,
    told: Collection[Told],
    spoke: Collection[str],
) -> bool:
    here = stop.office.code == event.office
    # What the enterprise says befell the goods before a gate is news there: it sees the seals next.
    news = (
        spec.to is To.CONCERNED and event.kind is EventKind.INCIDENT and event.office not in spoke
    )
    behind = (here and not news) or movement.passed(itinerary.place(stop.office.code))
    match spec.to:
        case To.ALL:
            return True
        case To.ASKER:
            return here
        case To.CONCERNED if event.kind in COMING_BACK:
            said_so = here and event.kind is EventKind.CROSSING_REFUSED
            return not said_so and _knows(stop, spec, told)
        case To.CONCERNED if event.kind is EventKind.RELEASED:
            return not behind
        case To.AHEAD | To.CONCERNED if behind:
            return False
        case _:
            return _knows(stop, spec, told)


def _knows(stop: Stop, spec: MessageSpec, told: Collection[Told]) -> bool:
    return any(one.reached(stop, spec) for one in told)
