"""The operator's side: what needs a person, and what a person does about it."""

from dataclasses import asdict
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request
from pydantic import BaseModel, ConfigDict, Field

from gateway.api import problems
from gateway.api.declarations import IdempotencyKey
from gateway.api.problems import FindingShape, shape_finding
from gateway.api.request import (
    Language,
    Operator,
    Reach,
    described_body,
    json_body,
    require_accept,
)
from gateway.api.shapes import utc
from gateway.domain.act import LINK_ACTS, MESSAGE_ACTS, MOVEMENT_ACTS, Act, ActKind
from gateway.domain.errors import Refused
from gateway.domain.finding import Finding
from gateway.domain.records import Principal
from gateway.ports import Ports
from gateway.pressure import Sluice
from gateway.usecases.attention import attention
from gateway.usecases.operate import foresee, perform

router = APIRouter(tags=["operations"])

_STRANGE = problems.documented(problems.NOT_AUTHENTIC, problems.NOT_ALLOWED)
_ACTED = {
    **_STRANGE,
    **problems.documented(
        problems.MALFORMED,
        problems.NOT_FOUND,
        problems.CONFLICT,
        problems.TOO_LARGE,
        problems.MEDIA,
        problems.REFUSED,
    ),
}


class ConcernShape(BaseModel):
    """One matter: the finding says what it is and how to mend it, ``act`` what is ours to do."""

    since: str
    finding: FindingShape
    subject: str
    link: str
    movement: str
    message: str
    act: ActKind | None


class AttentionShape(BaseModel):
    """What needs a person, what is worst and oldest first."""

    data: tuple[ConcernShape, ...]


class ActBody(BaseModel):
    """What is done and why; the numbers are for ``limit``.

    ``rate`` is in messages a second, ``concurrency`` in requests at once, ``batch`` in messages in
    one request, for offices that take several.
    """

    model_config = ConfigDict(extra="forbid")

    act: ActKind = Field(examples=["supersede"])
    reason: str = Field(examples=["the office mended its schema"])
    rate: float = 0.0
    concurrency: int = 0
    batch: int = 0


class DoneShape(BaseModel):
    """What it came to, or would: ids of messages.

    Dropped ones are never sent, moved ones go up in their stream, stranded ones wait for an answer
    that cannot come any more; ``made`` replaces what was superseded. ``erased`` is how many bodies
    are gone, ``kept`` how many stay because another movement points at them.
    """

    act: str
    subject: str
    repeated: bool
    dropped: tuple[str, ...]
    moved: tuple[str, ...]
    stranded: tuple[str, ...]
    made: str
    uncertain: bool = Field(description="The office may have the message all the same.")
    erased: int
    kept: int


@router.get("/attention", responses=_STRANGE)
def show_attention(
    request: Request, caller: Operator, ports: Reach, language: Language
) -> AttentionShape:
    """List what needs a person: since when, and the one safe thing to do."""
    require_accept(request, "application/json")
    texts = ports.packs.catalogue()
    sluice: Sluice = request.app.state.sluice
    return AttentionShape(
        data=tuple(
            ConcernShape(
                since=utc(one.since),
                finding=shape_finding(one.finding, texts, language),
                subject=one.subject,
                link=one.link,
                movement=one.movement,
                message=one.message,
                act=one.act,
            )
            for one in attention(ports, caller.tenant, sluice.closed())
        )
    )


async def _act_body(request: Request) -> ActBody:
    return await json_body(request, ActBody)


ActTold = Annotated[ActBody, Depends(_act_body)]
DryRun = Annotated[bool, Query(description="Say what it means (skip, cancel); do nothing.")]
_BODY = described_body({"application/json": {"schema": ActBody.model_json_schema()}})


def _done(ports: Ports, caller: Principal, act: Act, key: str) -> DoneShape:
    return DoneShape(**asdict(perform(ports, caller, act, idempotency_key=key)))


def _act(told: ActBody, subject: str, allowed: tuple[ActKind, ...]) -> Act:
    if told.act not in allowed:
        known = (("known", ", ".join(allowed)),)
        raise Refused(Finding(code="act.other-subject", value=told.act.value, args=known))
    return Act(
        kind=told.act,
        subject=subject,
        reason=told.reason,
        rate=told.rate,
        concurrency=told.concurrency,
        batch=told.batch,
    )


@router.post("/messages/{message}/acts", openapi_extra=_BODY, responses=_ACTED)
def act_on_message(
    request: Request,
    caller: Operator,
    key: IdempotencyKey,
    told: ActTold,
    ports: Reach,
    message: str,
    dry_run: DryRun = False,  # noqa: FBT002 - a query parameter
) -> DoneShape:
    """Retry, skip, supersede or cancel a message; it stands in the log with its reason."""
    require_accept(request, "application/json")
    act = _act(told, message, MESSAGE_ACTS)
    if dry_run:
        return DoneShape(**asdict(foresee(ports, caller, act)))
    return _done(ports, caller, act, key)


@router.post("/links/{link}/acts", openapi_extra=_BODY, responses=_ACTED)
def act_on_link(
    request: Request,
    caller: Operator,
    key: IdempotencyKey,
    told: ActTold,
    ports: Reach,
    link: str,
) -> DoneShape:
    """Pause or resume a link, or set its rate, concurrency and batches."""
    require_accept(request, "application/json")
    return _done(ports, caller, _act(told, link, LINK_ACTS), key)


@router.post("/answers/{entry}/acts", openapi_extra=_BODY, responses=_ACTED)
def act_on_answer(
    request: Request,
    caller: Operator,
    key: IdempotencyKey,
    told: ActTold,
    ports: Reach,
    entry: str,
) -> DoneShape:
    """Dismiss an answer that was put away, once its cause is mended."""
    require_accept(request, "application/json")
    return _done(ports, caller, _act(told, entry, (ActKind.DISMISS,)), key)


@router.post("/movements/{reference}/acts", openapi_extra=_BODY, responses=_ACTED)
def act_on_movement(
    request: Request,
    caller: Operator,
    key: IdempotencyKey,
    told: ActTold,
    ports: Reach,
    reference: str,
) -> DoneShape:
    """Erase a movement that is at its end: its bytes go, its proofs and its log entries stay."""
    require_accept(request, "application/json")
    return _done(ports, caller, _act(told, reference, MOVEMENT_ACTS), key)
