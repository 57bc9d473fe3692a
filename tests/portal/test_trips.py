"""The trip page: what is aboard, where it stands, what is missing for go; without JavaScript."""

import json
import re

import pytest

from gateway.domain.event import EventKind, Report
from gateway.usecases.position import take_run_reading
from gateway.usecases.setup import add_lane
from gateway.usecases.trips import report_trip
from tests.usecases.test_trips import BATCH, LRN, UCR
from tests.world import LANE

TWO = ("A", "B")


@pytest.fixture(scope="module", autouse=True)
def movements(house):
    world = house.world
    add_lane(world.ports, LANE)
    found = [
        world.submit(world.declaration(texts={LRN: f"{LRN}{n}", UCR: f"{UCR}{n}"}), n).movement
        for n in TWO
    ]
    world.run()
    raw = {"source": "reefer-7", "at": world.clock.now().isoformat(), "temperature_c": "18.5"}
    raw |= {"latitude": "22.1093", "longitude": "106.7665"}
    take_run_reading(world.ports, world.exporter, BATCH, json.dumps(raw).encode())
    return found


def page(house, name=BATCH, lang="en", status=200):
    answer = house.visitor("exporter").client.get(f"/pages/trips/{name}?lang={lang}")
    assert answer.status_code == status
    return answer.text


def test_the_movement_page_leads_to_its_trip(house, movements):
    text = house.visitor("exporter").client.get(f"/pages/movements/{movements[0]}").text
    assert f'href="/pages/trips/{BATCH}"' in text


def test_it_shows_vehicle_load_stops_and_readings(house, movements):
    text = page(house)
    for told in ("桂A8D217", "12H-01734", "CQ8801172", "248 packages", "4,961.0 kg", "planned"):
        assert told in text
    for one in movements:
        assert f'href="/pages/movements/{one}"' in text
    for code in ("CN008001", "CN00X001", "VN0015BB", "VN0003PJ"):
        assert code in text
    assert "18.5 °C" in text
    assert "22.1093, 106.7665" in text
    assert "<script" not in text


def test_it_says_what_is_missing_for_go(house):
    world = house.world
    assert "lets it go" in page(house)
    world.town.held = {"DecMessage"}
    late = world.submit(world.declaration(texts={LRN: f"{LRN}C", UCR: f"{UCR}C"}), "C").movement
    world.run()
    (lacking,) = re.findall(r'<li class="trouble"><p><strong>([^<]+)', page(house))
    assert late in lacking
    world.town.held = set()
    world.run()
    assert late not in "".join(re.findall(r'<li class="trouble">.*', page(house)))


def test_where_it_stands_follows_it(house):
    world = house.world
    told = Report(kind=EventKind.DEPARTED, at=world.clock.now(), office="CN008001")
    report_trip(world.ports, world.exporter, BATCH, told)
    assert "under way" in page(house)
    world.run()
    text = page(house, "桂A8D217")
    assert "over the border" in text
    assert "No lane lies ahead" in text
    assert text.count("left the country") == 1  # told once of the vehicle


@pytest.mark.parametrize(("lang", "word"), [("zh", "放行尚缺条件"), ("vi", "Còn thiếu gì")])
def test_it_speaks_the_readers_language(house, lang, word):
    assert word in page(house, lang=lang)


def test_a_trip_that_is_not_here_is_refused(house):
    assert "no trip" in page(house, "NOWHERE", status=404)
    answer = house.visitor().client.get(f"/pages/trips/{BATCH}")
    assert (answer.status_code, answer.headers["location"]) == (303, "/pages/login")
