"""Why one message stands where it stands, and the one safe thing to do about it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from types import MappingProxyType

from gateway import register
from gateway.domain.delivery import Attempt, Link, LinkKind, Outcome
from gateway.domain.errors import NotFound
from gateway.domain.finding import Finding, Severity
from gateway.domain.message import UNWELCOME, Message, MessageState
from gateway.ports import Ports

PATIENCE = timedelta(seconds=30)
_CERTIFICATE_WORDS = ("[ssl: ", "certificate verify failed")
"""How OpenSSL speaks. The bare word *ssl* stands in every failed connection (``ssl:default``)."""

WELL: Mapping[str, Severity] = MappingProxyType(
    {
        "diagnosis.delivered": Severity.INFORMATION,
        "diagnosis.dropped": Severity.INFORMATION,
        "diagnosis.on-its-way": Severity.INFORMATION,
    }
)
"""Diagnoses that ask for nothing; every other one is an error."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Diagnosis:
    """Why a message stands where it does. ``behind`` is the head of its stream, if that is why."""

    message: Message
    finding: Finding
    behind: str = ""


def diagnose(ports: Ports, tenant: str, name: str) -> Diagnosis:
    """Say why a message is not at its office; of one that stands behind another, why that one is.

    Raises:
        NotFound: no such message for this tenant.
    """
    message = ports.store.message(name)
    if message is None or message.tenant != tenant:
        raise NotFound(Finding(code="message.unknown", value=name))
    look = _Look(ports)
    if message.state is MessageState.DUE:
        head = look.head(message)
        if head.id != message.id:
            return Diagnosis(message=message, finding=look.why(head), behind=head.id)
    return Diagnosis(message=message, finding=look.why(message))


def _said(code: str, message: Message, **words: str) -> Finding:
    return Finding(
        code=code,
        severity=WELL.get(code, Severity.ERROR),
        value=message.id,
        offices=(message.office,),
        args=(("type", message.type), *words.items()),
    )


def _spelled(at: datetime | None) -> str:
    return f"{at:%Y-%m-%d %H:%M:%S}Z" if at else ""


class _Look:
    """One look at one message."""

    def __init__(self, ports: Ports) -> None:
        self._ports = ports
        self._now = ports.clock.now()

    def head(self, message: Message) -> Message:
        """Return who holds the turn of a message's stream."""
        turn = [
            one
            for one in self._ports.store.messages(message.movement)
            if one.stream == message.stream and one.state in register.LIVING
        ]
        return min(
            (one for one in turn if one.place is not None),
            key=lambda one: one.place or 0,
            default=message,
        )

    def why(self, message: Message) -> Finding:
        """Return the reason by the message's state."""
        match message.state:
            case MessageState.ACKNOWLEDGED:
                return self._delivered(message)
            case MessageState.DROPPED:
                return _said("diagnosis.dropped", message, why=message.waits_for or "not needed")
            case MessageState.WAITING:
                return self._waiting(message)
            case MessageState.AWAITING_SIGNATURE:
                return _said("diagnosis.signature", message, signatory=message.signatory.value)
            case MessageState.PARKED:
                why = message.waits_for.partition(":")[2]
                code = "diagnosis.deadline" if why == "deadline" else "diagnosis.refused"
                return _said(code, message, why=register.refusal_of(self._ports, message) or why)
            case MessageState.DUE:
                return self._due(message)

    def _delivered(self, message: Message) -> Finding:
        answers = self._ports.store.answers(message.movement)
        own = [one for one in answers if one.message == message.id]
        if own and own[-1].kind in UNWELCOME:
            return _said("diagnosis.answer-refused", message, kind=own[-1].kind)
        return _said("diagnosis.delivered", message, at=_spelled(message.acknowledged_at))

    def _waiting(self, message: Message) -> Finding:
        with self._ports.packs.slot() as packs:
            known = packs.by_digest(message.pack) is not None
        if not known:
            return _said("diagnosis.schema-version", message, pack=message.pack[:16])
        return _said("diagnosis.precondition", message, waits=message.waits_for)

    def _due(self, message: Message) -> Finding:
        link = self._ports.store.link(message.link)
        if link is None:
            return _said("diagnosis.no-link", message, link=message.link)
        if link.paused:
            return _said("diagnosis.paused", message, link=link.id)
        if link.kind is LinkKind.FEED:
            return _said("diagnosis.not-fetched", message, link=link.id)
        tried = self._ports.store.attempts(message.id)
        if tried:
            return self._tried(message, link, tried[-1])
        return self._untried(message, link)

    def _untried(self, message: Message, link: Link) -> Finding:
        if link.breaker.opened_at is not None:
            since = _spelled(link.breaker.opened_at)
            why = f"no answer since {since}"
            return _said("diagnosis.endpoint", message, link=link.id, why=why)
        due_at = message.next_at or message.created_at
        late = self._now - due_at > PATIENCE
        code = "diagnosis.no-worker" if late else "diagnosis.on-its-way"
        return _said(code, message, link=link.id)

    def _tried(self, message: Message, link: Link, last: Attempt) -> Finding:
        words = {"link": link.id, "why": last.detail or last.outcome.value}
        after = _spelled(message.next_at)
        match last.outcome:
            case Outcome.UNREACHABLE:
                tls = any(word in last.detail.lower() for word in _CERTIFICATE_WORDS)
                code = "diagnosis.certificate" if tls else "diagnosis.endpoint"
                return _said(code, message, **words)
            case Outcome.BUSY:
                return _said("diagnosis.busy", message, **words, after=after)
            case Outcome.UNCLEAR:
                return _said(_receipt(last.detail), message, **words)
            case Outcome.HANDED_OVER:
                return _said("diagnosis.handed-over", message, link=link.id)
            case _:
                return self._untried(message, link)  # what was refused before goes anew


def _receipt(detail: str) -> str:
    """Return what a receipt that does not hold points at."""
    if detail == "receipt.wrong-time":
        return "diagnosis.clock"
    return "diagnosis.seal" if detail.startswith("seal.") else "diagnosis.receipt"
