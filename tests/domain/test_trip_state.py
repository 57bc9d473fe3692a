"""A vehicle goes its way: states by hand, and no news leads back."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.domain.event import Event, EventKind
from gateway.domain.trip_state import (
    TRIP_STEPS,
    TripNews,
    TripStanding,
    TripState,
    decide,
    ended,
    evolve,
    follow,
    news_of,
)

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
YARD, EXIT, ENTRY, END = WAY = ("CN008001", "CN00X001", "VN0015BB", "VN0003PJ")
PLACES = {office: place for place, office in enumerate(WAY)}
RANK = (
    *("planned", "in-yard", "under-way", "at-gate", "refused"),
    *("crossed", "turned-back", "arrived", "completed", "cancelled"),
)


def told(*news: str) -> tuple[TripNews, ...]:
    """``departed@0``: what happened, at which office of the way, an hour after the one before."""
    found = (one.partition("@") for one in news)
    return tuple(
        TripNews(
            kind=EventKind(kind), office=WAY[int(place)], place=int(place),
            at=NOON + timedelta(hours=hour),
        )
        for hour, (kind, _, place) in enumerate(found)
    )  # fmt: skip


JOURNEYS = {
    "nothing": ((), "planned"),
    "in the yard": (("yard-reached@0",), "in-yard"),
    "set out": (("yard-reached@0", "departed@0"), "under-way"),
    "through the gate of its departure": (("at-gate@0", "departed@0"), "under-way"),
    "at the border": (("departed@0", "at-gate@1"), "at-gate"),
    "over it": (("departed@0", "at-gate@1", "exited@1"), "crossed"),
    "at the other gate": (("departed@0", "exited@1", "at-gate@2"), "at-gate"),
    "in the country": (("departed@0", "exited@1", "entered@2"), "crossed"),
    "arrived": (("departed@0", "exited@1", "entered@2", "arrived@3"), "arrived"),
    "refused": (("departed@0", "exited@1", "crossing-refused@2"), "refused"),
    "refused, and let in after all": (
        ("departed@0", "exited@1", "crossing-refused@2", "entered@2"),
        "crossed",
    ),
    "turned back": (("departed@0", "exited@1", "turned-back@1"), "turned-back"),
    "set out anew": (("departed@0", "turned-back@1", "diverted@0"), "under-way"),
    "only an office saw it": (("exited@1",), "crossed"),
    "an incident moves nothing": (("departed@0", "incident@0"), "under-way"),
    "an incident of which an office ahead hears": (
        ("departed@0", "incident@2", "exited@1", "entered@2"),
        "crossed",
    ),
    "an incident on the way home": (("departed@0", "turned-back@1", "incident@1"), "turned-back"),
    "repeated: its departure, though it turned back": (
        ("departed@0", "turned-back@0", "departed@0"),
        "turned-back",
    ),
    "late: the gate it passed": (("departed@0", "exited@1", "at-gate@1"), "crossed"),
    "late: an office far behind": (("departed@0", "entered@2", "exited@1"), "crossed"),
    "late: departure after arrival": (("exited@1", "arrived@3", "departed@0"), "arrived"),
    "a declaration replaced on the way": (("departed@0", "exited@1", "amended@0"), "crossed"),
}


@pytest.mark.parametrize(("news", "state"), JOURNEYS.values(), ids=JOURNEYS.keys())
def test_where_it_stands(news, state):
    standing, findings = follow(told(*news))
    assert (standing.state.value, findings) == (state, ())
    assert follow((*told(*news), *told(*news))) == (standing, ())


NO_STEPS = {
    "turned back before it set out": (("turned-back@0",), "planned"),
    "an incident before it set out": (("yard-reached@0", "incident@0"), "in-yard"),
    "turned back after it arrived": (("departed@0", "arrived@3", "turned-back@2"), "arrived"),
    "over the border though it turned back": (
        ("departed@0", "turned-back@1", "entered@2"),
        "turned-back",
    ),
}


@pytest.mark.parametrize(("news", "state"), NO_STEPS.values(), ids=NO_STEPS.keys())
def test_what_does_not_follow_is_a_finding_and_moves_nothing(news, state):
    standing, (finding,) = follow(told(*news))
    assert standing.state.value == state
    assert finding.code == "trip.no-such-step"
    assert dict(finding.args)["state"] == state
    assert finding.value == news[-1].partition("@")[0]


@pytest.mark.parametrize(
    ("states", "state"),
    [
        (("completed", "completed"), "completed"),
        (("completed", "invalidated"), "completed"),
        (("invalidated", "invalidated"), "cancelled"),
        (("completed", "arrived"), "arrived"),
        ((), "arrived"),
    ],
)
def test_it_ends_with_everything_aboard(states, state):
    arrived = TripStanding(state=TripState.ARRIVED)
    assert ended(arrived, states).state.value == state


CANCELLED = TripStanding(state=TripState.CANCELLED, office=EXIT, place=1)


@pytest.mark.parametrize("news", ["departed@0", "at-gate@1", "arrived@3", "incident@0"])
def test_of_a_vehicle_whose_goods_were_all_taken_back_nothing_is_told(news):
    """Not even of an office behind the one that saw it."""
    (one,) = told(news)
    (finding,) = decide(CANCELLED, one)
    assert (finding.code, dict(finding.args)["state"]) == ("trip.no-such-step", "cancelled")
    assert evolve(CANCELLED, one) == CANCELLED


@pytest.mark.parametrize(("news", "codes"), [("arrived@3", 0), ("exited@1", 0), ("incident@2", 1)])
def test_once_all_is_completed_what_offices_say_is_late(news, codes):
    completed = TripStanding(state=TripState.COMPLETED, office=ENTRY, place=2)
    (one,) = told(news)
    assert len(decide(completed, one)) == codes
    assert evolve(completed, one) == completed


def event(kind, office, **facts):
    return Event(
        sequence=1, kind=EventKind(kind), at=NOON, office=office, facts=tuple(facts.items())
    )


def test_of_a_movement_on_two_trips_each_hears_its_own():
    events = [
        event("released", YARD),
        event("part-moved", YARD, trip="a", happened="departed", packages="100"),
        event("departed", YARD),
        event("crossing-refused", EXIT, trip="b"),
        event("incident", EXIT),
        event("at-gate", "elsewhere"),
    ]
    heard = {trip: [one.kind.value for one in news_of(events, trip, PLACES)] for trip in "ab"}
    assert heard == {"a": ["departed", "incident"], "b": ["crossing-refused", "incident"]}


def test_of_two_trucks_with_one_load_only_the_one_on_its_way_turns_back():
    events = [
        event("part-moved", office, trip="a", happened=kind, packages="100")
        for kind, office in (("departed", YARD), ("arrived", END))
    ]
    events.append(event("part-moved", YARD, trip="b", happened="departed", packages="24"))
    (back,) = told("turned-back@0")
    standings = {trip: follow(news_of(events, trip, PLACES))[0] for trip in "abc"}
    states = {trip: standing.state.value for trip, standing in standings.items()}
    assert states == {"a": "arrived", "b": "under-way", "c": "planned"}
    assert [trip for trip in "abc" if not decide(standings[trip], back)] == ["b"]


NEWS = st.lists(
    st.tuples(
        st.sampled_from(sorted({k for s in TRIP_STEPS.values() for k in s})), st.integers(0, 3)
    ),
    max_size=25,
)


@given(NEWS)
@settings(max_examples=200, deadline=None)
def test_nothing_late_or_repeated_leads_back(steps):
    """Whatever is told: neither a repeat nor what lies behind moves it, and no step is silent."""
    standing = TripStanding()
    for hour, (kind, place) in enumerate(steps):
        news = TripNews(
            kind=EventKind(kind), office=WAY[place], place=place, at=NOON + timedelta(hours=hour)
        )
        after = evolve(standing, news)
        if decide(standing, news):
            assert after == standing
        again = ("substituted", "diverted", "turned-back", "incident")
        if kind not in again and after != standing:
            assert place >= standing.place
        if after.place == standing.place and kind not in again and after.state != standing.state:
            onward = (standing.state, after.state) in {
                ("refused", "at-gate"),
                ("at-gate", "under-way"),
            }
            assert onward or RANK.index(after.state) > RANK.index(standing.state)
        assert evolve(after, news) == replace(after, since=evolve(after, news).since)
        standing = after
