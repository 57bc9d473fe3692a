"""The customs side: links, their feeds and their answers."""

import asyncio
import base64
from dataclasses import replace
from datetime import MINYEAR, UTC, datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Header, Query, Request, Response
from fastapi.concurrency import run_in_threadpool
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from gateway.access import Scope
from gateway.api import problems
from gateway.api.request import (
    Anybody,
    Cursor,
    Language,
    LinkCaller,
    Reach,
    admit_again,
    body,
    described_body,
    json_body,
    media_type,
    require_accept,
)
from gateway.api.shapes import LinkListShape, shape_link, with_load
from gateway.audit.exchange import SealedPaper, from_base64, to_base64, write_reply
from gateway.domain.errors import NotAllowed
from gateway.domain.finding import Finding, Refusal
from gateway.domain.records import Principal
from gateway.ports import Ports
from gateway.usecases import feed
from gateway.usecases.feed import FEED_MAX
from gateway.usecases.receive import receive
from gateway.watch import LogWatch

router = APIRouter(tags=["links"])

WAIT_SECONDS_MAX = 30
STOP_SECONDS = 0.3
"""How long a request waits for news before it asks whether client or program are leaving."""

_STRANGE = problems.documented(problems.NOT_AUTHENTIC, problems.NOT_ALLOWED)


class FeedItemShape(BaseModel):
    """One message: the same envelope, seal and bytes as by push; all but ``seal`` base64.

    ``repeated``: it was acknowledged before; a known id has no second effect.
    """

    sequence: int
    repeated: bool
    envelope: str
    seal: str
    content: str
    media_type: str


class FeedShape(BaseModel):
    """Messages after the one asked for; ``next`` is the ``after`` of the next call."""

    data: tuple[FeedItemShape, ...]
    next: int
    has_more: bool


class ReceiptBody(BaseModel):
    """One receipt (base64 of its canonical JSON) with the link's seal."""

    model_config = ConfigDict(extra="forbid")

    receipt: str
    seal: str


class ReceiptsBody(BaseModel):
    """Receipts for messages of the feed."""

    model_config = ConfigDict(extra="forbid")

    receipts: tuple[ReceiptBody, ...] = Field(max_length=FEED_MAX)


class RefusedReceiptShape(BaseModel):
    """A receipt that does not hold: its place in the request, and why."""

    place: int
    code: str
    message: str


class AcknowledgedShape(BaseModel):
    """Message ids acknowledged, and receipts refused."""

    acknowledged: tuple[str, ...]
    refused: tuple[RefusedReceiptShape, ...]


@router.get("/links", responses=_STRANGE)
def list_links(request: Request, caller: Anybody, ports: Reach) -> LinkListShape:
    """List links and what lies at them: a link its own, everybody else those of the tenant."""
    require_accept(request, "application/json")
    if not {Scope.READ.value, Scope.OPERATE.value, Scope.LINK.value} & set(caller.scopes):
        raise NotAllowed(Finding(code="access.scope-missing", args=(("scope", "read"),)))
    loads = {load.link: load for load in ports.store.link_loads()}
    shapes = []
    for link in ports.store.links():
        if link.id != caller.link if caller.link else link.tenant != caller.tenant:
            continue
        shape = shape_link(
            link.id, link.administration, link.kind.value, link.offices, paused=link.paused
        )
        shapes.append(with_load(shape, loads[link.id]) if link.id in loads else shape)
    return LinkListShape(data=tuple(shapes))


async def _wish(
    after: Annotated[Cursor, Query(ge=0)] = 0,
    limit: Annotated[int, Query(ge=1, le=FEED_MAX)] = 100,
    since: Annotated[
        AwareDatetime | None, Query(description="Only what was issued since then.")
    ] = None,
    only: Annotated[
        feed.Only,
        Query(description="Missing: due or parked, without a valid receipt. Failed: parked."),
    ] = feed.Only.ALL,
) -> feed.Wish:
    return feed.Wish(after=after, since=_utc(since) if since else None, only=only, limit=limit)


def _utc(since: datetime) -> datetime:
    """Return a time in UTC; beyond an end of the calendar that end says the same."""
    try:
        return since.astimezone(UTC)
    except OverflowError:
        first, last = datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)
        return first if since.year == MINYEAR else last


