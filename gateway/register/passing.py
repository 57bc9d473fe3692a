"""What every word about a passage ends in: whose lane it is, its log entry, the news it brings."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from zoneinfo import ZoneInfo

from gateway.audit.entry import EntryKind
from gateway.domain.errors import NotAllowed, NotFound, Refused
from gateway.domain.event import Event, EventKind
from gateway.domain.finding import Finding, Refusal
from gateway.domain.gate_news import gate_news
from gateway.domain.lane import Lane, Signal
from gateway.domain.passage import Passage
from gateway.domain.records import Body, Lost, Principal
from gateway.domain.roles import OfficeRole
from gateway.ports import Ports
from gateway.register.load import load
from gateway.register.moving import move
from gateway.register.standing import place_of
from gateway.register.stepping import write_step
from gateway.register.writing import Writing

Seen = tuple[tuple[EventKind, tuple[tuple[str, str], ...]], ...]
"""What was seen at a gate: kinds of events with their facts."""


def lane_of(ports: Ports, caller: Principal, name: str) -> Lane:
    """Return a lane the caller may speak for; a link's principal only for its link's offices.

    Raises:
        NotFound: ``lane.unknown``.
        NotAllowed: ``lane.not-yours``.
    """
    lane = ports.store.lane(name)
    if lane is None or lane.tenant != caller.tenant:
        raise NotFound(Finding(code="lane.unknown", value=name))
    if caller.link:
        link = ports.store.link(caller.link)
        if link is None or lane.office not in link.offices:
            raise NotAllowed(Finding(code="lane.not-yours", value=name))
    return lane


def passage_key(lane: Lane, passage: str) -> str:
    """Return the id under which a passage is kept, from the lane's own."""
    return f"{lane.id}/{passage}"


def log_passage(
    writing: Writing,
    kind: EntryKind,
    passage: Passage,
    bodies: Iterable[tuple[str, Body]] = (),
) -> None:
    """Tell of a passage without plates, seals or values: those are in the body."""
    facts = {
        "lane": passage.lane,
        "passage": passage.id,
        "caller": passage.caller,
        "says": passage.says.value,
        "reason": passage.code,
        "facts_at": passage.facts_at.isoformat(),
        "movements": list(passage.movements),
    }
    if passage.acted:
        facts |= {"acted": passage.acted, "acted_reason": passage.acted_code}
    if passage.override_by:
        facts |= {
            "override": passage.override_says,
            "override_reason": passage.override_reason,
            "override_by": passage.override_by,
            "confirmed_by": passage.confirmed_by,
        }
    writing.entry(kind, facts=facts, bodies=bodies)


def went_on(ports: Ports, lane: Lane, passage: Passage, at: datetime) -> Seen:
    """Return that the vehicle went on, whoever let it, with the office's own date.

    Offices of exit and entry tell themselves that goods crossed; a transit office's lane does.
    """
    if passage.stands is not Signal.GO or lane.role is not OfficeRole.TRANSIT:
        return ()
    day = at.astimezone(ZoneInfo(place_of(ports, lane).zone)).date()
    facts = (("passage", passage.id), ("passage-date", day.isoformat()))
    return ((EventKind.PASSED, facts),)


def move_all(
    ports: Ports,
    writing: Writing,
    lane: Lane,
    passage: Passage,
    what: tuple[datetime, Seen],
    *,
    decided_on: Mapping[str, int] | None = None,
) -> tuple[tuple[Event, ...], tuple[str, ...]]:
    """Write the news on every movement of the run; return it, and the links to knock at.

    Where a movement is on several trips, it is news of the one that stands at the lane.
    ``decided_on`` are the versions of movements from which the lane's word was read.

    Raises:
        Lost: one of them moved on since: the word may be another.
        Refused: a message that the news makes owed fails its office's schema or rules.
    """
    events: list[Event] = []
    links: list[str] = []
    for reference in passage.movements:
        record = ports.store.movement(reference)
        if record is not None and record.erased:
            if decided_on is not None:
                raise Lost("movements")
            continue  # nothing can be told of it any more; the others aboard hear it
        loaded = load(ports, reference, tenant=lane.tenant)
        if decided_on is not None and loaded.record.version != decided_on.get(reference):
            raise Lost("movements")
        trip = [("trip", one.id) for one in loaded.subject.trips if one.id in passage.trips]
        seen = ((kind, (*facts, *trip)) for kind, facts in what[1])
        news = gate_news(loaded.subject.movement, lane.office, what[0], seen)
        if not news:
            continue
        try:
            with ports.packs.slot() as packs:
                advanced = move(ports, loaded, news, packs)
        except Refusal as refusal:
            raise Refused(*refusal.findings) from refusal
        events += (*news, *advanced.events)
        links += write_step(writing, loaded, (*news, *advanced.events), advanced)
    return tuple(events), tuple(dict.fromkeys(links))
