"""A movement hears what an office said of its run, in one change; once, or not at all.

The movement that the answer was matched with has taken it in (see ``answering``). The others aboard
hear the same words: read with their own version of the pack, decided under their own version, and
kept as an answer of their own that names the first. Numbers are the first one's alone.
"""

from dataclasses import dataclass, replace

from gateway.audit.entry import EntryKind
from gateway.domain.deciding import decide
from gateway.domain.errors import InConflict, NotFound, Refused
from gateway.domain.event import PASSING, Event, EventKind
from gateway.domain.finding import Finding, Refusal
from gateway.domain.message import Answer, Message
from gateway.domain.records import AnswerRecord, Body, Lost
from gateway.domain.trip import Trip, TripReport
from gateway.packs.pack import Pack, PackSet
from gateway.pipeline.advance import Advanced
from gateway.ports import Ports
from gateway.register.incoming import Vouched, last_told, native_of
from gateway.register.load import Loaded, load, pack_for, pack_gone
from gateway.register.moving import move
from gateway.register.stepping import write_step
from gateway.register.writing import TRIES_MAX, Writing

_UNDECIDED = frozenset({EventKind.ANSWERED, EventKind.NUMBER_GIVEN})
"""What an answer always brings, and what is one movement's own: no news for a vehicle."""


@dataclass(frozen=True, slots=True)
class _Spoken:
    """What was said: the record of the movement that took it in, its bytes, what it quoted."""

    record: AnswerRecord
    body: Body
    about: Message | None


def is_news(events: tuple[Event, ...]) -> bool:
    """Tell whether an answer moved anything that can be said of a whole vehicle."""
    return any(one.kind not in _UNDECIDED for one in events)


def trip_of(loaded: Loaded, trip: Trip | None) -> str:
    """Return the id of a trip where the movement is on several; there is nothing to name else."""
    known = {one.id for one in loaded.subject.trips}
    return trip.id if trip is not None and trip.id in known else ""


def hear_with(ports: Ports, row: TripReport, movement: str, trip: Trip) -> None:
    """Let one movement of a run hear the office's word that ``row`` holds.

    Raises:
        NotFound: the movement or the bytes of the answer are gone (``movement.body-erased``).
        Refused: it contradicts what is known of this movement, or its pack cannot read it.
        InConflict: the movement kept changing under us.
        Elsewhere: only a program with the movement's packs can take it in.
    """
    name = f"{row.answer}@{movement}"
    for _ in range(TRIES_MAX):
        spoken = _spoken(ports, row)  # each time anew: it may be erased meanwhile
        if spoken.record.movement == movement or ports.store.answer(row.caller, name) is not None:
            return
        try:
            _hear(ports, row, spoken, (name, movement, trip))
        except Lost:
            continue
        except Refusal as refusal:
            raise Refused(*refusal.findings) from refusal
        return
    raise InConflict(Finding(code="movement.busy", value=movement))


def _spoken(ports: Ports, row: TripReport) -> _Spoken:
    record = ports.store.answer(row.caller, row.answer)
    body = ports.store.body(record.body) if record is not None else None
    if record is None or body is None:
        raise NotFound(Finding(code="movement.body-erased", value=row.answer))
    return _Spoken(record, body, ports.store.message(record.message) if record.message else None)


def _hear(ports: Ports, row: TripReport, spoken: _Spoken, hearer: tuple[str, str, Trip]) -> None:
    name, reference, trip = hearer
    loaded = load(ports, reference, tenant=row.tenant)
    with ports.packs.slot() as packs:
        answer = _read(spoken, _pack(ports, row, loaded, packs))
        _check(loaded, answer, row)
        events = decide(loaded.subject.movement, answer, row.office, row.at, trip_of(loaded, trip))
        if not is_news(events):
            return
        advanced = move(ports, loaded, events, packs)
    writing = Writing(ports, row.tenant, ports.clock.now())
    own = last_told(ports, reference, row.caller, answer.about)
    heard = replace(
        spoken.record,
        id=name,
        movement=reference,
        message=own.id if own is not None else "",
        seal="",
        received_at=writing.at,
    )
    links = _write(writing, loaded, (heard, answer, row, spoken), events, advanced)
    ports.store.commit(writing.change())
    ports.wakeup.knock(links)


def _pack(ports: Ports, row: TripReport, loaded: Loaded, packs: PackSet) -> Pack:
    link = ports.store.link(row.caller)
    pack = pack_for(packs, loaded.record, link.administration) if link is not None else None
    if pack is None:
        raise pack_gone(link.administration if link else row.caller, loaded.record.reference)
    return pack


def _read(spoken: _Spoken, pack: Pack) -> Answer:
    answer = pack.read_answer(native_of(spoken.body.content, spoken.body.media_type))
    about = spoken.about
    if about is not None and not answer.about:
        answer = replace(answer, about=about.type, procedure=answer.procedure or about.procedure)
    return replace(answer, numbers=(), findings=())


def _check(loaded: Loaded, answer: Answer, row: TripReport) -> None:
    """Refuse what cannot be true of this movement, though its vehicle is the one.

    Goods that nobody released have not crossed a border: a person must see where they are.
    """
    movement = loaded.subject.movement
    crossing = answer.event in PASSING
    released = movement.has(EventKind.RELEASED) or movement.set_out
    against = (
        (movement.invalidated, "report.invalidating"),
        (loaded.subject.itinerary.office(row.office) is None, "report.office-not-on-the-way"),
        (crossing and not released, "report.not-released"),
    )
    code = next((code for holds, code in against if holds), "")
    if code:
        raise Refusal(Finding(code=code, value=answer.event or answer.kind.value))


def _write(
    writing: Writing,
    loaded: Loaded,
    taken: tuple[AnswerRecord, Answer, TripReport, _Spoken],
    events: tuple[Event, ...],
    advanced: Advanced,
) -> tuple[str, ...]:
    heard, answer, row, spoken = taken
    writing.insert(heard)
    acknowledged = writing.ports.store.body(heard.acknowledgement)
    told = [("answer", spoken.body)]
    told += [("acknowledgement", acknowledged)] if acknowledged is not None else []
    for _, body in told:
        writing.insert(body)  # held, so that nobody erases it before this points at it
    facts = {
        "answer": heard.id,
        "type": heard.type,
        "kind": heard.kind,
        "about": answer.about,
        "office": row.office,
        "vouched": Vouched.RUN.value,
        "heard": spoken.record.movement,
        "message": heard.message,
    }
    writing.entry(
        EntryKind.ANSWER,
        movement=heard.movement,
        link=heard.link,
        facts=facts,
        bodies=told,
        packs=loaded.record.packs,
    )
    return write_step(writing, loaded, (*events, *advanced.events), advanced)
