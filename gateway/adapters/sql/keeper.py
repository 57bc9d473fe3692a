"""Keeps the leases this program holds, for as long as it lives.

A lease is short, so that the links of a killed program are free again within seconds; whoever is
still at work has it renewed from here, however long an office takes to answer. A program that was
stopped and not killed loses its lease like a dead one, and its fence with it. So does, after a
while, whoever lives on and never comes back from an office: a link must not wait for that.
"""

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass
from threading import Event, Lock, Thread

from gateway.domain.errors import Unavailable

_logger = logging.getLogger(__name__)

RENEWALS_PER_LEASE = 3
LONGEST_SECONDS = 300.0
"""Many times what any exchange with an office may take. A drain that really goes on for so long
loses what is in flight just then, which goes again.
"""


@dataclass(frozen=True, slots=True)
class _Lease:
    """For how long it is taken at a time, and until when on our own clock it may be renewed."""

    seconds: float
    until: float


class Keeper:
    """Renews leases from a thread of its own, which runs only once there was one to keep.

    ``renew(link, fence, seconds)`` writes; it is told whatever was taken and not yet released, for
    at most ``longest_seconds``.
    """

    def __init__(
        self,
        renew: Callable[[str, int, float], None],
        longest_seconds: float = LONGEST_SECONDS,
    ) -> None:
        self._renew = renew
        self._longest_seconds = longest_seconds
        self._held: dict[tuple[str, int], _Lease] = {}
        self._lock = Lock()
        self._closing = Event()
        self._thread: Thread | None = None

    def keep(self, link: str, fence: int, seconds: float) -> None:
        """Keep a lease that was just taken for so many seconds."""
        with self._lock:
            self._held[link, fence] = _Lease(seconds, time.monotonic() + self._longest_seconds)
            if self._thread is None and not self._closing.is_set():
                self._thread = Thread(target=self._work, name="lease-keeper", daemon=True)
                self._thread.start()

    def drop(self, link: str, fence: int) -> None:
        """Keep it no longer."""
        with self._lock:
            self._held.pop((link, fence), None)

    def close(self) -> None:
        """Keep nothing any more."""
        self._closing.set()
        if self._thread is not None:
            self._thread.join()

    def _work(self) -> None:
        while not self._closing.wait(self._pause()):
            with self._lock:
                now = time.monotonic()
                self._held = {one: kept for one, kept in self._held.items() if now < kept.until}
                held = list(self._held.items())
            for (link, fence), kept in held:
                try:
                    self._renew(link, fence, kept.seconds)
                except Unavailable:
                    break  # the database is away: its own clock decides what is left of the lease
                except Exception:  # whatever it was: the next turn is a third of a lease away
                    _logger.exception("the lease of %s was not renewed", link)

    def _pause(self) -> float:
        with self._lock:
            shortest = min((kept.seconds for kept in self._held.values()), default=1.0)
            return shortest / RENEWALS_PER_LEASE
