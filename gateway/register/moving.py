"""A movement moves on: what events make owed, planned from the start or brought by the occasion."""

from collections.abc import Iterable
from dataclasses import replace

from gateway.domain.event import Event
from gateway.domain.message import Message
from gateway.domain.movement import fold
from gateway.packs.pack import Pack, PackSet
from gateway.pipeline.advance import Advanced, advance, waiting_row
from gateway.pipeline.route import Planned, plan_occasions
from gateway.ports import Ports
from gateway.register.gathering import links_of
from gateway.register.load import Loaded, all_offices, with_askers


def move(ports: Ports, loaded: Loaded, events: Iterable[Event], packs: PackSet) -> Advanced:
    """Return what ``events`` lead to; ``loaded`` is the movement before them.

    Raises:
        Refusal: a projection fails its office's schema or rules; all of them at once.
    """
    events = tuple(events)
    movement = fold(loaded.subject.movement, events)
    itinerary = with_askers(loaded.subject.itinerary, movement, all_offices(ports))
    subject = replace(loaded.subject, movement=movement, itinerary=itinerary)
    own = dict(loaded.record.packs)

    def pack_of(administration: str) -> Pack | None:
        begun = own.get(administration)
        return packs.by_digest(begun) if begun else packs.by_administration(administration)

    told = {one.office for one in loaded.messages if one.place is not None}
    planned = plan_occasions(events, movement, itinerary, pack_of, told)
    now = ports.clock.now()
    links = links_of(ports, loaded.record.tenant) if planned else {}

    def row(one: Planned) -> Message:
        link = links.get(one.stop.office.code, "")
        return waiting_row(one, subject, ports.ids.new("msg"), link, now)

    return advance(subject, (*loaded.waiting, *map(row, planned)), packs, now)
