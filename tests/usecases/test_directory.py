"""The office directory: what is found, what a list changes, and plans of routes."""

from dataclasses import replace
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from gateway import register
from gateway.domain.errors import NotFound, Refused
from gateway.domain.hours import Openness
from gateway.domain.itinerary import OfficeRole
from gateway.usecases.directory import Wanted, find_offices, import_offices, show_office
from gateway.usecases.routes import list_routes, offices_of, plan_route, show_route
from tests.contract.records import inserted
from tests.packs.office_lists import SMALL, large
from tests.world import TENANT, World

OPEN_AT = datetime(2026, 11, 25, 6, 30, tzinfo=UTC)
NIGHT = datetime(2026, 11, 25, 20, 0, tzinfo=UTC)
ROAD_OFFICES = ("CN008001", "CN00X001", "VN0015BB", "VN0003PJ")


@pytest.fixture
def world(tmp_path):
    world = World(tmp_path)
    yield world
    world.close()


@pytest.fixture(scope="module")
def ports(tmp_path_factory):
    world = World(tmp_path_factory.mktemp("directory"))
    import_offices(world.ports, TENANT, SMALL, source="a list")
    yield world.ports
    world.close()


ALL_DAY = {"CN007208", "CN008615", *(f"CN00X00{number}" for number in range(2, 7))}
"""Gates of China that no list of hours closes."""

FOUND = {
    "by code alone": (Wanted(country="LA"), {"LA00X001", "LA00X002"}),
    "by country in small letters": (Wanted(country="la"), {"LA00X001", "LA00X002"}),
    "by role": (Wanted(country="DE", role="transit"), {"DE00A001"}),
    "by mode": (Wanted(country="VN", mode="rail", role="entry"), {"VN00X001", "VN00X003"}),
    "by role and mode together": (Wanted(country="DE", role="transit", mode="road"), set()),
    "open, or nobody knows": (
        Wanted(country="CN", role="exit", mode="road", at=OPEN_AT),
        {*ALL_DAY, "CN00X001"},
    ),
    "not closed": (
        Wanted(country="CN", role="exit", mode="road", at=NIGHT),
        ALL_DAY,
    ),
    "no longer in force": (Wanted(country="ES", at=OPEN_AT), set()),
    "in force then": (
        Wanted(country="ES", at=datetime(2025, 6, 29, 21, 0, tzinfo=UTC)),
        {"ES00A003"},
    ),
}


@pytest.mark.parametrize(("wanted", "codes"), FOUND.values(), ids=FOUND.keys())
def test_found(ports, wanted, codes):
    assert {one.office.code for one in find_offices(ports, wanted)} == codes


def test_what_nobody_knows_says_so(ports):
    found = find_offices(ports, Wanted(country="CN", role="exit", mode="road", at=OPEN_AT))
    states = {one.office.code: one.state for one in found}
    assert states["CN00X001"] is Openness.OPEN
    assert states["CN007208"] is Openness.UNKNOWN


def test_a_time_without_offset_is_the_offices_own(ports):
    morning = datetime(2026, 11, 25, 7, 30)  # noqa: DTZ001 - that is the point
    found = find_offices(ports, Wanted(role="exit", mode="road", at=morning))
    codes = {one.office.code for one in found}
    assert "VN0015BB" in codes  # from 07:00
    assert "CN00X001" not in codes  # from 08:00


@pytest.mark.parametrize("wanted", [Wanted(role="gate"), Wanted(mode="boat")], ids=str)
def test_unknown_words_are_refused_with_the_known_ones(ports, wanted):
    with pytest.raises(Refused) as refused:
        find_offices(ports, wanted)
    (finding,) = refused.value.findings
    assert finding.code in ("office.unknown-role", "office.unknown-mode")
    assert dict(finding.args)["known"]


def test_an_unknown_office_is_not_found(ports):
    with pytest.raises(NotFound):
        show_office(ports, "XX000000")


# ------------------------------------------------------------------ lists


def test_a_list_adds_offices_once(world):
    first = import_offices(world.ports, TENANT, SMALL, source="a list")
    assert (first.added, first.changed, first.unchanged, first.other_roles) == (3, 0, 0, 1)
    assert {one.code for one in first.findings} == {
        "office-list.repeated",
        "office.malformed",
        "office-list.unknown-country",
    }
    again = import_offices(world.ports, TENANT, SMALL, source="the same list again")
    assert (again.added, again.changed, again.unchanged) == (0, 0, 3)


def test_a_newer_list_is_followed(world):
    import_offices(world.ports, TENANT, SMALL, source="a list")
    newer = SMALL.replace(b"Example Office", b"Office of Examples").replace(b"1615", b"1700")
    done = import_offices(world.ports, TENANT, newer, source="newer list")
    assert (done.added, done.changed, done.unchanged) == (0, 1, 2)
    office = show_office(world.ports, "DE00A001")
    assert (office.name("en"), office.source) == ("Office of Examples", "newer list")
    assert max(one.closes for one in office.hours) == 17 * 60


