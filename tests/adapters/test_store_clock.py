"""The time of the store: the same for everybody, steady, and followed when it moves."""

import time
from contextlib import closing
from datetime import UTC, datetime, timedelta

import pytest

from gateway.adapters.store_clock import StoreClock
from gateway.domain.errors import Unavailable
from gateway.domain.finding import Finding

EVERY_SECONDS = 0.01
HOURS = timedelta(hours=2)


class Shown:
    """A store whose clock a test moves."""

    def __init__(self):
        self.ahead = HOURS
        self.away = False
        self.looks = 0

    def now(self):
        self.looks += 1
        if self.away:
            raise Unavailable(Finding(code="database.unavailable"))
        return datetime.now(UTC) + self.ahead

    def seen_again(self):
        """Wait until it was asked twice more: the first may have begun before."""
        wanted = self.looks + 2
        while self.looks < wanted:
            time.sleep(EVERY_SECONDS)


def apart(clock, ahead):
    return abs(clock.now() - datetime.now(UTC) - ahead)


@pytest.fixture
def shown():
    return Shown()


@pytest.fixture
def clock(shown):
    with closing(StoreClock(shown.now, EVERY_SECONDS)) as made:
        yield made


def test_it_goes_by_the_store_and_not_by_the_machine(clock):
    assert apart(clock, HOURS) < timedelta(seconds=1)


def test_a_quick_look_stands_in_for_a_slow_one(shown):
    """The first look has to connect."""
    slow = iter([0.5])

    def ask():
        for seconds in slow:
            time.sleep(seconds)
        return shown.now()

    with closing(StoreClock(ask, EVERY_SECONDS)) as clock:
        shown.seen_again()
        assert apart(clock, HOURS) < timedelta(seconds=0.2)


def test_it_follows_the_store(clock, shown):
    shown.ahead = -HOURS
    shown.seen_again()
    assert apart(clock, -HOURS) < timedelta(seconds=1)


def test_while_the_store_is_away_time_goes_on(clock, shown):
    shown.away = True
    shown.seen_again()
    before = clock.now()
    shown.seen_again()
    assert clock.now() > before
    assert apart(clock, HOURS) < timedelta(seconds=1)


def test_it_never_runs_backwards_while_the_store_does_not(clock, shown):
    last = clock.now()
    while shown.looks < 20:
        now = clock.now()
        assert now >= last
        last = now


def test_without_a_first_look_there_is_no_clock(shown):
    shown.away = True
    with pytest.raises(Unavailable):
        StoreClock(shown.now)
