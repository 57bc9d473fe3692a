"""The push courier: parcels in the form of exchange v1, posted to a link's own address.

A link that takes batches gets several parcels in one request, each of which brings its own reply.
Links of the kind *feed* have no courier: their systems come and fetch.
"""

import asyncio
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import ClassVar

import aiohttp

from gateway.adapters.links.connection import Failure, Going, HttpLinks, Request
from gateway.audit import batch
from gateway.audit.exchange import HEADER_ENVELOPE, HEADER_SEAL, to_base64
from gateway.domain.delivery import Link
from gateway.domain.finding import Refusal
from gateway.domain.parcel import Parcel, Reply

REPLY_BYTES_MAX = 65_536
OK = 200
AGAIN_SECONDS = 4.0
PROBE_AGAIN_SECONDS = 2.5
"""How long the first message of a call waits before it is posted beside itself: a system that is
back shall be heard within five seconds, the pause before the next probe included."""


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

    async def _lead(self, session: aiohttp.ClientSession, link: Link, parcel: Parcel) -> Reply:
        """Post anew every few seconds until the first answer, which counts.

        What was posted while a system was away may never be answered; a repeat finds it back.
        """
        again = AGAIN_SECONDS if link.breaker.opened_at is None else PROBE_AGAIN_SECONDS
        first = asyncio.create_task(self._send(session, link, parcel))
        under_way = {first}
        try:
            while not first.done():
                done, under_way = await asyncio.wait(
                    under_way, timeout=again, return_when=asyncio.FIRST_COMPLETED
                )
                for one in done:
                    if one.result().status:
                        return one.result()
                if not done:
                    under_way.add(asyncio.create_task(self._send(session, link, parcel)))
            return first.result()
        finally:
            for one in under_way:
                one.cancel()

    async def _carry(
        self,
        session: aiohttp.ClientSession,
        going: Going,
        parcels: Sequence[Parcel],
        *,
        leads: bool,
    ) -> None:
        link = going.link
        if link.batch <= 1 or link.breaker.opened_at is not None:
            await super()._carry(session, going, parcels, leads=leads)
            return

        async def some(parcels: Sequence[Parcel]) -> None:
            async with going.turnstile:
                for reply in await self._together(session, link, parcels):
                    going.replies.put(reply)

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
