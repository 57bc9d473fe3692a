"""The push courier: parcels in the form of exchange v1, posted to a link's own address.

A link that takes batches gets several parcels in one request, each of which brings its own reply.
Links of the kind *feed* have no courier: their systems come and fetch.
"""

import asyncio
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import ClassVar

import aiohttp

from gateway.adapters.links.connection import Failure, HttpLinks, Request
from gateway.audit import batch
from gateway.audit.exchange import HEADER_ENVELOPE, HEADER_SEAL, to_base64
from gateway.domain.delivery import Link
from gateway.domain.finding import Refusal
from gateway.domain.parcel import Parcel, Reply

REPLY_BYTES_MAX = 65_536
OK = 200
PROBE_AGAIN_SECONDS = 2.5
"""With the pause before the next probe less than the five seconds in which a system that is back
shall be heard."""


class HttpCourier(HttpLinks):
    """Carries parcels to push links."""

    reply_bytes_max: ClassVar[int] = REPLY_BYTES_MAX

    def _request(self, link: Link, parcel: Parcel) -> Request:
        headers = {
            "Content-Type": parcel.media_type,
            HEADER_ENVELOPE: to_base64(parcel.envelope),
            HEADER_SEAL: parcel.seal,
        }
        return Request(f"{link.endpoint.rstrip('/')}/messages", headers, parcel.content)

    async def _send(self, session: aiohttp.ClientSession, link: Link, parcel: Parcel) -> Reply:
        if link.breaker.opened_at is None:
            return await super()._send(session, link, parcel)
        return await self._probe(session, link, parcel)

    async def _probe(self, session: aiohttp.ClientSession, link: Link, parcel: Parcel) -> Reply:
        """Post to a system that was away, anew every few seconds; the first answer counts.

        What was posted while it was away may never be answered; a repeat finds it back.
        """
        post = super()._send

        async def posted(seconds: float) -> Reply:
            await asyncio.sleep(seconds)
            return await post(session, link, parcel)

        times = max(int((self._timeout.total or 0.0) / PROBE_AGAIN_SECONDS), 1)
        tries = [asyncio.create_task(posted(PROBE_AGAIN_SECONDS * one)) for one in range(times)]
        first, pending = tries[0], set(tries)
        try:
            while not first.done():
                done, pending = await asyncio.wait(pending, return_when=asyncio.FIRST_COMPLETED)
                for one in done:
                    if one.result().status:
                        return one.result()
            return first.result()
        finally:
            for one in tries:
                one.cancel()

    async def _carry(
        self,
        session: aiohttp.ClientSession,
        link: Link,
        parcels: Sequence[Parcel],
        put: Callable[[Reply], None],
    ) -> None:
        if link.batch <= 1 or link.breaker.opened_at is not None:
            await super()._carry(session, link, parcels, put)
            return
        turnstile = asyncio.Semaphore(link.concurrency or self._concurrency)

        async def some(parcels: Sequence[Parcel]) -> None:
            async with turnstile:
                for reply in await self._together(session, link, parcels):
                    put(reply)

        await asyncio.gather(*(some(one) for one in _batches(parcels, link.batch)))

    async def _together(
        self, session: aiohttp.ClientSession, link: Link, parcels: Sequence[Parcel]
    ) -> list[Reply]:
        """Post several parcels as one request and return the reply of each."""
        request = Request(
            f"{link.endpoint.rstrip('/')}/messages/batch",
            {"Content-Type": batch.MEDIA_TYPE},
            batch.write_batch(
                batch.BatchItem(
                    envelope=to_base64(one.envelope),
                    seal=one.seal,
                    media_type=one.media_type,
                    content=one.content,
                )
                for one in parcels
            ),
        )
        limit = batch.REPLY_BYTES_MAX * len(parcels)
        whole = await self._posted(session, parcels[0], request, limit)
        if whole.status != OK:
            return [replace(whole, message=one.message) for one in parcels]
        try:
            told = {one.message: one for one in batch.read_replies(whole.content)}
        except Refusal:
            told = {}
        return [self._own(one, whole, told.get(one.message)) for one in parcels]

    def _own(self, parcel: Parcel, whole: Reply, told: batch.BatchReply | None) -> Reply:
        if told is None:
            return self._failed(parcel, Failure.MALFORMED_REPLY.value)
        return replace(whole, message=parcel.message, status=told.status, content=told.content)


def _batches(parcels: Sequence[Parcel], most: int) -> Iterator[Sequence[Parcel]]:
    """Cut parcels into requests of at most ``most`` messages and ``batch.BYTES_MAX`` bytes."""
    some: list[Parcel] = []
    size = 0
    for one in parcels:
        if some and (len(some) >= most or size + len(one.content) > batch.BYTES_MAX):
            yield some
            some, size = [], 0
        some.append(one)
        size += len(one.content)
    if some:
        yield some
