"""The two ways messages reach a simulated system: its own HTTP door, or fetching the feed."""

import asyncio
import base64
import json
from abc import ABC, abstractmethod
from collections import deque
from http import HTTPStatus
from pathlib import Path
from typing import Any

import aiohttp
from aiohttp import web

from gateway.audit.batch import MEDIA_TYPE, BatchItem, BatchReply, read_batch, write_replies
from gateway.audit.exchange import (
    HEADER_ENVELOPE,
    HEADER_SEAL,
    from_base64,
    read_envelope,
    to_base64,
    write_reply,
)
from gateway.domain.finding import Refusal
from gateway.sandbox.gatewayside import GatewaySide, Unreachable
from gateway.sandbox.journal import Journal
from gateway.sandbox.office import Arrival, CustomsSystem, Verdict
from gateway.sandbox.outbox import Outbox

BODY_BYTES_MAX = 20_000_000
CLOSE_SECONDS = 0.2
FEED_LIMIT = 100
FEED_WAIT_SECONDS = 20
PAUSE_SECONDS = 0.3


class PushDoor:
    """Listens for messages on one loopback port. Closing it makes the link really unreachable."""

    def __init__(self, system: CustomsSystem, outbox: Outbox, gateway: GatewaySide) -> None:
        self._system = system
        self._outbox = outbox
        self._gateway = gateway
        self._runner: web.ServerRunner | None = None
        self._failing: deque[int] = deque()
        self._losing = 0

    def fail(self, status: int, times: int) -> None:
        """Answer the next requests with a status, without looking at them."""
        self._failing.extend([status] * times)

    def lose_replies(self, times: int) -> None:
        """Take the next messages, but cut the connection where the receipt should come."""
        self._losing += times

    async def open(self) -> None:
        """Listen."""
        self._runner = web.ServerRunner(web.Server(self._answered), shutdown_timeout=CLOSE_SECONDS)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", self._system.spec.port, reuse_address=True)
        await site.start()

    async def close(self) -> None:
        """Stop listening and cut the connections there are."""
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None

    async def leave(self) -> None:
        """Stop for good."""
        await self.close()

    async def _answered(self, request: web.BaseRequest) -> web.StreamResponse:
        if request.path not in ("/messages", "/messages/batch"):
            return said(HTTPStatus.NOT_FOUND, "no such page")
        if request.method != "POST":
            return said(HTTPStatus.METHOD_NOT_ALLOWED, "POST only")
        content = await read_content(request)
        if len(content) > BODY_BYTES_MAX:
            return said(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "too large")
        if self._failing:
            return said(self._failing.popleft(), "told to")
        enter = self._batch if request.path == "/messages/batch" else self._single
        try:
            return await enter(request, content)
        except Unreachable:
            return said(HTTPStatus.SERVICE_UNAVAILABLE, "the gateway's keys cannot be had")

    async def _single(self, request: web.BaseRequest, content: bytes) -> web.Response:
        arrival = Arrival(
            envelope=request.headers.get(HEADER_ENVELOPE, ""),
            seal=request.headers.get(HEADER_SEAL, ""),
            media_type=request.headers.get("Content-Type", ""),
            content=content,
        )
        return _answer(await self._taken(request, arrival))

    async def _batch(self, request: web.BaseRequest, content: bytes) -> web.Response:
        """Take several messages, one after the other, each with a verdict of its own."""
        try:
            items = read_batch(content)
        except Refusal as refusal:
            return said(HTTPStatus.BAD_REQUEST, str(refusal))
        replies = []
        for one in items:
            arrival = Arrival(
                envelope=one.envelope, seal=one.seal, media_type=one.media_type, content=one.content
            )
            verdict = await self._taken(request, arrival)
            replies.append(
                BatchReply(message=_named(one), status=verdict.status, content=_body(verdict))
            )
        return web.Response(body=write_replies(replies), content_type=MEDIA_TYPE)

    async def _taken(self, request: web.BaseRequest, arrival: Arrival) -> Verdict:
        keys = await self._gateway.keys_for(arrival.seal)
        verdict = self._system.receive(arrival, keys)
        if verdict.taken is not None:
            self._outbox.plan(verdict.taken, verdict.read)
        if self._losing and verdict.receipt is not None and request.transport is not None:
            self._losing -= 1
            request.transport.abort()
        return verdict


