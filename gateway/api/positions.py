"""Readings of position and temperature on the way."""

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query, Request
from pydantic import BaseModel, Field

from gateway import register
from gateway.api import problems
from gateway.api.problems import FindingShape, shape_finding
from gateway.api.request import (
    JSON_TYPE,
    Language,
    Reach,
    Reader,
    Reporter,
    body,
    described_body,
    require_accept,
    require_type,
)
from gateway.api.shapes import EventShape, shape_event, utc
from gateway.domain.finding import Catalogue
from gateway.domain.position import Position
from gateway.usecases.position import TakenReading, take_reading, take_run_reading

router = APIRouter(tags=["movements"])

LIST_MAX = 500

Batch = Annotated[str, Path(description="The batch number, a plate, or a trip's id.")]
Reference = Annotated[str, Path(description="Movement reference, 18 characters.")]

_STRANGE = problems.documented(problems.NOT_AUTHENTIC, problems.NOT_ALLOWED, problems.NOT_FOUND)
_REFUSING = problems.documented(problems.CONFLICT, problems.MEDIA, problems.REFUSED)

_DECIMAL = {"type": ["number", "string"]}
_SCHEMA = {
    "type": "object",
    "additionalProperties": False,
    "required": ["source", "at"],
    "properties": {
        "source": {"type": "string", "maxLength": 64},
        "at": {"type": "string", "format": "date-time"},
        "place": {"type": "string", "description": "An office on the way."},
        "latitude": _DECIMAL,
        "longitude": _DECIMAL,
        "temperature_c": _DECIMAL,
    },
}
_EXAMPLE = {
    "source": "beidou 桂A8D217",
    "at": "2026-11-25T13:20:00+08:00",
    "latitude": "22.1093",
    "longitude": "106.7665",
    "temperature_c": "18.5",
}


class TakenShape(BaseModel):
    """What a reading came to; ``late``: a newer one was there, so it changed nothing."""

    repeated: bool
    late: bool
    findings: tuple[FindingShape, ...]
    events: tuple[EventShape, ...]


class TakenRunShape(BaseModel):
    """What a reading of a vehicle came to, by movement; `refused`: whom it cannot be of, why."""

    batch: str
    taken: dict[str, TakenShape]
    refused: dict[str, str]


class PositionShape(BaseModel):
    """A reading as it is kept."""

    source: str = Field(examples=["beidou 桂A8D217"])
    at: str
    received_at: str
    place: str
    trip: str
    latitude: str | None
    longitude: str | None
    temperature_c: str | None


class PositionListShape(BaseModel):
    """Readings, those of the latest moment first."""

    data: tuple[PositionShape, ...]


async def _raw(request: Request) -> bytes:
    require_type(request, (JSON_TYPE,))
    return await body(request)


@router.post(
    "/movements/{reference}/positions",
    openapi_extra=described_body({JSON_TYPE: {"schema": _SCHEMA, "example": _EXAMPLE}}),
    responses={**_STRANGE, **_REFUSING},
)
def post_position(
    request: Request,
    caller: Reporter,
    raw: Annotated[bytes, Depends(_raw)],
    ports: Reach,
    language: Language,
    reference: Reference,
) -> TakenShape:
    """Take a reading in, for every movement on the trip; repeats and older ones change nothing."""
    require_accept(request, JSON_TYPE)
    done = take_reading(ports, caller, reference, raw)
    return _taken(done, ports.packs.catalogue(), language)


def _taken(done: TakenReading, texts: Catalogue, language: str) -> TakenShape:
    return TakenShape(
        repeated=done.repeated,
        late=done.late,
        findings=tuple(shape_finding(one, texts, language) for one in done.findings),
        events=tuple(shape_event(one) for one in done.events),
    )


@router.post(
    "/trips/{batch}/positions",
    openapi_extra=described_body({JSON_TYPE: {"schema": _SCHEMA, "example": _EXAMPLE}}),
    responses={**_STRANGE, **_REFUSING},
)
def post_run_position(
    request: Request,
    caller: Reporter,
    raw: Annotated[bytes, Depends(_raw)],
    ports: Reach,
    language: Language,
    batch: Batch,
) -> TakenRunShape:
    """Take a reading of a vehicle or train in, for everything aboard, each by itself."""
    require_accept(request, JSON_TYPE)
    done = take_run_reading(ports, caller, batch, raw)
    texts = ports.packs.catalogue()
    return TakenRunShape(
        batch=done.batch,
        taken={one: _taken(what, texts, language) for one, what in done.taken},
        refused=dict(done.refused),
    )


@router.get("/movements/{reference}/positions", responses=_STRANGE)
def list_positions(
    request: Request,
    caller: Reader,
    ports: Reach,
    reference: Reference,
    limit: Annotated[int, Query(ge=1, le=LIST_MAX)] = 50,
) -> PositionListShape:
    """List what was read on the way, those of the latest moment first."""
    require_accept(request, JSON_TYPE)
    found = register.readings_of(ports, caller.tenant, reference, limit)
    return PositionListShape(data=tuple(map(_shape, found)))


def _shape(one: Position) -> PositionShape:
    numbers = (one.latitude, one.longitude, one.temperature_c)
    latitude, longitude, degrees = (str(n) if n is not None else None for n in numbers)
    return PositionShape(
        source=one.source,
        at=utc(one.at),
        received_at=utc(one.received_at),
        place=one.place,
        trip=one.trip,
        latitude=latitude,
        longitude=longitude,
        temperature_c=degrees,
    )
