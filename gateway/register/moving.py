"""A movement moves on: what events make owed, planned from the start or brought by the occasion."""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import replace

from gateway.domain.event import REPLACING, Event
from gateway.domain.itinerary import Itinerary
from gateway.domain.message import Message, MessageState
from gateway.domain.movement import fold
from gateway.domain.parts import passed_by
from gateway.packs.manifest import Subject as Speaks
from gateway.packs.manifest import To
from gateway.packs.pack import Pack, PackSet
from gateway.pipeline.advance import Advanced, advance, per_trip, waiting_row
from gateway.pipeline.occasion import Told, plan_occasions
from gateway.pipeline.project import Subject
from gateway.pipeline.route import Planned, plan_messages, plan_newcomers
from gateway.ports import Ports
from gateway.register.gathering import links_of
from gateway.register.load import Loaded, all_offices, check_packs, pack_for, with_askers

_TO_KNOWING = (To.TOLD, To.AHEAD, To.DROPPED)
"""Who hears only because it was told before."""


def move(
    ports: Ports,
    loaded: Loaded,
    events: Iterable[Event],
    packs: PackSet,
    *,
    before: Itinerary | None = None,
) -> Advanced:
    """Return what ``events`` lead to; ``loaded`` is the movement before them.

    ``before`` is the way until now where it may have changed: offices may be on the new one that
    nothing was planned for, or that were left out and come back.

    Raises:
        Refusal: a projection fails its office's schema or rules; all of them at once.
        Elsewhere: ``pack.version-gone``: only a program with that pack knows what it leads to.
    """
    check_packs(packs, loaded)
    events = tuple(events)
    movement = fold(loaded.subject.movement, events)
    itinerary = with_askers(loaded.subject.itinerary, movement, all_offices(ports))
    subject = replace(loaded.subject, movement=movement, itinerary=itinerary)

    def pack_of(administration: str) -> Pack | None:
        return pack_for(packs, loaded.record, administration)

    told = tuple(_told(loaded, itinerary, packs, _rejoining(before, itinerary)))
    trips = [trip.id for trip in subject.trips]
    occasions = per_trip(plan_occasions(events, movement, itinerary, pack_of, told), trips)
    planned = not_waiting(occasions, loaded.waiting, subject.trip)
    if before is not None:
        known = tuple(_known(loaded, itinerary, before))
        new = plan_newcomers(itinerary, packs.keeping(loaded.record.packs), known)
        planned = (*per_trip(new, trips), *planned)
    planned = tuple(one for one in planned if _still_concerned(one, subject, told, before))
    if before is not None:
        planned = (*planned, *_of_new_trips(loaded, subject, packs, planned))
    now = ports.clock.now()
    links = links_of(ports, loaded.record.tenant) if planned else {}
    streams = {(one.office, one.trip): one.stream for one in loaded.messages}

    def row(one: Planned) -> Message:
        office = one.stop.office.code
        trip = one.trip or (subject.trip if one.spec.subject is Speaks.TRIP else "")
        stream = streams.get((office, trip), "") if trip else ""
        return waiting_row(one, subject, ports.ids.new("msg"), links.get(office, ""), now, stream)

    return advance(subject, (*loaded.waiting, *map(row, planned)), packs, now)


def not_waiting(
    planned: Iterable[Planned], there: Iterable[Message], trip: str
) -> tuple[Planned, ...]:
    """Leave out changes that wait already: what waits is made from what stands when it goes.

    Two new declarations before an office took the first bring it one correction, with the last; of
    several trips each waits by itself; ``trip`` is the only one where there are not several.
    """
    waiting = {(one.type, one.office, one.trip or "") for one in there}

    def waits(one: Planned) -> bool:
        about = (one.trip or trip) if one.spec.subject is Speaks.TRIP else ""
        return (one.spec.type, one.stop.office.code, about) in waiting

    return tuple(one for one in planned if not (waits(one) and set(one.spec.on) & set(REPLACING)))


def _of_new_trips(
    loaded: Loaded, subject: Subject, packs: PackSet, planned: Iterable[Planned]
) -> Iterator[Planned]:
    """Yield the messages of the journey about trips that a new declaration added or takes up again.

    Each office counts by itself: one may know of a trip that was left out for a while, another took
    its place since. Offices behind the goods are told nothing of a trip that began after them.
    """
    there = [one for one in loaded.messages if one.state is not MessageState.DROPPED]
    known = {(one.type, one.office, one.trip) for one in there}
    known |= {(one.spec.type, one.stop.office.code, one.trip) for one in planned}
    journey = plan_messages(subject.itinerary, packs.keeping(loaded.record.packs))
    for one in per_trip(journey, [trip.id for trip in subject.trips]):
        office = one.stop.office.code
        behind = subject.movement.passed(subject.itinerary.place(office))
        if one.trip and not behind and (one.spec.type, office, one.trip) not in known:
            yield one


def _known(
    loaded: Loaded, itinerary: Itinerary, before: Itinerary
) -> Iterator[tuple[str, str, str]]:
    """Yield type, office and administration of the messages there are.

    What was sent to an office that was left out and comes back does not count any more.
    """
    rejoining = _rejoining(before, itinerary)
    for message in loaded.messages:
        if message.office not in rejoining:
            office = itinerary.office(message.office)
            yield message.type, message.office, office.administration if office else ""


def _rejoining(before: Itinerary | None, itinerary: Itinerary) -> frozenset[str]:
    """Return the offices that were left out of the way before and are on this one again."""
    left = {stop.office.code for stop in before.dropped} if before else set()
    return frozenset(
        one for one in left if before and before.office(one) is None and itinerary.office(one)
    )


def _still_concerned(
    one: Planned, subject: Subject, told: Iterable[Told], before: Itinerary | None
) -> bool:
    """Tell whether an office was told of the vehicle whose change it would hear of, and awaits it.

    Where there are several trips each is told of by itself: a gate may know of one only, and one
    of them may be past it (NCTS rule G0171). That it is left out an office hears once.
    """
    spec = one.spec
    if spec.to is To.DROPPED and before and before.office(one.stop.office.code) is None:
        return False
    if spec.subject is not Speaks.TRIP or not spec.occasional or spec.to not in _TO_KNOWING:
        return True
    office, trip = one.stop.office.code, one.trip or subject.trip
    place = subject.itinerary.place(office)
    if one.trip and passed_by(subject.movement.happened, place, one.trip):
        return False
    return any((known.office, known.trip) == (office, trip) for known in told)


def _told(
    loaded: Loaded, itinerary: Itinerary, packs: PackSet, rejoining: Collection[str]
) -> Iterator[Told]:
    """Yield who was sent what: a message that has its place in a stream is open to its office."""
    stops = (*itinerary.stops, *itinerary.dropped)
    offices = {stop.office.code: stop.office for stop in stops}
    for message in loaded.messages:
        office, pack = offices.get(message.office), packs.by_digest(message.pack)
        if message.office in rejoining or message.place is None:
            continue
        if office is not None and pack is not None:
            spec = pack.message(message.type)
            yield Told(office.code, office.administration, spec, message.trip or "")
