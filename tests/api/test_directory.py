"""Offices and routes over HTTP."""

import pytest

from gateway.usecases.directory import import_offices
from tests.packs.office_lists import SMALL
from tests.world import TENANT


@pytest.fixture(scope="module", autouse=True)
def imported(face):
    import_offices(face.world.ports, TENANT, SMALL, source="a list")


def ask(face, path, caller="reader", **headers):
    return face.client.get(path, headers={**face.callers[caller], **headers})


UNKNOWN = [
    *("VN0003CC", "VN0003CE", "VN0003EE", "VN0003TG"),
    *("VN00X002", "VN00X003", "VN00X006", "VN00X007", "VN00X008", "VN00X009", "VN00X010"),
    *("VN00X101", "VN00X102"),
]
"""Gates of whose hours nobody knows."""

FOUND = {
    "all of a country": ("country=LA", ["LA00X001", "LA00X002"]),
    "by role and mode": ("country=DE&role=transit&mode=rail", ["DE00A001"]),
    "none": ("country=DE&role=transit&mode=road", []),
    "open then": (
        "country=VN&role=entry&mode=road&at=2026-11-25T13:30:00%2B07:00",
        sorted([*UNKNOWN, "VN0015BB"]),
    ),
    "at night": (
        "country=VN&role=exit&mode=road&at=2026-11-25T23:30:00%2B07:00",
        UNKNOWN,
    ),
}


@pytest.mark.parametrize(("query", "codes"), FOUND.values(), ids=FOUND.keys())
def test_offices(face, query, codes):
    answer = ask(face, f"/v1/offices?{query}")
    assert answer.status_code == 200
    assert [one["code"] for one in answer.json()["data"]] == codes


def test_a_list_comes_in_pages(face):
    seen, cursor = [], ""
    while True:
        page = ask(face, f"/v1/offices?limit=7&cursor={cursor}").json()
        seen += [one["code"] for one in page["data"]]
        if not page["has_more"]:
            break
        cursor = page["next_cursor"]
    assert seen == sorted(set(seen))
    assert len(seen) > 20


def test_one_office_in_the_readers_language(face):
    shape = ask(face, "/v1/offices/VN0015BB", **{"Accept-Language": "zh"}).json()
    assert shape["name"] == "友谊口岸海关"
    (period,) = shape["hours"]
    assert (period["opens"], period["closes"], period["status"]) == ("07:00", "18:00", "unverified")
    assert {one["kind"] for one in shape["holidays"]} == {"holiday"}


STRANGE = {
    "an unknown role": ("/v1/offices?role=gate", "reader", 422, "office.unknown-role"),
    "an unknown mode": ("/v1/offices?mode=boat", "reader", 422, "office.unknown-mode"),
    "a time that is none": ("/v1/offices?at=noon", "reader", 400, "request.parameter"),
    "an unknown office": ("/v1/offices/XX000000", "reader", 404, "office.unknown"),
    "an unknown route": ("/v1/routes/nowhere", "reader", 404, "route.unknown"),
    "a plan without a time": (
        "/v1/routes/chongqing-haiduong-road/plan",
        "reader",
        400,
        "request.parameter",
    ),
    "a plan of an unknown route": (
        "/v1/routes/nowhere/plan?depart=2026-11-24T08:00",
        "reader",
        404,
        "route.unknown",
    ),
    "no key": ("/v1/offices", "nobody", 401, "access.missing-key"),
    "a customs system has no business here": ("/v1/routes", "gate", 403, "access.scope-missing"),
}


@pytest.mark.parametrize(("path", "caller", "status", "code"), STRANGE.values(), ids=STRANGE.keys())
def test_refused(face, path, caller, status, code):
    answer = ask(face, path, caller)
    assert (answer.status_code, answer.json()["errors"][0]["code"]) == (status, code)


def test_routes(face):
    listed = ask(face, "/v1/routes").json()["data"]
    assert "chongqing-haiduong-rail-sea" in {one["id"] for one in listed}
    shape = ask(face, "/v1/routes/chongqing-haiduong-road").json()
    assert [one["office"] for one in shape["stops"]] == [
        "CN008001",
        "CN00X001",
        "VN0015BB",
        "VN0003PJ",
    ]


def test_a_plan_with_offset_and_without(face):
    path = "/v1/routes/chongqing-haiduong-road/plan?depart=2026-11-24T20:00:00"
    local = ask(face, path).json()
    assert ask(face, path + "%2B08:00").json() == local
    gate = local["stops"][1]
    assert (gate["office"], gate["on_arrival"], gate["waits_minutes"]) == (
        "CN00X001",
        "closed",
        360,
    )
    assert gate["passes_office_time"] == "2026-11-26T08:00:00+08:00"
    assert {"route.waits", "office.hours-unstated", "office.hours-unverified"} <= {
        one["code"] for one in local["findings"]
    }
    assert all(one["message"] for one in local["findings"])


def test_the_description_names_them(face):
    paths = face.client.get("/openapi.json").json()["paths"]
    assert {"/v1/offices", "/v1/routes", "/v1/routes/{route}/plan"} <= set(paths)
