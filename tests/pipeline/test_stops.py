"""Modes, opening hours and holidays of the offices on the way."""

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from gateway.adapters.pack_folder import schemas_root
from gateway.domain.declaration import Declaration, DeclaredStop, Leg, Party, Vehicle
from gateway.domain.finding import Severity
from gateway.domain.hours import OpeningPeriod
from gateway.domain.itinerary import OfficeRole
from gateway.domain.roles import UNECE_MODES, Status
from gateway.markup import safe
from gateway.pipeline.read import read_declaration
from gateway.pipeline.route import judge_stops, plan_itinerary, plan_messages, plan_procedures
from tests.world import shipped_packs

PACKS = shipped_packs()
SHIPPED = schemas_root() / "declaration" / "v1" / "examples" / "chongqing-haiduong.xml"
DAY = date(2026, 11, 23)
ROAD = {
    "CN008001": ("departure", "2026-11-24T00:00:00"),
    "CN00X001": ("exit", "2026-11-25T06:00:00"),
    "VN0015BB": ("entry", "2026-11-25T06:30:00"),
    "VN0003PJ": ("destination", "2026-11-26T00:00:00"),
}
LEGS = (("CN008001", "VN0003PJ", {"road"}),)


def declaration(times=(), legs=LEGS):
    """Declare the road; ``times`` replaces expected UTC times by office, None leaves one out."""
    expected = {code: at for code, (_, at) in ROAD.items()} | dict(times)
    return Declaration(
        lrn="A1",
        prelodged=False,
        issued_at=None,
        parties=(Party(role="exporter", ids=(("USCC", "1"),), name="x"),),
        stops=tuple(
            DeclaredStop(
                sequence=place,
                office=code,
                role=OfficeRole(role),
                expected_at=_utc(expected[code]),
            )
            for place, (code, (role, _)) in enumerate(ROAD.items(), start=1)
        ),
        vehicles=(Vehicle(batch="B1", plates=(), seals=()),),
        packages=1,
        gross_mass_kg=Decimal(1),
        items=1,
        legs=tuple(
            Leg(from_office=start, to_office=end, modes=frozenset(modes))
            for start, end, modes in legs
        ),
    )


def _utc(text):
    return datetime.fromisoformat(text).replace(tzinfo=UTC) if text else None


def judged(declared, **offices):
    """Return the findings by code; ``offices`` changes fields of offices by code."""
    known = dict(PACKS.offices())
    for code, changes in offices.items():
        known[code] = replace(known[code], **changes)
    with PACKS.slot() as packs:
        itinerary = plan_itinerary(declared, known, packs, DAY)
        return {one.code: one for one in judge_stops(itinerary.stops, packs)}


def hours(days=(1, 2, 3, 4, 5), opens=480, closes=1020, status=Status.CONFIRMED, **rest):
    return (
        OpeningPeriod(days=days, opens=opens, closes=closes, status=status, source="s", **rest),
    )


def test_the_shipped_journey_finds_its_gates_open():
    found = judged(declaration())
    assert set(found) == {"office.hours-unstated"}
    unstated = found["office.hours-unstated"]
    assert unstated.severity is Severity.INFORMATION
    assert unstated.offices == ("CN008001", "VN0003PJ")


CLOSED = {
    "hours nobody confirmed warn": (
        {"CN00X001": "2026-11-25T15:00:00"},
        {},
        ("office.closed", Severity.WARNING, "CN00X001", "2026-11-26 08:00"),
    ),
    "confirmed hours refuse": (
        {},
        {"VN0003PJ": {"hours": hours()}},
        ("office.closed", Severity.ERROR, "VN0003PJ", "2026-11-26 08:00"),
    ),
    "a confirmed holiday and confirmed hours refuse": (
        {"CN008001": "2026-10-01T02:00:00"},
        {"CN008001": {"hours": hours()}},
        ("office.holiday", Severity.ERROR, "CN008001", "2026-10-08 09:00"),
    ),
    "a holiday nobody confirmed warns": (
        {"VN0003PJ": "2027-09-03T02:00:00"},
        {"VN0003PJ": {"hours": hours()}},
        ("office.holiday", Severity.WARNING, "VN0003PJ", "2027-09-06 08:00"),
    ),
    "a holiday where hours are not known warns": (
        {"CN008001": "2026-10-01T02:00:00"},
        {},
        ("office.holiday", Severity.WARNING, "CN008001", "?"),
    ),
}


