"""Deadlines of a movement: which it has, from its declaration, itinerary and events; what ends one.

A deadline that passes decides nothing (``schemas/timing/deadlines.toml``): it asks for a person, or
opens an enquiry. Everything here is pure; the rows are written with the change that causes them
and fired by the sweep.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import MAXYEAR, UTC, date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from gateway.domain.declaration import Declaration
from gateway.domain.event import PASSING, REPLACING, EventKind
from gateway.domain.itinerary import Itinerary, Stop
from gateway.domain.movement import Movement
from gateway.domain.roles import OfficeRole, Status


class DeadlineKind(StrEnum):
    """What a deadline is about."""

    PRESENTATION = "presentation"
    DECLARATION = "declaration"
    EXPECTED = "expected"
    PAPER = "paper"
    LIMIT = "limit"
    ENQUIRY = "enquiry"
    MESSAGE = "message"  # kept with the message itself, shown with the others


class DeadlineState(StrEnum):
    """Where a deadline stands. ``ENDED`` is final unless a new declaration moves the date."""

    OPEN = "open"
    REMINDED = "reminded"
    PASSED = "passed"
    ENDED = "ended"


class LeadsTo(StrEnum):
    """What a deadline that passed brings."""

    PERSON = "person"
    ENQUIRY = "enquiry"


@dataclass(frozen=True, slots=True, kw_only=True)
class DeadlineRule:
    """One row of the table: the hours after the date it is about, and the reminder before that."""

    kind: DeadlineKind
    after_hours: int
    remind_hours: int
    leads_to: LeadsTo
    status: Status
    source: str
    text: str


DeadlineRules = Mapping[DeadlineKind, DeadlineRule]
"""The table; a kind without a row is not watched."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Deadline:
    """One row. Times are aware UTC; ``next_at`` is when the sweep has to act, None for never.

    ``subject`` tells deadlines of one kind apart: an office, or type and number of a paper.
    ``ended_by`` is the kind of event that ended it, or ``withdrawn`` where a new declaration knows
    it no more. ``remind_at`` equals ``due_at`` where it was too late for a reminder.
    """

    id: str
    tenant: str
    movement: str
    kind: DeadlineKind
    subject: str
    office: str
    due_at: datetime
    remind_at: datetime
    state: DeadlineState
    next_at: datetime | None
    ended_by: str = ""


@dataclass(frozen=True, slots=True)
class Wanted:
    """A deadline as a movement has it now; ``ended_by`` is empty while it runs."""

    kind: DeadlineKind
    subject: str
    office: str
    due_at: datetime
    ended_by: str = ""


WITHDRAWN = "withdrawn"
SETTING_OUT = (EventKind.SUBSTITUTED, EventKind.DIVERTED)
"""What lets goods that turned back set out again (``movement_state.MOVEMENT_STEPS``)."""


# ------------------------------------------------------------------ which there are


def wanted(
    movement: Movement, itinerary: Itinerary, declared: Declaration, rules: DeadlineRules
) -> tuple[Wanted, ...]:
    """Return every deadline of a movement as it stands, those that have ended too."""
    found = (
        *_presentation(movement, itinerary, declared),
        *_declaration(movement, itinerary),
        *_expected(movement, itinerary),
        *_papers(movement, itinerary, declared),
        *_limit(movement, itinerary, declared),
        *_enquiry(movement, itinerary, declared),
    )
    over = _over(movement)
    return tuple(
        replace(
            one,
            due_at=one.due_at + timedelta(hours=rules[one.kind].after_hours),
            ended_by=one.ended_by or over,
        )
        for one in found
        if one.kind in rules
    )


def _over(movement: Movement) -> str:
    if movement.invalidated:
        return EventKind.INVALIDATED.value
    return _first(movement, (EventKind.COMPLETED,))


