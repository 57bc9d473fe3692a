"""The enterprise reports what it did, what befell it, or that it takes its declaration back."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

import rfc8785

from gateway import register
from gateway.audit.entry import EntryKind
from gateway.domain.errors import InConflict, Refused
from gateway.domain.event import Event, EventKind, Report
from gateway.domain.finding import Finding, Refusal
from gateway.domain.itinerary import Itinerary
from gateway.domain.movement import report as decide
from gateway.domain.records import Lost, Principal
from gateway.domain.roles import OfficeRole
from gateway.pipeline.advance import Advanced
from gateway.ports import Ports

TRIES_MAX = 8

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


def report(ports: Ports, caller: Principal, movement: str, told: Report) -> tuple[Event, ...]:
    """Take a report in, with everything it makes owed, in one change. Repeating it changes nothing.

    Raises:
        NotFound: no such movement for this tenant.
        Refused: the report comes before its time, is not one an enterprise makes, or names an
            office that is not on the way or where this cannot happen.
        InConflict: the movement kept changing under us.
    """
    for _ in range(TRIES_MAX):
        loaded = register.load(ports, movement, tenant=caller.tenant)
        step = _decided(ports, loaded, told)
        if step is None:
            return ()
        writing = register.Writing(ports, caller.tenant, ports.clock.now())
        links = _write(writing, loaded, step, (caller, told))
        try:
            ports.store.commit(writing.change())
        except Lost:
            continue
        ports.wakeup.knock(links)
        return step.events
    raise InConflict(Finding(code="movement.busy", value=movement))


@dataclass(frozen=True, slots=True)
class _Step:
    events: tuple[Event, ...]
    advanced: Advanced


def _decided(ports: Ports, loaded: register.Loaded, told: Report) -> _Step | None:
    subject = loaded.subject
    _check_place(subject.itinerary, told)
    try:
        events = decide(subject.movement, told)
        if not events:
            return None
        with ports.packs.slot() as packs:
            advanced = register.move(ports, loaded, events, packs)
    except Refusal as refusal:
        raise Refused(*refusal.findings) from refusal
    return _Step((*events, *advanced.events), advanced)


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


def _write(
    writing: register.Writing,
    loaded: register.Loaded,
    step: _Step,
    source: tuple[Principal, Report],
) -> tuple[str, ...]:
    caller, told = source
    movement = step.advanced.movement
    body = writing.body(_canonical(told), "application/json")
    writing.entry(
        EntryKind.ACCEPTED,
        movement=movement.reference,
        facts={"caller": caller.id, "report": told.kind.value, "office": told.office},
        bodies=[("report", body)],
    )
    return register.write_step(writing, loaded, step.events, step.advanced)


def _canonical(told: Report) -> bytes:
    return rfc8785.dumps(
        {
            "kind": told.kind.value,
            "at": told.at.isoformat(),
            "office": told.office,
            "facts": [list(pair) for pair in told.facts],
        }
    )