@pytest.mark.parametrize(("times", "offices", "expected"), CLOSED.values(), ids=CLOSED.keys())
def test_closed(times, offices, expected):
    code, severity, office, opens = expected
    if office == "CN008001" and offices:
        offices = {office: {"hours": hours(opens=540, closes=1020)}}
    finding = judged(declaration(times), **offices)[code]
    assert (finding.severity, finding.offices) == (severity, (office,))
    assert dict(finding.args)["opens"] == opens
    assert finding.pointer.endswith("/ExpectedDateTime")


def test_a_saturday_worked_in_exchange_is_open():
    found = judged(declaration({"CN008001": "2026-10-10T02:00:00"}), CN008001={"hours": hours()})
    assert "office.closed" not in found


def test_what_nobody_knows_is_information():
    declared = declaration({"CN00X001": None, "VN0015BB": "2031-05-05T06:00:00"})
    found = judged(declared)
    assert found["office.time-unknown"].offices == ("CN00X001",)
    assert found["office.holidays-unstated"].offices == ("VN0015BB",)
    assert {one.severity for one in found.values()} == {Severity.INFORMATION}


MODES = {
    "road all the way": (LEGS, {}, None),
    "no leg is declared": ((), {}, None),
    "a leg between offices that are not on the way": (
        (("CN007208", "VN0003PJ", {"rail"}),),
        {},
        None,
    ),
    "an office that nobody confirmed warns": (
        LEGS,
        {"CN00X001": {"modes": frozenset({"rail"})}},
        ("CN00X001", Severity.WARNING),
    ),
    "a confirmed office refuses": (
        LEGS,
        {"VN0015BB": {"modes": frozenset({"rail"})}},
        ("VN0015BB", Severity.ERROR),
    ),
    "its list says rail for this role": (
        LEGS,
        {"VN0015BB": {"competences": frozenset({(OfficeRole.ENTRY, "rail")})}},
        ("VN0015BB", Severity.ERROR),
    ),
    "its list says rail for another role": (
        LEGS,
        {"VN0015BB": {"competences": frozenset({(OfficeRole.EXIT, "rail")})}},
        None,
    ),
    "modes of the office are not known": (LEGS, {"VN0015BB": {"modes": frozenset()}}, None),
    "goods change the mode there": (
        (("CN008001", "VN0015BB", {"rail"}), ("VN0015BB", "VN0003PJ", {"road"})),
        {},
        ("CN00X001", Severity.WARNING),
    ),
}


@pytest.mark.parametrize(("legs", "offices", "expected"), MODES.values(), ids=MODES.keys())
def test_modes(legs, offices, expected):
    finding = judged(declaration(legs=legs), **offices).get("office.mode-not-served")
    told = finding and (finding.offices[0], finding.severity)
    assert told == expected


def test_a_mode_for_which_a_pack_has_no_procedure_refuses():
    rail = declaration(legs=(("CN008001", "VN0003PJ", {"air"}),))
    known = dict(PACKS.offices())
    with PACKS.slot() as packs:
        itinerary = plan_itinerary(rail, known, packs, DAY)
        kinds = {kind for _, kind in plan_procedures(itinerary, packs)}
        served = {one.pack.manifest.pack for one in plan_messages(itinerary, packs)}
        found = [
            one.offices
            for one in judge_stops(itinerary.stops, packs)
            if one.code == "procedure.none-for-mode"
        ]
    assert ("CN008001",) in found
    assert "cn-export" not in kinds
    assert "cn" not in served


def test_procedures_of_another_mode_are_not_met():
    with PACKS.slot() as packs:
        known = PACKS.offices()
        road = plan_itinerary(declaration(), known, packs, DAY)
        unknown = plan_itinerary(declaration(legs=()), known, packs, DAY)
        assert plan_procedures(road, packs) == plan_procedures(unknown, packs)
        kinds = {kind for _, kind in plan_procedures(road, packs)}
    assert {"cn-export", "cn-exit", "vn-transport", "vn-import"} <= kinds


def test_the_legs_of_the_shipped_declaration_are_read():
    declared = read_declaration(safe.parse(SHIPPED.read_bytes()))
    assert declared.legs == (
        Leg(
            from_office="CN008001",
            to_office="VN0003PJ",
            modes=frozenset({"road"}),
            permits=frozenset({"GMS", "TAD"}),
        ),
    )


def test_a_code_that_names_no_mode_is_an_unknown_mode():
    raw = SHIPPED.read_bytes()
    for code in ("6", "9"):
        other = raw.replace(b'"UNECE">3<', f'"UNECE">{code}<'.encode())
        assert read_declaration(safe.parse(other)).legs[0].modes == frozenset()
    assert UNECE_MODES["2"] == "rail"
