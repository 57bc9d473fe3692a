"""The push courier: parcels in the form of exchange v1, posted to a link's own address.

A link that takes batches gets several parcels in one request, each of which brings its own reply.
Links of the kind *feed* have no courier: their systems come and fetch.
"""

import logging
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import ClassVar

import aiohttp

from gateway.adapters.links.connection import Failure, HttpLinks, Request
from gateway.audit import batch
from gateway.audit.exchange import HEADER_ENVELOPE, HEADER_SEAL, to_base64
from gateway.domain.delivery import Link
from gateway.domain.parcel import Parcel, Reply

REPLY_BYTES_MAX = 65_536
OK = 200
AGAIN_SECONDS = 4.0
PROBE_AGAIN_SECONDS = 2.5
"""How long nothing is heard before the oldest message is posted beside itself: a system that is
back shall be heard within five seconds, the pause before the next probe included."""

_logger = logging.getLogger(__name__)


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

    def _again_seconds(self, link: Link) -> float | None:
        """Post again while nothing is heard: the office knows a repeat by its id."""
        return AGAIN_SECONDS if link.breaker.opened_at is None else PROBE_AGAIN_SECONDS

    def _requests(self, link: Link, parcels: Sequence[Parcel]) -> Iterable[Sequence[Parcel]]:
        """Make batches where the link takes them; whoever may be away is asked with one message."""
        return (
            _batches(parcels, link.batch) if _in_batches(link) else super()._requests(link, parcels)
        )

    async def _together(
        self, session: aiohttp.ClientSession, link: Link, parcels: Sequence[Parcel]
    ) -> list[Reply]:
        """Post several parcels as one request and return the reply of each."""
        if not _in_batches(link):
            return await super()._together(session, link, parcels)
        lines = [self._line(link, one) for one in parcels]
        sound = [one for one, line in zip(parcels, lines, strict=True) if isinstance(line, bytes)]
        body = b"".join(line for line in lines if isinstance(line, bytes))
        replies = iter(await self._batch(session, link, sound, body) if sound else ())
        return [next(replies) if isinstance(line, bytes) else line for line in lines]

    def _line(self, link: Link, parcel: Parcel) -> bytes | Reply:
        """Return a parcel as it stands in a batch; its reply where we have a mistake about it."""
        try:
            item = batch.BatchItem(
                envelope=to_base64(parcel.envelope),
                seal=parcel.seal,
                media_type=parcel.media_type,
                content=parcel.content,
            )
            return batch.write_batch([item])
        except Exception as mistake:  # seen in the log, and no harm to the rest of the batch
            _logger.exception("message %s to link %s", parcel.message, link.id)
            return self._mistaken(parcel, mistake)

    async def _batch(
        self, session: aiohttp.ClientSession, link: Link, parcels: Sequence[Parcel], body: bytes
    ) -> list[Reply]:
        """Post the lines of several parcels and return the reply of each, in their order."""
        url = f"{link.endpoint.rstrip('/')}/messages/batch"
        request = Request(url, {"Content-Type": batch.MEDIA_TYPE}, body)
        limit = batch.REPLY_BYTES_MAX * len(parcels)
        whole = await self._posted(session, parcels[0], request, limit)
        if whole.status != OK:
            return [replace(whole, message=one.message) for one in parcels]
        told = {one.message: one for one in batch.read_replies(whole.content)}
        return [self._own(one, whole, told.get(one.message)) for one in parcels]

    def _own(self, parcel: Parcel, whole: Reply, told: batch.BatchReply | None) -> Reply:
        if told is None:  # the system lives, whatever it makes of this one
            error = Failure.MALFORMED_REPLY.value
            return replace(whole, message=parcel.message, content=b"", error=error)
        return replace(whole, message=parcel.message, status=told.status, content=told.content)


def _in_batches(link: Link) -> bool:
    return link.batch > 1 and link.breaker.opened_at is None


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
