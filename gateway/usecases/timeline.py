"""What happened to a movement, in order; and how it stands now."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from gateway import register
from gateway.audit.entry import EntryKind, EntryView, read_entry
from gateway.domain.deadline import Deadline
from gateway.domain.errors import NotFound
from gateway.domain.finding import Finding
from gateway.domain.itinerary import Itinerary
from gateway.domain.message import AnswerKind, Message
from gateway.domain.movement import Movement
from gateway.domain.records import AnswerRecord, LogRecord, MovementRecord, NumberRecord
from gateway.domain.trip import Trip, carrying, shares_of
from gateway.ports import Ports

LINES_MAX = 500

_FAULTY = (AnswerKind.REFUSED, AnswerKind.NOT_RELEASED, AnswerKind.PERSON)
"""Kinds of answers that may say what is wrong."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TimelineLine:
    """One log entry as people read it. ``number`` is an official number; ``text`` the bare fact."""

    index: int
    at: datetime
    kind: str
    office: str = ""
    message: str = ""
    type: str = ""
    number: str = ""
    signed_by: str = ""
    receipt: str = ""
    outcome: str = ""
    text: str = ""
    facts: Mapping[str, object]


@dataclass(frozen=True, slots=True, kw_only=True)
class MovementView:
    """A movement with everything a person asks about it.

    ``findings`` are what offices found wrong, each with the office and type of its answer.
    ``answerable`` are the messages to which offices ever answer: a notice is done when it is there.
    ``refusals`` are what offices said of those that are parked because of it, by message.
    """

    record: MovementRecord
    movement: Movement
    itinerary: Itinerary
    messages: tuple[Message, ...]
    numbers: tuple[NumberRecord, ...]
    answers: tuple[AnswerRecord, ...]
    trips: tuple[Trip, ...]
    findings: tuple[Finding, ...] = ()
    deadlines: tuple[Deadline, ...] = ()
    erased: register.Erasure | None = None
    answerable: frozenset[str] = frozenset()
    refusals: Mapping[str, str] = field(default_factory=dict)


def timeline_after(
    ports: Ports, tenant: str, movement: str, after: int = -1, limit: int = LINES_MAX
) -> tuple[TimelineLine, ...]:
    """Return the lines of a movement with an index above ``after``, oldest first.

    Raises:
        NotFound: no such movement for this tenant.
    """
    record = ports.store.movement(movement)
    if record is None or record.tenant != tenant:
        raise NotFound(Finding(code="movement.unknown", value=movement))
    ports.store.sequence("timeline")
    entries = ports.store.log(after=after, limit=limit, movement=movement)
    return tuple(_line(entry) for entry in entries)


def _line(record: LogRecord) -> TimelineLine:
    entry = read_entry(record.entry)
    facts = entry.facts
    return TimelineLine(
        index=record.index if record.index is not None else -1,
        at=entry.at,
        kind=entry.kind.value,
        office=str(facts.get("office", "")),
        message=str(facts.get("message", "")),
        type=str(facts.get("type", "")),
        number=_number(entry),
        signed_by=str(facts.get("signed_by", "")),
        receipt=str(facts.get("receipt", "")),
        outcome=str(facts.get("outcome", "")),
        text=_text(entry),
        facts=facts,
    )


def _number(entry: EntryView) -> str:
    numbers = entry.facts.get("numbers")
    return ", ".join(map(str, numbers.values())) if isinstance(numbers, Mapping) else ""


def _text(entry: EntryView) -> str:
    """Say the entry in the trade's words, short enough for a column."""
    facts = entry.facts
    match entry.kind:
        case EntryKind.ANSWER:
            return _answer_text(facts)
        case EntryKind.EVENT:
            events = facts.get("events")
            told = events if isinstance(events, list) else []
            return ", ".join(_event(one) for one in told if isinstance(one, Mapping))
        case EntryKind.SENT:
            return f"{facts.get('outcome', '')} {facts.get('detail', '')}".strip()
        case EntryKind.AWAITING_SIGNATURE:
            return f"awaiting signature of {facts.get('signatory', '')}"
        case EntryKind.ERASED:
            return f"erased: {facts.get('reason', '')}"
        case _:
            return entry.kind.value


def _answer_text(facts: Mapping[str, object]) -> str:
    """Say what an answer means and, where the office found faults, the first of them."""
    kind, told = str(facts.get("kind", "")), facts.get("findings")
    if not isinstance(told, list) or not told:
        return kind
    first = register.heard_finding(told[0])
    words = dict(first.args)
    place = first.pointer or words.get("field", "")
    more = f" (+{len(told) - 1})" if len(told) > 1 else ""
    return f"{kind}: {words.get('code', '')} {words.get('text', '')} {place}".rstrip() + more


def _event(told: Mapping[str, object]) -> str:
    facts = told.get("facts")
    detail = facts if isinstance(facts, Mapping) else {}
    if state := detail.get("state"):
        return f"{told.get('procedure')} {state}"
    if number := detail.get("number"):
        return f"{told.get('procedure')} {detail.get('number-kind')} {number}"
    if part := detail.get("happened"):
        return f"{part} with {detail.get('packages')} packages"
    return str(told.get("kind", ""))


def describe_movement(ports: Ports, tenant: str, reference: str) -> MovementView:
    """Return a movement as it stands.

    Raises:
        NotFound: no such movement for this tenant.
    """
    record = ports.store.movement(reference)
    if record is None or record.tenant != tenant:
        raise NotFound(Finding(code="movement.unknown", value=reference))
    trips = ports.store.trips_of(reference)
    shares = shares_of(carrying(trips, reference), reference)
    movement = register.folded(record, ports.store.events(reference), shares)
    stops = register.itinerary_of(ports, record)
    messages = ports.store.messages(reference)
    return MovementView(
        record=record,
        movement=movement,
        itinerary=register.with_askers(stops, movement, register.all_offices(ports)),
        messages=messages,
        numbers=ports.store.numbers(reference),
        answers=ports.store.answers(reference),
        trips=tuple(register.as_borne(ports, one) for one in trips),
        findings=_office_findings(ports, reference),
        deadlines=register.deadlines_of(ports, reference, messages),
        erased=register.erasure_of(ports, record),
        answerable=_answerable(ports, messages),
        refusals={one.id: said for one in messages if (said := register.refusal_of(ports, one))},
    )


def _answerable(ports: Ports, messages: Iterable[Message]) -> frozenset[str]:
    """Return who may be answered by its pack, or by one that is not here to say so."""
    with ports.packs.slot() as packs:
        return frozenset(
            one.id
            for one in messages
            if (pack := packs.by_digest(one.pack)) is None
            or any(spec.about == one.type for spec in pack.answers.specs)
        )


def _office_findings(ports: Ports, reference: str) -> tuple[Finding, ...]:
    """Return what offices found wrong, from the log entries of their answers, oldest first."""
    if not any(one.kind in _FAULTY for one in ports.store.answers(reference)):
        return ()
    ports.store.sequence("timeline")
    answers = (
        read_entry(one.entry)
        for one in register.log_pages(ports, reference)
        if one.kind == EntryKind.ANSWER.value
    )
    return tuple(
        replace(register.heard_finding(told), offices=(str(entry.facts.get("office", "")),))
        for entry in answers
        for told in _told_findings(entry)
    )


def _told_findings(entry: EntryView) -> list[Mapping[str, object]]:
    told = entry.facts.get("findings")
    return [one for one in told if isinstance(one, Mapping)] if isinstance(told, list) else []
