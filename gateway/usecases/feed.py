"""A link's feed: its messages in gap-free order, again as often as wanted, and its receipts."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from hashlib import sha256

from gateway import register
from gateway.audit.exchange import read_envelope, read_receipt, read_reply
from gateway.domain.delivery import Attempt, Link, LinkKind, Outcome
from gateway.domain.errors import NotAllowed
from gateway.domain.finding import Finding, Refusal
from gateway.domain.message import Message, MessageState, ReceiptKind
from gateway.domain.records import Lost, Principal
from gateway.ports import Ports

FEED_MAX = 200
SCANNED_MAX = 10 * FEED_MAX
"""Messages that one call looks at: whoever asks for rare ones is told how far it got."""

BYTES_MAX = 8_000_000
"""Contents that one page holds, unless a single message is larger: all are held in memory."""

OWED = (MessageState.DUE, MessageState.PARKED)
"""States of messages that are sealed, and whose office owes us a receipt."""

LATE = timedelta(hours=1)
"""How much later than its envelope was issued a message may get its number, at the utmost."""

BEGINNING = datetime.min.replace(tzinfo=UTC)


class Only(StrEnum):
    """Which messages of a feed are wanted."""

    ALL = "all"
    MISSING = "missing"  # without a valid receipt, and not withdrawn
    FAILED = "failed"  # parked: refused, or past its deadline


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What is wanted of a feed: messages after a sequence, issued since a time, some or all."""

    after: int = 0
    since: datetime | None = None
    only: Only = Only.ALL
    limit: int = FEED_MAX


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedItem:
    """One message as the office gets it: the same bytes and ids as by push.

    ``repeated`` marks what the office acknowledged already: it gets it again, and nothing happens
    twice by it, because it knows the id.
    """

    sequence: int
    repeated: bool
    message: str
    envelope: bytes
    seal: str
    media_type: str
    content: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedPage:
    """Some of a feed. ``next`` is the ``after`` of the next call; ``more`` tells to make it."""

    items: tuple[FeedItem, ...]
    next: int
    more: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Acknowledged:
    """What became of a batch of receipts: ids done, and findings by the receipt's place."""

    done: tuple[str, ...]
    refused: tuple[tuple[int, Finding], ...]


def read_feed(ports: Ports, caller: Principal, link: str, wish: Wish) -> FeedPage:
    """Return a page of a link's feed, oldest first. Reading deletes nothing.

    A page ends where it has enough messages or bytes, or where enough were looked at. While the
    link is paused it ends before what its office never acknowledged: that comes when it goes on.

    Raises:
        NotAllowed: the caller is not this link.
    """
    paused = _own(ports, caller, link).paused
    ports.store.sequence(caller.id)
    begin = wish.after if wish.since is None else _seek(ports, link, wish.after, wish.since)
    limit = min(wish.limit, FEED_MAX)
    items: list[FeedItem] = []
    last, room = begin, BYTES_MAX
    for number, message in enumerate(_messages(ports, link, begin)):
        if paused and message.state in OWED:
            break
        item = _item(ports, message) if _wanted(message, wish) else None
        room -= len(item.content) if item else 0
        full = item is not None and bool(items) and (len(items) == limit or room < 0)
        if number == SCANNED_MAX or full:
            return FeedPage(items=tuple(items), next=last, more=True)
        items += [item] if item else []
        last = message.feed_sequence or last
    return FeedPage(items=tuple(items), next=last, more=False)


def _messages(ports: Ports, link: str, after: int) -> Iterator[Message]:
    while page := ports.store.feed(link, after, FEED_MAX):
        yield from page
        after = page[-1].feed_sequence or after


def _seek(ports: Ports, link: str, after: int, since: datetime) -> int:
    """Return a sequence behind which everything lies that was issued since then.

    Numbers have no gaps and follow the times of issue but for :data:`LATE`, so doubling and halving
    finds the place in a few looks.
    """
    early = max(since, BEGINNING + LATE) - LATE

    def before(sequence: int) -> bool:
        found = ports.store.feed(link, sequence, 1)
        return bool(found) and _issued(found[0]) < early

    step = 1
    while before(after + step):
        step *= 2
    low, high = after + step // 2, after + step
    while low < high:
        middle = (low + high) // 2
        low, high = (middle + 1, high) if before(middle) else (low, middle)
    return low


def _wanted(message: Message, wish: Wish) -> bool:
    """Tell whether a message is one of those asked for; what was dropped is not given out."""
    if message.state is MessageState.DROPPED:
        return False
    states = {
        Only.ALL: True,
        Only.MISSING: message.state in OWED,
        Only.FAILED: message.state is MessageState.PARKED,
    }
    return states[wish.only] and (wish.since is None or _issued(message) >= wish.since)


def _issued(message: Message) -> datetime:
    return read_envelope(message.envelope).issued if message.envelope else message.created_at


def _item(ports: Ports, message: Message) -> FeedItem | None:
    body = ports.store.body(message.wire or "")
    if body is None or message.envelope is None:
        return None  # erased by law
    return FeedItem(
        sequence=message.feed_sequence or 0,
        repeated=message.state is MessageState.ACKNOWLEDGED,
        message=message.id,
        envelope=message.envelope,
        seal=message.seal or "",
        media_type=message.media_type,
        content=body.content,
    )


def acknowledge(
    ports: Ports, caller: Principal, link: str, receipts: Iterable[bytes]
) -> Acknowledged:
    """Take receipts in, each for itself; a repeated receipt is done again without effect.

    An office that has a parked message after all is believed; what it held up may go then.

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
    if done and own.kind is not LinkKind.FEED:
        ports.wakeup.knock([own.id])
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
    if message.receipt == sha256(receipt).hexdigest():
        return message.id  # as it was taken in before, by whatever key counted then
    register.check_receipt(link, message, receipt, ports.clock.now())
    if message.state is MessageState.ACKNOWLEDGED:
        return message.id
    if message.state not in OWED:
        raise Refusal(Finding(code="message.withdrawn", value=message.id))
    _write(ports, link, message, receipt)
    return message.id


def _write(ports: Ports, link: Link, message: Message, receipt: bytes) -> None:
    writing = register.Writing(ports, message.tenant, ports.clock.now())
    writing.update("links", link.id, {}, {"key": link.key})  # it may have been changed meanwhile
    writing.insert(
        Attempt(message=message.id, at=writing.at, outcome=Outcome.ACKNOWLEDGED, detail="feed")
    )
    proof = register.Proof(kind=ReceiptKind.SIGNED, content=receipt)
    register.acknowledge(writing, message, proof)
    try:
        ports.store.commit(writing.change())
    except Lost as lost:
        raise Refusal(Finding(code="message.busy", value=message.id)) from lost
