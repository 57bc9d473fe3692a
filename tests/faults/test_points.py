"""Every named crash point: a program dies there, again and again, and nothing is lost by it."""

import pytest

from gateway.adapters.crash_points import POINTS
from tests.faults import points
from tests.faults.__main__ import CHAINS
from tests.faults.city import City

SEED = 1


def test_every_point_has_its_turn():
    told = [name for chains in CHAINS.values() for chain in chains.values() for name in chain]
    assert sorted(set(told)) == sorted(POINTS)


@pytest.mark.full
@pytest.mark.timeout(400)
@pytest.mark.parametrize("links", CHAINS)
def test_death_at_named_points(tmp_path, links):
    chains = points.Chains(CHAINS[links], SEED)
    with City(tmp_path, links, beside=chains.first()) as city:
        what = f"python -m tests.faults --links {links} --seed {SEED}"
        assert points.run(city, chains) == [], f"{what}: {chains.died}\n{city.last_words()}"
        print(f"\n{links}: died at {', '.join(chains.died)}; {len(city.history)} calls")
