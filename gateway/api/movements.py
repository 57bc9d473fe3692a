"""Movements: lists, one as it stands, its timeline, its evidence, reports of the enterprise."""

import io
import zipfile
from typing import Annotated, Any, Literal, TypeAlias

from fastapi import APIRouter, Depends, Path, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from gateway import register
from gateway.api import problems
from gateway.api.request import (
    Cursor,
    Language,
    Moment,
    Reach,
    Reader,
    Reporter,
    Words,
    described_body,
    json_body,
    require_accept,
)
from gateway.api.shapes import (
    EventShape,
    MovementListShape,
    MovementShape,
    TimelineShape,
    shape_event,
    shape_line,
    shape_movement,
    shape_record,
)
from gateway.domain.errors import NotFound
from gateway.domain.event import EventKind, Report
from gateway.domain.finding import Finding
from gateway.domain.movement_state import MovementState
from gateway.usecases import listing
from gateway.usecases.copy import copy_as_new
from gateway.usecases.export import export_movement
from gateway.usecases.report import report
from gateway.usecases.timeline import describe_movement, timeline_after

router = APIRouter(tags=["movements"])

LIST_MAX = 200

Reference = Annotated[str, Path(description="Movement reference, 18 characters.")]

_STRANGE = problems.documented(problems.NOT_AUTHENTIC, problems.NOT_ALLOWED, problems.NOT_FOUND)

REPORT_EXAMPLE = {
    "kind": "departed",
    "at": "2026-11-24T08:05:00+08:00",
    "office": "CN008001",
    "facts": {"seal": "CQ8801172"},
}


Told: TypeAlias = Literal[
    "presented",
    "yard-reached",
    "departed",
    "incident",
    "turned-back",
    "arrived",
    "invalidation-asked",
]
"""What is told as a report, of a movement or of a vehicle."""


FACTS_MAX = 50
FactName = Annotated[str, Field(max_length=64)]
FactText = Annotated[str, Field(max_length=4_000)]
"""A movement's facts are read again whenever it moves, and at every lane: none is a book."""


class ReportBody(BaseModel):
    """What the enterprise did, or what happened to it."""

    model_config = ConfigDict(extra="forbid")

    kind: Told = Field(examples=["departed"])
    at: Moment
    office: str = Field(examples=["CN008001"])
    facts: dict[FactName, FactText] = Field(default={}, max_length=FACTS_MAX)

    def told(self) -> Report:
        """Return the report."""
        facts = tuple(self.facts.items())
        return Report(kind=EventKind(self.kind), at=self.at, office=self.office, facts=facts)


class ReportedShape(BaseModel):
    """What the report led to; nothing when it was known already."""

    events: tuple[EventShape, ...]


@router.get(
    "/movements",
    responses={**_STRANGE, **problems.documented(problems.REFUSED)},
)
def list_movements(
    request: Request,
    caller: Reader,
    ports: Reach,
    cursor: Annotated[str, Query(description="`next_cursor` of the page before.")] = "",
    limit: Annotated[int, Query(ge=1, le=LIST_MAX)] = 50,
    plate: str = "",
    state: MovementState | Literal[""] = "",
) -> MovementListShape:
    """List movements, newest first."""
    require_accept(request, "application/json")
    page = listing.list_movements(
        ports, caller.tenant, after=cursor, limit=limit, plate=plate, state=state
    )
    return MovementListShape(
        data=tuple(shape_record(record) for record in page.rows),
        next_cursor=page.cursor,
        has_more=bool(page.cursor),
    )


@router.get(
    "/movements/{reference}/copy",
    response_class=Response,
    responses={
        200: {"content": {"application/xml": {"schema": {"type": "string"}}}},
        **_STRANGE,
        **problems.documented(problems.REFUSED),
    },
)
def copy_declaration(
    caller: Reader,
    ports: Reach,
    reference: Reference,
    lrn: Annotated[
        Words, Query(description="Reference number of the new declaration.", min_length=1)
    ],
    depart: Annotated[
        Moment | None, Query(description="Expected times move with it, else are left out.")
    ] = None,
) -> Response:
    """Copy a movement's declaration as the beginning of a new one: unsigned, nothing is stored."""
    content = copy_as_new(ports, caller, reference, lrn, depart)
    return Response(content, media_type="application/xml")


