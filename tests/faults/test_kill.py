"""``kill -9`` of worker, gateway, broker (with its folder wiped) and offices, at seeded moments.

Each seed is one movement under way and one moment of its life. Whatever dies, the movement
completes, each effect is taken exactly once, and every repeated request is byte-identical.
A failure prints victim and seed; ``FULLROUTE_TEST_SEEDS=7`` runs that one again.
"""

import os
import random
import threading
import time

import pytest

from tests.faults.city import City

SEEDS = [int(seed) for seed in os.environ.get("FULLROUTE_TEST_SEEDS", "").split(",") if seed]
MANY = 12
"""Moments for each of worker, gateway and broker, over all kinds of links they are struck with."""

LIFE_SECONDS = 3.0
"""About how long a movement takes undisturbed: the moments are spread over it."""


@pytest.mark.full
@pytest.mark.timeout(400)
@pytest.mark.parametrize(
    ("victim", "links", "many"),
    [
        *(("worker", "push", MANY // 2), ("worker", "mixed", MANY // 2)),
        *(("api", "push", MANY // 2), ("api", "feed", MANY // 2)),
        *(("broker", "push", MANY), ("sandbox", "feed", MANY // 2)),
    ],
)
def test_kill_at_seeded_moments(tmp_path, victim, links, many):
    moments = SEEDS or range(many)
    with City(tmp_path, links) as city:
        references = {}
        found = {}
        threads = []
        for seed in moments:
            moment = random.Random(f"{victim}/{seed}").uniform(0, LIFE_SECONDS)
            reference = city.submit()
            references[reference] = seed
            threads.append(started(city, reference, found))
            time.sleep(moment)
            city.strike(victim)
        for thread in threads:
            thread.join()
        requests = city.journal("requests")
        for reference, seed in references.items():
            standing = found[reference]
            what = f"victim {victim}, seed {seed}, movement {reference}"
            assert standing.finished, f"{what}: {standing.state}, open {standing.open}\n" + (
                city.last_words()
            )
        assert city.breaches() == [], f"victim {victim}, seeds {moments}"
        repeated = sum(request["repeated"] for request in requests)
        print(
            f"\n{victim}: {len(references)} movements, "
            f"{len(requests)} requests, {repeated} repeated"
        )


def started(city, reference, found):
    thread = threading.Thread(target=lambda: found.update({reference: city.drive(reference, 90)}))
    thread.start()
    return thread
