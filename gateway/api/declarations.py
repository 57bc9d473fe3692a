"""Declarations in: check and preview first, then submit."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Depends, Header, Path, Query, Request, Response
from fastapi.concurrency import run_in_threadpool

from gateway import register
from gateway.api import problems
from gateway.api.request import (
    JSON_TYPE,
    WORKBOOK_TYPE,
    DeclarationBody,
    Declarer,
    Language,
    Reach,
    Words,
    described_body,
    intake_open,
    require_accept,
)
from gateway.api.shapes import SubmissionShape, shape_submission
from gateway.api.verdicts import (
    OfficePreviewShape,
    VerdictShape,
    shape_preview,
    shape_verdict,
)
from gateway.domain.finding import Finding
from gateway.domain.route_offices import RouteOffices
from gateway.language import accepts
from gateway.usecases.amend import Amendment, Reason, amend
from gateway.usecases.preview import preview
from gateway.usecases.sheet import annotated
from gateway.usecases.submit import preflight, submit

router = APIRouter(tags=["declarations"])

IDEMPOTENCY_KEY_LENGTH_MAX = 255

RouteName = Annotated[
    str, Query(description="A named route, for formats that name no offices.", max_length=64)
]
OfficeList = Annotated[
    tuple[str, ...],
    Query(description="Offices instead of a route: CODE:role in travel order.", max_length=99),
]


@dataclass(frozen=True, slots=True)
class Handed:
    """What was handed in: the bytes, and the offices asked for."""

    raw: bytes
    along: RouteOffices | None


async def _handed(
    raw: DeclarationBody, ports: Reach, route: RouteName = "", office: OfficeList = ()
) -> Handed:
    return Handed(raw, register.route_offices(ports, route, office))


HandedIn = Annotated[Handed, Depends(_handed)]

_EXAMPLE = (
    '<Declaration xmlns="urn:fullroute:declaration:1">'
    "<FunctionalReferenceID>CQ-2026-000117</FunctionalReferenceID>…</Declaration>"
)
_BODY = described_body(
    {
        "application/xml": {"schema": {"type": "string"}, "example": _EXAMPLE},
        "application/json": {"schema": {"type": "object"}},
        WORKBOOK_TYPE: {"schema": {"type": "string", "format": "binary"}},
    }
)


_TAKEN_IN = problems.documented(
    problems.MALFORMED,
    problems.NOT_AUTHENTIC,
    problems.NOT_ALLOWED,
    problems.CONFLICT,
    problems.TOO_LARGE,
    problems.MEDIA,
    problems.REFUSED,
    problems.CLOSED,
)


async def _idempotency_key(
    idempotency_key: Annotated[
        str, Header(description="Any text of yours; the same for a repeat.")
    ] = "",
) -> str:
    if not 0 < len(idempotency_key) <= IDEMPOTENCY_KEY_LENGTH_MAX:
        finding = Finding(code="idempotency.missing-key", value=idempotency_key)
        raise problems.Mistaken(problems.MALFORMED, finding)
    return idempotency_key


IdempotencyKey = Annotated[str, Depends(_idempotency_key)]


@router.post(
    "/validations",
    openapi_extra=_BODY,
    response_model=VerdictShape,
    responses={
        200: {
            "description": "The report; of a workbook, if asked for, itself with its findings.",
            "content": {WORKBOOK_TYPE: {"schema": {"type": "string", "format": "binary"}}},
        },
        **problems.documented(
            problems.MALFORMED,
            problems.NOT_AUTHENTIC,
            problems.NOT_ALLOWED,
            problems.TOO_LARGE,
            problems.MEDIA,
        ),
    },
)
def validate(
    request: Request,
    caller: Declarer,
    handed: HandedIn,
    ports: Reach,
    language: Language,
) -> VerdictShape | Response:
    """Ask what every office on the route would say; store and send nothing.

    Any format the gateway takes in; a declaration need not be signed yet. Always 200 with a report.
    Who accepts workbooks only gets the workbook back, with the findings at its cells.
    """
    require_accept(request, JSON_TYPE, WORKBOOK_TYPE)
    verdict = preflight(ports, handed.raw, caller.tenant, unsigned=True, along=handed.along)
    if not accepts(request.headers.get("accept", ""), JSON_TYPE):
        marked = annotated(ports, handed.raw, verdict.findings, language)
        return Response(marked, media_type=WORKBOOK_TYPE)
    return shape_verdict(verdict, ports.packs.catalogue(), language)


@router.post(
    "/previews",
    openapi_extra=_BODY,
    responses=problems.documented(
        problems.NOT_AUTHENTIC,
        problems.NOT_ALLOWED,
        problems.NOT_FOUND,
        problems.TOO_LARGE,
        problems.MEDIA,
        problems.REFUSED,
    ),
)
def show_preview(
    request: Request,
    caller: Declarer,
    raw: DeclarationBody,
    ports: Reach,
    language: Language,
    office: Annotated[str, Query(description="One of the offices on the route.")],
    message: Annotated[str, Query(description="One type of message; else all.")] = "",
) -> OfficePreviewShape:
    """Show exactly what one office would be told, field by field, and what is withheld from it.

    The bytes are those that would be signed, save what each pack lists as assigned at sending.
    """
    require_accept(request, "application/json")
    found = preview(ports, raw, office, message=message, tenant=caller.tenant)
    return shape_preview(found, ports.packs.catalogue(), language)


@router.post(
    "/declarations",
    dependencies=[Depends(intake_open)],
    status_code=202,
    openapi_extra=_BODY,
    responses={
        200: {"model": SubmissionShape, "description": "Submitted before: the movement there is."},
        **_TAKEN_IN,
    },
)
async def declare(
    request: Request,
    response: Response,
    caller: Declarer,
    handed: HandedIn,
    ports: Reach,
    language: Language,
    idempotency_key: IdempotencyKey,
) -> SubmissionShape:
    """Submit a declaration once; ``Location`` names the movement."""
    require_accept(request, "application/json")
    submission = await run_in_threadpool(
        submit,
        ports,
        handed.raw,
        caller,
        idempotency_key=idempotency_key,
        along=handed.along,
    )
    if submission.repeated:
        response.status_code = 200
    response.headers["Location"] = f"/v1/movements/{submission.movement}"
    return shape_submission(submission, ports.packs.catalogue(), language)


@dataclass(frozen=True, slots=True)
class AskedAmendment:
    """A request to replace a declaration: of which movement, by what, under which key."""

    movement: str
    new: Amendment
    idempotency_key: str


async def _asked_amendment(
    handed: HandedIn,
    reference: Annotated[str, Path(description="Movement reference, 18 characters.")],
    idempotency_key: IdempotencyKey,
    reason: Annotated[
        Words, Query(description="A code of the administrations, e.g. 001.", max_length=8)
    ] = "",
    text: Annotated[Words, Query(description="Why, in words.", max_length=200)] = "",
) -> AskedAmendment:
    why = Reason(code=reason, text=text)
    new = Amendment(raw=handed.raw, reason=why, along=handed.along)
    return AskedAmendment(reference, new, idempotency_key)


@router.post(
    "/movements/{reference}/amendments",
    dependencies=[Depends(intake_open)],
    status_code=202,
    openapi_extra=_BODY,
    responses={
        200: {"model": SubmissionShape, "description": "Known already; nothing changed."},
        **problems.documented(problems.NOT_FOUND),
        **_TAKEN_IN,
    },
)
def replace_declaration(
    request: Request,
    response: Response,
    caller: Declarer,
    asked: Annotated[AskedAmendment, Depends(_asked_amendment)],
    ports: Reach,
    language: Language,
) -> SubmissionShape:
    """Replace a movement's declaration; the offices concerned are told.

    Before release anything may change but reference number and declarant; after it, until arrival,
    the trip and the offices ahead.
    """
    require_accept(request, "application/json")
    submission = amend(
        ports, caller, asked.movement, asked.new, idempotency_key=asked.idempotency_key
    )
    if submission.repeated:
        response.status_code = 200
    return shape_submission(submission, ports.packs.catalogue(), language)
