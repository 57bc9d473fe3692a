"""The European office list: names, roles by traffic type, hours, validity, what is passed over."""

from datetime import UTC, date, datetime

import pytest

from gateway.domain.finding import Refusal
from gateway.domain.hours import Openness
from gateway.domain.roles import OfficeRole, Status
from gateway.markup import safe
from gateway.packs.office_list import LIMITS, ROLES, TRAFFIC, ZONES, read_office_list
from tests.packs.office_lists import EXTRACT, SMALL

NO_MODES = frozenset()
ROAD, RAIL = frozenset({"road"}), frozenset({"rail"})


def read(raw, told=lambda _done, _all: None):
    return read_office_list(safe.parse_foreign(raw, LIMITS), "a list", told)


@pytest.fixture(scope="module")
def listed():
    return {office.code: office for office in read(SMALL).offices}


def test_an_office_as_the_list_has_it(listed):
    office = listed["DE00A001"]
    assert (office.country, office.administration, office.zone) == ("DE", "DE", "Europe/Berlin")
    assert dict(office.names) == {"de": "Zollamt Beispiel", "en": "Example Office"}
    assert office.roles == {OfficeRole.DEPARTURE, OfficeRole.DESTINATION, OfficeRole.TRANSIT}
    assert office.modes == {"road", "rail"}
    assert (office.valid_from, office.valid_to) == (date(2024, 3, 1), None)
    assert (office.status, office.source) == (Status.CONFIRMED, "a list")


CARRIES = {
    "departure by road": (OfficeRole.DEPARTURE, ROAD, True),
    "departure by rail": (OfficeRole.DEPARTURE, RAIL, False),
    "transit by rail": (OfficeRole.TRANSIT, RAIL, True),
    "transit by road": (OfficeRole.TRANSIT, ROAD, False),
    "mode not known": (OfficeRole.TRANSIT, NO_MODES, True),
}


@pytest.mark.parametrize(("role", "modes", "expected"), CARRIES.values(), ids=CARRIES.keys())
def test_a_role_has_its_own_modes(listed, role, modes, expected):
    assert listed["DE00A001"].carries(role, modes) is expected


HOURS = {
    "before lunch": ("DE00A001", OfficeRole.DEPARTURE, ROAD, "2026-11-25T10:00", Openness.OPEN),
    "at lunch": ("DE00A001", OfficeRole.DEPARTURE, ROAD, "2026-11-25T11:30", Openness.CLOSED),
    "after lunch": ("DE00A001", OfficeRole.DEPARTURE, ROAD, "2026-11-25T15:14", Openness.OPEN),
    "evening": ("DE00A001", OfficeRole.TRANSIT, RAIL, "2026-11-25T15:15", Openness.CLOSED),
    "no such role": ("DE00A001", OfficeRole.EXIT, ROAD, "2026-11-25T10:00", Openness.UNKNOWN),
    "no such mode": ("DE00A001", OfficeRole.TRANSIT, ROAD, "2026-11-25T10:00", Openness.UNKNOWN),
    "day and night": ("GB000060", OfficeRole.EXIT, ROAD, "2026-11-29T23:59", Openness.OPEN),
    "before its season": ("GB000060", OfficeRole.EXIT, ROAD, "2023-11-29T12:00", Openness.UNKNOWN),
    "Sunday night": ("ES00A003", OfficeRole.ENTRY, NO_MODES, "2026-11-29T22:30", Openness.OPEN),
    "over midnight": ("ES00A003", OfficeRole.ENTRY, NO_MODES, "2026-11-30T00:29", Openness.OPEN),
    "and no longer": ("ES00A003", OfficeRole.ENTRY, NO_MODES, "2026-11-30T00:30", Openness.CLOSED),
}


