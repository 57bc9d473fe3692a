"""One look at the log for all waiting requests of this process."""

import asyncio
import logging

from fastapi.concurrency import run_in_threadpool

from gateway.domain.errors import GatewayError
from gateway.domain.page import DIGITS_MAX, NUMBER_MAX
from gateway.ports import Ports

LOOK_SECONDS = 0.1

_logger = logging.getLogger(__name__)


def resumed_after(last_event_id: str, after: int) -> int:
    """Return the index a stream goes on after; an id that is none of ours says nothing."""
    ours = last_event_id.isdecimal() and len(last_event_id) <= DIGITS_MAX
    return min(int(last_event_id) if ours else after, NUMBER_MAX)


class LogWatch:
    """Tells streams and long polls that the log has grown, whoever wrote to it.

    Everything a reader may wait for is committed together with a log entry, so one query every
    tenth of a second serves any number of them; without any, nothing is asked. For one event loop.
    """

    def __init__(self, ports: Ports) -> None:
        self._ports = ports
        self._news = asyncio.Condition()
        self._waiting = 0
        self._looking: asyncio.Task[None] | None = None
        self.size = -1

    async def grown(self, seen: int, seconds: float) -> None:
        """Return when the log's size is another than ``seen``, or after some seconds."""
        self._waiting += 1
        try:
            if self._looking is None or self._looking.done():
                self._looking = asyncio.create_task(self._look())
            async with asyncio.timeout(seconds), self._news:
                await self._news.wait_for(lambda: self.size != seen)
        except TimeoutError:
            return
        finally:
            self._waiting -= 1

    async def _look(self) -> None:
        while self._waiting:
            try:
                size = await run_in_threadpool(self._size)
            except GatewayError as error:  # the database is away; whoever waits goes on waiting
                _logger.warning("the log cannot be watched: %s", error)
                size = self.size
            if size != self.size:
                async with self._news:
                    self.size = size
                    self._news.notify_all()
            await asyncio.sleep(LOOK_SECONDS)

    def _size(self) -> int:
        self._ports.store.sequence("watch")
        return self._ports.store.log_size()
