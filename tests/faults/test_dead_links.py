"""Offices dead in five ways: the others are served as if nothing were, and when the dead are back
everything is at its end. What it costs the others is for ``python -m tests.bench dead``.
"""

import time
from collections import Counter

import pytest

from gateway import bootstrap
from tests.bench import dead
from tests.faults import proxy, storm
from tests.faults.city import City

WAYS = ({"cn00x001": "silent", "vn0015bb": "drop"}, {"cn00x001": "trickle", "vn0015bb": "reset"})
"""How offices are dead, one pair after the other; what is due elsewhere does not wait for them."""

ALIVE = "vn0003pj"
MOVEMENTS = 3
DEAD_SECONDS = 6
OFTEN = 3
"""Failures of a link in that time, at the least."""


@pytest.mark.full
@pytest.mark.timeout(200)
def test_the_others_go_on(tmp_path, monkeypatch):
    monkeypatch.setenv("FULLROUTE_DELIVERY__TOTAL_SECONDS", "2")
    city = City(tmp_path)
    with storm.proxied(city, seed=1) as weather, city:
        movements = []
        for pair in WAYS:
            movements += _others_are_served(city, weather, pair)
        found = city.drive_all(movements, 60)
        assert all(one.finished for one in found.values()), city.last_words()
        assert city.breaches() == [], city.last_words()


@pytest.mark.full
@pytest.mark.timeout(300)
def test_five_of_twenty_links_dead_in_five_ways(tmp_path):
    street = dead.Street(tmp_path)
    with proxy.Weather(street.proxies) as weather, street:
        street.hold_answers("MT2401")
        for one, way in zip(street.proxies.values(), dead.WAYS, strict=True):
            one.weather = proxy.only(way)
        with bootstrap.open_gateway(street.setting.settings) as gateway:
            street.owe(gateway.ports, DEAD_SECONDS, "dead")
        alive = {one.id for one in street.links} - street.proxies.keys()
        done, open_ = street.told("dead", alive)
        assert (len(done) > len(alive), open_) == (True, []), street.last_words()
        done, _ = street.told("dead", set(street.proxies), patience_seconds=0)
        assert done == []
        weather.clear()
        done, open_ = street.told("dead", {one.id for one in street.links})
        assert open_ == [], street.last_words()
        taken = Counter(line["id"] for line in street.journal("taken"))
        assert {name: many for name, many in taken.items() if many > 1} == {}
        assert len(done) == sum(name.startswith("bench-") for name in taken)


def _others_are_served(city, weather, pair):
    for link, fault in pair.items():
        weather.proxies[link].weather = proxy.only(fault)
    movements = [city.submit() for _ in range(MOVEMENTS)]
    _served(city, ALIVE, {"IDA", "IDC"}, movements)
    time.sleep(DEAD_SECONDS)
    failures = {row["id"]: row["failures"] for row in city.evidence(verified=False).rows["links"]}
    assert failures[ALIVE] == 0
    assert all(failures[link] >= OFTEN for link in pair), failures
    weather.clear()
    began = time.monotonic()
    _served(city, "cn00x001", {"MT2401"}, movements)
    print(f"\n{pair}: served again {time.monotonic() - began:.1f} s after recovery")
    return movements


def _served(city, link, kinds, movements, seconds=30):
    """Wait until the office has those messages of every movement."""
    wanted = {(movement, kind) for movement in movements for kind in kinds}
    end = time.monotonic() + seconds
    while True:
        taken = [one for one in city.journal("requests") if one["link"] == link]
        missing = wanted - {(one["movement"], one["type"]) for one in taken}
        if not missing:
            return
        assert time.monotonic() < end, f"{missing}\n{city.last_words()}"
        time.sleep(0.1)