@router.get("/movements/{reference}", responses=_STRANGE)
def show_movement(
    request: Request, caller: Reader, ports: Reach, language: Language, reference: Reference
) -> MovementShape:
    """Show a movement as it stands."""
    require_accept(request, "application/json")
    view = describe_movement(ports, caller.tenant, reference)
    return shape_movement(view, language, ports.packs.catalogue())


@router.get("/movements/{reference}/timeline", responses=_STRANGE)
def show_timeline(
    request: Request,
    caller: Reader,
    ports: Reach,
    reference: Reference,
    after: Annotated[Cursor, Query(ge=-1, description="Lines with a larger index only.")] = -1,
) -> TimelineShape:
    """Show what happened, oldest first, in pages of up to 500 lines."""
    require_accept(request, "application/json")
    lines = timeline_after(ports, caller.tenant, reference, after)
    offices = register.all_offices(ports)
    return TimelineShape(
        data=tuple(shape_line(line, offices) for line in lines),
        next=lines[-1].index if lines else after,
    )


@router.get(
    "/movements/{reference}/export",
    response_class=Response,
    responses={
        200: {"content": {"application/zip": {}}, "description": "A ZIP."},
        **_STRANGE,
        **problems.documented(problems.CONFLICT),
    },
)
def export(request: Request, caller: Reader, ports: Reach, reference: Reference) -> Response:
    """Hand out everything about a movement, verifiable without us, as a ZIP."""
    require_accept(request, "application/zip")
    files = export_movement(ports, caller.tenant, reference)
    return Response(
        zipped(files),
        media_type="application/zip",
        headers={"Content-Disposition": f'attachment; filename="{reference}.zip"'},
    )


def zipped(files: tuple[tuple[str, bytes], ...]) -> bytes:
    """Return a ZIP whose bytes depend on names and contents alone."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for path, content in files:
            archive.writestr(zipfile.ZipInfo(path), content, zipfile.ZIP_DEFLATED)
    return stream.getvalue()


@router.get(
    "/movements/{reference}/messages/{message}/content",
    response_class=Response,
    responses={200: {"content": {"*/*": {}}, "description": "The exact bytes."}, **_STRANGE},
)
def show_content(caller: Reader, ports: Reach, reference: Reference, message: str) -> Response:
    """Hand out a message exactly as it is sent, or is to be signed while it waits for that."""
    found = ports.store.message(message)
    if found is None or found.tenant != caller.tenant or found.movement != reference:
        raise NotFound(Finding(code="message.unknown", value=message))
    digest = found.wire or found.unsigned
    body = ports.store.body(digest) if digest else None
    record = ports.store.movement(reference)
    if record is None or record.erased:
        raise NotFound(Finding(code="movement.body-erased", value=reference))
    if body is None:
        raise NotFound(Finding(code="message.no-content", value=message))
    return as_sent(body.content, found.media_type)


def as_sent(content: bytes, media_type: str, **headers: str) -> Response:
    """Answer with stored bytes that no browser may take for a page."""
    kept = {"Content-Disposition": "attachment", "X-Content-Type-Options": "nosniff", **headers}
    return Response(content, headers={"Content-Type": media_type, **kept})


async def report_body(request: Request) -> ReportBody:
    """Read a report from the body."""
    return await json_body(request, ReportBody)


REPORT_TAKEN: dict[str, Any] = {
    "openapi_extra": described_body(
        {"application/json": {"schema": ReportBody.model_json_schema(), "example": REPORT_EXAMPLE}}
    ),
    "responses": {
        **_STRANGE,
        **problems.documented(
            problems.MALFORMED, problems.CONFLICT, problems.MEDIA, problems.REFUSED
        ),
    },
}
"""What every path that takes a report says of it."""


@router.post("/movements/{reference}/reports", **REPORT_TAKEN)
def report_event(
    request: Request,
    caller: Reporter,
    body: Annotated[ReportBody, Depends(report_body)],
    ports: Reach,
    reference: Reference,
) -> ReportedShape:
    """Report a departure with its seals, an arrival, or the presentation of pre-lodged goods."""
    require_accept(request, "application/json")
    told = body.told()
    events = report(ports, caller, reference, told)
    return ReportedShape(events=tuple(shape_event(event) for event in events))
