"""Drain one link: take what is due in order, send it, record attempt, receipt and log entry.

The lease and its fence keep two workers from sending side by side; a message whose worker died is
simply sent again, byte for byte, and the office recognises the repeat by its id.

What ends a message depends on its link: a sealed receipt; an answer in the office's own format that
quotes it (which may come back at once, or be collected later); or no more than that the transport
took it.
"""

import logging
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial

from gateway import register
from gateway.audit.entry import EntryKind
from gateway.domain.delivery import (
    LEASE_SECONDS,
    Attempt,
    Link,
    LinkKind,
    Outcome,
    next_attempt_at,
    untried_until,
)
from gateway.domain.errors import (
    Busy,
    Elsewhere,
    InConflict,
    NotAuthentic,
    NotFound,
    Refused,
    Unavailable,
)
from gateway.domain.finding import Finding
from gateway.domain.message import Message, MessageState, ReceiptKind
from gateway.domain.parcel import Parcel, Reply
from gateway.domain.records import Change, Lost
from gateway.ports import Ports

REQUESTS_MAX = 16
MESSAGES_MAX = 256
"""Most messages under way, whatever the link takes in one request: all are held in memory."""

FLIGHT_MAX = 4096
FLIGHTS_MAX = 50
LOOK_AGAIN = timedelta(seconds=0.25)
"""How long after a look that found too little the next one is worth while."""

TURNS_MAX = 50


_logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Try:
    """One try that was written down, by names alone: nothing of what a message says."""

    movement: str
    office: str
    message: str
    attempt: int
    outcome: Outcome
    milliseconds: int


@dataclass(frozen=True, slots=True)
class _Begun:
    """What is being kept; ``otherwise`` keeps what is left of it where the message has moved."""

    end: Callable[[], None]
    otherwise: Callable[[], None] = lambda: None
    tried: Try | None = None


Tell = Callable[[Try], None]


def _nobody(_tried: Try) -> None:
    """Tell nobody."""


def deliver(ports: Ports, link_id: str, owner: str, tell: Tell = _nobody) -> int:
    """Send what is due at one link; return how many messages were acknowledged.

    Every try is told of when it is durable.

    Returns 0 at once when nothing may be sent: somebody else holds the lease, the link is paused or
    pulls its feed itself, its breaker is open, or it may not be sent more just now. After every
    lease it looks once more: whoever knocked in vain meanwhile had committed before.
    """
    acknowledged = 0
    for _ in range(TURNS_MAX):
        if not _may_send(ports, link_id):
            break
        fence = ports.store.lease(link_id, owner, LEASE_SECONDS)
        if fence is None:
            break
        try:
            acknowledged += _drain(ports, link_id, fence, tell)
        finally:
            ports.store.release(link_id, fence)
    return acknowledged


def _may_send(ports: Ports, link_id: str) -> bool:
    """Tell whether there is something that may be sent now."""
    link, now = ports.store.link(link_id), ports.clock.now()
    return link is not None and bool(_room(link, now) and ports.store.due_heads(link_id, now, 1))


def _room(link: Link, now: datetime, under_way: int = 0) -> int:
    """Return how many messages may go to a link now, beside those under way."""
    if link.paused or link.kind is LinkKind.FEED or not link.breaker.allows(now):
        return 0
    return min(link.room(now, REQUESTS_MAX, under_way), max(MESSAGES_MAX - under_way, 0))


def _drain(ports: Ports, link_id: str, fence: int, tell: Tell) -> int:
    """Send under a lease until there is less than there is room for."""
    acknowledged = 0
    for _ in range(FLIGHTS_MAX):
        flight = _Flight(ports, link_id, fence, tell)
        flight.fly()
        acknowledged += flight.acknowledged
        if flight.lost or flight.exhausted:
            break
    return acknowledged


def _probe(link: Link, due: list[Message]) -> list[Message]:
    """Return the one message that goes to a system that was away, of those due; none if none is.

    Another one each time: a message that its office never takes must not speak for the rest.
    """
    turn = link.breaker.failures % max(len(due), 1)
    return due[turn : turn + 1]


def _overdue(ports: Ports, link: Link, message: Message, now: datetime) -> bool:
    """Park a message whose legal deadline has passed; its stream waits for a person."""
    if message.deadline is None or now < message.deadline:
        return False
    writing = register.Writing(ports, message.tenant, now)
    _park(writing, link, message, "deadline")
    _lost(ports.store.begin(writing.change()))
    return True


