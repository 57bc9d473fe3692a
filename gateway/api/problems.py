"""Errors as RFC 9457 problems, in the reader's language; one shape for every route."""

import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, Field
from starlette.requests import ClientDisconnect

from gateway.domain.errors import (
    GatewayError,
    InConflict,
    Misconfigured,
    NotAllowed,
    NotAuthentic,
    NotFound,
    TooLarge,
    Unavailable,
)
from gateway.domain.finding import Catalogue, Finding, Refusal, Severity
from gateway.language import negotiated

MEDIA_TYPE = "application/problem+json"
TYPE_PREFIX = "urn:fullroute:problem:"


class FindingShape(BaseModel):
    """One thing that is wrong. Codes and pointers never change with the language."""

    code: str = Field(examples=["xsd.pattern"])
    severity: Severity
    offices: tuple[str, ...] = Field(default=(), examples=[["VN0003PJ"]])
    pointer: str = Field(default="", examples=["/Declaration/Consignment/GrossMassMeasure"])
    line: int | None = None
    cell: str = Field(default="", examples=["Items!C7"])
    value: str = ""
    message: str
    fix: str = ""
    source: str = Field(default="", examples=["cn@2026.1"])


class ProblemShape(BaseModel):
    """RFC 9457 problem details with our extensions."""

    type: str = Field(examples=["urn:fullroute:problem:refused"])
    title: str
    status: int
    detail: str
    instance: str = Field(examples=["/v1/declarations"])
    code: str = Field(examples=["refused"])
    lang: str = Field(examples=["en", "zh", "vi"])
    errors: tuple[FindingShape, ...]


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of problem: its code, its status, headers that go with it."""

    code: str
    status: int
    headers: tuple[tuple[str, str], ...] = ()


MALFORMED = Kind("malformed", 400)
REFUSED = Kind("refused", 422)
NOT_AUTHENTIC = Kind("not-authentic", 401, (("WWW-Authenticate", "Bearer"),))
NOT_ALLOWED = Kind("not-allowed", 403)
NOT_FOUND = Kind("not-found", 404)
METHOD = Kind("method-not-allowed", 405)
NOT_ACCEPTABLE = Kind("not-acceptable", 406)
TOO_SLOW = Kind("too-slow", 408, (("Connection", "close"),))
CONFLICT = Kind("in-conflict", 409)
TOO_LARGE = Kind("too-large", 413, (("Connection", "close"),))
MEDIA = Kind("unsupported-media-type", 415)
UNEXPECTED = Kind("unexpected", 500)
CLOSED = Kind("closed-for-now", 503, (("Connection", "close"),))
UNAVAILABLE = Kind("unavailable", 503, (("Retry-After", "1"),))

_KINDS: tuple[tuple[type[GatewayError], Kind], ...] = (
    (NotAuthentic, NOT_AUTHENTIC),
    (NotAllowed, NOT_ALLOWED),
    (NotFound, NOT_FOUND),
    (InConflict, CONFLICT),
    (TooLarge, TOO_LARGE),
    (Unavailable, UNAVAILABLE),
    (Misconfigured, UNEXPECTED),
)


class Mistaken(GatewayError):
    """The request itself is at fault: a media type, a parameter, a body that is no JSON."""

    def __init__(self, kind: Kind, *findings: Finding) -> None:
        super().__init__(*findings)
        self.kind = kind


def kind_of(error: GatewayError | Refusal) -> Kind:
    """Return what kind of problem an error is."""
    if isinstance(error, Mistaken):
        return error.kind
    for cls, kind in _KINDS:
        if isinstance(error, cls):
            return kind
    unparseable = any(
        one.severity is Severity.FATAL and one.code.startswith(("xml.", "json.", "sheet."))
        for one in error.findings
    )
    return MALFORMED if unparseable else REFUSED


def shape_finding(finding: Finding, catalogue: Catalogue, language: str) -> FindingShape:
    """Return a finding with its sentence and remedy in one language."""
    text = catalogue.text(finding, language)
    return FindingShape(
        code=finding.code,
        severity=finding.severity,
        offices=finding.offices,
        pointer=finding.pointer,
        line=finding.line,
        cell=finding.cell,
        value=finding.value,
        message=text.message,
        fix=text.fix,
        source=finding.source,
    )


def problem(request: Request, kind: Kind, findings: tuple[Finding, ...]) -> Response:
    """Answer with one problem."""
    catalogue: Catalogue = request.app.state.gateway.ports.packs.catalogue()
    language = negotiated(request.headers.get("accept-language", ""))
    args = (("count", str(len(findings))),)
    text = catalogue.text(Finding(code=f"problem.{kind.code}", args=args), language)
    errors = tuple(shape_finding(one, catalogue, language) for one in findings)
    shape = ProblemShape(
        type=TYPE_PREFIX + kind.code,
        title=text.message,
        status=kind.status,
        detail=text.fix,
        instance=request.url.path,
        code=kind.code,
        lang=language,
        errors=errors,
    )
    headers = {**dict(kind.headers), "Content-Language": language, "Cache-Control": "no-store"}
    return Response(
        json.dumps(shape.model_dump(mode="json"), ensure_ascii=False).encode(),
        status_code=kind.status,
        media_type=MEDIA_TYPE,
        headers=headers,
    )


async def _told(request: Request, error: Exception) -> Response:
    if not isinstance(error, GatewayError | Refusal):
        raise error
    return problem(request, kind_of(error), error.findings)


async def _parameters(request: Request, error: Exception) -> Response:
    if not isinstance(error, RequestValidationError):
        raise error
    findings = tuple(
        Finding(
            code="request.parameter",
            pointer="/".join(str(part) for part in one["loc"]),
            value=str(one.get("input", "")),
            args=(("reason", str(one["msg"])),),
        )
        for one in error.errors()
    )
    return problem(request, MALFORMED, findings)


def _framework(kind: Kind, code: str) -> Callable[[Request, Exception], Awaitable[Response]]:
    """Return a handler for what the framework itself answers with."""

    async def told(request: Request, error: Exception) -> Response:
        finding = Finding(code=code, value=f"{request.method} {request.url.path}")
        answer = problem(request, kind, (finding,))
        answer.headers.update(getattr(error, "headers", None) or {})  # Allow, for 405
        return answer

    return told


async def _hung_up(_request: Request, _error: Exception) -> Response:
    """Answer nobody: whoever cut a request off is gone, and that is nothing to be logged."""
    return Response(status_code=MALFORMED.status)


async def _unexpected(request: Request, _error: Exception) -> Response:
    return problem(request, UNEXPECTED, (Finding(code="request.unexpected"),))


def install(app: FastAPI) -> None:
    """Make every error of the application a problem; a stack trace never leaves the process."""
    app.add_exception_handler(GatewayError, _told)
    app.add_exception_handler(Refusal, _told)
    app.add_exception_handler(RequestValidationError, _parameters)
    app.add_exception_handler(404, _framework(NOT_FOUND, "request.no-such-page"))
    app.add_exception_handler(405, _framework(METHOD, "request.method"))
    app.add_exception_handler(ClientDisconnect, _hung_up)
    app.add_exception_handler(Exception, _unexpected)


def documented(*kinds: Kind) -> dict[int | str, dict[str, object]]:
    """Return OpenAPI responses for the kinds of problem a route can answer with."""
    return {
        kind.status: {
            "description": kind.code.replace("-", " "),
            "model": ProblemShape,
            "content": {MEDIA_TYPE: {"example": _example(kind)}},
        }
        for kind in kinds
    }


def _example(kind: Kind) -> dict[str, object]:
    return {
        "type": TYPE_PREFIX + kind.code,
        "title": kind.code.replace("-", " ").capitalize(),
        "status": kind.status,
        "detail": "See errors.",
        "instance": "/v1/…",
        "code": kind.code,
        "lang": "en",
        "errors": [],
    }
