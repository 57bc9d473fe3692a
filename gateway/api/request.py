"""What every route needs of a request: the gateway, a caller with a scope, a bounded body."""

import asyncio
import json
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import replace
from datetime import MAXYEAR, MINYEAR, datetime
from typing import Annotated, TypeVar

from fastapi import Depends, Request, Security
from fastapi.concurrency import run_in_threadpool
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from pydantic import AfterValidator, AwareDatetime, BaseModel, Field, ValidationError

from gateway import access
from gateway.access import Scope
from gateway.api.problems import CLOSED, MALFORMED, MEDIA, NOT_ACCEPTABLE, TOO_SLOW, Mistaken
from gateway.api.room import CLAIM
from gateway.bootstrap import Gateway
from gateway.domain.calendar_ends import tellable
from gateway.domain.errors import TooLarge
from gateway.domain.finding import Finding
from gateway.domain.page import DIGITS_MAX, NUMBER_MAX
from gateway.domain.records import Principal
from gateway.language import accepts, negotiated
from gateway.markup import workbook
from gateway.packs.twin import UNFIT
from gateway.ports import Ports
from gateway.pressure import BODY_SECONDS_MAX, Claim, Sluice

XML_TYPES = ("application/xml", "text/xml")
JSON_TYPE = "application/json"
WORKBOOK_TYPE = workbook.MEDIA_TYPE

Cursor = Annotated[int, Field(le=NUMBER_MAX)]
"""The number of the last line or message that a client has; the least is the route's to say."""


def _within_reach(moment: datetime) -> datetime:
    """Refuse the years at the ends of the calendar: nothing can be reckoned from them."""
    if not tellable(moment):
        raise ValueError(f"a year from {MINYEAR + 1} to {MAXYEAR - 1} is needed")
    return moment


def _speakable(text: str) -> str:
    """Refuse what no XML can hold and no log entry spell, half a surrogate pair among it."""
    found = UNFIT.search(text)
    if found is not None:
        raise ValueError(f"the character U+{ord(found[0]):04X} can be in no text")
    return text


Words = Annotated[str, AfterValidator(_speakable)]
"""A text that somebody writes and that is kept or sent on."""

LocalMoment = Annotated[datetime, AfterValidator(_within_reach)]
Moment = Annotated[AwareDatetime, AfterValidator(_within_reach)]
"""A time that somebody names, with its offset; a local one may lack it."""

_bearer = HTTPBearer(
    auto_error=False, scheme_name="ApiKey", description="`frk_<principal id>_<secret>`"
)

Shape = TypeVar("Shape", bound=BaseModel)


async def _ports(request: Request) -> Ports:
    gateway: Gateway = request.app.state.gateway
    return gateway.ports


async def _language(request: Request) -> str:
    return negotiated(request.headers.get("accept-language", ""))


Reach = Annotated[Ports, Depends(_ports)]
"""The ports of the gateway this application serves, for use cases."""

Language = Annotated[str, Depends(_language)]
"""One of our languages, as the reader prefers."""


async def _any_caller(
    request: Request,
    _documented: Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)],
) -> Principal:
    header = request.headers.get("authorization")
    door: access.Doorkeeper = request.app.state.door
    known = door.remembered(header)
    return known if known is not None else await run_in_threadpool(door.admit, header)


def _caller(scope: Scope) -> Callable[..., Awaitable[Principal]]:
    async def admitted(
        request: Request,
        _documented: Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)],
    ) -> Principal:
        return access.allowed(await _any_caller(request, None), scope)

    return admitted


async def admit_again(request: Request, scope: Scope) -> None:
    """Look at a caller's key once more, in the middle of a request that lasts: keys end.

    Raises:
        NotAuthentic: it was revoked meanwhile.
    """
    access.allowed(await _any_caller(request, None), scope)


Declarer = Annotated[Principal, Security(_caller(Scope.DECLARE))]
Signing = Annotated[Principal, Security(_caller(Scope.SIGN))]
Reporter = Annotated[Principal, Security(_caller(Scope.REPORT))]
Reader = Annotated[Principal, Security(_caller(Scope.READ))]
LinkCaller = Annotated[Principal, Security(_caller(Scope.LINK))]
LaneCaller = Annotated[Principal, Security(_caller(Scope.LANE))]
Operator = Annotated[Principal, Security(_caller(Scope.OPERATE))]
Auditor = Annotated[Principal, Security(_caller(Scope.AUDIT))]


Anybody = Annotated[Principal, Security(_any_caller)]
"""Whoever calls, whatever their scopes; the route looks at those itself."""


def media_type(request: Request) -> str:
    """Return the media type of the body, lower case, without its parameters."""
    return request.headers.get("content-type", "").partition(";")[0].strip().lower()


def require_type(request: Request, allowed: Iterable[str], *, xml: bool = False) -> None:
    """Refuse a body of another media type.

    Raises:
        Mistaken: 415 ``request.media-type``; a charset other than UTF-8 is refused as well.
    """
    found = media_type(request)
    allowed = tuple(allowed)
    suits = found in allowed or (
        xml and found.startswith("application/") and found.endswith("+xml")
    )
    plain = request.headers.get("content-encoding", "identity").lower() == "identity"
    if not (suits and plain and _utf8(request.headers.get("content-type", ""))):
        raise Mistaken(
            MEDIA,
            Finding(
                code="request.media-type",
                value=request.headers.get("content-type", ""),
                args=(("allowed", ", ".join(allowed)),),
            ),
        )


