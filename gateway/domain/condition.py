"""How a deployment stands: what was seen of its parts, and what is wrong with it."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from gateway.domain.finding import Finding, Severity

CLOCK_TOLERANCE = timedelta(seconds=2)
"""How far clocks of one deployment may stand apart; receipts are judged by them."""

SQLITE_LEAST = (3, 35)
POSTGRESQL_LEAST = (14,)
BROKER_LEAST = (6,)


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One part that was looked at: what was seen, and what is wrong with it, if anything."""

    name: str
    seen: str = ""
    findings: tuple[Finding, ...] = ()

    @property
    def worst(self) -> Severity | None:
        """The gravest of its findings; None when all is well."""
        order = list(Severity)
        return min((one.severity for one in self.findings), key=order.index, default=None)


@dataclass(frozen=True, slots=True, kw_only=True)
class DatabaseCondition:
    """What a database says of itself; ``clock`` is None where it is this machine's.

    ``unsafe`` names settings with which a commit that returned may be lost; ``damage`` is the first
    place where a file is not what was written to it.
    """

    product: str
    version: tuple[int, ...]
    clock: datetime | None
    unsafe: tuple[str, ...] = ()
    damage: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class BrokerCondition:
    """What a broker says of itself."""

    version: tuple[int, ...]
    clock: datetime
    append_only: bool
    write_failed: bool
    eviction: str


def judge_database(seen: DatabaseCondition, now: datetime) -> Iterator[Finding]:
    """Yield what is wrong with a database."""
    least = POSTGRESQL_LEAST if seen.product == "PostgreSQL" else SQLITE_LEAST
    if seen.damage:
        yield Finding(code="database.damaged", args=(("reason", seen.damage),))
    if seen.version < least:
        yield _old(seen.product, seen.version, least)
    for one in seen.unsafe:
        yield Finding(code="doctor.commits-not-durable", value=one)
    if seen.clock is not None:
        yield from judge_clock("database", seen.clock, now)


def judge_broker(seen: BrokerCondition, now: datetime) -> Iterator[Finding]:
    """Yield what is wrong with a broker; all of it makes things slower and loses nothing."""
    if seen.version < BROKER_LEAST:
        yield _old("broker", seen.version, BROKER_LEAST)
    if not seen.append_only:
        yield _warning("doctor.broker-not-persistent", "appendonly")
    if seen.write_failed:
        yield _warning("doctor.broker-cannot-write", "aof")
    if seen.eviction != "noeviction":
        yield _warning("doctor.broker-evicts", seen.eviction)
    yield from judge_clock("broker", seen.clock, now)


def judge_clock(part: str, theirs: datetime, now: datetime) -> Iterator[Finding]:
    """Yield that a clock stands apart from ours."""
    apart = theirs - now
    if abs(apart) > CLOCK_TOLERANCE:
        seconds = (("seconds", f"{apart.total_seconds():+.1f}"),)
        yield Finding(code="doctor.clock-skew", value=part, args=seconds)


def judge_disk(free: int, reserve: int, folder: str) -> Iterator[Finding]:
    """Yield that a disk is nearly full; sizes in bytes. Below the reserve acceptance stops."""
    words = (("free", f"{free // 1_000_000}"), ("reserve", f"{reserve // 1_000_000}"))
    if free < reserve:
        yield Finding(code="doctor.disk-full", value=folder, args=words)
    elif free < 4 * reserve:
        yield Finding(code="doctor.disk-low", severity=Severity.WARNING, value=folder, args=words)


@dataclass(frozen=True, slots=True, kw_only=True)
class Timeouts:
    """Times that must fit each other, in seconds."""

    connect: float
    total: float
    visibility: float


def judge_timeouts(times: Timeouts) -> Iterator[Finding]:
    """Yield what does not fit: an exchange within a task, a connection within an exchange."""
    if times.connect > times.total:
        yield _misfit("delivery.connect_seconds", times.connect, times.total)
    if times.total > times.visibility:
        yield _misfit("delivery.total_seconds", times.total, times.visibility)


def _misfit(key: str, value: float, most: float) -> Finding:
    args = (("seconds", f"{value:g}"), ("most", f"{most:g}"))
    return Finding(code="doctor.timeout-misfit", value=key, args=args)


def _old(part: str, version: tuple[int, ...], least: tuple[int, ...]) -> Finding:
    args = (("version", dotted(version)), ("least", dotted(least)))
    return Finding(code="doctor.too-old", value=part, args=args)


def _warning(code: str, value: str) -> Finding:
    return Finding(code=code, severity=Severity.WARNING, value=value)


def dotted(version: tuple[int, ...]) -> str:
    """Spell a version."""
    return ".".join(map(str, version))
