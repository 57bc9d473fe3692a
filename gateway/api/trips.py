"""Runs of vehicles and trains: lists, one with everything on it, what is told of it once."""

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query, Request
from pydantic import BaseModel

from gateway.api import problems
from gateway.api.movements import LIST_MAX, REPORT_TAKEN, ReportBody, report_body
from gateway.api.problems import FindingShape, shape_finding
from gateway.api.request import Language, Reach, Reader, Reporter, require_accept
from gateway.api.shapes import TripShape, shape_trip, utc
from gateway.domain.finding import Catalogue
from gateway.domain.trip import TripReport
from gateway.usecases.trips import RunView, describe_run, report_trip
from gateway.usecases.trips import list_trips as open_trips

router = APIRouter(tags=["trips"])

Batch = Annotated[str, Path(description="The batch number, a plate, or a trip's id.")]

_STRANGE = problems.documented(problems.NOT_AUTHENTIC, problems.NOT_ALLOWED, problems.NOT_FOUND)


class ListedTripShape(TripShape):
    """A trip and where it stands."""

    state: str


class TripListShape(BaseModel):
    """A page of open trips, newest first."""

    data: tuple[ListedTripShape, ...]
    next_cursor: str
    has_more: bool


class AboardShape(BaseModel):
    """A movement's share of a run; `waits_for` are its vehicle messages and what holds them."""

    movement: str
    lrn: str
    state: str
    trip: str
    packages: int
    gross_mass_kg: str
    waits_for: tuple[str, ...]


class RunReportShape(BaseModel):
    """What was told of a run, `by` a principal or link; `refused`: who could not take it, why."""

    id: str
    by: str
    kind: str
    at: str
    office: str
    done: bool
    refused: dict[str, str]


class RunShape(BaseModel):
    """One vehicle or train with every movement on it; masses in kilograms.

    `office` is where it was last seen, `findings` are news that do not follow from where it stood.
    """

    batch: str
    state: str
    office: str
    since: str | None
    findings: tuple[FindingShape, ...]
    trips: tuple[str, ...]
    plates: tuple[tuple[str, str], ...]
    seals: tuple[str, ...]
    packages: int
    gross_mass_kg: str
    aboard: tuple[AboardShape, ...]
    reports: tuple[RunReportShape, ...]


def shape_report(row: TripReport) -> RunReportShape:
    """Return what was told of a run."""
    return RunReportShape(
        id=row.id,
        by=row.caller,
        kind=row.kind.value,
        at=utc(row.at),
        office=row.office,
        done=row.next_at is None,
        refused=dict(row.refused),
    )


def shape_run(view: RunView, texts: Catalogue, language: str) -> RunShape:
    """Return a run."""
    return RunShape(
        batch=view.batch,
        state=view.standing.state.value,
        office=view.standing.office,
        since=utc(view.standing.since) if view.standing.since else None,
        findings=tuple(shape_finding(one, texts, language) for one in view.findings),
        trips=view.trips,
        plates=view.plates,
        seals=view.seals,
        packages=view.packages,
        gross_mass_kg=str(view.gross_mass_kg),
        aboard=tuple(
            AboardShape(
                movement=one.movement,
                lrn=one.lrn,
                state=one.state,
                trip=one.trip,
                packages=one.packages,
                gross_mass_kg=str(one.gross_mass_kg),
                waits_for=one.waits_for,
            )
            for one in view.aboard
        ),
        reports=tuple(shape_report(one) for one in view.reports),
    )


@router.get("/trips", responses=problems.documented(problems.NOT_AUTHENTIC, problems.NOT_ALLOWED))
def list_trips(
    request: Request,
    caller: Reader,
    ports: Reach,
    cursor: Annotated[str, Query(description="`next_cursor` of the page before.")] = "",
    limit: Annotated[int, Query(ge=1, le=LIST_MAX)] = 50,
    plate: str = "",
) -> TripListShape:
    """List open trips, newest first; trips of one batch are one run."""
    require_accept(request, "application/json")
    page = open_trips(ports, caller.tenant, after=cursor, limit=limit, plate=plate)
    return TripListShape(
        data=tuple(
            ListedTripShape(**shape_trip(trip).model_dump(), state=standing.state.value)
            for trip, standing in page.rows
        ),
        next_cursor=page.cursor,
        has_more=bool(page.cursor),
    )


@router.get("/trips/{batch}", responses=_STRANGE)
def show_trip(
    request: Request, caller: Reader, ports: Reach, language: Language, batch: Batch
) -> RunShape:
    """Show a run: where it stands, seals, every movement on it, its share, what it waits for."""
    require_accept(request, "application/json")
    view = describe_run(ports, caller.tenant, batch)
    return shape_run(view, ports.packs.catalogue(), language)


@router.post("/trips/{batch}/reports", **REPORT_TAKEN)
def report_run(
    request: Request,
    caller: Reporter,
    body: Annotated[ReportBody, Depends(report_body)],
    ports: Reach,
    batch: Batch,
) -> RunReportShape:
    """Tell something once of a vehicle and every movement on it; all can take it, or nobody does.

    It is kept before the first movement is told; what is not `done` yet goes on by itself.
    """
    require_accept(request, "application/json")
    told = body.told()
    return shape_report(report_trip(ports, caller, batch, told))
