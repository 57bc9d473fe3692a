"""Retry and breaker arithmetic."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.domain.delivery import (
    BREAKER_OPENS_AFTER,
    HANDED_OVER_SECONDS,
    LAST_TRY_SECONDS,
    PROBE_SECONDS_FIRST_HOUR,
    PROBE_SECONDS_LATER,
    RETRY_FIRST_SECONDS,
    RETRY_LONGEST_SECONDS,
    Attempt,
    Breaker,
    FormerKey,
    Link,
    LinkKind,
    Outcome,
    next_attempt_at,
)

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)


def attempt(outcome, at=NOON, retry_after=None):
    return Attempt(message="msg_1", at=at, outcome=outcome, retry_after_seconds=retry_after)


@given(st.integers(0, 1000), st.floats(0, 0.999))
def test_the_next_attempt_is_never_at_once_and_never_far(attempts, jitter):
    wait = next_attempt_at(attempts, attempt(Outcome.BUSY), jitter) - NOON
    assert (
        timedelta(seconds=RETRY_FIRST_SECONDS) <= wait <= timedelta(seconds=RETRY_LONGEST_SECONDS)
    )


def test_the_office_wish_is_heeded():
    later = next_attempt_at(0, attempt(Outcome.BUSY, retry_after=120), 0.0)
    assert NOON + timedelta(seconds=120) == later


def test_jitter_spreads_the_waits():
    waits = {next_attempt_at(9, attempt(Outcome.BUSY), step / 10) for step in range(1, 10)}
    assert len(waits) == 9


def test_behind_an_open_breaker_the_next_probe_is_the_next_try():
    breaker = failed(BREAKER_OPENS_AFTER, step=0)
    assert next_attempt_at(900, attempt(Outcome.BUSY), 0.99, breaker) == breaker.probe_at
    later = next_attempt_at(900, attempt(Outcome.BUSY, retry_after=120), 0.0, breaker)
    assert later == NOON + timedelta(seconds=120)


def failed(times, outcome=Outcome.UNREACHABLE, start=NOON, step=1):
    breaker = Breaker()
    for place in range(times):
        breaker = breaker.after(attempt(outcome, start + timedelta(seconds=place * step)))
    return breaker


def test_a_few_failures_leave_the_breaker_closed():
    assert failed(BREAKER_OPENS_AFTER - 1).allows(NOON)


def test_the_breaker_opens_and_lets_a_probe_through():
    breaker = failed(BREAKER_OPENS_AFTER, step=0)
    assert not breaker.allows(NOON)
    assert breaker.allows(NOON + timedelta(seconds=PROBE_SECONDS_FIRST_HOUR))


def test_after_an_hour_probes_are_rarer():
    breaker = failed(BREAKER_OPENS_AFTER, step=0)
    late = NOON + timedelta(hours=1)
    breaker = breaker.after(attempt(Outcome.UNREACHABLE, late))
    assert breaker.probe_at == late + timedelta(seconds=PROBE_SECONDS_LATER)


@pytest.mark.parametrize(
    "outcome", [Outcome.ACKNOWLEDGED, Outcome.REFUSED, Outcome.UNCLEAR], ids=str
)
def test_an_answer_of_any_kind_closes_the_breaker(outcome):
    assert Breaker() == failed(BREAKER_OPENS_AFTER).after(attempt(outcome))


WISHES = {
    "the deadline is far": (120, 7200, 120),
    "beyond it: one last try": (86_400, 7200, 7200 - LAST_TRY_SECONDS),
    "the last try was just made": (86_400, LAST_TRY_SECONDS, LAST_TRY_SECONDS),
    "it has just passed": (86_400, -1, RETRY_FIRST_SECONDS),
}


@pytest.mark.parametrize(("wish", "left", "wait"), WISHES.values(), ids=WISHES)
def test_a_wish_does_not_hide_a_deadline(wish, left, wait):
    deadline = NOON + timedelta(seconds=left)
    tried = attempt(Outcome.BUSY, retry_after=wish)
    assert next_attempt_at(0, tried, 0.0, deadline=deadline) == NOON + timedelta(seconds=wait)


def test_what_was_handed_over_is_given_its_time_whatever_the_deadline():
    tried = attempt(Outcome.HANDED_OVER, retry_after=86_400)
    later = next_attempt_at(0, tried, 0.0, deadline=NOON + timedelta(seconds=9))
    assert later == NOON + timedelta(seconds=HANDED_OVER_SECONDS)


PATIENCE = {
    "no wish": (Outcome.BUSY, None, PROBE_SECONDS_FIRST_HOUR),
    "a short one": (Outcome.BUSY, 1, PROBE_SECONDS_FIRST_HOUR),
    "some time": (Outcome.BUSY, 30, 30),
    "very long": (Outcome.BUSY, 3600, PROBE_SECONDS_LATER),
    "nobody there to wish": (Outcome.UNREACHABLE, 30, PROBE_SECONDS_FIRST_HOUR),
}


@pytest.mark.parametrize(("outcome", "wish", "wait"), PATIENCE.values(), ids=PATIENCE)
def test_a_wish_for_patience_speaks_for_the_whole_link(outcome, wish, wait):
    breaker = failed(BREAKER_OPENS_AFTER - 1, step=0)
    breaker = breaker.after(attempt(outcome, retry_after=wish))
    assert breaker.probe_at == NOON + timedelta(seconds=wait)


def test_a_late_failure_does_not_shorten_the_patience_wished_for():
    breaker = failed(BREAKER_OPENS_AFTER, step=0).after(attempt(Outcome.BUSY, retry_after=60))
    later = breaker.after(attempt(Outcome.UNREACHABLE, NOON + timedelta(seconds=15)))
    assert later.probe_at == breaker.probe_at


KEYS = {
    "long before the first change": (-9999, [b"a"]),
    "a moment before it": (-1, [b"a", b"b"]),
    "a moment after it": (1, [b"a", b"b"]),
    "long after it": (1800, [b"b"]),
    "after the second": (3601, [b"b", b"a"]),
    "now": (99999, [b"a"]),
}


@pytest.mark.parametrize(("seconds", "keys"), KEYS.values(), ids=KEYS)
def test_what_was_taken_in_is_verified_by_the_key_that_counted_then(seconds, keys):
    """The first key came back: it counts for what came before it was changed, and again now."""
    link = Link(
        id="l",
        tenant="t",
        administration="VN",
        kind=LinkKind.PUSH,
        endpoint="",
        key=b"a",
        offices=(),
        former_keys=(
            FormerKey(key=b"a", until=NOON),
            FormerKey(key=b"b", until=NOON + timedelta(hours=1)),
        ),
    )
    assert list(link.keys_at(NOON + timedelta(seconds=seconds))) == keys
