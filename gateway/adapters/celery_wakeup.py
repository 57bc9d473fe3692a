"""Knocking through Celery: a task that names links, and nothing else.

The caller only puts names into a set; one background thread publishes what is in it as one task,
for an empty task costs more than a millisecond of CPU on either side. A knock that cannot be
published is forgotten: the sweep in every worker finds what it was about.
"""

import logging
import threading
from collections.abc import Iterable

from celery import Celery
from celery.exceptions import CeleryError
from kombu.exceptions import KombuError
from redis.exceptions import RedisError

DELIVER_TASK = "fullroute.deliver"
QUEUE = "fullroute"
PENDING_LINKS_MAX = 10_000
LINKS_PER_TASK = 256
GATHER_SECONDS = 0.005
"""How long to gather after a round of knocks; the first knock after a pause goes out at once."""

SOCKET_SECONDS = 0.5

_logger = logging.getLogger(__name__)


class NoWakeup:
    """Nobody is knocked: for tools without workers, and to show that knocking is only a hint."""

    def knock(self, links: Iterable[str]) -> None:
        """Do nothing."""


class CeleryWakeup:
    """Publishes knocks to ``broker_url`` from one thread, started by the first knock.

    Safe to share between threads. ``close`` lets the round that is under way finish.
    """

    def __init__(self, broker_url: str) -> None:
        self._app = _producer(broker_url)
        self._condition = threading.Condition()
        self._pending: dict[str, None] = {}
        self._closed = threading.Event()
        self._away = False
        self._thread: threading.Thread | None = None

    def knock(self, links: Iterable[str]) -> None:
        """Note the links and return; what does not fit is left to the sweep."""
        with self._condition:
            if self._closed.is_set():
                return
            for link in links:
                if len(self._pending) < PENDING_LINKS_MAX:
                    self._pending[link] = None
            if self._pending and self._thread is None:
                self._thread = threading.Thread(target=self._publish, name="knock", daemon=True)
                self._thread.start()
            self._condition.notify()

    def close(self) -> None:
        """Publish what was noted, then end the thread and its connection."""
        with self._condition:
            self._closed.set()
            self._condition.notify()
        if self._thread is not None:
            self._thread.join()
            self._thread = None
        self._app.close()

    def _publish(self) -> None:
        while links := self._noted():
            for first in range(0, len(links), LINKS_PER_TASK):
                if not self._sent(links[first : first + LINKS_PER_TASK]):
                    break  # the broker is away: the others would only wait for the same time-out
            self._closed.wait(GATHER_SECONDS)

    def _noted(self) -> tuple[str, ...]:
        with self._condition:
            while not self._pending and not self._closed.is_set():
                self._condition.wait()
            links = tuple(self._pending)
            self._pending.clear()
            return links

    def _sent(self, links: tuple[str, ...]) -> bool:
        try:
            self._app.send_task(DELIVER_TASK, args=links, retry=False, ignore_result=True)
        except (KombuError, CeleryError, RedisError, OSError) as failure:
            if not self._away:  # said once: what follows is the same, every second
                _logger.warning("%s: not knocked, sweeps must do: %s", ", ".join(links), failure)
            self._away = True
            return False
        if self._away:
            _logger.info("the broker is back")
        self._away = False
        return True


def _producer(broker_url: str) -> Celery:
    app = Celery("fullroute", broker=broker_url, set_as_current=False)
    app.conf.update(
        task_serializer="json",
        result_backend=None,
        task_ignore_result=True,
        task_default_queue=QUEUE,
        broker_pool_limit=1,
        broker_transport_options={
            "socket_timeout": SOCKET_SECONDS,
            "socket_connect_timeout": SOCKET_SECONDS,
            "max_retries": 0,  # kombu would otherwise connect again and again inside a publish
        },
    )
    return app
