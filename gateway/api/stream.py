"""A movement's timeline as it grows: server-sent events, resumable by ``Last-Event-ID``."""

import asyncio
import json
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, replace
from typing import Annotated

from fastapi import APIRouter, Header, Query, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import StreamingResponse

from gateway import register
from gateway.access import Scope
from gateway.api import problems
from gateway.api.request import Cursor, Reach, Reader, admit_again, require_accept
from gateway.api.shapes import shape_line
from gateway.domain.errors import GatewayError
from gateway.domain.itinerary import CustomsOffice
from gateway.ports import Ports
from gateway.usecases.timeline import TimelineLine, timeline_after
from gateway.watch import LogWatch, resumed_after

router = APIRouter(tags=["movements"])

STOP_SECONDS = 0.3
"""How long a stream waits for news before it asks whether the program is about to stop."""

HEARTBEAT_SECONDS = 10.0
RETRY_MILLISECONDS = 1000
MEDIA_TYPE = "text/event-stream"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Place:
    ports: Ports
    tenant: str
    movement: str
    after: int


@router.get(
    "/movements/{reference}/timeline/stream",
    response_class=StreamingResponse,
    responses={
        200: {"content": {MEDIA_TYPE: {}}, "description": "`id` is the line's log index."},
        **problems.documented(problems.NOT_AUTHENTIC, problems.NOT_ALLOWED, problems.NOT_FOUND),
    },
)
async def stream_timeline(
    request: Request,
    caller: Reader,
    ports: Reach,
    reference: str,
    after: Annotated[Cursor, Query(ge=-1)] = -1,
    last_event_id: Annotated[str, Header(description="Resume after this line.")] = "",
) -> StreamingResponse:
    """Stream a timeline: everything after the line named, then each new line as it is written."""
    require_accept(request, MEDIA_TYPE)
    start = resumed_after(last_event_id, after)
    place = _Place(ports=ports, tenant=caller.tenant, movement=reference, after=start)
    first = await run_in_threadpool(_look, place)  # a stranger's movement is a 404, not a stream
    return StreamingResponse(
        _events(request, place, first),
        media_type=MEDIA_TYPE,
        headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"},
    )


def _look(place: _Place) -> tuple[TimelineLine, ...]:
    return timeline_after(place.ports, place.tenant, place.movement, place.after)


async def _events(
    request: Request, place: _Place, lines: tuple[TimelineLine, ...]
) -> AsyncIterator[bytes]:
    """Yield events until the client goes, its key ends or the program stops.

    A comment comes now and then between. Who cannot be told more asks again, and hears why.
    """
    loop = asyncio.get_running_loop()
    watch: LogWatch = request.app.state.watch
    offices = await run_in_threadpool(register.all_offices, place.ports)
    quiet_since = loop.time()
    yield f"retry: {RETRY_MILLISECONDS}\n\n".encode()
    while not request.app.state.stopping():
        for line in lines:
            yield _event(line, offices)
        if lines:
            quiet_since = loop.time()
            place = replace(place, after=lines[-1].index)
        elif loop.time() - quiet_since > HEARTBEAT_SECONDS:
            quiet_since = loop.time()
            yield b": still here\n\n"
        seen = watch.size
        try:
            await admit_again(request, Scope.READ)
            lines = await run_in_threadpool(_look, place)
        except GatewayError:
            return
        if not lines:
            await watch.grown(seen, STOP_SECONDS)


def _event(line: TimelineLine, offices: Mapping[str, CustomsOffice]) -> bytes:
    text = json.dumps(shape_line(line, offices).model_dump(mode="json"), ensure_ascii=False)
    return f"id: {line.index}\nevent: {line.kind}\ndata: {text}\n\n".encode()
