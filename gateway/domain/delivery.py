"""Retry, lease and breaker arithmetic; no clock of its own."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

RETRY_FIRST_SECONDS = 0.5
RETRY_GROWTH = 1.5
RETRY_LONGEST_SECONDS = 60.0
BREAKER_OPENS_AFTER = 5
PROBE_SECONDS_FIRST_HOUR = 4.0
PROBE_SECONDS_LATER = 60.0


class Outcome(StrEnum):
    """What one try came to."""

    ACKNOWLEDGED = "acknowledged"
    REFUSED = "refused"  # a contract refusal: trying again changes nothing
    BUSY = "busy"  # 408, 425, 429, 5xx: the office asks for patience
    UNREACHABLE = "unreachable"
    UNCLEAR = "unclear"  # an answer came that is no valid receipt


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """One try to deliver one message. ``retry_after_seconds`` is the office's own wish."""

    message: str
    at: datetime
    outcome: Outcome
    detail: str = ""
    receipt: bytes | None = None
    retry_after_seconds: float | None = None


def next_attempt_at(attempts: int, attempt: Attempt, jitter: float) -> datetime:
    """Return when to try again: exponential with full jitter, never sooner than Retry-After.

    ``jitter`` is drawn from [0, 1) by the caller.
    """
    longest = min(RETRY_LONGEST_SECONDS, RETRY_FIRST_SECONDS * RETRY_GROWTH ** min(attempts, 14))
    seconds = max(longest * jitter, RETRY_FIRST_SECONDS, attempt.retry_after_seconds or 0.0)
    return attempt.at + timedelta(seconds=seconds)


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
            return Breaker()
        failures = self.failures + 1
        if failures < BREAKER_OPENS_AFTER:
            return Breaker(failures=failures)
        opened_at = self.opened_at or attempt.at
        fresh = attempt.at - opened_at < timedelta(hours=1)
        wait = PROBE_SECONDS_FIRST_HOUR if fresh else PROBE_SECONDS_LATER
        return Breaker(
            failures=failures,
            opened_at=opened_at,
            probe_at=attempt.at + timedelta(seconds=wait),
        )


class LinkKind(StrEnum):
    """How a link moves messages."""

    PUSH = "push"
    FEED = "feed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """A technical connection to an administration's system; it may serve many offices.

    ``key`` is the raw Ed25519 public key that seals the link's receipts and answers;
    ``fence`` grows with every lease, so that a sleeper's writes are refused.
    """

    id: str
    tenant: str
    administration: str
    kind: LinkKind
    endpoint: str
    key: bytes
    offices: tuple[str, ...]
    paused: bool = False
    breaker: Breaker = Breaker()
    fence: int = 0
