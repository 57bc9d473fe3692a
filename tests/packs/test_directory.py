"""Files of offices, holidays and routes: what they may say, and how a mistake is named."""

from datetime import date

import pytest

from gateway.domain.finding import Refusal
from gateway.domain.hours import DayKind
from gateway.domain.roles import OfficeRole, Status
from gateway.packs.directory import (
    read_crossings,
    read_holidays,
    read_offices,
    read_routes,
    weekdays,
)

OFFICE = """
[[office]]
code = "XA000001"
national_code = "0001"
country = "XA"
administration = "XA"
zone = "Asia/Shanghai"
names = { en = "First" }
roles = ["departure", "exit"]
modes = ["road"]
status = "confirmed"
source = "s"

[[office.hours]]
days = "6-1"
opens = "08:00"
closes = "24:00"
roles = ["exit"]
on_holidays = true
status = "unverified"
source = "h"
"""
HOLIDAYS = """
country = "XA"
[[holiday]]
first = 2026-10-01
last = 2026-10-07
names = { en = "National Day" }
status = "confirmed"
source = "n"
[[holiday]]
first = 2026-10-10
kind = "workday"
names = { en = "Worked" }
status = "confirmed"
source = "n"
"""
ROUTE = """
id = "a-b"
names = { en = "A to B" }
usual_hours = 5
status = "unverified"
source = "s"
[[office]]
code = "XA000001"
role = "departure"
mode = "road"
usual_hours = 0
status = "confirmed"
source = "s"
[[office]]
code = "XA000002"
role = "destination"
mode = "rail"
usual_hours = 5
status = "confirmed"
source = "s"
"""
CROSSINGS = """
[[crossing]]
offices = ["XA000001", "XB000001"]
modes = ["road"]
status = "unverified"
source = "s"
[[goods]]
into = "XA"
headings = ["0810"]
offices = ["XA000001"]
status = "unverified"
source = "s"
[[permit]]
kind = "P"
status = "unverified"
source = "s"
"""


def files(**texts):
    names = {
        "office": "offices/xa.toml",
        "holidays": "offices/holidays/xa.toml",
        "route": "routes/a-b.toml",
        "crossings": "routes/crossings/xa-xb.toml",
    }
    return {names[key]: text.encode() for key, text in texts.items()}


def test_an_office_with_hours_and_the_holidays_of_its_country():
    (office,) = read_offices(files(office=OFFICE, holidays=HOLIDAYS)).values()
    (period,) = office.hours
    assert (period.days, period.opens, period.closes) == ((6, 7, 1), 480, 1440)
    assert (period.roles, period.on_holidays) == ({OfficeRole.EXIT}, True)
    assert period.status is Status.UNVERIFIED
    assert [one.kind for one in office.holidays] == [DayKind.HOLIDAY, DayKind.WORKDAY]


def test_holidays_are_no_offices():
    assert list(read_offices(files(office=OFFICE, holidays=HOLIDAYS))) == ["XA000001"]
    (week, worked) = read_holidays(files(holidays=HOLIDAYS))["XA"]
    assert (week.first, week.last) == (date(2026, 10, 1), date(2026, 10, 7))
    assert worked.first == worked.last == date(2026, 10, 10)


def test_an_office_of_another_country_has_no_holidays():
    (office,) = read_offices(
        files(office=OFFICE, holidays=HOLIDAYS.replace('"XA"', '"XB"'))
    ).values()
    assert office.holidays == ()


def test_a_route():
    (route,) = read_routes(files(route=ROUTE)).values()
    assert [stop.mode for stop in route.stops] == ["road", "rail"]
    assert route.modes_at(0) == {"road", "rail"}
    assert route.distance_km is None


def test_crossings():
    found = read_crossings(files(crossings=CROSSINGS))
    (crossing,), (goods,), (permit,) = found.crossings, found.goods, found.permits
    assert (crossing.offices, crossing.modes) == (("XA000001", "XB000001"), {"road"})
    assert (goods.into, goods.headings, goods.offices) == ("XA", {"0810"}, {"XA000001"})
    assert (permit.kind, permit.offices) == ("P", frozenset())


WEEKDAYS = {
    "one day": (3, 3, (3,)),
    "a working week": (1, 5, (1, 2, 3, 4, 5)),
    "over Sunday": (6, 1, (6, 7, 1)),
}


@pytest.mark.parametrize(("first", "last", "days"), WEEKDAYS.values(), ids=WEEKDAYS.keys())
def test_weekdays(first, last, days):
    assert weekdays(first, last) == days


WRONG = {
    "no such day": ("office", '"6-1"', '"0-8"', "pack.wrong-kind"),
    "no time": ("office", '"08:00"', '"8"', "pack.wrong-kind"),
    "later than midnight": ("office", '"24:00"', '"24:01"', "pack.wrong-kind"),
    "closes before it opens": ("office", '"24:00"', '"07:00"', "pack.wrong-kind"),
    "no such mode": ("office", '["road"]', '["boat"]', "pack.unknown-word"),
    "no such role": ("office", 'roles = ["exit"]', 'roles = ["out"]', "pack.unknown-word"),
    "no such key of hours": ("office", "on_holidays", "on_sundays", "pack.unknown-key"),
    "hours without a source": ("office", 'source = "h"', "", "pack.missing-key"),
    "ends before it begins": ("holidays", "2026-10-07", "2026-09-07", "pack.wrong-kind"),
    "no such kind of day": ("holidays", '"workday"', '"day"', "pack.unknown-word"),
    "times go backwards": ("route", "usual_hours = 0", "usual_hours = 9", "pack.wrong-kind"),
    "ends at another hour": (
        "route",
        'usual_hours = 5\nstatus = "u',
        'usual_hours = 6\nstatus = "u',
        "pack.wrong-kind",
    ),
    "a crossing of three": ("crossings", '"XB000001"]', '"XB000001", "C"]', "pack.wrong-kind"),
    "no such mode of a crossing": ("crossings", '"road"', '"boat"', "pack.unknown-word"),
    "a crossing without a source": ("crossings", 'source = "s"\n[[g', "[[g", "pack.missing-key"),
    "no such mode of a stop": ("route", '"rail"', '"boat"', "pack.unknown-word"),
}
READERS = {
    "office": read_offices,
    "holidays": read_holidays,
    "route": read_routes,
    "crossings": read_crossings,
}
TEXTS = {"office": OFFICE, "holidays": HOLIDAYS, "route": ROUTE, "crossings": CROSSINGS}


@pytest.mark.parametrize(("which", "old", "new", "code"), WRONG.values(), ids=WRONG.keys())
def test_mistakes_are_named_with_their_file(which, old, new, code):
    assert old in TEXTS[which]
    broken = files(**{which: TEXTS[which].replace(old, new)})
    with pytest.raises(Refusal) as refusal:
        READERS[which](broken)
    (finding,) = refusal.value.findings
    assert (finding.code, finding.value) == (code, next(iter(broken)))


TWICE = {
    "an office": (read_offices, "offices/xb.toml", OFFICE),
    "a calendar": (read_holidays, "offices/holidays/xb.toml", HOLIDAYS),
    "a route": (read_routes, "routes/b.toml", ROUTE),
}


@pytest.mark.parametrize(("read", "name", "text"), TWICE.values(), ids=TWICE.keys())
def test_nothing_may_stand_twice(read, name, text):
    both = files(office=OFFICE, holidays=HOLIDAYS, route=ROUTE) | {name: text.encode()}
    with pytest.raises(Refusal) as refusal:
        read(both)
    assert refusal.value.findings[0].code == "pack.repeated"
