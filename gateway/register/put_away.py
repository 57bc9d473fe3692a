"""Answers of links that could not be taken in, and which of them a person has dealt with."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

from gateway.audit.entry import EntryKind, read_entry
from gateway.domain.delivery import Link
from gateway.domain.finding import Finding
from gateway.domain.records import LogRecord
from gateway.ports import Ports
from gateway.register.answering import TOLD_VALUE_MAX, log_refusal

KEPT_IN_SIGHT = timedelta(days=30)
"""How long a refused answer asks for attention; the log has it for good."""

SEEN_MAX = 500
ACTS_MAX = 10_000
"""More than a tenant's operators do in that time; a dismissal not seen would undo itself."""


def refused_answers(ports: Ports, tenant: str, now: datetime) -> tuple[LogRecord, ...]:
    """Return the log entries of answers that were refused and not dismissed, newest first."""
    done = dismissed(ports, tenant, now)
    return tuple(one for one in _refused(ports, tenant, now) if one.id not in done)


def refused_answer(ports: Ports, tenant: str, name: str, now: datetime) -> LogRecord | None:
    """Return the entry of that id, if it tells of a refused answer of the last weeks."""
    return next((one for one in _refused(ports, tenant, now) if one.id == name), None)


def dismissed(ports: Ports, tenant: str, now: datetime) -> frozenset[str]:
    """Return the ids of the entries that operators dismissed."""
    since = now - KEPT_IN_SIGHT
    acts = ports.store.log_told(EntryKind.ACT.value, since, tenant=tenant, limit=ACTS_MAX)
    told = (read_entry(one.entry).facts for one in acts)
    return frozenset(str(facts["entry"]) for facts in told if "entry" in facts)


def tell_once(
    ports: Ports,
    link: Link,
    name: str,
    finding: Finding,
    answers: Iterable[tuple[bytes, str]] = (),
) -> None:
    """Log what is wrong with something that stays at a link, and is found there at every visit."""
    known = (
        read_entry(one.entry).facts
        for one in _refused(ports, link.tenant, ports.clock.now())
        if one.link == link.id
    )
    if not any(_tells(facts, name, finding.code) for facts in known):
        log_refusal(ports, link, name, [finding], answers)


def _tells(facts: Mapping[str, object], name: str, code: str) -> bool:
    """Tell whether a log entry is about a find of that name, and of nothing but that."""
    told = facts.get("findings")
    codes = [one.get("code") for one in told] if isinstance(told, list) else []
    return facts.get("collected") == name[:TOLD_VALUE_MAX] and codes == [code]


def _refused(ports: Ports, tenant: str, now: datetime) -> tuple[LogRecord, ...]:
    since = now - KEPT_IN_SIGHT
    return ports.store.log_told(EntryKind.REFUSED.value, since, tenant=tenant, limit=SEEN_MAX)
