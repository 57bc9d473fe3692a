"""Lane pages without JavaScript: the form, the word, and two persons deciding otherwise."""

import re

import pytest

from gateway.usecases import setup
from tests.portal.conftest import SAME
from tests.world import LANE

PLATES = "桂A8D217, 桂AK217挂"
SEALS = "CQ8801172，ES20261123A7"
WHOLE = {"plates": PLATES, "seals": SEALS, "weight": "19480,5", "temperature": "18.5"}


@pytest.fixture(scope="module", autouse=True)
def lane(house):
    setup.add_lane(house.world.ports, LANE)
    movement = house.world.submit(house.world.declaration()).movement
    house.world.run()
    return movement


def token(client, path="/pages/lanes/yyg-3"):
    return re.search(r'name="token" value="([^"]+)"', client.get(path).text)[1]


def asked(house, who="officer", **fields):
    client = house.visitor(who).client
    told = {"token": token(client), **fields}
    answer = client.post("/pages/lanes/yyg-3", data=told, headers=SAME)
    if answer.status_code != 303:
        return client, "", answer
    return client, answer.headers["location"], client.get(answer.headers["location"])


def test_an_officer_begins_with_the_lanes(house):
    client = house.visitor("officer").client
    assert client.get("/pages/").headers["location"] == "/pages/lanes"
    page = client.get("/pages/lanes").text
    assert 'href="/pages/lanes/yyg-3"' in page


def test_others_see_no_lanes(house):
    client = house.visitor("exporter").client
    assert "/pages/lanes" not in client.get("/pages/validate").text
    assert client.get("/pages/lanes").status_code == 403
    assert client.get("/pages/lanes/yyg-3").status_code == 403
    answer = house.visitor().client.get("/pages/lanes/yyg-3")
    assert (answer.status_code, answer.headers["location"]) == (303, "/pages/login")


@pytest.mark.parametrize(
    ("lang", "word", "means"),
    [("en", "GO", "may pass"), ("zh", "放行", "可以通过"), ("vi", "ĐI", "được đi qua")],
)
def test_go_is_written_large_and_in_words(house, lang, word, means):
    client, address, _ = asked(house, **WHOLE)
    page = client.get(f"{address}?lang={lang}").text
    assert re.search(rf'class="word done".*?</span>{word}</h2>', page, re.DOTALL)
    assert means in page


def test_stop_names_the_value(house):
    _, _, answer = asked(house, **{**WHOLE, "seals": "CQ8801172, WRONG1"})
    assert 'class="word trouble"' in answer.text
    assert "WRONG1" in answer.text
    assert "ES20261123A7" in answer.text


def test_refer_shows_what_it_may_be_and_how_old_the_facts_are(house):
    _, _, answer = asked(house, plates="A8D217, AK217")
    assert 'class="word unsure"' in answer.text
    assert "桂A8D217" in answer.text
    assert re.search(r"Facts of 2026-11-23 09:\d\d:\d\d Shanghai, 0 min 0 s old", answer.text)


def test_a_reload_asks_nothing_anew(house):
    client, address, _ = asked(house, **WHOLE)
    before = len(house.world.store.passages("yyg-3", 100))
    assert client.get(address).status_code == 200
    assert len(house.world.store.passages("yyg-3", 100)) == before


def test_a_weight_in_words_is_told_in_the_form(house):
    _, address, answer = asked(house, **{**WHOLE, "weight": "heavy"})
    assert (address, answer.status_code) == ("", 422)
    assert 'role="alert"' in answer.text
    assert 'value="heavy"' in answer.text


def test_hostile_marks_are_shown_as_text(house):
    _, _, answer = asked(house, plates="<script>alert(1)</script>", reference="<b>x</b>")
    assert "<script>" not in answer.text
    assert "<b>" not in answer.text


def test_two_persons_decide_otherwise(house):
    told = {name: text for name, text in WHOLE.items() if name != "weight"}
    client, address, _ = asked(house, **told)
    form = {"token": token(client, address), "says": "go", "reason": "scale is down"}
    client.post(f"{address}/override", data=form, headers=SAME)
    page = client.get(address).text
    assert "GO was asked for: scale is down" in page
    again = client.post(f"{address}/override", data={**form, "reason": ""}, headers=SAME)
    assert (again.status_code, "Let another person confirm it" in again.text) == (400, True)
    second = house.visitor("second").client
    form["token"] = token(second, address)
    answer = second.post(f"{address}/override", data=form, headers=SAME)
    assert answer.status_code == 303
    page = second.get(address).text
    assert 'class="word done"' in page
    assert "Confirmed by a second person: scale is down" in page


def test_forms_of_another_site_are_refused(house):
    client = house.visitor("officer").client
    told = {"token": token(client), **WHOLE}
    strange = {"Origin": "https://elsewhere.example"}
    assert client.post("/pages/lanes/yyg-3", data=told, headers=strange).status_code == 403
    answer = client.post("/pages/lanes/yyg-3", data={**told, "token": "x"}, headers=SAME)
    assert answer.status_code == 403


def test_an_unknown_lane_or_passage_is_not_there(house):
    client = house.visitor("officer").client
    assert client.get("/pages/lanes/nowhere").status_code == 404
    assert client.get("/pages/lanes/yyg-3/passages/none").status_code == 404