@pytest.mark.parametrize(("code", "role", "modes", "at", "state"), HOURS.values(), ids=HOURS.keys())
def test_hours(listed, code, role, modes, at, state):
    """Times are UTC; both offices of the mainland are an hour ahead."""
    moment = datetime.fromisoformat(at).replace(tzinfo=UTC)
    assert listed[code].timetable(role, modes).at(moment).state is state


def test_a_withdrawn_office_ended_the_day_before(listed):
    office = listed["ES00A003"]
    assert office.serves(OfficeRole.ENTRY, date(2025, 6, 30))
    assert not office.serves(OfficeRole.ENTRY, date(2025, 7, 1))


def test_hours_of_a_country_with_several_zones_never_refuse(listed):
    assert {one.status for one in listed["ES00A003"].hours} == {Status.UNVERIFIED}
    assert {one.status for one in listed["DE00A001"].hours} == {Status.CONFIRMED}


def test_an_office_without_a_name_is_called_by_its_code(listed):
    assert listed["ES00A003"].name() == "ES00A003"


def test_a_role_for_no_traffic_type_serves_any(listed):
    assert listed["GB000060"].carries(OfficeRole.EXIT, ROAD)


def test_what_is_passed_over_is_told():
    found = read(SMALL)
    assert [(one.code, one.value) for one in found.passed_over] == [
        ("office-list.repeated", "DE00A001"),
        ("office.malformed", "12345"),
        ("office-list.unknown-country", "QQ00A001"),
    ]
    assert found.other_roles == 1


def test_progress_ends_with_everything():
    told = []
    read(SMALL, lambda done, every: told.append((done, every)))
    assert told == [(6, 6)]


NO_LISTS = {
    "another document": b"<A/>",
    "another entity": SMALL.replace(b'"CustomsOffices"', b'"Countries"'),
}


@pytest.mark.parametrize("raw", NO_LISTS.values(), ids=NO_LISTS.keys())
def test_no_office_list(raw):
    with pytest.raises(Refusal) as refusal:
        read(raw)
    assert refusal.value.findings[0].code == "office-list.none"


LINE = b'<r:dataItem name="OpeningHoursTimeFirstPeriodFrom">0730<'
UNREADABLE = {
    "no hour": LINE.replace(b"0730", b"2530"),
    "no minute": LINE.replace(b"0730", b"0799"),
    "words": LINE.replace(b"0730", b"noon"),
    "nothing": LINE.replace(b"0730", b""),
}


@pytest.mark.parametrize("line", UNREADABLE.values(), ids=UNREADABLE.keys())
def test_hours_that_cannot_be_read_are_unknown(line):
    assert LINE in SMALL
    office = read(SMALL.replace(LINE, line)).offices[0]
    assert {one.opens for one in office.hours} == {13 * 60}


def test_the_tables_name_known_words():
    assert set(ROLES.values()) == set(OfficeRole)
    assert set(TRAFFIC.values()) == {"road", "rail", "sea", "air", "water", "fixed", "mail"}
    assert {"GB", "XI", "DE", "TR"} <= set(ZONES)


@pytest.mark.skipif(not EXTRACT.is_file(), reason="the public extract is not here")
def test_the_public_extract_is_read_whole():
    found = read(EXTRACT.read_bytes())
    assert (len(found.offices), found.passed_over) == (122, ())
    by_code = {office.code: office for office in found.offices}
    dover = by_code["GB000060"]
    assert dover.carries(OfficeRole.TRANSIT, RAIL)
    assert not dover.carries(OfficeRole.TRANSIT, frozenset({"sea"}))
    night = datetime(2026, 11, 29, 3, 0, tzinfo=UTC)
    assert dover.timetable(OfficeRole.TRANSIT, ROAD).at(night).state is Openness.OPEN
    belfast = by_code["XI000142"].timetable(OfficeRole.DESTINATION, ROAD)
    assert belfast.at(night).state is Openness.CLOSED
    assert belfast.next_open(night) == datetime(2026, 11, 30, 9, 0, tzinfo=UTC)
