"""The ticker in every worker: what was missed is found within seconds, broker or no broker.

Each tick sweeps: rows get their numbers, links with something due are knocked. A link that is still
there two seconds and several knocks later is drained here, in this process, without Celery: so a
broker that is dead, wiped or deaf makes things slower and nothing else. Any number of tickers do
this at once; a link's lease lets one of them through.
"""

import logging
import threading
import time
from collections.abc import Callable
from typing import Self

KNOCK_PATIENCE_SECONDS = 2.0

_logger = logging.getLogger(__name__)


class Ticker:
    """Calls ``sweep`` every so many seconds and ``begin`` with links whose knocks go unheard.

    ``sweep`` returns the links with something due; ``begin`` sees that they are drained and does
    not wait for it. ``patience_seconds`` is how long knocks may do it.
    """

    def __init__(
        self,
        sweep: Callable[[], tuple[str, ...]],
        begin: Callable[[tuple[str, ...]], None],
        *,
        every_seconds: float,
        patience_seconds: float = KNOCK_PATIENCE_SECONDS,
    ) -> None:
        self._sweep = sweep
        self._begin = begin
        self._every_seconds = every_seconds
        self._patience_seconds = patience_seconds
        self._since: dict[str, float] = {}
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="ticker", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()
        self._thread.join()

    def stop(self) -> None:
        """Begin nothing new."""
        self._stopping.set()

    def _run(self) -> None:
        while not self._stopping.is_set():
            try:
                self.tick()
            except Exception:  # the database may be away for a while; ticking goes on
                _logger.exception("a tick failed")
            self._stopping.wait(self._every_seconds)

    def tick(self) -> None:
        """Sweep once; drain here what knocking did not move."""
        due = self._sweep()
        now = time.monotonic()
        self._since = {link: self._since.get(link, now) for link in due}
        self._begin(
            tuple(
                link for link, since in self._since.items() if now - since >= self._patience_seconds
            )
        )