def _first(movement: Movement, kinds: Iterable[EventKind]) -> str:
    """Return the first of those kinds that has happened and still counts, or the empty string."""
    return next((kind.value for kind in kinds if _counts(movement, kind)), "")


def _counts(movement: Movement, kind: EventKind) -> bool:
    """Tell whether something happened; goods that turned back may have set out again since."""
    if kind is not EventKind.TURNED_BACK:
        return movement.has(kind)
    return movement.latest((kind,)) > movement.latest(SETTING_OUT)


def _presentation(
    movement: Movement, itinerary: Itinerary, declared: Declaration
) -> Iterator[Wanted]:
    first = itinerary.departure
    at = declared.presentation_at or first.expected_at
    if movement.prelodged and at is not None:
        ended = _first(movement, (EventKind.PRESENTED,))
        yield Wanted(DeadlineKind.PRESENTATION, "", first.office.code, at, ended)


def _declaration(movement: Movement, itinerary: Itinerary) -> Iterator[Wanted]:
    """Yield how long the declaration serves the gates of the border, until goods are across."""
    borders = (*itinerary.playing(OfficeRole.EXIT), *itinerary.playing(OfficeRole.ENTRY))
    kinds = (EventKind.SUBMITTED, *REPLACING)
    told = [event.at for event in movement.happened if event.kind in kinds]
    if borders and told:
        across = (EventKind.ENTERED, EventKind.ARRIVED, EventKind.TURNED_BACK)
        last = max(borders, key=lambda stop: stop.sequence).office.code
        ended = _first(movement, across)
        if not ended and movement.passed([last]):
            ended = EventKind.EXITED.value
        yield Wanted(DeadlineKind.DECLARATION, "", last, told[-1], ended)


def _expected(movement: Movement, itinerary: Itinerary) -> Iterator[Wanted]:
    for stop in itinerary.stops:
        if stop.expected_at is not None:
            yield Wanted(
                DeadlineKind.EXPECTED,
                f"{stop.office.code} {stop.role.value}",
                stop.office.code,
                stop.expected_at,
                _seen(movement, stop, itinerary),
            )


def _seen(movement: Movement, where: Stop, itinerary: Itinerary) -> str:
    """Return what says that the goods were at a stop, there or further on."""
    if where.role is OfficeRole.DEPARTURE and movement.has(EventKind.DEPARTED):
        return EventKind.DEPARTED.value
    if back := _first(movement, (EventKind.TURNED_BACK,)):
        return back
    rest = (stop for stop in itinerary.stops if stop.sequence >= where.sequence)
    offices = {stop.office.code for stop in rest}
    seen = [one for one in movement.happened if one.kind in PASSING and one.office in offices]
    return seen[0].kind.value if seen else ""


def _papers(movement: Movement, itinerary: Itinerary, declared: Declaration) -> Iterator[Wanted]:
    """Yield until when papers count; one that is named with several days, until the first."""
    ended = _first(movement, (EventKind.ARRIVED, EventKind.TURNED_BACK))
    office = itinerary.departure.office
    days: dict[str, date] = {}
    for paper in declared.papers:
        subject = f"{paper.type} {paper.id}".strip()
        days[subject] = min(paper.until, days.get(subject, paper.until))
    for subject, day in days.items():
        if _comes(day):
            yield Wanted(DeadlineKind.PAPER, subject, office.code, _end(day, office.zone), ended)


def _limit(movement: Movement, itinerary: Itinerary, declared: Declaration) -> Iterator[Wanted]:
    last = itinerary.stops[-1].office
    if declared.limit_on is not None and _comes(declared.limit_on):
        ended = _first(movement, (EventKind.ARRIVED, EventKind.TURNED_BACK))
        at = _end(declared.limit_on, last.zone)
        yield Wanted(DeadlineKind.LIMIT, "", last.code, at, ended)


