"""The tables of steps: what leads where, that nothing leads back, and that they are drawn."""

from datetime import UTC, datetime, timedelta
from itertools import permutations

import pytest

from gateway.domain.deciding import begin, report
from gateway.domain.event import Event, EventKind, Report
from gateway.domain.finding import Refusal
from gateway.domain.itinerary import CustomsOffice, Itinerary, OfficeRole, Status, Stop
from gateway.domain.movement import Movement, fold
from gateway.domain.movement_state import MOVEMENT_STEPS, MovementState
from gateway.domain.procedure import Procedure
from gateway.domain.stop_state import StopState, stop_states
from tests.domain import diagrams

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
OUT, EXIT, ENTRY, END = "CN008001", "CN00X001", "VN0015BB", "VN0003PJ"


def moved(*happened, prelodged=False):
    movement = Movement(
        reference="26CNABCDEF123456J6",
        tenant="acme",
        prelodged=prelodged,
        procedures=(Procedure(kind="cn-export", administration="CN"),),
    )
    movement = fold(movement, begin(movement, NOON, OUT))
    for place, one in enumerate(happened, start=2):
        kind, office = one if isinstance(one, tuple) else (one, OUT)
        at = NOON + timedelta(hours=place)
        movement = fold(
            movement, [Event(sequence=place, kind=EventKind(kind), at=at, office=office)]
        )
    return movement


JOURNEYS = [
    ((), "lodged"),
    (("released",), "released"),
    (("released", "departed"), "under-way"),
    (("released", "departed", "exited", "entered"), "under-way"),
    (("released", "departed", "arrived"), "arrived"),
    (("arrived",), "arrived"),
    (("arrived", "departed", "released"), "arrived"),
    (("departed", "turned-back"), "turned-back"),
    (("departed", "turned-back", "exited"), "turned-back"),
    (("departed", "turned-back", "diverted"), "under-way"),
    (("departed", "turned-back", "substituted"), "under-way"),
    (("departed", "turned-back", "arrived"), "arrived"),
    (("departed", "arrived", "turned-back"), "arrived"),
    (("departed", "enquiry-started"), "enquiry"),
    (("departed", "enquiry-started", "entered"), "under-way"),
    (("departed", "enquiry-started", "arrived"), "arrived"),
    (("departed", "arrived", "enquiry-started"), "arrived"),
    (("arrived", "unloading"), "unloading"),
    (("arrived", "unloading", "arrived"), "unloading"),
    (("arrived", "unloading", "discrepancies"), "discrepancies"),
    (("arrived", "discrepancies", "unloading"), "discrepancies"),
    (("arrived", "discrepancies", "discrepancies-solved"), "arrived"),
    (("arrived", "discrepancies", "completed"), "completed"),
    (("completed", "arrived", "departed"), "completed"),
]


@pytest.mark.parametrize(("happened", "state"), JOURNEYS)
def test_events_lead_to_a_state(happened, state):
    assert moved(*happened).state == state


def test_pre_lodged_goods_are_presented_first():
    assert moved(prelodged=True).state == "pre-lodged"
    assert moved("released", prelodged=True).state == "pre-lodged"
    assert moved("presented", prelodged=True).state == "presented"
    assert moved("presented", "released", prelodged=True).state == "released"
    assert moved("released", "presented", prelodged=True).state == "released"


FORWARD = ("released", "departed", "arrived")


@pytest.mark.parametrize("news", [*permutations(FORWARD)])
def test_late_news_never_leads_back(news):
    order = ["lodged", "released", "under-way", "arrived"]
    states = [moved(*news[:count]).state for count in range(len(news) + 1)]
    places = [order.index(one) for one in states]
    assert places == sorted(places)
    assert states[-1] == "arrived"


def test_every_state_is_entered_by_a_step_or_at_the_beginning():
    entered = {then for steps in MOVEMENT_STEPS.values() for then in steps.values()}
    beginnings = {MovementState.PRELODGED, MovementState.LODGED}
    endings = {MovementState.COMPLETED, MovementState.INVALIDATED}
    assert entered | beginnings | endings == set(MovementState)


@pytest.mark.parametrize(
    ("happened", "told", "code"),
    [
        ((), "turned-back", "report.not-departed"),
        (("released", "departed", "arrived"), "turned-back", "report.already-arrived"),
        (("released", "departed", "arrived"), "incident", "report.already-arrived"),
        ((), "departed", "report.not-released"),
        ((), "presented", "report.not-prelodged"),
        (("released", "departed"), "yard-reached", "report.already-departed"),
        (("released",), "crossing-refused", "report.not-yours"),
    ],
)
def test_an_illegal_step_names_its_rule(happened, told, code):
    with pytest.raises(Refusal) as caught:
        report(moved(*happened), Report(kind=EventKind(told), at=NOON, office=EXIT))
    assert [one.code for one in caught.value.findings] == [code]


def test_pre_lodged_goods_do_not_leave_before_they_were_presented():
    early = moved("released", prelodged=True)
    with pytest.raises(Refusal) as caught:
        report(early, Report(kind=EventKind.DEPARTED, at=NOON, office=OUT))
    assert [one.code for one in caught.value.findings] == ["report.not-presented"]


def way():
    roles = (OfficeRole.DEPARTURE, OfficeRole.EXIT, OfficeRole.ENTRY, OfficeRole.DESTINATION)
    return Itinerary(
        tuple(
            Stop(sequence=place, office=_office(code), role=role, expected_at=None)
            for place, (code, role) in enumerate(
                zip((OUT, EXIT, ENTRY, END), roles, strict=True), start=1
            )
        )
    )


def _office(code):
    return CustomsOffice(
        code=code,
        national_code=code,
        country=code[:2],
        administration=code[:2],
        zone="UTC",
        names=(),
        roles=frozenset(OfficeRole),
        modes=frozenset(),
        status=Status.UNVERIFIED,
        source="",
    )


STOPS = [
    ((), "expected expected expected expected"),
    ((("departed", OUT),), "crossed expected expected expected"),
    ((("departed", OUT), ("at-gate", EXIT)), "crossed arrived expected expected"),
    ((("at-gate", EXIT), ("controlled", EXIT)), "expected controlled expected expected"),
    ((("controlled", EXIT), ("at-gate", EXIT)), "expected controlled expected expected"),
    ((("exited", EXIT), ("re-weighed", EXIT)), "expected crossed expected expected"),
    ((("exited", EXIT), ("crossing-refused", ENTRY)), "expected crossed refused expected"),
    ((("crossing-refused", ENTRY), ("at-gate", ENTRY)), "expected expected refused expected"),
    ((("crossing-refused", ENTRY), ("entered", ENTRY)), "expected expected crossed expected"),
    ((("crossing-refused", ENTRY), ("amended", OUT)), "expected expected expected expected"),
    ((("entered", ENTRY), ("crossing-refused", ENTRY)), "expected expected crossed expected"),
    ((("exited", EXIT), ("substituted", OUT)), "expected crossed expected expected"),
    ((("arrived", END),), "expected expected expected arrived"),
    ((("arrived", END), ("controlled", END)), "expected expected expected controlled"),
    ((("exited", "CN007208"),), "expected expected expected expected"),
]


@pytest.mark.parametrize(("happened", "states"), STOPS)
def test_only_what_happens_at_an_office_moves_its_stop(happened, states):
    told = [state for _, state in stop_states(moved(*happened), way())]
    assert told == [StopState(one) for one in states.split()]


def test_the_diagrams_are_those_of_the_tables():
    page = diagrams.README.read_text("utf-8")
    assert diagrams.written(page) == page