class _Flight:
    """Messages on their way to one link, under one lease.

    While replies come, the heads of further streams join: whatever an office is slow about holds up
    its own stream and no other. Every reply has a transaction of its own, which reaches the disk
    while others still come.
    """

    def __init__(self, ports: Ports, link_id: str, fence: int, tell: Tell) -> None:
        self._ports = ports
        self._tell = tell
        self._link_id = link_id
        self._fence = fence
        self._link: Link | None = None
        self._under_way: dict[str, tuple[Message, ReceiptKind, datetime]] = {}
        self._begun: list[_Begun] = []
        self._sent = 0
        self._looked_at = ports.clock.now()
        self.acknowledged = 0
        self.exhausted = False
        """Whether the last look found less than there was room for."""
        self.lost = False
        """Whether the fence has moved on: somebody else drains now."""

    def fly(self) -> None:
        """Send, and take in every reply."""
        parcels = self._look()
        if self._link is not None and parcels:
            courier = self._ports.couriers[self._link.kind]
            try:
                for reply in courier.carry(self._link, parcels, self._more):
                    self._link = self._take(self._link, reply)
            except Unavailable as stopped:
                self._break_off(self._link, stopped)
                raise
        self._settle()

    def _break_off(self, link: Link, stopped: Unavailable) -> None:
        """Keep a try of everything whose reply nobody waits for any more: its office may have it.

        It goes again at once, from elsewhere. Where the database is away nothing can be kept.
        """
        with suppress(Unavailable):
            for message, _, _ in self._under_way.values():
                change = register.broken_off(self._ports, link, message, stopped)
                _lost(self._ports.store.begin(change))

    def _more(self) -> Sequence[Parcel]:
        """Return what joins: nothing, unless it is worth a look."""
        now, link, many = self._ports.clock.now(), self._link, len(self._under_way)
        if link is None or link.breaker.opened_at is not None or self._sent >= FLIGHT_MAX:
            return ()
        if self.exhausted and now < self._looked_at + LOOK_AGAIN:
            return ()
        if 2 * _room(link, now, many) < max(many, 1):
            return ()
        return self._look() if self._settle() else ()

    def _look(self) -> Sequence[Parcel]:
        """Return what may go now beside what is under way; what is overdue is parked."""
        ports, now = self._ports, self._ports.clock.now()
        link = ports.store.link(self._link_id)  # a person may have paused it meanwhile
        if link is None:
            self.exhausted = True
            return ()
        if self._link is not None and self._link.rate == link.rate:
            # What was sent and has no reply yet is counted in our own bucket alone.
            link = replace(link, bucket=self._link.bucket)
        link = replace(link, fence=self._fence)
        many = len(self._under_way)
        room = _room(link, now, many)
        heads = ports.store.due_heads(link.id, now, room + many) if room else ()
        due = [one for one in heads if one.id not in self._under_way][:room]
        self._looked_at, self.exhausted = now, len(due) < max(room, 1)
        live = [message for message in due if not _overdue(ports, link, message, now)]
        live = live if link.breaker.opened_at is None else _probe(link, live)
        self._link = link.spent(now, len(live))
        self._sent += len(live)
        return self._parcels(self._link, live) if live else ()

    def _parcels(self, link: Link, live: Sequence[Message]) -> Sequence[Parcel]:
        """Return the parcels of messages, which are under way from now on.

        What a program with other packs must send waits a moment, so that it comes to that one.
        """
        packed = register.packed(self._ports, link, live)
        by_id = {message.id: message for message in live}
        self._under_way |= {
            one.message: (by_id[one.message], packed.wanted[one.message], self._looked_at)
            for one in packed.parcels
        }
        for one in packed.left:
            _logger.warning("message %s is left to others: pack %s is not here", one.id, one.pack)
            unsent = Reply(message=one.id, at=self._looked_at, status=0, tried=False)
            self._link = link = self._put_off(link, one, unsent)
        return packed.parcels

    def _take(self, link: Link, reply: Reply) -> Link:
        """Begin to keep what came back; return the link after it.

        What nobody foresaw in it is one message's trouble: its wait grows, and the others fly on.
        """
        message, wanted, since = self._under_way.pop(reply.message)
        if not reply.tried:
            return self._put_off(link, message, reply)
        try:
            attempt = register.judge(link, message, reply, wanted)
            # An output goes first: whoever dies in between simply sends, and gets it, again.
            if attempt.outcome is Outcome.HANDED_OVER and reply.content:
                attempt = _with_output(self._ports, link, message, reply, attempt)
            link_after, change = _record(self._ports, link, message, attempt, wanted)
        except Unavailable:
            raise
        except Exception as mistake:
            _logger.exception("the reply of link %s to message %s", link.id, message.id)
            attempt = register.unforeseen(message, reply, mistake)
            link_after, change = _record(self._ports, link, message, attempt, wanted)
        tried, end = _try(message, attempt, since), self._ports.store.begin(change)
        self._begun.append(_Begun(end, partial(self._keep_try, message, attempt), tried))
        return link_after

    def _put_off(self, link: Link, message: Message, reply: Reply) -> Link:
        """Let a message wait that was never sent: that is no try, and its token goes back."""
        link = link.spent(reply.at, -1)
        writing = register.Writing(self._ports, message.tenant, reply.at)
        values = {"bucket": link.bucket} if link.rate else {}
        writing.update("links", link.id, values, {"fence": link.fence})
        later = untried_until(reply.at, reply.retry_after_seconds, message.deadline)
        writing.update("messages", message.id, {"next_at": later}, register.unmoved(message))
        self._begun.append(_Begun(self._ports.store.begin(writing.change())))
        return link

    def _keep_try(self, message: Message, attempt: Attempt) -> None:
        """Keep a try whose message has moved meanwhile, and leave that alone.

        Raises:
            Lost: the link is no longer ours.
        """
        link = self._link  # as it is after all replies: later ones may be kept already
        if link is not None:
            values = {"breaker": link.breaker}
            writing = register.write_try(self._ports, link, message, attempt, values)
            self._ports.store.commit(writing.change())

    def _settle(self) -> bool:
        """Wait until everything begun is durable or lost; tell whether the link is still ours."""
        begun, self._begun = self._begun, []
        for one in begun:
            lost = _lost(one.end)
            moved = lost not in (None, "links")
            lost = _lost(one.otherwise) if moved else lost
            self.lost = self.lost or lost == "links"
            if one.tried is not None and lost is None:
                self.acknowledged += not moved and one.tried.outcome is Outcome.ACKNOWLEDGED
                self._tell(one.tried)
        return not self.lost


