"""What a reading on the way is worth: silly ones, delays, temperatures; how often it is told."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from gateway.domain.event import Event, EventKind
from gateway.domain.movement import evolve
from gateway.domain.position import (
    Journey,
    Position,
    PositionRules,
    Reading,
    delay,
    estimates,
    faults,
    news,
)
from gateway.domain.roles import Status
from tests.domain.test_deadline import DECLARED, HOUR, ITINERARY, NOW, movement

MINUTE = timedelta(minutes=1)
RULES = PositionRules(
    estimate_minutes=30, estimate_every_minutes=60, temperature_every_minutes=60,
    clock_minutes=5, status=Status.UNVERIFIED, source="test",
)  # fmt: skip
COOL = replace(DECLARED, temperatures=(Decimal(2), Decimal(8)))
LEFT = ("departed", "CN008001", NOW)


def journey(*happened, declared=COOL):
    return Journey(movement=movement(*happened), itinerary=ITINERARY, declared=declared)


def read(hours, **values):
    return Reading(source="beidou-7", at=NOW + hours * HOUR, **values)


SILLY = [
    pytest.param(read(1.1, place="CN00X001"), {"in-future"}, id="a clock that is six minutes fast"),
    pytest.param(read(1.05, place="CN00X001"), set(), id="a clock that is three minutes fast"),
    pytest.param(read(-1, place="CN00X001"), {"before-declaration"}, id="another journey"),
    pytest.param(read(1), {"empty"}, id="nothing said"),
    pytest.param(read(1, place="CN009999"), {"not-on-the-way"}, id="a strange office"),
    pytest.param(
        read(1, latitude=Decimal(91), longitude=Decimal(1)), {"nowhere"}, id="north of it"
    ),
    pytest.param(read(1, latitude=Decimal(22)), {"nowhere"}, id="half a place"),
    pytest.param(read(1, latitude=Decimal(22), longitude=Decimal(106)), set(), id="a place"),
    pytest.param(
        read(1, temperature_c=Decimal("-100.1")), {"absurd-temperature"}, id="colder than air"
    ),
    pytest.param(read(1, temperature_c=Decimal(-18)), set(), id="frozen"),
]


@pytest.mark.parametrize(("reading", "expected"), SILLY)
def test_a_silly_reading_is_told_why(reading, expected):
    found = {one.code for one in faults(reading, journey(), NOW + HOUR, RULES)}
    assert found == {f"position.{one}" for one in expected}


def test_without_a_declared_range_a_temperature_is_kept_with_a_warning():
    (only,) = faults(
        read(1, temperature_c=Decimal(5)), journey(declared=DECLARED), NOW + HOUR, RULES
    )
    assert (only.code, only.severity) == ("position.no-range", "warning")


def test_of_a_movement_that_is_over_nothing_is_read():
    over = journey(("completed", "", NOW))
    assert [one.code for one in faults(read(0, place="CN00X001"), over, NOW, RULES)] == [
        "position.movement-over"
    ]


# exit is expected after 53 hours, entry after 54, destination after 71
DELAYS = [
    pytest.param(read(50, place="CN00X001"), (LEFT,), -3 * HOUR, id="early at the exit"),
    pytest.param(read(55, place="CN00X001"), (LEFT,), 2 * HOUR, id="late at the exit"),
    pytest.param(
        read(50, latitude=Decimal(22), longitude=Decimal(106)), (LEFT,), None, id="still in time"
    ),
    pytest.param(
        read(56, latitude=Decimal(22), longitude=Decimal(106)),
        (LEFT,),
        3 * HOUR,
        id="not at the exit yet: three hours at least",
    ),
    pytest.param(read(25, temperature_c=Decimal(5)), (), 2 * HOUR, id="never departed"),
    pytest.param(
        read(57, place="CN00X001"),
        (LEFT, ("exited", "CN00X001", NOW + 54 * HOUR)),
        3 * HOUR,
        id="a passed office says no more than that the next was not reached",
    ),
]


@pytest.mark.parametrize(("reading", "happened", "expected"), DELAYS)
def test_how_late_a_reading_proves_the_goods(reading, happened, expected):
    assert delay(reading, journey(*happened)) == expected


def told(reading, *happened, before=None, extra=()):
    state = journey(*happened)
    for kind, at, facts in extra:
        number = state.movement.version + 1
        event = Event(sequence=number, kind=EventKind(kind), at=at, facts=facts)
        state = replace(state, movement=evolve(state.movement, event))
    return {kind.value: dict(facts) for kind, facts in news(reading, state, before, RULES)}


def test_every_office_ahead_and_no_other_gets_its_new_time():
    found = told(read(55, place="CN00X001"), LEFT)["estimated"]
    assert found["delay"] == "120"
    assert found["expected"] == (
        "CN00X001=2026-11-25T08:00:00+00:00"
        " VN0015BB=2026-11-25T09:00:00+00:00"
        " VN0003PJ=2026-11-26T02:00:00+00:00"
    )
    gone = ("exited", "CN00X001", NOW + 55 * HOUR)
    later = told(read(57, place="VN0015BB"), LEFT, gone)["estimated"]
    assert "CN00X001" not in later["expected"]


def estimated(minutes, at):
    return ("estimated", NOW + at * HOUR, (("delay", str(minutes)), ("expected", "")))


THROTTLE = [
    pytest.param(53 * 60 + 29, (), False, id="29 minutes late"),
    pytest.param(53 * 60 + 30, (), True, id="30 minutes late"),
    pytest.param(54 * 60, (estimated(40, 52),), False, id="20 minutes more than was told"),
    pytest.param(54 * 60 + 10, (estimated(40, 52),), True, id="30 minutes more than was told"),
    pytest.param(55 * 60, (estimated(40, 54.5),), False, id="told half an hour ago"),
    pytest.param(55 * 60 + 30, (estimated(40, 54.5),), True, id="told an hour ago"),
]


@pytest.mark.parametrize(("minutes", "extra", "expected"), THROTTLE)
def test_offices_are_told_of_large_changes_and_not_too_often(minutes, extra, expected):
    reading = replace(read(0, place="CN00X001"), at=NOW + minutes * MINUTE)
    assert ("estimated" in told(reading, LEFT, extra=extra)) is expected


def warm(degrees, minutes):
    return Position(
        id="p", tenant="t", movement="m", source="beidou-7", at=NOW + minutes * MINUTE,
        received_at=NOW, place="", latitude=None, longitude=None,
        temperature_c=Decimal(degrees), body="",
    )  # fmt: skip


WARM = [
    pytest.param("8", None, (), False, id="at the limit"),
    pytest.param("8.1", None, (), True, id="above it"),
    pytest.param("1.9", None, (), True, id="below it"),
    pytest.param("9", warm("8.5", 110), (70,), False, id="still outside, just told"),
    pytest.param("9", warm("8.5", 100), (50,), True, id="still outside, told 70 minutes ago"),
    pytest.param("9", warm("7", 110), (110,), True, id="outside again after it was well"),
]


@pytest.mark.parametrize(("degrees", "before", "earlier", "expected"), WARM)
def test_a_temperature_outside_its_range_is_told(degrees, before, earlier, expected):
    extra = [("temperature-out", NOW + one * MINUTE, ()) for one in earlier]
    reading = read(2, temperature_c=Decimal(degrees))
    found = told(reading, before=before, extra=extra)
    assert ("temperature-out" in found) is expected
    if expected:
        facts = found["temperature-out"]
        assert (facts["temperature"], facts["lowest"], facts["highest"]) == (degrees, "2", "8")


def test_goods_on_several_trucks_are_there_with_the_last():
    whole = journey(LEFT)
    at_the_gate = read(53, place="CN00X001")
    assert news(at_the_gate, whole, None, RULES) == ()
    behind = replace(whole, trip="b", beside=(2 * HOUR,))
    ((kind, facts),) = news(at_the_gate, behind, None, RULES)
    assert (kind, dict(facts)["delay"]) == (EventKind.ESTIMATED, "120")
    ((_, warm),) = news(read(53, temperature_c=Decimal(9)), behind, None, RULES)
    assert dict(warm)["trip"] == "b"


def test_the_last_estimate_is_read_back_by_office():
    times = "CN00X001=2026-11-25T08:00:00+00:00"
    event = Event(
        sequence=2, kind=EventKind.ESTIMATED, at=NOW, facts=(("delay", "1"), ("expected", times))
    )
    assert estimates(evolve(movement(), event)) == {"CN00X001": NOW + 55 * HOUR}
    assert estimates(movement()) == {}
