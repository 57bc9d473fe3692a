"""What both HTTP couriers stand on: parcels side by side, in one event loop per courier.

All of a courier's connections live in one background thread with one aiohttp session: keep-alive,
no redirects, no cookies, no proxies from the environment, bounded in time and in what it reads.
Nothing that a link does raises here; every parcel brings exactly one reply. Only closing the
courier under way raises, for then nobody knows what became of a parcel, and it must go again.
"""

import asyncio
import logging
import threading
from abc import ABC, abstractmethod
from collections.abc import Callable, Coroutine, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from enum import StrEnum
from functools import partial
from typing import ClassVar, Self, TypeVar

import aiohttp

from gateway.adapters.links.going import Going, Waiting
from gateway.domain.delivery import Link
from gateway.domain.errors import Unavailable
from gateway.domain.finding import Finding
from gateway.domain.parcel import More, Parcel, Reply, nothing, plain
from gateway.ports import Clock

T = TypeVar("T")

_logger = logging.getLogger(__name__)

LOOK_SECONDS = 0.25
"""How often it is asked what joins, while no reply comes."""

RETRY_AFTER_SECONDS_MAX = 86_400.0
KEEP_ALIVE_SECONDS = 4.0
"""Shorter than the five seconds after which common servers close an idle connection: whoever closes
second may find that its request met a closed door.
"""


class Failure(StrEnum):
    """The first word of ``Reply.error``: why there is no HTTP status."""

    TIMED_OUT = "timed-out"
    NOT_CONNECTED = "not-connected"
    CONNECTION_LOST = "connection-lost"
    MALFORMED_REPLY = "malformed-reply"
    ENDPOINT_UNUSABLE = "endpoint-unusable"
    LOGIN_REFUSED = "login-refused"
    LOGIN_UNPROVEN = "login-unproven"
    OUR_MISTAKE = "our-mistake"


_FAILURES: tuple[tuple[type[BaseException], Failure], ...] = (
    (aiohttp.InvalidURL, Failure.ENDPOINT_UNUSABLE),
    (aiohttp.NonHttpUrlClientError, Failure.ENDPOINT_UNUSABLE),
    (TimeoutError, Failure.TIMED_OUT),
    (aiohttp.ClientConnectorError, Failure.NOT_CONNECTED),
    (aiohttp.ServerDisconnectedError, Failure.CONNECTION_LOST),
    (aiohttp.ClientPayloadError, Failure.CONNECTION_LOST),
    (aiohttp.ClientOSError, Failure.CONNECTION_LOST),
    (aiohttp.ClientError, Failure.MALFORMED_REPLY),
    (OSError, Failure.CONNECTION_LOST),
    (ValueError, Failure.ENDPOINT_UNUSABLE),  # a name or header that cannot be sent at all
)
"""Searched in this order: the narrower classes stand before their bases."""


def failed(failure: Exception) -> str:
    """Say why there is no HTTP status: a word of :class:`Failure`, and the library's own words."""
    word = next(word for kind, word in _FAILURES if isinstance(failure, kind))
    return f"{word}: {failure}" if str(failure) else word.value


@dataclass(frozen=True, slots=True)
class Request:
    """One parcel as it is posted."""

    url: str
    headers: Mapping[str, str]
    content: bytes


@dataclass(frozen=True, slots=True)
class Response:
    """What came back, cut at the courier's limit."""

    status: int
    headers: Mapping[str, str]
    content: bytes
    cut: bool = False


