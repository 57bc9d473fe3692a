"""Whether declarations are taken in just now: the backlog's age, and room on the disk.

Asked before a body is read; what was accepted is never touched. An office that does not answer, is
slow or agreed on a rate is no pressure of ours: only what nobody tries to deliver is, though it
could be.
"""

import shutil
import threading
from datetime import datetime, timedelta

from gateway.domain.finding import Finding
from gateway.ports import Ports
from gateway.sections import IntakeSettings
from gateway.settings import Settings

LOOK_SECONDS = 1.0
SECOND_LOOK_SECONDS = 2.0
"""A head of a stream must stand still as long: while a long backlog drains, every head is old."""

MEGABYTE = 1_000_000


class Sluice:
    """Looks at most once a second, whoever asks; safe between threads."""

    def __init__(self, ports: Ports, settings: Settings) -> None:
        self._ports = ports
        self._intake: IntakeSettings = settings.intake
        self._folder = settings.data
        self._lock = threading.Lock()
        self._seen_at: datetime | None = None
        self._verdict: Finding | None = None
        self._heads: dict[str, datetime] = {}

    def fresh(self) -> bool:
        """Tell whether :meth:`closed` answers from memory, without waiting for anything."""
        seen = self._seen_at
        if seen is None:
            return False
        return abs((self._ports.clock.now() - seen).total_seconds()) < LOOK_SECONDS

    def closed(self) -> Finding | None:
        """Return why nothing is taken in, or None."""
        if not self.fresh():
            with self._lock:
                if not self.fresh():
                    now = self._ports.clock.now()
                    self._verdict = self._disk() or self._backlog(now)
                    self._seen_at = now  # last: who sees it fresh takes the verdict
        return self._verdict

    def _disk(self) -> Finding | None:
        reserve = self._intake.disk_reserve_megabytes
        free = shutil.disk_usage(self._folder).free // MEGABYTE
        if free >= reserve:
            return None
        args = (("free", str(free)), ("reserve", str(reserve)))
        return Finding(code="intake.disk-reserve", args=args)

    def _backlog(self, now: datetime) -> Finding | None:
        most = self._intake.backlog_seconds
        if not most:
            return None
        limit = now - timedelta(seconds=most)
        oldest = self._ports.store.oldest_unsequenced()
        if (oldest is not None and oldest < limit) or self._stands_still(now, limit):
            return Finding(code="intake.backlog-age", args=(("seconds", f"{most:.0f}"),))
        return None

    def _stands_still(self, now: datetime, limit: datetime) -> bool:
        """Tell whether a head that could be tried has not been, for so long and right now.

        Where a lease runs somebody is at work; that of a program that died ends within seconds.
        """
        leased = self._ports.store.leased()
        old = {
            head.id
            for link in self._ports.store.links_with_due(now)
            if link not in leased and self._has_room(link, now)
            for head in self._ports.store.due_heads(link, now, 1)
            if (head.next_at or head.created_at) < limit
        }
        self._heads = {name: self._heads.get(name, now) for name in old}
        patience = timedelta(seconds=SECOND_LOOK_SECONDS)
        return any(now - since >= patience for since in self._heads.values())

    def _has_room(self, name: str, now: datetime) -> bool:
        """Tell whether a link may be sent something now, by the rate it chose."""
        link = self._ports.store.link(name)
        return link is not None and link.room(now, 1) > 0
