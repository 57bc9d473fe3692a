"""Closures of offices, and the way round them: planned, confirmed, undone before it is sent."""

from enum import StrEnum
from typing import Annotated

from fastapi import APIRouter, Depends, Path, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from gateway import closures
from gateway.api import problems
from gateway.api.request import (
    JSON_TYPE,
    Moment,
    Operator,
    Reach,
    Reader,
    described_body,
    json_body,
    require_accept,
)
from gateway.usecases import closure as keeping

router = APIRouter(tags=["closures"])

GRACE_SECONDS_MAX = 86_400

Name = Annotated[str, Path(description="The closure's id.")]

_STRANGE = problems.documented(problems.NOT_AUTHENTIC, problems.NOT_ALLOWED, problems.NOT_FOUND)
_REFUSING = problems.documented(
    problems.MALFORMED, problems.CONFLICT, problems.MEDIA, problems.REFUSED
)

_EXAMPLE = {
    "office": "CN00X001",
    "from": "2026-11-25T08:00:00+08:00",
    "until": "2026-11-28T08:00:00+08:00",
    "planned": False,
    "reason": "typhoon",
}


class ClosureBody(BaseModel):
    """What is said of a closure, of one ``lane`` alone where named; without ``until`` it lasts."""

    model_config = ConfigDict(extra="forbid", populate_by_name=True)

    office: str
    lane: str = ""
    begins: Moment = Field(alias="from")
    until: Moment | None = None
    planned: bool = False
    reason: str = Field(max_length=keeping.REASON_LENGTH_MAX)


class ClosureAct(StrEnum):
    """What can be done about a closure."""

    CONFIRM = "confirm"
    DISMISS = "dismiss"
    PLAN = "plan"
    APPLY = "apply"
    UNDO = "undo"
    END = "end"


class ActBody(BaseModel):
    """One act: ``via`` (``EXIT:ENTRY``) is for *plan*, ``grace_seconds`` for *apply*."""

    model_config = ConfigDict(extra="forbid")

    act: ClosureAct
    via: str = ""
    grace_seconds: int = Field(default=300, ge=0, le=GRACE_SECONDS_MAX)


class DiversionShape(BaseModel):
    """One movement's part: messages as ``OFFICE TYPE``; ``codes`` say why there is no way.

    ``why_not`` says so as ``OFFICE code``, or the code alone where it is no office's.
    """

    movement: str
    state: str
    instead: dict[str, str]
    told: tuple[str, ...]
    told_later: tuple[str, ...]
    told_no_more: tuple[str, ...]
    codes: tuple[str, ...]
    why_not: tuple[str, ...]
    due_at: str | None


class ClosureShape(BaseModel):
    """A closure and the plan round it."""

    model_config = ConfigDict(populate_by_name=True)

    id: str
    office: str
    lane: str
    state: str
    begins: str = Field(alias="from")
    until: str | None
    planned: bool
    reason: str
    by: str
    movements: tuple[DiversionShape, ...]


class ClosureListShape(BaseModel):
    """Closures, the earliest first; their plans are shown one by one."""

    data: tuple[ClosureShape, ...]


async def _said(request: Request) -> ClosureBody:
    return await json_body(request, ClosureBody)


async def _act(request: Request) -> ActBody:
    return await json_body(request, ActBody)


@router.get("/closures", responses=_STRANGE)
def list_closures(request: Request, caller: Reader, ports: Reach) -> ClosureListShape:
    """List what was said of closures."""
    require_accept(request, JSON_TYPE)
    found = ports.store.closures(caller.tenant)
    return ClosureListShape(data=tuple(_shape(closures.closure_shape(one)) for one in found))


@router.post(
    "/closures",
    status_code=201,
    openapi_extra=described_body(
        {JSON_TYPE: {"schema": ClosureBody.model_json_schema(), "example": _EXAMPLE}}
    ),
    responses={**_STRANGE, **_REFUSING},
)
def add_closure(
    request: Request, caller: Operator, body: Annotated[ClosureBody, Depends(_said)], ports: Reach
) -> ClosureShape:
    """Say that an office or a lane is closed; nothing is diverted by that."""
    require_accept(request, JSON_TYPE)
    new = keeping.NewClosure(
        office=body.office,
        lane=body.lane,
        from_at=body.begins,
        until_at=body.until,
        planned=body.planned,
        reason=body.reason,
    )
    return _shape(closures.closure_shape(keeping.close_office(ports, caller, new)))


@router.get("/closures/{closure}", responses=_STRANGE)
def show_closure(request: Request, caller: Reader, ports: Reach, closure: Name) -> ClosureShape:
    """Show a closure and what is planned round it."""
    require_accept(request, JSON_TYPE)
    return _shape(closures.obey(ports, caller, closure, "show", {}))


@router.get(
    "/closures/{closure}/declarations/{movement}",
    response_class=Response,
    responses={200: {"content": {"application/xml": {}}, "description": "Unsigned."}, **_STRANGE},
)
def show_declaration(caller: Operator, ports: Reach, closure: Name, movement: str) -> Response:
    """Hand out the changed declaration of a movement, for its declarant to sign."""
    content = closures.declaration_of(ports, caller, closure, movement)
    headers = {"Content-Disposition": "attachment", "X-Content-Type-Options": "nosniff"}
    return Response(content, media_type="application/xml", headers=headers)


@router.post(
    "/closures/{closure}/acts",
    openapi_extra=described_body(
        {JSON_TYPE: {"schema": ActBody.model_json_schema(), "example": {"act": "plan"}}}
    ),
    responses={**_STRANGE, **_REFUSING},
)
def act_on_closure(
    request: Request,
    caller: Operator,
    body: Annotated[ActBody, Depends(_act)],
    ports: Reach,
    closure: Name,
) -> ClosureShape:
    """Confirm or dismiss what an office announced; plan, apply or undo a way round; end it."""
    require_accept(request, JSON_TYPE)
    told = {"via": body.via, "grace_seconds": body.grace_seconds}
    return _shape(closures.obey(ports, caller, closure, body.act.value, told))


def _shape(found: dict[str, object]) -> ClosureShape:
    return ClosureShape.model_validate(found)
