"""Which deadlines a movement has, what ends one, and what the sweep makes of a row."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from gateway.domain.deadline import (
    WITHDRAWN,
    DeadlineKind,
    DeadlineRule,
    DeadlineState,
    LeadsTo,
    fired,
    kept,
    wanted,
)
from gateway.domain.declaration import DatedPaper, Declaration, Vehicle
from gateway.domain.event import Event, EventKind
from gateway.domain.itinerary import CustomsOffice, Itinerary, OfficeRole, Status, Stop
from gateway.domain.movement import Movement, fold

NOW = datetime(2026, 11, 23, 1, tzinfo=UTC)
HOUR = timedelta(hours=1)


def rule(kind, after, remind, leads_to=LeadsTo.PERSON):
    return DeadlineRule(
        kind=kind, after_hours=after, remind_hours=remind, leads_to=leads_to,
        status=Status.UNVERIFIED, source="test", text="test",
    )  # fmt: skip


RULES = {
    one.kind: one
    for one in (
        rule(DeadlineKind.PRESENTATION, 0, 12),
        rule(DeadlineKind.DECLARATION, 72, 12),
        rule(DeadlineKind.EXPECTED, 4, 2),
        rule(DeadlineKind.PAPER, 0, 168),
        rule(DeadlineKind.LIMIT, 0, 24),
        rule(DeadlineKind.ENQUIRY, 72, 24, LeadsTo.ENQUIRY),
    )
}


def stop(place, code, role, hours, zone="UTC"):
    office = CustomsOffice(
        code=code, national_code=code, country=code[:2], administration=code[:2], zone=zone,
        names=(), roles=frozenset(OfficeRole), modes=frozenset(), status=Status.UNVERIFIED,
        source="test",
    )  # fmt: skip
    at = NOW + hours * HOUR if hours is not None else None
    return Stop(sequence=place, office=office, role=OfficeRole(role), expected_at=at)


ITINERARY = Itinerary(
    (
        stop(1, "CN008001", "departure", 23, "Asia/Shanghai"),
        stop(2, "CN00X001", "exit", 53, "Asia/Shanghai"),
        stop(3, "VN0015BB", "entry", 54, "Asia/Ho_Chi_Minh"),
        stop(4, "VN0003PJ", "destination", 71, "Asia/Ho_Chi_Minh"),
    )
)
DECLARED = Declaration(
    lrn="L1", prelodged=True, issued_at=None, parties=(), stops=(),
    vehicles=(Vehicle(batch="", plates=(), seals=()),),
    packages=1, gross_mass_kg=Decimal(1), items=1,
    limit_on=date(2026, 11, 27),
    papers=(DatedPaper(type="GMS", id="G-1", until=date(2026, 11, 30)),),
)  # fmt: skip


def movement(*happened):
    events = [("submitted", "CN008001", NOW), *happened]
    begun = Movement(reference="26CN4F7K2M9PQR8TJ3", tenant="t", prelodged=True)
    return fold(
        begun,
        (
            Event(sequence=place, kind=EventKind(kind), at=at, office=office)
            for place, (kind, office, at) in enumerate(events, start=1)
        ),
    )


def dates(*happened, declared=DECLARED, itinerary=ITINERARY):
    found = wanted(movement(*happened), itinerary, declared, RULES)
    return {f"{one.kind} {one.subject}".strip(): one for one in found}


def test_every_date_of_the_declaration_and_the_way():
    found = {name: one.due_at - NOW for name, one in dates().items()}
    assert found == {
        "presentation": 23 * HOUR,  # when the departure is expected, for nothing else is said
        "declaration": 72 * HOUR,
        "expected CN008001 departure": 27 * HOUR,
        "expected CN00X001 exit": 57 * HOUR,
        "expected VN0015BB entry": 58 * HOUR,
        "expected VN0003PJ destination": 75 * HOUR,
        "paper GMS G-1": datetime(2026, 11, 30, 16, tzinfo=UTC) - NOW,  # midnight in Chongqing
        "limit": datetime(2026, 11, 27, 17, tzinfo=UTC) - NOW,  # midnight in Hai Duong
    }


def test_a_day_that_means_without_end_is_not_waited_for():
    """9999-12-31 on a permit or a limit; the day after it is in no calendar."""
    endless = DatedPaper(type="GMS", id="G-1", until=date.max)
    told = replace(DECLARED, limit_on=date.max, papers=(endless,))
    left = ("departed", "CN008001", NOW)
    assert set(dates(left)) - set(dates(left, declared=told)) == {"paper GMS G-1", "limit"}
    assert dates(left, declared=told)["enquiry"].due_at == NOW + (71 + 72) * HOUR


def test_a_paper_named_with_two_days_counts_until_the_first():
    """Two items may name one certificate; rows are told apart by type and number."""
    first, second = (DatedPaper(type="GMS", id="G-1", until=date(2026, 12, day)) for day in (4, 9))
    for papers in ((first, second), (second, first)):
        declared = replace(DECLARED, papers=papers)
        rows = wanted(movement(), ITINERARY, declared, RULES)
        (paper,) = [one for one in rows if one.kind is DeadlineKind.PAPER]
        assert paper.due_at == datetime(2026, 12, 4, 16, tzinfo=UTC)


def test_a_stated_presentation_goes_before_the_departure():
    told = replace(DECLARED, presentation_at=NOW + 5 * HOUR)
    assert dates(declared=told)["presentation"].due_at == NOW + 5 * HOUR


def test_goods_that_left_are_asked_after_from_the_later_of_arrival_and_limit():
    left = ("departed", "CN008001", NOW)
    limit = datetime(2026, 11, 27, 17, tzinfo=UTC)
    assert dates(left)["enquiry"].due_at == limit + 72 * HOUR
    free = replace(DECLARED, limit_on=None)
    assert dates(left, declared=free)["enquiry"].due_at == NOW + (71 + 72) * HOUR


ENDS = [
    ("presented", "CN008001", {"presentation"}),
    ("departed", "CN008001", {"expected CN008001 departure"}),
    ("exited", "CN00X001", {"expected CN008001 departure", "expected CN00X001 exit"}),
    (
        "entered",
        "VN0015BB",
        {
            "expected CN008001 departure",
            "expected CN00X001 exit",
            "expected VN0015BB entry",
            "declaration",
        },
    ),
    (
        "arrived",
        "VN0003PJ",
        {
            "expected CN008001 departure",
            "expected CN00X001 exit",
            "expected VN0015BB entry",
            "expected VN0003PJ destination",
            "declaration",
            "paper GMS G-1",
            "limit",
        },
    ),
    (
        "turned-back",
        "CN00X001",
        {
            "expected CN008001 departure",
            "expected CN00X001 exit",
            "expected VN0015BB entry",
            "expected VN0003PJ destination",
            "declaration",
            "paper GMS G-1",
            "limit",
        },
    ),
    ("at-gate", "CN00X001", set()),
    ("incident", "CN00X001", set()),
]


@pytest.mark.parametrize(("kind", "office", "ended"), ENDS, ids=[one[0] for one in ENDS])
def test_what_an_event_ends(kind, office, ended):
    found = dates((kind, office, NOW + HOUR))
    assert {name for name, one in found.items() if one.ended_by} == ended
    assert {one.ended_by for one in found.values()} <= {"", kind}


def test_a_new_declaration_counts_anew_at_the_border():
    found = dates(("amended", "CN008001", NOW + 10 * HOUR))
    assert found["declaration"].due_at == NOW + 82 * HOUR


def test_a_completed_movement_has_no_date_left():
    assert all(one.ended_by for one in dates(("completed", "", NOW)).values())


def test_a_kind_without_a_rule_is_not_watched():
    few = {DeadlineKind.LIMIT: RULES[DeadlineKind.LIMIT]}
    assert [one.kind for one in wanted(movement(), ITINERARY, DECLARED, few)] == ["limit"]


# ------------------------------------------------------------------ rows


def rows(*happened, known=None, now=NOW, itinerary=ITINERARY):
    told = movement(*happened)
    wishes = wanted(told, itinerary, DECLARED, RULES)
    return {
        f"{one.kind} {one.subject}".strip(): one
        for one in kept(told, wishes, known or {}, RULES, now)
    }


def by_id(found):
    return {one.id: one for one in found.values()}


def test_rows_begin_open_and_are_reminded_of_where_there_is_time():
    found = rows()
    assert {one.state for one in found.values()} == {DeadlineState.OPEN}
    entry = found["expected VN0015BB entry"]
    assert (entry.remind_at, entry.next_at) == (NOW + 56 * HOUR, NOW + 56 * HOUR)


def test_a_reminder_that_comes_too_late_is_left_out():
    found = rows(now=NOW + 57 * HOUR)["expected VN0015BB entry"]
    assert (found.remind_at, found.next_at) == (NOW + 58 * HOUR, NOW + 58 * HOUR)


def test_what_lies_behind_when_it_is_declared_fires_for_nobody():
    found = rows(now=NOW + 60 * HOUR)["expected VN0015BB entry"]
    assert (found.state, found.next_at) == (DeadlineState.PASSED, None)


def test_nothing_changes_where_nothing_is_new():
    assert rows(known=by_id(rows())) == {}


def test_an_event_ends_the_rows_it_is_about():
    found = rows(("exited", "CN00X001", NOW), known=by_id(rows()))
    ended = {name for name, one in found.items() if one.state is DeadlineState.ENDED}
    assert ended == {"expected CN008001 departure", "expected CN00X001 exit"}
    assert {one.next_at for name, one in found.items() if name in ended} == {None}
    assert set(found) - ended == {"enquiry"}


def test_late_news_ends_a_date_that_had_passed():
    row = rows()["expected VN0015BB entry"]
    known = {row.id: replace(row, state=DeadlineState.PASSED, next_at=None)}
    found = rows(("entered", "VN0015BB", NOW), known=known)["expected VN0015BB entry"]
    assert (found.state, found.ended_by) == (DeadlineState.ENDED, "entered")


def test_an_office_left_out_by_a_new_declaration_is_withdrawn_and_a_moved_date_begins_anew():
    first, _, _, last = ITINERARY.stops
    other = Itinerary(
        (first, stop(2, "CN007208", "exit", 60), stop(3, "VN00X002", "entry", 61), last)
    )
    shown = {
        key: replace(one, state=DeadlineState.REMINDED, next_at=one.due_at)
        for key, one in by_id(rows()).items()
    }
    diverted = ("diverted", "CN008001", NOW + 2 * HOUR)
    found = rows(diverted, known=shown, itinerary=other, now=NOW + 2 * HOUR)
    assert {name: (one.state.value, one.ended_by) for name, one in found.items()} == {
        "declaration": ("open", ""),
        "expected CN007208 exit": ("open", ""),
        "expected VN00X002 entry": ("open", ""),
        "expected CN00X001 exit": ("ended", WITHDRAWN),
        "expected VN0015BB entry": ("ended", WITHDRAWN),
    }


FIRINGS = [
    ("expected VN0015BB entry", 56, "deadline-reminded", "reminded"),
    ("expected VN0015BB entry", 58, "deadline-passed", "passed"),
    ("enquiry", 200, "enquiry-started", "passed"),
]


@pytest.mark.parametrize(("name", "hours", "event", "state"), FIRINGS)
def test_what_the_sweep_makes_of_a_row(name, hours, event, state):
    row = rows(("departed", "CN008001", NOW))[name]
    after, kind = fired(row, RULES, NOW + hours * HOUR)
    assert (kind, after.state) == (event, state)
    assert after.next_at == (row.due_at if state == "reminded" else None)
