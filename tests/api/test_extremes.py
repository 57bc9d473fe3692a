"""Whatever stands in a parameter, a header or a member: an answer, and never an error of ours."""

import json
from collections.abc import Iterator

import pytest
from starlette.testclient import TestClient

from tests.api.conftest import Face

INTEGERS = [
    *("-9223372036854775809", "-9223372036854775808", "-2", "-1", "0", "2147483647", "2147483648"),
    *("9223372036854775806", "9223372036854775807", "9223372036854775808", "9" * 4500, "1e400"),
    *("NaN", "٣", "²", ""),
]
MOMENTS = [
    *("0001-01-01T00:00:00Z", "0001-01-01T00:30:00+05:00", "9999-12-31T23:59:59-05:00"),
    *("9999-12-31T23:59:59Z", "0001-01-01", "9999-12-31", "0001-01-01T00:00:00"),
    *("9999-12-31T23:59:59", "1e400", "-99999999999", "99999999999999999", "9" * 5000, "24:00"),
    "2026-01-01T00:00:00+23:59",
]
TEXTS = [
    "a\0b",
    "\x01",
    "\ufffe",
    "\ud800",
    "x" * 20_000,
    "٣" * 18,
    "²",
    "%s{}",
    "../..",
    "é",
    "\ufeff",
    "\U0001f69b",
]
HEADERS = [
    *("9223372036854775807", "9223372036854775808", "9" * 4500, "²", "-1", "é", "\xa0", "{", "["),
    *(",;=", "*/*;q=", "*/*;q=nan", "a/b;q=" + "9" * 5000, "x" * 9_000, "=?utf-8?q?=00?="),
]
NAMED = ("accept", "accept-language", "authorization", "content-type", "host", "idempotency-key")
WITH_HEADERS = ("/v1/movements", "/v1/declarations", "/v1/links/{link}/acts", "/v1/keys")
PLACES = {
    "link": "lnk_cn00x001",
    "code": "CN008001",
    "route": "chongqing-haiduong-road",
    "office": "CN008001",
    "lrn": "CQ-2026-X",
    "depart": "2026-12-01T00:00:00Z",
    "lane": "x",
}


@pytest.fixture(scope="module")
def asked(face: Face):
    """Return a client whose streams end at once, and the operations of the whole face."""
    face.client.app.state.stopping = lambda: True
    document = face.client.get("/openapi.json").json()
    operations = [
        (method.upper(), path, operation)
        for path, all_of_it in document["paths"].items()
        for method, operation in all_of_it.items()
    ]
    return TestClient(face.client.app, raise_server_exceptions=False), operations


def _caller(face: Face, path: str) -> dict[str, str]:
    if path.startswith("/v1/links/{link}/feed") or path.endswith("/answers"):
        return face.callers["gate"]
    return face.callers["officer" if path.startswith("/v1/lanes") else "exporter"]


def _filled(path: str, places: dict[str, str]) -> str:
    for name, value in places.items():
        path = path.replace("{" + name + "}", _spelled(value))
    return path


def _spelled(value: str) -> str:
    return "".join(f"%{one:02X}" for one in value.encode("utf-8", "surrogatepass"))


def _values(schema: dict) -> list[str]:
    kinds = [schema, *schema.get("anyOf", ())]
    if any(one.get("format") == "date-time" for one in kinds):
        return MOMENTS
    return INTEGERS if any(one.get("type") in ("integer", "number") for one in kinds) else TEXTS


def _requests(operation: dict, path: str, places: dict[str, str]) -> Iterator[tuple[str, dict]]:
    """Yield addresses and headers, each with one extreme in it."""
    parameters = operation.get("parameters", ())
    needed = {
        one["name"]: places.get(one["name"], "x")
        for one in parameters
        if one.get("required") and one["in"] == "query"
    }
    for one in parameters:
        for value in HEADERS if one["in"] == "header" else _values(one["schema"]):
            query, told, headers = dict(needed), dict(places), {}
            if one["in"] == "query":
                query[one["name"]] = value
            elif one["in"] == "path":
                told[one["name"]] = value
            else:
                headers[one["name"]] = value.encode("latin-1", "replace")
            text = "&".join(f"{name}={_spelled(each)}" for name, each in query.items())
            yield f"{_filled(path, told)}?{text}", headers
    text = "&".join(f"{name}={_spelled(each)}" for name, each in needed.items())
    for name in NAMED if path in WITH_HEADERS else ():
        for value in HEADERS:
            yield f"{_filled(path, places)}?{text}", {name: value.encode("latin-1")}


