"""When an office is open: days, seasons, holidays, exchanged days, midnight, zones."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.domain.hours import DayKind, Holiday, OpeningPeriod, Openness, Timetable, selected
from gateway.domain.roles import OfficeRole, Status

HANOI = ZoneInfo("Asia/Ho_Chi_Minh")
WORKING = (1, 2, 3, 4, 5)
SURE, UNSURE = Status.CONFIRMED, Status.UNVERIFIED


def period(days=WORKING, opens=8 * 60, closes=17 * 60, **rest):
    return OpeningPeriod(
        **{"days": days, "opens": opens, "closes": closes, "status": SURE, "source": "s", **rest}
    )


def holiday(first, last=None, kind=DayKind.HOLIDAY, status=SURE):
    return Holiday(
        first=date.fromisoformat(first),
        last=date.fromisoformat(last or first),
        kind=kind,
        names=(("en", "Tet"),),
        status=status,
        source="s",
    )


TET = holiday("2026-02-16", "2026-02-20")
MAKE_UP = holiday("2026-02-28", kind=DayKind.WORKDAY)


def timetable(*periods, holidays=(TET, MAKE_UP), zone="Asia/Ho_Chi_Minh"):
    return Timetable(zone=zone, periods=periods, holidays=holidays)


def at(text, zone=HANOI):
    return datetime.fromisoformat(text).replace(tzinfo=zone)


OFFICE = timetable(period(), period(days=(6,), opens=480, closes=720))
NIGHT = timetable(period(days=(5,), opens=1320, closes=1440), period(days=(6,), opens=0, closes=60))
GATE = timetable(period(days=(1, 2, 3, 4, 5, 6, 7), on_holidays=True, status=UNSURE))
SEASON = timetable(period(valid_from=date(2026, 6, 1), valid_to=date(2026, 8, 31)))

STATES = {
    "a working day": (OFFICE, "2026-11-25 10:00", "open", SURE),
    "the minute it opens": (OFFICE, "2026-11-25 08:00", "open", SURE),
    "the minute before": (OFFICE, "2026-11-25 07:59", "closed", SURE),
    "the last minute": (OFFICE, "2026-11-25 16:59", "open", SURE),
    "the minute it closes": (OFFICE, "2026-11-25 17:00", "closed", SURE),
    "Saturday morning": (OFFICE, "2026-11-28 10:00", "open", SURE),
    "Saturday afternoon": (OFFICE, "2026-11-28 14:00", "closed", SURE),
    "Sunday": (OFFICE, "2026-11-29 10:00", "closed", SURE),
    "a holiday": (OFFICE, "2026-02-17 10:00", "holiday", SURE),
    "a holiday, at night": (OFFICE, "2026-02-17 03:00", "holiday", SURE),
    "the day after": (OFFICE, "2026-02-23 10:00", "open", SURE),
    "a Saturday worked in exchange": (OFFICE, "2026-02-28 14:00", "open", SURE),
    "a gate works on holidays": (GATE, "2026-02-17 10:00", "open", UNSURE),
    "but not at night": (GATE, "2026-02-17 03:00", "closed", UNSURE),
    "before midnight": (NIGHT, "2026-11-27 23:59", "open", SURE),
    "after midnight": (NIGHT, "2026-11-28 00:30", "open", SURE),
    "in its season": (SEASON, "2026-07-01 10:00", "open", SURE),
    "before its season": (SEASON, "2026-05-29 10:00", "unknown", UNSURE),
    "after its season": (SEASON, "2026-09-01 10:00", "unknown", UNSURE),
    "no hours": (timetable(), "2026-11-25 10:00", "unknown", UNSURE),
    "no hours, a holiday": (timetable(), "2026-02-17 10:00", "holiday", UNSURE),
    "a confirmed period beside an unsure one": (
        timetable(period(), period(status=UNSURE)),
        "2026-11-25 10:00",
        "open",
        SURE,
    ),
    "closed, as an unsure period says too": (
        timetable(period(), period(status=UNSURE)),
        "2026-11-25 20:00",
        "closed",
        UNSURE,
    ),
    "a holiday nobody confirmed": (
        timetable(period(), holidays=(holiday("2026-11-25", status=UNSURE),)),
        "2026-11-25 10:00",
        "holiday",
        UNSURE,
    ),
}


@pytest.mark.parametrize(("table", "moment", "state", "status"), STATES.values(), ids=STATES.keys())
def test_states(table, moment, state, status):
    found = table.at(at(moment))
    assert (found.state, found.status) == (Openness(state), status)
    assert (found.holiday is not None) == (state == "holiday")


def test_the_offices_own_clock_decides():
    opening = datetime(2026, 11, 25, 1, 0, tzinfo=UTC)
    assert OFFICE.at(opening).state is Openness.OPEN
    beijing = timetable(period(), zone="Asia/Shanghai")
    assert beijing.at(opening - timedelta(hours=1)).state is Openness.OPEN
    assert OFFICE.at(opening - timedelta(hours=1)).state is Openness.CLOSED


def test_a_year_without_holidays_is_an_unknown_year():
    assert OFFICE.at(at("2026-11-25 10:00")).calendar_known
    assert not OFFICE.at(at("2027-11-25 10:00")).calendar_known


NEXT = {
    "open already": (OFFICE, "2026-11-25 10:00", "2026-11-25 10:00"),
    "this morning": (OFFICE, "2026-11-25 05:00", "2026-11-25 08:00"),
    "tomorrow": (OFFICE, "2026-11-25 18:00", "2026-11-26 08:00"),
    "after the weekend": (OFFICE, "2026-11-28 13:00", "2026-11-30 08:00"),
    "after the holiday": (OFFICE, "2026-02-14 13:00", "2026-02-21 08:00"),
    "the second stretch of the day": (
        timetable(period(closes=720), period(opens=780)),
        "2026-11-25 12:30",
        "2026-11-25 13:00",
    ),
    "nobody knows": (timetable(), "2026-11-25 10:00", None),
    "the season ends": (SEASON, "2026-08-31 18:00", None),
    "never": (timetable(period(days=())), "2026-11-25 10:00", None),
}


@pytest.mark.parametrize(("table", "moment", "expected"), NEXT.values(), ids=NEXT.keys())
def test_next_opening(table, moment, expected):
    assert table.next_open(at(moment)) == (at(expected) if expected else None)


def test_summer_time_begins_while_the_office_is_closed():
    zone = ZoneInfo("Europe/London")
    table = timetable(period(days=(7,), opens=540, closes=600), holidays=(), zone=zone.key)
    found = table.next_open(at("2026-03-29 00:30", zone))
    assert found == datetime(2026, 3, 29, 8, 0, tzinfo=UTC)


MOMENTS = st.datetimes(datetime(2026, 1, 1), datetime(2027, 6, 1))  # noqa: DTZ001 - made aware later
periods = st.builds(
    lambda days, opens, length, on: period(
        tuple(sorted(days)), opens, min(opens + length, 1440), on_holidays=on
    ),
    st.sets(st.integers(1, 7), min_size=1),
    st.integers(0, 1439),
    st.integers(1, 1440),
    st.booleans(),
)


@given(
    st.lists(periods, min_size=1, max_size=3),
    MOMENTS,
    st.sampled_from(["Asia/Shanghai", "Europe/London", "America/New_York"]),
)
def test_the_next_opening_is_open_and_never_earlier(several, moment, zone):
    table = timetable(*several, zone=zone)
    moment = moment.replace(tzinfo=UTC)
    found = table.next_open(moment)
    if found is not None:
        assert found >= moment
        assert table.at(found).state is Openness.OPEN or found.second or _in_a_gap(found, zone)


def _in_a_gap(moment, zone):
    """An opening inside the hour that summer time skips has no wall time of its own."""
    offsets = {
        (moment + timedelta(hours=shift)).astimezone(ZoneInfo(zone)).utcoffset()
        for shift in (-2, 2)
    }
    return len(offsets) > 1


SPEAKS = {
    "of everything": (period(), OfficeRole.EXIT, {"road"}, True),
    "of another role": (period(roles=frozenset({OfficeRole.ENTRY})), OfficeRole.EXIT, set(), False),
    "of another mode": (period(modes=frozenset({"rail"})), OfficeRole.EXIT, {"road"}, False),
    "of one of the modes": (
        period(modes=frozenset({"rail"})),
        OfficeRole.EXIT,
        {"rail", "sea"},
        True,
    ),
    "the mode is not known": (period(modes=frozenset({"rail"})), OfficeRole.EXIT, set(), True),
}


@pytest.mark.parametrize(("one", "role", "modes", "fits"), SPEAKS.values(), ids=SPEAKS.keys())
def test_which_periods_speak(one, role, modes, fits):
    assert bool(selected([one], role, frozenset(modes))) is fits
