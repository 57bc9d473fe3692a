"""The shipped crossings: offices that exist, opposite each other, each fact with its source."""

import pytest

from gateway.adapters.pack_folder import read_folder, read_offices, schemas_root
from gateway.domain.crossings import CROSSING
from gateway.packs.directory import read_crossings, read_routes

FILES = read_folder(schemas_root())
OFFICES = read_offices(FILES)
TABLE = read_crossings(FILES)
PAIRS = {frozenset(one.offices) for one in TABLE.crossings}


@pytest.mark.parametrize("one", TABLE.crossings, ids=lambda one: "-".join(one.offices))
def test_a_crossing(one):
    sides = [OFFICES[code] for code in one.offices]
    assert len({office.administration for office in sides}) == len(sides)
    for office in sides:
        assert office.roles.issuperset(CROSSING)
        assert all(office.carries(role, one.modes) for role in CROSSING)
    assert one.source


def test_no_crossing_stands_twice_for_a_mode():
    told = [(frozenset(one.offices), mode) for one in TABLE.crossings for mode in one.modes]
    assert len(told) == len(set(told))


@pytest.mark.parametrize("one", [*TABLE.goods, *TABLE.permits])
def test_gates_that_are_listed_are_on_a_crossing(one):
    assert one.offices <= {code for pair in PAIRS for code in pair}
    assert one.source


@pytest.mark.parametrize("route", read_routes(FILES).values(), ids=lambda route: route.id)
def test_what_a_route_crosses_between_these_countries_is_listed(route):
    both = {frozenset(OFFICES[code].administration for code in pair) for pair in PAIRS}
    for one, other in zip(route.stops, route.stops[1:], strict=False):
        between = frozenset(OFFICES[stop.code].administration for stop in (one, other))
        if (one.role, other.role) == CROSSING and between in both:
            assert frozenset((one.code, other.code)) in PAIRS
