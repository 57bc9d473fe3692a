"""The operator's page: what it lists, what its forms do, and who may see it."""

import pytest

from gateway.api.app import create_app
from gateway.bootstrap import Gateway
from gateway.sections import IntakeSettings
from gateway.serving.__main__ import with_pages
from gateway.settings import Settings
from tests.portal.conftest import SAME, House

LINK = "lnk_vn0015bb"


@pytest.fixture
def refused(house):
    """A message that Huu Nghi refused."""
    house.world.town.instead[LINK] = (422, b"")
    movement = house.world.submit(house.world.declaration()).movement
    house.world.run()
    del house.world.town.instead[LINK]
    (found,) = [
        one for one in house.world.store.messages(movement)
        if one.type == "OLA" and one.state.value == "parked"
    ]  # fmt: skip
    return found.id


def test_an_operator_acts_from_the_list(house, refused):
    operator = house.visitor("operator")
    words = {"en": "Needs attention", "zh": "需要处理", "vi": "Cần xử lý"}
    for language, title in words.items():
        page = operator.client.get(f"/pages/attention?lang={language}").text
        assert title in page
        assert refused in page
    form = {"token": operator.token(), "kind": "supersede", "subject": refused, "reason": "mended"}
    answer = operator.client.post("/pages/attention", data=form, headers=SAME)
    assert (answer.status_code, answer.headers["location"]) == (303, "/pages/attention")
    assert refused not in operator.client.get("/pages/attention").text
    assert house.world.store.message(refused).state.value == "dropped"


def test_it_says_that_nothing_is_taken_in(house):
    intake = IntakeSettings(disk_reserve_megabytes=10**9)
    gateway = Gateway(
        ports=house.world.ports, settings=Settings(data=house.world.folder, intake=intake)
    )
    app = create_app(gateway)
    with_pages(app, gateway)
    page = House(house.world, app, house.keys).visitor("operator").client.get("/pages/attention")
    assert "Nothing is taken in just now" in page.text
    assert "Nothing is taken in just now" not in (
        house.visitor("operator").client.get("/pages/attention").text
    )


def test_it_is_for_operators(house):
    reader = house.visitor("reader").client
    assert reader.get("/pages/attention").status_code == 403
    assert "/pages/attention" not in reader.get("/pages/movements").text
    assert house.visitor().client.get("/pages/attention").status_code == 303


@pytest.mark.parametrize(
    ("more", "headers", "status"),
    [
        ({"token": "forged"}, SAME, 403),
        ({}, {"Origin": "http://elsewhere"}, 403),
        ({"reason": ""}, SAME, 400),
        ({"kind": "skip"}, SAME, 400),
        ({"kind": "burn"}, SAME, 400),
        ({"subject": "lnk_none", "kind": "resume"}, SAME, 404),
    ],
)
def test_what_is_no_act(house, more, headers, status):
    operator = house.visitor("operator")
    form = {"token": operator.token(), "kind": "resume", "subject": LINK, "reason": "x", **more}
    answer = operator.client.post("/pages/attention", data=form, headers=headers)
    assert answer.status_code == status
