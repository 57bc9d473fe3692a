"""Plans of routes: waiting, what is unknown, and times that never go backwards."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.domain.finding import Refusal
from gateway.domain.hours import Openness
from gateway.domain.itinerary import CustomsOffice
from gateway.domain.roles import OfficeRole, Status
from gateway.domain.routes import Route, RouteStop, plan_route
from tests.domain.test_hours import MOMENTS, TET, period, periods

DEPART = datetime(2026, 11, 24, 0, 0, tzinfo=UTC)  # Tuesday, 07:00 in Viet Nam
HOURS = (0, 10, 12, 30)


def office(place, *hours, **rest):
    given = {
        "code": f"VN00000{place}",
        "national_code": "1",
        "country": "VN",
        "administration": "VN",
        "zone": "Asia/Ho_Chi_Minh",
        "names": (("en", f"Office {place}"),),
        "roles": frozenset(OfficeRole),
        "modes": frozenset({"road", "rail"}),
        "status": Status.CONFIRMED,
        "source": "s",
        "hours": hours,
        "holidays": (TET,),
        **rest,
    }
    return CustomsOffice(**given)


ROLES = ("departure", "exit", "entry", "destination")


def route(hours=HOURS, modes=("road",) * 4, status=Status.CONFIRMED):
    stops = tuple(
        RouteStop(
            code=f"VN00000{place}",
            role=OfficeRole(role),
            mode=mode,
            usual_hours=hour,
            status=status,
            source="s",
        )
        for place, (role, hour, mode) in enumerate(zip(ROLES, hours, modes, strict=True))
    )
    return Route(id="r", names=(), usual_hours=hours[-1], status=status, source="s", stops=stops)


ALWAYS = period(days=(1, 2, 3, 4, 5, 6, 7), opens=0, closes=1440, on_holidays=True)
DAY = period(opens=480, closes=1020)


def directory(*offices):
    return {one.code: one for one in offices}


def everywhere(*hours, **rest):
    return directory(*(office(place, *hours, **rest) for place in range(4)))


def test_open_everywhere_takes_the_usual_hours():
    plan = plan_route(route(), everywhere(ALWAYS), DEPART)
    assert [one.arrives for one in plan.stops] == [DEPART + timedelta(hours=h) for h in HOURS]
    assert [one.waits for one in plan.stops] == [timedelta()] * 4
    assert plan.findings == ()


def test_waiting_moves_everything_after_it():
    plan = plan_route(route(), everywhere(ALWAYS) | directory(office(1, DAY)), DEPART)
    # 10 h after 07:00 it is 17:00, when the second office closes; it opens at 08:00 again
    assert plan.stops[1].waits == timedelta(hours=15)
    assert plan.stops[2].arrives == plan.stops[1].passes + timedelta(hours=2)
    (finding,) = plan.findings
    assert (finding.code, finding.offices) == ("route.waits", ("VN000001",))
    assert dict(finding.args)["opens"] == "2026-11-25 08:00"


def test_goods_that_are_ready_early_wait_at_the_first_office():
    plan = plan_route(route(), everywhere(DAY), datetime(2026, 11, 24, 3, 0))  # noqa: DTZ001
    assert plan.stops[0].arrives == datetime(2026, 11, 23, 20, 0, tzinfo=UTC)
    assert plan.stops[0].passes == datetime(2026, 11, 24, 1, 0, tzinfo=UTC)


def test_a_holiday_is_waited_for_by_name():
    plan = plan_route(
        route(),
        everywhere(ALWAYS) | directory(office(3, DAY)),
        datetime(2026, 2, 15, 21, tzinfo=UTC),
    )
    (finding,) = plan.findings
    assert finding.code == "route.waits-for-holiday"
    assert dict(finding.args)["holiday"] == "Tet"
    assert plan.stops[3].opening.state is Openness.HOLIDAY
    assert plan.stops[3].passes == datetime(2026, 2, 23, 1, 0, tzinfo=UTC)


def test_a_holiday_counts_where_nobody_stated_hours():
    plan = plan_route(route(), everywhere(), datetime(2026, 2, 16, 3, tzinfo=UTC))
    assert {one.opening.state for one in plan.stops} == {Openness.HOLIDAY}
    assert {one.code for one in plan.findings} == {"route.no-opening", "office.hours-unstated"}
    assert [one.waits for one in plan.stops] == [timedelta()] * 4


TOLD = {
    "hours that nobody stated": (everywhere(), {"office.hours-unstated"}),
    "hours that nobody confirmed": (
        everywhere(replace(ALWAYS, status=Status.UNVERIFIED)),
        {"office.hours-unverified"},
    ),
    "a year without a calendar": (everywhere(ALWAYS, holidays=()), {"office.holidays-unstated"}),
    "a code that is a stand-in": (
        everywhere(ALWAYS, status=Status.UNVERIFIED),
        {"office.unconfirmed"},
    ),
    "no opening to come": (
        everywhere(replace(DAY, valid_to=date(2026, 11, 24))) | directory(office(0, ALWAYS)),
        ["route.no-opening", "route.no-opening", "office.hours-unstated"],
    ),
}


@pytest.mark.parametrize(("offices", "codes"), TOLD.values(), ids=TOLD.keys())
def test_what_is_unknown_is_told(offices, codes):
    plan = plan_route(route(), offices, DEPART)
    assert sorted(one.code for one in plan.findings) == sorted(codes)
    assert not any(one.refuses for one in plan.findings)


def test_estimated_travel_times_are_told():
    plan = plan_route(route(status=Status.UNVERIFIED), everywhere(ALWAYS), DEPART)
    assert [one.code for one in plan.findings] == ["route.times-unverified"]


def test_where_the_mode_changes_either_will_do():
    changed = route(modes=("rail", "rail", "road", "road"))
    assert changed.modes_at(1) == {"rail", "road"}
    offices = everywhere(ALWAYS) | directory(office(1, ALWAYS, modes=frozenset({"road"})))
    assert plan_route(changed, offices, DEPART).stops


REFUSED = {
    "an unknown office": ({}, ["office.unknown"] * 4),
    "a role it has not": (
        everywhere(ALWAYS) | directory(office(2, ALWAYS, roles=frozenset({OfficeRole.EXIT}))),
        ["office.wrong-role"],
    ),
    "no longer in force": (
        everywhere(ALWAYS) | directory(office(2, ALWAYS, valid_to=date(2026, 11, 23))),
        ["office.wrong-role"],
    ),
    "a mode it does not serve": (
        everywhere(ALWAYS) | directory(office(2, ALWAYS, modes=frozenset({"sea"}))),
        ["office.mode-not-served"],
    ),
}


@pytest.mark.parametrize(("offices", "codes"), REFUSED.values(), ids=REFUSED.keys())
def test_refused(offices, codes):
    with pytest.raises(Refusal) as refusal:
        plan_route(route(), offices, DEPART)
    assert [one.code for one in refusal.value.findings] == codes


@given(
    st.lists(st.integers(0, 100), min_size=3, max_size=3),
    st.lists(st.lists(periods, max_size=3), min_size=4, max_size=4),
    MOMENTS,
)
def test_planned_times_never_go_backwards(hours, hours_of, depart):
    travelled = route(hours=(0, *sorted(hours)))
    offices = directory(*(office(place, *one) for place, one in enumerate(hours_of)))
    plan = plan_route(travelled, offices, depart.replace(tzinfo=UTC))
    times = [at for stop in plan.stops for at in (stop.arrives, stop.passes)]
    assert times == sorted(times)
    assert times[0] == depart.replace(tzinfo=UTC)