class HttpLinks(ABC):
    """Carries parcels over HTTP; safe to share between threads.

    ``connect_seconds`` bounds name look-up, connecting and the TLS handshake; ``total_seconds`` one
    whole exchange; ``concurrency`` how many parcels of one call are under way at once.
    """

    reply_bytes_max: ClassVar[int]

    def __init__(
        self, *, clock: Clock, connect_seconds: float, total_seconds: float, concurrency: int
    ) -> None:
        self._clock = clock
        self._timeout = aiohttp.ClientTimeout(total=total_seconds, connect=connect_seconds)
        self._concurrency = concurrency
        self._lock = threading.Lock()
        self._loop: Loop | None = None
        self._closed = False

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @abstractmethod
    def _request(self, link: Link, parcel: Parcel) -> Request:
        """Return what is posted.

        Raises:
            ValueError: the link is such that nothing can be.
        """

    def carry(
        self, link: Link, parcels: Sequence[Parcel], more: More = nothing, /
    ) -> Iterator[Reply]:
        """Send the parcels side by side and yield each reply as it comes; ask what joins them.

        Raises:
            OSError: this machine has no handle left to begin with; nothing was sent.
            Unavailable: ``courier.closed``: by us, before every reply was there.
        """
        going = Going(link, link.concurrency or self._concurrency)
        joining, under_way = parcels, 0
        try:
            while joining or under_way:
                if joining:
                    self._send_off(going, joining)
                    under_way += len(joining)
                reply = going.next_reply(LOOK_SECONDS)
                if reply is None:
                    self._watch_over(going)
                else:
                    under_way -= 1
                    yield reply
                joining = more()
        finally:
            for errand in going.errands:
                errand.cancel()

    def _send_off(self, going: Going, parcels: Sequence[Parcel]) -> None:
        errand = self._begun(lambda session: self._carry(session, going, parcels))
        errand.add_done_callback(lambda _: going.replies.put(None))
        going.errands.append(errand)

    def _watch_over(self, going: Going) -> None:
        """See to it that whoever comes back is heard; begun when there is silence first."""
        again = self._again_seconds(going.link)
        if again is not None and not going.watched:
            going.watched = True
            going.errands.append(
                self._begun(
                    lambda session: going.watch(partial(self._send, session, going.link), again)
                )
            )

    def _again_seconds(self, link: Link) -> float | None:  # noqa: ARG002 - for who may post again
        """Return after how long without a word the oldest parcel is posted beside itself."""
        return None

    def close(self) -> None:
        """Drop what is under way, close the connections and end the thread, for good."""
        with self._lock:
            self._closed = True
            loop, self._loop = self._loop, None
        if loop is not None:
            loop.stop()

    def _begun(
        self, errand: Callable[[aiohttp.ClientSession], Coroutine[None, None, T]]
    ) -> Future[T]:
        with self._lock:  # so that closing comes before an errand or sees it
            if self._closed:
                raise Unavailable(Finding(code="courier.closed"))
            if self._loop is None:
                self._loop = Loop(self._timeout)
            return self._loop.begin(errand(self._loop.session))

    # -------------------------------------------------------------- in the loop's thread

    async def _carry(
        self, session: aiohttp.ClientSession, going: Going, parcels: Sequence[Parcel]
    ) -> None:
        """Send parcels that set off together."""
        await asyncio.gather(
            *(self._one(session, going, some) for some in self._requests(going.link, parcels))
        )

    def _requests(self, link: Link, parcels: Sequence[Parcel]) -> Iterable[Sequence[Parcel]]:  # noqa: ARG002 - for who takes batches
        """Return what goes in one request."""
        return ((parcel,) for parcel in parcels)

    async def _one(
        self, session: aiohttp.ClientSession, going: Going, parcels: Sequence[Parcel]
    ) -> None:
        """Make one request, when there is room for it, and hand on the reply of each parcel."""
        async with going.turnstile:
            waiting = [going.expect(parcel) for parcel in parcels]
            posting = asyncio.create_task(self._post(session, going, waiting))
            try:
                for one in waiting:
                    going.replies.put(await one.answer)
            finally:
                posting.cancel()
                for one in waiting:
                    going.drop(one)

    async def _post(
        self, session: aiohttp.ClientSession, going: Going, waiting: Sequence[Waiting]
    ) -> None:
        try:
            parcels = [one.parcel for one in waiting]
            replies = await self._together(session, going.link, parcels)
        except Exception as mistake:  # of ours: seen in the log, and no harm to other parcels
            _logger.exception("a request to link %s failed", going.link.id)
            replies = [self._mistaken(one.parcel, mistake) for one in waiting]
        for one, reply in zip(waiting, replies, strict=True):
            going.answer(one, reply)

    async def _together(
        self, session: aiohttp.ClientSession, link: Link, parcels: Sequence[Parcel]
    ) -> list[Reply]:
        """Send what goes in one request and return the reply of each parcel."""
        return [await self._send(session, link, parcel) for parcel in parcels]

    async def _send(self, session: aiohttp.ClientSession, link: Link, parcel: Parcel) -> Reply:
        try:
            request = self._request(link, parcel)
        except ValueError as failure:
            return self._failed(parcel, failed(failure))
        return await self._posted(session, parcel, request, self.reply_bytes_max)

    async def _posted(
        self, session: aiohttp.ClientSession, parcel: Parcel, request: Request, limit: int
    ) -> Reply:
        """Post a request for a parcel and return its reply, cut at ``limit`` bytes."""
        try:
            async with session.post(
                request.url, data=request.content, headers=request.headers, allow_redirects=False
            ) as response:
                content, cut = await read_body(response, limit)
        except (aiohttp.ClientError, OSError, ValueError) as failure:
            return self._failed(parcel, failed(failure))
        now = self._clock.now()
        wish = retry_after_seconds(response.headers.get("Retry-After", ""), now)
        return Reply(
            message=parcel.message,
            at=now,
            status=response.status,
            content=content,
            media_type=plain(response.headers.get("Content-Type", "")),
            retry_after_seconds=wish,
            cut=cut,
        )

    def _failed(self, parcel: Parcel, error: str, wait: float | None = None) -> Reply:
        return Reply(
            message=parcel.message,
            at=self._clock.now(),
            status=0,
            error=plain(error),
            retry_after_seconds=wait,
        )

    def _mistaken(self, parcel: Parcel, mistake: Exception) -> Reply:
        error = f"{Failure.OUR_MISTAKE}: {type(mistake).__name__}"
        return replace(self._failed(parcel, error), mistake=True)


