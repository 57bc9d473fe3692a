"""One call of a courier: which parcels wait for their reply, and what came back.

What was posted while a system was away may never be answered, so the oldest parcel is posted again
beside itself where nothing has been heard for a while. When that is answered the system is back,
and what was posted before is posted again too: whoever knows it already finds it back.
"""

import asyncio
from collections.abc import Awaitable, Callable
from concurrent.futures import Future
from dataclasses import dataclass, field
from itertools import islice
from queue import Empty, SimpleQueue
from typing import Any

from gateway.domain.delivery import Link
from gateway.domain.errors import Unavailable
from gateway.domain.finding import Finding
from gateway.domain.parcel import Parcel, Reply

LOOKS_PER_WAIT = 16

Send = Callable[[Parcel], Awaitable[Reply]]


@dataclass(slots=True, eq=False)
class Waiting:
    """A parcel until its first answer; what else was posted for it is dropped then."""

    parcel: Parcel
    posted_at: float
    answer: "asyncio.Future[Reply]"
    again: list["asyncio.Task[Any]"] = field(default_factory=list)


@dataclass(slots=True)
class Going:
    """One call: where to, and how many requests (``concurrency``) may be under way at once.

    ``replies`` has every parcel's first answer, and None for every errand that ended.
    """

    link: Link
    concurrency: int
    replies: "SimpleQueue[Reply | None]" = field(default_factory=SimpleQueue)
    errands: list[Future[None]] = field(default_factory=list)
    turnstile: asyncio.Semaphore = field(init=False)
    watched: bool = False
    _waiting: dict[str, Waiting] = field(default_factory=dict)
    _heard_at: float = 0.0

    def __post_init__(self) -> None:
        """Set the turnstile up."""
        self.turnstile = asyncio.Semaphore(self.concurrency)

    def next_reply(self, seconds: float) -> Reply | None:
        """Return the next reply, or None after so many seconds without one.

        Raises:
            Unavailable: ``courier.closed``.
        """
        try:
            reply = self.replies.get(timeout=seconds)
        except Empty:
            return None
        if reply is None:
            self._look_back()
        return reply

    def _look_back(self) -> None:
        ended = [errand for errand in self.errands if errand.done()]
        self.errands = [errand for errand in self.errands if errand not in ended]
        for errand in ended:
            if errand.cancelled():
                raise Unavailable(Finding(code="courier.closed"))
            errand.result()  # a mistake of ours: let it be seen

    # ------------------------------------------------------------------ in the loop's thread

    def expect(self, parcel: Parcel) -> Waiting:
        """Note that a parcel is posted now."""
        loop = asyncio.get_running_loop()
        one = Waiting(parcel, loop.time(), loop.create_future())
        self._waiting[parcel.message] = one
        return one

    def answer(self, one: Waiting, reply: Reply) -> None:
        """Note what came back; only the first answer counts."""
        if reply.status:
            self._heard_at = asyncio.get_running_loop().time()
        if not one.answer.done():
            one.answer.set_result(reply)

    def drop(self, one: Waiting) -> None:
        """Wait for it no longer."""
        self._waiting.pop(one.parcel.message, None)
        for task in one.again:
            task.cancel()

    async def watch(self, send: Send, again_seconds: float) -> None:
        """Post the oldest parcel again, now and then, while nothing is heard; until cancelled."""
        loop, asked_at = asyncio.get_running_loop(), 0.0
        while True:
            await asyncio.sleep(again_seconds / LOOKS_PER_WAIT)
            oldest = next(iter(self._waiting.values()), None)
            if oldest is None:
                continue
            quiet_since = max(self._heard_at, oldest.posted_at, asked_at)
            if loop.time() - quiet_since >= again_seconds:
                asked_at = loop.time()
                oldest.again.append(asyncio.create_task(self._feel(oldest, send)))

    async def _feel(self, one: Waiting, send: Send) -> None:
        """Post a parcel again; where it is answered, what was posted before is posted again too."""
        posted_at = asyncio.get_running_loop().time()
        if not await self._again(one, send):
            return
        before = (other for other in self._waiting.values() if other.posted_at < posted_at)
        for other in tuple(islice(before, self.concurrency)):
            other.again.append(asyncio.create_task(self._again(other, send)))

    async def _again(self, one: Waiting, send: Send) -> bool:
        reply = await send(one.parcel)
        first = bool(reply.status) and not one.answer.done()
        if first:
            self._waiting.pop(one.parcel.message, None)
            self.answer(one, reply)
        return first
