"""A link's feed: its messages in gap-free order, and the receipts it brings back."""

from collections.abc import Iterable
from dataclasses import dataclass

from gateway import register
from gateway.audit.exchange import read_receipt, read_reply
from gateway.domain.delivery import Attempt, Link, Outcome
from gateway.domain.errors import NotAllowed
from gateway.domain.finding import Finding, Refusal
from gateway.domain.message import Message, MessageState, ReceiptKind
from gateway.domain.records import Lost, Principal
from gateway.ports import Ports

FEED_MAX = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedItem:
    """One message as the office gets it: the same bytes and ids as by push."""

    sequence: int
    message: str
    envelope: bytes
    seal: str
    media_type: str
    content: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Acknowledged:
    """What became of a batch of receipts: ids done, and findings by the receipt's place."""

    done: tuple[str, ...]
    refused: tuple[tuple[int, Finding], ...]


def feed_after(
    ports: Ports, caller: Principal, link: str, after: int, limit: int
) -> tuple[FeedItem, ...]:
    """Return messages with a sequence above ``after``, oldest first. Reading deletes nothing.

    Raises:
        NotAllowed: the caller is not this link.
    """
    _own(ports, caller, link)
    ports.store.sequence(caller.id)
    items = []
    for message in ports.store.feed(link, after, min(limit, FEED_MAX)):
        body = ports.store.body(message.wire or "")
        if body is not None and message.envelope is not None:
            items.append(
                FeedItem(
                    sequence=message.feed_sequence or 0,
                    message=message.id,
                    envelope=message.envelope,
                    seal=message.seal or "",
                    media_type=message.media_type,
                    content=body.content,
                )
            )
    return tuple(items)


def acknowledge(
    ports: Ports, caller: Principal, link: str, receipts: Iterable[bytes]
) -> Acknowledged:
    """Take receipts in, each for itself; a repeated receipt is done again without effect.

    Raises:
        NotAllowed: the caller is not this link.
    """
    own = _own(ports, caller, link)
    done: list[str] = []
    refused: list[tuple[int, Finding]] = []
    for place, receipt in enumerate(receipts):
        try:
            done.append(_acknowledge(ports, own, receipt))
        except Refusal as refusal:
            refused.append((place, refusal.findings[0]))
    return Acknowledged(done=tuple(done), refused=tuple(refused))


def _own(ports: Ports, caller: Principal, link: str) -> Link:
    found = ports.store.link(link)
    if found is None or caller.link != link:
        raise NotAllowed(Finding(code="link.not-yours", value=link))
    return found


def _acknowledge(ports: Ports, link: Link, receipt: bytes) -> str:
    told = read_receipt(read_reply("receipt", receipt).content)
    message = ports.store.message(told.message)
    if message is None or message.link != link.id:
        raise Refusal(Finding(code="message.unknown", value=told.message))
    register.check_receipt(link, message, receipt, ports.clock.now())
    if message.state is MessageState.ACKNOWLEDGED:
        return message.id
    _write(ports, message, receipt)
    return message.id


def _write(ports: Ports, message: Message, receipt: bytes) -> None:
    writing = register.Writing(ports, message.tenant, ports.clock.now())
    writing.insert(
        Attempt(message=message.id, at=writing.at, outcome=Outcome.ACKNOWLEDGED, detail="feed")
    )
    proof = register.Proof(kind=ReceiptKind.SIGNED, content=receipt)
    register.acknowledge(writing, message, proof)
    try:
        ports.store.commit(writing.change())
    except Lost as lost:
        raise Refusal(Finding(code="message.busy", value=message.id)) from lost