def _utf8(content_type: str) -> bool:
    for parameter in content_type.split(";")[1:]:
        name, _, value = parameter.partition("=")
        if name.strip().lower() == "charset":
            return value.strip().strip('"').lower() in ("utf-8", "utf8", "us-ascii")
    return True


def require_accept(request: Request, *offered: str) -> None:
    """Refuse a client that accepts none of what this route answers with.

    Raises:
        Mistaken: 406 ``request.not-acceptable``.
    """
    accept = request.headers.get("accept", "")
    if not any(accepts(accept, one) for one in offered):
        args = (("offered", ", ".join(offered)),)
        raise Mistaken(
            NOT_ACCEPTABLE, Finding(code="request.not-acceptable", value=accept, args=args)
        )


async def body(request: Request) -> bytes:
    """Read the body, and keep no more of it than allowed and than there is room for.

    What is too long is read on for as much again: a connection closed over unread bytes is reset,
    and most clients would never see why. One that asks first (``Expect``) is told at once.

    Raises:
        TooLarge: ``http.body-too-large``.
        Mistaken: 408 ``http.body-too-slow``.
        Unavailable: ``intake.busy``; before anything is read where the length is stated.
    """
    gateway: Gateway = request.app.state.gateway
    most = gateway.settings.http.body_bytes_max
    stated = _stated(request)
    if stated > most and "expect" in request.headers:
        raise _too_large(most)
    claim: Claim = request.scope[CLAIM]
    claim.reach(stated if stated <= most else 0)
    content = bytearray()
    size = 0
    try:
        async with asyncio.timeout(BODY_SECONDS_MAX):
            async for chunk in request.stream():
                size += len(chunk)
                if max(size, stated) <= most:
                    claim.reach(size)
                    content += chunk
                elif size > 2 * most:
                    break
                else:
                    content.clear()
                    claim.give_back()
    except TimeoutError:
        args = (("most", str(BODY_SECONDS_MAX)),)
        raise Mistaken(TOO_SLOW, Finding(code="http.body-too-slow", args=args)) from None
    if size > most:
        raise _too_large(most)
    return bytes(content)


def _stated(request: Request) -> int:
    """Return the length that a body is said to have; 0 where none is."""
    stated = request.headers.get("content-length", "")
    return int(stated[:DIGITS_MAX]) if stated.isdecimal() else 0


def _too_large(most: int) -> TooLarge:
    return TooLarge(Finding(code="http.body-too-large", args=(("most", str(most)),)))


async def intake_open(request: Request) -> None:
    """Refuse before the body is read while nothing more can be taken in.

    Raises:
        Mistaken: 503 ``intake.backlog-age`` or ``intake.disk-reserve``, with ``Retry-After``.
    """
    sluice: Sluice = request.app.state.sluice
    finding = sluice.closed() if sluice.fresh() else await run_in_threadpool(sluice.closed)
    if finding is not None:
        gateway: Gateway = request.app.state.gateway
        wait = str(gateway.settings.intake.retry_after_seconds)
        raise Mistaken(replace(CLOSED, headers=(*CLOSED.headers, ("Retry-After", wait))), finding)


async def _declaration_body(request: Request) -> bytes:
    require_type(request, (*XML_TYPES, JSON_TYPE, WORKBOOK_TYPE), xml=True)
    raw = await body(request)
    if media_type(request) == WORKBOOK_TYPE and not workbook.looks_like_workbook(raw):
        raise Mistaken(MALFORMED, Finding(code="sheet.no-workbook"))
    return raw


DeclarationBody = Annotated[bytes, Depends(_declaration_body)]
"""A declaration in XML of any format, as the JSON twin of ours, or as a workbook."""


async def json_body(request: Request, shape: type[Shape]) -> Shape:
    """Read a JSON body of one shape.

    A text with characters that nothing of ours could spell again is malformed too.

    Raises:
        Mistaken: 400 ``json.malformed`` or ``json.shape``, one finding a member.
        TooLarge: as :func:`body`.
    """
    require_type(request, (JSON_TYPE,))
    raw = await body(request)
    try:
        told = json.loads(raw.decode("utf-8-sig"))
        _check_texts(told)
        return shape.model_validate(told)
    except ValidationError as error:
        findings = [
            Finding(
                code="json.shape",
                pointer="/" + "/".join(str(part) for part in one["loc"]),
                value=str(one["input"]),
                args=(("reason", one["msg"]),),
            )
            for one in error.errors()[:100]
        ]
        raise Mistaken(MALFORMED, *findings) from error
    except (ValueError, RecursionError) as error:
        finding = Finding(code="json.malformed", args=(("reason", str(error)),))
        raise Mistaken(MALFORMED, finding) from error


def _check_texts(told: object) -> None:
    """Look at every text of a document, names of members too."""
    if isinstance(told, str):
        _speakable(told)
    for one in told if isinstance(told, list | dict) else ():
        _check_texts(one)
        if isinstance(told, dict):
            _check_texts(told[one])


def described_body(content: dict[str, object]) -> dict[str, object]:
    """Return the OpenAPI description of a body that a route reads itself."""
    return {"requestBody": {"required": True, "content": content}}