class Loop:
    """The background thread: one event loop, one session, until it is stopped.

    Raises:
        OSError: the machine has no handle left for a loop.
    """

    def __init__(self, timeout: aiohttp.ClientTimeout) -> None:
        self._timeout = timeout
        self._stopping = asyncio.Event()
        opened: Future[tuple[asyncio.AbstractEventLoop, aiohttp.ClientSession]] = Future()
        self._thread = threading.Thread(
            target=self._run, args=(opened,), name="courier", daemon=True
        )
        self._thread.start()
        self._loop, self.session = opened.result()

    def begin(self, errand: Coroutine[None, None, T]) -> Future[T]:
        """Start an errand in the loop."""
        return asyncio.run_coroutine_threadsafe(errand, self._loop)

    def stop(self) -> None:
        """Drop every errand and end."""
        self._loop.call_soon_threadsafe(self._stopping.set)
        self._thread.join()

    def _run(self, opened: Future[tuple[asyncio.AbstractEventLoop, aiohttp.ClientSession]]) -> None:
        try:
            with asyncio.Runner() as runner:
                runner.get_loop()  # which takes handles, before there is anything to await
                runner.run(self._serve(opened))
        except Exception as failure:
            if opened.done():
                raise
            opened.set_exception(failure)  # whoever opened it would wait for ever

    async def _serve(
        self, opened: Future[tuple[asyncio.AbstractEventLoop, aiohttp.ClientSession]]
    ) -> None:
        async with aiohttp.ClientSession(
            # Calls bound themselves; a pool-wide limit would let one slow link hold up the others.
            connector=aiohttp.TCPConnector(limit=0, keepalive_timeout=KEEP_ALIVE_SECONDS),
            timeout=self._timeout,
            cookie_jar=aiohttp.DummyCookieJar(),
            headers={"User-Agent": "fullroute", "Accept-Encoding": "identity"},
            auto_decompress=False,
        ) as session:
            opened.set_result((asyncio.get_running_loop(), session))
            await self._stopping.wait()
            errands = asyncio.all_tasks() - {asyncio.current_task()}
            for errand in errands:
                errand.cancel()
            await asyncio.gather(*errands, return_exceptions=True)


async def read_body(response: aiohttp.ClientResponse, limit: int) -> tuple[bytes, bool]:
    """Read at most ``limit`` bytes and tell whether there is more.

    A longer body is cut and its connection not used again.
    """
    pieces: list[bytes] = []
    missing = limit + 1
    while missing and (piece := await response.content.read(missing)):
        pieces.append(piece)
        missing -= len(piece)
    if not missing:
        response.close()
    return b"".join(pieces)[:limit], not missing


def retry_after_seconds(header: str, now: datetime) -> float | None:
    """Read a Retry-After header (RFC 9110, section 10.2.3): seconds, or an HTTP date.

    Returns seconds from ``now``, never negative, at most ``RETRY_AFTER_SECONDS_MAX``; None when the
    header is missing or makes no sense.
    """
    text = header.strip()
    if text.isascii() and text.isdigit():
        return min(float(text), RETRY_AFTER_SECONDS_MAX)
    try:
        until = parsedate_to_datetime(text)
    except (ValueError, OverflowError):  # a year, day or hour beyond what a date holds
        return None
    if until.tzinfo is None:  # "-0000": UTC said by somebody who does not know the zone
        until = until.replace(tzinfo=UTC)
    return min(max((until - now).total_seconds(), 0.0), RETRY_AFTER_SECONDS_MAX)
