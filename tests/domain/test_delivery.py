"""Retry and breaker arithmetic."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.domain.delivery import (
    BREAKER_OPENS_AFTER,
    PROBE_SECONDS_FIRST_HOUR,
    PROBE_SECONDS_LATER,
    RETRY_FIRST_SECONDS,
    RETRY_LONGEST_SECONDS,
    Attempt,
    Breaker,
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
