"""Whether something is taken in just now: the backlog's age, room on the disk and in memory.

Asked before a body is read; what was accepted is never touched. An office that does not answer, is
slow or agreed on a rate is no pressure of ours: only what nobody tries to deliver is, though it
could be.
"""

import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

from gateway.domain.errors import Unavailable
from gateway.domain.finding import Finding
from gateway.ports import Ports
from gateway.sections import HttpSettings, IntakeSettings
from gateway.settings import Settings

LOOK_SECONDS = 1.0
SECOND_LOOK_SECONDS = 2.0
"""A head of a stream must stand still as long: while a long backlog drains, every head is old."""

MEGABYTE = 1_000_000

SMALL_BYTES = 65_536
"""A body no longer than this needs no room: the buffer of its connection holds as much anyway.

So receipts, answers and most declarations get through while long ones are refused.
"""

BODY_SECONDS_MAX = 60
"""How long a client may take to send one body."""


class BodyRoom:
    """Room for the bodies of requests in the memory of one process; of one event loop."""

    def __init__(self, http: HttpSettings) -> None:
        self.most = max(http.bodies_bytes_max, http.body_bytes_max)
        self.taken = 0

    @contextmanager
    def claim(self) -> Iterator["Claim"]:
        """Yield a claim for one body, which is given back whatever happens."""
        claim = Claim(self)
        try:
            yield claim
        finally:
            claim.give_back()


class Claim:
    """What one body takes of the room; it grows with it."""

    def __init__(self, room: BodyRoom) -> None:
        self._room = room
        self._size = 0

    def reach(self, size: int) -> None:
        """Make it that large, unless it is already.

        Raises:
            Unavailable: ``intake.busy``; it stays as it was.
        """
        more = size - self._size
        if size <= SMALL_BYTES or more <= 0:
            return
        if self._room.taken + more > self._room.most:
            args = (("most", str(self._room.most)),)
            raise Unavailable(Finding(code="intake.busy", args=args))
        self._room.taken += more
        self._size = size

    def give_back(self) -> None:
        """Leave the room to others; a second time does nothing."""
        self._room.taken -= self._size
        self._size = 0


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
                    self._verdict = self.disk() or self._backlog(now)
                    self._seen_at = now  # last: who sees it fresh takes the verdict
        return self._verdict

    def disk(self) -> Finding | None:
        """Return the same for want of disk alone."""
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
