"""No vehicle goes for another's run, and the right one is not kept waiting: seeds, neighbours."""

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.domain.lane import Signal
from tests.domain.confusion import (
    MARKS,
    SEALS,
    Yard,
    go_rate,
    mistaken,
    neighbour,
    outcomes,
    read_of,
    vehicle,
    yard,
)


def held_to(found):
    assert not [told for told, words in found.items() if words["wrong go"]]
    assert go_rate(found, *MARKS) >= 0.95
    assert go_rate(found, *MARKS, *SEALS) >= 0.95
    assert go_rate(found, "1 misread") >= 0.90


@pytest.mark.parametrize("seed", [1, 2])
def test_reads_with_confusable_neighbours(seed):
    held_to(outcomes(seed, reads=2_000, vehicles=300))


@pytest.mark.full
@pytest.mark.timeout(1200)
def test_a_hundred_thousand_reads():
    held_to(outcomes(20261125, reads=100_000, vehicles=3_000))


@settings(max_examples=150, deadline=None)
@given(st.integers(0, 10**9), st.integers(0, 6))
def test_never_go_for_another_trip(seed, misreads):
    """However much of a vehicle is misread: if it goes at all, it goes for its own run."""
    rng = random.Random(seed)
    expected, _ = yard(rng, 12, twin=0.7)
    for one in expected.vehicles:
        decision = expected.decide(read_of(rng, one, misreads, seals=True))
        if decision.says is Signal.GO:
            assert decision.run.references == (one.batch,)


@settings(max_examples=150, deadline=None)
@given(st.integers(0, 10**9), st.booleans())
def test_an_undeclared_vehicle_never_goes(seed, one_misread):
    """It differs from every run in its plate and its seals, be it by one character only."""
    rng = random.Random(seed)
    expected = Yard()
    one = vehicle(rng)
    expected.expect(one)
    stranger = neighbour(rng, one, 1.0)
    different = stranger.tractor != one.tractor and not set(stranger.seals) & set(one.seals)
    decision = expected.decide(read_of(rng, stranger, int(one_misread), seals=True))
    assert decision.says is not Signal.GO or not different


def test_the_generator_misreads():
    rng = random.Random(7)
    made = {mistaken(rng, "桂A8D217挂") for _ in range(200)}
    assert {"A8D217挂", "桂A8D217", "桂ABD217挂", "桂A8D2I7挂", "桂A8DZ17挂"} <= made
