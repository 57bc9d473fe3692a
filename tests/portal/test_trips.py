"""Trip pages: the list, and what is aboard, where it stands, what is missing for go; no script."""

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


@pytest.mark.parametrize(
    ("lang", "departed"), [("en", "departed"), ("vi", "đã khởi hành"), ("zh", "已启运")]
)
def test_what_a_load_waits_for_is_said_in_the_readers_language(house, lang, departed):
    text = page(house, lang=lang)
    assert f"CN00X001 MT4402: {departed}" in text
    assert ("MT4402: departed" in text) == (lang == "en")


def listed(house, query="", who="exporter"):
    answer = house.visitor(who).client.get(f"/pages/trips?{query}")
    assert answer.status_code == 200
    return answer.text


def test_the_list_leads_to_trips_and_their_movements(house, movements):
    text = listed(house)
    assert text.count(f'href="/pages/trips/{BATCH}"') == len(TWO)
    for told in ("桂A8D217", "planned", *(f"/pages/movements/{one}" for one in movements)):
        assert told in text
    assert 'href="/pages/trips" aria-current="page"' in text
    assert "<script" not in text
    assert BATCH not in listed(house, who="stranger")


def test_the_list_is_narrowed_by_a_plate(house):
    assert BATCH in listed(house, "plate=桂a-8d217")
    text = listed(house, "plate=15C%3Cb%3E")
    assert BATCH not in text
    assert "Nothing of the kind" in text
    assert 'value="15C&lt;b&gt;"' in text


@pytest.mark.parametrize("path", ["trips", "movements"])
def test_a_list_is_leafed_through(house, monkeypatch, path, movements):
    monkeypatch.setattr(f"gateway.portal.{path}.ROWS_MAX", 1)
    monkeypatch.setattr("gateway.portal.listing.ROWS_MAX", 1)
    client = house.visitor("exporter").client
    seen, query = [], "?plate=桂A8D217"
    for _ in TWO:
        text = client.get(f"/pages/{path}{query}").text
        seen += re.findall("/pages/movements/([0-9A-Z]{18})", text)
        older = re.search('href="([^"]+)" rel="next"', text)
        query = older and older[1].replace("&amp;", "&")
    assert seen == movements[::-1]
    assert query is None
    assert ">Newest</a>" in text


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