@pytest.mark.full
def test_no_parameter_and_no_header_is_an_error_of_ours(face: Face, movement: str, asked) -> None:
    client, operations = asked
    known = {"reference": movement, **PLACES}
    wrong, many = set(), 0
    for method, path, operation in operations:
        for address, headers in _requests(operation, path, known):
            told = {"Content-Type": "application/json", **_caller(face, path)}
            told = {key: one for key, one in told.items() if key.lower() not in headers}
            answer = client.request(method, address, headers={**told, **headers}, content=b"{}")
            many += 1
            if answer.status_code >= 500:
                wrong.add((method, address[:160], str(headers)[:80], answer.status_code))
    assert many > 1000
    assert not wrong, "\n".join(map(str, sorted(wrong)))


@pytest.mark.usefixtures("movement")
def test_before_the_calendar_everything_was_issued_and_behind_it_nothing(face: Face) -> None:
    feed = f"/v1/links/{PLACES['link']}/feed"

    def read(**asked: str) -> list[dict]:
        return face.client.get(feed, params=asked, headers=face.callers["gate"]).json()["data"]

    assert read()
    for since in ("0001-01-01T00:00:00Z", "0001-01-01T00:30:00+05:00"):
        assert read(since=since) == read()
    assert read(since="9999-12-31T23:59:59-05:00") == []


BODIES = {
    "the seal of a receipt": (
        "gate",
        "/v1/links/lnk_cn00x001/feed/acknowledgements",
        {"receipts": [{"receipt": "e30=", "seal": "%s"}]},
    ),
    "the reason of an act": (
        "exporter",
        "/v1/links/lnk_cn00x001/acts",
        {"act": "pause", "reason": "%s"},
    ),
    "a fact of a report": (
        "exporter",
        "/v1/movements/{movement}/reports",
        {
            "kind": "invalidation-asked",
            "at": "2026-11-25T13:20:00+08:00",
            "office": "CN008001",
            "facts": {"text": "%s"},
        },
    ),
    "the name of a fact": (
        "exporter",
        "/v1/movements/{movement}/reports",
        {
            "kind": "invalidation-asked",
            "at": "2026-11-25T13:20:00+08:00",
            "office": "CN008001",
            "facts": {"%s": "x"},
        },
    ),
    "the source of a reading": (
        "exporter",
        "/v1/movements/{movement}/positions",
        {"source": "%s", "at": "2026-11-25T13:20:00+08:00", "temperature_c": 1},
    ),
    "a member of a declaration": ("exporter", "/v1/declarations", {"%s": {"x": "y"}}),
    "a value of a declaration": ("exporter", "/v1/previews?office=x", {"x": "%s"}),
}


@pytest.mark.parametrize(("caller", "path", "shape"), BODIES.values(), ids=BODIES)
@pytest.mark.parametrize("escape", ["\\ud800", "\\u0000", "\\u001f", "\\uffff"])
def test_a_text_that_nothing_could_spell_again_is_malformed(
    face: Face, movement: str, asked, caller, path, shape, escape
) -> None:
    client, _ = asked
    answer = client.post(
        path.replace("{movement}", movement),
        content=json.dumps(shape).replace("%s", escape),
        headers={
            **face.callers[caller],
            "Content-Type": "application/json",
            "Idempotency-Key": "extreme",
        },
    )
    assert answer.status_code in (400, 422), answer.text
    codes = {one["code"] for one in answer.json()["errors"]}
    assert codes <= {"json.malformed", "position.malformed"}


@pytest.mark.parametrize("number", ["1E+999999999", "1E-999999999", "9" * 4000, "sNaN", "-1E+7"])
@pytest.mark.parametrize("member", ["temperature_c", "latitude"])
def test_a_number_that_nobody_can_reckon_with_is_malformed(
    face: Face, movement: str, asked, member, number
) -> None:
    client, _ = asked
    told = {"source": "x", "at": "2026-11-25T13:20:00+08:00", "longitude": "1", member: number}
    path = f"/v1/movements/{movement}/positions"
    answer = client.post(path, json=told, headers=face.callers["exporter"])
    assert answer.json()["errors"][0]["code"] == "position.malformed"


@pytest.mark.parametrize("moment", MOMENTS[:3])
def test_a_moment_at_an_end_of_the_calendar_is_refused(face, movement, asked, moment) -> None:
    client, _ = asked
    for path, told in (
        (f"/v1/movements/{movement}/reports", {"kind": "departed", "office": "x", "at": moment}),
        (f"/v1/movements/{movement}/positions", {"source": "x", "at": moment, "temperature_c": 1}),
        ("/v1/closures", {"office": "CN008001", "from": moment, "reason": "x"}),
    ):
        answer = client.post(path, json=told, headers=face.callers["exporter"])
        assert 400 <= answer.status_code < 500, answer.text
