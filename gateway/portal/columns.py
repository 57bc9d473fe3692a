"""A movement for people: a column per office, who has it now, and what it waits for."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from gateway.domain.deadline import DeadlineKind, DeadlineState
from gateway.domain.event import JOURNEY
from gateway.domain.itinerary import CustomsOffice, OfficeRole, Stop
from gateway.domain.message import Message, MessageState
from gateway.domain.movement_state import MovementState
from gateway.domain.procedure import Procedure, ProcedureState
from gateway.portal.strip import Strip, strip
from gateway.portal.words import Words
from gateway.usecases.timeline import MovementView

_SIGNS = {"done": "✓", "here": "●", "ahead": "○", "trouble": "!"}


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageRow:
    """One message of a column: ``tone`` is a style class."""

    type: str
    tone: str
    state: str
    waits: str
    at: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ProcedureRow:
    """One procedure of a column with its official numbers."""

    kind: str
    state: str
    closed: bool
    numbers: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One office: what it has, who has it now, what that waits for."""

    code: str
    name: str
    role: str
    expected: str
    zone: str
    tone: str
    holder: str
    waits: str
    procedures: tuple[ProcedureRow, ...]
    messages: tuple[MessageRow, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class MovementPage:
    """Everything the movement page shows."""

    reference: str
    lrn: str
    state: str
    complete: bool
    trips: tuple[tuple[str, str], ...]
    strip: Strip
    columns: tuple[Column, ...]
    events: tuple[tuple[str, str, str], ...]
    deadlines: tuple[tuple[str, str, str, str], ...]
    erased: str


def movement_page(view: MovementView, words: Words) -> MovementPage:
    """Return the page of a movement as it stands."""
    columns = tuple(_column(stop, view, words) for stop in view.itinerary.stops)
    rows = [
        (one.code, one.name, words.named("tone", one.tone), one.tone, _SIGNS[one.tone])
        for one in columns
    ]
    return MovementPage(
        reference=view.record.reference,
        lrn=view.record.lrn,
        state=words.named("movement", view.movement.state.value),
        complete=view.movement.state is MovementState.COMPLETED,
        trips=tuple(_trips(view)),
        strip=strip(rows, words("strip.movement")),
        columns=columns,
        events=tuple(_events(view, words)),
        deadlines=tuple(_deadlines(view, words)),
        erased=_erased(view, words),
    )


def _erased(view: MovementView, words: Words) -> str:
    if view.erased is None:
        return ""
    at = f"{view.erased.at:%Y-%m-%d %H:%M} UTC"
    return words("movement.erased", at=at, by=view.erased.by, reason=view.erased.reason)


def _trips(view: MovementView) -> Iterable[tuple[str, str]]:
    """Yield batch number and plates of what the goods travel on."""
    for one in view.trips:
        if one.share(view.record.reference).packages:
            yield one.batch, " · ".join(plate for _, plate in one.plates)


def _deadlines(view: MovementView, words: Words) -> Iterable[tuple[str, str, str, str]]:
    """Yield what runs: what it is, what it is about, when it is due, how it stands."""
    for one in view.deadlines:
        office = view.itinerary.office(one.office)
        if one.state is not DeadlineState.ENDED and office is not None:
            about = one.subject if one.kind is not DeadlineKind.EXPECTED else ""
            told = words.named("deadline", one.kind.value)
            at = f"{zoned(one.due_at, office)} {office.name(words.language)}"
            yield told, about, at, words.named("deadline-state", one.state.value)


def _column(stop: Stop, view: MovementView, words: Words) -> Column:
    messages = [one for one in view.messages if one.office == stop.office.code]
    kinds = {one.procedure for one in messages}
    procedures = [one for one in view.movement.procedures if one.kind in kinds]
    tone, holder, waits = _holder(stop, messages, procedures, view, words)
    return Column(
        code=stop.office.code,
        name=stop.office.name(words.language),
        role=words.named("role", stop.role.value),
        expected=clock(stop.expected_at, stop.office),
        zone=stop.office.zone,
        tone=tone,
        holder=holder,
        waits=waits,
        procedures=tuple(_procedure(one, words) for one in procedures),
        messages=tuple(_message(one, stop.office, view, words) for one in messages),
    )


def _holder(
    stop: Stop,
    messages: Sequence[Message],
    procedures: Sequence[Procedure],
    view: MovementView,
    words: Words,
) -> tuple[str, str, str]:
    """Return tone, who has it, and what that waits for; the first that applies."""
    if parked := _in(messages, MessageState.PARKED):
        return "trouble", words("holder.person"), words("waits.person", type=parked.type)
    if unsigned := _in(messages, MessageState.AWAITING_SIGNATURE):
        who = words.named("signatory", unsigned.signatory.value)
        return "here", who, words("waits.signature", type=unsigned.type)
    if due := _in(messages, MessageState.DUE):
        return "here", words("holder.gateway"), words("waits.receipt", type=due.type)
    answered = {one.message for one in view.answers}
    sent = [one for one in messages if one.state is MessageState.ACKNOWLEDGED]
    asked = [one for one in sent if one.id in view.answerable]
    silent = next((one for one in asked if not _settled(one, answered, procedures)), None)
    if silent is not None:
        name = stop.office.name(words.language)
        return "here", name, words("waits.answer", type=silent.type)
    if waiting := _in(messages, MessageState.WAITING):
        return "ahead", _mover(waiting.waits_for, view, words), reason(waiting.waits_for, words)
    return "done", words("holder.nobody"), words("waits.nothing")


_AT = {
    "released": OfficeRole.DEPARTURE,
    "exited": OfficeRole.EXIT,
    "entered": OfficeRole.ENTRY,
    "controlled": OfficeRole.DESTINATION,
    "cleared": OfficeRole.DESTINATION,
}
"""Whose word an event is; the other events are what the carrier does."""


def _mover(waits_for: str, view: MovementView, words: Words) -> str:
    """Name who has to act before a waiting message becomes owed: an office, or the carrier."""
    first = waits_for.partition(", ")[0]
    asked, _, answer = first.partition(":")
    codes = [one.office for one in view.messages if answer and one.type == asked]
    offices = [view.itinerary.office(code) for code in codes]
    if not answer and (role := _AT.get(first)) is not None:
        offices = [stop.office for stop in view.itinerary.playing(role)]
    name = next((one.name(words.language) for one in offices if one is not None), "")
    return name or words("signatory.carrier")


def _settled(message: Message, answered: set[str], procedures: Sequence[Procedure]) -> bool:
    closed = any(
        one.kind == message.procedure and one.state is ProcedureState.CLOSED for one in procedures
    )
    return closed or message.id in answered


def _in(messages: Iterable[Message], state: MessageState) -> Message | None:
    return next((one for one in messages if one.state is state), None)


def reason(waits_for: str, words: Words) -> str:
    """Say ``departed, MT2401:accepted`` in the reader's language."""
    told = []
    for one in filter(None, waits_for.split(", ")):
        kind, _, answer = one.partition(":")
        if kind == "signature":
            kind, answer = words("head.signatory"), words.named("signatory", answer)
        told.append(
            words("waits.for-answer", type=kind, answer=words.named("answer", answer))
            if answer
            else words.named("event", kind)
        )
    return " · ".join(told)


def _procedure(one: Procedure, words: Words) -> ProcedureRow:
    return ProcedureRow(
        kind=one.kind,
        state=words.named("procedure", one.state.value),
        closed=one.state is ProcedureState.CLOSED,
        numbers=tuple(number.value for number in one.numbers),
    )


_TONES = {
    MessageState.ACKNOWLEDGED: "done",
    MessageState.PARKED: "trouble",
    MessageState.WAITING: "ahead",
    MessageState.DROPPED: "ahead",
}


def _message(one: Message, office: CustomsOffice, view: MovementView, words: Words) -> MessageRow:
    waiting = one.state is MessageState.WAITING
    return MessageRow(
        type=one.type,
        tone=_TONES.get(one.state, "here"),
        state=words.named("message", one.state.value),
        waits=reason(one.waits_for, words) if waiting else view.refusals.get(one.id, ""),
        at=clock(one.acknowledged_at, office),
    )


def _events(view: MovementView, words: Words) -> Iterable[tuple[str, str, str]]:
    for event in view.movement.happened:
        office = view.itinerary.office(event.office)
        if event.kind in JOURNEY and office is not None:
            name = office.name(words.language)
            yield words.named("event", event.kind.value), name, zoned(event.at, office)


def zoned(at: datetime, office: CustomsOffice) -> str:
    """Say the same beside times of other offices."""
    offset = at.astimezone(ZoneInfo(office.zone)).isoformat()[-6:]
    return f"{clock(at, office)} {offset}"


def clock(at: datetime | None, office: CustomsOffice) -> str:
    """Say a time as the office's clock shows it."""
    return at.astimezone(ZoneInfo(office.zone)).strftime("%Y-%m-%d %H:%M") if at else ""
