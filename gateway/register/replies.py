"""What one reply of an office comes to: the outcome of a try, and how that is kept."""

from collections.abc import Mapping
from dataclasses import replace

from gateway.audit.entry import EntryKind
from gateway.audit.evidence import handover
from gateway.domain.delivery import Attempt, Link, Outcome
from gateway.domain.errors import Unavailable
from gateway.domain.finding import Refusal
from gateway.domain.message import Message, MessageState, ReceiptKind
from gateway.domain.parcel import Reply
from gateway.domain.records import Change
from gateway.ports import Ports
from gateway.register.receipts import check_receipt
from gateway.register.writing import Writing, message_facts

QUOTED_MAX = 300
"""How many characters of what an office wrote are kept with a refusal."""

SUCCESS = range(200, 300)
PATIENCE = frozenset({408, 425, 429})
SERVER_TROUBLE = range(500, 600)


def judge(link: Link, message: Message, reply: Reply, wanted: ReceiptKind) -> Attempt:
    """Turn what came back into an outcome; only what proves enough acknowledges.

    A mistake of our own is unclear: it says nothing of the link, which stays open to others.
    """
    outcome, detail, receipt = Outcome.REFUSED, f"status {reply.status}", reply.content
    if reply.status == 0 and not reply.mistake:
        outcome, detail = Outcome.UNREACHABLE, reply.error
    elif reply.error or reply.mistake:
        outcome, detail = Outcome.UNCLEAR, reply.error
    elif reply.status in SUCCESS and wanted is ReceiptKind.SIGNED:
        try:
            check_receipt(link, message, reply.content, reply.at)
            outcome = Outcome.ACKNOWLEDGED
        except Refusal as refusal:
            outcome, detail = Outcome.UNCLEAR, refusal.findings[0].code
    elif reply.status in SUCCESS and wanted is ReceiptKind.NATIVE:
        outcome = Outcome.HANDED_OVER
    elif reply.status in SUCCESS:
        outcome, receipt = Outcome.ACKNOWLEDGED, _handover(link, message, reply)
    elif reply.status in PATIENCE or reply.status in SERVER_TROUBLE:
        outcome = Outcome.BUSY
    else:
        detail = ": ".join(filter(None, (detail, _quoted(reply.content))))
    return Attempt(
        message=message.id,
        at=reply.at,
        outcome=outcome,
        detail=detail,
        receipt=receipt if outcome is Outcome.ACKNOWLEDGED else None,
        retry_after_seconds=reply.retry_after_seconds,
    )


def unforeseen(message: Message, reply: Reply, mistake: Exception) -> Attempt:
    """Return the attempt of a reply that we could not take in by our own mistake."""
    return Attempt(
        message=message.id,
        at=reply.at,
        outcome=Outcome.UNCLEAR,
        detail=f"not-taken-in: {type(mistake).__name__}",
        retry_after_seconds=reply.retry_after_seconds,
    )


def unmoved(message: Message) -> Mapping[str, object]:
    """Return what holds as long as no answer to a message due came meanwhile."""
    return {"state": MessageState.DUE, "next_at": message.next_at}


def broken_off(ports: Ports, link: Link, message: Message, why: Unavailable) -> Change:
    """Return the change that keeps a try whose reply nobody waited for: its office may have it."""
    attempt = Attempt(
        message=message.id,
        at=ports.clock.now(),
        outcome=Outcome.UNREACHABLE,
        detail=why.findings[0].code,
    )
    writing = write_try(ports, link, message, attempt, {})
    tries = {"attempts": message.attempts + 1}
    writing.update("messages", message.id, tries, unmoved(message))
    return writing.change()


def write_try(
    ports: Ports, link: Link, message: Message, attempt: Attempt, values: Mapping[str, object]
) -> Writing:
    """Return the writing of a try under its link's fence, without what it means for its message.

    ``values`` are what changes of the link, its bucket beside.
    """
    writing = Writing(ports, message.tenant, attempt.at)
    bucket = {"bucket": link.bucket} if link.rate else {}
    writing.update("links", link.id, {**values, **bucket}, {"fence": link.fence})
    writing.insert(replace(attempt, receipt=None))
    writing.entry(
        EntryKind.SENT,
        movement=message.movement,
        link=link.id,
        facts={
            **message_facts(message),
            "attempt": message.attempts + 1,
            "outcome": attempt.outcome.value,
            "detail": attempt.outline,
        },
    )
    return writing


def refusal_of(ports: Ports, message: Message) -> str:
    """Return what an office said of a message that is parked because it refused it, else nothing.

    It was told to us alone: it is shown to people, and stands in no log.
    """
    if message.state is not MessageState.PARKED:
        return ""
    tried = ports.store.attempts(message.id)
    last = tried[-1] if tried else None
    told = last is not None and last.outcome is Outcome.REFUSED
    return last.detail if last and told and message.waits_for == f"person:{last.outline}" else ""


def _quoted(content: bytes) -> str:
    """Return the beginning of what an office wrote, on one line and without control characters."""
    text = content[: QUOTED_MAX * 8].decode("utf-8", "replace")
    printable = "".join(one if one.isprintable() else " " for one in text)
    return " ".join(printable.split())[:QUOTED_MAX]


def _handover(link: Link, message: Message, reply: Reply) -> bytes:
    return handover(
        message=message.id,
        digest=message.wire or "",
        link=link.id,
        office=message.office,
        at=reply.at,
    )
