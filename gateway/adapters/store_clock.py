"""The time of the store, for every program that stands on it (port ``Clock``).

Machines disagree about the time. What is due, when it is tried again and which deadline has passed
is written by one program and read by another, so all of them go by the database's clock, as leases
do. Between two looks the time since the last one is added, which no setting of a machine's clock
moves.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from threading import Event, Thread

from gateway.domain.errors import Unavailable

LOOK_SECONDS = 5.0
AGREEING = timedelta(milliseconds=1)
"""What two looks may differ by however quick they were."""


@dataclass(frozen=True, slots=True)
class _Look:
    """What the store's clock showed at a monotonic second; right to ``within`` of it."""

    shown: datetime
    at: float
    within: timedelta

    def then(self, at: float) -> datetime:
        return self.shown + timedelta(seconds=at - self.at)


class StoreClock:
    """Goes by ``ask``, which reads the store's clock; looks again every few seconds.

    Two looks that differ by less than they took agree: time does not jump to and fro, but for a
    look that took less than the one that holds (the first one had to connect). While the store
    cannot be reached the last look holds.

    Raises:
        Unavailable: the store cannot be reached for the first look.
    """

    def __init__(self, ask: Callable[[], datetime], every_seconds: float = LOOK_SECONDS) -> None:
        self._ask = ask
        self._every_seconds = every_seconds
        self._last = self._looked()
        self._closing = Event()
        self._thread = Thread(target=self._work, name="store-clock", daemon=True)
        self._thread.start()

    def now(self) -> datetime:
        """Return aware UTC."""
        return self._last.then(time.monotonic())

    def close(self) -> None:
        """Look no more; the last look holds."""
        self._closing.set()
        self._thread.join()

    def _looked(self) -> _Look:
        before = time.monotonic()
        shown = self._ask()
        half = (time.monotonic() - before) / 2
        return _Look(shown, before + half, timedelta(seconds=half))

    def _work(self) -> None:
        while not self._closing.wait(self._every_seconds):
            try:
                look = self._looked()
            except Unavailable:
                continue
            apart = abs(look.shown - self._last.then(look.at))
            sharper = look.within < self._last.within
            if sharper or apart > look.within + self._last.within + AGREEING:
                self._last = look
