"""The ways out for a message that waits for a person: skipped, cancelled, superseded.

A message that was given a place in its stream and never reached its office leaves this place to
what comes next: an office of exchange v1 takes places without gaps, so those behind move up, sealed
anew with the same id and the same bytes. Where the office says that it has something else in that
place (an older database was put back), the place is left as taken, and nobody moves. Only the head
of a stream is ever sent, so none of them is at the office already, unless it fetched one out of the
feed: once it acknowledged that one, nobody moves. Whoever calls holds the lease of the link.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from gateway.domain.deciding import end
from gateway.domain.errors import InConflict, Refused
from gateway.domain.event import Event
from gateway.domain.finding import Finding, Refusal
from gateway.domain.message import OPEN_STATES, PLACE_TAKEN, AnswerKind, Message, MessageState
from gateway.domain.procedure import ProcedureState
from gateway.pipeline.advance import Advanced, advance
from gateway.pipeline.sign import seal_message
from gateway.ports import Ports
from gateway.register.load import Loaded
from gateway.register.moving import move
from gateway.register.owing import Owing, owe
from gateway.register.stepping import write_step
from gateway.register.writing import Writing, write_events, write_message, write_movement

LIVING = (*OPEN_STATES, MessageState.PARKED)
"""States of messages that may still reach their office."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Exit:
    """What becomes of a movement's messages when one takes a way out.

    ``dropped`` are never sent; ``moved`` go up one place in the stream; ``stranded`` wait for an
    answer that can no longer come; ``events`` end what no office was told of.
    """

    dropped: tuple[Message, ...]
    moved: tuple[Message, ...]
    stranded: tuple[Message, ...] = ()
    events: tuple[Event, ...] = ()


def skipping(loaded: Loaded, message: Message) -> Exit:
    """Return what skipping means: this message alone is dropped, the stream goes on."""
    stranded = _stranded(loaded.messages, message)
    return Exit(dropped=(message,), moved=_behind(loaded.messages, message), stranded=stranded)


def cancelling(loaded: Loaded, message: Message) -> Exit:
    """Return what cancelling means: dropped together with whatever waits for its answer."""
    dropped = (message, *_stranded(loaded.messages, message))
    return Exit(dropped=dropped, moved=_behind(loaded.messages, message))


def ending(ports: Ports, loaded: Loaded, message: Message, leaving: Exit) -> Exit:
    """Add the end of a procedure whose last word to an office is taken back.

    Where the enterprise took the movement back, and nothing was sent that the office could decide
    on, nobody is left to let go: the procedure counts as invalidated. While the office of departure
    has its say, others are not looked at.
    """
    movement = loaded.subject.movement
    kind = message.procedure
    procedure = movement.procedure(kind)
    if procedure is None or procedure.state is not ProcedureState.LODGED:
        return leaving
    others_decide = movement.departure_decides and procedure is not movement.procedures[0]
    if others_decide or not movement.invalidating:
        return leaving
    with ports.packs.slot() as packs:
        pack = packs.by_digest(message.pack)
    specs = pack.answers.specs if pack else ()
    decisive = {one.about for one in specs if one.procedure_state and one.procedure in ("", kind)}
    gone = {one.id for one in leaving.dropped}
    may_be_answered = any(
        one.procedure == kind and one.type in decisive and one.id not in gone
        for one in loaded.messages
        if one.state not in (MessageState.DROPPED, MessageState.WAITING)
    )
    if pack is None or may_be_answered:
        return leaving
    return replace(leaving, events=end(movement, kind, ports.clock.now(), message.office))


def _behind(messages: Iterable[Message], message: Message) -> tuple[Message, ...]:
    """Return who has a later place in the same stream, in order.

    Raises:
        InConflict: ``act.overtaken``: the office has one of them already, in the place it has now.
    """
    if message.place is None or message.displaced:
        return ()
    after = [
        one for one in messages if one.stream == message.stream and (one.place or 0) > message.place
    ]
    if any(one.state is MessageState.ACKNOWLEDGED for one in after):
        raise InConflict(Finding(code="act.overtaken", value=message.id))
    later = [one for one in after if one.state in LIVING]
    return tuple(sorted(later, key=lambda one: one.place or 0))


def _stranded(messages: Iterable[Message], message: Message) -> tuple[Message, ...]:
    """Return the messages that wait, directly or not, for an answer only ``message`` could get."""
    messages = tuple(messages)
    gone, found = {message.id}, [message]
    for one in found:
        kind = (one.pack, one.type)
        if any(
            other.id not in gone
            and (other.pack, other.type) == kind
            and other.state is not MessageState.DROPPED
            for other in messages
        ):
            continue  # another part of it, or the same for another office, may still be answered
        waiting = [
            other
            for other in messages
            if other.state is MessageState.WAITING
            and other.id not in gone
            and other.pack == one.pack
            and _needs(other, one.type)
        ]
        gone |= {other.id for other in waiting}
        found += waiting
    return tuple(found[1:])


