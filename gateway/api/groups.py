"""Many declarations in one request: a ZIP of them, kept as a group and taken in one by one."""

from dataclasses import dataclass, replace
from typing import Annotated, Any

from fastapi import APIRouter, BackgroundTasks, Depends, Query, Request, Response
from fastapi.concurrency import run_in_threadpool
from pydantic import BaseModel

from gateway import groups
from gateway.api import problems
from gateway.api.declarations import IdempotencyKey
from gateway.api.problems import FindingShape, shape_finding
from gateway.api.request import (
    Declarer,
    Language,
    Reach,
    Reader,
    body,
    described_body,
    intake_open,
    require_accept,
    require_type,
)
from gateway.api.room import CLAIM
from gateway.domain.finding import Refusal
from gateway.domain.group import GroupMode, MemberState
from gateway.markup.archive import Limits, unpack, unpacked_bytes
from gateway.usecases import group as keeping

router = APIRouter(tags=["groups"])

ZIP_TYPE = "application/zip"
LIMITS = Limits(
    entries_max=groups.FILES_MAX, content_bytes_max=200_000_000, folders=True, workbooks=True
)
LIST_MAX = 200

_STRANGE = problems.documented(problems.NOT_AUTHENTIC, problems.NOT_ALLOWED)


class MemberShape(BaseModel):
    """One file of a group; ``codes`` are those of the findings that refused it."""

    place: int
    name: str
    state: MemberState
    movement: str
    movement_state: str
    codes: tuple[str, ...]


class GroupShape(BaseModel):
    """A group and how far it is; ``findings`` are told once, when it is handed in."""

    group: str
    mode: GroupMode
    size: int
    taken_in: int
    refused: int
    staged: int
    staged_at: str
    members: tuple[MemberShape, ...]
    findings: tuple[FindingShape, ...] = ()


class GroupsShape(BaseModel):
    """A page of groups, newest first, without their members."""

    data: tuple[GroupShape, ...]
    next_cursor: str
    has_more: bool


@dataclass(frozen=True, slots=True)
class Asked:
    """A request to take many declarations in: the files, what to do with bad ones, the key."""

    files: list[tuple[str, bytes]]
    mode: GroupMode
    key: str


async def _files(request: Request) -> list[tuple[str, bytes]]:
    """Read the files; they need room as a body does, of which they may be a thousand times more."""
    require_type(request, (ZIP_TYPE,))
    raw = await body(request)
    room, claim = request.app.state.room, request.scope[CLAIM]
    limits = replace(LIMITS, content_bytes_max=min(LIMITS.content_bytes_max, room.most))
    try:
        claim.reach(await run_in_threadpool(unpacked_bytes, raw, limits))
        entries = await run_in_threadpool(unpack, raw, limits)
    except Refusal as refusal:
        raise problems.Mistaken(problems.MALFORMED, *refusal.findings) from refusal
    return [(one.name, one.content) for one in entries]


async def _asked(
    files: Annotated[list[tuple[str, bytes]], Depends(_files)],
    idempotency_key: IdempotencyKey,
    mode: Annotated[
        GroupMode, Query(description="What becomes of the others where one is not in order.")
    ] = GroupMode.ALL,
) -> Asked:
    return Asked(files, mode, idempotency_key)


@router.post(
    "/groups",
    dependencies=[Depends(intake_open)],
    status_code=202,
    openapi_extra=described_body({ZIP_TYPE: {"schema": {"type": "string", "format": "binary"}}}),
    responses={
        **_STRANGE,
        **problems.documented(
            problems.MALFORMED,
            problems.CONFLICT,
            problems.TOO_LARGE,
            problems.MEDIA,
            problems.REFUSED,
            problems.CLOSED,
        ),
    },
)
def hand_in(
    request: Request,
    response: Response,
    later: BackgroundTasks,
    caller: Declarer,
    asked: Annotated[Asked, Depends(_asked)],
    ports: Reach,
    language: Language,
) -> GroupShape:
    """Hand in many declarations at once; ``Location`` names the group.

    Every file is checked as its submission would be, then all are kept; they get their movements
    one after the other once this has been answered, also where this program dies.
    """
    require_accept(request, "application/json")
    standing, findings = groups.hand_in(
        ports, caller, asked.files, asked.mode, idempotency_key=asked.key
    )
    later.add_task(groups.go_on, ports, standing.group.id, request.app.state.stopping)
    response.headers["Location"] = f"/v1/groups/{standing.group.id}"
    catalogue = ports.packs.catalogue()
    told: dict[str, Any] = groups.spelled(ports, standing)
    return GroupShape(
        **told, findings=tuple(shape_finding(one, catalogue, language) for one in findings)
    )


@router.get("/groups", responses={**_STRANGE, **problems.documented(problems.NOT_FOUND)})
def list_groups(
    request: Request,
    caller: Reader,
    ports: Reach,
    cursor: Annotated[str, Query(description="`next_cursor` of the page before.")] = "",
    limit: Annotated[int, Query(ge=1, le=LIST_MAX)] = 50,
) -> GroupsShape:
    """List groups, newest first, without their members."""
    require_accept(request, "application/json")
    page = keeping.listed(ports, caller.tenant, after=cursor, limit=limit)
    told = [{**groups.spelled(ports, one), "members": ()} for one in page.rows]
    return GroupsShape(
        data=tuple(GroupShape(**one) for one in told),
        next_cursor=page.cursor,
        has_more=bool(page.cursor),
    )


@router.get("/groups/{group}", responses={**_STRANGE, **problems.documented(problems.NOT_FOUND)})
def show_group(request: Request, caller: Reader, ports: Reach, group: str) -> GroupShape:
    """Show a group: what became of each file, and where its movement stands."""
    require_accept(request, "application/json")
    return GroupShape(**groups.spelled(ports, keeping.standing(ports, caller.tenant, group)))