def test_a_listed_office_keeps_the_names_the_list_has_not(world):
    shipped = show_office(world.ports, "GB000060")
    import_offices(world.ports, TENANT, SMALL, source="a list")
    office = show_office(world.ports, "GB000060")
    assert office.name("zh") == shipped.name("zh")
    assert office.name("en") == "Gate by day and night"
    assert office.roles == {OfficeRole.EXIT}


def test_an_import_is_logged_without_the_list(world):
    import_offices(world.ports, TENANT, SMALL, source="a list")
    world.store.sequence("test")
    entries = [one.entry for one in world.store.log(limit=500) if b"office-list" in one.entry]
    assert len(entries) == 1
    assert b"Example Office" not in entries[0]


def test_what_is_no_list_changes_nothing(world):
    with pytest.raises(Refused) as refused:
        import_offices(world.ports, TENANT, b"<list/>")
    assert refused.value.findings[0].code == "office-list.none"
    with pytest.raises(Refused):
        import_offices(world.ports, TENANT, SMALL[:-40])
    assert world.store.offices() == ()


def test_many_offices_do_not_burden_a_declaration(world, monkeypatch):
    import_offices(world.ports, TENANT, large(SMALL, 600), source="a list")
    assert len(world.store.offices()) > 300
    monkeypatch.setattr(world.store, "offices", None)  # one by one, or not at all
    assert world.submit(world.declaration()).state


def test_a_directory_looks_once(world):
    offices = register.all_offices(world.ports)
    assert offices["VN0015BB"] is offices["VN0015BB"]
    assert "XX000000" not in offices
    assert len(offices) == len(list(offices)) == len(world.ports.packs.offices())


def test_an_added_office_gets_the_holidays_of_its_country(world):
    office = world.ports.packs.offices()["VN0015BB"]
    world.store.commit(inserted(replace(office, code="VN0018ZZ", holidays=())))
    added = register.all_offices(world.ports)["VN0018ZZ"]
    assert added.holidays == office.holidays != ()
    assert dict(register.all_offices(world.ports))["VN0018ZZ"] == added


# ------------------------------------------------------------------ routes

WANTED_ROUTES = {
    "road south": ("chongqing-haiduong-road", {"road"}),
    "road north": ("haiduong-chongqing-road", {"road"}),
    "rail over Dong Dang": ("chongqing-yenvien-rail-pingxiang", {"rail"}),
    "rail over Lao Cai": ("chongqing-yenvien-rail-hekou", {"rail"}),
    "road over Lao Cai": ("chongqing-hanoi-road-hekou", {"road"}),
    "rail and sea": ("chongqing-haiduong-rail-sea", {"rail", "sea", "road"}),
    "to the south of Viet Nam": ("chongqing-hochiminh-road", {"road"}),
    "onward to Laos": ("chongqing-vientiane-road", {"road"}),
}


@pytest.mark.parametrize(("route", "modes"), WANTED_ROUTES.values(), ids=WANTED_ROUTES.keys())
def test_every_named_route_can_be_planned(ports, route, modes):
    found = show_route(ports, route)
    assert {stop.mode for stop in found.stops} == modes
    assert len(offices_of(ports, found)) == len(found.stops)
    plan = plan_route(ports, route, datetime(2026, 11, 24, 0, 0, tzinfo=UTC))
    assert [one.office.code for one in plan.stops] == [stop.code for stop in found.stops]
    assert "office.hours-unstated" in {one.code for one in plan.findings}
    assert not any(one.refuses for one in plan.findings)


def test_all_routes_are_listed(ports):
    assert {one.id for one in list_routes(ports)} >= {name for name, _ in WANTED_ROUTES.values()}


def test_the_model_journey_as_planned(ports):
    plan = plan_route(ports, "chongqing-haiduong-road", datetime(2026, 11, 24, 8))  # noqa: DTZ001
    local = ["08:00", "14:00", "14:00", "07:00"]
    assert [one.office.code for one in plan.stops] == list(ROAD_OFFICES)
    assert [_clock(one) for one in plan.stops] == local


def test_an_evening_departure_waits_for_the_gate(ports):
    plan = plan_route(ports, "chongqing-haiduong-road", datetime(2026, 11, 24, 20))  # noqa: DTZ001
    gate = plan.stops[1]
    assert (gate.office.code, gate.waits.total_seconds()) == ("CN00X001", 6 * 3600)
    assert "route.waits" in {one.code for one in plan.findings}


def _clock(stop):
    return stop.passes.astimezone(ZoneInfo(stop.office.zone)).isoformat()[11:16]


def test_an_unknown_route_names_those_there_are(ports):
    with pytest.raises(NotFound) as missing:
        plan_route(ports, "nowhere", OPEN_AT)
    assert "chongqing-haiduong-road" in dict(missing.value.findings[0].args)["known"]
