"""Retry, lease and breaker arithmetic; no clock of its own."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from types import MappingProxyType

from gateway.domain.message import ReceiptKind

RETRY_FIRST_SECONDS = 0.5
RETRY_GROWTH = 1.5
RETRY_LONGEST_SECONDS = 60.0
HANDED_OVER_SECONDS = 300.0
"""How long an office may take to answer what it was handed before it gets the same bytes again."""

LAST_TRY_SECONDS = 60.0
"""How long before its legal deadline a message is tried once more, whatever its office wishes."""

UNTRIED_SECONDS = 3.0
"""How long waits what was never sent, for somebody else's try said nothing."""

LEASE_SECONDS = 4.0
"""How long a link stays leased after the program that holds it died."""

BREAKER_OPENS_AFTER = 5
PROBE_SECONDS_FIRST_HOUR = 2.0
PROBE_SECONDS_LATER = 60.0


class Outcome(StrEnum):
    """What one try came to."""

    ACKNOWLEDGED = "acknowledged"
    REFUSED = "refused"  # a contract refusal: trying again changes nothing
    BUSY = "busy"  # 408, 425, 429, 5xx: the office asks for patience
    UNREACHABLE = "unreachable"
    UNCLEAR = "unclear"  # an answer came that is no valid receipt
    HANDED_OVER = "handed-over"  # it lies with the office, whose own answer is the receipt


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """One try to deliver one message. ``retry_after_seconds`` is the office's own wish.

    ``detail`` of a refusal is its status and what the office wrote with it: people need that, and
    it can name goods, parties and plates. ``outline`` is what the log may tell of it.
    """

    message: str
    at: datetime
    outcome: Outcome
    detail: str = ""
    receipt: bytes | None = None
    retry_after_seconds: float | None = None

    @property
    def outline(self) -> str:
        """The detail without what an office wrote."""
        quotes = self.outcome is Outcome.REFUSED
        return self.detail.partition(": ")[0] if quotes else self.detail


@dataclass(frozen=True, slots=True, kw_only=True)
class Breaker:
    """Whether a link may be tried: closed, or open with a probe due at ``probe_at``."""

    failures: int = 0
    opened_at: datetime | None = None
    probe_at: datetime | None = None

    def allows(self, now: datetime) -> bool:
        """Tell whether something may be sent now."""
        return self.probe_at is None or now >= self.probe_at

    def after(self, attempt: Attempt) -> "Breaker":
        """Return the breaker after one attempt; only failures of the link itself open it."""
        if attempt.outcome not in (Outcome.UNREACHABLE, Outcome.BUSY):
            return CLOSED
        failures = self.failures + 1
        if failures < BREAKER_OPENS_AFTER:
            return Breaker(failures=failures)
        opened_at = self.opened_at or attempt.at
        fresh = attempt.at - opened_at < timedelta(hours=1)
        wait = PROBE_SECONDS_FIRST_HOUR if fresh else PROBE_SECONDS_LATER
        if attempt.outcome is Outcome.BUSY:  # a wish for patience speaks for the whole system
            wait = max(wait, min(attempt.retry_after_seconds or 0.0, PROBE_SECONDS_LATER))
        probe_at = attempt.at + timedelta(seconds=wait)
        return Breaker(
            failures=failures,
            opened_at=opened_at,
            probe_at=max(probe_at, self.probe_at or probe_at),
        )


CLOSED = Breaker()


def next_attempt_at(
    attempts: int,
    attempt: Attempt,
    jitter: float,
    breaker: Breaker = CLOSED,
    deadline: datetime | None = None,
) -> datetime:
    """Return when to try again: exponential with full jitter, never sooner than Retry-After.

    A Retry-After beyond the message's legal ``deadline`` is heeded until shortly before it.
    ``jitter`` is drawn from [0, 1) by the caller. What was handed over is given time. While the
    ``breaker`` is open, the next try is its next probe: a system that is back is found by a probe
    that has something to send.
    """
    wish = _wish(attempt, deadline)
    if attempt.outcome is Outcome.HANDED_OVER:
        return attempt.at + timedelta(seconds=max(HANDED_OVER_SECONDS, wish))
    if breaker.probe_at is not None:
        return max(breaker.probe_at, attempt.at + timedelta(seconds=wish))
    longest = min(RETRY_LONGEST_SECONDS, RETRY_FIRST_SECONDS * RETRY_GROWTH ** min(attempts, 14))
    return attempt.at + timedelta(seconds=max(longest * jitter, RETRY_FIRST_SECONDS, wish))


def untried_until(at: datetime, wish: float | None, deadline: datetime | None) -> datetime:
    """Return until when waits what was never sent: for its courier's wish in seconds, if any.

    Not beyond its legal ``deadline``: a person hears of it then.
    """
    later = at + timedelta(seconds=wish or UNTRIED_SECONDS)
    return later if deadline is None else min(later, deadline)


def _wish(attempt: Attempt, deadline: datetime | None) -> float:
    """Return the office's wish, short enough for one last try before a deadline.

    Where there is no time for one it ends with the deadline, so that a person hears of it then.
    """
    wish = attempt.retry_after_seconds or 0.0
    if deadline is None:
        return wish
    left = max((deadline - attempt.at).total_seconds(), 0.0)
    return min(wish, left - LAST_TRY_SECONDS if left > LAST_TRY_SECONDS else left)


