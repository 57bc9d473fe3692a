"""Messages that await their signatory: list them, fetch the exact bytes, bring the signature."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request, Response
from pydantic import BaseModel

from gateway.api import problems
from gateway.api.movements import as_sent
from gateway.api.request import (
    XML_TYPES,
    Reach,
    Signing,
    body,
    described_body,
    require_accept,
    require_type,
)
from gateway.api.shapes import MessageShape, shape_message
from gateway.usecases.sign import attach_signature, pending_signatures, to_be_signed

router = APIRouter(tags=["signatures"])

CMS_TYPES = ("application/pkcs7-signature", "application/cms", "application/octet-stream")

_STRANGE = problems.documented(problems.NOT_AUTHENTIC, problems.NOT_ALLOWED, problems.NOT_FOUND)


class PendingShape(BaseModel):
    """What awaits a signature, oldest first."""

    data: tuple[MessageShape, ...]


@router.get(
    "/signatures", responses=problems.documented(problems.NOT_AUTHENTIC, problems.NOT_ALLOWED)
)
def list_pending(
    request: Request,
    caller: Signing,
    ports: Reach,
    movement: Annotated[str, Query(description="Of one movement only.")] = "",
) -> PendingShape:
    """List the messages that wait for the caller's signature."""
    require_accept(request, "application/json")
    waiting = pending_signatures(ports, caller, movement)
    return PendingShape(data=tuple(shape_message(message) for message in waiting))


@router.get(
    "/signatures/{message}",
    response_class=Response,
    responses={
        200: {"content": {"*/*": {}}, "description": "The exact bytes to be signed."},
        **_STRANGE,
    },
)
def show_to_be_signed(caller: Signing, ports: Reach, message: str) -> Response:
    """Hand out the exact bytes to sign; ``Fullroute-Suite`` says how: ``xml`` or ``cms``."""
    found, content = to_be_signed(ports, caller, message)
    return as_sent(content, found.media_type, **{"Fullroute-Suite": found.suite.value})


async def _signed_body(request: Request) -> bytes:
    require_type(request, (*XML_TYPES, *CMS_TYPES), xml=True)
    return await body(request)


@router.put(
    "/signatures/{message}",
    openapi_extra=described_body(
        {
            "application/xml": {"schema": {"type": "string"}},
            "application/pkcs7-signature": {"schema": {"type": "string", "format": "binary"}},
        }
    ),
    responses={
        **_STRANGE,
        **problems.documented(
            problems.CONFLICT, problems.TOO_LARGE, problems.MEDIA, problems.REFUSED
        ),
    },
)
def sign(
    request: Request,
    caller: Signing,
    signed: Annotated[bytes, Depends(_signed_body)],
    ports: Reach,
    message: str,
) -> MessageShape:
    """Bring the signed document (XML), or a detached CMS (DER), over exactly those bytes."""
    require_accept(request, "application/json")
    return shape_message(attach_signature(ports, caller, message, signed))
