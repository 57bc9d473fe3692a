"""Broker full, commits unheard, clocks wrong, wires down, bursts, no connections left.

One deployment bears them all, one after the other: raising it costs more than most of them.
"""

import pytest

from tests.faults.distress import DISTRESSES, befall, deployment

SEED = 1


@pytest.mark.full
@pytest.mark.timeout(600)
def test_a_deployment_comes_to_rest_after_every_distress(tmp_path):
    with deployment(tmp_path, SEED) as held:
        for name in DISTRESSES:
            what = f"python -m tests.faults --distress {name} --seed {SEED}"
            assert befall(held, name, SEED) == [], f"{what}\n{held.city.last_words()}"
