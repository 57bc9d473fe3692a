"""One change in the making: rows, bodies, log entries."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import fields
from datetime import datetime
from hashlib import sha256

import gateway
from gateway.audit.entry import EntryKind, make_entry
from gateway.domain.event import Event, EventKind
from gateway.domain.finding import Finding, Refusal
from gateway.domain.message import Message
from gateway.domain.movement import Movement
from gateway.domain.records import (
    Body,
    Change,
    Erase,
    Insert,
    LogRecord,
    Lost,
    MovementEvent,
    MovementRecord,
    NumberRecord,
    Record,
    Update,
)
from gateway.markup import tree, workbook
from gateway.ports import Ports

TRIES_MAX = 8
"""How often a change is made anew when somebody else's was faster."""

TELLING_FACTS = frozenset(
    {
        *("kind", "type", "state", "number-kind", "number", "channel", "result"),
        *("lane", "passage", "decision", "reason", "weight", "declared"),
        *("deadline", "due", "delay", "temperature"),
        *("trip", "happened", "packages"),
    }
)
"""Facts of events that an entry may show; others can hold plates, seals or names."""


def versions(packs: Iterable[tuple[str, str]] = ()) -> dict[str, object]:
    """Return what decided: gateway, libraries, zone data, and packs by administration."""
    libraries = {**tree.versions(), "calamine": workbook.READER}
    return {"gateway": gateway.__version__, **libraries, "packs": dict(packs)}


class Writing:
    """Gathers one change: rows, bodies and the log entries that tell of them."""

    def __init__(self, ports: Ports, tenant: str, at: datetime) -> None:
        self.ports = ports
        self.tenant = tenant
        self.at = at
        self._bodies: dict[str, Body] = {}
        self._steps: list[Insert | Update | Erase] = []

    def insert(self, record: Record) -> None:
        """Add a new row."""
        self._steps.append(Insert(record))

    def update(
        self,
        table: str,
        key: str,
        values: Mapping[str, object],
        expect: Mapping[str, object] | None = None,
    ) -> None:
        """Change one row, if it still is as expected."""
        self._steps.append(Update(table=table, key=key, values=values, expect=expect or {}))

    def erase(self, step: Erase) -> None:
        """Take bodies and what rows hold in clear away for good."""
        self._steps.append(step)

    def body(self, content: bytes, media_type: str) -> Body:
        """Keep bytes exactly; the same bytes are kept once.

        Those that are kept already are written again, which changes nothing: unless they are
        lawfully erased with another movement before this change is written. If somebody else keeps
        the same ones first, the change is lost and must be drawn anew (:func:`write_surely`).
        """
        digest = sha256(content).hexdigest()
        if digest in self._bodies:
            return self._bodies[digest]
        body = self.ports.store.body(digest) or Body(
            digest=digest,
            tenant=self.tenant,
            media_type=media_type,
            content=content,
            salt=self.ports.ids.salt(),
        )
        self.insert(body)
        self._bodies[digest] = body
        return body

    def entry(
        self,
        kind: EntryKind,
        *,
        movement: str = "",
        link: str = "",
        facts: Mapping[str, object] | None = None,
        bodies: Iterable[tuple[str, Body]] = (),
        packs: Iterable[tuple[str, str]] = (),
    ) -> None:
        """Add a log entry."""
        written = make_entry(
            kind,
            self.at,
            self.tenant,
            movement=movement,
            link=link,
            facts=facts or {},
            bodies=[(role, body.salt, body.digest) for role, body in bodies],
            versions=versions(packs),
        )
        self.insert(
            LogRecord(
                id=self.ports.ids.new("log"),
                tenant=self.tenant,
                at=self.at,
                kind=kind.value,
                movement=movement,
                link=link,
                entry=written.content,
                leaf=written.leaf,
            )
        )

    def change(self) -> Change:
        """Return what was gathered, as one transaction."""
        return Change(tuple(self._steps))


def write_surely(ports: Ports, draw: Callable[[], Change]) -> None:
    """Write what ``draw`` returns; again where somebody has just kept the same bytes.

    Raises:
        Lost: for any other reason.
    """
    for _ in range(TRIES_MAX):
        try:
            ports.store.commit(draw())
        except Lost as lost:
            if lost.what != "bodies":
                raise
        else:
            return
    raise Lost("bodies")


def message_facts(message: Message) -> dict[str, object]:
    """Return what every entry about a message tells of it."""
    return {"message": message.id, "type": message.type, "office": message.office}


def write_events(writing: Writing, movement: Movement, events: Iterable[Event]) -> None:
    """Add event rows, newly given official numbers, and one entry that lists them."""
    events = tuple(events)
    for event in events:
        writing.insert(
            MovementEvent(movement=movement.reference, tenant=movement.tenant, event=event)
        )
        if event.kind is EventKind.NUMBER_GIVEN:
            _write_number(writing, _number(movement, event))
    if events:
        told = [_told(event) for event in events]
        writing.entry(EntryKind.EVENT, movement=movement.reference, facts={"events": told})


def _write_number(writing: Writing, number: NumberRecord) -> None:
    """Keep a number by which its movement is found; one given again leads there already.

    Raises:
        Refusal: ``answer.number-elsewhere``: it leads to another movement.
    """
    known = writing.ports.store.movement_by_number(number.administration, number.number)
    if known is None:
        writing.insert(number)
    elif known.reference != number.movement:
        raise Refusal(Finding(code="answer.number-elsewhere", value=number.number))


def _number(movement: Movement, event: Event) -> NumberRecord:
    procedure = movement.procedure(event.procedure)
    return NumberRecord(
        number=event.fact("number"),
        kind=event.fact("number-kind"),
        administration=procedure.administration if procedure else "",
        movement=movement.reference,
        procedure=event.procedure,
        tenant=movement.tenant,
    )


def _told(event: Event) -> dict[str, object]:
    return {
        "sequence": event.sequence,
        "kind": event.kind.value,
        "at": event.at.isoformat(),
        "office": event.office,
        "procedure": event.procedure,
        "message": event.message,
        "facts": {name: value for name, value in event.facts if name in TELLING_FACTS},
    }


def write_message(writing: Writing, before: Message | None, message: Message) -> None:
    """Insert a new message row, or update what changed of the stored one."""
    if before is None:
        writing.insert(message)
        return
    names = [field.name for field in fields(Message)]
    values = {
        name: getattr(message, name)
        for name in names
        if getattr(message, name) != getattr(before, name)
    }
    if values:
        writing.update("messages", message.id, values, {"state": before.state})


def write_movement(
    writing: Writing,
    record: MovementRecord,
    movement: Movement,
    amended: Mapping[str, object] | None = None,
) -> None:
    """Move the record to its next version, if nobody else did; ``amended`` are other new values."""
    values = {"version": record.version + 1, "state": movement.state.value, **(amended or {})}
    writing.update("movements", record.reference, values, {"version": record.version})