def _needs(message: Message, kind: str) -> bool:
    """Tell whether it waits for what only an answer to a message of type ``kind`` can say.

    That an office lets go it says in other words too, and what never reached it ends by itself.
    """
    parts = (part.partition(":") for part in message.waits_for.split(", "))
    answers = [answer.partition("@")[0] for name, _, answer in parts if name == kind]
    return any(one != AnswerKind.INVALIDATED.value for one in answers)


def awaited_types(message: Message) -> tuple[str, ...]:
    """Return the types of the messages whose answers a waiting message waits for."""
    parts = message.waits_for.split(", ")
    return tuple(part.partition(":")[0] for part in parts if ":" in part)


def write_exit(writing: Writing, loaded: Loaded, leaving: Exit, why: str) -> tuple[str, ...]:
    """Drop and move up; ``why`` is what the dropped rows say of themselves.

    Returns the links to knock at, where the end of a procedure makes something due.

    Raises:
        Refused: an office would refuse what becomes due.
    """
    after = {one.id: one for one in loaded.messages}
    for one in leaving.dropped:
        said = why + PLACE_TAKEN if one.displaced else why
        after[one.id] = replace(one, state=MessageState.DROPPED, waits_for=said, next_at=None)
        write_message(writing, one, after[one.id])
    for one in leaving.moved:  # nobody's place is taken twice, not even inside the transaction
        writing.update("messages", one.id, {"place": -(one.place or 0)}, {"state": one.state})
    for one in leaving.moved:
        after[one.id] = _moved_up(writing.ports, one, writing)
        write_message(writing, one, after[one.id])
    if not leaving.events:
        write_movement(writing, loaded.record, loaded.subject.movement)
        return ()
    loaded = replace(loaded, messages=tuple(after.values()))
    try:
        with writing.ports.packs.slot() as packs:
            advanced = move(writing.ports, loaded, leaving.events, packs)
    except Refusal as refusal:
        raise Refused(*refusal.findings) from refusal
    return write_step(writing, loaded, (*leaving.events, *advanced.events), advanced)


def _moved_up(ports: Ports, message: Message, writing: Writing) -> Message:
    moved = replace(message, place=(message.place or 0) - 1)
    if message.envelope is None:
        return moved
    body = ports.store.body(message.wire or "")
    if body is None:
        raise InConflict(Finding(code="message.no-content", value=message.id))
    media_type = message.media_type
    return seal_message(moved, body.content, media_type, ports.keys.seal, writing.at)


def supersede(writing: Writing, loaded: Loaded, message: Message) -> tuple[str, tuple[str, ...]]:
    """Make a message anew from the movement as it now stands, in the place of a parked one.

    Returns the new message's id and the links to knock at. Without a mandate it awaits its
    signature, and its stream with it.

    Raises:
        InConflict: ``act.not-owed``: nothing would be sent any more; ``act.pack-missing``.
        Refused: the office would refuse it again.
    """
    ports = writing.ports
    name = ports.ids.new("msg")
    advanced = _made(ports, loaded, message, name)
    gone = replace(
        message, state=MessageState.DROPPED, waits_for=f"superseded:{name}", next_at=None
    )
    write_message(writing, message, gone)
    write_movement(writing, loaded.record, advanced.movement)
    write_events(writing, advanced.movement, advanced.events)
    owing = Owing(
        declaration=loaded.declaration,
        trust=ports.store.trust(loaded.record.tenant),
        before={one.id: one for one in loaded.messages},
    )
    return name, owe(writing, advanced, owing)


def _made(ports: Ports, loaded: Loaded, message: Message, name: str) -> Advanced:
    """Return the step that makes it; of a message that was split, the same part."""
    now = ports.clock.now()
    with ports.packs.slot() as packs:
        pack = packs.by_digest(message.pack)
        if pack is None:
            raise InConflict(Finding(code="act.pack-missing", value=message.pack))
        fresh = _blank(message, name, pack.message(message.type).media_type)
        try:
            advanced = advance(loaded.subject, [replace(fresh, created_at=now)], packs, now)
        except Refusal as refusal:
            raise Refused(*refusal.findings) from refusal
    part = int(message.id.partition(".")[2] or 1)
    if len(advanced.fired) < part:
        raise InConflict(Finding(code="act.not-owed", value=message.id))
    fired = advanced.fired[part - 1]
    kept = replace(fired, message=replace(fired.message, id=name))
    return replace(advanced, fired=(kept,), dropped=(), waiting=())


def _blank(message: Message, name: str, media_type: str) -> Message:
    """Return the row as if nothing had been made of it, but in its place."""
    return replace(
        message,
        id=name,
        media_type=media_type,
        state=MessageState.WAITING,
        waits_for="",
        unsigned=None,
        wire=None,
        signed_by=None,
        envelope=None,
        seal=None,
        deadline=None,
        attempts=0,
        next_at=None,
        feed_sequence=None,
    )
