"""Any walk through the lifecycle: the gateway stands where the plain model says it must.

What is compared after each step says ``walk.Walk``. A walk that fails prints its steps; one of a
seed is taken again by ``python -m tests.lifecycle SEED STEPS``.
"""

import itertools

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from tests.lifecycle.comparing import Disagreement
from tests.lifecycle.lane import ORDER
from tests.lifecycle.stage import Stage, both_ways
from tests.lifecycle.walk import VERBS, Walk, steps_of

NUMBERS = st.integers(0, 999)
STEPS = st.lists(st.tuples(st.sampled_from(VERBS), NUMBERS, NUMBERS), min_size=60, max_size=80)
BEGINNING = [("declare", 0, 2), ("declare", 0, 3)]  # one southbound, one northbound


@pytest.fixture(scope="module")
def beginning(tmp_path_factory):
    """A world in which nothing was declared yet: every walk begins with a copy of it."""
    world = both_ways(tmp_path_factory.mktemp("beginning"))
    yield world
    world.close()


@pytest.fixture(scope="module")
def taken(beginning, tmp_path_factory):
    """Take steps in a world of their own; returns the walk."""
    number = itertools.count()

    def take(steps, movements=20) -> Walk:
        folder = tmp_path_factory.mktemp(f"walk-{next(number)}")
        world = beginning.copied(folder)
        try:
            walk = Walk(Stage(world), movements)
            walk.take(steps)
            return walk
        finally:
            world.close()

    return take


@settings(
    max_examples=2,
    derandomize=True,
    deadline=None,
    database=None,
    phases=(Phase.generate,),  # shrinking takes minutes; the steps of the first failure are printed
    report_multiple_bugs=False,
    suppress_health_check=list(HealthCheck),
)
@given(STEPS)
def test_short_walks(taken, steps):
    taken([*BEGINNING, *steps], movements=3)


WALKED = (
    *("declared", "pre-lodged", "declared on two trucks", "consolidated", "reported presented"),
    *("reported departed", "reported arrived", "reported departed of one truck"),
    *("amended", "substituted", "split", "put together"),
    *("diverted: other exit", "diverted: other entry", "diverted: other exit and entry"),
    *("diverted: other destination", "cut off", "said again", "hours went by"),
    *("deadline-reminded", "deadline-passed", "enquiry-started"),
    *("a gate was closed", "ways round planned", "ways round confirmed", "ways round gone"),
    *("ways round undone", *(f"the lane said {word}" for word in ORDER)),
    *(f"the lane of {role} said {word}" for role in ("exit", "entry") for word in ("go", "stop")),
    *(f"a digital gate heard: gate {what}" for what in ("declaration", "changed")),
    *("a digital gate heard: news", "a digital gate heard: left out"),
    *("transit declared", "transit presented", "transit departed", "answered: ended"),
    *("transit to be diverted", "answered: asked"),
)
"""What a long walk has to come by, each several times: else it is never walked."""

SEVERAL = 2


@pytest.mark.full
@pytest.mark.parametrize("seed", [8])
def test_two_thousand_steps_over_twenty_movements(taken, seed, capsys):
    walk = taken(steps_of(seed, 2000))
    assert len(walk.going) == 20
    assert {what: walk.counts[what] for what in WALKED if walk.counts[what] < SEVERAL} == {}
    with capsys.disabled():
        print(f"\nlifecycle walk, seed {seed}: {walk}")


def test_a_walk_that_goes_wrong_tells_its_steps(taken, monkeypatch):
    monkeypatch.setattr("tests.lifecycle.model.Movement.state", "elsewhere")
    with pytest.raises(Disagreement) as wrong:
        taken(BEGINNING)
    assert "product: lodged" in str(wrong.value)
    assert "('declare', 0, 2)," in str(wrong.value)
