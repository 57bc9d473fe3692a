"""The itinerary and what it leads to."""

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from gateway.domain.declaration import Declaration, DeclaredStop, Party, Vehicle
from gateway.domain.finding import Refusal
from gateway.domain.itinerary import OfficeRole
from gateway.pipeline.route import plan_itinerary, plan_messages, plan_procedures
from tests.world import shipped_packs

DAY = date(2026, 11, 23)
PACKS = shipped_packs()


def declaration(*stops):
    return Declaration(
        lrn="A1",
        prelodged=False,
        issued_at=None,
        parties=(Party(role="exporter", ids=(("USCC", "1"),), name="x"),),
        stops=tuple(
            DeclaredStop(sequence=place, office=code, role=OfficeRole(role), expected_at=None)
            for place, (code, role) in enumerate(stops, start=1)
        ),
        vehicles=(Vehicle(batch="B1", plates=(), seals=()),),
        packages=1,
        gross_mass_kg=Decimal(1),
        items=1,
    )


def planned(*stops):
    offices = dict(PACKS.offices())
    second = offices["GB000246"]  # a second transit office of its administration
    offices["GB000246"] = replace(second, roles=second.roles | {OfficeRole.TRANSIT})
    with PACKS.slot() as packs:
        itinerary = plan_itinerary(declaration(*stops), offices, packs, DAY)
        messages = plan_messages(itinerary, packs)
        told = [(one.stop.office.code, one.spec.type) for one in messages]
        return plan_procedures(itinerary, packs), told


ROAD = (
    ("CN008001", "departure"),
    ("CN00X001", "exit"),
    ("VN0015BB", "entry"),
    ("VN0003PJ", "destination"),
)

REFUSED = {
    "nothing declared": ((), "route.no-departure"),
    "begins at the exit": (ROAD[1:], "route.no-departure"),
    "ends at the entry": (ROAD[:3], "route.no-destination"),
    "an unknown office": ((*ROAD[:3], ("VN00ZZZZ", "destination")), "office.unknown"),
    "a role the office has not": ((*ROAD[:3], ("CN00X001", "destination")), "office.wrong-role"),
}


@pytest.mark.parametrize(("stops", "code"), REFUSED.values(), ids=REFUSED.keys())
def test_refused(stops, code):
    with pytest.raises(Refusal) as refusal:
        planned(*stops)
    assert code in {finding.code for finding in refusal.value.findings}


def test_all_findings_come_at_once():
    with pytest.raises(Refusal) as refusal:
        planned(("VN00ZZZZ", "exit"), ("CN00ZZZZ", "entry"))
    assert [finding.code for finding in refusal.value.findings] == [
        "office.unknown",
        "office.unknown",
        "route.no-departure",
        "route.no-destination",
    ]


def test_the_road_passes_through_four_procedures():
    procedures, messages = planned(*ROAD)
    assert procedures == (
        ("CN", "cn-export"),
        ("CN", "cn-exit"),
        ("VN", "vn-transport"),
        ("VN", "vn-import"),
    )
    assert {
        ("CN00X001", "MT2401"),
        ("CN008001", "DecMessage"),
        ("CN00X001", "MT4402"),
        ("VN0015BB", "OLA"),
        ("VN0015BB", "OLC"),
        ("VN0003PJ", "IDA"),
        ("VN0003PJ", "IDC"),
        ("VN0015BB", "TIR"),
        ("VN0015BB", "BOA"),
        ("VN0003PJ", "BIA"),
    } <= set(messages)


def test_an_office_not_in_force_on_the_day_is_refused():
    offices = dict(PACKS.offices())
    offices["VN0003PJ"] = replace(offices["VN0003PJ"], valid_to=date(2026, 11, 22))
    with PACKS.slot() as packs, pytest.raises(Refusal) as refusal:
        plan_itinerary(declaration(*ROAD), offices, packs, DAY)
    assert refusal.value.findings[0].code == "office.wrong-role"


def test_the_expected_day_counts_where_one_is_stated():
    offices = dict(PACKS.offices())
    offices["VN0003PJ"] = replace(offices["VN0003PJ"], valid_to=date(2026, 11, 24))
    late = declaration(*ROAD)
    stop = replace(late.stops[3], expected_at=datetime(2026, 11, 25, tzinfo=UTC))
    late = replace(late, stops=(*late.stops[:3], stop))
    with PACKS.slot() as packs, pytest.raises(Refusal):
        plan_itinerary(late, offices, packs, DAY)


TRANSIT = {
    "one office is transit and destination (G0130, G0170)": (
        (("XI000081", "departure"), ("GB000060", "transit"), ("GB000060", "destination")),
        [("GB000060", "CD001C")],
    ),
    "transit and destination of different administrations": (
        (("XI000081", "departure"), ("GB000060", "transit"), ("XI000142", "destination")),
        [("GB000060", "CD050C"), ("XI000142", "CD001C")],
    ),
    "two transit offices of one administration get one record": (
        (
            ("XI000081", "departure"),
            ("GB000060", "transit"),
            ("GB000246", "transit"),
            ("XI000142", "destination"),
        ),
        [("GB000060", "CD050C"), ("XI000142", "CD001C")],
    ),
}


@pytest.mark.parametrize(("stops", "records"), TRANSIT.values(), ids=TRANSIT.keys())
def test_one_record_an_administration(stops, records):
    _, messages = planned(*stops)
    assert records == [one for one in messages if one[1] in ("CD001C", "CD050C")]