@router.get("/links/{link}/feed", responses=_STRANGE)
async def read_feed(
    request: Request,
    caller: LinkCaller,
    ports: Reach,
    link: str,
    wish: Annotated[feed.Wish, Depends(_wish)],
    wait: Annotated[float, Query(ge=0, le=WAIT_SECONDS_MAX, description="Seconds.")] = 0,
) -> FeedShape:
    """Read a link's messages, oldest first, without gaps; wait a while if there are none yet.

    Everything ever sent can be read again from any sequence or time, byte for byte, but for what
    was withdrawn. A page ends after ``limit`` messages or 8,000,000 bytes of contents, whichever
    comes first; one with ``has_more`` comes at once, even empty.
    """
    require_accept(request, "application/json")
    loop = asyncio.get_running_loop()
    until = loop.time() + wait
    watch: LogWatch = request.app.state.watch
    while True:
        seen = watch.size
        page = await run_in_threadpool(feed.read_feed, ports, caller, link, wish)
        left = until - loop.time()
        if (
            page.items
            or page.more
            or left <= 0
            or request.app.state.stopping()
            or await request.is_disconnected()
        ):
            break
        wish = replace(wish, after=page.next)
        await watch.grown(seen, min(left, STOP_SECONDS))
        await admit_again(request, Scope.LINK)
    return FeedShape(
        data=tuple(_item(item) for item in page.items), next=page.next, has_more=page.more
    )


def _item(item: feed.FeedItem) -> FeedItemShape:
    return FeedItemShape(
        sequence=item.sequence,
        repeated=item.repeated,
        envelope=to_base64(item.envelope),
        seal=item.seal,
        content=base64.b64encode(item.content).decode("ascii"),
        media_type=item.media_type,
    )


async def _receipts_body(request: Request) -> ReceiptsBody:
    return await json_body(request, ReceiptsBody)


@router.post(
    "/links/{link}/feed/acknowledgements",
    openapi_extra=described_body(
        {"application/json": {"schema": ReceiptsBody.model_json_schema()}}
    ),
    responses={**_STRANGE, **problems.documented(problems.MALFORMED, problems.MEDIA)},
)
def acknowledge_feed(
    request: Request,
    caller: LinkCaller,
    told: Annotated[ReceiptsBody, Depends(_receipts_body)],
    ports: Reach,
    language: Language,
    link: str,
) -> AcknowledgedShape:
    """Acknowledge messages of the feed, each by its own receipt; repeating one is harmless.

    A parked message is acknowledged like any other; one that was withdrawn is not
    (``message.withdrawn``).
    """
    require_accept(request, "application/json")
    receipts = [
        write_reply("receipt", SealedPaper(content=_paper(one), seal=one.seal))
        for one in told.receipts
    ]
    result = feed.acknowledge(ports, caller, link, receipts)
    catalogue = ports.packs.catalogue()
    return AcknowledgedShape(
        acknowledged=result.done,
        refused=tuple(
            RefusedReceiptShape(
                place=place,
                code=finding.code,
                message=catalogue.text(finding, language).message,
            )
            for place, finding in result.refused
        ),
    )


def _paper(one: ReceiptBody) -> bytes:
    try:
        return from_base64(one.receipt, "receipt")
    except Refusal as refusal:
        raise problems.Mistaken(problems.MALFORMED, *refusal.findings) from refusal


class AcknowledgementShape(BaseModel):
    """Our sealed word that the answer is stored: canonical JSON in base64, and the seal."""

    acknowledgement: str
    seal: str


@router.post(
    "/links/{link}/answers",
    response_model=AcknowledgementShape,
    openapi_extra=described_body({"*/*": {"schema": {"type": "string", "format": "binary"}}}),
    responses={
        **_STRANGE,
        **problems.documented(
            problems.MALFORMED,
            problems.NOT_FOUND,
            problems.CONFLICT,
            problems.TOO_LARGE,
            problems.MEDIA,
            problems.REFUSED,
        ),
    },
)
async def take_answer(
    request: Request,
    caller: LinkCaller,
    ports: Reach,
    link: str,
    fullroute_answer: Annotated[str, Header(description="Answer header, base64.")] = "",
    fullroute_seal: Annotated[str, Header(description="The link's seal over it.")] = "",
) -> Response:
    """Take an office's answer in, in its own format; a repeat gets the same bytes again."""
    require_accept(request, "application/json")
    if not media_type(request):
        finding = Finding(code="request.media-type", args=(("allowed", "*/*"),))
        raise problems.Mistaken(problems.MEDIA, finding)
    try:
        header = from_base64(fullroute_answer, "answer")
    except Refusal as refusal:
        raise problems.Mistaken(problems.MALFORMED, *refusal.findings) from refusal
    content = await body(request)
    paper = await run_in_threadpool(
        _received, ports, caller, link, (header, fullroute_seal), content
    )
    return Response(write_reply("acknowledgement", paper), media_type="application/json")


def _received(
    ports: Ports, caller: Principal, link: str, sealed: tuple[bytes, str], content: bytes
) -> SealedPaper:
    header, seal = sealed
    acknowledgement = receive(ports, caller, link, header, seal, content)
    return SealedPaper(content=acknowledgement.content, seal=acknowledgement.seal)
