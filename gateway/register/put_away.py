"""Answers of links that could not be taken in, and which of them a person has dealt with."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from itertools import islice

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
    """Return the log entries of answers that were refused and not dismissed, newest first.

    Of very many only the newest; as they are dismissed, older ones come into sight.
    """
    done = dismissed(ports, tenant, now)
    left = (one for one in _refused(ports, tenant, now) if one.id not in done)
    return tuple(islice(left, SEEN_MAX))


def refused_answer(ports: Ports, tenant: str, name: str, now: datetime) -> LogRecord | None:
    """Return the entry of that id, if it tells of a refused answer of the last weeks."""
    return next((one for one in _refused(ports, tenant, now) if one.id == name), None)


def dismissed(ports: Ports, tenant: str, now: datetime) -> frozenset[str]:
    """Return the ids of the entries that operators dismissed."""
    since = now - KEPT_IN_SIGHT
    acts = ports.store.log_told(EntryKind.ACT.value, since, tenant=tenant, limit=ACTS_MAX)
    told = (read_entry(one.entry).facts for one in acts)
    return frozenset(str(facts["entry"]) for facts in told if "entry" in facts)


class Told:
    """What the log tells of a link's finds: read once, when the first of them is to be told."""

    def __init__(self, ports: Ports, link: Link) -> None:
        self._ports = ports
        self._link = link
        self._known: set[tuple[str, str]] | None = None

    def once(self, name: str, finding: Finding, answers: Iterable[tuple[bytes, str]] = ()) -> None:
        """Log what is wrong with something that stays, and is found there at every visit."""
        if self._known is None:
            now = self._ports.clock.now()
            entries = _refused(self._ports, self._link.tenant, now, self._link.id)
            facts = (read_entry(one.entry).facts for one in entries)
            self._known = {one for told in facts for one in _tells(told)}
        about = (name[:TOLD_VALUE_MAX], finding.code)
        if about not in self._known:
            log_refusal(self._ports, self._link, name, [finding], answers)
            self._known.add(about)


def _tells(facts: Mapping[str, object]) -> Iterator[tuple[str, str]]:
    """Yield the name of a find and its code, where a log entry is about nothing but that."""
    told = facts.get("findings")
    codes = [str(one.get("code")) for one in told] if isinstance(told, list) else []
    if len(codes) == 1:
        yield str(facts.get("collected")), codes[0]


def _refused(ports: Ports, tenant: str, now: datetime, link: str = "") -> Iterator[LogRecord]:
    kind, since, behind = EntryKind.REFUSED.value, now - KEPT_IN_SIGHT, None
    while page := ports.store.log_told(
        kind, since, tenant=tenant, link=link, limit=SEEN_MAX, behind=behind
    ):
        yield from page
        behind = page[-1]