async def read_content(request: web.BaseRequest) -> bytes:
    """Read the body, at most one byte more than is allowed."""
    content = bytearray()
    while len(content) <= BODY_BYTES_MAX:
        chunk = await request.content.read(BODY_BYTES_MAX + 1 - len(content))
        if not chunk:
            break
        content += chunk
    return bytes(content)


def _named(item: BatchItem) -> str:
    """Return the id an envelope claims, which the reply is found by; nothing if it has none."""
    try:
        return read_envelope(from_base64(item.envelope, "envelope")).id
    except Refusal:
        return ""


def _answer(verdict: Verdict) -> web.Response:
    return web.Response(status=verdict.status, body=_body(verdict), content_type="application/json")


def _body(verdict: Verdict) -> bytes:
    if verdict.receipt is None:
        return _reason(verdict.reason)
    return write_reply("receipt", verdict.receipt)


def _reason(words: str) -> bytes:
    return json.dumps({"reason": words}).encode()


def said(status: int, reason: str) -> web.Response:
    """Answer with a reason."""
    return web.Response(status=status, body=_reason(reason), content_type="application/json")


class FetchingDoor(ABC):
    """A door that goes and looks for messages by itself, for as long as it is open."""

    def __init__(self, system: CustomsSystem, outbox: Outbox, gateway: GatewaySide) -> None:
        self._system = system
        self._outbox = outbox
        self._gateway = gateway
        self._task: asyncio.Task[None] | None = None

    async def open(self) -> None:
        """Begin to fetch."""
        self._task = asyncio.create_task(self._fetch())

    async def close(self) -> None:
        """Stop fetching."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
            self._task = None

    async def leave(self) -> None:
        """Stop for good."""
        await self.close()

    @abstractmethod
    async def _fetch(self) -> None:
        """Take whatever comes, until cancelled."""


class FeedDoor(FetchingDoor):
    """Fetches the feed of one link by long poll and acknowledges with receipts.

    The cursor moves only after the gateway took the receipts; a repeat costs nothing.
    """

    def __init__(
        self, system: CustomsSystem, outbox: Outbox, gateway: GatewaySide, folder: Path
    ) -> None:
        super().__init__(system, outbox, gateway)
        self._journal = Journal(folder / f"{system.spec.id}.cursor.jsonl")
        self._cursor = max((line["after"] for line in self._journal.lines()), default=0)

    async def leave(self) -> None:
        """Stop for good, and close the journal."""
        await super().leave()
        self._journal.close()

    async def _fetch(self) -> None:
        while True:
            try:
                page = await self._call(
                    "GET",
                    f"feed?after={self._cursor}&limit={FEED_LIMIT}&wait={FEED_WAIT_SECONDS}",
                )
                if page["data"]:
                    await self._take(page["data"])
                if page["next"] != self._cursor:  # a page may be empty and yet lead on
                    self._cursor = page["next"]
                    self._journal.append({"after": self._cursor})
            except (aiohttp.ClientError, TimeoutError, OSError, ValueError, KeyError, Unreachable):
                await asyncio.sleep(PAUSE_SECONDS)

    async def _take(self, items: list[dict[str, Any]]) -> None:
        verdicts = []
        for item in items:
            arrival = Arrival(
                envelope=item["envelope"],
                seal=item["seal"],
                media_type=item["media_type"],
                content=base64.b64decode(item["content"]),
            )
            verdict = self._system.receive(arrival, await self._gateway.keys_for(arrival.seal))
            verdicts.append(verdict)
            if verdict.taken is not None:
                self._outbox.plan(verdict.taken, verdict.read)
        receipts = [
            {"receipt": to_base64(one.receipt.content), "seal": one.receipt.seal}
            for one in verdicts
            if one.receipt is not None
        ]
        if receipts:
            await self._call("POST", "feed/acknowledgements", {"receipts": receipts})

    async def _call(self, method: str, path: str, body: object = None) -> dict[str, Any]:
        spec = self._system.spec
        async with self._gateway.session.request(
            method,
            f"{self._gateway.url}/v1/links/{spec.id}/{path}",
            json=body,
            headers={"Authorization": f"Bearer {spec.api_key}"},
        ) as response:
            response.raise_for_status()
            document: dict[str, Any] = await response.json()
            return document