def _try(message: Message, attempt: Attempt, since: datetime) -> Try:
    return Try(
        movement=message.movement,
        office=message.office,
        message=message.id,
        attempt=message.attempts + 1,
        outcome=attempt.outcome,
        milliseconds=round(max(attempt.at - since, timedelta()) / timedelta(milliseconds=1)),
    )


def _lost(end: Callable[[], None]) -> str | None:
    """Wait until a change is durable, or return the table that said it is lost."""
    try:
        end()
    except Lost as lost:
        return lost.what
    return None


def _with_output(
    ports: Ports, link: Link, message: Message, reply: Reply, attempt: Attempt
) -> Attempt:
    """Take in what came back at once and return what the try came to by it."""
    if reply.cut:  # not read by half: it may be on the list of outputs, or comes anew
        args = (("limit", str(len(reply.content))),)
        finding = Finding(code="link.output-too-large", value=message.id, args=args)
        register.Told(ports, link).once(message.id, finding)
        return attempt
    try:
        output = reply.content, reply.media_type, reply.at
        register.take_in(ports, register.collected(ports, link, *output, at_once=True))
    except (InConflict, Busy, Elsewhere) as busy:
        # The office gives it again when it is asked again.
        return replace(attempt, outcome=Outcome.UNCLEAR, detail=busy.findings[0].code)
    except (Refused, NotFound, NotAuthentic) as error:
        answers = [(reply.content, reply.media_type)]
        register.log_refusal(ports, link, message.id, error.findings, answers)
    now = ports.store.message(message.id)
    done = now is not None and now.state is MessageState.ACKNOWLEDGED
    return replace(attempt, outcome=Outcome.ACKNOWLEDGED) if done else attempt


def _record(
    ports: Ports, link: Link, message: Message, attempt: Attempt, wanted: ReceiptKind
) -> tuple[Link, Change]:
    """Return the link after an attempt, and the change that keeps it under the link's fence."""
    before, link = link.breaker, replace(link, breaker=link.breaker.after(attempt))
    values = {"breaker": link.breaker} if link.breaker != before else {}
    writing = register.write_try(ports, link, message, attempt, values)
    if attempt.receipt is not None:
        register.acknowledge(writing, message, register.Proof(kind=wanted, content=attempt.receipt))
    elif attempt.outcome is Outcome.ACKNOWLEDGED:  # by an output, which was taken in already
        writing.update("messages", message.id, {"attempts": message.attempts + 1})
    else:
        _after(ports, writing, link, message, attempt)
    return link, writing.change()


def _after(
    ports: Ports, writing: register.Writing, link: Link, message: Message, attempt: Attempt
) -> None:
    if attempt.outcome is Outcome.REFUSED:
        _park(writing, link, message, attempt.outline)
        return
    told = attempt.outcome is Outcome.HANDED_OVER and link.kind is LinkKind.REQUEST
    if told and (earlier := register.quoting(ports, link, message)) is not None:
        register.acknowledge(writing, message, earlier)
        return
    jitter, deadline = ports.ids.jitter(), message.deadline
    later = next_attempt_at(message.attempts, attempt, jitter, link.breaker, deadline)
    values = {"attempts": message.attempts + 1, "next_at": later}
    writing.update("messages", message.id, values, register.unmoved(message))


def _park(writing: register.Writing, link: Link, message: Message, why: str) -> None:
    values = {"state": MessageState.PARKED, "waits_for": f"person:{why}"}
    writing.update("messages", message.id, values, {"state": MessageState.DUE})
    writing.entry(
        EntryKind.PARKED,
        movement=message.movement,
        link=link.id,
        facts={**register.message_facts(message), "why": why},
    )
