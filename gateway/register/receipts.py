"""Receipts of links: checking one, and recording that a message is done."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from gateway.audit.entry import EntryKind, EntryView
from gateway.audit.evidence import answer_header, read_handover
from gateway.audit.exchange import read_envelope, read_receipt, read_reply, verify_link_seal
from gateway.domain.delivery import Link
from gateway.domain.finding import Finding, Refusal
from gateway.domain.message import Message, MessageState, ReceiptKind
from gateway.domain.records import AnswerRecord
from gateway.packs.pack import PackSet
from gateway.register.writing import Writing, message_facts

CLOCK_TOLERANCE = timedelta(seconds=300)
"""How far the clocks of a link and of ours may stand apart."""


def check_receipt(
    link: Link, message: Message, content: bytes, at: datetime, keys: tuple[bytes, ...] = ()
) -> None:
    """Check that a receipt is the link's own and speaks of exactly this message.

    It came at ``at``; nobody stores a message before it is sealed, or after the receipt is there.

    It must be sealed with the key that counts now; ``keys`` are others, of one taken in before.

    Raises:
        Refusal: ``seal.*``, ``exchange.malformed``, ``receipt.other-message`` or
            ``receipt.wrong-time``.
    """
    paper = read_reply("receipt", content)
    verify_link_seal(paper.content, paper.seal, *(keys or (link.key,)))
    receipt = read_receipt(paper.content)
    told = (receipt.message, receipt.digest, receipt.link, receipt.office)
    if told != (message.id, message.wire, link.id, message.office):
        raise Refusal(Finding(code="receipt.other-message", value=receipt.message))
    sealed = read_envelope(message.envelope).issued if message.envelope else message.created_at
    if not sealed - CLOCK_TOLERANCE <= receipt.received <= at + CLOCK_TOLERANCE:
        raise Refusal(Finding(code="receipt.wrong-time", value=receipt.received.isoformat()))


def check_kept(
    link: Link, message: Message, content: bytes, answers: Iterable[AnswerRecord]
) -> ReceiptKind:
    """Check a recorded receipt again by what it is said to prove, and return that.

    A native receipt is one of the answers that quote the message; the transport's word is our own
    note of the hand-over.

    Raises:
        Refusal: as :func:`check_receipt`, or ``receipt.other-message``.
    """
    kind, right = message.receipt_kind or ReceiptKind.SIGNED, True
    match kind:
        case ReceiptKind.SIGNED:
            at = message.acknowledged_at or message.created_at
            check_receipt(link, message, content, at, link.keys_at(at))
        case ReceiptKind.NATIVE:
            told = {(answer.link, answer.message, answer.body) for answer in answers}
            right = (link.id, message.id, message.receipt) in told
        case ReceiptKind.TRANSPORT:
            right = read_handover(content) == (message.id, message.wire, link.id, message.office)
    if not right:
        raise Refusal(Finding(code="receipt.other-message", value=message.id))
    return kind


def kept_header(answer: AnswerRecord, entry: EntryView) -> bytes:
    """Build the header again that was sealed for an answer, of what the log's entry says of it."""
    return answer_header(
        answer=answer.id,
        link=answer.link,
        office=str(entry.facts.get("office", "")),
        digest=answer.body,
        media_type=str(entry.facts.get("media_type", "")),
        issued=str(entry.facts.get("issued", "")),
    )


def proof(packs: PackSet, link: Link, message: Message) -> ReceiptKind:
    """Return what a receipt must prove before ``message`` is done.

    A type that the office never answers in its own format, quoting the message, cannot have a
    native receipt; then the transport's word is all there is.
    """
    if link.receipt is not ReceiptKind.NATIVE:
        return link.receipt
    pack = packs.by_digest(message.pack)
    specs = pack.answers.specs if pack else ()
    answered = any(spec.about == message.type and spec.correlation for spec in specs)
    return ReceiptKind.NATIVE if answered else ReceiptKind.TRANSPORT


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """A receipt that was checked: what it proves, and its exact bytes.

    ``tried`` tells that it came back from the try that is recorded with it.
    """

    kind: ReceiptKind
    content: bytes
    media_type: str = "application/json"
    tried: bool = True


def acknowledge(writing: Writing, message: Message, receipt: Proof) -> None:
    """Record a valid receipt: the message, due or parked until now, is done."""
    body = writing.body(receipt.content, receipt.media_type)
    values = {
        "state": MessageState.ACKNOWLEDGED,
        "waits_for": "",
        "attempts": message.attempts + receipt.tried,
        "receipt": body.digest,
        "receipt_kind": receipt.kind,
        "acknowledged_at": writing.at,
        "next_at": None,
    }
    writing.update("messages", message.id, values, {"state": message.state})
    writing.entry(
        EntryKind.RECEIPT,
        movement=message.movement,
        link=message.link,
        facts={**message_facts(message), "receipt": receipt.kind.value},
        bodies=[("receipt", body)],
    )
