"""Movement pages: the list, and one movement with a column per office, live while it is open."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Header, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import StreamingResponse

from gateway import access
from gateway.access import Scope
from gateway.domain.errors import GatewayError, NotAuthentic
from gateway.domain.finding import Finding
from gateway.portal.columns import movement_page
from gateway.portal.desk import Member, Visit, stay
from gateway.portal.listing import ROWS_MAX, Listed
from gateway.usecases.listing import list_movements
from gateway.usecases.timeline import describe_movement, timeline_after
from gateway.watch import resumed_after

router = APIRouter(prefix="/movements")

QUIET_SECONDS = 0.5
HEARTBEAT_ROUNDS = 30


def tenant_of(visit: Visit) -> str:
    """Return the tenant of whoever looks and may read."""
    if visit.session is None:
        raise NotAuthentic(Finding(code="access.missing-key"))
    return access.allowed(visit.session.principal, Scope.READ).tenant


@router.get("")
def movements(visit: Member, wanted: Listed) -> Response:
    """List movements, newest first."""
    page = list_movements(
        visit.ports, tenant_of(visit), after=wanted.after, limit=ROWS_MAX, plate=wanted.plate
    )
    rows = [
        (
            one.reference,
            one.lrn,
            visit.words.named("movement", one.state),
            " → ".join(dict.fromkeys(stop[1] for stop in one.stops)),
            f"{one.created_at:%Y-%m-%d %H:%M} UTC",
        )
        for one in page.rows
    ]
    return visit.page("movements.html", rows=rows, wanted=wanted, older=page.cursor)


@router.get("/{reference}")
def movement(visit: Member, reference: str) -> Response:
    """Show one movement as it stands."""
    glimpse = _look(visit, tenant_of(visit), reference, -1)
    return visit.page("movement.html", reference=reference, live=glimpse.html, last=glimpse.last)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Glimpse:
    html: str
    last: int
    news: bool


def _look(visit: Visit, tenant: str, reference: str, after: int) -> _Glimpse:
    """Return the columns as they stand, and the last line of the log they are from."""
    last, news = after, False
    while lines := timeline_after(visit.ports, tenant, reference, last):
        last, news = lines[-1].index, True
    if not news and after >= 0:
        return _Glimpse(html="", last=last, news=False)
    page = movement_page(describe_movement(visit.ports, tenant, reference), visit.words)
    return _Glimpse(html=visit.rendered("columns.html", page=page), last=last, news=True)


@router.get("/{reference}/stream")
async def stream(
    visit: Member, reference: str, after: int = -1, last_event_id: Annotated[str, Header()] = ""
) -> StreamingResponse:
    """Send the columns anew whenever something happened to the movement."""
    start = resumed_after(last_event_id, after)
    tenant = tenant_of(visit)
    first = await run_in_threadpool(_look, visit, tenant, reference, start)
    return StreamingResponse(
        _events(visit, tenant, reference, first),
        media_type="text/event-stream",
        headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"},
    )


async def _events(
    visit: Visit, tenant: str, reference: str, glimpse: _Glimpse
) -> AsyncIterator[bytes]:
    quiet = 0
    yield b"retry: 1000\n\n"
    while not visit.desk.stopping():
        if glimpse.news:
            quiet = 0
            lines = "".join(f"data: {line}\n" for line in glimpse.html.splitlines())
            yield f"id: {glimpse.last}\nevent: columns\n{lines}\n".encode()
        seen = visit.desk.watch.size
        try:
            await stay(visit)
            glimpse = await run_in_threadpool(_look, visit, tenant, reference, glimpse.last)
        except GatewayError:  # the page asks again, and hears why
            return
        if not glimpse.news:
            await visit.desk.watch.grown(seen, QUIET_SECONDS)
            quiet += 1
            if quiet % HEARTBEAT_ROUNDS == 0:
                yield b": still here\n\n"
