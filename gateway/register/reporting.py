"""A movement is told what the enterprise reports, in one change; once, or not at all."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from types import MappingProxyType

import rfc8785

from gateway.audit.entry import EntryKind
from gateway.domain.deciding import report
from gateway.domain.errors import InConflict, Refused
from gateway.domain.event import Event, EventKind, Report
from gateway.domain.finding import Finding, Refusal
from gateway.domain.itinerary import Itinerary
from gateway.domain.records import Lost
from gateway.domain.roles import OfficeRole
from gateway.pipeline.advance import Advanced
from gateway.ports import Ports
from gateway.register.load import Loaded, load
from gateway.register.moving import move
from gateway.register.stepping import write_step
from gateway.register.writing import TRIES_MAX, Writing

REPORTED_AT: Mapping[EventKind, OfficeRole] = MappingProxyType(
    {
        EventKind.PRESENTED: OfficeRole.DEPARTURE,
        EventKind.YARD_REACHED: OfficeRole.DEPARTURE,
        EventKind.DEPARTED: OfficeRole.DEPARTURE,
        EventKind.INVALIDATION_ASKED: OfficeRole.DEPARTURE,
        EventKind.ARRIVED: OfficeRole.DESTINATION,
    }
)
"""What happens at one kind of office only; the rest can happen at any on the way."""

_OF_THE_WHOLE = frozenset({EventKind.PRESENTED, EventKind.INVALIDATION_ASKED})
"""What is done with a declaration, whichever of its trips is named."""

CLOCKS_DIFFER = timedelta(minutes=5)
"""How far the clock of who reports may be ahead of ours."""


def tell_movement(
    ports: Ports, caller: tuple[str, str], movement: str, told: Report
) -> tuple[Event, ...]:
    """Take a report in, with everything it makes owed. Repeating it changes nothing.

    ``caller`` is a tenant and the id of one of its principals.

    Raises:
        NotFound: no such movement for this tenant.
        Refused: the report comes before its time, is of a time that has not come, is not one an
            enterprise makes, or names an office that is not on the way or where this cannot happen.
        InConflict: the movement kept changing under us.
    """
    tenant, name = caller
    for _ in range(TRIES_MAX):
        loaded = load(ports, movement, tenant=tenant)
        events = reported(loaded, told, ports.clock.now())
        if not events:
            return ()
        advanced = _moved(ports, loaded, events)
        writing = Writing(ports, tenant, ports.clock.now())
        _log(writing, movement, name, told)
        events = (*events, *advanced.events)
        links = write_step(writing, loaded, events, advanced)
        try:
            ports.store.commit(writing.change())
        except Lost:
            continue
        ports.wakeup.knock(links)
        return events
    raise InConflict(Finding(code="movement.busy", value=movement))


def reported(loaded: Loaded, told: Report, now: datetime) -> tuple[Event, ...]:
    """Return what a report means for a movement, nothing where it is known.

    Offices act on it at once, so it says what has happened, not what is meant to.

    Raises:
        Refused: as for :func:`tell_movement`.
    """
    _check_place(loaded.subject.itinerary, told)
    if told.at > now + CLOCKS_DIFFER:
        raise Refused(Finding(code="report.in-future", value=told.at.isoformat()))
    try:
        return report(loaded.subject.movement, _of_trip(loaded, told))
    except Refusal as refusal:
        raise Refused(*refusal.findings) from refusal


def _of_trip(loaded: Loaded, told: Report) -> Report:
    """Return a report with the trip it names by id, as far as there are several.

    Raises:
        Refused: ``report.other-trip``.
    """
    name = dict(told.facts).get("trip", "")
    facts = tuple(pair for pair in told.facts if pair[0] != "trip")
    trips = loaded.subject.trips
    if not (name and trips):
        return replace(told, facts=facts)
    found = next((trip.id for trip in trips if name in (trip.id, trip.batch)), None)
    if found is None:
        args = (("trips", ", ".join(trip.batch for trip in trips)),)
        raise Refused(Finding(code="report.other-trip", value=name, args=args))
    own = () if told.kind in _OF_THE_WHOLE else (("trip", found),)
    return replace(told, facts=(*facts, *own))


def _check_place(itinerary: Itinerary, told: Report) -> None:
    """Refuse what is reported of another office than the one where it can happen."""
    if itinerary.office(told.office) is None:
        raise Refused(Finding(code="report.office-not-on-the-way", value=told.office))
    role = REPORTED_AT.get(told.kind)
    if role is None:
        return
    offices = [stop.office.code for stop in itinerary.playing(role)]
    if told.office not in offices:
        args = (("event", told.kind.value), ("offices", ", ".join(offices)))
        raise Refused(Finding(code="report.other-office", value=told.office, args=args))


def _moved(ports: Ports, loaded: Loaded, events: tuple[Event, ...]) -> Advanced:
    try:
        with ports.packs.slot() as packs:
            return move(ports, loaded, events, packs)
    except Refusal as refusal:
        raise Refused(*refusal.findings) from refusal


def _log(writing: Writing, movement: str, caller: str, told: Report) -> None:
    body = writing.body(canonical(told), "application/json")
    writing.entry(
        EntryKind.ACCEPTED,
        movement=movement,
        facts={"caller": caller, "report": told.kind.value, "office": told.office},
        bodies=[("report", body)],
    )


def canonical(told: Report) -> bytes:
    """Spell a report in one way only."""
    return rfc8785.dumps(
        {
            "kind": told.kind.value,
            "at": told.at.isoformat(),
            "office": told.office,
            "facts": [list(pair) for pair in told.facts],
        }
    )
