"""What becomes owed when a movement moves: triggers, projection, and the procedures opened by it.

The same function serves submission, answers and reports: given the movement as it now stands and
the messages that still wait, it says which fire, with their to-be-signed bytes, and what the others
wait for.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from gateway.domain.finding import Finding, Refusal
from gateway.domain.message import Message, MessageState
from gateway.domain.movement import Event, Movement, fold, lodge
from gateway.packs.manifest import MessageSpec
from gateway.packs.pack import Pack, PackSet
from gateway.pipeline.project import Addressee, Subject, project


@dataclass(frozen=True, slots=True)
class Fired:
    """One message whose time has come: its row and the bytes to be signed."""

    message: Message
    unsigned: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Advanced:
    """What a step forward leads to.

    ``events`` are those that opening procedures adds; ``fired`` may hold several parts of one
    message; ``dropped`` yielded nothing; ``waiting`` are rows whose reason changed;
    ``findings`` are what the offices would remark on what fired.
    """

    movement: Movement
    events: tuple[Event, ...]
    fired: tuple[Fired, ...]
    dropped: tuple[Message, ...]
    waiting: tuple[Message, ...]
    findings: tuple[Finding, ...] = ()


def unmet(spec: MessageSpec, pack: Pack, movement: Movement) -> tuple[str, ...]:
    """Return what a message still waits for: event kinds, or ``TYPE:answer`` of another message."""
    happened = {event.kind.value for event in movement.happened}
    events = [kind for kind in spec.on if kind not in happened]
    answers = [
        f"{one.message}:{one.answer}"
        for one in spec.after
        if (not one.switch or pack.switch(one.switch))
        and f"{one.message}:{one.answer}" not in movement.answered
    ]
    return (*events, *answers)


def advance(subject: Subject, waiting: Iterable[Message], packs: PackSet, at: datetime) -> Advanced:
    """Fire what is due now. ``subject.movement`` already holds the events that caused it.

    Raises:
        Refusal: a projection fails its office's schema or rules; all of them at once.
    """
    fired: list[Fired] = []
    dropped: list[Message] = []
    changed: list[Message] = []
    opened: list[str] = []
    findings: list[Finding] = []
    remarks: list[Finding] = []
    for message in waiting:
        pack = packs.by_digest(message.pack)
        if pack is None:
            continue  # an older pack that this process has not loaded: another worker's to fire
        spec = pack.message(message.type)
        if missing := unmet(spec, pack, subject.movement):
            reason = ", ".join(missing)
            if reason != message.waits_for:
                changed.append(replace(message, waits_for=reason))
            continue
        try:
            parts, remarked = _project(subject, message, pack, spec, at)
        except Refusal as refusal:
            findings += refusal.findings
            continue
        fired += parts
        remarks += remarked
        if parts:
            opened.append(message.procedure)
        else:
            dropped.append(replace(message, state=MessageState.DROPPED, waits_for=""))
    if findings:
        raise Refusal(*findings)
    events = lodge(subject.movement, opened, at)
    return Advanced(
        movement=fold(subject.movement, events),
        events=events,
        fired=tuple(fired),
        dropped=tuple(dropped),
        waiting=tuple(changed),
        findings=tuple(remarks),
    )


def _project(
    subject: Subject, message: Message, pack: Pack, spec: MessageSpec, at: datetime
) -> tuple[list[Fired], tuple[Finding, ...]]:
    stop = next(
        stop
        for stop in subject.itinerary.stops
        if stop.office.code == message.office and stop.role == spec.role
    )
    addressee = Addressee(pack=pack, spec=spec, stop=stop, message=message.id, at=at)
    deadline = at + timedelta(hours=spec.deadline_hours) if spec.deadline_hours else None
    projected = project(subject, addressee)
    parts = [
        Fired(
            replace(
                message,
                id=message.id if part == 1 else f"{message.id}.{part}",
                waits_for="",
                deadline=deadline,
            ),
            content,
        )
        for part, content in enumerate(projected.contents, start=1)
    ]
    return parts, projected.findings