@dataclass(frozen=True, slots=True, kw_only=True)
class Bucket:
    """What a link that chose its rate may still send: one token a message.

    It fills with the rate and holds what one second brings, at least one; new, it is full.
    """

    tokens: float = 0.0
    filled_at: datetime | None = None

    def filled(self, rate: float, now: datetime) -> "Bucket":
        """Return it as it stands now; ``rate`` is in messages a second."""
        most = max(1.0, rate)
        if self.filled_at is None:
            return Bucket(tokens=most, filled_at=now)
        seconds = max((now - self.filled_at).total_seconds(), 0.0)
        return Bucket(tokens=min(most, self.tokens + seconds * rate), filled_at=now)


class LinkKind(StrEnum):
    """How a link moves messages."""

    PUSH = "push"  # we post, they post
    FEED = "feed"  # they fetch, they post
    FOLDER = "folder"  # archives in an out folder, archives in an in folder
    REQUEST = "request-response"  # we post with a user's password and collect outputs


_STRENGTH = (ReceiptKind.TRANSPORT, ReceiptKind.NATIVE, ReceiptKind.SIGNED)
"""Kinds of receipt, weakest first."""

_CARRIES: Mapping[LinkKind, ReceiptKind] = MappingProxyType(
    {
        LinkKind.PUSH: ReceiptKind.SIGNED,
        LinkKind.FEED: ReceiptKind.SIGNED,
        LinkKind.FOLDER: ReceiptKind.NATIVE,
        LinkKind.REQUEST: ReceiptKind.NATIVE,
    }
)
"""The most that a receipt can prove on a link of that kind."""


def receipt_on(kind: LinkKind, usual: ReceiptKind, wanted: ReceiptKind | None) -> ReceiptKind:
    """Return what receipts prove on a link.

    The weakest of what its administration usually gives, what such a link can carry and what is
    ``wanted`` there. A feed takes sealed receipts only.
    """
    if kind is LinkKind.FEED:
        return ReceiptKind.SIGNED
    return min(usual, _CARRIES[kind], wanted or usual, key=_STRENGTH.index)


KEY_CHANGE_SECONDS = 300.0
"""How far the times of a change of key and of what was taken in beside it may stand apart: each was
read before its own commit."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FormerKey:
    """A key of a link, of one form with :attr:`Link.key`, that counted ``until`` then."""

    key: bytes
    until: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """A technical connection to an administration's system; it may serve many offices.

    ``key`` is the raw Ed25519 public key that seals the link's receipts and answers. Where nothing
    is sealed (folder, request-response) it is the certificate, DER, by which every answer must be
    signed, or empty: then the transport is all that vouches for them. ``login`` is the user whose
    password the key store holds; ``receipt`` says what a receipt must prove. ``fence`` grows
    with every lease, so that a sleeper's writes are refused. ``rate`` is in messages a second and
    ``concurrency`` how many requests may be under way at once; 0 leaves both to the gateway.
    ``batch`` is how many messages one request may hold, where the office takes several (push only);
    0 or 1 sends each by itself. By ``former_keys``, oldest first, nothing new is believed; what was
    taken in while one counted is verified by it for good.
    """

    id: str
    tenant: str
    administration: str
    kind: LinkKind
    endpoint: str
    key: bytes
    offices: tuple[str, ...]
    paused: bool = False
    breaker: Breaker = CLOSED
    fence: int = 0
    login: str = ""
    receipt: ReceiptKind = ReceiptKind.SIGNED
    paused_at: datetime | None = None
    rate: float = 0.0
    concurrency: int = 0
    batch: int = 0
    bucket: Bucket = Bucket()
    former_keys: tuple[FormerKey, ...] = ()

    def keys_at(self, at: datetime) -> tuple[bytes, ...]:
        """Return the key by which something taken in at ``at`` was believed.

        Close to a change there are two, for what came in a moment before may be noted as after it.
        """
        near = timedelta(seconds=KEY_CHANGE_SECONDS)
        counted = [(one.key, one.until) for one in self.former_keys]
        found, since = [], None
        for key, until in (*counted, (self.key, None)):
            if (until is None or at <= until + near) and (since is None or at >= since - near):
                found.append(key)
            since = until
        return tuple(dict.fromkeys(found))

    def room(self, now: datetime, most: int, under_way: int = 0) -> int:
        """Return how many messages may be sent now, in ``most`` requests at the utmost.

        ``under_way`` messages were sent before and have no reply yet.
        """
        most = max(min(most, self.concurrency or most) * max(self.batch, 1) - under_way, 0)
        return min(most, int(self.bucket.filled(self.rate, now).tokens)) if self.rate else most

    def spent(self, now: datetime, many: int) -> "Link":
        """Return the link after so many messages were sent; fewer than none give tokens back."""
        if not self.rate:
            return self
        filled = self.bucket.filled(self.rate, now)
        tokens = min(max(filled.tokens - many, 0.0), max(1.0, self.rate))
        return replace(self, bucket=replace(filled, tokens=tokens))

    @property
    def sealed(self) -> bool:
        """Whether what comes from it carries an Ed25519 seal of exchange v1."""
        return self.kind in (LinkKind.PUSH, LinkKind.FEED)
