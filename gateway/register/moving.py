"""A movement moves on: what events make owed, planned from the start or brought by the occasion."""

from collections.abc import Iterable, Iterator
from dataclasses import replace

from gateway.domain.event import REPLACING, Event
from gateway.domain.itinerary import Itinerary
from gateway.domain.message import Message
from gateway.domain.movement import fold
from gateway.packs.pack import Pack, PackSet
from gateway.pipeline.advance import Advanced, advance, per_trip, waiting_row
from gateway.pipeline.occasion import Told, plan_occasions
from gateway.pipeline.project import Subject
from gateway.pipeline.route import Planned, plan_messages, plan_newcomers
from gateway.ports import Ports
from gateway.register.gathering import links_of
from gateway.register.load import Loaded, all_offices, pack_for, with_askers


def move(
    ports: Ports,
    loaded: Loaded,
    events: Iterable[Event],
    packs: PackSet,
    *,
    newcomers: bool = False,
) -> Advanced:
    """Return what ``events`` lead to; ``loaded`` is the movement before them.

    ``newcomers``: the way may have changed, and offices may be on it that nothing was planned for.

    Raises:
        Refusal: a projection fails its office's schema or rules; all of them at once.
    """
    events = tuple(events)
    movement = fold(loaded.subject.movement, events)
    itinerary = with_askers(loaded.subject.itinerary, movement, all_offices(ports))
    subject = replace(loaded.subject, movement=movement, itinerary=itinerary)

    def pack_of(administration: str) -> Pack | None:
        return pack_for(packs, loaded.record, administration)

    told = tuple(_told(loaded, itinerary, packs))
    planned = _not_waiting(plan_occasions(events, movement, itinerary, pack_of, told), loaded)
    if newcomers:
        known = tuple(_known(loaded, itinerary))
        planned = (*plan_newcomers(itinerary, packs.keeping(loaded.record.packs), known), *planned)
    planned = per_trip(planned, [trip.id for trip in subject.trips])
    if newcomers:
        planned = (*planned, *_of_new_trips(loaded, subject, packs))
    now = ports.clock.now()
    links = links_of(ports, loaded.record.tenant) if planned else {}

    def row(one: Planned) -> Message:
        link = links.get(one.stop.office.code, "")
        return waiting_row(one, subject, ports.ids.new("msg"), link, now)

    return advance(subject, (*loaded.waiting, *map(row, planned)), packs, now)


def _not_waiting(planned: Iterable[Planned], loaded: Loaded) -> tuple[Planned, ...]:
    """Leave out changes that wait already: what waits is made from what stands when it goes.

    Two new declarations before an office took the first bring it one correction, with the last.
    """
    waiting = {(one.type, one.office) for one in loaded.waiting}
    return tuple(
        one
        for one in planned
        if (one.spec.type, one.stop.office.code) not in waiting
        or not set(one.spec.on) & set(REPLACING)
    )


def _of_new_trips(loaded: Loaded, subject: Subject, packs: PackSet) -> Iterator[Planned]:
    """Yield the messages of the journey about trips that a new declaration added.

    Offices behind the goods are told nothing of a trip that began after them.
    """
    known = {one.trip for one in loaded.messages if one.trip is not None}
    added = [trip.id for trip in subject.trips if trip.id not in known]
    planned = plan_messages(subject.itinerary, packs.keeping(loaded.record.packs))
    for one in per_trip(planned, added) if added else ():
        if one.trip and not subject.movement.passed(one.stop.office.code):
            yield one


def _known(loaded: Loaded, itinerary: Itinerary) -> Iterator[tuple[str, str, str]]:
    """Yield type, office and administration of the messages there are."""
    for message in loaded.messages:
        office = itinerary.office(message.office)
        yield message.type, message.office, office.administration if office else ""


def _told(loaded: Loaded, itinerary: Itinerary, packs: PackSet) -> Iterator[Told]:
    """Yield who was sent what: a message that has its place in a stream is open to its office."""
    stops = (*itinerary.stops, *itinerary.dropped)
    offices = {stop.office.code: stop.office for stop in stops}
    for message in loaded.messages:
        office, pack = offices.get(message.office), packs.by_digest(message.pack)
        if message.place is not None and office is not None and pack is not None:
            yield Told(office.code, office.administration, pack.message(message.type))
