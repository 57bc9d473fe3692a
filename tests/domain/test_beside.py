"""A system beside a customs office, as the digital gate of Lang Son: past one is past both."""

import pytest

from gateway.domain.closure import crossing
from gateway.domain.itinerary import Itinerary
from gateway.domain.position import Journey, ahead
from gateway.domain.stop_state import stop_states
from tests.domain.test_deadline import DECLARED, NOW, dates, movement, stop

GATE = "VN00X101"
SOUTH = Itinerary(
    (
        stop(1, "CN008001", "departure", 23),
        stop(2, "CN00X001", "exit", 53),
        stop(3, "VN0015BB", "entry", 54),
        stop(3, GATE, "entry", 54),
        stop(4, "VN0003PJ", "destination", 71),
    )
)
NORTH = Itinerary(
    (
        stop(1, "VN0003PJ", "departure", 23),
        stop(2, "VN0015BB", "exit", 53),
        stop(2, GATE, "exit", 53),
        stop(3, "CN00X001", "entry", 54),
        stop(4, "CN008001", "destination", 71),
    )
)
THROUGH = [
    pytest.param(SOUTH, "entered", "entry", "VN0003PJ", id="in"),
    pytest.param(NORTH, "exited", "exit", "CN00X001", id="out"),
]


@pytest.mark.parametrize(("way", "kind", "role", "following"), THROUGH)
def test_what_passed_the_office_passed_the_system_beside_it(way, kind, role, following):
    through = (kind, "VN0015BB", NOW)
    moved = movement(through)
    assert moved.passed(way.place(GATE))
    assert not moved.passed(way.place(following))
    assert dates(through, itinerary=way)[f"expected {GATE} {role}"].ended_by == kind
    assert dates(itinerary=way)[f"expected {GATE} {role}"].ended_by == ""
    journey = Journey(movement=moved, itinerary=way, declared=DECLARED)
    assert ahead(journey)[0].office.code == following
    states = {one.office.code: state.value for one, state in stop_states(moved, way)}
    assert (states[GATE], states[following]) == ("crossed", "expected")


def test_what_happens_at_the_office_short_of_passing_says_nothing_of_the_other():
    states = stop_states(movement(("controlled", "VN0015BB", NOW)), SOUTH)
    assert {one.office.code: state.value for one, state in states}[GATE] == "expected"


@pytest.mark.parametrize(
    ("way", "pair"),
    [(SOUTH, ("CN00X001", "VN0015BB")), (NORTH, ("VN0015BB", "CN00X001"))],
    ids=["in", "out"],
)
def test_a_border_is_crossed_between_customs_offices(way, pair):
    at_border = [one for one in way.declared if one.role.value in ("exit", "entry")]
    assert [crossing(one, way) for one in at_border] == [pair, pair]
    assert dates(itinerary=way)["declaration"].office == pair[1]
