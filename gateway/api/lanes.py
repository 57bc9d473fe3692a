"""Smart lanes: passages, what passed, overrides, and the snapshot for when a lane is cut off."""

from decimal import Decimal
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from gateway import gatehouse
from gateway.api import problems
from gateway.api.request import (
    LaneCaller,
    Language,
    Moment,
    Reach,
    described_body,
    json_body,
    require_accept,
)
from gateway.audit.snapshot import write_sealed
from gateway.domain.lane import Direction, Signal
from gateway.usecases.lane import pass_lane
from gateway.usecases.lane_override import override
from gateway.usecases.lane_snapshot import passages, snapshot

router = APIRouter(tags=["lanes"])

LIST_MAX = 200

LaneName = Annotated[str, Path(description="The lane's id.")]
PassageName = Annotated[str, Path(description="The lane's own id of the passage.")]

_STRANGE = problems.documented(problems.NOT_AUTHENTIC, problems.NOT_ALLOWED, problems.NOT_FOUND)
_REFUSING = problems.documented(
    problems.MALFORMED, problems.CONFLICT, problems.MEDIA, problems.REFUSED
)

_EXAMPLE = {
    "id": "20261125-0417",
    "at": "2026-11-25T14:02:11+08:00",
    "direction": "out",
    "plates": [{"text": "桂A8D217", "confidence": 93}, {"text": "桂AK217挂", "confidence": 97}],
    "seals": ["CQ8801172", "ES20261123A7"],
    "weight_kg": "19480.5",
    "temperature_c": "18.5",
    "reference": "YYG2611240001",
}


class MarkBody(BaseModel):
    """One mark as read; ``confidence`` is the camera's own."""

    model_config = ConfigDict(extra="forbid")

    text: str = Field(max_length=gatehouse.TEXT_LENGTH_MAX)
    confidence: int | None = Field(default=None, ge=0, le=gatehouse.PERCENT_MAX)


class OfflineBody(BaseModel):
    """What the lane said by itself while it was cut off."""

    model_config = ConfigDict(extra="forbid")

    says: Signal
    reason: str = ""
    facts_at: Moment
    decided_at: Moment


class ReadingBody(BaseModel):
    """What a lane read of one passage; a mark is a text, or a text with a confidence."""

    model_config = ConfigDict(extra="forbid")

    id: str = Field(min_length=1, max_length=gatehouse.ID_LENGTH_MAX, pattern="^[^/]+$")
    at: Moment
    direction: Direction | None = None
    plates: list[MarkBody | str] = []
    containers: list[MarkBody | str] = []
    seals: list[MarkBody | str] = []
    weight_kg: Decimal | None = None
    temperature_c: Decimal | None = None
    reference: str = ""
    photo_sha256: str = ""
    offline: OfflineBody | None = None


class ReasonShape(BaseModel):
    """The one reason, in the reader's language."""

    code: str = Field(examples=["lane.not-released"])
    severity: str
    value: str
    message: str
    fix: str


class CandidateShape(BaseModel):
    """A run that the reading may be of."""

    batch: str
    plates: tuple[str, ...]
    confidence: int
    misreads: int
    contradicted: bool


class ActedShape(BaseModel):
    """What the lane said while it was cut off."""

    says: Signal
    reason: str
    facts_at: str


class OverrideShape(BaseModel):
    """A person's word; it counts once another person confirmed it."""

    says: Signal
    reason: str
    asked_by: str
    confirmed_by: str


class PassageShape(BaseModel):
    """The lane's word: ``says``, and ``stands`` after override or an answer given offline.

    A go given offline that ``says`` is not (``differs``) stands only when two persons confirm it.
    """

    passage: str
    lane: str
    at: str
    says: Signal
    stands: Signal
    reason: ReasonShape
    confidence: int
    facts_at: str
    age_seconds: int
    trips: tuple[str, ...]
    movements: tuple[str, ...]
    candidates: tuple[CandidateShape, ...]
    asked: dict[str, str]
    offline: ActedShape | None
    differs: bool
    override: OverrideShape | None
    repeated: bool = False
    events: tuple[str, ...] = ()


class PassageListShape(BaseModel):
    """Passages, newest first."""

    data: tuple[PassageShape, ...]


class OverrideBody(BaseModel):
    """A person's word in the place of the lane's, and why."""

    model_config = ConfigDict(extra="forbid")

    says: Signal
    reason: str = Field(default="", max_length=500)


async def _reading(request: Request) -> ReadingBody:
    return await json_body(request, ReadingBody)


async def _word(request: Request) -> OverrideBody:
    return await json_body(request, OverrideBody)


def _json(body: type[BaseModel], example: dict[str, Any]) -> dict[str, object]:
    content = {"application/json": {"schema": body.model_json_schema(), "example": example}}
    return described_body(dict(content))


@router.post(
    "/lanes/{lane}/passages",
    openapi_extra=_json(ReadingBody, _EXAMPLE),
    responses={**_STRANGE, **_REFUSING},
)
def post_passage(
    request: Request,
    caller: LaneCaller,
    body: Annotated[ReadingBody, Depends(_reading)],
    ports: Reach,
    language: Language,
    lane: LaneName,
) -> PassageShape:
    """Answer a lane: go, stop or refer, one reason, the age of the facts; repeats change none."""
    require_accept(request, "application/json")
    told = body.model_dump(mode="json")
    offline = told.pop("offline")
    done = pass_lane(ports, caller, lane, gatehouse.reading_of(told), gatehouse.acted_of(offline))
    return PassageShape(**gatehouse.passing_shape(done, ports.packs.catalogue(), language))


@router.get("/lanes/{lane}/passages", responses=_STRANGE)
def list_passages(
    request: Request,
    caller: LaneCaller,
    ports: Reach,
    language: Language,
    lane: LaneName,
    limit: Annotated[int, Query(ge=1, le=LIST_MAX)] = 50,
) -> PassageListShape:
    """List what passed a lane, newest first."""
    require_accept(request, "application/json")
    texts = ports.packs.catalogue()
    found = passages(ports, caller, lane, limit)
    shapes = (gatehouse.passage_shape(one, texts, language) for one in found)
    return PassageListShape(data=tuple(PassageShape(**one) for one in shapes))


@router.post(
    "/lanes/{lane}/passages/{passage}/override",
    openapi_extra=_json(OverrideBody, {"says": "go", "reason": "seal looked at by hand"}),
    responses={**_STRANGE, **_REFUSING},
)
def post_override(
    request: Request,
    caller: LaneCaller,
    body: Annotated[OverrideBody, Depends(_word)],
    ports: Reach,
    language: Language,
    lane: LaneName,
    passage: PassageName,
) -> PassageShape:
    """Ask for another word, or confirm what somebody else asked for: two persons are needed."""
    require_accept(request, "application/json")
    done = override(ports, caller, lane, passage, (body.says, body.reason))
    return PassageShape(**gatehouse.passage_shape(done, ports.packs.catalogue(), language))


@router.get("/lanes/{lane}/snapshot", responses=_STRANGE)
def show_snapshot(request: Request, caller: LaneCaller, ports: Reach, lane: LaneName) -> Response:
    """Hand out the open runs this lane may expect, sealed, for when it is cut off."""
    require_accept(request, "application/json")
    return Response(write_sealed(snapshot(ports, caller, lane)), media_type="application/json")
