"""The shipped calendars, hours and routes: dated, sourced, and never more certain than they are."""

from datetime import date, timedelta
from itertools import pairwise

import pytest

from gateway.adapters.pack_folder import read_folder, read_offices, schemas_root
from gateway.domain.finding import LANGUAGES
from gateway.domain.hours import DayKind
from gateway.domain.roles import Status
from gateway.packs.directory import read_holidays, read_routes

FILES = read_folder(schemas_root())
CALENDARS = read_holidays(FILES)
ROUTES = read_routes(FILES)
OFFICES = read_offices(FILES)
ENTRIES = [(country, one) for country, days in CALENDARS.items() for one in days]


def spelled(entry):
    return f"{entry[0]} {entry[1].first}"


def test_both_countries_have_both_years():
    years = {(country, one.first.year) for country, one in ENTRIES}
    assert years == {(country, year) for country in ("CN", "VN") for year in (2026, 2027)}


@pytest.mark.parametrize("entry", ENTRIES, ids=spelled)
def test_days(entry):
    _, one = entry
    assert set(dict(one.names)) == set(LANGUAGES)
    assert one.source
    assert one.last - one.first < timedelta(days=10)
    if one.kind is DayKind.WORKDAY:
        assert one.first.isoweekday() in (6, 7)


@pytest.mark.parametrize("country", CALENDARS)
def test_no_day_stands_twice(country):
    days = sorted((one.first, one.last) for one in CALENDARS[country])
    assert all(before[1] < after[0] for before, after in pairwise(days))


LUNAR = {
    "new year 2026": ("CN", date(2026, 2, 17)),
    "new year 2027": ("CN", date(2027, 2, 6)),
    "Tet 2026": ("VN", date(2026, 2, 17)),
    "Tet 2027": ("VN", date(2027, 2, 6)),
    "mid-autumn 2026": ("CN", date(2026, 9, 25)),
    "mid-autumn 2027": ("CN", date(2027, 9, 15)),
    "Hung Kings 2026": ("VN", date(2026, 4, 26)),
    "Hung Kings 2027": ("VN", date(2027, 4, 16)),
}


@pytest.mark.parametrize(("country", "day"), LUNAR.values(), ids=LUNAR.keys())
def test_lunar_days(country, day):
    assert any(
        one.first <= day <= one.last and one.kind is DayKind.HOLIDAY for one in CALENDARS[country]
    )


@pytest.mark.parametrize(
    "office",
    [one for one in OFFICES.values() if one.hours and one.country in CALENDARS],
    ids=lambda o: o.code,
)
def test_hours_have_a_source_and_nobody_confirmed_them_yet(office):
    assert {one.status for one in office.hours} == {Status.UNVERIFIED}
    assert all(one.source for one in office.hours)
    assert all(one.roles <= office.roles and one.modes <= office.modes for one in office.hours)


@pytest.mark.parametrize("route", ROUTES.values(), ids=lambda route: route.id)
def test_offices_of_a_route_serve_the_modes_that_meet_there(route):
    for place, stop in enumerate(route.stops):
        office = OFFICES[stop.code]
        assert route.modes_at(place) <= office.modes
        assert office.carries(stop.role, frozenset({stop.mode}))
