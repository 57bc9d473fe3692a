"""``kill -9`` of worker, gateway and broker (with its folder wiped), at seeded moments.

Each seed is one movement under way and one moment of its life. Whatever dies, the movement
completes, each effect is taken exactly once, and every repeated request is byte-identical.
A failure prints victim and seed; ``FULLROUTE_TEST_SEEDS=7`` runs that one again.
"""

import os
import random
import threading
import time

import pytest

from tests.faults.city import City, judge, missing

SEEDS = [int(seed) for seed in os.environ.get("FULLROUTE_TEST_SEEDS", "").split(",") if seed]
MOMENTS = SEEDS or list(range(20))
LIFE_SECONDS = 3.0
"""About how long a movement takes undisturbed: the moments are spread over it."""


@pytest.mark.full
@pytest.mark.timeout(400)
@pytest.mark.parametrize(
    ("victim", "links"),
    [("worker", "push"), ("worker", "mixed"), ("api", "push"), ("broker", "push")],
)
def test_kill_at_seeded_moments(tmp_path, victim, links):
    with City(tmp_path, links) as city:
        references = {}
        found = {}
        threads = []
        for seed in MOMENTS:
            moment = random.Random(f"{victim}/{seed}").uniform(0, LIFE_SECONDS)
            reference = city.submit()
            references[reference] = seed
            threads.append(started(city, reference, found))
            time.sleep(moment)
            city.strike(victim)
        for thread in threads:
            thread.join()
        requests, effects = city.journal("requests"), city.journal("effects")
        for reference, seed in references.items():
            standing = found[reference]
            what = f"victim {victim}, seed {seed}, movement {reference}"
            assert standing.finished, f"{what}: {standing.state}, open {standing.open}\n" + (
                city.last_words()
            )
            assert missing(standing, effects) == [], what
        assert judge(requests, effects) == []
        repeated = sum(request["repeated"] for request in requests)
        print(
            f"\n{victim}: {len(references)} movements, "
            f"{len(requests)} requests, {repeated} repeated"
        )


def started(city, reference, found):
    thread = threading.Thread(target=lambda: found.update({reference: city.drive(reference, 90)}))
    thread.start()
    return thread


BREACHES = {
    "an effect taken twice": (
        [],
        [{"id": "m1", "effect": "stored"}, {"id": "m1", "effect": "stored"}],
        "effect taken twice",
    ),
    "other bytes at the repeat": (
        [
            {
                "id": "m1",
                "digest": "a",
                "status": 200,
                "repeated": False,
                "stream": "s",
                "place": 1,
            },
            {
                "id": "m1",
                "digest": "b",
                "status": 409,
                "repeated": False,
                "stream": "s",
                "place": 1,
            },
        ],
        [],
        "repeated with other bytes",
    ),
    "a place left out": (
        [
            {
                "id": "m1",
                "digest": "a",
                "status": 200,
                "repeated": False,
                "stream": "s",
                "place": 1,
            },
            {
                "id": "m3",
                "digest": "b",
                "status": 200,
                "repeated": False,
                "stream": "s",
                "place": 3,
            },
        ],
        [],
        "out of order",
    ),
}


@pytest.mark.parametrize(("requests", "effects", "said"), BREACHES.values(), ids=BREACHES.keys())
def test_the_judge_sees_planted_breaches(requests, effects, said):
    assert [breach for breach in judge(requests, effects) if said in breach]