def _enquiry(movement: Movement, itinerary: Itinerary, declared: Declaration) -> Iterator[Wanted]:
    """Goods that left are asked after when they did not arrive; what never left is not missed."""
    last = itinerary.stops[-1]
    moments = [one for one in (last.expected_at,) if one is not None]
    if declared.limit_on is not None and _comes(declared.limit_on):
        moments.append(_end(declared.limit_on, last.office.zone))
    gone = movement.has(EventKind.DEPARTED) or movement.has(EventKind.EXITED)
    if gone and moments:
        ended = _first(movement, (EventKind.ARRIVED, EventKind.TURNED_BACK))
        yield Wanted(DeadlineKind.ENQUIRY, "", last.office.code, max(moments), ended)


def _comes(day: date) -> bool:
    """Tell whether a day is one to wait for: papers without an end say 31 December 9999."""
    return day.year < MAXYEAR


def _end(day: date, zone: str) -> datetime:
    """Return the end of a day in an office's zone."""
    return datetime.combine(day + timedelta(days=1), time.min, ZoneInfo(zone)).astimezone(UTC)


# ------------------------------------------------------------------ rows


def kept(
    movement: Movement,
    wishes: Iterable[Wanted],
    known: Mapping[str, Deadline],
    rules: DeadlineRules,
    now: datetime,
) -> tuple[Deadline, ...]:
    """Return the rows that are new or differ from those ``known`` by id.

    What the movement has no more is withdrawn. A date that lies behind when it is first declared
    is shown as passed and fired for nobody: nobody waited for it.
    """
    rows = [_row(movement, one, rules, now) for one in wishes]
    ids = {row.id for row in rows}
    changed = [
        _merged(known[row.id], row) if row.id in known else row
        for row in rows
        if row.id in known or not row.ended_by
    ]
    gone = [
        replace(row, state=DeadlineState.ENDED, next_at=None, ended_by=WITHDRAWN)
        for row in known.values()
        if row.id not in ids and row.state is not DeadlineState.ENDED
    ]
    return tuple(row for row in (*changed, *gone) if known.get(row.id) != row)


def _row(movement: Movement, one: Wanted, rules: DeadlineRules, now: datetime) -> Deadline:
    remind = one.due_at - timedelta(hours=rules[one.kind].remind_hours)
    remind = remind if remind > now else one.due_at
    passed = one.due_at <= now
    state = DeadlineState.PASSED if passed else DeadlineState.OPEN
    return Deadline(
        id="/".join(part for part in (movement.reference, one.kind.value, one.subject) if part),
        tenant=movement.tenant,
        movement=movement.reference,
        kind=one.kind,
        subject=one.subject,
        office=one.office,
        due_at=one.due_at,
        remind_at=remind,
        state=DeadlineState.ENDED if one.ended_by else state,
        next_at=None if one.ended_by or passed else remind,
        ended_by=one.ended_by,
    )


def _merged(known: Deadline, row: Deadline) -> Deadline:
    """Return a row as it stands now: another date begins anew, what has fired does not again.

    The same date may be another office's by now.
    """
    if row.ended_by:
        return replace(known, state=DeadlineState.ENDED, next_at=None, ended_by=row.ended_by)
    if known.due_at != row.due_at or known.state is DeadlineState.ENDED:
        return row
    return replace(known, office=row.office)


def fired(row: Deadline, rules: DeadlineRules, now: datetime) -> tuple[Deadline, EventKind]:
    """Return the row after the sweep acted on it, and the event that makes of it."""
    if now < row.due_at:
        reminded = replace(row, state=DeadlineState.REMINDED, next_at=row.due_at)
        return reminded, EventKind.DEADLINE_REMINDED
    rule = rules.get(row.kind)
    enquiry = rule is not None and rule.leads_to is LeadsTo.ENQUIRY
    kind = EventKind.ENQUIRY_STARTED if enquiry else EventKind.DEADLINE_PASSED
    return replace(row, state=DeadlineState.PASSED, next_at=None), kind
