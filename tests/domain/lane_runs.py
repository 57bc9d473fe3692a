"""A lane, a run that may go, and readings of it: what the lane tests change one thing of."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from functools import cache

from gateway.adapters.pack_folder import schemas_root
from gateway.domain.lane import (
    Direction,
    Known,
    Lane,
    MovementFacts,
    Paper,
    Place,
    Quarantine,
    Read,
    Reading,
    Run,
    Standing,
)
from gateway.domain.lane_decision import decide
from gateway.domain.procedure import ProcedureState
from gateway.domain.roles import OfficeRole
from gateway.packs.lane_files import read_lane_rules

NOON = datetime(2026, 11, 25, 6, tzinfo=UTC)  # 14:00 at the gate
PLACE = Place(administration="CN", zone="Asia/Shanghai")
LANE = Lane(
    id="yyg-3",
    tenant="default",
    office="CN00X001",
    role=OfficeRole.EXIT,
    tolerance_percent=Decimal(3),
    declaration_hours=72,
)
MOVEMENT = "26CNAAAAAAAAAAAAJ1"
SECOND = "26CNBBBBBBBBBBBBJ2"


@cache
def rules():
    folder = schemas_root() / "lanes"
    return read_lane_rules({f"lanes/{one.name}": one.read_bytes() for one in folder.iterdir()})


def facts(reference=MOVEMENT, **changed):
    whole = MovementFacts(
        reference=reference,
        declared_at=NOON - timedelta(hours=30),
        news_at=NOON - timedelta(hours=1),
        standings=(
            Standing("cn-export", "CN", OfficeRole.DEPARTURE, ProcedureState.RELEASED),
            Standing("cn-exit", "CN", OfficeRole.EXIT, ProcedureState.ACCEPTED),
            Standing("vn-transport", "VN", OfficeRole.ENTRY, ProcedureState.LODGED),
        ),
        papers=(Paper("380", "INV-1", None), Paper("RCEP", "R-1", date(2027, 11, 20))),
        quarantine=Quarantine.NOT_NEEDED,
        temperatures=(Decimal(15), Decimal(25)),
        expected_here=True,
    )
    return replace(whole, **changed)


def run(*movements, **changed):
    whole = Run(
        trips=("trp_1",),
        batch="YYG2611240001",
        tractors=("桂A8D217", "12H-01734"),
        trailers=("桂AK217挂",),
        containers=("CSQU3054383",),
        seals=("CQ8801172", "ES20261123A7"),
        permits=(Paper("GMS", "GMS-1", date(2027, 3, 31)),),
        movements=movements or (facts(),),
        goods_kg=Decimal("2480.5"),
        tare_kg=Decimal(17000),
        references=("YYG2611240001", MOVEMENT),
    )
    return replace(whole, **changed)


def reads(*texts):
    return tuple(Read(one) for one in texts)


def reading(**changed):
    whole = Reading(
        id="p-1",
        at=NOON,
        direction=Direction.OUT,
        plates=reads("桂A8D217", "桂AK217挂"),
        containers=reads("CSQU3054383"),
        seals=reads("CQ8801172", "ES20261123A7"),
        weight_kg=Decimal(19500),
        temperature=Decimal("18.5"),
    )
    return replace(whole, **changed)


def say(read=None, *runs, lane=LANE, place=PLACE, facts_at=NOON, now=NOON, table=None):
    """Decide; by itself a whole reading of the one run that may go."""
    known = Known(runs=runs or (run(),), at=facts_at)
    return decide(lane, place, read or reading(), known, now, table or rules())
