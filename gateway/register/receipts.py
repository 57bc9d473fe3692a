"""Receipts of links: checking one, and recording that a message is done."""

from gateway.audit.entry import EntryKind
from gateway.audit.exchange import read_receipt, read_reply, verify_link_seal
from gateway.domain.delivery import Link
from gateway.domain.finding import Finding, Refusal
from gateway.domain.message import Message, MessageState, ReceiptKind
from gateway.register.writing import Writing, message_facts


def check_receipt(link: Link, message: Message, content: bytes) -> None:
    """Check that a receipt is the link's own and speaks of exactly this message.

    Raises:
        Refusal: ``seal.*``, ``exchange.malformed`` or ``receipt.other-message``.
    """
    paper = read_reply("receipt", content)
    verify_link_seal(paper.content, paper.seal, link.key)
    receipt = read_receipt(paper.content)
    told = (receipt.message, receipt.digest, receipt.link, receipt.office)
    if told != (message.id, message.wire, link.id, message.office):
        raise Refusal(Finding(code="receipt.other-message", value=receipt.message))


def acknowledge(writing: Writing, message: Message, receipt: bytes) -> None:
    """Record a valid receipt: the message is done."""
    body = writing.body(receipt, "application/json")
    values = {
        "state": MessageState.ACKNOWLEDGED,
        "attempts": message.attempts + 1,
        "receipt": body.digest,
        "receipt_kind": ReceiptKind.SIGNED,
        "acknowledged_at": writing.at,
        "next_at": None,
    }
    writing.update("messages", message.id, values, {"state": MessageState.DUE})
    writing.entry(
        EntryKind.RECEIPT,
        movement=message.movement,
        link=message.link,
        facts={**message_facts(message), "receipt": ReceiptKind.SIGNED.value},
        bodies=[("receipt", body)],
    )
